// SPDX-License-Identifier: MPL-2.0
// Roundcube by https, in both browsers, and only for one that trusts its authority.
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { Browser } from "./browsers/browser.ts";
import { WEBMAIL } from "./browsers/profile.ts";
import { logIn } from "./browsers/roundcube.ts";
import { browsers } from "./browsers/start.ts";
import { Stack } from "./servers/stack.ts";

const folder = mkdtempSync(join(tmpdir(), "nssmime-https-"));
const extension = join(folder, "extension");
let stack: Stack;

before(async () => {
  mkdirSync(extension);
  const background = { service_worker: "background.js", scripts: ["background.js"] };
  const gecko = { id: WEBMAIL.firefox };
  writeFileSync(join(extension, "background.js"), "");
  writeFileSync(join(extension, "manifest.json"), JSON.stringify({ manifest_version: 3, name: "Empty",
    version: "1", background, browser_specific_settings: { gecko } }));
  stack = await Stack.start({ roundcube: {}, tls: true });
});
after(async () => {
  await stack?.stop();
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});

for (const name of ["chromium", "firefox"] as const) {
  const start = (kind: string, authority?: string): Promise<Browser> =>
    browsers[name]({ folder: join(folder, name + kind), extension, id: WEBMAIL, ...(authority && { authority }) });

  test(`${name} logs in by https, and keeps the cookies to it`, async () => {
    const browser = await start("-trusts", stack.where.authority);
    try {
      const tab = await logIn(browser, stack.url("roundcube"), "alice@example.org");
      assert.match(await tab.url(), /^https:\/\/localhost:\d+\/\?_task=mail/);
      assert.equal(await tab.evaluate("rcmail.env.cookie_secure"), true);
      assert.equal(await tab.evaluate("isSecureContext"), true);
    } finally {
      await browser.close();
    }
  });

  test(`${name} goes nowhere that it does not trust`, async () => {
    const browser = await start("-doubts");
    try {
      await assert.rejects(browser.open(stack.url("roundcube")), /ERR_CERT_AUTHORITY_INVALID|UNKNOWN_ISSUER|NS_ERROR|insecure/i);
    } finally {
      await browser.close();
    }
  });
}
