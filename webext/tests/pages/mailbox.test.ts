// SPDX-License-Identifier: MPL-2.0
// The page of mailboxes in every state that people meet: in both languages, light and dark, narrow
// and wide; and the editor where what is written becomes files.
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { after, before, test } from "node:test";
import type { Browser } from "playwright-core";
import { HostError, type Kind } from "../../core/error.ts";
import type { LocalMethods } from "../../core/relay.ts";
import type { Known } from "../../webmail/mailbox/mailboxes.ts";
import { launch, type Look, show, type Shown, shots } from "../support/browser.ts";
import { Home, SITE } from "../support/real-host.ts";
import { translated } from "../support/texts.ts";
import { opened, parsed, Webmail } from "../support/writing.ts";

let browser: Browser;
let home: Home;

before(async () => {
  mkdirSync(shots, { recursive: true });
  home = new Home();
  home.caller = "webmail@nssmime";
  browser = await launch();
});
after(async () => {
  await browser.close();
  await home.close();
});

const looks: Look[] = [
  { language: "en", colorScheme: "light", width: 1200 },
  { language: "de", colorScheme: "dark", width: 400 },
];

const box = (more: Partial<Known> = {}): Known => ({
  id: "one",
  kind: "jmap",
  address: "https://mail.example.org/jmap/session",
  site: "https://mail.example.org",
  scheme: "basic",
  user: "alice",
  identities: [{ address: "alice@example.org", name: "Alice" }],
  remembered: false,
  allowed: true,
  ...more,
});

const mails = ["Grüße", "", "A subject that is longer than any window is wide, since nobody ever stops whoever writes it ".repeat(2)];

interface Given {
  boxes?: Known[];
  failure?: HostError;
  added?: unknown;
  empty?: boolean;
}

function answers({ boxes = [box()], failure, added, empty = false }: Given): LocalMethods {
  const failing = async <V>(value: V): Promise<V> => {
    if (failure) throw failure;
    return value;
  };
  return {
    "page.target": async () => ({ program: "Chromium", installOption: "--chromium", identities: [], sites: true }),
    "page.reading": async () => null,
    "mailbox.list": async () => ({ mailboxes: boxes }),
    "mailbox.add": () => failing(added),
    "mailbox.folders": () =>
      failing({
        folders: [
          { id: "i", name: "INBOX", role: "inbox" },
          { id: "r", name: "Receipts", role: null },
        ],
      }),
    "mailbox.part": async ({ after }: { after: string | null }) => ({
      messages: empty
        ? []
        : mails.map((subject, at) => ({
            id: `${after}${at}`, folder: "i", subject, from: "bob@example.org", date: "2026-11-26T10:00:00Z" })),
      next: empty || after !== null ? null : "3",
    }),
  } as unknown as LocalMethods;
}

interface State extends Given {
  name: string;
  query?: string;
  act?: (shown: Shown) => Promise<unknown>;
  /** Somewhere on the page; here in English. */
  says: string;
}

const choose = (value: string) => ({ page }: Shown) => page.locator(`input[value=${value}]`).check();
const submit = async ({ page }: Shown) => {
  await page.locator("[name=address]").fill("mail.example.org");
  await page.locator("[name=user]").fill("alice");
  await page.locator("[name=secret]").fill("secret");
  await page.locator("form button").click();
};
const failed = (kind: Kind, message = "As the server says") => new HostError(kind, message);
const gmail = box({ id: "two", kind: "gmail", scheme: "bearer", site: "https://gmail.googleapis.com" });

const states: State[] = [
  { name: "add", boxes: [], says: "A mail server that speaks JMAP" },
  { name: "add-gmail", boxes: [], act: choose("gmail"), says: "You have to bring an access token yourself: nssmime is not registered at Google" },
  { name: "add-graph", boxes: [], act: choose("graph"), says: "this was never run against the live service. It was made after what Microsoft" },
  { name: "add-wrong", boxes: [], act: ({ page }) => page.locator("form button").click(), says: "This is no address of a server" },
  { name: "add-none", boxes: [], failure: failed("no-mailbox"), act: submit, says: "There is no mailbox at this address" },
  { name: "add-moved", boxes: [], added: { moved: "https://api.example.net/session" }, act: submit, says: "Go on with this address" },
  { name: "add-needed", boxes: [], added: { needed: ["https://files.example.net"] }, act: submit, says: "Allow these, too" },
  { name: "list", query: "?by=one", says: "Show older mails" },
  { name: "empty", query: "?by=one", empty: true, says: "There is no mail in this folder" },
  { name: "several", query: "?by=two", boxes: [box(), gmail], says: "this was never run against the live Gmail" },
  { name: "about", query: "?by=one", act: ({ page }) => page.locator(".about summary").click(), says: "kept until this browser is closed" },
  { name: "locked", query: "?by=one", failure: failed("login-needed", ""), says: "it was kept until the browser was closed" },
  { name: "refused", query: "?by=one", failure: failed("login-needed"), says: "nssmime has no password or token that opens" },
  { name: "forbidden", query: "?by=one", failure: failed("mailbox-forbidden"), says: "Allow it again" },
  { name: "offline", query: "?by=one", failure: failed("offline"), says: "The mail server cannot be reached" },
  { name: "fault", query: "?by=one", failure: failed("server-error"), says: "The mail server had a fault" },
];

async function fits(shown: Shown, name: string): Promise<void> {
  await shown.shoot(name);
  const where = `${name} ${JSON.stringify(shown.look)}`;
  assert.deepEqual(await shown.hurdles(), [], where);
  assert.equal(await shown.overhang(), 0, where);
  assert.deepEqual(shown.complaints, [], where);
}

for (const { name, query = "", act, says, ...given } of states)
  test(`mailbox-${name}`, async () => {
    for (const look of looks) {
      const shown = await show(browser, home, answers(given), look);
      try {
        await shown.open(`mailbox.html${query}`);
        await act?.(shown);
        const pieces = translated(says, look.language);
        for (const piece of pieces) await shown.page.getByText(piece).first().waitFor();
        await shown.settled();
        await fits(shown, `mailbox-${name}`);
      } finally {
        await shown.close();
      }
    }
  });

test("older mails follow the newest, and the keyboard goes on there", async () => {
  const shown = await show(browser, home, answers({}), looks[0] as Look);
  try {
    await shown.open("mailbox.html?by=one");
    const { page } = shown;
    await page.getByRole("button", { name: "Show older mails" }).click();
    await page.waitForFunction((count) => document.querySelectorAll(".mails li").length === count, 2 * mails.length);
    assert.match(await page.evaluate(() => document.activeElement?.textContent ?? ""), /Grüße/);
    assert.equal(await page.getByRole("button", { name: "Show older mails" }).count(), 0);
  } finally {
    await shown.close();
  }
});

for (const look of looks)
  test(`what is written becomes a file for each copy (${look.language})`, async () => {
    const own = new Home({ signs: true });
    own.caller = "webmail@nssmime";
    const webmail = new Webmail();
    const target = webmail.local["page.target"];
    const local: LocalMethods = {
      ...webmail.local,
      "page.target": async (params, asked) => ({ ...(await target(params, asked)), saves: true }),
    };
    const shown = await show(browser, own, local, { ...look, profile: own.folder }, async () => SITE);
    const words = (english: string) => translated(english, look.language)[0] as string;
    try {
      await shown.open("editor.html?by=file");
      const { page } = shown;
      await page.getByText(words("nssmime cannot send from here")).waitFor();
      await page.locator("input[name=to]").fill("bob@example.org");
      await page.locator("input[name=to]").press("Tab");
      await page.locator(".more-recipients button").click();
      await page.locator("input[name=bcc]").fill("carol@example.org");
      await page.locator("input[name=subject]").fill("Geheim");
      await page.locator(".text.rich").click();
      await page.keyboard.type("Hello Bob");
      await page.locator(".token.ok").nth(1).waitFor();
      // Everybody has a certificate.
      await page.locator("input[name=encrypt]:checked").waitFor();
      await fits(shown, "file-editor");
      await page.locator(".send-bar button.primary").click();
      await page.locator(".rows li").first().waitFor();
      await fits(shown, "file-saving");
      const files: { name: string; raw: Buffer }[] = [];
      for (const at of [0, 1]) {
        const download = page.waitForEvent("download");
        await page.locator(".rows li button").nth(at).click();
        const file = await download;
        const pieces: Buffer[] = [];
        for await (const piece of await file.createReadStream()) pieces.push(piece as Buffer);
        files.push({ name: file.suggestedFilename(), raw: Buffer.concat(pieces) });
      }
      await page.getByText(words("All of it was saved")).waitFor();
      await fits(shown, "file-saved");
      assert.deepEqual(webmail.sent, []);
      const [open, blind] = files as [(typeof files)[0], (typeof files)[0]];
      assert.match(open.name, /^mail-[\d-]+\.eml$/, "without the subject");
      assert.match(blind.name, /^mail-[\d-]+-carol@example\.org\.eml$/);
      for (const [{ raw }, whom] of [[open, "bob"], [blind, "carol"]] as const) {
        const inner = parsed(opened(raw, { decrypt: whom, verify: true }));
        assert.equal(inner.fields["subject"], "Geheim");
        assert.equal(inner.plain?.trim(), "Hello Bob");
        assert.ok(!raw.includes("carol@example.org"));
      }
    } finally {
      await shown.close();
      await own.close();
    }
  });
