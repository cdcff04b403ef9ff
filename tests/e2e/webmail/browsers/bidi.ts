// SPDX-License-Identifier: MPL-2.0
// WebDriver BiDi: commands and their answers.
import { createRequire } from "node:module";
import { join } from "node:path";
import type { WebSocket } from "ws";

const require = createRequire(join(process.env["NSSMIME_WEBEXT"] as string, "package.json"));

type Answer = { type: string; id?: number; result?: any; error?: string; message?: string };

export class Bidi {
  readonly #socket: WebSocket;
  readonly #waiting = new Map<number, (answer: Answer) => void>();
  #count = 0;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on("message", (bytes) => {
      const answer = JSON.parse(String(bytes)) as Answer;
      if (answer.id === undefined) return;
      this.#waiting.get(answer.id)?.(answer);
      this.#waiting.delete(answer.id);
    });
    socket.on("close", () => {
      const lost = { type: "error", error: "the browser is gone", message: "" };
      for (const heard of this.#waiting.values()) heard(lost);
    });
  }

  static connect(url: string): Promise<Bidi> {
    const { WebSocket: Socket } = require("ws") as typeof import("ws");
    return new Promise((opened, failed) => {
      const socket = new Socket(url, { perMessageDeflate: false, maxPayload: 1 << 28 });
      socket.once("open", () => opened(new Bidi(socket))).once("error", failed);
    });
  }

  async send(method: string, params: object = {}): Promise<any> {
    const id = ++this.#count;
    const answer = new Promise<Answer>((heard) => this.#waiting.set(id, heard));
    this.#socket.send(JSON.stringify({ id, method, params }));
    const { type, result, error, message } = await answer;
    if (type === "error") throw new Error(`${method}: ${error}: ${message}`);
    return result;
  }

  /** What an expression gives, awaited, as JSON. */
  async evaluate<T>(context: string, expression: string): Promise<T> {
    const { result, exceptionDetails } = await this.send("script.evaluate", {
      expression: `(async () => JSON.stringify(await (${expression})))()`,
      target: { context },
      awaitPromise: true,
    });
    if (exceptionDetails) throw new Error(exceptionDetails.text);
    return (result.type === "string" ? JSON.parse(result.value) : undefined) as T;
  }

  close(): void {
    this.#socket.terminate();
  }
}
