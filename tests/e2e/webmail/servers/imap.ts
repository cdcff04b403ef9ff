// SPDX-License-Identifier: MPL-2.0
// A mailbox from behind: what is in it, byte for byte, and putting mails into it (RFC 3501). One
// connection for each thing asked.
import { connect, type Socket } from "node:net";
import { setTimeout } from "node:timers/promises";
import { PASSWORD } from "./users.ts";

export interface Stored {
  uid: number;
  flags: string[];
  raw: Buffer;
}

class Connection {
  readonly #socket: Socket;
  #input = Buffer.alloc(0);
  #wake: () => void = () => undefined;
  #error: Error | null = null;
  #tag = 0;

  constructor(port: number) {
    this.#socket = connect(port, "127.0.0.1");
    this.#socket.on("data", (bytes) => {
      this.#input = Buffer.concat([this.#input, bytes]);
      this.#wake();
    });
    this.#socket.on("error", (error) => this.#fail(error));
    this.#socket.on("close", () => this.#fail(new Error("the IMAP server closed the connection")));
  }

  #fail(error: Error): void {
    this.#error ??= error;
    this.#wake();
  }

  async #take(enough: () => number): Promise<Buffer> {
    for (;;) {
      const size = enough();
      if (size >= 0) {
        const taken = this.#input.subarray(0, size);
        this.#input = this.#input.subarray(size);
        return taken;
      }
      if (this.#error) throw this.#error;
      await new Promise<void>((woken) => (this.#wake = woken));
    }
  }

  /** A line of the server without its end, and the literal that it ends with, if it does. */
  async line(): Promise<{ text: string; literal?: Buffer }> {
    const bytes = await this.#take(() => {
      const end = this.#input.indexOf("\r\n");
      return end < 0 ? -1 : end + 2;
    });
    const text = bytes.toString("latin1").trimEnd();
    const size = /\{(\d+)\}$/.exec(text)?.[1];
    if (size === undefined) return { text };
    const literal = await this.#take(() => (this.#input.length < Number(size) ? -1 : Number(size)));
    return { text, literal: Buffer.from(literal) };
  }

  send(text: string | Buffer): void {
    this.#socket.write(text);
  }

  /** What the server says before it has done `command`. */
  async ask(command: string, literal?: Buffer): Promise<{ text: string; literal?: Buffer }[]> {
    const tag = `t${++this.#tag}`;
    this.send(`${tag} ${command}\r\n`);
    const said = [];
    for (;;) {
      const line = await this.line();
      if (line.text.startsWith("+") && literal) this.send(Buffer.concat([literal, Buffer.from("\r\n")]));
      else if (line.text.startsWith(`${tag} OK`)) return said;
      else if (line.text.startsWith(`${tag} `)) throw new Error(`${command}: ${line.text}`);
      else said.push(line);
    }
  }

  close(): void {
    this.#socket.destroy();
  }
}

export class Mailbox {
  readonly #port: number;
  readonly user: string;

  constructor(port: number, user: string) {
    this.#port = port;
    this.user = user;
  }

  async #with<T>(act: (connection: Connection) => Promise<T>): Promise<T> {
    const connection = new Connection(this.#port);
    try {
      await connection.line();
      await connection.ask(`LOGIN "${this.user}" "${PASSWORD}"`);
      return await act(connection);
    } finally {
      connection.close();
    }
  }

  async append(mail: string | Buffer, folder = "INBOX"): Promise<void> {
    const bytes = Buffer.from(mail);
    await this.#with((connection) => connection.ask(`APPEND "${folder}" {${bytes.length}}`, bytes));
  }

  /** All of a folder, oldest first. */
  messages(folder = "INBOX"): Promise<Stored[]> {
    return this.#with(async (connection) => {
      await connection.ask(`EXAMINE "${folder}"`);
      const said = await connection.ask("UID FETCH 1:* (UID FLAGS BODY.PEEK[])");
      return said.flatMap(({ text, literal }) => {
        const uid = /UID (\d+)/.exec(text)?.[1];
        if (uid === undefined || !literal) return [];
        const flags = (/FLAGS \(([^)]*)\)/.exec(text)?.[1] ?? "").split(" ");
        const lasting = flags.filter((flag) => flag !== "" && flag !== "\\Recent");
        return [{ uid: Number(uid), flags: lasting, raw: literal }];
      });
    });
  }

  /** Once there are as many. */
  async waitFor(count: number, folder = "INBOX", patience = 60_000): Promise<Stored[]> {
    const end = Date.now() + patience;
    for (;;) {
      const messages = await this.messages(folder);
      if (messages.length >= count) return messages;
      if (Date.now() > end)
        throw new Error(`${this.user} has ${messages.length} mails in ${folder}, not ${count}`);
      await setTimeout(50);
    }
  }

  /** Takes everything out of a folder. */
  async clear(folder = "INBOX"): Promise<void> {
    await this.#with(async (connection) => {
      await connection.ask(`SELECT "${folder}"`);
      await connection.ask("STORE 1:* +FLAGS.SILENT (\\Deleted)").catch(() => undefined);
      await connection.ask("EXPUNGE");
    });
  }
}
