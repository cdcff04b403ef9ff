// SPDX-License-Identifier: MPL-2.0
// The servers for a test: dovecot and postfix, and what is asked for besides. Several stacks can
// run side by side.
import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { Mailbox } from "./imap.ts";
import type { RoundcubeOptions } from "./roundcube.ts";

export interface StackOptions {
  roundcube?: RoundcubeOptions;
  /** Roundcube is to be had by https alone. */
  tls?: boolean;
  /** Who has a mailbox at Cyrus. */
  cyrus?: string[];
}

export interface Where {
  folder: string;
  imap: number;
  smtp: number;
  /** Ends in a slash, as the next one does. */
  roundcube?: string;
  jmap?: string;
  /** The file of the certificate authority, for https. */
  authority?: string;
}

function needed(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set`);
  return value;
}

export class Stack {
  readonly #process: ChildProcess;
  readonly where: Where;

  private constructor(process: ChildProcess, where: Where) {
    this.#process = process;
    this.where = where;
  }

  static async start(options: StackOptions): Promise<Stack> {
    const program = join(needed("NSSMIME_BUNDLES"), "servers/main.mjs");
    const command = [process.execPath, "--enable-source-maps", program,
      needed("NSSMIME_WEBMAIL_SERVERS"), JSON.stringify(options)];
    // Postfix cannot be started but by root: in a namespace, everybody is.
    if (process.getuid?.() !== 0) command.unshift("unshare", "--map-root-user", "--map-auto", "--");
    const [first, ...rest] = command as [string, ...string[]];
    const child = spawn(first, rest, { stdio: ["pipe", "pipe", "inherit"] });
    child.stdin.on("error", () => undefined);
    const where = await new Promise<Where>((started, failed) => {
      createInterface(child.stdout).once("line", (line) => started(JSON.parse(line)));
      child.once("error", failed);
      child.once("exit", () => failed(new Error("the servers did not start: see above")));
    });
    return new Stack(child, where);
  }

  /** Where a webmail of the stack is. */
  url(name: "roundcube" | "jmap"): string {
    const url = this.where[name];
    if (url === undefined) throw new Error(`${name} was not asked for`);
    return url;
  }

  /** What dovecot has of somebody. */
  mailbox(user: string): Mailbox {
    return new Mailbox(this.where.imap, user);
  }

  async stop(): Promise<void> {
    const ended = new Promise((exit) => this.#process.once("exit", exit));
    this.#process.stdin?.end();
    if (this.#process.exitCode === null && this.#process.signalCode === null) await ended;
  }
}
