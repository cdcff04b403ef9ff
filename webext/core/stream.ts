// SPDX-License-Identifier: MPL-2.0
// Contents on their way, with credit: a sender never has more bytes under way than the receiver
// said it is ready for.
import { decode, encode } from "./base64.ts";
import { HostError } from "./error.ts";

/** Decoded bytes in a frame to the host: Firefox's cost grows with the square of a frame. */
export const PIECE = 256 * 1024;
/** What an output may have under way. */
export const WINDOW = 4 * 1024 * 1024;

export type Source = Uint8Array | Blob | AsyncIterable<Uint8Array>;
/** Takes the next bytes; more come when it is done with them. */
export type Sink = (bytes: Uint8Array<ArrayBuffer>) => void | Promise<void>;
export type Post = (method: string, params: object) => void;

/** How many bytes there will be, where that is known. */
export function sizeOf(source: Source): number | undefined {
  if (source instanceof Uint8Array) return source.length;
  return source instanceof Blob ? source.size : undefined;
}

export async function* piecesOf(source: Source): AsyncGenerator<Uint8Array> {
  if (source instanceof Uint8Array) {
    yield source;
  } else if (source instanceof Blob) {
    for (let at = 0; at < source.size; at += PIECE)
      yield new Uint8Array(await source.slice(at, at + PIECE).arrayBuffer());
  } else {
    yield* source;
  }
}

/** All of a source that is known to be small. */
export async function wholeOf(source: Uint8Array | Blob): Promise<Uint8Array> {
  return source instanceof Uint8Array ? source : new Uint8Array(await source.arrayBuffer());
}

export class InputStream {
  #credit = 0;
  #over = false;
  #wake: (() => void) | null = null;

  constructor(
    readonly id: number,
    private readonly post: Post,
  ) {}

  grant(bytes: number): void {
    this.#credit += bytes;
    this.#wake?.();
  }

  /** The operation replied: what is left is not wanted. */
  stop(): void {
    this.#over = true;
    this.#wake?.();
  }

  /** Sends the source as credit comes in; fails as the source does. */
  async send(source: Source): Promise<void> {
    try {
      for await (const piece of piecesOf(source)) {
        for (let at = 0; at < piece.length && !this.#over; ) {
          const size = Math.min(await this.#someCredit(), PIECE, piece.length - at);
          if (this.#over) break;
          this.#credit -= size;
          this.post("stream.data", {
            stream: this.id,
            data: encode(piece.subarray(at, at + size)),
          });
          at += size;
        }
        if (this.#over) return;
      }
    } catch (failure) {
      if (!this.#over) this.post("stream.abort", { stream: this.id });
      throw failure;
    }
    if (!this.#over) this.post("stream.end", { stream: this.id });
  }

  async #someCredit(): Promise<number> {
    while (this.#credit === 0 && !this.#over)
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    this.#wake = null;
    return this.#credit;
  }
}

export class OutputStream {
  #credit = WINDOW;
  #taken = 0;
  #ended = false;
  #over = false;
  #work: Promise<void> = Promise.resolve();

  constructor(
    readonly id: number,
    private readonly sink: Sink,
    private readonly post: Post,
    private readonly fail: (failure: unknown) => void,
  ) {}

  take(data: string): void {
    const bytes = decode(data);
    this.#credit -= bytes.length;
    if (this.#credit < 0 || this.#ended)
      throw new HostError("internal", "The host sent bytes that it had no credit for");
    this.#work = this.#work.then(() => this.#give(bytes));
  }

  end(): void {
    this.#ended = true;
  }

  /** The operation failed or was given up: the sink gets nothing more. */
  stop(): void {
    this.#over = true;
  }

  /** After the reply: everything was taken. */
  async finished(): Promise<void> {
    await this.#work;
    if (!this.#ended) throw new HostError("internal", "The host replied before its output ended");
  }

  async #give(bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    if (this.#over) return;
    try {
      await this.sink(bytes);
    } catch (failure) {
      this.stop();
      this.fail(failure);
      return;
    }
    this.#taken += bytes.length;
    if (this.#taken < WINDOW / 4 || this.#ended) return;
    this.post("stream.credit", { stream: this.id, bytes: this.#taken });
    this.#credit += this.#taken;
    this.#taken = 0;
  }
}

/** A sink that keeps everything, and what it has then. */
export function collector(): { sink: Sink; blob: (type?: string) => Blob } {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  return {
    sink: (bytes) => {
      parts.push(bytes);
    },
    blob: (type = "message/rfc822") => new Blob(parts, { type }),
  };
}
