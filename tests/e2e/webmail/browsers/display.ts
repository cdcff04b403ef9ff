// SPDX-License-Identifier: MPL-2.0
// A screen that nobody sees, with a keyboard: for what is the browser's own, and no
// part of a page.
import { execFile, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { promisify } from "node:util";
import { GUARD } from "../servers/program.ts";

const run = promisify(execFile);

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
    const command = ["Xvfb", "-displayfd", "3", "-screen", "0", "1280x900x24", "-nolisten", "tcp"];
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

  /** How bright the screen is there, from 0 to 255. */
  async brightness(x: number, y: number): Promise<number> {
    const area = ["-crop", `1x1+${x}+${y}`, "-colorspace", "gray", "-depth", "8", "gray:-"];
    const options = { encoding: "buffer" } as const;
    const { stdout } = await run("import", ["-display", this.name, "-window", "root", ...area], options);
    return stdout[0] as number;
  }

  /** Once nothing moves any more, such as a window that comes up; a cursor may go on for ever. */
  async screenshot(path: string): Promise<void> {
    const take = ["-display", this.name, "-window", "root"];
    let before: Buffer | null = null;
    for (let turn = 0; turn < MOVING; turn++) {
      const options = { encoding: "buffer", maxBuffer: 1 << 24 } as const;
      const { stdout } = await run("import", [...take, "-depth", "8", "rgb:-"], options);
      if (before?.equals(stdout)) break;
      before = stdout;
    }
    await run("import", [...take, path]);
  }

  async stop(): Promise<void> {
    const ended = new Promise((exit) => this.#guard.once("close", exit));
    this.#guard.stdin?.end();
    await ended;
  }
}
