// SPDX-License-Identifier: MPL-2.0
// The other end of a connection: answers requests with their streams, as the host does. Between
// the extension's own parts the frames are those of the wire.
import { decode } from "./base64.ts";
import { Channel } from "./channel.ts";
import type { Port } from "./connection.ts";
import { HostError, type WireError } from "./error.ts";
import {
  BYTES,
  carriesBytes,
  InputStream,
  OutputStream,
  type Sink,
  type Source,
  WINDOW,
} from "./stream.ts";

/** What comes with a request, beside its params. */
export interface Asked {
  signal: AbortSignal;
  onProgress?: (done: number, total?: number) => void;
  content?: Source<ArrayBuffer>;
  /** Of the content, where the caller knows it. */
  size?: number;
  output?: Sink;
  copies?: Record<string, Sink>;
}

/** Params are without what is in `asked`. */
export type Answer = (method: string, params: any, asked: Asked) => Promise<unknown>;

/** A caller reads "end" before the reply; until then it may still be short of credit. */
interface Out {
  id: number;
  channel: Channel;
  sent: Promise<void>;
  /** What goes with the reply. */
  blob?: Blob;
}

class Call {
  readonly abort = new AbortController();
  readonly outs: Out[] = [];
  readonly streams: number[] = [];
  input?: Channel;
}

export class Server {
  readonly #port: Port;
  readonly #answer: Answer;
  readonly #calls = new Map<unknown, Call>();
  readonly #inputs = new Map<number, { stream: OutputStream; channel: Channel }>();
  readonly #outputs = new Map<number, InputStream>();
  #open = true;

  constructor(port: Port, answer: Answer) {
    this.#port = port;
    this.#answer = answer;
    port.onMessage.addListener((frame) => this.#take(frame));
    port.onDisconnect.addListener(() => this.#end());
  }

  #end(): void {
    this.#open = false;
    for (const call of this.#calls.values()) {
      call.abort.abort();
      this.#drop(call, new HostError("cancelled", "The other side is gone"));
    }
  }

  #post(frame: object): void {
    if (this.#open) this.#port.postMessage({ jsonrpc: "2.0", ...frame });
  }

  #take({ id, method, params = {} }: any): void {
    try {
      if (id === undefined) this.#notified(method, params);
      else if (method === "operation.cancel") this.#cancel(id, params.id);
      else void this.#asked(id, String(method), params);
    } catch {
      // It breaks the contract: nothing more of it can be relied on.
      this.#port.disconnect();
      this.#end();
    }
  }

  #notified(method: string, params: any): void {
    const input = this.#inputs.get(params.stream);
    if (method === "stream.credit") this.#outputs.get(params.stream)?.grant(params.bytes);
    else if (method === "stream.data") input?.stream.take(params.data);
    else if (method === "stream.end" && input) {
      input.stream.end();
      input.stream.finished().then(
        () => input.channel.end(),
        (failure) => input.channel.end(failure),
      );
    } else if (method === "stream.abort")
      input?.channel.end(new HostError("cancelled", "The sender gave up"));
  }

  #cancel(id: unknown, wanted: unknown): void {
    const call = this.#calls.get(wanted);
    call?.abort.abort();
    this.#post({ id, result: { cancelled: call !== undefined } });
  }

  async #asked(id: unknown, method: string, all: any): Promise<void> {
    const call = new Call();
    this.#calls.set(id, call);
    try {
      const { progress, content, output, copyStreams, ...params } = all;
      const asked: Asked = { signal: call.abort.signal };
      if (progress)
        asked.onProgress = (done, total) =>
          this.#post({
            method: "operation.progress",
            params: { id, done, ...(total && { total }) },
          });
      if (content?.data !== undefined) asked.content = decode(content.data);
      else if (content?.blob instanceof Blob) asked.content = content.blob;
      else if (content) asked.content = this.#openInput(call, content.stream);
      if (content?.size !== undefined) asked.size = content.size;
      if (output) asked.output = this.#openOutput(call, output);
      if (copyStreams)
        asked.copies = Object.fromEntries(
          Object.entries<any>(copyStreams).map(([name, each]) => [
            name,
            this.#openOutput(call, each),
          ]),
        );
      const result = await this.#answer(method, params, asked);
      for (const { channel } of call.outs) channel.end();
      await Promise.all(call.outs.map(({ sent }) => sent));
      const blobs = call.outs.flatMap(({ id, blob }) => (blob ? [[id, blob]] : []));
      this.#post({ id, result, ...(blobs.length > 0 && { blobs: Object.fromEntries(blobs) }) });
    } catch (failure) {
      this.#post({ id, error: HostError.of(failure).toWire() satisfies WireError });
    } finally {
      this.#calls.delete(id);
      this.#drop(call);
    }
  }

  #openInput(call: Call, id: number): Channel {
    const channel = new Channel();
    const post = (method: string, params: object) => this.#post({ method, params });
    const stream = new OutputStream(id, channel.sink, post, (failure) => channel.end(failure));
    this.#inputs.set(id, { stream, channel });
    call.input = channel;
    call.streams.push(id);
    post("stream.credit", { stream: id, bytes: WINDOW, raw: BYTES });
    return channel;
  }

  #openOutput(call: Call, { stream: id, credit, raw }: any): Sink {
    const channel = new Channel();
    const post = (method: string, params: object) => this.#post({ method, params });
    const stream = new InputStream(id, post, carriesBytes(raw));
    stream.grant(credit);
    this.#outputs.set(id, stream);
    call.streams.push(id);
    const sent = stream.send(channel);
    // Awaited where the call succeeds; where it fails nobody asks any more.
    sent.catch(() => undefined);
    const out: Out = { id, channel, sent };
    call.outs.push(out);
    if (!carriesBytes(raw)) return channel.sink;
    const whole = (blob: Blob) => {
      out.blob = blob;
    };
    return Object.assign((bytes: Uint8Array<ArrayBuffer>) => channel.sink(bytes), { whole });
  }

  #drop(call: Call, failure?: HostError): void {
    call.input?.end(failure);
    for (const { channel } of call.outs) channel.end();
    for (const id of call.streams) {
      this.#inputs.delete(id);
      this.#outputs.get(id)?.stop();
      this.#outputs.delete(id);
    }
  }
}
