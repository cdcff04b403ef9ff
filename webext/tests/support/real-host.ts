// SPDX-License-Identifier: MPL-2.0
// A port to the real host, which NSSMIME_HOST names, as a browser would make it. The home folder,
// the database and the pinentry are tests' own.
import { type ChildProcess, spawn } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { endianness, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { Port } from "../../core/connection.ts";
import { root } from "./root.ts";

/** The one that every home allows. */
export const SITE = "https://mail.example.org";
const FRAME = 1_048_576;
const little = endianness() === "LE";
const MANIFEST = "/usr/lib/mozilla/native-messaging-hosts/nssmime.json";

function needed(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set`);
  return value;
}

export const hostProgram = () => needed("NSSMIME_HOST");
/** What tests/support/pki.sh made. */
export const pki = (...path: string[]) => join(needed("NSSMIME_TEST_PKI"), ...path);

type Listener = (argument: any) => void;

export class NativePort implements Port {
  readonly process: ChildProcess;
  readonly sent: number[] = [];
  readonly #message: Listener[] = [];
  readonly #disconnect: Listener[] = [];
  readonly onMessage = { addListener: (listener: Listener) => void this.#message.push(listener) };
  readonly onDisconnect = {
    addListener: (listener: Listener) => void this.#disconnect.push(listener),
  };
  error?: { message: string };
  #open = true;
  #input = Buffer.alloc(0);

  constructor(program: string, env: NodeJS.ProcessEnv, caller: string, refusal: string) {
    this.process = spawn(program, [MANIFEST, caller], { env, stdio: ["pipe", "pipe", "inherit"] });
    this.process.stdout?.on("data", (bytes: Buffer) => this.#read(bytes));
    this.process.stdin?.on("error", () => undefined);
    this.process.on("error", () => this.#closed(refusal));
    this.process.on("exit", () => this.#closed("Native host has exited."));
  }

  postMessage(message: unknown): void {
    if (!this.#open) throw new Error("Attempting to use a disconnected port object");
    const body = Buffer.from(JSON.stringify(message), "utf8");
    const head = Buffer.alloc(4);
    little ? head.writeUInt32LE(body.length) : head.writeUInt32BE(body.length);
    this.sent.push(body.length);
    this.process.stdin?.write(Buffer.concat([head, body]));
  }

  disconnect(): void {
    this.#open = false;
    this.process.stdin?.end();
  }

  #read(bytes: Buffer): void {
    this.#input = Buffer.concat([this.#input, bytes]);
    while (this.#input.length >= 4) {
      const size = little ? this.#input.readUInt32LE(0) : this.#input.readUInt32BE(0);
      if (size > FRAME) throw new Error(`the host sent a frame of ${size} bytes`);
      if (this.#input.length < 4 + size) return;
      const message = JSON.parse(this.#input.subarray(4, 4 + size).toString("utf8"));
      this.#input = this.#input.subarray(4 + size);
      if (this.#open) for (const listener of this.#message) listener(message);
    }
  }

  #closed(why: string): void {
    if (!this.#open) return;
    this.#open = false;
    this.error = { message: why };
    for (const listener of this.#disconnect) listener(this);
  }
}

/** A home with a database of its own; `answers` are the lines of the test pinentry. */
export class Home {
  readonly folder = mkdtempSync(join(tmpdir(), "nssmime-webext-"));
  readonly ports: NativePort[] = [];
  readonly env: NodeJS.ProcessEnv;
  program = hostProgram();
  /** What the browser says where the program cannot be started. */
  refusal = "Specified native messaging host not found.";
  /** The add-on that the host is started for. */
  caller = "thunderbird@nssmime";

  /** `signs`: for the site, without asking each time. */
  constructor({ database = true, signs = false }: { database?: boolean; signs?: boolean } = {}) {
    for (const name of ["config/nssmime", "data", "cache", "Downloads"])
      mkdirSync(join(this.folder, name), { recursive: true });
    this.answer();
    const settings: Record<string, unknown> = {
      [signs ? "signingOrigins" : "origins"]: [SITE],
      pinentry: resolve(root, "..", "tests", "support", "pinentry.py"),
    };
    if (database) {
      cpSync(pki("db"), join(this.folder, "db"), { recursive: true });
      settings["database"] = `sql:${join(this.folder, "db")}`;
    }
    this.configure(settings);
    this.env = {
      ...process.env,
      HOME: this.folder,
      XDG_CONFIG_HOME: join(this.folder, "config"),
      XDG_DATA_HOME: join(this.folder, "data"),
      XDG_CACHE_HOME: join(this.folder, "cache"),
      NSSMIME_TEST_PINENTRY: join(this.folder, "answers"),
    };
    for (const name of ["DISPLAY", "WAYLAND_DISPLAY", "GPG_TTY"]) delete this.env[name];
  }

  configure(settings: object): void {
    writeFileSync(join(this.folder, "config/nssmime/config.json"), JSON.stringify(settings));
  }

  answer(...lines: string[]): void {
    writeFileSync(join(this.folder, "answers"), lines.map((line) => `${line}\n`).join(""));
  }

  /** What the pinentry was asked: a line for each window. */
  asked(): string[] {
    const log = join(this.folder, "answers.log");
    const lines = existsSync(log) ? readFileSync(log, "utf8").split("\n") : [];
    return lines.filter((line) => /^(GETPIN|CONFIRM)/.test(line));
  }

  connect = (): NativePort => {
    const port = new NativePort(this.program, this.env, this.caller, this.refusal);
    this.ports.push(port);
    return port;
  };

  async close(): Promise<void> {
    for (const port of this.ports) {
      port.disconnect();
      const { process: host } = port;
      if (host.pid !== undefined && host.exitCode === null && host.signalCode === null)
        await new Promise((ended) => host.once("exit", ended));
    }
    rmSync(this.folder, { recursive: true, force: true });
  }
}
