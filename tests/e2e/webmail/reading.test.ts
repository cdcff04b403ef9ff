// SPDX-License-Identifier: MPL-2.0
// Reading in the real Roundcube: every kind of mail, what the frame shows and what the toolbar says.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { holds, type Tab } from "./browsers/browser.ts";
import { encryptedMail, plainMail, signedMail, text } from "./mails.ts";
import { ALICE, closePopup, names, press, says, textOf, User } from "./user.ts";

const BOB = "bob@example.org";
const SECRET = "The meeting is at ten.";
const letter = (subject: string, body = SECRET, from = BOB) => ({
  from,
  to: ALICE,
  subject,
  entity: text(`${body}\n`),
});

function partly(): Buffer {
  const inner = encryptedMail(letter("inner"), [ALICE]).toString("latin1");
  const part = inner.slice(inner.search(/MIME-Version:/i)).replace(/^MIME-Version.*\r\n/i, "");
  const entity =
    'Content-Type: multipart/mixed; boundary="list"\r\n\r\n' +
    `--list\r\n${text("You are on a list.\n")}\r\n--list\r\n${part}\r\n--list--\r\n`;
  return plainMail({ ...letter("partly"), entity: `MIME-Version: 1.0\r\n${entity}` });
}

interface Kind {
  mail: Buffer;
  /** On the toolbar's button: its mark, and a part of its title. */
  mark: string;
  title: RegExp;
  /** In the frame. */
  says: RegExp[];
  hides?: RegExp;
}

const kinds: Record<string, Kind> = {
  signed: {
    mail: signedMail(letter("signed")),
    mark: "✓",
    title: /Signed by bob@example\.org/,
    says: [/Signed by bob@example\.org/, /meeting is at ten/],
  },
  opaque: {
    mail: signedMail(letter("opaque"), "opaque"),
    mark: "✓",
    title: /Signed by bob@example\.org/,
    says: [/meeting is at ten/],
  },
  encrypted: {
    mail: encryptedMail(letter("encrypted"), [ALICE]),
    mark: "",
    title: /not signed · Encrypted/,
    says: [/Encrypted/, /nothing shows that it was not changed/, /meeting is at ten/],
  },
  both: {
    mail: encryptedMail(letter("both"), [ALICE], true),
    mark: "✓",
    title: /Signed by bob@example\.org · Encrypted/,
    says: [/Signed by bob@example\.org · Encrypted/, /meeting is at ten/],
  },
  tampered: {
    mail: Buffer.from(signedMail(letter("tampered")).toString("latin1").replace("at ten", "at two"), "latin1"),
    mark: "✗",
    title: /signature is not valid/,
    says: [/changed afterwards/],
  },
  spoofed: {
    mail: Buffer.from(
      signedMail(letter("spoofed")).toString("latin1").replace("From: bob@", "From: carol@"),
      "latin1",
    ),
    mark: "✗",
    title: /signature is not valid/,
    says: [/belongs to another address/],
  },
  partly: {
    mail: partly(),
    mark: "",
    title: /Only a part is encrypted/,
    says: [/You are on a list/, /protected on their own/],
    hides: /meeting is at ten/,
  },
  foreign: {
    mail: encryptedMail(letter("foreign"), ["mallory@example.org"]),
    mark: "!",
    title: /private key for this is not here/,
    says: [/private key for this is not here/, /Import the file/],
  },
};

for (const name of names)
  describe(name, () => {
    let user: User;
    let tab: Tab;

    before(async () => {
      user = await User.start(name);
      await user.receive(...Object.values(kinds).map(({ mail }) => mail), plainMail(letter("plain")));
      tab = await user.login();
    });
    after(() => user?.close());

    const badge = async (mark: string, title: RegExp) => {
      const seen = await user.browser.badge(tab);
      assert.equal(seen.text, mark);
      assert.match(seen.title, title);
    };

    test("before it is set up the extension sees nothing, and says so", async () => {
      await user.read(tab, 1);
      const popup = await user.browser.toolbar(tab);
      await holds(popup, 'document.querySelector("main h1")');
      assert.match(await textOf(popup), /S\/MIME is not set up for this site/);
      await user.screen("popup-not-set-up");
      await closePopup(popup);
      await badge("", /^S\/MIME$/);
      assert.equal((await tab.frames()).length, 0);
    });

    test("the site is set up, and the mail that is open is shown at once", async () => {
      await user.setUp(tab);
      const frame = await user.reader(tab);
      assert.match(await textOf(frame), /Signed by bob@example\.org/);
      assert.match(user.asked()[0] ?? "", new RegExp(user.site));
      await user.screen("set-up");
    });

    for (const [at, [kind, { mark, title, says, hides }]] of Object.entries(kinds).entries())
      test(`${kind} mail`, async () => {
        await user.read(tab, at + 1);
        const frame = await user.reader(tab);
        const shown = await textOf(frame);
        for (const words of says) assert.match(shown, words);
        if (hides) assert.doesNotMatch(shown, hides);
        await badge(mark, title);
        // What Roundcube shows of it gives way.
        assert.equal(await tab.evaluate('getComputedStyle(document.querySelector("#messagebody")).display'), "none");
        await user.picture(tab, `reading-${kind}`);
      });

    test("a protected part is opened on its own, and the whole mail again", async () => {
      await user.read(tab, Object.keys(kinds).indexOf("partly") + 1);
      const whole = await user.reader(tab);
      assert.doesNotMatch(await textOf(whole), /meeting is at ten/);
      await press(whole, "Open it on its own");
      await says(whole, SECRET);
      const part = await textOf(whole);
      assert.match(part, /Encrypted/);
      assert.match(part, /What is said here is true of this part alone/);
      // What stands around it is no part of it.
      assert.doesNotMatch(part, /You are on a list/);
      assert.doesNotMatch(await tab.evaluate<string>("document.documentElement.outerHTML"), /meeting is at ten/);
      // The toolbar's button goes on to speak of the whole mail.
      await badge("", /Only a part is encrypted/);
      await user.picture(tab, "reading-part");
      await press(whole, "Back to the whole mail");
      await says(whole, "You are on a list");
      assert.doesNotMatch(await textOf(whole), /meeting is at ten/);
    });

    test("a mail without S/MIME takes the verdict of the one before away", async () => {
      await user.read(tab, Object.keys(kinds).length + 1);
      await holds(tab, 'document.querySelector("#messagebody")');
      await badge("", /^S\/MIME$/);
      assert.equal((await tab.frames()).length, 0);
    });
  });
