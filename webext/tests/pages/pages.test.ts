// SPDX-License-Identifier: MPL-2.0
// Every page in every state that people meet: in both languages, light and dark, narrow and wide.
// Each is held against axe-core, must fit its window, and leaves a screenshot. Each state has one of
// the looks, in turn; with NSSMIME_ALL_LOOKS all of them.
import assert from "node:assert/strict";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { after, before, test } from "node:test";
import type { Browser } from "playwright-core";
import { type Mail, Mails } from "../../core/mails.ts";
import type { Identity, LocalMethods, Target } from "../../core/relay.ts";
import { launch, type Look, show, type Shown, shots } from "../support/browser.ts";
import { readMails } from "../support/mails.ts";
import { Home, pki, SITE } from "../support/real-host.ts";
import { root } from "../support/root.ts";
import { translated } from "../support/texts.ts";

/** Every language, colour and width, and every two of them together. */
const looks: Look[] = [
  { language: "en", colorScheme: "light", width: 1200 },
  { language: "en", colorScheme: "dark", width: 400 },
  { language: "de", colorScheme: "light", width: 400 },
  { language: "de", colorScheme: "dark", width: 1200 },
];

const alice: Identity = { address: "alice@example.org", name: "Alice Example" };
const nobody: Identity = { address: "nobody@example.org", name: "" };

interface State {
  name: string;
  path: string;
  home: () => Home;
  /** It changes its home, so each look gets one of its own. */
  changes?: boolean;
  identities?: Identity[];
  /** In a browser: what the page was opened for. */
  site?: string | null;
  /** Thunderbird, where it is not said. */
  program?: Pick<Target, "program" | "installOption">;
  /** In the reduced add-on. */
  reduced?: "works" | "rests";
  act?: (shown: Shown) => Promise<unknown>;
  /** Somewhere on the page; here in English. */
  says: string;
}

let browser: Browser;
let full: Home;
let web: Home;
let fresh: Home;
let absent: Home;
let forbidden: Home;
let blocked: Home;
let broken: Home;
let old: Home;
let oldNss: Home;
let mails: Record<string, Mail>;

before(async () => {
  rmSync(shots, { recursive: true, force: true });
  mkdirSync(shots, { recursive: true });
  full = new Home();
  web = new Home();
  web.caller = "webmail@nssmime";
  fresh = new Home({ database: false });
  absent = new Home({ database: false });
  absent.program = `${absent.folder}/no-such-program`;
  forbidden = new Home({ database: false });
  forbidden.program = absent.program;
  forbidden.refusal = "Access to the specified native messaging host is forbidden.";
  blocked = new Home({ database: false });
  blocked.program = absent.program;
  blocked.refusal =
    "Access to the native messaging host was disabled by the system administrator.";
  broken = new Home({ database: false });
  broken.configure({ database: "sql:/no/such/folder" });
  old = new Home();
  mkdirSync(join(old.folder, ".pki/nssdb"), { recursive: true });
  writeFileSync(join(old.folder, ".pki/nssdb/cert8.db"), "");
  oldNss = new Home({ database: false });
  oldNss.program = resolve(root, "tests", "support", "old-host.py");
  mails = await readMails(full);
  browser = await launch();
});

after(async () => {
  await browser?.close();
  await Promise.all([full, web, fresh, absent, forbidden, blocked, broken, old, oldNss].map((home) => home?.close()));
});

const openCard = (name: string) => async ({ page }: Shown) => {
  await page.locator(".card", { hasText: name }).first().click();
  await page.waitForSelector(".view-title");
};
const choose = (name: string) => ({ page }: Shown) =>
  page.locator("input[type=file]").setInputFiles(pki(name));
const lookUp = (address: string, answer: string) => async ({ page }: Shown) => {
  await page.locator("input[type=email]").fill(address);
  await page.locator("form button").click();
  await page.waitForSelector(`main .panel + div .${answer}`);
};
/** A certificate that is there, and a key, which comes in a .p12 alone. */
const mixed = () => ({
  name: "mixed.pem",
  mimeType: "application/x-pem-file",
  buffer: Buffer.concat(["alice.crt", "alice.key"].map((name) => readFileSync(pki(name)))),
});
const chromium = { program: "Chromium", installOption: "--chromium" };
const details = (name: string, says: string): State => ({
  name: `details-${name}`,
  path: `details.html?handle=${name}`,
  home: () => full,
  says,
});

const viewer = (name: string, says: string, act?: State["act"]): State => ({
  name: `viewer-${name}`,
  path: `viewer.html?handle=${name.split("-")[0]}`,
  home: () => full,
  ...(act && { act }),
  says,
});

const states: State[] = [
  { name: "start-missing", path: "start.html", home: () => absent, says: "sudo apt install nssmime" },
  {
    name: "start-missing-in-browser",
    path: "start.html",
    home: () => absent,
    program: chromium,
    act: async ({ page }) => {
      for (const details of await page.locator("details").all())
        await details.locator("summary").click();
    },
    says: "sudo nssmime-host install --chromium --system",
  },
  {
    name: "start-missing-in-firefox",
    path: "start.html",
    home: () => absent,
    program: { program: "Firefox", installOption: "--firefox" },
    act: ({ page }) => page.locator("details summary").first().click(),
    says: "The exception is the Snap of Ubuntu itself",
  },
  {
    name: "start-forbidden",
    path: "start.html",
    home: () => forbidden,
    program: chromium,
    says: "nssmime-host install --chromium",
  },
  {
    name: "start-blocked",
    path: "start.html",
    home: () => blocked,
    program: chromium,
    says: "by the policy NativeMessagingAllowlist",
  },
  { name: "start-broken", path: "start.html", home: () => broken, says: "certificates are kept cannot be opened" },
  {
    name: "start-old-nss",
    path: "start.html",
    home: () => oldNss,
    says: "a newer kind of password than your system understands",
  },
  { name: "start-fresh", path: "start.html", home: () => fresh, says: "no certificate for this" },
  { name: "start-ready", path: "start.html", home: () => full, says: "Everything is ready" },
  {
    name: "start-mixed",
    path: "start.html",
    home: () => full,
    identities: [
      alice,
      { address: "expired@example.org", name: "Expired" },
      { address: "signonly@example.org", name: "" },
      nobody,
    ],
    says: "it cannot be used:",
  },
  { name: "start-no-account", path: "start.html", home: () => full, identities: [], says: "Set up your account" },
  { name: "own-empty", path: "certificates.html", home: () => fresh, says: "You have no certificate of your own yet." },
  { name: "own", path: "certificates.html", home: () => full, says: "alice@example.org" },
  { name: "own-site", path: "certificates.html", home: () => web, site: SITE, says: SITE },
  { name: "own-no-site", path: "certificates.html", home: () => web, site: null, says: "Open your webmail in a tab and sign in." },
  {
    name: "own-site-refused",
    path: "certificates.html",
    home: () => web,
    site: "https://elsewhere.example",
    says: "does not accept this extension or this web site",
  },
  { name: "people", path: "certificates.html#people", home: () => full, says: "write to them encrypted" },
  { name: "authorities", path: "certificates.html#authorities", home: () => full, says: "Trusted for e-mail" },
  {
    name: "own-searched",
    path: "certificates.html",
    home: () => full,
    act: async ({ page }) => {
      await page.locator("input[type=search]").fill("zzz");
      await page.waitForSelector(".empty");
    },
    says: "Nothing was found",
  },
  { name: "one-own", path: "certificates.html", home: () => full, act: openCard("alice"), says: "Mail can be signed with it" },
  { name: "one-expired", path: "certificates.html", home: () => full, act: openCard("expired"), says: "Keep this one: you need it" },
  {
    name: "one-authority",
    path: "certificates.html#authorities",
    home: () => full,
    act: async (shown) => {
      // A page holds a hundred, and the system has more.
      await shown.page.locator("input[type=search]").fill("Example Root");
      await openCard("Example Root")(shown);
    },
    says: "Root authority",
  },
  {
    name: "one-checked",
    path: "certificates.html",
    home: () => full,
    act: async (shown) => {
      await openCard("alice")(shown);
      await shown.page.locator(".toolbar button").nth(2).click();
      await shown.page.waitForSelector(".notice");
    },
    says: "Checked just now: it is in order.",
  },
  {
    name: "one-delete",
    path: "certificates.html",
    home: () => full,
    act: async (shown) => {
      await openCard("alice")(shown);
      await shown.page.locator("button.danger").click();
    },
    says: "can never be read again",
  },
  {
    name: "imported",
    path: "certificates.html#people",
    home: () => new Home(),
    changes: true,
    act: async (shown) => {
      await choose("mallory.crt")(shown);
      await shown.page.waitForSelector(".notice.ok");
    },
    says: "certificate was imported",
  },
  {
    name: "import-skipped",
    path: "certificates.html",
    home: () => full,
    act: async ({ page }) => {
      await page.locator("input[type=file]").setInputFiles(mixed());
      await page.waitForSelector(".notice.warn");
    },
    says: "It is here already.",
  },
  {
    name: "import-wrong",
    path: "certificates.html",
    home: () => full,
    act: async (shown) => {
      await choose("pki.cnf")(shown);
      await shown.page.waitForSelector(".notice.bad");
    },
    says: "Choose one that ends in",
  },
  { name: "request", path: "certificates.html#request", home: () => full, says: "Make the request" },
  {
    name: "request-empty",
    path: "certificates.html#request",
    home: () => full,
    identities: [],
    act: async ({ page }) => {
      await page.locator("form button").click();
      await page.waitForSelector("[role=alert]:not(:empty)");
    },
    says: "Please fill in your name",
  },
  {
    name: "request-done",
    path: "certificates.html#request",
    home: () => new Home(),
    changes: true,
    act: async ({ page }) => {
      await page.locator("select").last().selectOption("p-256");
      await page.locator("form button").click();
      await page.waitForSelector("pre");
    },
    says: "import it on this page. It finds its private key",
  },
  {
    name: "found",
    path: "certificates.html#find",
    home: () => full,
    act: lookUp("bob@example.org", "card"),
    says: "bob@example.org",
  },
  {
    name: "found-nothing",
    path: "certificates.html#find",
    home: () => full,
    act: lookUp("nobody@example.org", "notice"),
    says: "Ask this person for a signed mail",
  },
  { name: "find", path: "certificates.html#find", home: () => full, says: "E-mail address of the person" },
  { name: "settings", path: "settings.html", home: () => full, identities: [alice, nobody], says: "Where your certificates are" },
  {
    name: "settings-built-in",
    path: "settings.html",
    home: () => full,
    identities: [
      { ...alice, builtIn: { technology: "S/MIME", isOn: true } },
      { ...nobody, builtIn: { technology: "OpenPGP", isOn: false } },
      { address: "bob@example.org", name: "Bob", builtIn: null },
    ],
    says: "What you choose below counts only where you switch it off in a mail",
  },
  {
    name: "settings-reduced",
    path: "settings.html",
    home: () => full,
    reduced: "works",
    says: "lies in Drafts for a moment",
  },
  {
    name: "settings-reduced-rests",
    path: "settings.html",
    home: () => full,
    reduced: "rests",
    says: "leaves everything to it",
  },
  { name: "settings-missing", path: "settings.html", home: () => absent, says: "does not find the helper program" },
  { name: "settings-broken", path: "settings.html", home: () => broken, says: "Use this one" },
  { name: "settings-old", path: "settings.html", home: () => old, says: "It has an old form (cert8.db)" },
  details("valid", "nobody changed it on its way"),
  details("wrapped", "like envelopes in each other"),
  details("altered", "it was changed afterwards"),
  details("stranger", "What you can do"),
  details("forged", "belongs to another address"),
  details("partly", "Only a part of this mail is signed"),
  details("plain", "This mail is not signed"),
  details("gone", "This mail is not open any more."),
  viewer("valid", "Signed by"),
  viewer("altered", "it was changed afterwards"),
  viewer("plain", "This mail is not signed"),
  viewer("partly", "Open it on its own"),
  viewer("rich", "tells the sender that you read this mail"),
  viewer("rich-text", "Show it with its formatting", ({ page }) =>
    page.getByRole("button", { name: /plain text|reinen Text/ }).click(),
  ),
  viewer("rich-files", "Everything is in here", async ({ page }) => {
    await page.getByRole("button", { name: /^(Show|Zeigen): Gr/ }).click();
    await page.waitForSelector(".preview pre");
  }),
  viewer("unproven", "are never loaded into this mail"),
  viewer("gone", "This mail is not open any more."),
];

const thunderbird = { program: "Thunderbird", installOption: "--thunderbird" };

const local = (
  identities: Identity[],
  site?: string | null,
  program = thunderbird,
  reduced?: State["reduced"],
): LocalMethods => ({
  "page.target": async () => ({
    ...program,
    identities,
    ...(site && { site }),
    ...(reduced && { reduced }),
  }),
  "page.reading": async ({ handle }) => mails[handle]?.reading ?? null,
  "page.mail": async ({ handle }, asked) => {
    const kept = new Mails();
    const mail = mails[handle];
    return kept.give(mail ? kept.add(mail) : "", asked);
  },
});

async function check(state: State, look: Look): Promise<void> {
  const home = state.home();
  const { site, program, identities = [alice] } = state;
  const named = site === undefined ? undefined : async () => site;
  const told = local(identities, site, program, state.reduced);
  const shown = await show(browser, home, told, look, named);
  const where = JSON.stringify(look);
  try {
    await shown.open(state.path);
    await state.act?.(shown);
    await shown.settled();
    await shown.shoot(state.name);
    const text = plain(await shown.page.locator("body").innerText());
    for (const piece of translated(state.says, look.language))
      assert.ok(text.includes(plain(piece)), `${where}: no "${piece}" in ${text}`);
    assert.equal(await shown.page.locator("html").getAttribute("lang"), look.language);
    assert.deepEqual(await shown.hurdles(), [], where);
    assert.equal(await shown.overhang(), 0, where);
    assert.deepEqual(shown.complaints, [], where);
  } finally {
    await shown.close();
    if (state.changes) await home.close();
  }
}

/** Styles may put it in capitals. */
const plain = (text: string) => text.replace(/\s+/g, " ").toLowerCase();
const all = process.env["NSSMIME_ALL_LOOKS"] !== undefined;

for (const [turn, state] of states.entries()) {
  test(state.name, async () => {
    const chosen = all ? looks : [looks[turn % looks.length] as Look];
    for (const look of chosen) await check(state, look);
  });
}
