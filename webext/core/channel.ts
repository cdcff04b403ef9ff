// SPDX-License-Identifier: MPL-2.0
// From whoever gives bytes to whoever takes them, one piece at a time: the giver waits until the
// piece before was taken, so that nothing piles up in between.
import type { Sink } from "./stream.ts";

export class Channel {
  readonly #pieces: Uint8Array<ArrayBuffer>[] = [];
  #taken: (() => void) | null = null;
  #given: (() => void) | null = null;
  #over = false;
  #failure: unknown;

  readonly sink: Sink = (bytes) => {
    if (this.#over) return Promise.resolve();
    this.#pieces.push(bytes);
    this.#given?.();
    return new Promise((resolve) => {
      this.#taken = resolve;
    });
  };

  /** There is no more; with a failure: whoever takes gets it. */
  end(failure?: unknown): void {
    if (this.#over) return;
    this.#over = true;
    this.#failure = failure;
    this.#given?.();
    this.#taken?.();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array<ArrayBuffer>> {
    try {
      for (;;) {
        const piece = this.#failure === undefined ? this.#pieces.shift() : undefined;
        if (piece) {
          yield piece;
          this.#taken?.();
        } else if (this.#over) break;
        else
          await new Promise<void>((resolve) => {
            this.#given = resolve;
          });
      }
      if (this.#failure !== undefined) throw this.#failure;
    } finally {
      // Who takes no more holds up nobody.
      this.end();
    }
  }
}
