// SPDX-License-Identifier: MPL-2.0
// The provider for Roundcube on the real one: as Debian ships it, and with the plugin.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { resolve } from "node:path";
import { after, before, beforeEach, describe, test } from "node:test";
import type { Copy, Fetch } from "../../../webext/webmail/providers/provider.ts";
import { Roundcube } from "../../../webext/webmail/providers/roundcube.ts";
import { plainMail, signedMail, tail, text, verified } from "./mails.ts";
import { Session } from "./servers/session.ts";
import { Stack, type StackOptions } from "./servers/stack.ts";
import { REFUSED } from "./servers/users.ts";

const [ALICE, BOB, CAROL] = ["alice@example.org", "bob@example.org", "carol@example.org"] as const;
const FOLDERS = ["INBOX", "Sent", "Drafts", "Trash"];
const PLUGINS = { nssmime_rawsend: resolve(process.env["NSSMIME_WEBEXT"] as string, "../packaging/roundcube/nssmime_rawsend") };

const bytes = async (blob: Blob) => Buffer.from(await blob.arrayBuffer());
const letter = { from: ALICE, to: BOB, subject: "Grüße", entity: text("Grüße \n.\n>quoted\n") };
const copy = (raw: Buffer, ...recipients: string[]): Copy => ({ raw: new Blob([raw as BlobPart]), recipients });

class Desk {
  constructor(
    readonly stack: Stack,
    readonly session: Session,
    readonly roundcube: Roundcube,
  ) {}

  static async open(options: StackOptions["roundcube"]): Promise<Desk> {
    const stack = await Stack.start({ roundcube: options ?? {} });
    const session = await Session.login(stack.url("roundcube"), ALICE);
    const roundcube = Roundcube.detect(await session.page("?_task=mail"), session.fetch);
    assert.ok(roundcube);
    return new Desk(stack, session, roundcube);
  }

  /** The provider with something in its way. */
  async through(fetch: Fetch): Promise<Roundcube> {
    return Roundcube.detect(await this.session.page("?_task=mail"), fetch) as Roundcube;
  }

  async count(folder: string, user: string = ALICE): Promise<number> {
    return (await this.stack.mailbox(user).messages(folder)).length;
  }

  async clear(): Promise<void> {
    for (const user of [ALICE, BOB, CAROL])
      for (const folder of FOLDERS) await this.stack.mailbox(user).clear(folder);
  }
}

describe("reading", () => {
  let desk: Desk;
  before(async () => {
    desk = await Desk.open({});
  });
  after(() => desk?.stack.stop());
  beforeEach(() => desk.clear());

  test("a page of Roundcube is known, another and its login are not", async () => {
    const { session } = desk;
    const find = (page: Parameters<typeof Roundcube.detect>[0]) => Roundcube.detect(page, session.fetch);
    assert.ok(find(await session.page("?_task=settings")));
    assert.equal(find({ url: "https://example.org/", scripts: ["rcmail.init()"], has: () => true }), null);
    const elsewhere = '{"task":"mail","request_token":"x","comm_path":"https://example.evil/?_task=mail"}';
    const forged = { url: "https://example.org/", scripts: [`rcmail.set_env(${elsewhere});`], has: () => true };
    assert.equal(find(forged), null);
    const stranger = await fetch(desk.stack.url("roundcube"));
    const [, script] = /<script>([^<]*set_env[^<]*)/.exec(await stranger.text()) as unknown as [string, string];
    assert.match(script, /"task":"login"/);
    assert.equal(find({ url: desk.stack.url("roundcube"), scripts: [script], has: () => true }), null);
  });

  test("the mail that is shown is known, in the preview and alone", async () => {
    await desk.stack.mailbox(ALICE).append(signedMail(letter));
    await desk.stack.mailbox(ALICE).append(plainMail(letter));
    const [signed, plain] = await desk.stack.mailbox(ALICE).messages();
    for (const action of ["show", "preview&_framed=1"])
      for (const [mail, hint] of [[signed, true], [plain, false]] as const) {
        const id = String(mail?.uid);
        const page = await desk.session.page(`?_task=mail&_action=${action}&_uid=${id}&_mbox=INBOX`);
        assert.deepEqual(Roundcube.shown(page), { message: { id, folder: "INBOX" }, body: "#messagebody", hint });
      }
    assert.equal(Roundcube.shown(await desk.session.page("?_task=mail")), null);
    assert.equal(Roundcube.shown(await desk.session.page("?_task=mail&_action=compose")), null);
  });

  test("a mail comes byte for byte", async () => {
    const head = `From: ${BOB}\r\nSubject: `;
    const mails = [
      signedMail(letter),
      signedMail(letter, "opaque"),
      Buffer.from(`${head}x\r\n\r\n\xe4\xff \r\n.\r\nFrom me\r\n\r\n>From me\r\n\r\nno end`, "latin1"),
      Buffer.from(`${head}=?utf-8?q?=22;/=C3=A4?=\r\nContent-Type: text/plain; charset=nonsense\r\n\r\n\r\n\r\n`),
    ];
    for (const mail of mails) await desk.stack.mailbox(ALICE).append(mail);
    const listed = await desk.roundcube.list();
    assert.equal(listed.length, mails.length);
    assert.deepEqual(listed.map(({ subject, from }) => [subject, from]).at(-1), ["Grüße", ALICE]);
    for (const [index, mail] of mails.entries()) {
      const message = listed.at(-1 - index);
      assert.ok(message);
      assert.deepEqual(await bytes(await desk.roundcube.getRaw(message)), mail);
    }
  });

  test("a large mail comes with word of how far it is, and can be cancelled", async () => {
    const body = randomBytes(12_000_000).toString("base64").replace(/.{76}/g, "$&\r\n");
    const mail = plainMail({ ...letter, entity: text(body) });
    await desk.stack.mailbox(ALICE).append(mail);
    const [message] = await desk.roundcube.list();
    assert.ok(message);
    const seen: number[] = [];
    const onProgress = (done: number, total?: number) => {
      assert.equal(total, mail.length);
      seen.push(done);
    };
    const raw = await bytes(await desk.roundcube.getRaw(message, { onProgress }));
    assert.ok(raw.equals(mail));
    assert.ok(seen.length > 2 && seen.at(-1) === mail.length);
    const cancel = new AbortController();
    const stopped = desk.roundcube.getRaw(message, { signal: cancel.signal, onProgress: () => cancel.abort() });
    await assert.rejects(stopped, { name: "AbortError" });
  });

  test("what went wrong is told by kind", async () => {
    const { roundcube, session, stack } = desk;
    await stack.mailbox(ALICE).append(plainMail(letter));
    const [message] = await roundcube.list();
    assert.ok(message);
    await assert.rejects(roundcube.getRaw({ id: "4711", folder: "INBOX" }), { kind: "message-gone" });
    await assert.rejects(roundcube.list("Nowhere"), { kind: "server-error" });
    const away = await desk.through(async () => Promise.reject(new TypeError("Failed to fetch")));
    await assert.rejects(away.getRaw(message), { kind: "offline" });
    const broken = await desk.through(async () => new Response("<html>oops</html>", { status: 502 }));
    await assert.rejects(broken.getRaw(message), { kind: "server-error" });

    session.logout();
    await assert.rejects(roundcube.getRaw(message), { kind: "session-expired" });
    await assert.rejects(roundcube.list(), { kind: "session-expired" });
    await assert.rejects(roundcube.identities(), { kind: "session-expired" });
    const raw = new Blob([plainMail(letter)]);
    const { sent, error, unknown } = await roundcube.sendRaw({ from: ALICE, copies: [{ raw, recipients: [BOB] }] });
    assert.deepEqual([sent, error?.kind, unknown], [[], "session-expired", null]);

    // Logged in again, in another tab: the token of before is void, and no page need be loaded anew.
    await session.login(ALICE);
    assert.ok((await roundcube.getRaw(message)).size > 0);
    assert.equal((await roundcube.list()).length, 1);
  });

  test("the identities are told as the user named them", async () => {
    const page = await desk.session.page("?_task=settings&_action=identities");
    const token = /"request_token":"([^"]+)"/.exec(page.scripts.join())?.[1] as string;
    const fields = { _token: token, _name: 'Alice "Äffchen" <b>', _email: "alice.b@example.org", _standard: "0" };
    await desk.session.fetch(`${desk.stack.url("roundcube")}?_task=settings&_action=save-identity`,
      { method: "POST", body: new URLSearchParams(fields) });
    const [own, other, ...more] = await desk.roundcube.identities();
    assert.deepEqual(more, []);
    assert.deepEqual([own?.address, own?.name], [ALICE, ""]);
    assert.equal(other?.address, "alice.b@example.org");
    assert.match(other?.name ?? "", /^Alice "?Äffchen/);
  });

  test("the identities are told where nobody may see the page that lists them", async () => {
    const strict = await Desk.open({ disabledActions: ["settings.identities"] });
    try {
      assert.deepEqual(await strict.roundcube.identities(), [{ id: "1", address: ALICE, name: "" }]);
    } finally {
      await strict.stack.stop();
    }
  });
});

for (const [name, plugins] of [["as it is", {}], ["with the plugin", PLUGINS]] as const)
  describe(`sending, ${name}`, () => {
    let desk: Desk;
    before(async () => {
      desk = await Desk.open({ plugins });
    });
    after(() => desk?.stack.stop());
    beforeEach(() => desk.clear());

    test("a signed mail arrives whole, and is kept", async () => {
      for (const form of ["detached", "opaque"] as const) {
        await desk.clear();
        const mail = signedMail(letter, form);
        const outcome = await desk.roundcube.sendRaw({ from: "Alice@Example.org", copies: [copy(mail, BOB)] });
        assert.deepEqual(outcome, { sent: [0], unknown: null, error: null, kept: true, leftover: null });
        const [got] = await desk.stack.mailbox(BOB).waitFor(1);
        assert.ok(tail(got?.raw, mail));
        assert.equal(/^Resent-From:/m.test(got?.raw.toString() as string), plugins !== PLUGINS);
        assert.deepEqual(verified(got?.raw as Buffer), Buffer.from(letter.entity));
        const [kept, ...more] = await desk.stack.mailbox(ALICE).messages("Sent");
        assert.deepEqual(more, []);
        assert.deepEqual(verified(kept?.raw as Buffer), Buffer.from(letter.entity));
        assert.ok(tail(kept?.raw, mail));
        assert.ok(kept?.flags.includes("\\Seen"), String(kept?.flags));
      }
    });

    test("blind copies are mails of their own, that name nobody and are not kept", async () => {
      const messageId = "same@example.org";
      const [open, blind] = [signedMail({ ...letter, messageId }), signedMail({ ...letter, messageId })];
      const copies = [copy(open, BOB), copy(blind, CAROL)];
      const outcome = await desk.roundcube.sendRaw({ from: ALICE, copies });
      assert.deepEqual(outcome, { sent: [0, 1], unknown: null, error: null, kept: true, leftover: null });
      const [bob, ...moreBob] = await desk.stack.mailbox(BOB).waitFor(1);
      const [carol, ...moreCarol] = await desk.stack.mailbox(CAROL).waitFor(1);
      assert.deepEqual([moreBob, moreCarol], [[], []]);
      assert.ok(tail(bob?.raw, open));
      assert.ok(tail(carol?.raw, blind));
      assert.doesNotMatch(bob?.raw.toString() ?? "", /carol/i);
      const [kept, ...more] = await desk.stack.mailbox(ALICE).messages("Sent");
      assert.deepEqual(more, []);
      assert.ok(tail(kept?.raw, open));
      for (const folder of ["Trash", "Drafts", "INBOX"]) assert.equal(await desk.count(folder), 0, folder);
    });

    test("what is kept says to whom the blind copies went, and nothing else does", async () => {
      const mail = signedMail(letter);
      const keeps = Buffer.concat([Buffer.from(`Bcc: ${CAROL}\r\n`), mail]);
      const outgoing = { from: ALICE, copies: [copy(mail, BOB), copy(mail, CAROL)], keeps: new Blob([keeps]) };
      const outcome = await desk.roundcube.sendRaw(outgoing);
      assert.deepEqual(outcome, { sent: [0, 1], unknown: null, error: null, kept: true, leftover: null });
      for (const who of [BOB, CAROL]) {
        const [got] = await desk.stack.mailbox(who).waitFor(1);
        assert.ok(tail(got?.raw, mail));
        assert.doesNotMatch(got?.raw.toString() ?? "", /^Bcc:/im);
      }
      const [kept, ...more] = await desk.stack.mailbox(ALICE).messages("Sent");
      assert.deepEqual(more, []);
      assert.ok(tail(kept?.raw, keeps));
      assert.ok(kept?.flags.includes("\\Seen"), String(kept?.flags));
      for (const folder of ["Trash", "Drafts", "INBOX"]) assert.equal(await desk.count(folder), 0, folder);
    });

    test("where the server refuses, nothing is left and the reason is told", async () => {
      for (const address of [REFUSED, "x@elsewhere.example"]) {
        const copies = [copy(signedMail(letter), BOB, address), copy(signedMail(letter), CAROL)];
        const { error, ...outcome } = await desk.roundcube.sendRaw({ from: ALICE, copies });
        assert.deepEqual(outcome, { sent: [], unknown: null, kept: false, leftover: null });
        assert.equal(error?.kind, "send-refused");
        assert.ok(error?.message.includes(address), error?.message);
      }
      for (const folder of FOLDERS) assert.equal(await desk.count(folder), 0, folder);
    });

    test("what was sent before one was refused is told, and what comes after is not tried", async () => {
      const mails = [1, 2, 3].map(() => signedMail(letter)) as [Buffer, Buffer, Buffer];
      const copies = [copy(mails[0], BOB), copy(mails[1], REFUSED), copy(mails[2], CAROL)];
      const { error, ...outcome } = await desk.roundcube.sendRaw({ from: ALICE, copies });
      assert.deepEqual(outcome, { sent: [0], unknown: null, kept: true, leftover: null });
      assert.equal(error?.kind, "send-refused");
      await desk.stack.mailbox(BOB).waitFor(1);
      assert.deepEqual([await desk.count("INBOX", CAROL), await desk.count("Trash")], [0, 0]);
      assert.equal(await desk.count("Sent"), 1);
    });

    test("nobody sends as somebody else", async () => {
      const copies = [copy(signedMail(letter), BOB)];
      const { sent, error } = await desk.roundcube.sendRaw({ from: CAROL, copies });
      assert.deepEqual([sent, error?.kind], [[], "send-refused"]);
    });

    test("a mail of 30 MB goes as it is", async () => {
      const body = randomBytes(22_500_000).toString("base64").replace(/.{76}/g, "$&\r\n");
      const mail = plainMail({ ...letter, entity: text(body) });
      const { sent, error } = await desk.roundcube.sendRaw({ from: ALICE, copies: [copy(mail, BOB)] });
      assert.deepEqual([sent, error], [[0], null]);
      const [got] = await desk.stack.mailbox(BOB).waitFor(1);
      assert.ok(tail(got?.raw, mail));
    });

    test("what is cancelled before it goes leaves nothing", async () => {
      const cancel = new AbortController();
      const slow = await desk.through(async (url, init) => {
        const answer = await desk.session.fetch(url, init);
        if (/_action=(import|identities)/.test(url)) cancel.abort();
        return answer;
      });
      const mail = { from: ALICE, copies: [copy(signedMail(letter), BOB)] };
      await assert.rejects(slow.sendRaw(mail, { signal: cancel.signal }), { name: "AbortError" });
      for (const folder of FOLDERS) assert.equal(await desk.count(folder), 0, folder);
      assert.equal(await desk.count("INBOX", BOB), 0);
    });

    test("where the answer is lost, nobody claims to know", async () => {
      const lost = await desk.through(async (url, init) => {
        const answer = await desk.session.fetch(url, init);
        if (!/_action=(bounce|plugin)/.test(url)) return answer;
        await answer.arrayBuffer();
        throw new TypeError("Failed to fetch");
      });
      const copies = [copy(signedMail(letter), BOB), copy(signedMail(letter), CAROL)];
      const { sent, unknown, error } = await lost.sendRaw({ from: ALICE, copies });
      assert.deepEqual([sent, unknown, error?.kind], [[], 0, "offline"]);
      await desk.stack.mailbox(BOB).waitFor(1);
      assert.equal(await desk.count("Sent"), 1);
    });
  });

describe("import and bounce", () => {
  let desk: Desk;
  before(async () => {
    desk = await Desk.open({});
  });
  after(() => desk?.stack.stop());
  beforeEach(() => desk.clear());

  test("a mail that the import would take apart is not given to it", async () => {
    for (const line of ["From here", ">From here"]) {
      const mail = plainMail({ ...letter, entity: text(`one\n\n${line}\n`) });
      const { sent, error, leftover } = await desk.roundcube.sendRaw({ from: ALICE, copies: [copy(mail, BOB)] });
      assert.deepEqual([sent, error?.kind, leftover], [[], "send-refused", null]);
    }
    assert.equal(await desk.count("Sent"), 0);
  });

  test("a mail that the server changed is not sent", async () => {
    const changing = await desk.through(async (url, init) => {
      if (!url.includes("_action=import")) return desk.session.fetch(url, init);
      const body = init?.body as FormData;
      const raw = await (body.get("_file[]") as Blob).text();
      body.set("_file[]", new Blob([raw.replace("quoted", "Quoted")], { type: "message/rfc822" }), "m.eml");
      return desk.session.fetch(url, init);
    });
    const { sent, error, leftover } = await changing.sendRaw({ from: ALICE, copies: [copy(plainMail(letter), BOB)] });
    assert.deepEqual([sent, error?.kind, leftover], [[], "server-error", null]);
    for (const folder of FOLDERS) assert.equal(await desk.count(folder), 0, folder);
  });

  test("what could not be removed is told", async () => {
    const holding = await desk.through(async (url, init) => {
      if (url.includes("_action=delete")) throw new TypeError("Failed to fetch");
      return desk.session.fetch(url, init);
    });
    const { sent, error, leftover } = await holding.sendRaw({ from: ALICE, copies: [copy(signedMail(letter), REFUSED)] });
    assert.deepEqual([sent, error?.kind, leftover], [[], "send-refused", "Sent"]);
    assert.equal(await desk.count("Sent"), 1);
  });

  test("where the administrator forbids it, that is told", async () => {
    for (const action of ["mail.bounce", "mail.import"]) {
      const strict = await Desk.open({ disabledActions: [action] });
      try {
        const copies = [copy(signedMail(letter), BOB)];
        const { sent, error, leftover } = await strict.roundcube.sendRaw({ from: ALICE, copies });
        assert.deepEqual([action, sent, error?.kind, leftover], [action, [], "not-permitted", null]);
        assert.equal(await strict.count("Sent"), 0);
      } finally {
        await strict.stack.stop();
      }
    }
  });
});
