// SPDX-License-Identifier: MPL-2.0
// Writing in both browsers, out through the real Roundcube: what arrives is opened and checked by
// openssl, and what goes wrong on the way loses nothing and sends nothing twice.
import assert from "node:assert/strict";
import { truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, beforeEach, describe, test } from "node:test";
import { holds, type Tab, tabOf, until } from "./browsers/browser.ts";
import { enter } from "./browsers/roundcube.ts";
import { decrypted, encryptedMail, plainMail, text, verified } from "./mails.ts";
import { REFUSED } from "./servers/users.ts";
import { ALICE, closePopup, fill, names, textOf, User } from "./user.ts";

const [BOB, CAROL, DAVE] = ["bob@example.org", "carol@example.org", "dave@example.org"] as const;

const quoted = (selector: string) => JSON.stringify(selector);

for (const name of names)
  describe(name, () => {
    let user: User;
    let tab: Tab;

    before(async () => {
      user = await User.start(name);
      tab = await user.login();
      await user.setUp(tab);
      await tab.goto(user.stack.url("roundcube"));
      await until("the identities to be known", () =>
        user.browser.background(
          `chrome.storage.local.get(null).then((all) => Object.keys(all).some((key) => key.startsWith("identities-")))`,
        ));
    });
    after(() => user?.close());
    beforeEach(async () => {
      // One that a test left behind, because it failed.
      for (const each of await editors()) await each.close();
      for (const who of [ALICE, BOB, CAROL, DAVE])
        for (const folder of ["INBOX", "Sent"]) await user.stack.mailbox(who).clear(folder);
    });

    async function editors(): Promise<Tab[]> {
      const tabs = await user.browser.tabs();
      // One that is closing has no address any more.
      const urls = await Promise.all(tabs.map((each) => each.url().catch(() => "")));
      return tabs.filter((_, at) => urls[at]?.includes("editor.html"));
    }

    const got = async (who: string): Promise<Buffer> =>
      (await user.stack.mailbox(who).waitFor(1))[0]?.raw as Buffer;
    const none = async (...who: string[]) => {
      for (const each of who) assert.deepEqual(await user.stack.mailbox(each).messages(), []);
    };
    const ready = (editor: Tab) =>
      holds(editor, 'document.querySelector(".protection-line") && !document.querySelector(".working")');

    /** By the button in the toolbar. */
    async function editor(): Promise<Tab> {
      const popup = await user.browser.toolbar(tab);
      await holds(popup, 'document.querySelector("button.primary")');
      await popup.click("button.primary");
      const opened = await tabOf(user.browser, "editor.html");
      await ready(opened);
      return opened;
    }

    async function choose(editor: Tab, wished: Partial<Record<"sign" | "encrypt", boolean>>): Promise<void> {
      for (const [what, on] of Object.entries(wished)) {
        const box = `input[name=${what}]`;
        if ((await editor.evaluate(`document.querySelector(${quoted(box)}).checked`)) !== on)
          await editor.click(box);
        await holds(editor, `document.querySelector(${quoted(box)}).checked === ${on}`);
      }
    }

    const send = (editor: Tab) => editor.click(".send-bar button.primary");
    const says = (editor: Tab, what: string) =>
      holds(editor, `document.body.innerText.includes(${quoted(what)})`, 120_000).catch(async () => {
        throw new Error(`it does not say "${what}", but: ${await textOf(editor)}`);
      });

    async function sent(editor: Tab): Promise<void> {
      await says(editor, "The mail was sent");
      await editor.close();
    }

    for (const [kind, sign, encrypt] of [
      ["signed", true, false],
      ["encrypted", false, true],
      ["both", true, true],
      ["plain", false, false],
    ] as const)
      test(`${kind}, to RSA and EC recipients, with a blind copy`, async () => {
        const page = await editor();
        await fill(page, { to: `${BOB},${CAROL}`, bcc: DAVE, subject: `Grüße ${kind}`, text: "Hello you all" });
        await choose(page, { sign, encrypt });
        await user.picture(page, `editor-${kind}`);
        await send(page);
        await says(page, "The mail was sent");
        await user.picture(page, `editor-${kind}-sent`);
        await page.close();
        for (const who of [BOB, CAROL, DAVE]) {
          const mail = await got(who);
          // Where it is delivered it says to whom.
          if (who !== DAVE) assert.ok(!mail.includes(DAVE), `${who} sees the blind recipient`);
          const inner = encrypt ? decrypted(mail, who.split("@")[0] as string) : mail;
          const content = sign ? verified(inner) : inner;
          assert.match(content.toString(), /Hello you all/);
          if (encrypt) assert.doesNotMatch(mail.toString("latin1"), /Gr=C3=BC|Hello/);
        }
        const [kept, another] = await user.stack.mailbox(ALICE).waitFor(1, "Sent");
        assert.equal(another, undefined);
        const own = encrypt ? decrypted(kept?.raw as Buffer, "alice") : (kept?.raw as Buffer);
        assert.match(own.toString(), /Hello you all/);
        assert.match(kept?.raw.toString() ?? "", new RegExp(`^Bcc: ${DAVE}\r$`, "m"));
        await none(ALICE);
      });

    test("an encrypted mail is answered and sent on, encrypted", async () => {
      const entity = text("The meeting is at ten.\n");
      await user.receive(encryptedMail({ from: BOB, to: ALICE, subject: "Plan", entity, messageId: "plan@example.org" }, [ALICE], true));
      const [mail] = await user.stack.mailbox(ALICE).waitFor(1);
      await user.read(tab, mail?.uid as number);
      for (const [button, subject] of [[1, "Re: Plan"], [3, "Fwd: Plan"]] as const) {
        const frame = await user.reader(tab);
        await frame.click(`.answers button:nth-of-type(${button})`);
        const page = await tabOf(user.browser, "editor.html");
        await ready(page);
        await holds(page, 'document.querySelector(".text.rich").innerText.includes("meeting is at ten")');
        assert.equal(await page.evaluate("document.querySelector('input[name=subject]').value"), subject);
        assert.equal(await page.evaluate("document.querySelector('input[name=encrypt]').checked"), true);
        if (button === 3) {
          await page.type("input[name=to]", CAROL);
          await page.press("Enter");
        }
        await holds(page, 'document.querySelector(".token.ok")');
        await user.picture(page, `editor-${button === 1 ? "reply" : "forward"}`);
        await send(page);
        await sent(page);
        const answer = await got(button === 1 ? BOB : CAROL);
        const inner = verified(decrypted(answer, button === 1 ? "bob" : "carol")).toString();
        assert.match(inner, /The meeting is at ten\./);
        assert.match(inner, new RegExp(`Subject: ${subject}`));
        if (button === 1) assert.match(answer.toString(), /In-Reply-To: <plan@example\.org>/);
      }
      await tab.goto(user.stack.url("roundcube"));
    });

    test("the webmail's own buttons lead to the editor once they are to", async () => {
      const roundcube = user.stack.url("roundcube");
      const compose = 'a.compose[onclick*="compose"]';
      await tab.goto(`${roundcube}?_task=mail&_action=compose`);
      await user.picture(tab, "compose-offer");
      await tab.click("p[role=status] + button");
      const offered = await tabOf(user.browser, "editor.html");
      await ready(offered);
      await offered.close();
      await tab.goto(`${roundcube}?_task=mail&_action=compose`);
      await tab.click("p[role=status] + button + button");
      const always = await tabOf(user.browser, "editor.html");
      await ready(always);
      await always.close();

      await tab.goto(`${roundcube}?_task=mail`);
      await holds(tab, "globalThis.rcmail?.commands.compose && !rcmail.busy");
      await tab.click(compose);
      const taken = await tabOf(user.browser, "editor.html");
      await ready(taken);
      await taken.close();
      assert.doesNotMatch(await tab.url(), /compose/);

      await user.receive(plainMail({ from: BOB, to: ALICE, subject: "Lunch", entity: text("At noon?\n"), messageId: "lunch@example.org" }));
      const [mail] = await user.stack.mailbox(ALICE).waitFor(1);
      await user.read(tab, mail?.uid as number);
      await holds(tab, "globalThis.rcmail?.commands.reply && !rcmail.busy");
      await tab.click("#messagetoolbar a.reply:not(.disabled), .toolbar a.reply:not(.disabled)");
      const answer = await tabOf(user.browser, "editor.html");
      await ready(answer);
      await holds(answer, 'document.querySelector(".text.rich").innerText.includes("At noon?")');
      await holds(answer, 'document.querySelector(".token.ok")');
      await send(answer);
      await sent(answer);
      assert.match((await got(BOB)).toString(), /In-Reply-To: <lunch@example\.org>/);

      const popup = await user.browser.toolbar(tab);
      await popup.click("#own-buttons");
      await until("the choice to be kept", () =>
        user.browser.background(`chrome.storage.local.get("ownButtons").then(({ ownButtons }) => ownButtons.length === 0)`));
      await closePopup(popup);
      await until("the popup to be closed", () => popup.url().then(() => false, () => true));
      await tab.goto(`${roundcube}?_task=mail`);
      await holds(tab, "globalThis.rcmail?.commands.compose && !rcmail.busy");
      await tab.click(compose);
      await holds(tab, 'globalThis.rcmail?.env.action === "compose"');
      assert.equal((await editors()).length, 0);
      await tab.goto(roundcube);
    });

    test("30 MB: how far it is, given up, and sent then", async () => {
      const page = await editor();
      await fill(page, { to: BOB, subject: "Large", text: "See the file" });
      const file = join(user.folder, "large.bin");
      writeFileSync(file, "");
      truncateSync(file, 30_000_000);
      await page.upload("input[type=file]", file);
      await says(page, "large.bin");
      await send(page);
      await holds(page, 'document.querySelector(".busy progress")?.value > 0', 120_000);
      await user.picture(page, "editor-progress");
      await page.click(".busy button");
      await says(page, "was not sent to anybody");
      await none(BOB);
      const start = Date.now();
      await send(page);
      await says(page, "The mail was sent");
      console.log(`${name}: 30 MB were protected and sent in ${Date.now() - start} ms`);
      await page.close();
      const mail = await got(BOB);
      assert.ok(mail.length > 40_000_000);
      assert.ok(verified(decrypted(mail, "bob")).includes("large.bin"));
    });

    test("a session that expired, and a server that refuses", async () => {
      const page = await editor();
      await fill(page, { to: BOB, subject: "Later", text: "Hello" });
      await tab.evaluate('document.querySelector("a.logout, a[href*=logout]").click()');
      await holds(tab, 'document.querySelector("#rcmloginuser")');
      await send(page);
      await says(page, "You are not logged in to your webmail any more");
      await user.picture(page, "editor-session");
      await tab.goto("about:blank");
      await send(page);
      await says(page, "Your webmail is not open");
      await tab.goto(user.stack.url("roundcube"));
      await enter(tab, ALICE);
      await page.click(".send-notices .toolbar button");
      await sent(page);
      assert.match(verified(decrypted(await got(BOB), "bob")).toString(), /Hello/);
      assert.equal((await user.stack.mailbox(ALICE).messages("Sent")).length, 1);

      const refused = await editor();
      await fill(refused, { to: REFUSED, subject: "Refused", text: "Hello" });
      await choose(refused, { encrypt: false });
      await send(refused);
      await says(refused, "The mail server did not take the mail");
      await user.picture(refused, "editor-refused");
      assert.equal((await user.stack.mailbox(ALICE).messages("Sent")).length, 1);
      await refused.click(".discard button");
      await refused.click(".discard .danger");
      await until("the window to be closed", async () => (await editors()).length === 0);
    });

    test("what was written is there again, encrypted until then", async () => {
      const page = await editor();
      await fill(page, { to: BOB, subject: "Kept", text: "Unguessable text" });
      await says(page, "Kept here encrypted");
      const kept = await page.evaluate<string>(`(async () => {
        const done = (request) => new Promise((resolve) => { request.onsuccess = () => resolve(request.result); });
        const database = await done(indexedDB.open("drafts"));
        const rows = await done(database.transaction("drafts").objectStore("drafts").getAll());
        return (await Promise.all(rows.map(async (row) => JSON.stringify(row) + await row.sealed.text()))).join();
      })()`);
      assert.ok(kept.includes(ALICE));
      assert.doesNotMatch(kept, /Unguessable|VW5ndWVzc2FibGU|bob@example/);
      await page.close();
      await none(BOB);
      assert.deepEqual(await user.stack.mailbox(ALICE).messages("Drafts"), []);

      const again = await editor();
      await says(again, "A mail that was not sent");
      await user.picture(again, "editor-unsent");
      await again.click(".above a.button");
      await says(again, "Unguessable text");
      await holds(again, 'document.querySelector(".token.ok")');
      assert.doesNotMatch(await textOf(again), /being written in another window/);
      await send(again);
      await sent(again);
      assert.match(verified(decrypted(await got(BOB), "bob")).toString(), /Unguessable text/);
    });
  });
