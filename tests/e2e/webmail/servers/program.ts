// SPDX-License-Identifier: MPL-2.0
// Programs that end with whoever started them, however that ends: each has a guard, a shell in a
// process group of its own, which kills the group once its standard input ends. The kernel closes
// that pipe even where this process is killed. Nothing of what the servers keep is needed later, so
// they need not be asked to stop.
import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, existsSync, openSync, readFileSync } from "node:fs";
import { connect, createServer, type AddressInfo } from "node:net";
import { delimiter, join } from "node:path";
import { setTimeout } from "node:timers/promises";

export const GUARD = '{ "$@" </dev/null; kill -KILL 0; } & read -r _; kill -KILL 0';
const PATIENCE = 60_000;

export interface Place {
  /** What unpack.sh made: the packages, as they would be at the root of a system. */
  root: string;
  /** For this run alone. */
  folder: string;
}

/** The first of `paths` that is among the unpacked packages or on this machine. */
export function find(root: string, ...paths: string[]): string {
  const all = paths.flatMap((path) => [join(root, path), path]);
  const found = all.find((path) => existsSync(path));
  if (found === undefined) throw new Error(`${paths[0]} is missing: tests/e2e/webmail/unpack.sh has it`);
  return found;
}

/** The environment in which the unpacked programs find their libraries. */
export function environment(root: string): NodeJS.ProcessEnv {
  const triple = { x64: "x86_64", arm64: "aarch64" }[process.arch as string] ?? process.arch;
  const libraries = ["usr/lib/postfix", `usr/lib/${triple}-linux-gnu`, "usr/lib"];
  return {
    PATH: process.env["PATH"] ?? "/usr/sbin:/usr/bin:/sbin:/bin",
    LD_LIBRARY_PATH: libraries.map((path) => join(root, path)).join(delimiter),
  };
}

export class Program {
  readonly #guard: ChildProcess;
  readonly #log: string;
  readonly #ended: Promise<unknown>;

  constructor(command: string[], log: string, options: { cwd?: string; env?: NodeJS.ProcessEnv } = {}) {
    this.#log = log;
    const output = openSync(log, "a");
    this.#guard = spawn("/bin/sh", ["-c", GUARD, "guard", ...command], {
      ...options,
      detached: true,
      stdio: ["pipe", output, output],
    });
    closeSync(output);
    this.#guard.stdin?.on("error", () => undefined);
    this.#ended = new Promise((ended) => this.#guard.once("close", ended));
  }

  /** Until something listens there. */
  async listens(port: number): Promise<this> {
    const end = Date.now() + PATIENCE;
    while (!(await answers(port))) {
      if (this.#guard.exitCode !== null || this.#guard.signalCode !== null || Date.now() > end)
        throw new Error(`${this.#guard.spawnargs.slice(4).join(" ")} did not start: ${this.log()}`);
      await setTimeout(20);
    }
    return this;
  }

  log(): string {
    return readFileSync(this.#log, "utf8");
  }

  async stop(): Promise<void> {
    this.#guard.stdin?.end();
    await this.#ended;
  }
}

function answers(port: number): Promise<boolean> {
  return new Promise((done) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => done(true)).once("error", () => done(false));
    socket.once("connect", () => socket.destroy());
  });
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const { port } = server.address() as AddressInfo;
  await new Promise((closed) => server.close(closed));
  return port;
}
