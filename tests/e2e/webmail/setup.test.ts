// SPDX-License-Identifier: MPL-2.0
// Setting a site up where somebody says no: the user, to the browser or to the program, or the
// administrator. What was allowed until then is given back, the popup says why, and trying again
// works once it may.
import assert from "node:assert/strict";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { after, before, describe, test } from "node:test";
import { type Frame, holds, type Tab, until } from "./browsers/browser.ts";
import { signedMail, text } from "./mails.ts";
import { FakeWebmail } from "./servers/fake.ts";
import { ALICE, closePopup, names, press, says, textOf, User } from "./user.ts";

const POLICY = process.env["NSSMIME_POLICY"] as string;
const asRoot = { skip: process.getuid?.() !== 0 && "an administrator's file counts only if it is root's" };
const mail = signedMail({ from: "bob@example.org", to: ALICE, subject: "x", entity: text("Set up at last.\n") });

function administrate(policy: object): void {
  mkdirSync(dirname(POLICY), { recursive: true, mode: 0o755 });
  writeFileSync(POLICY, JSON.stringify(policy), { mode: 0o644 });
}

for (const name of names)
  describe(name, () => {
    let user: User;
    let site: FakeWebmail;
    let tab: Tab;
    /** Chromium asks about a site once, and remembers its user's yes. */
    let remembered = false;

    before(async () => {
      rmSync(POLICY, { force: true });
      site = await FakeWebmail.start(mail);
      site.pages["mail"] = {};
      user = await User.start(name, { servers: {}, host: process.env["NSSMIME_POLICY_HOST"] as string });
      tab = await user.browser.open(site.url("mail"));
    });
    after(async () => {
      rmSync(POLICY, { force: true });
      await user?.close();
      await site?.close();
    });

    async function open(): Promise<Frame> {
      const popup = await user.browser.toolbar(tab);
      await holds(popup, 'document.querySelector("main h1")');
      return popup;
    }
    async function close(popup: Frame): Promise<void> {
      await closePopup(popup).catch(() => undefined);
      await until("the end of the popup", () => popup.url().then(() => false, () => true));
    }
    /** Presses the button, and says yes to the browser: the popup that tells what came of it. */
    async function setUp(popup: Frame): Promise<Frame> {
      await popup.click("button.primary");
      if (remembered) return popup;
      await user.browser.allow(true);
      remembered = name === "chromium";
      return open();
    }
    const nothingAllowed = () =>
      until("nothing to be allowed", () =>
        user.browser.background(`Promise.all([chrome.permissions.getAll(), chrome.storage.local.get("sites")])
          .then(([{ origins }, { sites = [] }]) => origins.length + sites.length === 0)`));
    const shown = async () => assert.match(await textOf(await user.reader(tab)), /Set up at last/);

    test("the browser is told no: nothing changed, and it can be tried again", async () => {
      const popup = await open();
      await popup.click("button.primary");
      await user.browser.allow(false);
      await nothingAllowed();
      assert.deepEqual(user.asked(), []);
      const again = await open();
      await says(again, "S/MIME is not set up for this site");
      await user.screen("setup-browser-declined");
      await close(again);
      assert.equal((await tab.frames()).length, 0);
    });

    test("the program is told no: the popup says so, and trying again works", async () => {
      user.answer("decline");
      const popup = await setUp(await open());
      await says(popup, "You said no, so nothing was changed");
      await user.screen("setup-declined");
      await nothingAllowed();
      assert.equal(user.asked().length, 1);
      assert.equal((await tab.frames()).length, 0);
      user.answer("confirm", "confirm");
      const again = await setUp(popup);
      await says(again, "S/MIME is set up here");
      await shown();
      await press(again, "Forget this site");
      await says(again, "S/MIME is not set up for this site");
      await close(again);
      await nothingAllowed();
    });

    test("the administrator forbids it: the popup says so, and nobody is asked", asRoot, async () => {
      administrate({ userOrigins: false });
      const before = user.asked().length;
      const popup = await setUp(await open());
      await says(popup, "Your administrator does not allow this");
      await user.screen("setup-forbidden");
      await close(popup);
      await nothingAllowed();
      assert.equal(user.asked().length, before);
      assert.equal((await tab.frames()).length, 0);
    });

    test("the administrator allows it: trying again works, and nobody is asked", asRoot, async () => {
      const { origin } = new URL(site.url("mail"));
      administrate({ userOrigins: false, origins: [origin] });
      const before = user.asked().length;
      const popup = await setUp(await open());
      await says(popup, "S/MIME is set up here");
      await close(popup);
      await shown();
      assert.equal(user.asked().length, before);
    });
  });
