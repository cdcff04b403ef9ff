// SPDX-License-Identifier: MPL-2.0
// The extension as docs/administrators.md has companies install it: packed with a key of their own,
// by policy, from a server of theirs, which is on the loopback here. Run by installed.sh.
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { after, before, test } from "node:test";
import { type Browser, holds, tabOf, until } from "../../e2e/webmail/browsers/browser.ts";
import { browsers } from "../../e2e/webmail/browsers/start.ts";

const CRX = resolve(process.env["NSSMIME_WEBEXT"] as string, "../packaging/crx.py");
const ZIP = join(process.env["NSSMIME_PACKAGES"] as string, "webmail-chromium.zip");

const folder = mkdtempSync(join(tmpdir(), "nssmime-crx-"));
const made = join(folder, "made");
const asked: string[] = [];
let server: Server;
let url: string;

const pack = (...args: string[]) => spawnSync("python3", ["-B", CRX, ...args], { encoding: "utf8" });
const json = (name: string) => JSON.parse(readFileSync(join(made, name), "utf8"));

before(async () => {
  // Nowhere else is /etc one's own.
  const kind = execFileSync("findmnt", ["-n", "-o", "FSTYPE", "/etc"], { encoding: "utf8" });
  assert.equal(kind.trim(), "overlay", "this is for installed.sh");
  server = createServer((request, answer) => {
    const { pathname } = new URL(request.url as string, url);
    asked.push(pathname);
    const name = /^\/nssmime\/(updates\.xml|nssmime\.crx)$/.exec(pathname)?.[1];
    if (!name) answer.writeHead(404).end();
    else answer.end(readFileSync(join(made, name)));
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/nssmime`;
});
after(() => {
  server?.close();
  server?.closeAllConnections();
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});

test("it is packed, and again with the same key", () => {
  const [first, second] = [1, 2].map(() => pack("--url", url, "--extension", ZIP, made));
  assert.equal(first?.status, 0, first?.stderr);
  assert.match(first?.stdout as string, /^[a-p]{32}\n$/);
  assert.equal(second?.stdout, first?.stdout);
  assert.equal(statSync(join(made, "nssmime.pem")).mode & 0o777, 0o600);
});

test("what cannot be is said in a sentence", () => {
  for (const [args, said] of [
    [["--url", "software.example.org"], /not an address such as https/],
    [["--url", url, "--extension", join(folder, "nothing")], /nothing is not there: packaging\/deb\.sh makes it/],
    [["--url", url, "--extension", CRX], /not a zip file/],
    [["--url", url, "--extension", ZIP, "--key", CRX], /openssl failed/],
    [["--url", url, "--extension", ZIP, "--browser", "false"], /false failed/],
    [["--url", url, "--extension", ZIP, "--browser", "true"], /true packed nothing/],
  ] as const) {
    const done = pack(...args, join(folder, "refused"));
    assert.notEqual(done.status, 0);
    assert.match(done.stderr, said);
  }
});

test("Chromium installs it by policy, and it finds the host", async () => {
  execFileSync("dpkg", ["--no-triggers", "-r", "webext-nssmime"], { stdio: "pipe" });
  for (const [name, to] of [
    ["browser-policy.json", "/etc/chromium/policies/managed/nssmime.json"],
    ["host-manifest.json", "/etc/chromium/native-messaging-hosts/nssmime.json"],
    ["policy.json", "/etc/nssmime/policy.json"],
  ] as const) {
    mkdirSync(join(to, ".."), { recursive: true });
    copyFileSync(join(made, name), to);
  }
  // What a policy forces on people nobody looks into, unless that is allowed.
  writeFileSync("/etc/chromium/policies/managed/tests.json", '{"DeveloperToolsAvailability": 1}');
  const [id] = json("policy.json").callers;
  let browser: Browser | undefined;
  try {
    const ids = { chromium: id, firefox: "" };
    browser = await browsers.chromium({ folder: join(folder, "user"), fetches: true, id: ids });
    assert.equal(browser.extension, `chrome-extension://${id}/`);
    const page = await tabOf(browser, "pages/start.html");
    await holds(page, '/nssmime-host [0-9.]+ is installed and answers/.test(document.body.innerText)');
    // The browser tells it after it was installed.
    const extension = browser;
    const suggested = await until("what the policy suggests", () =>
      extension.background<string[] | undefined>('chrome.storage.managed.get("origins").then((all) => all.origins)'));
    assert.deepEqual(suggested, ["https://mail.example.org"]);
    assert.deepEqual(asked.slice(0, 2), ["/nssmime/updates.xml", "/nssmime/nssmime.crx"]);
  } finally {
    await browser?.close();
  }
});
