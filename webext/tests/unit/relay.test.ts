// SPDX-License-Identifier: MPL-2.0
import assert from "node:assert/strict";
import { test } from "node:test";
import { HostClient } from "../../core/client.ts";
import { HostError } from "../../core/error.ts";
import { isOwnPage, type LocalMethods, pages, RELAY, serve } from "../../core/relay.ts";
import { type Answer, fakeConnect, greeting } from "../support/fake-host.ts";
import { portPair } from "../support/port.ts";

const target = { program: "Tests", installOption: "--tests", identities: [] };
const local: LocalMethods = {
  "page.target": async () => target,
  "page.reading": async () => null,
};

function relayed(answer: Answer, site?: () => Promise<string | null>) {
  const { connect, hosts } = fakeConnect(answer);
  const host = new HostClient({ connect, client: { name: "test", version: "1" } });
  const page = pages(() => {
    const [near, far] = portPair();
    serve(far, host, local, site);
    return near;
  });
  return { page, hosts };
}

test("a page's request goes to the host and back", async () => {
  const { page, hosts } = relayed(greeting((frame, far) => far.result(frame.id, frame.params)));
  const params = { fingerprint: "ab" };
  assert.deepEqual(await page.call("certificate.get", params), params);
  assert.equal((await page.call("hello", {})).host.version, "0.1.0");
  assert.equal(hosts.length, 1);
});

test("a page learns where it is without any host", async () => {
  const { page, hosts } = relayed((_, far) => far.end.disconnect("not found"));
  assert.deepEqual(await page.call("page.target", {}), target);
  assert.equal(await page.call("page.reading", { handle: "x" }), null);
  assert.equal(hosts.length, 0);
  await assert.rejects(
    page.call("database.status", {}),
    (error: HostError) => error.kind === "host-missing",
  );
});

test("the background says for which site a page asks", async () => {
  const echo = greeting((frame, far) => far.result(frame.id, frame.params));
  const site = "https://mail.example.org";
  const { page } = relayed(echo, async () => site);
  const claimed = { fingerprint: "ab", origin: "https://evil.example" };
  assert.deepEqual(await page.call("certificate.get", claimed), { fingerprint: "ab", origin: site });
  assert.deepEqual(await page.call("database.lock", {}), {});
  const lost = relayed(echo, async () => null);
  await assert.rejects(
    lost.page.call("certificate.get", { fingerprint: "ab" }),
    (error: HostError) => error.kind === "site-unknown",
  );
  assert.deepEqual(await lost.page.call("database.lock", {}), {});
});

test("errors, progress and cancel pass through", async () => {
  const { page, hosts } = relayed(greeting((frame, far) => {
    if (frame.method === "certificate.delete") far.error(frame.id, "user-declined");
    else if (frame.method === "operation.cancel") far.error(frame.params.id, "cancelled");
    else far.notify("operation.progress", { id: frame.id, done: 1, total: 2 });
  }));
  await assert.rejects(
    page.call("certificate.delete", { fingerprint: "ab" }),
    (error: HostError) => error.kind === "user-declined",
  );
  const abort = new AbortController();
  const seen = await new Promise((resolve) => {
    const onProgress = (...numbers: unknown[]) => resolve(numbers);
    const call = page.call("database.unlock", {}, { signal: abort.signal, onProgress });
    call.catch(() => undefined);
  });
  assert.deepEqual(seen, [1, 2]);
  assert.equal(hosts[0]?.named("database.unlock")[0]?.params.progress, true);
  abort.abort();
  await hosts[0]?.got("operation.cancel");
});

test("a page that closes cancels what it asked for", async () => {
  const { page, hosts } = relayed(greeting((frame, far) => {
    if (frame.method === "operation.cancel") far.error(frame.params.id, "cancelled");
  }));
  page.call("database.unlock", {}).catch(() => undefined);
  while (!hosts[0]?.named("database.unlock").length)
    await new Promise((resolve) => setImmediate(resolve));
  page.close();
  const cancel = await hosts[0].got("operation.cancel");
  assert.equal(cancel.params.id, hosts[0].named("database.unlock")[0]?.id);
});

test("only the extension's own pages are served", () => {
  (globalThis as any).chrome = {
    runtime: { id: "own", getURL: (path: string) => `chrome-extension://own/${path}` },
  };
  const port = (name: string, id: string, url?: string) =>
    isOwnPage({ name, sender: { id, url } } as chrome.runtime.Port);
  assert.equal(port(RELAY, "own", "chrome-extension://own/pages/start.html"), true);
  assert.equal(port("other", "own", "chrome-extension://own/pages/start.html"), false);
  assert.equal(port(RELAY, "own", "https://mail.example/"), false); // a content script
  assert.equal(port(RELAY, "own", "chrome-extension://own.evil/"), false);
  assert.equal(port(RELAY, "own"), false);
  assert.equal(port(RELAY, "other", "chrome-extension://own/"), false);
});
