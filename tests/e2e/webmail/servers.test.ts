// SPDX-License-Identifier: MPL-2.0
// The servers themselves: that they do what the other tests rely on, and that nothing of them is
// left.
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { setTimeout } from "node:timers/promises";
import { send } from "./servers/smtp.ts";
import { Stack, type Where } from "./servers/stack.ts";
import { REFUSED } from "./servers/users.ts";

const ALICE = "alice@example.org";
const BOB = "bob@example.org";
const mail = `From: ${ALICE}\r\nTo: ${BOB}\r\nDate: Thu, 26 Nov 2026 12:00:00 +0000\r\n` +
  `Message-ID: <1@${BOB}>\r\nSubject: \xfc\r\n\r\n.dot\r\nfrom \r\n\r\nFrom here\r\n`;

let stack: Stack;
before(async () => {
  stack = await Stack.start({ roundcube: {}, tls: true, cyrus: [ALICE] });
});
after(() => stack?.stop());

test("a mail goes through postfix into dovecot as it is", async () => {
  await send(stack.where.smtp, ALICE, [BOB], Buffer.from(mail, "latin1"));
  const [got] = await stack.mailbox(BOB).waitFor(1);
  const raw = got?.raw.toString("latin1") ?? "";
  assert.ok(raw.endsWith(mail), raw);
  assert.deepEqual(got?.flags, []);
});

test("what cannot be delivered is refused at once", async () => {
  for (const address of [REFUSED, "somebody@elsewhere.example"])
    await assert.rejects(send(stack.where.smtp, ALICE, [address], Buffer.from(mail)), /^Error: 5/);
});

test("IMAP keeps the bytes of what is put there", async () => {
  const bytes = Buffer.from(mail, "latin1");
  const drafts = stack.mailbox(ALICE);
  await drafts.append(bytes, "Drafts");
  assert.deepEqual((await drafts.messages("Drafts")).map(({ raw }) => raw), [bytes]);
  await drafts.clear("Drafts");
  assert.deepEqual(await drafts.messages("Drafts"), []);
});

test("Roundcube shows its login by https, Cyrus answers who has the password", () => {
  const curl = (...args: string[]) => execFileSync("curl", ["-sSf", ...args], { encoding: "utf8" });
  const authority = stack.where.authority as string;
  assert.match(curl("--cacert", authority, stack.url("roundcube")), /id="rcmloginuser"/);
  const session = curl("-u", `${ALICE}:static-password`, `${stack.url("jmap")}jmap/`);
  assert.ok("urn:ietf:params:jmap:submission" in JSON.parse(session).capabilities, session);
});

const open = (port: number) =>
  new Promise<boolean>((done) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("error", () => done(false));
    socket.once("connect", () => done((socket.destroy(), true)));
  });

/** The processes that have `text` in their command or their folder. */
const processes = (text: string) =>
  execFileSync("ps", ["-eo", "args"], { encoding: "utf8" }).split("\n").filter((line) => line.includes(text));

for (const signal of ["SIGTERM", "SIGKILL"] as const)
  test(`nothing is left of the servers of a test that ended by ${signal}`, async () => {
    const main = join(process.env["NSSMIME_BUNDLES"] as string, "servers/main.mjs");
    // Its input is this process's to close, so a test in between holds it.
    const code = `
      const child = require("node:child_process").spawn(process.execPath, process.argv.slice(1), {
        stdio: ["pipe", "inherit", "inherit"],
      });
      setInterval(() => child, 1000);`;
    const options = JSON.stringify({ roundcube: {}, cyrus: [ALICE] });
    const servers = process.env["NSSMIME_WEBMAIL_SERVERS"] as string;
    const held = spawn(process.execPath, ["-e", code, "--", main, servers, options], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const line = await new Promise<Buffer>((said) => held.stdout.once("data", said));
    const { folder, imap, smtp, roundcube, jmap } = JSON.parse(line.toString()) as Where;
    const ports = [imap, smtp, ...[roundcube, jmap].map((url) => Number(new URL(url as string).port))];
    for (const port of ports) assert.ok(await open(port), String(port));
    assert.ok(processes(folder).length > 4);
    held.kill(signal);
    const end = Date.now() + 30_000;
    while ((existsSync(folder) || processes(folder).length > 0) && Date.now() < end) await setTimeout(50);
    assert.equal(existsSync(folder), false);
    assert.deepEqual(processes(folder), []);
    for (const port of ports) assert.equal(await open(port), false, String(port));
  });

test("the servers' own log has no complaint", () => {
  const log = readFileSync(join(stack.where.folder, "postfix/log"), "utf8");
  assert.doesNotMatch(log, /fatal|panic|error:/);
  const roundcube = readFileSync(join(stack.where.folder, "roundcube.log"), "utf8");
  assert.doesNotMatch(roundcube, /PHP (Warning|Fatal)/);
});
