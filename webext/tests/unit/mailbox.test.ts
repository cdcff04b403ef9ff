// SPDX-License-Identifier: MPL-2.0
// Mailboxes without a webmail, in the background: what is asked for, what is kept, and what comes
// back.
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, test } from "node:test";
import { HostClient } from "../../core/client.ts";
import { HostError } from "../../core/error.ts";
import { Access } from "../../webmail/access.ts";
import { Accounts } from "../../webmail/mailbox/accounts.ts";
import { addressIn } from "../../webmail/mailbox/kinds.ts";
import { type Added, Mailboxes, type Wish } from "../../webmail/mailbox/mailboxes.ts";
import { MailboxPages } from "../../webmail/mailbox/own-pages.ts";
import type { Fetch } from "../../webmail/providers/provider.ts";
import { Readings } from "../../webmail/readings.ts";
import { Setup } from "../../webmail/setup.ts";
import { Sites } from "../../core/site.ts";
import { Area, type FakeChrome, useChrome } from "../support/fake-chrome.ts";
import { type Answer, fakeConnect, greeting } from "../support/fake-host.ts";
import { read, readJson, root } from "../support/root.ts";
import { checkOwnTexts } from "../support/texts.ts";

const SERVER = "https://mail.example.org";
const PATTERN = `${SERVER}/*`;
const SESSION = `${SERVER}/jmap/session`;
const RIGHT = `Basic ${Buffer.from("alice:pass wörd").toString("base64")}`;
const wish: Wish = {
  kind: "jmap",
  address: `${SERVER}/`,
  scheme: "basic",
  user: "alice",
  secret: "pass wörd",
  remember: false,
};

interface Asked {
  url: string;
  authorization: string | null;
}

/** A server of JMAP as far as adding a mailbox goes. `places`: where it says that mails are. */
function server({ leads = SESSION, places = SERVER, answers = true } = {}) {
  const asked: Asked[] = [];
  const fetch: Fetch = async (url, init) => {
    const authorization = new Headers(init?.headers).get("authorization");
    asked.push({ url, authorization });
    if (!answers) throw new TypeError("Failed to fetch");
    if (url === `${SERVER}/.well-known/jmap`) {
      const answer = new Response("", { status: 401 });
      Object.defineProperty(answer, "url", { value: leads });
      return answer;
    }
    if (!url.startsWith(SESSION) && !url.startsWith(`${places}/api`) && url !== leads)
      return new Response("", { status: 404 });
    if (authorization !== RIGHT) return new Response("", { status: 401 });
    if (init?.method !== "POST")
      return Response.json({
        apiUrl: `${places}/api`,
        uploadUrl: `${places}/up/{accountId}`,
        downloadUrl: `${places}/down/{accountId}/{blobId}`,
        primaryAccounts: { "urn:ietf:params:jmap:mail": "a" },
      });
    const list = [{ id: "i", email: "alice@example.org", name: "Alice" }];
    return Response.json({ methodResponses: [["Identity/get", { list }, "0"]] });
  };
  return { fetch, asked };
}

let browser: FakeChrome;
beforeEach(() => {
  browser = useChrome();
  browser.granted.add(PATTERN);
});

const kind = (expected: string) => (error: unknown) => error instanceof HostError && error.kind === expected;
const yes: Answer = (frame, far) => far.result(frame.id, {});

function background(fetch: Fetch, answer: Answer = yes) {
  const { connect, hosts } = fakeConnect(greeting(answer));
  const host = new HostClient({ connect, client: { name: "test", version: "1" } });
  const [local, session, durable] = [new Area(), new Area(), new Area()];
  const access = new Access(local);
  const accounts = new Accounts(local, session, durable);
  const mailboxes = new Mailboxes(accounts, access, new Setup(host, access, session), fetch);
  const pages = new MailboxPages({ host, readings: new Readings(), sites: new Sites(session, local), mailboxes });
  return { access, accounts, mailboxes, pages, hosts, local, session, durable };
}

const idOf = (added: Added): string => {
  assert.ok("id" in added, JSON.stringify(added));
  return added.id;
};

test("an address of a service that answers, but has no mailbox there, is told as that", async () => {
  const { mailboxes } = background(async () => new Response("{}", { status: 404 }));
  for (const which of ["gmail", "graph"] as const)
    await assert.rejects(mailboxes.add({ ...wish, kind: which, scheme: "bearer" }), kind("no-mailbox")).finally(() => browser.granted.add(PATTERN));
});

test("an address is taken as people write it, and only where mail is read for it", () => {
  assert.equal(addressIn(" mail.example.org "), "https://mail.example.org/");
  assert.equal(addressIn("https://mail.example.org:8443/jmap/#x"), "https://mail.example.org:8443/jmap/");
  assert.equal(addressIn("http://127.0.0.1:8080"), "http://127.0.0.1:8080/");
  for (const bad of ["", "http://mail.example.org", "ftp://mail.example.org", "mail example", "https://a:b@mail.example.org", "javascript:alert(1)"])
    assert.equal(addressIn(bad), null, bad);
});

describe("adding", () => {
  test("finds the session, tries it, and then has the host ask", async () => {
    const { fetch, asked } = server();
    const { mailboxes, hosts, local, session, durable } = background(fetch);
    const id = idOf(await mailboxes.add(wish));
    assert.deepEqual(asked[0], { url: `${SERVER}/.well-known/jmap`, authorization: null }, "the password is for the server that is found");
    assert.deepEqual(hosts[0]?.named("origin.allow").map(({ params }) => params), [{ origin: SERVER }]);
    const [known] = await mailboxes.list();
    assert.deepEqual([known?.id, known?.address, known?.site, known?.allowed], [id, SESSION, SERVER, true]);
    assert.deepEqual(known?.identities.map(({ address }) => address), ["alice@example.org"]);
    assert.ok(!JSON.stringify([...local.kept]).includes("pass"), "content scripts can read that");
    assert.equal(session.kept.get(`secret-${id}`), "pass wörd");
    assert.equal(durable.kept.get(`secret-${id}`), null);
    assert.ok(!JSON.stringify(known).includes("pass"), "no page gets it back");
  });

  test("remembers what opens it where that was wished, and forgets it again", async () => {
    const { mailboxes, accounts, session, durable } = background(server().fetch);
    const id = idOf(await mailboxes.add({ ...wish, remember: true }));
    session.kept.clear();
    assert.equal(await accounts.secret(id), "pass wörd");
    await mailboxes.renew(id, "pass wörd", false);
    assert.equal(durable.kept.get(`secret-${id}`), null);
    session.kept.clear();
    await assert.rejects(mailboxes.in(id, async () => 1), kind("login-needed"));
  });

  test("asks the host nothing, and keeps nothing, where it does not open", async () => {
    for (const [options, more, expected, granted] of [
      [{}, { secret: "wrong" }, "login-needed", true],
      [{ answers: false }, {}, "offline", true],
      [{}, { address: `${SERVER}/elsewhere` }, "no-mailbox", false],
    ] as const) {
      browser.granted.add(PATTERN);
      const { mailboxes, hosts } = background(server(options).fetch);
      await assert.rejects(mailboxes.add({ ...wish, ...more }), kind(expected));
      assert.equal(hosts.length, 0);
      // Another try does not ask once more; another page begins anew.
      assert.equal(browser.granted.has(PATTERN), granted, expected);
      assert.deepEqual(await mailboxes.list(), []);
      assert.equal(browser.granted.size, 0);
    }
  });

  test("keeps nothing where the host's user says no", async () => {
    const { mailboxes } = background(server().fetch, (frame, far) => far.error(frame.id, "user-declined"));
    await assert.rejects(mailboxes.add(wish), kind("user-declined"));
    assert.deepEqual(await mailboxes.list(), []);
    assert.equal(browser.granted.size, 0);
  });

  test("asks nobody without the browser's word", async () => {
    browser.granted.clear();
    const { fetch, asked } = server();
    await assert.rejects(background(fetch).mailboxes.add(wish), kind("user-declined"));
    assert.deepEqual(asked, []);
  });

  test("brings no password to a server that another one names, before the user does", async () => {
    const elsewhere = "https://api.example.net/session";
    const { fetch, asked } = server({ leads: elsewhere });
    const { mailboxes } = background(fetch);
    assert.deepEqual(await mailboxes.add(wish), { moved: elsewhere });
    assert.ok(asked.every(({ authorization }) => authorization === null));
    assert.equal(browser.granted.size, 0, "what was asked for is of no use");
  });

  test("does not go on to a server in clear", async () => {
    const { mailboxes } = background(server({ leads: "http://mail.example.org/session" }).fetch);
    await assert.rejects(mailboxes.add(wish), kind("no-mailbox"));
  });

  test("tells what else has to be reached, and gives all of it back", async () => {
    const { mailboxes } = background(server({ places: "https://files.example.net" }).fetch);
    assert.deepEqual(await mailboxes.add(wish), { needed: ["https://files.example.net"] });
    browser.granted.add("https://files.example.net/*");
    const id = idOf(await mailboxes.add(wish));
    assert.equal(browser.granted.size, 2);
    await mailboxes.remove(id);
    assert.equal(browser.granted.size, 0);
  });

  test("the same one once more is another password for it", async () => {
    const { mailboxes } = background(server().fetch);
    const ids = [await mailboxes.add(wish), await mailboxes.add({ ...wish, remember: true })].map(idOf);
    assert.equal(ids[0], ids[1]);
    assert.deepEqual((await mailboxes.list()).map(({ remembered }) => remembered), [true]);
  });
});

describe("removing", () => {
  test("forgets the site that was set up for it, here and at the host", async () => {
    const { mailboxes, access, hosts, session } = background(server().fetch);
    const id = idOf(await mailboxes.add(wish));
    await mailboxes.remove(id);
    assert.deepEqual(hosts[0]?.named("origin.forget").map(({ params }) => params), [{ origin: SERVER }]);
    assert.deepEqual(await access.sites(), []);
    assert.equal(session.kept.get(`secret-${id}`), null);
    assert.equal(browser.granted.size, 0);
  });

  test("leaves a site that was set up before", async () => {
    const { mailboxes, access, hosts } = background(server().fetch);
    await access.add(SERVER);
    const id = idOf(await mailboxes.add(wish));
    assert.equal(hosts.length, 0, "the host was asked when the site was set up");
    await mailboxes.remove(id);
    assert.deepEqual(await access.sites(), [SERVER]);
    assert.equal(browser.granted.size, 1);
  });

  test("leaves what another mailbox of the server needs, until that goes, too", async () => {
    const { fetch } = server();
    // Whatever name there is, it has the same password here.
    const { mailboxes, access } = background((url, init) => {
      const headers = new Headers(init?.headers);
      if (headers.has("authorization")) headers.set("authorization", RIGHT);
      return fetch(url, { ...init, headers });
    });
    const one = idOf(await mailboxes.add(wish));
    const other = idOf(await mailboxes.add({ ...wish, user: "bob" }));
    await mailboxes.remove(one);
    assert.deepEqual([await access.sites(), browser.granted.size], [[SERVER], 1]);
    await mailboxes.remove(other);
    assert.deepEqual([await access.sites(), browser.granted.size], [[], 0]);
  });
});

test("what was taken back elsewhere is told, and not tried", async () => {
  const { fetch, asked } = server();
  const { mailboxes, access } = background(fetch);
  const id = idOf(await mailboxes.add(wish));
  await access.remove(SERVER);
  const before = asked.length;
  await assert.rejects(mailboxes.in(id, async () => 1), kind("mailbox-forbidden"));
  await assert.rejects(mailboxes.renew(id, "pass wörd", false), kind("mailbox-forbidden"));
  assert.equal(asked.length, before);
  await assert.rejects(mailboxes.in("none", async () => 1), kind("no-mailbox"));
});

test("what is no mailbox in the storage does not count", async () => {
  const { mailboxes, local } = background(server().fetch);
  idOf(await mailboxes.add(wish));
  const [good] = local.kept.get("mailboxes") as object[];
  for (const bad of [7, null, {}, { ...good, kind: "imap" }, { ...good, site: "http://mail.example.org" }, { ...good, address: "x" }])
    await local.set({ mailboxes: [bad] }).then(async () => assert.deepEqual(await mailboxes.list(), []));
});

test("a page is of the mailbox in its address, and has no other's site", async () => {
  const { mailboxes, pages, session } = background(server().fetch);
  const id = idOf(await mailboxes.add(wish));
  await session.set({ "site-7": "https://other.example" });
  const port = (query: string) =>
    ({ sender: { url: `chrome-extension://own/pages/editor.html${query}`, tab: { id: 7 } } }) as chrome.runtime.Port;
  assert.equal(await pages.site(port(`?by=${id}&draft=1`)), SERVER);
  assert.equal(await pages.site(port("?by=none")), null);
  assert.equal(await pages.site(port("?by=file")), "https://other.example");
  assert.equal(await pages.site(port("")), "https://other.example");
  assert.deepEqual(Object.keys(pages.answers(port(""))), [], "of a webmail: not our business");
  const send = pages.answers(port("?by=none"))["page.send"];
  const asked = { signal: new AbortController().signal };
  await assert.rejects(async () => send?.({ from: "a@x", recipients: ["b@x"], blind: false }, asked), kind("no-mailbox"));
});

test("where a mail is written it is known what was never tried on the live service", async () => {
  const { mailboxes, pages, local } = background(server().fetch);
  const id = idOf(await mailboxes.add(wish));
  const [account] = local.kept.get("mailboxes") as object[];
  const sender = { url: `chrome-extension://own/pages/editor.html?by=${id}` };
  const asked = { signal: new AbortController().signal };
  Object.defineProperty(globalThis, "navigator", { value: { userAgent: "Chrome/150" }, configurable: true });
  for (const [kind, experimental] of [["jmap", undefined], ["gmail", true], ["graph", true]] as const) {
    await local.set({ mailboxes: [{ ...account, kind }] });
    const answers = pages.answers({ sender } as chrome.runtime.Port);
    assert.equal((await answers["page.target"]?.({}, asked))?.experimental, experimental, kind);
  }
});

test("every text is there in both languages, with the same places, and said somewhere", () => {
  const [english, german] = ["en", "de"].map((name) => readJson("webmail/mailbox/_locales", name, "messages.json"));
  const source = readdirSync(join(root, "webmail/mailbox"))
    .filter((name) => name.endsWith(".ts"))
    .map((name) => read("webmail/mailbox", name))
    .join("\n");
  checkOwnTexts(english, german, (key) => source.includes(`"${key}"`));
});
