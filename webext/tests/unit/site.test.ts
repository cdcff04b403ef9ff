// SPDX-License-Identifier: MPL-2.0
import assert from "node:assert/strict";
import { test } from "node:test";
import { Sites, siteOf } from "../../core/site.ts";

function storage() {
  const kept = new Map<string, unknown>();
  return {
    kept,
    get: async (key: string) => (kept.has(key) ? { [key]: kept.get(key) } : {}),
    set: async (values: Record<string, unknown>) => {
      for (const [key, value] of Object.entries(values)) kept.set(key, value);
    },
  };
}

test("a site is an origin that mail may be read at", () => {
  assert.equal(siteOf("https://mail.example.org/inbox?x#y"), "https://mail.example.org");
  assert.equal(siteOf("https://user:secret@mail.example.org:8443/"), "https://mail.example.org:8443");
  assert.equal(siteOf("http://localhost:8080/mail"), "http://localhost:8080");
  assert.equal(siteOf("http://[::1]/"), "http://[::1]");
  for (const address of [
    "http://mail.example.org/",
    "http://localhost.example.org/",
    "about:addons",
    "moz-extension://8d0f/pages/start.html",
    "data:text/html,https://mail.example.org",
    "https://",
    "",
  ])
    assert.equal(siteOf(address), null, address);
});

test("each tab has its site, and the others the last one", async () => {
  const [session, local] = [storage(), storage()];
  const sites = new Sites(session, local);
  assert.equal(await sites.of(1), null);
  await sites.opened(1, "https://one.example");
  await sites.opened(2, "https://two.example");
  assert.equal(await sites.of(1), "https://one.example");
  assert.equal(await sites.of(2), "https://two.example");
  assert.equal(await sites.of(3), "https://two.example");
  await sites.used("https://one.example");
  assert.equal(await sites.of(undefined), "https://one.example");
  // The background was stopped, then the browser.
  assert.equal(await new Sites(session, local).of(2), "https://two.example");
  assert.equal(await new Sites(storage(), local).of(2), "https://one.example");
});

test("what is no site in the storage does not count", async () => {
  const [session, local] = [storage(), storage()];
  local.kept.set("site", 7);
  session.kept.set("site-1", "http://mail.example.org");
  const sites = new Sites(session, local);
  assert.equal(await sites.of(1), null);
  assert.equal(await sites.of(2), null);
});
