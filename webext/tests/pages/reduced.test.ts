// SPDX-License-Identifier: MPL-2.0
// The page about a mail that is written with the reduced add-on for Thunderbird, in each state that
// its background tells.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Browser } from "playwright-core";
import type { Recipient } from "../../core/recipients.ts";
import type { LocalMethods } from "../../core/relay.ts";
import type { Wish, Writing } from "../../thunderbird/reduced/writing.ts";
import { launch, type Look, show, type Shown } from "../support/browser.ts";
import { Home } from "../support/real-host.ts";
import { translated } from "../support/texts.ts";

let browser: Browser;
let home: Home;

before(async () => {
  home = new Home();
  browser = await launch();
});

after(async () => {
  await browser?.close();
  await home?.close();
});

const looks: Look[] = [
  { language: "en", colorScheme: "light", width: 560 },
  { language: "de", colorScheme: "dark", width: 400 },
];

const local: LocalMethods = {
  "page.target": async () => ({
    program: "Thunderbird",
    installOption: "--thunderbird",
    identities: [],
    reduced: "works",
  }),
  "page.reading": async () => null,
};

const state = (more: Partial<Writing["state"]> = {}): Writing["state"] => ({
  sign: true,
  encrypt: true,
  level: "ok",
  text: "This mail will be signed and encrypted.",
  setUp: false,
  labels: {},
  ...more,
});
const bob: Recipient = { address: "bob@example.org", usable: true, reasons: [] };
const nobody: Recipient = { address: "nobody@example.org", usable: false, reasons: [] };
const writing = (more: Partial<Writing> = {}): Writing => ({
  state: state(),
  recipients: [bob],
  way: {},
  builtIn: "",
  ...more,
});

async function open(
  answers: (wish: Wish) => Writing | { problem: string } | null,
  look: Look = looks[0] as Look,
  query = "tab=7",
): Promise<Shown & { wishes: Wish[] }> {
  const shown = await show(browser, home, local, look);
  const wishes: Wish[] = [];
  await shown.page.exposeBinding("nssmimeAsk", (_, wish: Wish) => {
    wishes.push(wish);
    return answers(wish);
  });
  await shown.open(`writing.html?${query}`);
  return Object.assign(shown, { wishes });
}

const states: { name: string; now: Writing | { problem: string }; query?: string; says: string }[] = [
  { name: "both", now: writing(), says: "Can be encrypted to" },
  {
    name: "refused",
    now: writing({
      recipients: [bob, nobody],
      state: state({ level: "bad", text: "x" }),
      way: { refused: "There is no usable certificate for nobody@example.org." },
    }),
    says: "Not sent",
  },
  { name: "protecting", now: writing({ way: { progress: 42 } }), says: "Protecting the mail…" },
  {
    name: "own",
    now: writing({ builtIn: "S/MIME", state: state({ level: "info", text: "x" }) }),
    says: "Let nssmime protect this mail instead",
  },
  { name: "nobody", now: writing({ recipients: [] }), says: "There is no recipient yet." },
  { name: "problem", now: { problem: "It went wrong." }, says: "It went wrong." },
  { name: "waits", now: writing(), query: "waits", says: "Your mail waits in the Outbox" },
  { name: "select", now: writing(), query: "select", says: "Select one mail in the list of your mails" },
];

for (const { name, now, query, says } of states)
  for (const look of looks)
    test(`${name}, ${look.language}`, async () => {
      const shown = await open(() => now, look, query);
      try {
        await shown.shoot(`reduced-${name}`);
        const text = await shown.page.locator("body").innerText();
        for (const piece of translated(says, look.language))
          assert.ok(text.includes(piece), `no "${piece}" in ${text}`);
        assert.deepEqual(await shown.hurdles(), []);
        assert.equal(await shown.overhang(), 0);
        assert.deepEqual(shown.complaints, []);
      } finally {
        await shown.close();
      }
    });

test("what is chosen is asked for, for the mail that the page is about", async () => {
  const shown = await open(({ encrypt }) =>
    writing(encrypt === false ? { state: state({ encrypt, text: "Signed alone." }) } : {}),
  );
  try {
    const box = shown.page.getByLabel("Encrypt", { exact: true });
    await box.click();
    await shown.page.getByText("Signed alone.").waitFor();
    assert.equal(await box.isChecked(), false);
    assert.deepEqual(shown.wishes, [{ writing: 7 }, { writing: 7, encrypt: false }]);
  } finally {
    await shown.close();
  }
});

test("it shows what became of the mail, of this one alone", async () => {
  let now = writing({ way: { progress: 10 } });
  const shown = await open(() => now);
  const { page } = shown;
  try {
    await page.getByRole("button", { name: "Cancel" }).click();
    assert.deepEqual(shown.wishes.at(-1), { writing: 7, cancel: true });
    now = writing({ way: { refused: "You stopped it. Nothing was sent." } });
    await page.evaluate(() => (window as any).nssmimeTell({ written: 8 }));
    assert.equal(shown.wishes.length, 2);
    await page.evaluate(() => (window as any).nssmimeTell({ written: 7 }));
    await page.getByText("You stopped it").waitFor();
  } finally {
    await shown.close();
  }
});
