// SPDX-License-Identifier: MPL-2.0
// A screen that nobody sees, with a keyboard: for what is the browser's own, and no
// part of a page.
import { execFile, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { promisify } from "node:util";
import { GUARD } from "../servers/program.ts";

const run = promisify(execFile);

const WHOLE = "1280x900";

/** Pictures that are taken at most until two are the same. */
const MOVING = 8;

export class Display {
  readonly #guard: ReturnType<typeof spawn>;
  readonly name: string;

  private constructor(guard: ReturnType<typeof spawn>, name: string) {
    this.#guard = guard;
    this.name = name;
  }

  static async start(): Promise<Display> {
    const command = ["Xvfb", "-displayfd", "3", "-screen", "0", `${WHOLE}x24`, "-nolisten", "tcp"];
    const guard = spawn("/bin/sh", ["-c", GUARD, "guard", ...command], {
      detached: true,
      stdio: ["pipe", "ignore", "ignore", "pipe"],
    });
    guard.stdin?.on("error", () => undefined);
    const number = await new Promise<string>((said, failed) => {
      createInterface(guard.stdio[3] as Readable).once("line", said);
      guard.once("exit", () => failed(new Error("Xvfb did not start")));
    });
    return new Display(guard, `:${number}`);
  }

  async #xdotool(...args: string[]): Promise<void> {
    await run("xdotool", args, { env: { ...process.env, DISPLAY: this.name } });
  }

  async keys(...names: string[]): Promise<void> {
    await this.#xdotool("key", "--delay", "50", ...names);
  }

  /** Three bytes for each: red, green, blue. */
  async pixels(area: string): Promise<Buffer> {
    const take = ["-display", this.name, "-window", "root", "-crop", area, "-depth", "8", "rgb:-"];
    const { stdout } = await run("import", take, { encoding: "buffer", maxBuffer: 1 << 24 });
    return stdout;
  }

  /** Once nothing moves any more, such as a window that comes up; a cursor may go on for ever. */
  async #still(): Promise<void> {
    let last = await this.pixels(WHOLE);
    for (let turn = 0; turn < MOVING; turn++) {
      const next = await this.pixels(WHOLE);
      if (next.equals(last)) return;
      last = next;
    }
  }

  async screenshot(path: string): Promise<void> {
    await this.#still();
    await run("import", ["-display", this.name, "-window", "root", path]);
  }

  async stop(): Promise<void> {
    const ended = new Promise((exit) => this.#guard.once("close", exit));
    this.#guard.stdin?.end();
    await ended;
  }
}
