// SPDX-License-Identifier: MPL-2.0
// The provider for Roundcube where it is used: in a content script, with the browser's cookies and
// what each browser makes of bytes there.
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { holds } from "./browsers/browser.ts";
import { WEBMAIL } from "./browsers/profile.ts";
import { logIn } from "./browsers/roundcube.ts";
import { browsers } from "./browsers/start.ts";
import { signedMail, tail, text } from "./mails.ts";
import { Stack } from "./servers/stack.ts";

const [ALICE, BOB] = ["alice@example.org", "bob@example.org"] as const;
const webext = process.env["NSSMIME_WEBEXT"] as string;
const require = createRequire(join(webext, "package.json"));

/** Reads the newest mail, and sends it to Bob as it is; what came of it is in the page. */
const script = `
  import { Roundcube } from "./webmail/providers/roundcube.ts";
  void (async () => {
  const scripts = [...document.scripts].map(({ text }) => text);
  const has = (selector) => document.querySelector(selector) !== null;
  const roundcube = Roundcube.detect({ url: location.href, scripts, has }, (url, init) => fetch(url, init));
  if (roundcube) {
    const said = {};
    try {
      const [newest] = await roundcube.list();
      let last = 0;
      const raw = await roundcube.getRaw(newest, { onProgress: (done) => (last = done) });
      said.read = [raw.size, last];
      const [{ address }] = await roundcube.identities();
      said.outcome = await roundcube.sendRaw({ from: address, copies: [{ raw, recipients: [${JSON.stringify(BOB)}] }] });
      said.error = said.outcome.error && String(said.outcome.error.message);
    } catch (failure) {
      said.failure = String(failure);
    }
    document.documentElement.dataset.said = JSON.stringify(said);
  }
  })();`;

const folder = mkdtempSync(join(tmpdir(), "nssmime-content-"));
const extension = join(folder, "extension");
let stack: Stack;

before(async () => {
  mkdirSync(extension);
  const { build } = require("esbuild") as typeof import("esbuild");
  await build({
    stdin: { contents: script, resolveDir: webext },
    bundle: true,
    format: "iife",
    outfile: join(extension, "content.js"),
  });
  const matches = ["http://127.0.0.1/*"];
  writeFileSync(join(extension, "background.js"), "");
  writeFileSync(join(extension, "manifest.json"), JSON.stringify({
    manifest_version: 3,
    name: "Provider",
    version: "1",
    host_permissions: matches,
    content_scripts: [{ matches, js: ["content.js"] }],
    background: { service_worker: "background.js", scripts: ["background.js"] },
    browser_specific_settings: { gecko: { id: WEBMAIL.firefox } },
  }));
  stack = await Stack.start({ roundcube: {} });
});
after(async () => {
  await stack?.stop();
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});

for (const name of ["chromium", "firefox"] as const)
  test(`${name}: a mail is read and sent byte for byte`, async () => {
    const mail = signedMail({ from: ALICE, to: BOB, subject: name, entity: text("Grüße \n.\n") });
    await stack.mailbox(ALICE).append(mail);
    await stack.mailbox(BOB).clear();
    const browser = await browsers[name]({ folder: join(folder, name), extension, id: WEBMAIL });
    try {
      const tab = await logIn(browser, stack.url("roundcube"), ALICE);
      await holds(tab, "document.documentElement.dataset.said");
      const said = await tab.evaluate<any>("JSON.parse(document.documentElement.dataset.said)");
      assert.deepEqual(said, {
        read: [mail.length, mail.length],
        outcome: { sent: [0], unknown: null, error: null, kept: true, leftover: null },
        error: null,
      });
      const [got] = await stack.mailbox(BOB).waitFor(1);
      assert.ok(tail(got?.raw, mail));
    } finally {
      await browser.close();
    }
  });
