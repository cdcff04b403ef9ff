// SPDX-License-Identifier: MPL-2.0
// What the extension for webmail has beside the common pages, in every state that people meet: the
// popup of the toolbar's button, the frame that shows a mail, the page that opens one, and the steps
// of setting up that only a browser has.
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { after, before, test } from "node:test";
import type { Browser, Frame } from "playwright-core";
import { HostError, type Kind, type WireError } from "../../core/error.ts";
import type { Mail } from "../../core/mails.ts";
import type { LocalMethods, Target } from "../../core/relay.ts";
import { piecesOf } from "../../core/stream.ts";
import type { WebmailAnswers } from "../../webmail/own-pages.ts";
import type { PopupState } from "../../webmail/page-methods.ts";
import { launch, type Look, show, type Shown, shots } from "../support/browser.ts";
import { readMails } from "../support/mails.ts";
import { Home, pki, SITE } from "../support/real-host.ts";
import { translated } from "../support/texts.ts";

const looks: Look[] = [
  { language: "en", colorScheme: "light", width: 1200 },
  { language: "de", colorScheme: "dark", width: 400 },
];
/** The width that the popup gives itself. */
const popupLooks: Look[] = looks.map((look) => ({ ...look, width: 400 }));
const all = process.env["NSSMIME_ALL_LOOKS"] !== undefined;

const identities = [{ address: "alice@example.org", name: "Alice" }];
const failure = (kind: Kind): WireError => new HostError(kind, "As the program says").toWire();
const ofWebmail = (kind: string): WireError => ({ code: -1, message: "As the server says", data: { kind } });

function ofBrowser(home: Home): Home {
  home.caller = "webmail@nssmime";
  return home;
}

let browser: Browser;
let full: Home;
let fresh: Home;
let absent: Home;
let mails: Record<string, Mail>;

before(async () => {
  mkdirSync(shots, { recursive: true });
  const first = new Home();
  mails = await readMails(first);
  await first.close();
  full = ofBrowser(new Home());
  fresh = ofBrowser(new Home({ database: false }));
  absent = ofBrowser(new Home({ database: false }));
  absent.program = `${absent.folder}/no-such-program`;
  browser = await launch();
});
after(async () => {
  await browser?.close();
  for (const home of [full, fresh, absent]) await home?.close();
});

interface State {
  name: string;
  path: string;
  home?: () => Home;
  /** It changes its home, which is its own. */
  changes?: boolean;
  target?: Partial<Target>;
  answers?: () => WebmailAnswers;
  /** Of the tab that the toolbar's button was pressed for. */
  address?: string;
  /** What the browser's user says to its question. */
  grants?: boolean;
  /** In a frame, as in a page of a webmail, which tells it this. */
  framed?: string;
  act?: (shown: Shown, frame: Frame) => Promise<unknown>;
  /** Somewhere on the page; here in English. */
  says: string;
}

const answersOf = (state: State): LocalMethods => {
  const target = { program: "Chromium", installOption: "--chromium", identities, sites: true as const };
  const more = state.answers?.() ?? {};
  return {
    "page.target": async () => ({ ...target, site: SITE, ...state.target }),
    "page.reading": async () => null,
    ...more,
  } as LocalMethods;
};

const quiet: PopupState = {
  site: SITE,
  set: true,
  asking: false,
  failure: null,
  recommended: false,
  webmail: true,
  takesOver: false,
  seen: { state: "none" },
  identities,
};
const popup = (name: string, says: string, state: () => Partial<PopupState>, more: Partial<State> = {}): State => ({
  name: `popup-${name}`,
  path: "popup.html",
  says,
  answers: () => ({
    "popup.state": async () => ({ ...quiet, ...state() }),
    "site.allow": () => new Promise(() => undefined),
  }),
  ...more,
});
const read = (name: string) => () => ({
  seen: { state: "read" as const, reading: (mails[name] as Mail).reading },
});

/** By the handle "problem" with that. */
const reader = (name: string, says: string, more: Partial<State> & { problem?: WireError } = {}): State => ({
  name: `reader-${name}`,
  path: `mail.html#${name.split("-")[0]}`,
  says,
  answers: () => ({
    "reader.mail": async ({ handle }, { output }) => {
      if (more.problem) return { reading: null, problem: more.problem };
      const mail = mails[handle];
      if (!mail) return null;
      if (output) for await (const piece of piecesOf(mail.content)) await output(piece as Uint8Array<ArrayBuffer>);
      return { reading: mail.reading, problem: null };
    },
    "reader.part": async () => ({ handle: "valid" }),
    "reader.height": async () => null,
  }),
  ...more,
});

const start = (name: string, says: string, sites: string[], more: Partial<State> = {}): State => ({
  name: `start-site-${name}`,
  path: "start.html",
  says,
  answers: () => ({ "site.list": async () => ({ sites, recommended: [] }) }),
  ...more,
});

const imports: Partial<State> = {
  home: () => {
    const home = ofBrowser(new Home({ database: false }));
    home.answer("pin nssmime");
    return home;
  },
  changes: true,
  act: async ({ page }) => {
    await page.locator("input[type=file]").setInputFiles(pki("alice.p12"));
    await page.locator(".identity code").waitFor();
  },
};

const states: State[] = [
  popup("missing", "S/MIME is not ready yet", () => ({}), { home: () => absent }),
  popup("nowhere", "Open your webmail in a tab and sign in, then press", () => ({ site: null, set: false })),
  popup("insecure", "S/MIME works on https sites only", () => ({ site: null, set: false }), {
    address: "http://mail.example.org/",
  }),
  popup("not-set", "Set it up for this site", () => ({ set: false })),
  popup("recommended", "Your administrator suggests it for this webmail", () => ({ set: false, recommended: true })),
  popup("declined", "You said no, so nothing was changed", () => ({ set: false, failure: failure("user-declined") })),
  popup("forbidden", "Ask your administrator if you need it", () => ({ set: false, failure: failure("policy-forbids") })),
  popup("refused", "The browser was told not to allow it, so nothing was changed.", () => ({ set: false }), {
    grants: false,
    act: ({ page }) => page.locator("button.primary").click(),
  }),
  popup("asking", "Please answer the window of nssmime", () => ({ set: false, asking: true })),
  popup("none", "No signed or encrypted mail is open", () => ({})),
  popup("own-buttons", "The buttons of this webmail for writing and answering lead", () => ({ takesOver: true })),
  popup("lacking", "Go on with setting up", () => ({}), { home: () => fresh }),
  popup("unknown", "nssmime does not know this kind of webmail", () => ({ webmail: false })),
  popup("working", "Reading this mail…", () => ({ seen: { state: "working" } })),
  popup("valid", "and nobody changed it on its way", read("valid")),
  popup("altered", "it was changed afterwards", read("altered")),
  popup("stranger", "Who signed this could not be established", read("stranger")),
  popup("plain", "Nothing proves who sent it", () => ({ seen: { state: "plain" } })),
  popup("problem", "The private key for this is not here", () => ({
    seen: { state: "problem", problem: failure("no-private-key") },
  })),
  popup("offline", "Check your connection to the network, then try again", () => ({
    seen: { state: "problem", problem: ofWebmail("offline") },
  })),

  reader("valid", "Reply to all"),
  reader("valid-framed", "Reply to all", { framed: "valid" }),
  reader("altered-framed", "it was changed afterwards", { framed: "altered" }),
  reader("rich-framed", "tells the sender that you read this mail", { framed: "rich" }),
  reader("unproven-framed", "nothing shows that it was not changed", { framed: "unproven" }),
  reader("partly-framed", "They were not opened, so that nobody can mix them", { framed: "partly" }),
  reader("partly-part", "What is said here is true of this part alone", {
    framed: "partly",
    act: async (_, frame) => {
      await frame.getByRole("button", { name: /Open it on its own|Für sich öffnen/ }).click();
      await frame.locator(".verdict").waitFor();
    },
  }),
  reader("mailbox", "Back to the mailbox", { path: "mail.html?by=one&folder=i#valid" }),
  reader("gone", "This mail is not kept here any more"),
  reader("gone-framed", "This mail is not kept here any more", { framed: "nothing" }),
  reader("key-framed", "Import the file with your certificate and key", { framed: "x", problem: failure("no-private-key") }),
  reader("missing-framed", "does not find the helper program", { framed: "x", problem: failure("host-missing") }),
  reader("session-framed", "You are not signed in to your webmail any more", { framed: "x", problem: ofWebmail("session-expired") }),

  { name: "open", path: "open.html", says: "Any mail can be read here" },
  {
    name: "open-refused",
    path: "open.html",
    answers: () => ({ "mail.open": () => Promise.reject(new HostError("malformed-message", "As the program says")) }),
    act: async ({ page }) => {
      await page.locator("textarea").fill("Subject: x\n\nHello");
      await page.locator("textarea + p button").click();
      await page.locator(".notice.bad").waitFor();
    },
    says: "it is damaged, or made in a wrong way",
  },

  start("todo", "After that this page comes back by itself", [], { home: () => fresh, target: { identities: [] } }),
  start("recommended", "Your administrator suggests this webmail. Choose", [], {
    home: () => fresh,
    target: { identities: [] },
    answers: () => ({ "site.list": async () => ({ sites: [], recommended: [SITE] }) }),
  }),
  start("no-address", "then go on here with your certificate", [SITE], {
    home: () => fresh,
    target: { identities: [] },
  }),
  start("unknown", "There is a certificate for", [SITE], { target: { identities: [] } }),
  start("ready", "Write the first mail to yourself", [SITE]),
  start("untrusted", "and counts only once you trust this authority", [SITE], imports),
  start("unknown-untrusted", "and counts only once you trust this authority", [SITE], {
    ...imports,
    target: { identities: [] },
  }),
];

/** A page of a webmail, as far as the frame can tell. */
async function inFrame(shown: Shown, told: string): Promise<Frame> {
  const { page } = shown;
  await page.route("**/webmail.html", (route) =>
    route.fulfill({
      contentType: "text/html",
      body: '<!doctype html><html lang="en"><title>Webmail</title><body style="margin:0"><main><h1>Webmail</h1><iframe title="Mail" src="pages/reader.html" style="width:100%;height:700px;border:0"></iframe></main>',
    }),
  );
  await page.goto(new URL("webmail.html", "https://nssmime.test/").href);
  const frame = page.frames().find((each) => each.url().endsWith("reader.html"));
  assert.ok(frame);
  await page.evaluate((nssmime) => window.frames[0]?.postMessage({ nssmime }, "*"), told);
  return frame;
}

async function check(state: State, look: Look): Promise<void> {
  const home = (state.home ?? (() => full))();
  const shown = await show(browser, home, answersOf(state), look, async () => SITE);
  const where = JSON.stringify(look);
  try {
    await shown.page.addInitScript(
      ([address, grants]) => Object.assign(window, { nssmimeTab: address, nssmimeGrants: grants }),
      [state.address, state.grants],
    );
    let frame = shown.page.mainFrame();
    if (state.framed !== undefined) frame = await inFrame(shown, state.framed);
    else await shown.open(state.path);
    await frame.waitForFunction(() => document.querySelector("main") && !document.querySelector(".loading, .working"));
    await state.act?.(shown, frame);
    for (const piece of translated(state.says, look.language).filter(Boolean))
      await frame.getByText(piece).first().waitFor();
    await shown.settled();
    await shown.shoot(state.name);
    assert.equal(await frame.locator("html").getAttribute("lang"), look.language);
    assert.deepEqual(await shown.hurdles(frame), [], where);
    assert.equal(await shown.overhang(frame), 0, where);
    assert.deepEqual(shown.complaints, [], where);
  } finally {
    await shown.close();
    if (state.changes) await home.close();
  }
}

for (const [turn, state] of states.entries())
  test(state.name, async () => {
    const of = state.path === "popup.html" ? popupLooks : looks;
    for (const look of all ? of : [of[turn % of.length] as Look]) await check(state, look);
  });
