// SPDX-License-Identifier: MPL-2.0
// Both browsers with the installed packages and nothing else: run by installed.sh. Each takes the
// extension from the system's folder, unasked, finds the host by the system's manifest, and what
// the administrator suggests in the browser's policies.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { holds, type Tab } from "../e2e/webmail/browsers/browser.ts";
import { encryptedMail, text } from "../e2e/webmail/mails.ts";
import { ALICE, names, says, textOf, User } from "../e2e/webmail/user.ts";

const SUGGESTED = "https://mail.example.org";

for (const name of names)
  describe(name, () => {
    let user: User;
    let tab: Tab;

    before(async () => {
      user = await User.start(name, { installed: true });
      const letter = { from: "bob@example.org", to: ALICE, subject: "both", entity: text("As it was installed.\n") };
      await user.receive(encryptedMail(letter, [ALICE], true));
      tab = await user.login();
    });
    after(() => user?.close());

    test("a mail is read", async () => {
      await user.read(tab, 1);
      await user.setUp(tab);
      const shown = await textOf(await user.reader(tab));
      assert.match(shown, /Signed by bob@example\.org · Encrypted/);
      assert.match(shown, /As it was installed/);
    });

    test("the templates of policies suggest sites", async () => {
      const suggested = await user.browser.background('chrome.storage.managed.get("origins")');
      assert.deepEqual(suggested, { origins: [SUGGESTED] });
    });

    test("what is suggested is set up where it is listed", async () => {
      const settings = await user.browser.open(`${user.browser.extension}pages/settings.html`);
      await says(settings, "Your administrator suggests this one.");
      await user.picture(settings, "suggested");
      user.answer("confirm", "confirm");
      await settings.click(`button[aria-label="Set up: ${SUGGESTED}"]`);
      await user.browser.allow(true);
      await holds(settings, `document.querySelector('button[aria-label="Forget: ${SUGGESTED}"]')`);
      assert.ok(user.asked().at(-1)?.includes(SUGGESTED), user.asked().join("\n"));
      await settings.close();
    });
  });
