// SPDX-License-Identifier: MPL-2.0
// Two ends of a port as browsers make them: what one posts the other hears, later and as a copy.
import type { Port } from "../../core/connection.ts";

type Listener = (argument: any) => void;

export class End implements Port {
  other!: End;
  open = true;
  error?: { message: string };
  sender?: unknown;
  name = "";
  readonly #message: Listener[] = [];
  readonly #copy: (message: unknown) => unknown;
  readonly #disconnect: Listener[] = [];
  readonly onMessage = { addListener: (listener: Listener) => void this.#message.push(listener) };
  readonly onDisconnect = {
    addListener: (listener: Listener) => void this.#disconnect.push(listener),
  };

  constructor(copy: (message: unknown) => unknown) {
    this.#copy = copy;
  }

  postMessage(message: unknown): void {
    if (!this.open) throw new Error("Attempting to use a disconnected port object");
    const copy = this.#copy(message);
    setImmediate(() => {
      if (this.other.open) for (const listener of this.other.#message) listener(copy);
    });
  }

  /** As in browsers, only the other end hears of it. */
  disconnect(why?: string): void {
    if (!this.open) return;
    this.open = false;
    setImmediate(() => {
      if (!this.other.open) return;
      this.other.open = false;
      if (why !== undefined) this.other.error = { message: why };
      for (const listener of this.other.#disconnect) listener(this.other);
    });
  }
}

export const asJson = (message: unknown): unknown => JSON.parse(JSON.stringify(message));

/** `copy`: what becomes of a message on its way; by structuredClone bytes stay bytes. */
export function portPair(copy = asJson): [End, End] {
  const [one, two] = [new End(copy), new End(copy)];
  one.other = two;
  two.other = one;
  return [one, two];
}
