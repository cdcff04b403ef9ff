// SPDX-License-Identifier: MPL-2.0
// One port, from its start to its end: requests and replies, streams, progress.
import { encode } from "./base64.ts";
import { HostError, type WireError } from "./error.ts";
import {
  BYTES,
  carriesBytes,
  InputStream,
  OutputStream,
  PIECE,
  type Sink,
  type Source,
  sizeOf,
  WINDOW,
  wholeOf,
} from "./stream.ts";

/** What `runtime.connectNative` and `runtime.connect` give, as far as it is used. */
export interface Port {
  postMessage(message: unknown): void;
  disconnect(): void;
  readonly onMessage: { addListener(listener: (message: any) => void): void };
  readonly onDisconnect: { addListener(listener: (port: any) => void): void };
}

export interface CallOptions {
  signal?: AbortSignal | undefined;
  /** In bytes of the content. */
  onProgress?: ((done: number, total?: number) => void) | undefined;
  content?: Source;
  /** Of a content whose length cannot be seen. */
  size?: number;
  output?: Sink;
  /** By the address of the recipient whose copy it is. */
  copies?: Record<string, Sink>;
}

interface Call {
  readonly id: number;
  readonly options: CallOptions;
  readonly outputs: OutputStream[];
  input?: InputStream;
  settle(result: unknown, error?: unknown): void;
}

/** A request above this is not sent: a frame must stay under 1 MiB. */
const FRAME = 1_000_000;

/** Why a port closed, as far as the browser says. */
function lastError(port: any): string {
  const error = port?.error ?? globalThis.chrome?.runtime?.lastError;
  return typeof error?.message === "string" ? error.message : "";
}

export class Connection {
  readonly #port: Port;
  readonly #calls = new Map<number, Call>();
  readonly #inputs = new Map<number, InputStream>();
  readonly #outputs = new Map<number, OutputStream>();
  readonly #silence: number;
  readonly #inside: boolean;
  #nextId = 1;
  #nextStream = 1;
  #gone: HostError | null = null;
  #frames = 0;
  #watch: ReturnType<typeof setTimeout> | undefined;
  readonly #onGone: (why: string) => void;

  /** `silence`: after so many milliseconds without a frame the other side is asked whether it is
   * still there, and given up after as many again. A prompt may stay open as long as it likes.
   * `inside`: the other side is a part of the extension, not the host. */
  constructor(port: Port, silence: number, onGone: (why: string) => void, inside = false) {
    this.#port = port;
    this.#silence = silence;
    this.#onGone = onGone;
    this.#inside = inside;
    port.onMessage.addListener((message) => this.#take(message));
    port.onDisconnect.addListener((closed) =>
      this.#end(new HostError("host-lost", "The connection to the host ended"), lastError(closed)),
    );
  }

  close(): void {
    if (this.#gone) return;
    this.#port.disconnect();
    this.#end(new HostError("host-lost", "The connection was closed"), "");
  }

  async request(method: string, params: object, options: CallOptions = {}): Promise<unknown> {
    if (this.#gone) throw this.#gone;
    if (options.signal?.aborted) throw new HostError("cancelled", "The operation was cancelled");
    const id = this.#nextId++;
    const sent: Record<string, unknown> = { ...params };
    const source = options.content;
    const size = options.size ?? (source && sizeOf(source));
    if (options.onProgress) sent["progress"] = true;

    // Where a Blob arrives as it is, none of its bytes goes along; and in Firefox those of a page's
    // Blob are no content script's to read.
    const blob = this.#inside && source instanceof Blob ? source : undefined;
    let inline: Uint8Array | undefined;
    if (source && !blob && size !== undefined && size <= PIECE && "slice" in source)
      inline = await wholeOf(source);
    if (this.#gone) throw this.#gone;

    return new Promise((resolve, reject) => {
      const cancel = () => this.#post("operation.cancel", { id }, this.#nextId++);
      const call: Call = {
        id,
        options,
        outputs: [],
        settle: (result, error) => {
          if (!this.#calls.delete(id)) return;
          if (this.#calls.size === 0) this.#unlisten();
          options.signal?.removeEventListener("abort", cancel);
          this.#forget(call);
          if (error !== undefined) {
            for (const output of call.outputs) output.stop();
            reject(error);
          } else {
            Promise.all(call.outputs.map((output) => output.finished())).then(
              () => resolve(result),
              reject,
            );
          }
        },
      };
      if (source && inline) sent["content"] = { data: encode(inline) };
      else if (source) {
        call.input = new InputStream(this.#nextStream++, (name, more) => this.#post(name, more));
        this.#inputs.set(call.input.id, call.input);
        sent["content"] = {
          stream: call.input.id,
          ...(size !== undefined && { size }),
          ...(blob && { blob }),
        };
      }
      if (options.output) sent["output"] = this.#openOutput(call, options.output);
      if (options.copies)
        sent["copyStreams"] = Object.fromEntries(
          Object.entries(options.copies).map(([address, sink]) => [
            address,
            this.#openOutput(call, sink),
          ]),
        );
      this.#calls.set(id, call);
      options.signal?.addEventListener("abort", cancel);
      try {
        this.#post(method, sent, id);
      } catch (failure) {
        call.settle(undefined, failure);
        return;
      }
      this.#listen();
      if (source && call.input)
        call.input.send(source).catch((failure) => call.settle(undefined, failure));
    });
  }

  #openOutput(call: Call, sink: Sink): object {
    const output = new OutputStream(
      this.#nextStream++,
      sink,
      (name, more) => this.#post(name, more),
      (failure) => {
        this.#post("operation.cancel", { id: call.id }, this.#nextId++);
        call.settle(undefined, failure);
      },
    );
    call.outputs.push(output);
    this.#outputs.set(output.id, output);
    return { stream: output.id, credit: WINDOW, ...(this.#inside && { raw: BYTES }) };
  }

  #forget(call: Call): void {
    if (call.input) {
      call.input.stop();
      this.#inputs.delete(call.input.id);
    }
    for (const output of call.outputs) this.#outputs.delete(output.id);
  }

  #post(method: string, params: object, id?: number): void {
    if (this.#gone) return;
    const frame = { jsonrpc: "2.0", ...(id !== undefined && { id }), method, params };
    if (id !== undefined && JSON.stringify(frame).length > FRAME)
      throw new HostError("too-large", "The request is too large");
    try {
      this.#port.postMessage(frame);
    } catch (failure) {
      // It closed, and nobody told.
      this.#end(new HostError("host-lost", HostError.of(failure).message), "");
    }
  }

  #take(frame: any): void {
    this.#frames++;
    try {
      if (frame?.method !== undefined) this.#notified(frame.method, frame.params ?? {});
      else if (frame?.id === null && frame.error) throw HostError.from(frame.error as WireError);
      else this.#replied(frame);
    } catch (failure) {
      // It breaks the contract, or refuses the whole connection: nothing more can be relied on.
      this.#port.disconnect();
      this.#end(HostError.of(failure), "");
    }
  }

  #notified(method: string, params: any): void {
    switch (method) {
      case "stream.credit":
        this.#inputs.get(params.stream)?.grant(params.bytes, carriesBytes(params.raw));
        break;
      case "stream.data":
        this.#outputs.get(params.stream)?.take(params.data);
        break;
      case "stream.end":
        this.#outputs.get(params.stream)?.end();
        break;
      case "operation.progress":
        this.#calls.get(params.id)?.options.onProgress?.(params.done, params.total);
        break;
    }
  }

  #replied(frame: any): void {
    const call = this.#calls.get(frame?.id);
    if (!call) return;
    if (frame.error) call.settle(undefined, HostError.from(frame.error as WireError));
    else {
      const blobs = this.#inside && frame.blobs ? Object.entries<Blob>(frame.blobs) : [];
      for (const [stream, blob] of blobs) this.#outputs.get(Number(stream))?.whole(blob);
      call.settle(frame.result);
    }
  }

  /** While something is awaited: is anyone there? `hello` is answered at once, always. */
  #listen(): void {
    if (this.#watch !== undefined || this.#gone) return;
    let seen = this.#frames;
    let asked = false;
    const look = () => {
      if (this.#frames !== seen) asked = false;
      else if (asked) {
        this.#port.disconnect();
        this.#end(new HostError("host-silent", "The host does not answer any more"), "");
        return;
      } else {
        asked = true;
        this.#post("hello", {}, this.#nextId++);
      }
      seen = this.#frames;
      if (!this.#gone) this.#watch = setTimeout(look, this.#silence);
    };
    this.#watch = setTimeout(look, this.#silence);
  }

  #unlisten(): void {
    clearTimeout(this.#watch);
    this.#watch = undefined;
  }

  #end(error: HostError, why: string): void {
    if (this.#gone) return;
    this.#gone = error;
    this.#unlisten();
    for (const call of [...this.#calls.values()]) call.settle(undefined, error);
    this.#onGone(why);
  }
}
