// SPDX-License-Identifier: MPL-2.0
// Somebody who has the package and nothing else, and does what the screens say: from the page that
// opens by itself to an encrypted mail that was sent from Roundcube. Each step leaves a picture.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { dirname, join } from "node:path";
import { after, before, describe, test } from "node:test";
import { holds, type Tab, tabOf, until } from "./browsers/browser.ts";
import { decrypted, signedMail, text, verified } from "./mails.ts";
import { ALICE, names, press, says, textOf, User } from "./user.ts";

const BOB = "bob@example.org";
const pki = (name: string) => join(process.env["NSSMIME_TEST_PKI"] as string, name);

for (const name of names)
  describe(name, () => {
    let user: User;
    let start: Tab;
    let webmail: Tab;

    before(async () => {
      user = await User.start(name, { fresh: true });
      await user.receive(
        signedMail({ from: BOB, to: ALICE, subject: "Hello", entity: text("Write to me encrypted.\n") }),
      );
    });
    after(() => user?.close());

    /** In the editor, once it is there. */
    async function write({ to, subject, text }: { to: string; subject: string; text: string }): Promise<Tab> {
      const editor = await tabOf(user.browser, "editor.html");
      await holds(editor, 'document.querySelector(".protection-line") && !document.querySelector(".working")');
      await editor.type("input[name=to]", to);
      await editor.type("input[name=subject]", subject);
      await editor.type(".text.rich", text);
      await holds(editor, 'document.querySelector(".token.ok")');
      await holds(editor, 'document.querySelector("input[name=encrypt]").checked');
      return editor;
    }

    test("1. the page that opens by itself says how to make the program known", async () => {
      start = await tabOf(user.browser, "pages/start.html");
      await says(start, "The helper program");
      const commands = await start.evaluate<string[]>(
        `[...document.querySelectorAll(".command code")].map(({ innerText }) => innerText)`,
      );
      const command = commands.find((line) => line.startsWith("nssmime-host "));
      assert.ok(command, commands.join());
      await user.picture(start, "first-1-program");
      // In a terminal, as it says. The package has put the program on the path.
      const home = join(user.folder, "home");
      const path = `${dirname(process.env["NSSMIME_HOST"] as string)}:${process.env["PATH"]}`;
      execFileSync("sh", ["-c", command], {
        env: { ...process.env, HOME: home, XDG_CONFIG_HOME: join(home, ".config"), PATH: path },
        stdio: "pipe",
      });
      await press(start, "Try again");
    });

    test("2. then it says to set up the webmail", async () => {
      await says(start, "Sign in to your webmail");
      await user.picture(start, "first-2-webmail");
    });

    test("3. the toolbar's button offers it, and the browser and the program ask", async () => {
      webmail = await user.login();
      await user.screen("first-3-signed-in");
      user.answer("confirm", "confirm");
      const popup = await user.browser.toolbar(webmail);
      await holds(popup, 'document.querySelector("button.primary")');
      await user.screen("first-4-not-set-up");
      await popup.click("button.primary");
      await user.browser.allow(true);
    });

    test("4. the page comes back by itself, and wants a certificate", async () => {
      await says(start, "There is no certificate for this address yet");
      await holds(start, 'document.visibilityState === "visible"');
      assert.equal(user.asked().length, 2, user.asked().join("\n"));
      await user.screen("first-5-certificate");
    });

    test("5. the toolbar's button leads there, too", async () => {
      const popup = await user.browser.toolbar(webmail);
      await holds(popup, `document.body.innerText.includes("no usable certificate for ${ALICE}")`);
      await user.screen("first-6-popup");
      await popup.click(".notice button.primary");
      const another = await until("another page to set up", async () => {
        const tabs = await user.browser.tabs();
        const urls = await Promise.all(tabs.map((tab) => tab.url().catch(() => "")));
        const found = tabs.filter((_, at) => urls[at]?.includes("pages/start.html"));
        return found.length === 2 && found[1];
      });
      await says(another, "There is no certificate for this address yet");
      await another.close();
    });

    test("6. it comes from a file", async () => {
      user.answer("pin nssmime");
      await start.upload("input[type=file]", pki("alice.p12"));
      await says(start, "The private key came along");
      await says(start, "One thing is left");
      await user.picture(start, "first-7-imported");
    });

    test("7. its authority is trusted, since the page says so", async () => {
      user.answer("confirm");
      await press(start, "Trust Example Root");
      await says(start, "Everything is ready");
      assert.match(user.asked().at(-1) ?? "", /Example Root/);
      await user.picture(start, "first-8-ready");
    });

    test("8. the first mail goes to oneself, and is shown as genuine", async () => {
      await press(start, "Write the first mail");
      const editor = await write({ to: ALICE, subject: "A first try", text: "Is this me?" });
      await user.picture(editor, "first-9-writing");
      await editor.click(".send-bar button.primary");
      await says(editor, "The mail was sent");
      await user.picture(editor, "first-10-sent");
      await editor.close();
      await user.stack.mailbox(ALICE).waitFor(2);
      await user.read(webmail, 2);
      const shown = await textOf(await user.reader(webmail));
      assert.match(shown, new RegExp(`Signed by ${ALICE} · Encrypted`));
      // Its text is formatted, and so in a frame of its own.
      await until("its text", async () => {
        const all = (await webmail.frames()).map((frame) => textOf(frame).catch(() => ""));
        return (await Promise.all(all)).some((words) => words.trim() === "Is this me?");
      });
      await user.picture(webmail, "first-11-own-mail");
    });

    test("9. a signed mail brings its writer's certificate along", async () => {
      await user.read(webmail, 1);
      const frame = await user.reader(webmail);
      assert.match(await textOf(frame), /Signed by bob@example\.org/);
      await user.picture(webmail, "first-12-signed");
      await press(frame, "Who signed and encrypted it");
      const details = await tabOf(user.browser, "pages/details.html");
      await says(details, "Certificates that came along");
      await press(details, "Keep");
      await says(details, "Kept");
      await user.picture(details, "first-13-kept");
      await details.close();
    });

    test("10. an encrypted mail is written, sent, and opened by the one who got it", async () => {
      const popup = await user.browser.toolbar(webmail);
      await holds(popup, 'document.querySelector("button.primary")');
      await user.screen("first-14-popup");
      await press(popup, "Write a protected mail");
      const editor = await write({ to: BOB, subject: "An answer", text: "Nobody else reads this" });
      await user.picture(editor, "first-15-writing");
      await editor.click(".send-bar button.primary");
      await says(editor, "The mail was sent");
      const [mail] = await user.stack.mailbox(BOB).waitFor(1);
      assert.doesNotMatch(mail?.raw.toString("latin1") as string, /Nobody else/);
      assert.match(verified(decrypted(mail?.raw as Buffer, "bob")).toString(), /Nobody else reads this/);
    });
  });
