// SPDX-License-Identifier: MPL-2.0
// What goes wrong while mail is read: each has words for it, and a way on.
import assert from "node:assert/strict";
import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { type Frame, holds, type Tab, tabOf, until } from "./browsers/browser.ts";
import { encryptedMail, signedMail, text } from "./mails.ts";
import { FakeWebmail } from "./servers/fake.ts";
import { ALICE, closePopup, names, textOf, User } from "./user.ts";

const BOB = "bob@example.org";
const letter = (subject: string) => ({
  from: BOB,
  to: ALICE,
  subject,
  entity: text(`The text of ${subject}.\n`),
});
const secret = encryptedMail(letter("secret"), [ALICE], true);
const large = signedMail({ ...letter("large"), entity: text("A long line of text.\n".repeat(50_000)) });

for (const name of names)
  describe(`${name}: at Roundcube`, () => {
    let user: User;
    let tab: Tab;

    before(async () => {
      user = await User.start(name);
      await user.receive(signedMail(letter("one")), secret, signedMail(letter("three")));
      tab = await user.login();
      await user.read(tab, 1);
      await user.setUp(tab);
    });
    after(() => user?.close());

    const says = async (words: RegExp, where: Tab = tab): Promise<Frame> => {
      const frame = await until(String(words), async () => {
        const found = await user.reader(where);
        return words.test(await textOf(found).catch(() => "")) && found;
      });
      return frame;
    };
    /** As trying again does, of which there is no button where the mail is shown. */
    const readAgain = () =>
      user.browser.background(`chrome.tabs.query({}).then((all) =>
        Promise.all(all.map(({ id }) => chrome.tabs.sendMessage(id, { notice: "read" }).catch(() => null))).then(() => null))`);
    const badge = (text: string) =>
      until(`the mark ${text}`, async () => (await user.browser.badge(tab)).text === text);

    test("the host ends in the middle, and is started anew", async () => {
      await user.read(tab, 1);
      await says(/The text of one/);
      user.killHost();
      await user.read(tab, 2);
      await says(/The text of secret/);
    });

    test("the host is missing: how to install it, and trying again", async () => {
      user.replaceHost("/no/such/program");
      await user.read(tab, 1);
      const frame = await says(/nssmime-host/);
      await badge("!");
      await user.picture(tab, "failure-host-missing");
      const popup = await user.browser.toolbar(tab);
      await holds(popup, `document.querySelector("main h1")?.innerText === "S/MIME is not ready yet"`);
      await user.screen("popup-host-missing");
      await closePopup(popup);
      user.replaceHost();
      await frame.click("button.primary");
      await says(/The text of one/);
      await badge("✓");
    });

    test("the host is too old", async () => {
      const old = join(user.folder, "old-host");
      writeFileSync(old, `#!/usr/bin/env python3
import json, struct, sys
size = struct.unpack("@I", sys.stdin.buffer.read(4))[0]
asked = json.loads(sys.stdin.buffer.read(size))
result = {"protocol": 0, "host": {"name": "nssmime-host", "version": "0.0.1"}, "nss": {"version": "3"}, "limits": {}, "methods": []}
reply = json.dumps({"jsonrpc": "2.0", "id": asked["id"], "result": result}).encode()
sys.stdout.buffer.write(struct.pack("@I", len(reply)) + reply)
sys.stdout.buffer.flush()
sys.stdin.buffer.read()
`);
      chmodSync(old, 0o755);
      user.replaceHost(old);
      await user.read(tab, 1);
      const frame = await says(/too old/);
      await user.picture(tab, "failure-host-old");
      user.replaceHost();
      await frame.click("button.primary");
      await says(/The text of one/);
    });

    test("the background is stopped while a mail is open: the toolbar knows it again", async () => {
      await user.read(tab, 1);
      await says(/The text of one/);
      await user.browser.stopBackground();
      const popup = await user.browser.toolbar(tab);
      await holds(popup, `document.querySelector("main").innerText.includes("Signed by bob@example.org")`);
      await closePopup(popup);
      await says(/The text of one/);
      await user.browser.stopBackground();
      await user.read(tab, 3);
      await says(/The text of three/);
      await badge("✓");
    });

    test("the certificates are locked: what they opened is gone, and comes again", async () => {
      await user.read(tab, 2);
      await says(/The text of secret/);
      const settings = await user.browser.open(`${user.browser.extension}pages/settings.html`);
      await settings.evaluate(`new Promise((done, failed) => {
        const port = (globalThis.browser ?? chrome).runtime.connect({ name: "nssmime-page" });
        port.onMessage.addListener(({ id, error }) => id === 1 && (error ? failed(new Error(error.message)) : done(null)));
        port.postMessage({ jsonrpc: "2.0", id: 1, method: "database.lock", params: {} });
      })`);
      await until("no frame", async () => (await tab.frames()).length === 0);
      await badge("");
      await settings.close();
      await user.picture(tab, "locked");
      await tab.click("button");
      await says(/The text of secret/);
    });

    test("the details of a mail", async () => {
      await user.read(tab, 1);
      const frame = await says(/The text of one/);
      await frame.click(".verdict button");
      const details = await tabOf(user.browser, "pages/details.html");
      await holds(details, `document.querySelector("main").innerText.includes("How the mail is wrapped")`);
      await details.close();
    });

    test("two tabs at once, each with its own mail", async () => {
      const second = await user.browser.open(
        `${user.stack.url("roundcube")}?_task=mail&_uid=2&_mbox=INBOX&_action=show`,
      );
      await user.read(tab, 1);
      await says(/The text of secret/, second);
      await says(/The text of one/);
      assert.match((await user.browser.badge(second)).title, /Encrypted/);
      await second.close();
      await badge("✓");
    });

    test("going on to another page, and back", async () => {
      await user.read(tab, 1);
      await says(/The text of one/);
      await tab.goto("about:blank");
      await tab.evaluate("void history.back()");
      await says(/The text of one/);
      await badge("✓");
    });

    test("the mail was deleted elsewhere", async () => {
      await user.read(tab, 3);
      const frame = await says(/The text of three/);
      await user.stack.mailbox(ALICE).clear();
      await readAgain();
      await says(/not there any more/);
      await badge("!");
      await user.picture(tab, "failure-gone");
      assert.doesNotMatch(await textOf(frame).catch(() => ""), /The text of three/);
    });

    test("the session of the webmail ended", async () => {
      // In another tab.
      const second = await user.browser.open(user.stack.url("roundcube"));
      await holds(second, "globalThis.rcmail?.env.request_token");
      await second.evaluate('void (location.href = `./?_task=logout&_token=${rcmail.env.request_token}`)');
      await holds(second, 'document.querySelector("#rcmloginuser")');
      await second.close();
      await readAgain();
      await says(/not signed in/);
      await user.picture(tab, "failure-session");
    });
  });

for (const name of names)
  describe(`${name}: at a server that fails`, () => {
    let user: User;
    let site: FakeWebmail;
    let tab: Tab;

    before(async () => {
      site = await FakeWebmail.start(secret);
      site.pages["mail"] = {};
      user = await User.start(name, { servers: {} });
      tab = await user.browser.open(site.url("mail"));
      await user.setUp(tab);
    });
    after(async () => {
      await user?.close();
      await site?.close();
    });

    const says = async (words: RegExp): Promise<Frame> =>
      until(String(words), async () => {
        const found = await user.reader(tab);
        return words.test(await textOf(found).catch(() => "")) && found;
      });

    /** Opens a page that goes on loading until it is let go; `script` is the last thing it loads. */
    const slowly = async (script = "") => {
      let release = () => {};
      const released = new Promise<void>((resolve) => {
        release = resolve;
      });
      site.pages["slow"] = { body: '<script src="late.js"></script>' };
      site.files["late.js"] = (answer) =>
        void released.then(() => answer.writeHead(200, { "content-type": "text/javascript" }).end(script));
      site.source = site.gives(secret);
      site.asked.length = 0;
      const there = tab.goto(site.url("slow"));
      await until("the slow page", async () => site.asked.includes("/late.js"));
      return async () => {
        release();
        await there;
        await holds(tab, 'document.readyState === "complete"');
      };
    };

    test("a mail is asked for once, and shown while the page is still loading", async () => {
      // The page that was open when the site was set up.
      await says(/The text of secret/);
      const go = await slowly();
      await says(/The text of secret/);
      assert.equal(await tab.evaluate("document.readyState"), "loading");
      await go();
      await says(/The text of secret/);
      assert.equal(site.asked.filter((url) => url.includes("_action=viewsource")).length, 1);
    });

    test("a page that puts its mail there anew while it loads", async () => {
      const go = await slowly(`const body = document.getElementById("messagebody");
        body.previousElementSibling.remove();
        body.replaceWith(body.cloneNode(true));
        document.documentElement.dataset.anew = "yes";`);
      await says(/The text of secret/);
      await go();
      await holds(tab, 'document.documentElement.dataset.anew === "yes"');
      await says(/The text of secret/);
    });

    test("an error of the server, and then none", async () => {
      site.source = (answer) => void answer.writeHead(500).end("oops");
      await tab.goto(site.url("mail"));
      const frame = await says(/did not hand over/);
      await user.picture(tab, "failure-server");
      site.source = site.gives(secret);
      await frame.click("button.primary");
      await says(/The text of secret/);
    });

    test("a server that cannot be reached", async () => {
      site.source = (answer) => void answer.destroy();
      await tab.goto(site.url("mail"));
      await says(/cannot be reached/);
      await user.picture(tab, "failure-offline");
    });

    test("a mail that takes long can be given up, and read after all", async () => {
      const held = site.holds(large);
      site.source = held.source;
      await tab.goto(site.url("mail"));
      await tab.click("progress");
      await user.picture(tab, "working");
      await tab.click("button");
      assert.equal((await user.browser.badge(tab)).text, "");
      held.release();
      site.source = site.gives(large);
      await tab.click("button");
      await says(/A long line of text/);
    });

    test("the background is stopped in the middle: reading goes on", async () => {
      const held = site.holds(large);
      site.source = held.source;
      await tab.goto(site.url("mail"));
      await tab.click("progress");
      await user.browser.stopBackground();
      held.release();
      await says(/A long line of text/);
      assert.equal((await user.browser.badge(tab)).text, "✓");
    });

    test("what is no S/MIME after all leaves the page as it was", async () => {
      site.source = site.gives(Buffer.from("From: a@example.org\r\nSubject: x\r\n\r\nhello\r\n"));
      await tab.goto(site.url("mail"));
      await until("the page as it was", async () => (await tab.frames()).length === 0);
      await holds(tab, 'getComputedStyle(document.querySelector("#messagebody")).display !== "none"');
    });
  });
