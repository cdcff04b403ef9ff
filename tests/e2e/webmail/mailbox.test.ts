// SPDX-License-Identifier: MPL-2.0
// Mailboxes that no webmail shows, in both browsers: on the real Cyrus, and on servers that answer
// as Google and Microsoft publish; and mails that become files, for webmails that nobody knows.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { GmailService, GraphService, type Service, TOKEN } from "../../../webext/tests/support/services.ts";
import { type Frame, holds, type Tab, tabOf, until } from "./browsers/browser.ts";
import { decrypted, encryptedMail, plainMail, signedMail, text, verified } from "./mails.ts";
import { PASSWORD } from "./servers/users.ts";
import { ALICE, fill, names, press, says, textOf, User } from "./user.ts";

const [BOB, CAROL, DAVE] = ["bob@example.org", "carol@example.org", "dave@example.org"] as const;
const letter = (subject: string, body: string) => ({ from: BOB, to: ALICE, subject, entity: text(`${body}\n`) });

const quoted = (value: string) => JSON.stringify(value);
const ready = (editor: Tab) =>
  holds(editor, 'document.querySelector(".protection-line") && !document.querySelector(".working")');

async function write(frame: Frame, field: string, value: string): Promise<void> {
  const input = `[name=${field}]`;
  await holds(frame, `document.querySelector(${quoted(input)})`);
  await frame.evaluate(`void (document.querySelector(${quoted(input)}).value = "")`);
  await frame.type(input, value);
}

for (const name of names)
  describe(name, () => {
    let user: User;
    let jmap: string;

    before(async () => {
      user = await User.start(name, { servers: { cyrus: [ALICE] } });
      jmap = user.stack.url("jmap");
    });
    after(() => user?.close());

    const page = (query = "") => user.browser.open(`${user.browser.extension}pages/mailbox.html${query}`);
    /** Chromium remembers that it was told yes once. */
    const again = { asks: name === "firefox" };
    const got = async (who: string): Promise<Buffer> =>
      (await user.stack.mailbox(who).waitFor(1))[0]?.raw as Buffer;

    async function call(method: string, params: object): Promise<any> {
      const headers = {
        authorization: `Basic ${Buffer.from(`${ALICE}:${PASSWORD}`).toString("base64")}`,
        "content-type": "application/json",
      };
      const using = ["core", "mail"].map((each) => `urn:ietf:params:jmap:${each}`);
      const body = JSON.stringify({ using, methodCalls: [[method, { accountId: ALICE, ...params }, "0"]] });
      const answer = await fetch(`${jmap}jmap/`, { method: "POST", headers, body });
      return ((await answer.json()) as any).methodResponses[0][1];
    }

    async function receive(mail: Buffer): Promise<void> {
      const { list } = await call("Mailbox/get", {});
      const inbox = list.find(({ role }: { role: string }) => role === "inbox").id;
      const headers = {
        authorization: `Basic ${Buffer.from(`${ALICE}:${PASSWORD}`).toString("base64")}`,
        "content-type": "message/rfc822",
      };
      const upload = await fetch(`${jmap}jmap/upload/${ALICE}/`, { method: "POST", headers, body: new Uint8Array(mail) });
      const { blobId } = (await upload.json()) as { blobId: string };
      const { created } = await call("Email/import", { emails: { mail: { blobId, mailboxIds: { [inbox]: true } } } });
      assert.ok(created?.mail);
    }

    /** The browser asks, unless it was told yes a moment ago. */
    async function add(tab: Tab, fields: Record<string, string>, { asks = true } = {}): Promise<void> {
      for (const [field, value] of Object.entries(fields)) await write(tab, field, value);
      await press(tab, "Add this mailbox");
      if (asks) await user.browser.allow(true);
    }

    test("a mailbox is not added with a wrong password, on no server, or where there is none", async () => {
      const tab = await page();
      await says(tab, "Add a mailbox");
      await user.picture(tab, "mailbox-add");
      await press(tab, "Add this mailbox");
      await says(tab, "This is no address of a server");

      const closed = "http://127.0.0.1:1/";
      await add(tab, { address: closed, user: ALICE, secret: PASSWORD });
      await says(tab, "The mail server cannot be reached");
      await user.picture(tab, "mailbox-offline");

      // That was allowed a moment ago, and is not asked for again.
      await add(tab, { address: `${jmap}nothing/here` }, { asks: false });
      await says(tab, "There is no mailbox at this address");
      await until("what the browser allowed to be given back", () =>
        user.browser.background('chrome.permissions.getAll().then(({ origins }) => origins.length === 0)'));

      await add(tab, { address: jmap, secret: "wrong" }, again);
      await says(tab, "nssmime has no password or token that opens");
      await user.picture(tab, "mailbox-wrong-password");
      assert.deepEqual(user.asked(), [], "the host is not asked about what does not open");
      await tab.close();
    });

    test("a mailbox is added, and its mails are listed part by part", async () => {
      for (let at = 1; at <= 28; at++) await receive(plainMail(letter(`Mail ${at}`, "Hello")));
      const tab = await page();
      user.answer("confirm", "confirm");
      await add(tab, { address: jmap, user: ALICE, secret: PASSWORD }, again);
      await says(tab, "Show older mails");
      assert.match(user.asked()[0] ?? "", new RegExp(new URL(jmap).origin));
      await user.picture(tab, "mailbox-list");
      assert.equal(await tab.evaluate('document.querySelectorAll(".mails li").length'), 25);
      await press(tab, "Show older mails");
      await holds(tab, 'document.querySelectorAll(".mails li").length === 28');
      await tab.close();
    });

    const box = async (): Promise<Tab> => {
      const tab = await page();
      await says(tab, "Write a mail");
      return tab;
    };

    async function choose(editor: Tab, what: "sign" | "encrypt", on: boolean): Promise<void> {
      const state = `document.querySelector("input[name=${what}]").checked`;
      if ((await editor.evaluate(state)) !== on) await editor.click(`input[name=${what}]`);
      await holds(editor, `${state} === ${on}`);
    }

    async function editorOf(opened: () => Promise<unknown>): Promise<Tab> {
      await opened();
      const editor = await tabOf(user.browser, "editor.html");
      await ready(editor);
      return editor;
    }

    async function send(editor: Tab): Promise<void> {
      await editor.click(".send-bar button.primary");
      await says(editor, "The mail was sent");
      await editor.close();
    }

    test("a mail is read with its verdict, answered and sent on", async () => {
      const secret = { ...letter("Plan", "The meeting is at ten."), messageId: "plan@example.org" };
      await receive(encryptedMail(secret, [ALICE], true));
      const altered = signedMail(letter("Altered", "Pay 10 euro")).toString().replace("Pay 10", "Pay 90");
      await receive(Buffer.from(altered));
      const tab = await box();
      await press(tab, `Altered\n${BOB}`);
      await says(tab, "The signature is not valid");
      await user.picture(tab, "mailbox-altered");
      await press(tab, "Back to the mailbox");
      await press(tab, `Plan\n${BOB}`);
      await says(tab, "The meeting is at ten.");
      assert.match(await textOf(tab), /Signed by bob@example\.org · Encrypted/);
      await user.picture(tab, "mailbox-mail");
      for (const [label, whom, subject] of [["Reply", BOB, "Re: Plan"], ["Forward", CAROL, "Fwd: Plan"]] as const) {
        const editor = await editorOf(() => press(tab, label));
        await says(editor, "The meeting is at ten.");
        if (label === "Forward") await editor.type("input[name=to]", `${CAROL},`);
        await holds(editor, 'document.querySelector(".token.ok") && document.querySelector("input[name=encrypt]").checked');
        await send(editor);
        const mail = await got(whom);
        const inner = verified(decrypted(mail, whom.split("@")[0] as string)).toString();
        assert.match(inner, new RegExp(`Subject: ${subject}`));
        assert.match(inner, /The meeting is at ten\./);
        await user.stack.mailbox(whom).clear();
      }
      await tab.close();
    });

    test("an encrypted mail is written, with a blind copy, and kept in Sent once", async () => {
      const tab = await box();
      const editor = await editorOf(() => press(tab, "Write a mail"));
      assert.equal(await editor.evaluate('document.querySelector("select").value'), ALICE);
      await fill(editor, { to: `${BOB},${CAROL}`, bcc: DAVE, subject: "Lunch", text: "At noon, as ever" });
      await choose(editor, "encrypt", true);
      await user.picture(editor, "mailbox-editor");
      await send(editor);
      for (const who of [BOB, CAROL, DAVE]) {
        const mail = await got(who);
        if (who !== DAVE) assert.ok(!mail.includes(DAVE), `${who} sees the blind recipient`);
        assert.match(verified(decrypted(mail, who.split("@")[0] as string)).toString(), /At noon, as ever/);
      }
      await tab.evaluate('void (location.hash = [...document.querySelector("[name=folder]").options].find(({ text }) => text === "Sent").value)');
      await holds(tab, 'document.querySelectorAll(".mails li").length === 3');
      await press(tab, "Write a mail");
      const again = await tabOf(user.browser, "editor.html");
      await ready(again);
      assert.doesNotMatch(await textOf(again), /A mail that was not sent/);
      await again.close();
      await tab.close();
    });

    test("what is remembered outlives the browser's session, and else nothing does", async () => {
      const tab = await box();
      const forget = "chrome.storage.session.clear()";
      await user.browser.background(forget);
      await press(tab, "Look for new mail");
      await says(tab, "it was kept until the browser was closed");
      await user.picture(tab, "mailbox-locked");
      await tab.type(".panel [name=secret]", PASSWORD);
      await tab.click(".panel [name=remember]");
      await tab.click(".panel button.primary");
      await says(tab, "Show older mails");
      await user.browser.background(forget);
      await press(tab, "Look for new mail");
      await says(tab, "Show older mails");
      const seen = await user.browser.background<string>("chrome.storage.local.get(null).then(JSON.stringify)");
      assert.ok(!seen.includes(PASSWORD), "where content scripts can read it");
      await tab.close();
    });

    test("for a webmail that nobody knows a mail is opened from a file, and written to files", async () => {
      const webmail = await user.browser.open(jmap);
      const popup = await user.browser.toolbar(webmail);
      await says(popup, "does not know this kind of webmail");
      await user.screen("popup-unknown-webmail");
      const opened = await editorOf(() => press(popup, "Write a mail and save it"));
      // Of the addresses that there are certificates for.
      await opened.evaluate(`(() => {
        const from = document.querySelector("select");
        from.value = ${quoted(ALICE)};
        from.dispatchEvent(new Event("change"));
      })()`);
      await fill(opened, { to: BOB, bcc: DAVE, subject: "Secret subject", text: "Only in files" });
      await choose(opened, "encrypt", true);
      await user.picture(opened, "file-editor");
      await press(opened, "Save as a file");
      await says(opened, "The mail is protected: save it");
      await user.picture(opened, "file-saving");
      for (const at of [1, 2]) await opened.click(`.rows li:nth-child(${at}) button`);
      await says(opened, "All of it was saved");
      await user.picture(opened, "file-saved");
      await opened.close();
      const folder = join(user.folder, "home/Downloads");
      const saved = await until("the files", async () => {
        const files = readdirSync(folder).filter((file) => file.endsWith(".eml"));
        return files.length === 2 && files.sort();
      });
      const [blind, open] = saved.map((file) => readFileSync(join(folder, file))) as [Buffer, Buffer];
      assert.match(saved[0] ?? "", /^mail-[\d-]+-dave@example\.org\.eml$/);
      assert.match(verified(decrypted(blind, "dave")).toString(), /Only in files/);
      assert.match(verified(decrypted(open, "bob")).toString(), /Subject: Secret subject/);
      assert.ok(!open.includes(DAVE) && !open.includes("Secret subject"));

      const reading = await user.browser.open(`${user.browser.extension}pages/open.html`);
      await reading.drop("main", join(folder, saved[1] as string));
      await says(reading, "Signed by alice@example.org · Encrypted");
      await until("its text", async () => {
        // One that is about to be there says nothing yet.
        const texts = await Promise.all((await reading.frames()).map((frame) => textOf(frame).catch(() => "")));
        return texts.some((shown) => shown.includes("Only in files"));
      });
      await user.picture(reading, "file-read");
      const answer = await editorOf(() => press(reading, "Reply to all"));
      await says(answer, "nssmime cannot send from here");
      await answer.close();
      await reading.goto(`${user.browser.extension}pages/open.html`);
      const source = quoted(signedMail(letter("Pasted", "Out of the source")).toString());
      await holds(reading, 'document.querySelector("textarea")');
      await reading.evaluate(`void (document.querySelector("textarea").value = ${source})`);
      await press(reading, "Read it");
      await says(reading, "Out of the source");
      assert.match(await textOf(reading), /Signed by bob@example\.org/);
      await reading.close();
      await webmail.close();
    });

    for (const [kind, make, path] of [
      ["Gmail", () => new GmailService(), ""],
      ["Outlook, Microsoft 365", () => new GraphService(), "v1.0/me/"],
    ] as const)
      test(`${kind}, as it is published`, async () => {
        const service: Service = make();
        const base = await service.start();
        try {
          service.mails.set("1", encryptedMail(letter("From the service", "Hello from afar"), [ALICE], true));
          const tab = await page("?add");
          await press(tab, `${kind} (experimental: never run against the live service)`);
          await says(tab, "You have to bring an access token yourself");
          await user.picture(tab, `mailbox-add-${service.constructor.name}`);
          user.answer("confirm", "confirm");
          await write(tab, "secret", "old");
          await add(tab, { address: `${base}${path}` }, { asks: false });
          await says(tab, "nssmime has no password or token that opens");
          await add(tab, { secret: TOKEN }, { asks: false });
          await says(tab, "From the service");
          assert.match(await textOf(tab), /Experimental: this was never run against the live/);
          await user.picture(tab, `mailbox-${service.constructor.name}`);
          await press(tab, `From the service\n${BOB}`);
          await says(tab, "Hello from afar");
          const editor = await editorOf(() => press(tab, "Reply"));
          await editor.type(".text.rich", "Hello back. ");
          if (service instanceof GmailService) {
            await editor.click(".more-recipients button");
            await editor.type("input[name=bcc]", `${DAVE},`);
            await editor.click(".send-bar button.primary");
            await says(editor, "this mailbox cannot send blind copies");
            assert.deepEqual(service.sent, []);
            await user.picture(editor, "mailbox-no-blind-copies");
            await editor.click(".token button[aria-label*=dave]");
          }
          await send(editor);
          assert.deepEqual(service.sent.map(({ recipients }) => recipients), [[BOB]]);
          assert.match(verified(decrypted(service.sent[0]?.raw as Buffer, "bob")).toString(), /Hello back/);
          await press(tab, "Back to the mailbox");
          // Its mails are there, and not only the one that was open.
          await says(tab, "Look for new mail");
          await says(tab, "From the service");
          await press(tab, "About this mailbox");
          await press(tab, "Remove it from nssmime…");
          await user.picture(tab, `mailbox-remove-${service.constructor.name}`);
          await press(tab, "Remove it");
          await says(tab, "Mail 28");
          const { sites } = await user.browser.background<any>('chrome.storage.local.get("sites")');
          assert.deepEqual(sites, [new URL(jmap).origin], "nothing but the other mailbox is left");
          await tab.close();
        } finally {
          service.stop();
        }
      });

    test("what is forgotten in the settings can be allowed again; and a server that is down is told", async () => {
      const settings = await user.browser.open(`${user.browser.extension}pages/settings.html`);
      await press(settings, "Forget");
      await says(settings, "No site is set up yet");
      await settings.close();
      const tab = await page();
      await says(tab, "nssmime may not use the server of this mailbox any more");
      await user.picture(tab, "mailbox-forbidden");
      user.answer("confirm", "confirm");
      await press(tab, "Allow it again");
      if (again.asks) await user.browser.allow(true);
      await says(tab, "Mail 28");
      await user.stack.stop();
      await press(tab, "Look for new mail");
      await says(tab, "The mail server cannot be reached");
      await user.picture(tab, "mailbox-down");
    });
  });
