// SPDX-License-Identifier: MPL-2.0
// The provider for JMAP on the real Cyrus, whose mails postfix brings to dovecot.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { after, before, beforeEach, test } from "node:test";
import { Jmap } from "../../../webext/webmail/providers/jmap.ts";
import type { Copy, Fetch } from "../../../webext/webmail/providers/provider.ts";
import { plainMail, signedMail, tail, text, verified } from "./mails.ts";
import { Stack } from "./servers/stack.ts";
import { PASSWORD, REFUSED } from "./servers/users.ts";

const [ALICE, BOB, CAROL] = ["alice@example.org", "bob@example.org", "carol@example.org"] as const;
const letter = { from: ALICE, to: BOB, subject: "=?utf-8?q?Gr=C3=BC=C3=9Fe?=", entity: text("Grüße \n.\nFrom me\n") };
const copy = (raw: Buffer, ...recipients: string[]): Copy => ({ raw: new Blob([raw as BlobPart]), recipients });
const done = { sent: [0], unknown: null, error: null, kept: true, leftover: null };

let stack: Stack;
let authorization = "";
let folders: Record<string, string>;

const through = (way: Fetch = fetch) =>
  new Jmap(`${stack.url("jmap")}jmap/`, async () => authorization, way);

/** What Cyrus has in a folder, byte for byte. */
async function stored(role: string): Promise<Buffer[]> {
  const listed = await through().list(folders[role]);
  const raws = await Promise.all(listed.map((message) => through().getRaw(message)));
  return Promise.all(raws.map(async (raw) => Buffer.from(await raw.arrayBuffer())));
}

async function call(name: string, params: object): Promise<any> {
  const answer = await fetch(`${stack.url("jmap")}jmap/`, {
    method: "POST",
    headers: { authorization, "content-type": "application/json" },
    body: JSON.stringify({ using: ["urn:ietf:params:jmap:core", "urn:ietf:params:jmap:mail"],
      methodCalls: [[name, params, "0"]] }),
  });
  return ((await answer.json()) as any).methodResponses[0][1];
}

before(async () => {
  stack = await Stack.start({ cyrus: [ALICE] });
  authorization = `Basic ${Buffer.from(`${ALICE}:${PASSWORD}`).toString("base64")}`;
  const { list } = await call("Mailbox/get", { accountId: ALICE });
  folders = Object.fromEntries(list.map(({ id, role }: { id: string; role: string }) => [role, id]));
});
after(() => stack?.stop());
beforeEach(async () => {
  for (const user of [BOB, CAROL]) await stack.mailbox(user).clear();
  const { ids } = await call("Email/query", { accountId: ALICE });
  if (ids.length > 0) await call("Email/set", { accountId: ALICE, destroy: ids });
});

test("the identities are told", async () => {
  const identities = await through().identities();
  assert.ok(identities.some(({ address }) => address === ALICE), JSON.stringify(identities));
});

test("a signed mail arrives whole, and is kept as it is", async () => {
  for (const form of ["detached", "opaque"] as const) {
    const mail = signedMail(letter, form);
    assert.deepEqual(await through().sendRaw({ from: ALICE, copies: [copy(mail, BOB)] }), done);
    const [got] = await stack.mailbox(BOB).waitFor(1);
    assert.deepEqual(verified(got?.raw as Buffer), Buffer.from(letter.entity));
    assert.ok(tail(got?.raw, mail));
    await stack.mailbox(BOB).clear();
    // Of two that came in the same second neither is the newer one.
    assert.ok((await stored("sent")).some((kept) => kept.equals(mail)));
  }
  assert.equal((await stored("drafts")).length, 0);
  const [newest] = await through().list(folders["sent"]);
  assert.deepEqual([newest?.subject, newest?.from], ["Grüße", ALICE]);
  const { list } = await call("Email/get", { accountId: ALICE, ids: [newest?.id], properties: ["keywords"] });
  assert.ok(list[0].keywords.$seen && !list[0].keywords.$draft, JSON.stringify(list));
});

test("blind copies are mails of their own, and are not kept", async () => {
  const [open, blind] = [signedMail(letter), signedMail(letter)];
  const outcome = await through().sendRaw({ from: ALICE, copies: [copy(open, BOB), copy(blind, CAROL)] });
  assert.deepEqual(outcome, { ...done, sent: [0, 1] });
  const [bob, ...moreBob] = await stack.mailbox(BOB).waitFor(1);
  const [carol, ...moreCarol] = await stack.mailbox(CAROL).waitFor(1);
  assert.deepEqual([moreBob, moreCarol], [[], []]);
  assert.doesNotMatch(bob?.raw.toString() ?? "", /carol/i);
  assert.ok(tail(carol?.raw, blind));
  assert.deepEqual(await stored("sent"), [open]);
  assert.deepEqual(await stored("drafts"), []);
});

test("what is kept says to whom the blind copies went, and nothing else does", async () => {
  const mail = signedMail(letter);
  const keeps = Buffer.concat([Buffer.from(`Bcc: ${CAROL}\r\n`), mail]);
  const outgoing = { from: ALICE, copies: [copy(mail, BOB), copy(mail, CAROL)], keeps: new Blob([keeps]) };
  assert.deepEqual(await through().sendRaw(outgoing), { ...done, sent: [0, 1] });
  for (const who of [BOB, CAROL]) {
    const [got] = await stack.mailbox(who).waitFor(1);
    assert.doesNotMatch(got?.raw.toString() ?? "", /^Bcc:/im);
  }
  assert.deepEqual(await stored("sent"), [keeps]);
  assert.deepEqual(await stored("drafts"), []);
});

test("where the server refuses, nothing is left and what was sent before is told", async () => {
  const copies = [copy(signedMail(letter), BOB), copy(signedMail(letter), REFUSED), copy(signedMail(letter), CAROL)];
  for (const from of [0, 1]) {
    const { error, ...outcome } = await through().sendRaw({ from: ALICE, copies: copies.slice(from) });
    assert.deepEqual(outcome, { ...outcome, sent: from === 0 ? [0] : [], unknown: null, leftover: null });
    assert.equal(error?.kind, "send-refused", error?.message);
  }
  await stack.mailbox(BOB).waitFor(1);
  assert.deepEqual(await stack.mailbox(CAROL).messages(), []);
  assert.deepEqual([(await stored("sent")).length, (await stored("drafts")).length], [1, 0]);
});

test("nobody sends as somebody else", async () => {
  const { sent, error } = await through().sendRaw({ from: BOB, copies: [copy(signedMail(letter), CAROL)] });
  assert.deepEqual([sent, error?.kind], [[], "send-refused"]);
});

test("a mail of 30 MB goes and comes as it is", async () => {
  const body = randomBytes(22_500_000).toString("base64").replace(/.{76}/g, "$&\r\n");
  const mail = plainMail({ ...letter, entity: text(body) });
  assert.deepEqual(await through().sendRaw({ from: ALICE, copies: [copy(mail, BOB)] }), done);
  const [got] = await stack.mailbox(BOB).waitFor(1);
  assert.ok(tail(got?.raw, mail));
  const [message] = await through().list(folders["sent"]);
  let last = 0;
  const onProgress = (so: number) => {
    assert.ok(so >= last);
    last = so;
  };
  const raw = await through().getRaw(message as { id: string }, { onProgress });
  assert.ok(Buffer.from(await raw.arrayBuffer()).equals(mail));
  assert.equal(last, mail.length);
});

test("what is cancelled before it goes leaves nothing", async () => {
  const cancel = new AbortController();
  const slow = through(async (url, init) => {
    const answer = await fetch(url, init);
    if (String(init?.body).includes("Email/import")) cancel.abort();
    return answer;
  });
  const sending = slow.sendRaw({ from: ALICE, copies: [copy(signedMail(letter), BOB)] }, { signal: cancel.signal });
  await assert.rejects(sending, { name: "AbortError" });
  assert.deepEqual([(await stored("sent")).length, (await stored("drafts")).length], [0, 0]);
});

test("where the answer is lost, nobody claims to know", async () => {
  const lost = through(async (url, init) => {
    const answer = await fetch(url, init);
    if (!String(init?.body).includes("EmailSubmission/set")) return answer;
    await answer.arrayBuffer();
    throw new TypeError("Failed to fetch");
  });
  const { sent, unknown, error } = await lost.sendRaw({ from: ALICE, copies: [copy(signedMail(letter), BOB)] });
  assert.deepEqual([sent, unknown, error?.kind], [[], 0, "offline"]);
  await stack.mailbox(BOB).waitFor(1);
});

test("what went wrong is told by kind", async () => {
  await assert.rejects(through().getRaw({ id: "Mnothing" }), { kind: "message-gone" });
  const away = through(async () => Promise.reject(new TypeError("Failed to fetch")));
  await assert.rejects(away.list(), { kind: "offline" });
  const right = authorization;
  authorization = "Basic eDp5";
  try {
    await assert.rejects(through().identities(), { kind: "session-expired" });
  } finally {
    authorization = right;
  }
  const elsewhere = through(async (url, init) => {
    if (init?.method) return fetch(url, init);
    const session = (await (await fetch(url, init)).json()) as object;
    return Response.json({ ...session, apiUrl: "http://example.evil/jmap/" });
  });
  await assert.rejects(elsewhere.list(), { kind: "server-error", message: /not by https/ });
});
