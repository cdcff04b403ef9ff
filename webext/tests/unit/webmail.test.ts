// SPDX-License-Identifier: MPL-2.0
// The background of the webmail extension: sites, content scripts, what was read.
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, test } from "node:test";
import { Client, HostClient } from "../../core/client.ts";
import { HostError } from "../../core/error.ts";
import type { Identity } from "../../core/relay.ts";
import { setUpSite } from "../../pages/site-setup.ts";
import { Access } from "../../webmail/access.ts";
import { MAIL_PORT, type MailMethods } from "../../webmail/mail-port.ts";
import { webmailProblems } from "../../webmail/problems.ts";
import { Readings } from "../../webmail/readings.ts";
import { Setup } from "../../webmail/setup.ts";
import { type Seen, siteOfSender, Visits } from "../../webmail/visits.ts";
import { Area, type FakeChrome, useChrome } from "../support/fake-chrome.ts";
import { type Answer, fakeConnect, greeting } from "../support/fake-host.ts";
import { portPair } from "../support/port.ts";
import { read, readJson, root } from "../support/root.ts";
import { checkOwnTexts } from "../support/texts.ts";

const english = readJson("webmail", "_locales", "en", "messages.json");
const german = readJson("webmail", "_locales", "de", "messages.json");
const SITE = "https://mail.example.org";
const PATTERN = "https://mail.example.org/*";

let browser: FakeChrome;
beforeEach(() => {
  browser = useChrome();
});

const settled = () => new Promise((resolve) => setTimeout(resolve, 20));
const clientOf = (answer: Answer) => {
  const { connect, hosts } = fakeConnect(greeting(answer));
  return { host: new HostClient({ connect, client: { name: "test", version: "1" } }), hosts };
};
const kind = (expected: string) => (error: unknown) =>
  error instanceof HostError && error.kind === expected;

test("the content script is registered where the user and the browser allow it", async () => {
  const access = new Access(new Area());
  browser.granted.add(PATTERN);
  browser.tabs.push({ id: 1, url: `${SITE}/inbox` }, { id: 2, url: "https://other.example/" });
  await access.add(SITE);
  assert.deepEqual([...browser.scripts.values()].map(({ matches }) => matches), [[PATTERN]]);
  assert.deepEqual(browser.entered, [1], "at once, without a reload");
  assert.equal(await access.has(SITE), true);
  assert.equal(await access.has(`${SITE}:8443`), false, "a port makes another origin");

  // The user took it back in the browser's settings.
  browser.granted.clear();
  await access.follow();
  assert.equal(browser.scripts.size, 0);
  assert.equal(await access.has(SITE), false);

  // An update of the extension forgets what was registered.
  browser.granted.add(PATTERN);
  await Promise.all([access.follow(), access.follow()]);
  assert.equal(browser.scripts.size, 1);
});

test("a site that is forgotten gives back what the browser allowed", async () => {
  const access = new Access(new Area());
  browser.granted.add(PATTERN);
  await access.add(SITE);
  await access.add(`${SITE}:8443`);
  await access.remove(SITE);
  assert.equal(browser.granted.has(PATTERN), true, "another site of this host needs it");
  assert.equal(await access.has(SITE), false);
  await access.remove(`${SITE}:8443`);
  assert.equal(browser.granted.size + browser.scripts.size, 0);
});

test("what is no site in the storage does not count", async () => {
  const area = new Area();
  for (const sites of [7, ["http://mail.example.org", "https://mail.example.org/x", "*", 5]]) {
    await area.set({ sites });
    assert.deepEqual(await new Access(area).sites(), []);
  }
});

function settingUp(answer: Answer) {
  const { host, hosts } = clientOf(answer);
  const [local, session] = [new Area(), new Area()];
  const access = new Access(local);
  return { access, setup: new Setup(host, access, session), hosts, session };
}

test("a site is set up once both the browser and the host were told yes", async () => {
  const { access, setup, hosts, session } = settingUp((frame, far) => far.result(frame.id, {}));
  // The popup closes while the browser asks, and may not have got a message out before.
  const page = { call: () => new Promise<never>(() => undefined) };
  const asked: string[] = [];
  Object.assign((globalThis as any).chrome, {
    storage: { session },
    permissions: {
      ...chrome.permissions,
      request: ({ origins }: { origins: string[] }) => {
        asked.push(...origins);
        return page.call();
      },
    },
  });
  void setUpSite(page, SITE);
  assert.deepEqual(asked, [PATTERN], "in the user's gesture, at once");
  await setup.granted(["https://other.example/*"]);
  assert.equal(hosts.length, 0, "it was not asked for this one");
  browser.granted.add(PATTERN);
  // The popup may be closed by now, or not.
  await Promise.all([setup.granted([PATTERN]), setup.allow(SITE)]);
  assert.equal(hosts[0]?.named("origin.allow").length, 1, "one window, whoever waits for it");
  assert.deepEqual(hosts[0]?.named("origin.allow")[0]?.params, { origin: SITE });
  assert.equal(await access.has(SITE), true);
  await setup.granted([PATTERN]);
  assert.equal(hosts[0]?.named("origin.allow").length, 1, "nothing is begun any more");
});

test("what the host was refused is not kept by the browser either", async () => {
  const { access, setup } = settingUp((frame, far) => far.error(frame.id, "user-declined"));
  browser.granted.add(PATTERN);
  await assert.rejects(setup.allow(SITE), kind("user-declined"));
  assert.equal(browser.granted.size, 0);
  assert.deepEqual(await access.sites(), []);
  assert.equal((await setup.failure(SITE))?.data?.kind, "user-declined");
});

test("without the browser's word the host is not asked", async () => {
  const { setup, hosts } = settingUp((frame, far) => far.result(frame.id, {}));
  await assert.rejects(setup.allow(SITE), kind("user-declined"));
  assert.equal(hosts.length, 0);
});

test("a site that the host cannot forget is forgotten here all the same", async () => {
  const { access, setup } = settingUp((frame, far) =>
    frame.method === "origin.allow" ? far.result(frame.id, {}) : far.error(frame.id, "policy-forbids"));
  browser.granted.add(PATTERN);
  await setup.allow(SITE);
  await assert.rejects(setup.forget(SITE), kind("policy-forbids"));
  assert.equal(await access.has(SITE), false);
});

test("who asks is told by the browser, not by the page", () => {
  const site = (url: string | undefined, origin: string | undefined) =>
    siteOfSender({ ...(url !== undefined && { url }), ...(origin !== undefined && { origin }) });
  assert.equal(site(`${SITE}/?_task=mail`, SITE), SITE);
  for (const [url, origin] of [
    [`${SITE}/`, "null"], // a sandboxed frame
    [`blob:${SITE}/0a1b`, SITE],
    ["data:text/html,x", "null"],
    ["about:blank", SITE],
    ["about:srcdoc", SITE],
    [`${SITE}/`, undefined],
    [undefined, SITE],
    [`${SITE}/`, "https://mail.example.evil"],
    ["http://mail.example.org/", "http://mail.example.org"],
    ["file:///tmp/mail.html", "null"],
  ] as const)
    assert.equal(site(url, origin), null, `${url} ${origin}`);
});

const held = (more: object = {}) => ({
  reading: null,
  content: new Blob(["secret"]),
  source: null,
  site: SITE,
  tab: 1,
  frame: { tab: 1, frame: 2 },
  ...more,
});

test("a handle is good once, in its tab", () => {
  const readings = new Readings();
  const handle = readings.add(held());
  assert.equal(readings.claim(handle, { tab: 2, window: false }), null, "another tab");
  assert.equal(readings.claim("guess", { tab: 1, window: false }), null);
  assert.ok(readings.claim(handle, { tab: 1, window: false }));
  assert.equal(readings.claim(handle, { tab: 1, window: false }), null, "replayed");
  const moved = readings.move(handle, null);
  assert.ok(moved);
  assert.equal(readings.get(handle), undefined);
  assert.equal(readings.claim(moved, { tab: 1, window: false }), null, "a frame is no window");
  assert.ok(readings.claim(moved, { tab: 9, window: true }));
  const another = readings.add(held());
  readings.forget();
  assert.equal(readings.claim(another, { tab: 1, window: false }), null);
});

const verdict = (signature: string) => ({
  summary: { signature, encryption: "none", reasons: [] },
  layers: [],
  headers: { from: [], to: [], cc: [], differing: [] },
  embedded: [],
  certificates: [],
  table: {},
});

/** The host reads, and streams what it got back as what was inside. */
const reads = (signature: string): Answer => (frame, far) => {
  if (frame.method !== "message.read") return;
  const { content, output } = frame.params;
  if (content.stream) far.notify("stream.credit", { stream: content.stream, bytes: 1 << 22 });
  far.notify("stream.data", { stream: output.stream, data: btoa("inside") });
  far.notify("stream.end", { stream: output.stream });
  far.result(frame.id, verdict(signature));
};

function visiting(answer: Answer, { set = true } = {}) {
  const { host, hosts } = clientOf(answer);
  const readings = new Readings();
  const seen: [number, Seen["state"]][] = [];
  const known: Identity[] = [];
  const used: string[] = [];
  const windows: string[] = [];
  const visits = new Visits({
    host,
    access: { has: async () => set } as unknown as Access,
    readings,
    seen: (tab, { state }) => void seen.push([tab, state]),
    used: async (site) => void used.push(site),
    known: async (_, identities) => void known.push(...identities),
    inWindow: async (handle) => void windows.push(handle),
  });
  const open = ({ tab = 1, url = `${SITE}/`, origin = SITE, name = MAIL_PORT, id = "own" } = {}) => {
    const [near, far] = portPair();
    Object.assign(far, { name, sender: { id, url, origin, frameId: 3, tab: { id: tab } } });
    const served = visits.open(far as unknown as chrome.runtime.Port);
    return { served, page: new Client<MailMethods>({ connect: () => near }), near };
  };
  return { visits, readings, seen, known, used, windows, open, hosts };
}

const mail = async function* () {
  yield new TextEncoder().encode("From: a@x\r\n\r\nx\r\n");
};

test("a mail that is shown becomes a handle, and nothing else", async () => {
  const { open, readings, seen, hosts, visits } = visiting(reads("valid"));
  const { page, near } = open();
  assert.deepEqual(await page.call("visit.begin", { reads: false, session: "s" }), { set: true, unknown: true });
  const answer = await page.call("visit.read", {}, { content: mail() });
  assert.deepEqual(Object.keys(answer), ["handle"]);
  assert.equal(hosts[0]?.named("message.read")[0]?.params.origin, SITE);
  assert.equal(await readings.get(answer.handle as string)?.content.text(), "inside");
  assert.deepEqual(seen.at(-1), [1, "read"]);
  assert.equal(visits.in(1).state, "read");
  assert.equal(visits.in(2).state, "none");
  near.disconnect();
  await settled();
  assert.deepEqual(seen.at(-1), [1, "none"], "the mail is gone, and so is its verdict");
  assert.equal(readings.get(answer.handle as string), undefined);
});

test("the next mail takes back what was said of the one before", async () => {
  const { open, readings, seen } = visiting(reads("valid"));
  const { page } = open();
  const { handle } = await page.call("visit.read", {}, { content: mail() });
  await page.call("visit.left", {});
  assert.deepEqual(seen.at(-1), [1, "none"]);
  assert.equal(readings.get(handle as string), undefined);
});

test("of a mail that no frame shows no frame is told", () => {
  const { visits } = visiting(reads("valid"));
  visits.tell({ tab: 1, frame: 2 }, { notice: "read" });
  visits.tell({ tab: -1, frame: -1 }, { notice: "read" });
  assert.deepEqual(browser.told.map(({ tab }) => tab), [1]);
});

test("a mail without S/MIME gets no handle", async () => {
  const { open, seen } = visiting(reads("none"));
  assert.deepEqual(await open().page.call("visit.read", {}, { content: mail() }), { handle: null });
  assert.deepEqual(seen.at(-1), [1, "plain"]);
});

test("two tabs do not get in each other's way", async () => {
  const { open, visits } = visiting(reads("valid"));
  const [one, two] = [open({ tab: 1 }), open({ tab: 2 })];
  await Promise.all([one, two].map(({ page }) => page.call("visit.read", {}, { content: mail() })));
  one.near.disconnect();
  await settled();
  assert.equal(visits.in(1).state, "none");
  assert.equal(visits.in(2).state, "read");
});

test("why a mail cannot be read is for its frame, too", async () => {
  const { open, readings, seen } = visiting((frame, far) => far.error(frame.id, "no-private-key"));
  const { page } = open();
  const { handle } = await page.call("visit.read", {}, { content: mail() });
  assert.equal(readings.get(handle as string)?.problem?.data?.kind, "no-private-key");
  assert.deepEqual(seen.at(-1), [1, "problem"]);
  const expired = await page.call("visit.failed", { problem: "session-expired" });
  assert.equal(readings.get(expired.handle)?.problem?.data?.kind, "session-expired");
});

test("reading that is cancelled leaves nothing", async () => {
  const { open, seen, hosts } = visiting((frame, far) => {
    if (frame.method === "operation.cancel") far.error(frame.params.id, "cancelled");
  });
  const abort = new AbortController();
  const call = open().page.call("visit.read", {}, { content: mail(), signal: abort.signal });
  call.catch(() => undefined);
  while (!hosts[0]?.named("message.read").length) await settled();
  abort.abort();
  await assert.rejects(call, kind("cancelled"));
  assert.deepEqual(seen.at(-1), [1, "none"]);
});

test("once the certificates are locked nothing is known of any mail", async () => {
  const { open, readings, visits, seen } = visiting(reads("valid"));
  const { handle } = await open().page.call("visit.read", {}, { content: mail() });
  visits.forget();
  assert.deepEqual(browser.told, [{ tab: 1, message: { notice: "locked" }, frame: 3 }]);
  assert.equal(readings.get(handle as string), undefined);
  assert.deepEqual(seen.at(-1), [1, "none"]);
});

test("a window gets a handle of its own, and the one of the frame is worth nothing", async () => {
  const { open, readings, windows } = visiting(reads("valid"));
  const { page } = open();
  const { handle } = await page.call("visit.read", {}, { content: mail() });
  await assert.rejects(page.call("visit.window", { handle: "guess" }));
  await page.call("visit.window", { handle: handle as string });
  assert.equal(readings.get(handle as string), undefined);
  assert.ok(readings.claim(windows[0] as string, { tab: 5, window: true }));
});

test("a site that was not set up gets no answer", async () => {
  const { open, hosts } = visiting(reads("valid"), { set: false });
  const { page } = open();
  assert.deepEqual(await page.call("visit.begin", { reads: false, session: "s" }), { set: false, unknown: true });
  await assert.rejects(page.call("visit.read", {}, { content: mail() }), kind("origin-not-allowed"));
  await assert.rejects(page.call("visit.failed", { problem: "offline" }), kind("origin-not-allowed"));
  assert.equal(hosts.length, 0);
});

test("only content scripts of real origins are answered", () => {
  const { open } = visiting(reads("valid"));
  assert.equal(open().served, true);
  assert.equal(open({ origin: "null" }).served, false);
  assert.equal(open({ url: "about:blank" }).served, false);
  assert.equal(open({ name: "other" }).served, false);
  assert.equal(open({ id: "another-extension" }).served, false);
});

test("addresses of a webmail come to those who set up", async () => {
  const { open, known } = visiting(reads("valid"));
  await open().page.call("visit.identities", { identities: [{ address: "a@x", name: "A" }] });
  assert.deepEqual(known, [{ address: "a@x", name: "A" }]);
});

test("a webmail is asked for its user's addresses once in a session", async (context) => {
  let now = Date.now();
  context.mock.method(Date, "now", () => now);
  const { open, used } = visiting(reads("valid"));
  const begin = async (session: string) => {
    const { page } = open();
    const { unknown } = await page.call("visit.begin", { reads: false, session });
    return { page, unknown };
  };
  const { page, unknown } = await begin("one");
  assert.ok(unknown);
  await page.call("visit.identities", { identities: [] });
  assert.ok((await begin("one")).unknown, "it could not say");
  await (await begin("one")).page.call("visit.identities", { identities: [{ address: "a@x", name: "A" }] });
  assert.deepEqual(used, []);
  assert.equal((await begin("one")).unknown, false);
  assert.deepEqual(used, [SITE], "what is done there goes for pages that are opened from nowhere");
  assert.ok((await begin("another")).unknown, "somebody else may have logged in");
  now += 11 * 60_000;
  assert.ok((await begin("one")).unknown, "there may be more by now");
});

test("every text is there in both languages, with the same places, and said somewhere", () => {
  const source = readdirSync(join(root, "webmail"), { recursive: true })
    .filter((name) => String(name).endsWith(".ts"))
    .map((name) => read("webmail", String(name)))
    .join("\n");
  const said = (key: string) =>
    source.includes(`"${key}"`) ||
    webmailProblems.some((kind) => key.startsWith(`wmProblem_${kind.replaceAll("-", "_")}`));
  checkOwnTexts(english, german, (key) => said(key) || key === "wmDescription");
});

test("another page in the same frame takes the place of the one before", async () => {
  const { open, visits } = visiting(reads("valid"));
  await open().page.call("visit.read", {}, { content: mail() });
  assert.equal(visits.in(1).state, "read");
  open();
  assert.equal(visits.in(1).state, "none");
});

test("a content script that only goes on is asked what there is", async () => {
  const { open, visits } = visiting(reads("valid"));
  const { page } = open();
  await page.call("visit.identities", { identities: [] });
  await visits.wake(1);
  assert.deepEqual(browser.told, [{ tab: 1, message: { notice: "begin" }, frame: undefined }]);
  await page.call("visit.begin", { reads: true, session: "s" });
  assert.equal(visits.in(1).state, "working");
  await visits.wake(1);
  assert.equal(browser.told.length, 1);
});
