// SPDX-License-Identifier: MPL-2.0
// The one owner of a port: connects when something is asked, and again after the port closed.
// Nothing needs to be kept between two connections.
import { type CallOptions, Connection, type Port } from "./connection.ts";
import { HostError } from "./error.ts";
import { type Methods, PROTOCOL, repeatable, type Result } from "./wire.ts";

/** What the connection fills in itself. */
type Given<P> = P extends { content: unknown } ? Omit<P, "content" | "output" | "copyStreams"> : P;

type Table = Record<string, { params: object; result: unknown }>;

export interface Caller<T extends { [M in keyof T]: { params: object; result: unknown } }> {
  call<M extends keyof T & string>(
    method: M,
    params: Given<T[M]["params"]>,
    options?: CallOptions,
  ): Promise<T[M]["result"]>;
}

export type Host = Caller<Methods>;
export type Hello = Result<"hello">;

const SILENCE = 30_000;
const GREETING = 10_000;

export interface ClientOptions {
  connect: () => Port;
  /** The first request on each connection; what it throws is why there is none. */
  greet?: (connection: Connection) => Promise<void>;
  silence?: number;
  /** What answers is the host, to which messages go as JSON. */
  host?: boolean;
}

export class Client<T extends { [M in keyof T]: Table[string] }> implements Caller<T> {
  readonly #options: ClientOptions;
  #connection: Promise<Connection> | null = null;

  constructor(options: ClientOptions) {
    this.#options = options;
  }

  async call<M extends keyof T & string>(
    method: M,
    params: Given<T[M]["params"]>,
    options: CallOptions = {},
  ): Promise<T[M]["result"]> {
    for (let again = !options.content && repeatable.has(method); ; again = false) {
      const connection = await this.connected();
      try {
        const result = await connection.request(method, params, options);
        // The host ends by itself after this one: nothing may be asked in between.
        if (method === "database.use") this.close();
        return result as T[M]["result"];
      } catch (failure) {
        if (!again || !(failure instanceof HostError) || failure.kind !== "host-lost") throw failure;
      }
    }
  }

  connected(): Promise<Connection> {
    this.#connection ??= this.#connect();
    return this.#connection;
  }

  close(): void {
    const current = this.#connection;
    this.#connection = null;
    current?.then(
      (connection) => connection.close(),
      () => undefined,
    );
  }

  #connect(): Promise<Connection> {
    const lose = () => {
      if (this.#connection === attempt) this.#connection = null;
    };
    const attempt = this.#open(lose);
    attempt.catch(lose);
    return attempt;
  }

  async #open(lose: () => void): Promise<Connection> {
    let why = "";
    const silence = this.#options.silence ?? SILENCE;
    const gone = (reason: string) => {
      why = reason;
      lose();
    };
    const connection = new Connection(this.#options.connect(), silence, gone, !this.#options.host);
    try {
      await this.#options.greet?.(connection);
    } catch (failure) {
      connection.close();
      throw neverStarted(HostError.of(failure), why);
    }
    return connection;
  }
}

/** A port that closes before the first reply: the browsers' words are all there is to go by. */
function neverStarted(error: HostError, why: string): HostError {
  if (error.kind !== "host-lost") return error;
  if (/not found|no such native application/i.test(why))
    return new HostError("host-missing", why);
  if (/forbidden|not allowed/i.test(why)) return new HostError("host-forbidden", why);
  if (/disabled by the system administrator/i.test(why)) return new HostError("host-blocked", why);
  return new HostError("host-failed", why || error.message);
}

export interface HostOptions {
  connect: () => Port;
  client: { name: string; version: string };
  silence?: number;
}

/** The host itself, which is greeted first: is it one that is understood here? */
export class HostClient extends Client<Methods> {
  #hello: Hello | null = null;

  constructor(options: HostOptions) {
    super({
      connect: options.connect,
      host: true,
      ...(options.silence !== undefined && { silence: options.silence }),
      greet: async (connection) => {
        this.#hello = null;
        this.#hello = understood(
          (await withTimeout(
            connection.request("hello", { client: options.client }),
            Math.min(GREETING, options.silence ?? GREETING),
          )) as Hello,
        );
      },
    });
  }

  /** What the host said of itself. */
  async hello(): Promise<Hello> {
    await this.connected();
    if (!this.#hello) throw new HostError("host-lost", "The connection to the host ended");
    return this.#hello;
  }
}

function understood(hello: Hello): Hello {
  const protocol = hello?.protocol;
  if (typeof protocol !== "number" || protocol < PROTOCOL)
    throw new HostError("host-too-old", "The host speaks an older protocol");
  if (protocol > PROTOCOL) throw new HostError("host-too-new", "The host speaks a newer protocol");
  return hello;
}

function withTimeout<V>(promise: Promise<V>, milliseconds: number): Promise<V> {
  let timer: ReturnType<typeof setTimeout>;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new HostError("host-silent", "The host does not answer")),
      milliseconds,
    );
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}
