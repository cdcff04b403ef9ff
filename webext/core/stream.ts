// SPDX-License-Identifier: MPL-2.0
// Contents on their way, with credit: a sender never has more bytes under way than the receiver
// said it is ready for.
import { decode, encode } from "./base64.ts";
import { HostError } from "./error.ts";

/** Decoded bytes in a frame to the host: Firefox's cost grows with the square of a frame. */
export const PIECE = 256 * 1024;
/** What an output may have under way. */
export const WINDOW = 4 * 1024 * 1024;
/** So much of a Blob is read at a time: each reading is a way to another process and back. */
const READ = 8 * PIECE;

/** Goes along to the other side, between parts of the extension: where it arrives as it is, bytes do,
 * too. Elsewhere, as on the way to the host, messages are JSON, and bytes are base64. */
export const BYTES = new Uint8Array(0);
export const carriesBytes = (arrived: unknown): boolean => ArrayBuffer.isView(arrived);

export type Source<B extends ArrayBufferLike = ArrayBufferLike> =
  | Uint8Array<B>
  | Blob
  | AsyncIterable<Uint8Array<B>>;
/** Takes the next bytes; more come when it is done with them. */
export interface Sink {
  (bytes: Uint8Array<ArrayBuffer>): void | Promise<void>;
  /** Takes all that is left at once, where it can. */
  whole?(blob: Blob): void;
}
export type Post = (method: string, params: object) => void;

/** How many bytes there will be, where that is known. */
export function sizeOf(source: Source): number | undefined {
  if (source instanceof Uint8Array) return source.length;
  return source instanceof Blob ? source.size : undefined;
}

export async function* piecesOf<B extends ArrayBufferLike>(
  source: Source<B>,
): AsyncGenerator<Uint8Array<B | ArrayBuffer>> {
  if (source instanceof Uint8Array) {
    yield source;
  } else if (source instanceof Blob) {
    for (let at = 0; at < source.size; at += READ)
      yield new Uint8Array(await source.slice(at, at + READ).arrayBuffer());
  } else {
    yield* source;
  }
}

/** All of a Blob into a sink. */
export async function pour(blob: Blob, sink: Sink): Promise<void> {
  if (sink.whole) return sink.whole(blob);
  for await (const piece of piecesOf<ArrayBuffer>(blob)) await sink(piece);
}

/** All of a source that is known to be small. */
export async function wholeOf(source: Uint8Array | Blob): Promise<Uint8Array> {
  return source instanceof Uint8Array ? source : new Uint8Array(await source.arrayBuffer());
}

export class InputStream {
  #credit = 0;
  #over = false;
  #asBytes: boolean;
  #wake: (() => void) | null = null;

  constructor(
    readonly id: number,
    private readonly post: Post,
    asBytes = false,
  ) {
    this.#asBytes = asBytes;
  }

  /** `asBytes`: the receiver said that it gets them as they are. */
  grant(bytes: number, asBytes = false): void {
    this.#asBytes ||= asBytes;
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
      // Nothing is read before it is wanted, and nothing at all where the receiver has it already.
      await this.#someCredit();
      if (this.#over) return;
      for await (const piece of piecesOf(source)) {
        for (let at = 0; at < piece.length && !this.#over; ) {
          const size = Math.min(await this.#someCredit(), PIECE, piece.length - at);
          if (this.#over) break;
          this.#credit -= size;
          this.post("stream.data", {
            stream: this.id,
            data: this.#asBytes
              ? piece.slice(at, at + size)
              : encode(piece.subarray(at, at + size)),
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

  take(data: string | Uint8Array<ArrayBuffer>): void {
    const bytes = ArrayBuffer.isView(data) ? data : decode(data);
    this.#credit -= bytes.length;
    if (this.#credit < 0 || this.#ended)
      throw new HostError("internal", "The host sent bytes that it had no credit for");
    this.#work = this.#work.then(() => this.#give(bytes));
  }

  end(): void {
    this.#ended = true;
  }

  /** The last of it comes in one. */
  whole(blob: Blob): void {
    this.#work = this.#work.then(() => (this.#over ? undefined : pour(blob, this.sink)));
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
  const parts: BlobPart[] = [];
  const take = (part: BlobPart) => {
    parts.push(part);
  };
  return {
    sink: Object.assign((bytes: Uint8Array<ArrayBuffer>) => take(bytes), { whole: take }),
    blob: (type = "message/rfc822") => new Blob(parts, { type }),
  };
}
