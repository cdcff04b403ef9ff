// SPDX-License-Identifier: MPL-2.0
// The client and the actions against the real host.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { checkCertificate } from "../../core/actions/certificate-check.ts";
import { deleteCertificate } from "../../core/actions/certificate-delete.ts";
import { backUpCertificate, exportCertificate } from "../../core/actions/certificate-export.ts";
import { getCertificate } from "../../core/actions/certificate-get.ts";
import { importCertificates } from "../../core/actions/certificate-import.ts";
import { allCertificates, listCertificates } from "../../core/actions/certificate-list.ts";
import { databaseCandidates } from "../../core/actions/database-candidates.ts";
import { changePassword } from "../../core/actions/database-change-password.ts";
import { lockDatabase } from "../../core/actions/database-lock.ts";
import { databaseStatus } from "../../core/actions/database-status.ts";
import { unlockDatabase } from "../../core/actions/database-unlock.ts";
import { useDatabase } from "../../core/actions/database-use.ts";
import { allowOrigin } from "../../core/actions/origin-allow.ts";
import { forgetOrigin } from "../../core/actions/origin-forget.ts";
import { listOrigins } from "../../core/actions/origin-list.ts";
import { protectMessage, unusableRecipients } from "../../core/actions/message-protect.ts";
import { readMessage } from "../../core/actions/message-read.ts";
import { HostClient } from "../../core/client.ts";
import { HostError, type Kind } from "../../core/error.ts";
import { pages, serve } from "../../core/relay.ts";
import type { Method } from "../../core/wire.ts";
import { resultMisfits } from "../support/conforms.ts";
import { portPair } from "../support/port.ts";
import { Home, pki, SITE } from "../support/real-host.ts";

/** Checks every result against the schema while it passes. */
class CheckedClient extends HostClient {
  override async call(method: any, params: any, options: any): Promise<any> {
    const result = await super.call(method as Method, params, options);
    assert.deepEqual(resultMisfits(method, result), []);
    return result;
  }
}

function start(context: TestContext, options?: { database?: boolean }) {
  const home = new Home(options);
  const host = new CheckedClient({
    connect: home.connect,
    client: { name: "test", version: "1" },
  });
  context.after(() => home.close());
  return { home, host };
}

const failsAs = (promise: Promise<unknown>, kind: Kind) =>
  assert.rejects(promise, (error) => error instanceof HostError && error.kind === kind);

const mail = (to: string, body: string, more = "") =>
  Buffer.from(
    `From: Alice <alice@example.org>\r\nTo: ${to}\r\n${more}Subject: Hello\r\n` +
      `Date: ${new Date().toUTCString()}\r\nMIME-Version: 1.0\r\n` +
      `Content-Type: text/plain; charset=utf-8\r\n\r\n${body}\r\n`,
  );

const fileOf = (name: string) => new Blob([readFileSync(pki(name))]);
const ownOf = (host: HostClient, address: string) => allCertificates(host, { kind: "own", address });

test("hello, status and candidates", async (context) => {
  const { host } = start(context);
  assert.deepEqual(resultMisfits("hello", await host.hello()), []);
  const status = await databaseStatus(host);
  assert.equal(status.kind, "configured");
  const candidates = await databaseCandidates(host);
  assert.equal(candidates.find(({ inUse }) => inUse)?.id, status.id);
});

test("a list is read page by page", async (context) => {
  const { host } = start(context);
  const first = await listCertificates(host, { limit: 3 });
  assert.equal(first.certificates.length, 3);
  assert.ok(first.more);
  const all = await allCertificates(host, { limit: 3 });
  assert.ok(all.length > 10);
  assert.equal(new Set(all.map(({ fingerprint }) => fingerprint)).size, all.length);
  for (const kind of ["own", "people", "authorities"] as const)
    for (const { own } of await allCertificates(host, { kind })) assert.equal(own, kind === "own");
});

test("one certificate: got, checked, exported, backed up, deleted", async (context) => {
  const { host, home } = start(context);
  const fingerprint = (await ownOf(host, "alice@example.org"))[0]?.fingerprint as string;
  const { certificate, chain } = await getCertificate(host, fingerprint);
  assert.equal(chain.length, 3);
  assert.deepEqual(certificate.addresses, ["alice@example.org"]);
  assert.equal((await checkCertificate(host, { fingerprint, for: "sign" })).usable, true);
  const { file, ending } = await exportCertificate(host, fingerprint, "pem");
  assert.equal(ending, "pem");
  assert.match(await file.text(), /^-----BEGIN CERTIFICATE-----/m);

  home.answer("pin secret", "confirm");
  const saved = await backUpCertificate(host, fingerprint);
  assert.ok(readFileSync(join(home.folder, "Downloads", saved)).length > 1000);
  home.answer("decline");
  await failsAs(deleteCertificate(host, fingerprint, true), "user-declined");
  home.answer("confirm");
  await deleteCertificate(host, fingerprint, true);
  await failsAs(getCertificate(host, fingerprint), "certificate-not-found");
});

test("a .p12 is imported with the password of the host's own window", async (context) => {
  const { host, home } = start(context, { database: false });
  home.answer("pin nssmime");
  const { imported } = await importCertificates(host, fileOf("alice.p12"));
  assert.ok(imported.some(({ own }) => own));
  assert.equal(home.asked().length, 1);
  const again = new Blob([fileOf("alice.key"), fileOf("alice.crt")]);
  const { skipped } = await importCertificates(host, again);
  assert.deepEqual(skipped.map(({ code }) => code), ["no-certificate", "already-there"]);
  await failsAs(importCertificates(host, new Blob(["nonsense"])), "file-unreadable");
});

test("a mail is protected and read again, small and large", async (context) => {
  const { host, home } = start(context);
  for (const size of [100, 30 * 1024 * 1024]) {
    const body = "0123456789abcde\r\n".repeat(Math.ceil(size / 17));
    const content = mail("bob@example.org", body);
    let progress = 0;
    const { message, result } = await protectMessage(host, new Blob([content]), {
      sign: {},
      encrypt: {},
      onProgress: (done) => (progress = done),
    });
    assert.ok(message.size > content.length);
    assert.ok(result.recipients?.some(({ address }) => address === "bob@example.org"));
    const read = await readMessage(host, message);
    assert.deepEqual(read.result.summary, { signature: "valid", encryption: "full", reasons: [] });
    const inner = await read.content.text();
    assert.ok(inner.endsWith(`${body}\r\n`));
    if (size > 1000) assert.ok(progress > 0);
  }
  const largest = Math.max(...home.ports.flatMap(({ sent }) => sent));
  assert.ok(largest < 512 * 1024, `a frame of ${largest} bytes`);
});

test("an altered mail is not valid, and says why", async (context) => {
  const { host } = start(context);
  const { message } = await protectMessage(host, mail("bob@example.org", "pay 10"), { sign: {} });
  const altered = Buffer.from((await message.text()).replace("pay 10", "pay 99"));
  const { result } = await readMessage(host, altered);
  assert.equal(result.summary.signature, "invalid");
  assert.ok(result.summary.reasons.includes("content-altered"));
});

test("a Bcc recipient gets a copy of their own", async (context) => {
  const { host } = start(context);
  const content = mail("bob@example.org", "psst", "Bcc: carol@example.org\r\n");
  const { message, copies } = await protectMessage(host, content, {
    encrypt: {},
    bcc: ["carol@example.org"],
  });
  assert.deepEqual([...copies.keys()], ["carol@example.org"]);
  assert.doesNotMatch(await message.text(), /carol/i);
  const { result } = await readMessage(host, copies.get("carol@example.org") as Blob);
  assert.equal(result.summary.encryption, "full");
});

test("who lacks a certificate is told by name", async (context) => {
  const { host } = start(context);
  const content = mail("bob@example.org, nobody@example.org", "hi");
  await assert.rejects(protectMessage(host, content, { encrypt: {} }), (error: HostError) => {
    const [who] = unusableRecipients(error);
    assert.equal(who?.address, "nobody@example.org");
    assert.equal(who?.kind, "certificate-not-found");
    return true;
  });
});

test("a long operation can be cancelled", async (context) => {
  const { host } = start(context);
  const abort = new AbortController();
  const content = mail("bob@example.org", "x".repeat(70).concat("\r\n").repeat(200_000));
  await failsAs(
    readMessage(host, new Blob([content]), {
      signal: abort.signal,
      onProgress: () => abort.abort(),
    }),
    "cancelled",
  );
  assert.equal((await databaseStatus(host)).kind, "configured");
});

test("password: set, locked, unlocked, refused", async (context) => {
  const { host, home } = start(context);
  home.answer("pin first", "confirm");
  await changePassword(host);
  await lockDatabase(host);
  assert.equal((await databaseStatus(host)).tokens[0]?.unlocked, false);
  home.answer("pin wrong", "pin wrong", "pin wrong");
  await failsAs(unlockDatabase(host), "wrong-password");
  home.answer("pin first");
  await unlockDatabase(host);
  assert.equal((await databaseStatus(host)).tokens[0]?.unlocked, true);
});

test("another database is used after asking, by a new host", async (context) => {
  const { host, home } = start(context);
  await databaseStatus(host);
  const [other] = (await databaseCandidates(host)).filter(({ inUse }) => !inUse);
  assert.ok(other, "there is no other candidate");
  home.answer("confirm");
  await useDatabase(host, other.id);
  assert.equal((await databaseStatus(host)).id, other.id);
  assert.equal(home.ports.length, 2);
});

test("a killed host is started again; what was under way says so", async (context) => {
  const { host, home } = start(context);
  await databaseStatus(host);
  home.answer("hang");
  const hanging = changePassword(host);
  hanging.catch(() => undefined);
  while (home.asked().length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
  home.ports[0]?.process.kill("SIGKILL");
  await failsAs(hanging, "host-lost");
  assert.equal((await databaseStatus(host)).kind, "configured");
  assert.equal(home.ports.length, 2);
});

/** A page's way to the host, from that site. */
function openedFrom(host: HostClient, site: string | null) {
  const local = { "page.target": async () => { throw new Error("not asked"); }, "page.reading": async () => null };
  return pages(() => {
    const [near, far] = portPair();
    serve(far, host, local, async () => site);
    return near;
  });
}

test("a page in a browser asks for the site that it was opened for", async (context) => {
  const { home, host } = start(context);
  home.caller = "webmail@nssmime";
  const list = (site: string | null) =>
    openedFrom(host, site).call("certificate.list", { kind: "own" });
  assert.ok((await list(SITE)).certificates.length > 0);
  await failsAs(list(null), "site-unknown");
  await failsAs(list("https://elsewhere.example"), "origin-not-allowed");
  assert.equal((await openedFrom(host, null).call("database.status", {})).kind, "configured");
});

test("a page's mail goes to the host and back in streams, with progress and cancel", async (context) => {
  const { home, host } = start(context);
  home.caller = "webmail@nssmime";
  const page = openedFrom(host, SITE);
  const long = mail("bob@example.org", `${"0123456789abcde\r\n".repeat(500_000)}`);
  let seen = 0;
  const { message, copies } = await protectMessage(page, new Blob([long]), {
    encrypt: { recipients: ["bob@example.org", { address: "alice@example.org", bcc: true }] },
    bcc: ["alice@example.org"],
    onProgress: () => seen++,
  });
  assert.ok(seen > 0);
  assert.ok(message.size > long.length);
  const copy = copies.get("alice@example.org");
  assert.ok(copy);
  const { content } = await readMessage(page, copy);
  assert.ok((await content.text()).endsWith("0123456789abcde\r\n\r\n"));
  const abort = new AbortController();
  const cancelled = protectMessage(page, new Blob([long]), {
    encrypt: { recipients: ["bob@example.org"] },
    signal: abort.signal,
    onProgress: () => abort.abort(),
  });
  await failsAs(cancelled, "cancelled");
});

test("the user says for which sites something is done", async (context) => {
  const { home, host } = start(context);
  home.caller = "webmail@nssmime";
  const site = "https://other.example.org";
  const list = () => openedFrom(host, site).call("certificate.list", { kind: "own" });
  await failsAs(list(), "origin-not-allowed");
  home.answer("decline");
  await failsAs(allowOrigin(host, site), "user-declined");
  home.answer("confirm", "decline");
  const allowed = { origin: site, sign: "ask", source: "user" };
  assert.deepEqual(await allowOrigin(host, site), allowed);
  assert.ok((await list()).certificates.length > 0);
  const { origins, further } = await listOrigins(host);
  assert.deepEqual(origins, [{ ...allowed, origin: SITE }, allowed]);
  assert.ok(further);
  await forgetOrigin(host, site);
  await failsAs(list(), "origin-not-allowed");
});

test("signing for a site asks each time, unless it may go without", async (context) => {
  const { home, host } = start(context);
  home.caller = "webmail@nssmime";
  const page = openedFrom(host, SITE);
  const sign = () => protectMessage(page, new Blob([mail("bob@example.org", "x")]), { sign: {} });
  home.answer("decline");
  await failsAs(sign(), "user-declined");
  home.answer("confirm", "confirm");
  await sign();
  assert.equal((await allowOrigin(host, SITE)).sign, "allowed");
  const before = home.asked().length;
  await sign();
  assert.equal(home.asked().length, before);
});

test("a host that is not there", async (context) => {
  const { host, home } = start(context);
  home.program = join(home.folder, "no-such-program");
  await failsAs(databaseStatus(host), "host-missing");
  home.program = "/bin/false";
  await failsAs(databaseStatus(host), "host-failed");
});

test("a mistake in the settings leaves hello working", async (context) => {
  const { host, home } = start(context);
  home.configure({ datebase: "sql:/x" });
  assert.equal((await host.hello()).protocol, 1);
  await failsAs(databaseStatus(host), "configuration-invalid");
});
