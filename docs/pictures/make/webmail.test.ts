// SPDX-License-Identifier: MPL-2.0
// Pictures of a webmail for the documentation, as the tests run it: see docs/pictures.sh.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { setTimeout } from "node:timers/promises";
import { holds, tabOf } from "../../../tests/e2e/webmail/browsers/browser.ts";
import { encryptedMail, plainMail, signedMail, text } from "../../../tests/e2e/webmail/mails.ts";
import { ALICE, closePopup, textOf, User } from "../../../tests/e2e/webmail/user.ts";

const BOB = "bob@example.org";
const outside = { from: `Bob Miller <${BOB}>`, to: `Alice Winter <${ALICE}>`, subject: "[...]" };
// With its header fields inside, and without the subject outside (RFC 9788).
const offer = `Content-Type: text/plain; charset=utf-8; hp="cipher"
From: ${outside.from}
To: ${outside.to}
Subject: The offer
HP-Outer: From: ${outside.from}
HP-Outer: To: ${outside.to}
HP-Outer: Subject: ${outside.subject}

Dear Alice,

here is the offer that we talked about on Monday. Please keep the figures
between us until the board has met.

Kind regards
Bob
`.replaceAll("\n", "\r\n");
const named = (mail: Buffer, name: string) =>
  Buffer.from(mail.toString("latin1").replace(/^From: (\S+)/m, `From: ${name} <$1>`), "latin1");

let user: User;
before(async () => {
  user = await User.start("chromium");
  const plain = { ...outside, from: "frank@example.org", subject: "Lunch on Friday", entity: text("At one?\n") };
  const signed = { ...outside, from: "dave@example.org", subject: "Minutes", entity: text("As agreed.\n") };
  await user.receive(
    named(plainMail(plain), "Frank Berger"),
    named(signedMail(signed), "Dave Lang"),
    named(encryptedMail({ ...outside, from: BOB, entity: offer }, [ALICE], true), "Bob Miller"),
  );
});
after(() => user?.close());

/** Once nothing of the browser's own fades in or out any more. */
async function screen(name: string): Promise<void> {
  await setTimeout(1500);
  await user.screen(name);
}

test("pictures", async () => {
  // The browser asks whether it may keep the password, in that tab alone.
  const login = await user.login();
  const tab = await user.browser.open(user.stack.url("roundcube"));
  await login.close();
  await user.read(tab, 3);
  const popup = await user.browser.toolbar(tab);
  await holds(popup, 'document.querySelector("button.primary")');
  await screen("webmail-set-up");
  await closePopup(popup);
  await user.setUp(tab);
  await user.read(tab, 3);
  const frame = await user.reader(tab);
  assert.match(await textOf(frame), /Signed by bob@example\.org · Encrypted/);
  await screen("webmail-read");
  await frame.click(".answers button:nth-of-type(1)");
  const editor = await tabOf(user.browser, "editor.html");
  await holds(editor, 'document.querySelector(".protection-line") && !document.querySelector(".working")');
  await holds(editor, 'document.querySelector(".token.ok")');
  await editor.click(".text.rich");
  await editor.press("Control+Home");
  for (const key of "Dear Bob, I agree to all of it but the dates in part 3.") await editor.press(key);
  await user.picture(editor, "webmail-write");
});
