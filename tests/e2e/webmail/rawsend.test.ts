// SPDX-License-Identifier: MPL-2.0
// What the plugin for Roundcube refuses to somebody who is logged in and asks it by himself, and to
// a page of another site, which has the cookies but not the token.
import assert from "node:assert/strict";
import { resolve } from "node:path";
import { after, before, test } from "node:test";
import { plainMail, text } from "./mails.ts";
import { Session } from "./servers/session.ts";
import { Stack } from "./servers/stack.ts";

const [ALICE, BOB] = ["alice@example.org", "bob@example.org"] as const;
const plugin = resolve(process.env["NSSMIME_WEBEXT"] as string, "../packaging/roundcube/nssmime_rawsend");
const mail = plainMail({ from: ALICE, to: BOB, subject: "x", entity: text("x\n") }).toString();

let stack: Stack;
let session: Session;
let token: string;
before(async () => {
  stack = await Stack.start({ roundcube: { plugins: { nssmime_rawsend: plugin } } });
  session = await Session.login(stack.url("roundcube"), ALICE);
  const { scripts } = await session.page("?_task=mail");
  token = /"request_token":"([^"]+)"/.exec(scripts.join())?.[1] as string;
});
after(() => stack?.stop());

interface Form {
  fields?: Record<string, string>;
  raw?: string | null;
  init?: RequestInit;
}

async function ask({ fields = {}, raw = mail, init = {} }: Form): Promise<{ status: number; text: string }> {
  const body = new FormData();
  const all = { _token: token, _from: "1", _recipients: BOB, _folder: "Sent", ...fields };
  for (const [name, value] of Object.entries(all)) body.set(name, value);
  if (raw !== null) body.set("_file[]", new Blob([raw]), "mail.eml");
  const url = `${stack.url("roundcube")}?_task=mail&_action=plugin.nssmime_rawsend&_remote=1`;
  const answer = await session.fetch(url, { method: "POST", body, ...init });
  return { status: answer.status, text: await answer.text() };
}

const refusals: [string, Form, number, RegExp][] = [
  ["another site's token", { fields: { _token: "x".repeat(32) } }, 403, /Invalid Request/],
  ["no token", { fields: { _token: "" } }, 403, /Invalid Request/],
  ["no mail", { raw: null }, 200, /No mail came/],
  ["a link", { init: { method: "GET", body: null } }, 200, /No mail came/],
  ["another's identity", { fields: { _from: "2" } }, 200, /no identity of yours/],
  ["another From field", { raw: mail.replace(ALICE, BOB) }, 200, /from somebody else/],
  ["two in the From field", { raw: mail.replace(ALICE, `${ALICE}, ${BOB}`) }, 200, /from somebody else/],
  ["two From fields", { raw: `From: ${BOB}\r\n${mail}` }, 200, /from somebody else/],
  ["another From field in a folded line", { raw: mail.replace(ALICE, `\r\n ${BOB}`) }, 200, /from somebody else/],
  ["a From field behind a lone line feed", { raw: `X: y\nFrom: ${BOB}\r\n${mail}` }, 200, /from somebody else/],
  ["no From field", { raw: mail.replace("From:", "X-From:") }, 200, /from somebody else/],
  ["text alone", { raw: "no mail" }, 200, /This is no mail/],
  ["no recipient", { fields: { _recipients: " , " } }, 200, /no recipient/],
  ["a command as recipient", { fields: { _recipients: `${BOB}>\r\nDATA` } }, 200, /is no address/],
];

for (const [what, form, status, says] of refusals)
  test(`refused: ${what}`, async () => {
    const answer = await ask(form);
    assert.equal(answer.status, status, answer.text);
    assert.match(answer.text, says);
    assert.deepEqual(await stack.mailbox(ALICE).messages("Sent"), []);
    assert.deepEqual(await stack.mailbox(BOB).messages(), []);
  });

test("refused: nobody who is logged in", async () => {
  const url = `${stack.url("roundcube")}?_task=mail&_action=plugin.nssmime_rawsend&_remote=1`;
  const answer = await fetch(url, { method: "POST", body: new URLSearchParams({ _token: token }) });
  assert.match(await answer.text(), /session_error|Invalid Request/);
});

test("what is in order goes, and is kept", async () => {
  const answer = await ask({ fields: { _recipients: `${BOB}, ${ALICE}` } });
  assert.match(answer.text, /"kept":true/);
  for (const user of [ALICE, BOB]) {
    const [got] = await stack.mailbox(user).waitFor(1);
    assert.ok(got?.raw.toString().endsWith(mail));
  }
  assert.deepEqual((await stack.mailbox(ALICE).messages("Sent")).map(({ raw }) => raw.toString()), [mail]);
});

test("a folder that is not there keeps nothing, and says so", async () => {
  assert.match((await ask({ fields: { _folder: "Nowhere" } })).text, /"kept":false/);
});
