// SPDX-License-Identifier: MPL-2.0
// The reduced add-on for Thunderbird: who is in charge, what its buttons say, and how a mail goes
// out. Thunderbird's interfaces are stood in for.
import assert from "node:assert/strict";
import { test } from "node:test";
import english from "../../_locales/en/messages.json";
import { HostError } from "../../core/error.ts";
import { Charge, COMPLETE, REDUCED, takeCharge } from "../../thunderbird/charge.ts";
import ownEnglish from "../../thunderbird/_locales/en/messages.json";
import reducedEnglish from "../../thunderbird/reduced/_locales/en/messages.json";
import { Recipients } from "../../core/recipients.ts";
import { Composing, type Draft } from "../../thunderbird/composing.ts";
import { Deciding } from "../../thunderbird/reduced/deciding.ts";
import { composerOf } from "../../thunderbird/reduced/composer.ts";
import { forOutbox, readDraft } from "../../thunderbird/reduced/draft.ts";
import { Outgoing, type Way } from "../../thunderbird/reduced/outgoing.ts";
import { hasSmime, Showing } from "../../thunderbird/reduced/showing.ts";

const texts: Record<string, { message: string }> = { ...english, ...ownEnglish, ...reducedEnglish };
type External = (message: any, sender: { id: string }, reply: (answer: any) => void) => boolean;

/** What the other add-on answers; undefined: it is not there. */
function chromeWith(answer: unknown): { told: External[]; sent: [string, any][] } {
  const told: External[] = [];
  const sent: [string, any][] = [];
  (globalThis as any).chrome = {
    runtime: {
      onMessageExternal: { addListener: (listener: External) => told.push(listener) },
      sendMessage: async (id: string, message: any) => {
        sent.push([id, message]);
        if (answer === undefined) throw new Error("Receiving end does not exist");
        return answer;
      },
    },
    tabs: { remove: async (id: number) => void removed.push(id) },
    i18n: {
      getMessage: (key: string, values: string[] = []) =>
        texts[key]?.message.replace(/\$(\d)/g, (_, number) => values[Number(number) - 1] ?? ""),
    },
  };
  return { told, sent };
}
const removed: number[] = [];
const later = () => new Promise((done) => setTimeout(done, 5));
const bytes = (text: string) => Uint8Array.from(text, (letter) => letter.charCodeAt(0));
const text = (from: Uint8Array) => String.fromCharCode(...from);

// ---- in charge

test("the complete one answers the reduced one alone, and tells it when it starts", async () => {
  const { told, sent } = chromeWith(undefined);
  takeCharge();
  assert.deepEqual(sent, [[REDUCED, { charge: "mine" }]]);
  const answers: any[] = [];
  const ask = (id: string, message: any) => told[0]?.(message, { id }, (got) => answers.push(got));
  ask("other@example.org", { charge: "who" });
  ask(REDUCED, { charge: "else" });
  ask(REDUCED, null);
  assert.deepEqual(answers, []);
  ask(REDUCED, { charge: "who" });
  assert.deepEqual(answers, [{ charge: "mine" }]);
});

test("the reduced one works where nobody answers, and rests where the complete one does", async () => {
  for (const [answer, rests] of [
    [undefined, false],
    [{ charge: "mine" }, true],
    [{ charge: "else" }, false],
    [null, false],
  ] as const) {
    chromeWith(answer);
    const changes: boolean[] = [];
    const charge = new Charge(async (now) => void changes.push(now));
    assert.equal(await charge.rests(), rests);
    assert.equal(await charge.rests(), rests);
    await later();
    assert.deepEqual(changes, [rests]);
  }
});

test("it rests from the moment on that the complete one starts, and believes nobody else", async () => {
  const { told } = chromeWith(undefined);
  const changes: boolean[] = [];
  const charge = new Charge(async (now) => void changes.push(now));
  await charge.rests();
  told[0]?.({ charge: "mine" }, { id: "other@example.org" }, () => undefined);
  await later();
  assert.deepEqual(changes, [false]);
  told[0]?.({ charge: "mine" }, { id: COMPLETE }, () => undefined);
  await later();
  assert.deepEqual(changes, [false, true]);
});

test("nobody waits for what a change does, and one that fails does not end it", async (context) => {
  context.mock.method(console, "error", () => undefined);
  chromeWith(undefined);
  const never = new Charge(() => new Promise(() => undefined));
  assert.equal(await never.rests(), false);
  const { told } = chromeWith(undefined);
  const changes: boolean[] = [];
  const failing = new Charge(async (now) => {
    changes.push(now);
    throw new Error("no");
  });
  await failing.rests();
  told[0]?.({ charge: "mine" }, { id: COMPLETE }, () => undefined);
  await later();
  assert.deepEqual(changes, [false, true]);
});

// ---- drafts

const draft =
  "From - Thu Nov 26 10:00:00 2026\nX-Mozilla-Status: 0001\nX-Mozilla-Keys:    \n" +
  "X-Identity-Key: id1\r\nX-Account-Key: account1\r\nBcc: Carol\r\n <carol@example.org>\r\n" +
  "From: Alice <alice@example.org>\r\nTo: bob@example.org\r\nSubject: Hi\r\n there\r\n" +
  "FCC: imap://alice/Sent\r\nX-Mozilla-Draft-Info: internal/draft; receipt=1\r\n" +
  "X-Nssmime-Draft: 1\r\nMIME-Version: 1.0\r\n\r\nBody \xfc\r\nBcc: text\r\n\r\nFCC: text\r\n";

test("of a draft only Thunderbird's notes and Bcc are taken out, of its header alone", () => {
  const { mail, notes, bcc } = readDraft(bytes(draft), false);
  assert.equal(
    text(mail),
    "From: Alice <alice@example.org>\r\nTo: bob@example.org\r\nSubject: Hi\r\n there\r\n" +
      "MIME-Version: 1.0\r\n\r\nBody \xfc\r\nBcc: text\r\n\r\nFCC: text\r\n",
  );
  assert.equal(notes, "X-Identity-Key: id1\r\nFCC: imap://alice/Sent\r\n");
  assert.equal(bcc, "Bcc: Carol\r\n <carol@example.org>\r\n");
  assert.equal(text(forOutbox(notes + bcc, bytes("To: x\r\n\r\nz"))), `${notes}${bcc}To: x\r\n\r\nz`);
});

test("a receipt that is wished, and the thread that it belongs to, are put in", () => {
  const { mail } = readDraft(bytes(draft), true, ["In-Reply-To: <a@b>"]);
  const [head] = text(mail).split("\r\n\r\n");
  assert.match(head as string, /\r\nIn-Reply-To: <a@b>\r\n/);
  assert.match(head as string, /Disposition-Notification-To: Alice <alice@example\.org>$/);
});

test("what has no body, or no header, is no draft to be protected", () => {
  assert.throws(() => readDraft(bytes("From: a@b\r\nSubject: x\r\n"), false));
  assert.equal(text(readDraft(bytes("\nx"), false).mail), "\r\nx");
});

// ---- showing

test("S/MIME is seen in a mail, also where two pieces meet", async () => {
  const smime = (before: number) => new Blob(["x".repeat(before), "application/pkcs7-mime"]);
  assert.equal(await hasSmime(new Blob(["Content-Type: text/plain\r\n\r\nhi"])), false);
  assert.equal(await hasSmime(new Blob([])), false);
  for (const before of [0, 1024 * 1024 - 30, 1024 * 1024 - 10, 2 * 1024 * 1024 - 1])
    assert.equal(await hasSmime(smime(before)), true, String(before));
  assert.equal(await hasSmime(new Blob(['filename="smime.p7m"'])), true);
  assert.equal(await hasSmime(new Blob(["Application/X-PKCS7-Signature"])), true);
});

const summary = (signature: string) => ({
  summary: { signature, encryption: "none", reasons: [] },
  layers: [{ type: "signed", signers: [{ addresses: ["bob@example.org"] }] }],
  headers: { from: [], to: [], cc: [], differing: [] },
  embedded: [],
});

/** The buttons, and a host whose answers are given when the test wants. */
function display() {
  chromeWith(undefined);
  const selected = new Map<number, number[]>();
  const answers: ((result: unknown) => void)[] = [];
  const button = { text: "", label: "" as string | null, title: "" as string | null, said: [""] };
  const set = (name: "text" | "label" | "title") => async (details: any) => {
    await later();
    button[name] = details[name];
    button.said.push(`${name}: ${details[name]}`);
  };
  const place: any = {
    setBadgeText: set("text"),
    setLabel: set("label"),
    setTitle: set("title"),
    setBadgeBackgroundColor: async () => undefined,
    setBadgeTextColor: async () => undefined,
  };
  (globalThis as any).messenger = {
    mailTabs: {
      getSelectedMessages: async (tab: number) => ({
        messages: (selected.get(tab) ?? []).map((id) => ({ id })),
      }),
    },
    messages: {
      getRaw: async (id: number) =>
        new Blob([id > 100 ? "plain" : `application/pkcs7-mime ${id}`]),
    },
  };
  const host: any = {
    call: (_: string, __: unknown, options: any) =>
      new Promise((done, fail) => {
        options.signal?.addEventListener("abort", () => fail(new HostError("cancelled", "")));
        answers.push((result) => {
          options.output(new Uint8Array());
          done(result);
        });
      }),
  };
  return { showing: new Showing(host, [place]), selected, answers, button };
}

async function until(holds: () => boolean): Promise<void> {
  for (const end = Date.now() + 5_000; !holds(); await later()) assert.ok(Date.now() < end);
}

test("the buttons say what holds for the mail that is shown", async () => {
  const { showing, selected, answers, button } = display();
  selected.set(1, [5]);
  await showing.look(1);
  await until(() => answers.length === 1);
  answers[0]?.(summary("valid"));
  await until(() => button.title === "Signed by bob@example.org");
  assert.deepEqual([button.text, button.label], ["✔", "Signed by bob@example.org"]);
  selected.set(1, [101]);
  assert.equal(await (await showing.look(1))?.answer, null);
  assert.deepEqual([button.text, button.label, button.title], ["", null, null]);
  selected.set(1, [5, 6]);
  assert.equal(await showing.look(1), null);
});

test("an answer that comes late is not said of another mail", async () => {
  const { showing, selected, answers, button } = display();
  selected.set(1, [5]);
  await showing.look(1);
  await until(() => answers.length === 1);
  answers[0]?.(summary("valid"));
  await Promise.resolve();
  // While it is being told another one is selected.
  selected.set(1, [6]);
  await showing.look(1);
  assert.deepEqual([button.text, button.label, button.title], ["", null, null]);
  await until(() => answers.length === 2);
  answers[1]?.(summary("invalid"));
  await until(() => button.label === "The signature is not valid");
  assert.equal(button.text, "✘");
  const late = button.said.lastIndexOf("label: Signed by bob@example.org");
  assert.ok(late < button.said.lastIndexOf("label: null"), button.said.join());
});

test("one that is not asked about any more is given up", async () => {
  const { showing, selected, answers, button } = display();
  selected.set(1, [5]);
  const shown = await showing.look(1);
  await until(() => answers.length === 1);
  await showing.forget();
  assert.equal((await shown?.answer)?.reading, undefined);
  await later();
  assert.deepEqual([button.text, button.label], ["", null]);
});

// ---- sending

interface World {
  outgoing: Outgoing;
  ways: Way[];
  drafts: Map<number, string>;
  outbox: string[];
  details: any;
  asked: any[];
}

function world({
  state = { sign: true, encrypt: false, level: "ok", text: "" } as any,
  composer = {} as any,
  failure = undefined as HostError | undefined,
  onProtect = async (_: World) => undefined as void,
} = {}): World {
  chromeWith(undefined);
  removed.length = 0;
  const made: World = {
    outgoing: undefined as any,
    ways: [],
    drafts: new Map(),
    outbox: [],
    asked: [],
    details: { type: "new", from: "alice@example.org", to: ["bob@example.org"], subject: "s", body: "b" },
  };
  (globalThis as any).messenger = {
    compose: {
      getComposeDetails: async () => ({ ...made.details }),
      listAttachments: async () => [],
      saveMessage: async () => {
        made.drafts.set(9, draft);
        return { messages: [{ id: 9, headerMessageId: "m@x", folder: { id: "drafts" } }] };
      },
    },
    messengerUtilities: { parseMailboxString: async (email: string) => [{ email }] },
    folders: { query: async () => [{ id: "outbox" }] },
    messages: {
      getRaw: async (id: number) => new Blob([bytes(made.drafts.get(id) ?? "")]),
      query: async ({ folderId }: any) => ({
        messages: folderId === "drafts" ? [...made.drafts.keys()].map((id) => ({ id })) : [],
      }),
      delete: async (ids: number[]) => ids.forEach((id) => made.drafts.delete(id)),
      import: async (file: File) => void made.outbox.push(text(new Uint8Array(await file.arrayBuffer()))),
    },
  };
  const written = {
    composer: { from: "alice@example.org", to: ["bob@example.org"], cc: [], bcc: [], newsgroups: false, origin: null, ...composer },
    state,
  };
  const deciding: any = {
    decide: async () => written,
    get: () => written,
    choose: async (_: number, choice: object) => void Object.assign(chosen, choice),
    choice: async () => chosen,
  };
  const chosen = {};
  const host: any = {
    call: async (method: string, params: any, options: any) => {
      made.asked.push([method, params, await new Response(options.content).text()]);
      await onProtect(made);
      if (failure) throw failure;
      options.output(bytes("Protected: yes\r\n\r\nx"));
      return {};
    },
  };
  const storage: any = { get: async () => ({}), set: async () => undefined };
  made.outgoing = new Outgoing(host, storage, deciding, {
    way: async (_, way) => void made.ways.push(way),
    waits: async () => undefined,
  });
  return made;
}

const sent = (made: World) => made.outgoing.mayLeave(1, made.details);
const refusals = ({ ways }: World) => ways.flatMap(({ refused }) => refused ?? []);

test("a mail is saved, protected, taken out of Drafts, and put into the Outbox", async () => {
  const made = world({ composer: { bcc: ["carol@example.org"] } });
  assert.equal(await sent(made), false, "Thunderbird does not send it");
  await until(() => removed.length === 1);
  assert.equal(made.drafts.size, 0);
  assert.deepEqual(made.outbox, [
    "X-Identity-Key: id1\r\nFCC: imap://alice/Sent\r\nBcc: Carol\r\n <carol@example.org>\r\n" +
      "Protected: yes\r\n\r\nx",
  ]);
  const [[method, params, mail]] = made.asked as [[string, any, string]];
  assert.equal(method, "message.protect");
  assert.deepEqual(params.sign, { form: "detached" });
  assert.doesNotMatch(mail.split("\r\n\r\n")[0] as string, /Bcc|FCC|X-Identity/i);
  assert.deepEqual(refusals(made), []);
});

test("what is not to be protected Thunderbird sends itself", async () => {
  const made = world({ state: { sign: false, encrypt: false, level: "info", text: "" } });
  assert.equal(await sent(made), true);
  await later();
  assert.deepEqual([made.asked, made.outbox, made.drafts.size], [[], [], 0]);
});

test("what cannot be protected stays, and says why", async () => {
  const both = { sign: true, encrypt: true, level: "ok", text: "" };
  for (const [options, reason] of [
    [{ state: { ...both, level: "bad", text: "Missing." } }, /^Missing\.$/],
    [{ state: both, composer: { bcc: ["carol@example.org"] } }, /without giving them away/],
    [{ state: both, composer: { newsgroups: true } }, /newsgroup/],
    [{ state: both, composer: { to: ["Friends"] } }, /mailing list/],
    [{ state: both, composer: { cc: [""] } }, /mailing list/],
  ] as const) {
    const made = world(options as any);
    assert.equal(await sent(made), false);
    await later();
    assert.match(refusals(made).join(), reason);
    assert.deepEqual([made.asked, made.outbox, made.drafts.size, removed], [[], [], 0, []]);
  }
  const made = world();
  made.details.attachVCard = true;
  await sent(made);
  assert.match(refusals(made).join(), /vCard/);
});

test("where protecting fails nothing leaves, and no draft stays behind", async () => {
  for (const failure of [
    new HostError("host-lost", ""),
    new HostError("certificate-not-found", "", {
      addresses: [{ address: "bob@example.org", kind: "certificate-not-found" }],
    }),
  ]) {
    const made = world({ failure });
    await sent(made);
    await until(() => refusals(made).length === 1);
    assert.deepEqual([made.outbox, made.drafts.size, removed], [[], 0, []]);
  }
});

test("a draft that its writer keeps is not lost", async () => {
  const opened = world({ failure: new HostError("host-lost", "") });
  opened.details.type = "draft";
  await sent(opened);
  await until(() => refusals(opened).length === 1);
  assert.equal(opened.drafts.size, 1);
  const saved = world({ failure: new HostError("host-lost", "") });
  await saved.outgoing.saved(1);
  await sent(saved);
  await until(() => refusals(saved).length === 1);
  assert.equal(saved.drafts.size, 1);
});

test("what was changed meanwhile is not sent as it was before", async () => {
  const made = world({
    onProtect: async (it) => {
      it.details.body = "another";
    },
  });
  await sent(made);
  await until(() => refusals(made).length === 1);
  assert.match(refusals(made)[0] as string, /You changed the mail/);
  assert.deepEqual([made.outbox, made.drafts.size, removed], [[], 0, []]);
});

test("it can be stopped, and sent only once", async () => {
  const made = world({
    onProtect: async (it) => {
      assert.equal(await sent(it), false, "it is on its way");
      it.outgoing.cancel(1);
    },
  });
  await sent(made);
  await until(() => refusals(made).length === 1);
  assert.match(refusals(made)[0] as string, /You stopped it/);
  assert.deepEqual([made.asked.length, made.outbox, made.drafts.size], [1, [], 0]);
});

test("a draft that stays in Drafts keeps the mail from being sent", async (context) => {
  const { now } = Date;
  let passed = 0;
  context.mock.method(Date, "now", () => now() + passed);
  const made = world();
  (globalThis as any).messenger.messages.delete = async () => {
    passed += 60_000;
    throw new Error("offline");
  };
  await sent(made);
  for (let turn = 0; refusals(made).length === 0 && turn < 1000; turn++) await later();
  assert.match(refusals(made)[0] as string, /could not be removed from Drafts/);
  assert.deepEqual(made.outbox, []);
});

// ---- deciding

test("what was chosen by hand is known after the background was ended", async () => {
  const made = world();
  const session = new Map<string, unknown>();
  const kept: any = {
    get: async (key: string) => (session.has(key) ? { [key]: session.get(key) } : {}),
    set: async (values: object) => {
      for (const [key, value] of Object.entries(values)) session.set(key, value);
    },
  };
  const storage: any = { get: async () => ({}), set: async () => undefined };
  const host: any = { call: async () => ({ certificates: [] }) };
  const start = () =>
    new Deciding(host, new Composing(host, new Recipients(host), storage, async () => undefined), kept);
  const before = start();
  assert.equal((await before.decide(7, made.details))?.state.encrypt, false);
  await Promise.all([
    before.choose(7, { encrypt: true }),
    before.choose(7, { sign: true }),
    before.choose(7, { saved: true }),
  ]);
  assert.equal((await before.decide(7, made.details))?.state.encrypt, true);
  const after = start();
  const { state } = (await after.decide(7, made.details)) as Draft;
  assert.deepEqual([state.sign, state.encrypt, state.level], [true, true, "bad"]);
  assert.deepEqual(await after.choice(7), { encrypt: true, sign: true, saved: true });
  assert.equal((await after.decide(8, made.details))?.state.encrypt, false);
  // One that is chosen where nothing was decided yet is not lost either.
  const third = start();
  await third.choose(9, { encrypt: true });
  assert.equal((await third.decide(9, made.details))?.state.encrypt, true);
});

// ---- composers

test("protection of Thunderbird's own is seen, unless it only claims to be there", async () => {
  const host: any = { call: async () => ({}) };
  for (const [own, able, expected] of [
    [undefined, true, ""],
    [{ name: "S/MIME", signMessage: false, encryptBody: false }, true, ""],
    [{ name: "S/MIME", signMessage: false, encryptBody: true }, true, "S/MIME"],
    [{ name: "OpenPGP", signMessage: true, encryptBody: false }, true, "OpenPGP"],
    [{ name: "S/MIME", signMessage: false, encryptBody: true }, false, ""],
  ] as const) {
    const made = world();
    (globalThis as any).messenger.compose.setComposeDetails = async () => {
      if (!able) throw new Error("The current identity does not support S/MIME");
    };
    const details = { ...made.details, selectedEncryptionTechnology: own };
    assert.equal((await composerOf(host, 1, details)).builtIn, expected);
  }
});

test("the answer to a mail that cannot be read counts as one to an encrypted mail", async () => {
  const made = world();
  (globalThis as any).messenger.messages.getRaw = async () => new Blob(["application/pkcs7-mime"]);
  const host: any = { call: async () => Promise.reject(new HostError("no-private-key", "")) };
  const details = { ...made.details, type: "reply", relatedMessageId: 3 };
  const { origin } = await composerOf(host, 44, details);
  assert.deepEqual(origin, { encrypted: true, headers: null, unquoted: false });
  assert.equal((await composerOf(host, 45, { ...details, type: "new" })).origin, null);
});
