// SPDX-License-Identifier: MPL-2.0
// The add-on for Thunderbird: what is decided for a mail, and what the host is asked.
import assert from "node:assert/strict";
import { test } from "node:test";
import english from "../../_locales/en/messages.json";
import { HostError, localKinds } from "../../core/error.ts";
import { allowQuotes, isQuotable } from "../../core/quoting.ts";
import { Recipients } from "../../core/recipients.ts";
import { confidentiality } from "../../core/sending.ts";
import { errorKinds } from "../../core/wire.ts";
import { type Composer, Composing, type State } from "../../thunderbird/composing.ts";
import { isEncrypted, mailOf, opened } from "../../thunderbird/experiment/source.ts";
import { protect, type Request } from "../../thunderbird/protecting.ts";
import { failure } from "../../thunderbird/words.ts";
import { Works } from "../../thunderbird/works.ts";
import ownDeutsch from "../../thunderbird/_locales/de/messages.json";
import ownEnglish from "../../thunderbird/_locales/en/messages.json";

const texts: Record<string, { message: string }> = { ...english, ...ownEnglish };
(globalThis as any).chrome = {
  i18n: {
    getMessage: (key: string, values: string[] = []) =>
      texts[key]?.message.replace(/\$(\d)/g, (_, number) => values[Number(number) - 1] ?? ""),
  },
};

const usable = { usable: true, reasons: [] };
const certificate = (address: string, own = false, expired = false) => ({
  fingerprint: "ab".repeat(32),
  addresses: [address],
  notBefore: "2026-01-01T00:00:00Z",
  own,
  status: {
    sign: usable,
    encrypt: expired ? { usable: false, reasons: ["expired"] } : usable,
  },
});

/** A host that knows these; `calls` are what it was asked. */
function hostWith(known: ReturnType<typeof certificate>[], failure?: HostError) {
  const calls: [string, any][] = [];
  const call = async (method: string, params: any, options: any = {}) => {
    calls.push([method, params]);
    if (failure) throw failure;
    if (method === "certificate.list")
      return {
        certificates: known.filter(
          ({ addresses, own }) =>
            addresses.includes(params.address) && (params.kind !== "own" || own),
        ),
      };
    options.output?.(new TextEncoder().encode("protected"));
    const blind = Object.keys(options.copies ?? {});
    for (const address of blind) options.copies[address](new TextEncoder().encode(address));
    return { copies: blind.map((address) => ({ address })) };
  };
  return { host: { call } as any, calls };
}

function storageWith(settings?: unknown) {
  const kept: Record<string, unknown> = settings === undefined ? {} : { settings };
  return {
    get: async (key: string) => ({ [key]: kept[key] }),
    set: async (values: Record<string, unknown>) => void Object.assign(kept, values),
  };
}

const me = certificate("me@x", true);
const bob = certificate("bob@x");
const mail: Composer = {
  tabId: 1,
  from: "me@x",
  to: ["bob@x"],
  cc: [],
  bcc: [],
  newsgroups: false,
  builtIn: "",
  origin: null,
};

async function decided(
  composer: Partial<Composer>,
  { known = [me, bob], settings, choose = [], failure }: {
    known?: ReturnType<typeof certificate>[];
    settings?: unknown;
    choose?: ("sign" | "encrypt")[];
    failure?: HostError;
  } = {},
): Promise<State> {
  const { host } = hostWith(known, failure);
  let shown: State | undefined;
  const composing = new Composing(host, new Recipients(host), storageWith(settings), async (_, state) => {
    shown = state;
  });
  await composing.changed({ ...mail, ...composer });
  for (const what of choose) await composing.choose(1, what);
  assert.ok(shown);
  return shown;
}

test("a mail is signed, and encrypted where everybody has a certificate", async () => {
  const both = await decided({});
  assert.deepEqual([both.sign, both.encrypt, both.level], [true, true, "ok"]);
  const half = await decided({ cc: ["carol@x"] });
  assert.deepEqual([half.sign, half.encrypt, half.level], [true, false, "info"]);
  assert.match(half.text, /carol@x$/);
  const nobody = await decided({ to: [] });
  assert.deepEqual([nobody.sign, nobody.encrypt], [true, false]);
});

test("an expired certificate is told from none", async () => {
  const state = await decided({}, { known: [me, certificate("bob@x", false, true)] });
  assert.equal(state.encrypt, false);
  assert.match(state.text, /bob@x \(The certificate had expired\.\)/);
});

test("without an own certificate nothing is promised", async () => {
  const state = await decided({}, { known: [bob] });
  assert.deepEqual([state.sign, state.encrypt, state.level], [false, false, "info"]);
  assert.match(state.text, /no certificate for me@x yet/);
  assert.ok(state.setUp);
  const over = { usable: false, reasons: ["expired"] };
  const old = { ...me, status: { sign: over, encrypt: over } };
  const expired = await decided({}, { known: [bob, old] as any });
  assert.equal(expired.sign, false);
  assert.match(expired.text, /me@x \(The certificate had expired\.\)/);
  const chosen = await decided({}, { known: [bob], choose: ["encrypt"] });
  assert.deepEqual([chosen.encrypt, chosen.level], [true, "bad"]);
});

test("the settings of the identity count, and then what is chosen by hand", async () => {
  const settings = { identities: { "me@x": { sign: false, encrypt: "always" } } };
  const always = await decided({ to: ["carol@x"] }, { settings });
  assert.deepEqual([always.sign, always.encrypt, always.level], [false, true, "bad"]);
  const chosen = await decided({ to: ["carol@x"] }, { settings, choose: ["encrypt", "sign"] });
  assert.deepEqual([chosen.sign, chosen.encrypt], [true, false]);
});

test("an answer to an encrypted mail is encrypted, or cannot be sent", async () => {
  const origin = { encrypted: true, headers: null, unquoted: true };
  const settings = { identities: { "me@x": { sign: true, encrypt: "never" } } };
  const state = await decided({ origin }, { settings });
  assert.deepEqual([state.encrypt, state.level, "quote" in state.labels], [true, "ok", true]);
  const attached = await decided({ origin: { ...origin, attached: true } }, { settings });
  assert.deepEqual([attached.encrypt, attached.level], [true, "warn"]);
  assert.match(attached.text, /forward it inline/);
  const missing = await decided({ origin, to: ["carol@x"] }, { settings });
  assert.deepEqual([missing.encrypt, missing.level], [true, "bad"]);
  const plain = await decided({ origin }, { settings, choose: ["encrypt"] });
  assert.deepEqual([plain.encrypt, plain.level], [false, "warn"]);
});

test("without a host wishes stay, so that nothing goes out otherwise", async () => {
  const failure = new HostError("host-missing", "not found");
  const origin = { encrypted: true, headers: null, unquoted: false };
  const state = await decided({ origin }, { failure });
  assert.deepEqual([state.encrypt, state.level], [true, "bad"]);
  assert.match(state.text, /nssmime-host.*held back/);
  assert.ok(state.setUp && state.labels.setUp);
  const settings = { identities: { "me@x": { sign: false, encrypt: "always" } } };
  const always = await decided({}, { failure, settings });
  assert.deepEqual([always.sign, always.encrypt, always.level], [false, true, "bad"]);
  // Who never set it up is not held up.
  const plain = await decided({}, { failure });
  assert.deepEqual([plain.sign, plain.encrypt, plain.level], [false, false, "warn"]);
});

test("a host that is gone holds up the mail of those whom it served before", async () => {
  const storage = storageWith();
  const working = hostWith([me, bob]);
  const gone = hostWith([], new HostError("host-lost", "it ended"));
  let call = working.host.call;
  const host = { call: (...args: any[]) => call(...args) } as any;
  const states: State[] = [];
  const composing = new Composing(host, new Recipients(host), storage, async (_, state) => {
    states.push(state);
  });
  await composing.changed(mail);
  call = gone.host.call;
  await composing.changed({ ...mail, to: ["carol@x"] });
  await composing.changed({ ...mail, tabId: 2, to: ["carol@x"] });
  await composing.changed({ ...mail, tabId: 3, from: "other@x" });
  assert.deepEqual(
    states.map(({ sign, encrypt, level }) => [sign, encrypt, level]),
    [[true, true, "ok"], [true, true, "bad"], [true, true, "bad"], [false, false, "warn"]],
  );
  await composing.choose(2, "sign");
  await composing.choose(2, "encrypt");
  assert.deepEqual([states.at(-1)?.sign, states.at(-1)?.encrypt], [false, false]);
});

test("who tells of a change waits for what is shown last", async () => {
  const { host } = hostWith([me, bob]);
  const gates: (() => void)[] = [];
  const call = async (...args: any[]) => {
    await new Promise<void>((resolve) => gates.push(resolve));
    return host.call(...args);
  };
  const shown: boolean[] = [];
  const slow = { call } as any;
  const composing = new Composing(slow, new Recipients(slow), storageWith(), async (_, state) => {
    shown.push(state.encrypt);
  });
  const pass = async (ready: Promise<unknown>) => {
    let over = false;
    void ready.then(() => (over = true));
    while (!over) {
      gates.shift()?.();
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  const first = composing.changed({ ...mail, to: [] });
  const second = composing.changed(mail);
  await pass(first);
  assert.deepEqual(shown, [true]);
  await pass(second);
  assert.deepEqual(shown, [true]);
});

test("Thunderbird's own protection, and newsgroups", async () => {
  const own = await decided({ builtIn: "OpenPGP" });
  assert.deepEqual([own.sign, own.encrypt], [false, false]);
  assert.match(own.text, /own OpenPGP/);
  const both = await decided({ builtIn: "S/MIME" }, { choose: ["encrypt"] });
  assert.deepEqual([both.sign, both.encrypt, both.level], [false, true, "bad"]);
  assert.match(both.text, /Switch one of them off/);
  assert.equal((await decided({ newsgroups: true })).level, "bad");
});

const request: Request = {
  work: 1,
  tabId: 1,
  sign: true,
  encrypt: true,
  draft: false,
  later: false,
  from: "me@x",
  to: ["bob@x"],
  cc: [],
  bcc: [],
};
const file = () => new File(["mail"], "mail.eml");

async function asked(more: Partial<Request>, settings?: unknown) {
  const { host, calls } = hostWith([]);
  const answer = await protect(host, storageWith(settings), { ...request, ...more }, file());
  return { answer: answer as any, params: calls[0]?.[1] };
}

test("Bcc recipients get copies, unless they are open recipients as well", async () => {
  const { answer, params } = await asked({ bcc: ["Bob@x", "carol@x"] });
  assert.deepEqual(params.encrypt.recipients, ["bob@x", { address: "carol@x", bcc: true }]);
  assert.deepEqual(
    answer.copies.map(({ address }: any) => address),
    ["carol@x"],
  );
  assert.equal(await answer.copies[0].file.text(), "carol@x");
  assert.equal(await answer.file.text(), "protected");
});

test("blind copies cannot wait in the Outbox", async () => {
  const { answer, params } = await asked({ bcc: ["carol@x"], later: true });
  assert.equal(params, undefined);
  assert.match(answer.error, /Outbox/);
});

test("a draft is for its writer, and not signed", async () => {
  const { params } = await asked({ draft: true, later: true, bcc: ["carol@x"] });
  assert.deepEqual(params.encrypt.recipients, ["me@x"]);
  assert.equal(params.sign, undefined);
});

test("form, cipher and certificate are those of the settings", async () => {
  const fingerprint = "cd".repeat(32);
  const { params } = await asked({}, {
    form: "opaque",
    cipher: "aes-256-gcm",
    identities: { "me@x": { certificate: fingerprint } },
  });
  assert.deepEqual(params.sign, { form: "opaque", certificate: fingerprint });
  assert.equal(params.encrypt.cipher, "aes-256-gcm");
});

test("who cannot be encrypted to is named", async () => {
  const failure = new HostError("certificate-not-found", "none", {
    addresses: [{ address: "bob@x", kind: "certificate-unusable", reasons: ["expired"] }],
  });
  const { host } = hostWith([], failure);
  const answer = await protect(host, storageWith(), request, file());
  assert.ok("error" in answer);
  assert.match(answer.error, /bob@x \(The certificate had expired\.\)/);
});

test("what is under way tells how far it is, and can be given up", async () => {
  const reached: [number, number][] = [];
  const works = new Works((...each) => reached.push(each));
  const given = works.run(7, ({ signal, onProgress }) => {
    onProgress(1, 3);
    onProgress(5);
    onProgress(9, 3);
    return new Promise((_, reject) => {
      signal.addEventListener("abort", () => reject(new HostError("cancelled", "given up")));
    });
  });
  works.cancel(8);
  works.cancel(7);
  await assert.rejects(given, { kind: "cancelled" });
  assert.deepEqual(reached, [[7, 33], [7, 100]]);
  assert.equal(await works.run(7, async () => "again"), "again");
});

test("every failure is said in words, with what to do", () => {
  for (const kind of [...errorKinds, ...localKinds]) {
    const { title, advice } = failure(new HostError(kind, "internal words"));
    for (const text of [title, advice]) assert.match(text, /^\S+ .*\S$/, kind);
  }
});

test("what was confidential stays so in an answer", () => {
  assert.deepEqual(confidentiality(null), { headerProtection: "baseline" });
  const headers = { confidential: ["subject", "from"], removed: ["to"] } as any;
  assert.deepEqual(confidentiality(headers), {
    headerProtection: "shy",
    confidential: ["to", "cc"],
  });
  assert.deepEqual(confidentiality({ confidential: ["message-id"] } as any), {
    headerProtection: "baseline",
    confidential: ["in-reply-to", "references"],
  });
});

test("text that nobody signed is quoted once its sender is allowed", async () => {
  const storage = storageWith();
  const headers = { from: [{ name: null, address: "Eve@x", source: "outer" }] } as any;
  assert.equal(await isQuotable(storage, { headers } as any), false);
  await allowQuotes(storage, headers);
  await allowQuotes(storage, headers);
  assert.equal(await isQuotable(storage, { headers } as any), true);
  assert.deepEqual(await storage.get("quotes"), { quotes: ["eve@x"] });
  assert.equal(await isQuotable(storage, undefined), false);
});

test("one mail, many addresses", () => {
  const mail = "imap://me@h:143/fetch%3EUID%3E/INBOX%3E7";
  for (const query of ["", "?header=quotebody", "?header=filter&emitter=js", "?type=x/y"])
    assert.equal(mailOf(mail + query), mail);
  assert.equal(mailOf("mailbox:///a?number=5&header=quote"), "mailbox:///a?number=5");
  assert.equal(mailOf("imap://h/x?header=quote&part=1.2"), "imap://h/x?part=1.2");
});

test("an opened mail has the protected fields, and nothing of the outer body", () => {
  const source =
    "X-Mozilla-Status: 0001\nFrom: outer@x\r\nTo: a@x,\r\n b@x\r\nSubject: [...]\r\n" +
    "MIME-Version: 1.0\r\nContent-Type: application/pkcs7-mime;\r\n name=smime.p7m\r\n\r\nMIIB\r\n";
  const entity =
    "Subject: Real\r\nHP-Outer: Subject: [...]\r\nContent-Type: text/plain; hp=cipher\r\n\r\nText\r\n";
  assert.ok(isEncrypted(source));
  assert.ok(!isEncrypted(entity));
  assert.equal(
    opened(source, entity),
    "From: outer@x\r\nTo: a@x,\r\n b@x\r\nSubject: Real\r\n" +
      "Content-Type: text/plain; hp=cipher\r\n\r\nText\r\n",
  );
  assert.equal(opened("From: a@x\r\n\r\nx", "\r\nText: no field\r\n"), "From: a@x\r\n\r\nText: no field\r\n");
});

test("every text is there in both languages, with the same places", () => {
  const places = ({ message }: { message: string }) => (message.match(/\$\d/g) ?? []).sort();
  assert.deepEqual(Object.keys(ownDeutsch), Object.keys(ownEnglish));
  for (const [key, text] of Object.entries(ownEnglish)) {
    assert.deepEqual(places((ownDeutsch as any)[key]), places(text), key);
    assert.ok(!(key in english), key);
  }
});
