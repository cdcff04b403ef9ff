// SPDX-License-Identifier: MPL-2.0
// docs/example, which authors of other clients start from: its client against the host alone, and
// the whole of it in both browsers. The administrator's file of the host lets it in.
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { after, before, describe, test } from "node:test";
import { type Browser, holds, type Tab } from "../../e2e/webmail/browsers/browser.ts";
import { browsers } from "../../e2e/webmail/browsers/start.ts";
import { plainMail, signedMail, text } from "../../e2e/webmail/mails.ts";

const EXAMPLE = resolve(process.env["NSSMIME_WEBEXT"] as string, "../docs/example");
const HOST = process.env["NSSMIME_EXAMPLE_HOST"] as string;
const SITE = "https://mail.example.org";
const ID = { chromium: "pdggjholpjlcnlcceeecodgegmgmimmf", firefox: "example@webmail.example" };

interface Client {
  request(method: string, params?: object): Promise<any>;
  run(method: string, params: object, content: Uint8Array): Promise<{ result: any; output: Uint8Array }>;
}

const folder = mkdtempSync(join(tmpdir(), "nssmime-example-"));
const home = join(folder, "home");
const env: Record<string, string> = {
  NSSMIME_TEST_PINENTRY: join(folder, "answers"),
  XDG_CONFIG_HOME: join(home, ".config"),
  XDG_DATA_HOME: join(home, ".local/share"),
  XDG_CACHE_HOME: join(home, ".cache"),
};
const letter = { from: "bob@example.org", to: "alice@example.org", subject: "Plan", entity: text("The meeting is at ten.\n") };
const own = { ...letter, from: letter.to, to: letter.from };

before(() => {
  assert.equal(process.getuid?.(), 0, "an administrator's file takes root: sudo ctest -L package");
  for (const path of Object.values(env).slice(1)) mkdirSync(path, { recursive: true });
  mkdirSync(join(home, ".config/nssmime"));
  cpSync(join(process.env["NSSMIME_TEST_PKI"] as string, "db"), join(home, "db"), { recursive: true });
  writeFileSync(join(home, ".config/nssmime/config.json"), JSON.stringify({
    database: `sql:${join(home, "db")}`,
    pinentry: resolve(process.env["NSSMIME_WEBEXT"] as string, "../tests/support/pinentry.py"),
  }));
  writeFileSync(join(folder, "answers"), "confirm\nconfirm\n".repeat(2));
  const policy = process.env["NSSMIME_EXAMPLE_POLICY"] as string;
  mkdirSync(join(policy, ".."), { recursive: true });
  writeFileSync(policy, JSON.stringify({ callers: Object.values(ID) }));
});
after(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));

/** What connectNative() gives, by the pipes of a process. */
class Port {
  readonly #process: ChildProcess;
  #input = Buffer.alloc(0);
  readonly #hearers: ((frame: object) => void)[] = [];
  readonly onMessage = { addListener: (hear: (frame: object) => void) => this.#hearers.push(hear) };
  readonly onDisconnect = { addListener: (hear: () => void) => this.#process.on("close", hear) };

  constructor() {
    this.#process = spawn(HOST, [`chrome-extension://${ID.chromium}/`], {
      env: { ...process.env, ...env, HOME: home },
      stdio: ["pipe", "pipe", "inherit"],
    });
    this.#process.stdout?.on("data", (piece: Buffer) => this.#take(piece));
  }

  #take(piece: Buffer): void {
    this.#input = Buffer.concat([this.#input, piece]);
    while (this.#input.length >= 4 && this.#input.length >= 4 + this.#input.readUInt32LE(0)) {
      const end = 4 + this.#input.readUInt32LE(0);
      const frame = JSON.parse(this.#input.subarray(4, end).toString());
      this.#input = this.#input.subarray(end);
      for (const hear of this.#hearers) hear(frame);
    }
  }

  postMessage(message: object): void {
    const frame = Buffer.from(JSON.stringify(message));
    const length = Buffer.alloc(4);
    length.writeUInt32LE(frame.length);
    this.#process.stdin?.write(Buffer.concat([length, frame]));
  }

  disconnect(): Promise<void> {
    this.#process.stdin?.end();
    return new Promise((ended) => this.#process.on("close", () => ended()));
  }
}

test("the client is under 100 lines", () => {
  assert.ok(readFileSync(join(EXAMPLE, "client.js"), "utf8").split("\n").length <= 100);
});

describe("the client", () => {
  let port: Port;
  let client: Client;

  before(async () => {
    const { Client } = await import(join(EXAMPLE, "client.js"));
    port = new Port();
    client = new Client(port);
  });
  after(() => port?.disconnect());

  test("says hello, and learns of the database", async () => {
    const hello = await client.request("hello", { client: { name: "example", version: "1" } });
    assert.equal(hello.protocol, 1);
    const status = await client.request("database.status");
    assert.equal(status.kind, "configured");
  });

  test("a site that was not allowed is refused, and then its user is asked", async () => {
    const refused = client.run("message.read", { origin: SITE }, plainMail(letter));
    await assert.rejects(refused, { kind: "origin-not-allowed" });
    const allowed = await client.request("origin.allow", { origin: SITE });
    assert.equal(allowed.sign, "allowed");
  });

  for (const size of [0, 100, 6_000_000])
    test(`a mail with ${size} bytes more is protected and read`, async () => {
      const mail = Buffer.concat([plainMail(own), Buffer.from("0123456789abcdef\r\n".repeat(size / 18))]);
      const made = await client.run("message.protect", { origin: SITE, sign: {}, encrypt: {} }, mail);
      assert.ok(made.output.length > mail.length);
      const { result, output } = await client.run("message.read", { origin: SITE }, made.output);
      assert.deepEqual(
        [result.summary.signature, result.summary.encryption, result.summary.reasons],
        ["valid", "full", []],
      );
      assert.ok(Buffer.from(output).includes("The meeting is at ten"));
      assert.ok(output.length >= mail.length - 1000);
    });

  test("what is wrong is an error with its kind", async () => {
    const unknown = { ...own, to: "nobody@example.org" };
    await assert.rejects(
      client.run("message.protect", { origin: SITE, encrypt: {} }, plainMail(unknown)),
      { kind: "certificate-not-found" },
    );
    await assert.rejects(client.request("nothing"), { kind: "unknown-method" });
  });
});

for (const name of Object.keys(browsers) as Browser["name"][])
  describe(name, () => {
    let browser: Browser;
    let page: Tab;

    before(async () => {
      const mine = join(folder, name);
      mkdirSync(mine);
      cpSync(home, join(mine, "home"), { recursive: true });
      browser = await browsers[name]({ folder: mine, extension: EXAMPLE, id: ID, host: HOST, env });
      page = await browser.open(`${browser.extension}page.html?site=${encodeURIComponent(SITE)}`);
    });
    after(() => browser?.close());

    const shows = (id: string, what: string) =>
      holds(page, `document.getElementById(${JSON.stringify(id)}).textContent.includes(${JSON.stringify(what)})`);
    const put = (mail: Buffer) =>
      page.evaluate(`void (document.getElementById("mail").value = ${JSON.stringify(mail.toString())})`);

    test("the page finds the host", () => shows("database", "Certificates are those of: "));

    test("a mail is protected and read", async () => {
      await put(plainMail(own));
      await page.click("#protect");
      await shows("verdict", "It is signed and encrypted");
      assert.doesNotMatch(await page.evaluate<string>('document.getElementById("mail").value'), /meeting/);
      await page.click("#read");
      await shows("verdict", "The signature is valid · encryption: full");
      await shows("text", "The meeting is at ten.");
    });

    test("a mail that was changed is not valid", async () => {
      await put(Buffer.from(signedMail(letter).toString("latin1").replace("at ten", "at two"), "latin1"));
      await page.click("#read");
      await shows("verdict", "The signature is not valid · encryption: none · content-altered");
    });
  });
