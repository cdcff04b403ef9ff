// SPDX-License-Identifier: MPL-2.0
// What was read, in the background, for the frame or window that shows it. A handle is good once,
// in the tab that it was made for; who claimed it may go on asking for that mail. All of it is
// forgotten with the mail that is shown, and when the certificates are locked.
import type { WireError } from "../core/error.ts";
import type { Reading } from "../core/relay.ts";

export interface Held {
  /** Null: it could not be read, which `problem` says why. */
  reading: Reading | null;
  problem?: WireError;
  /** The innermost entity. */
  content: Blob;
  /** As it came; for its protected parts, and for another try. */
  source: Blob | null;
  site: string;
  /** Where it may be shown; null: in a window that is being opened for it. */
  tab: number | null;
  /** The frame in which the webmail shows it. */
  frame: { tab: number; frame: number };
  /** What an answer to it goes out by, where that is not the webmail in a tab: the editor's `by`. */
  by?: string;
}

/** No frame of a webmail shows it. */
export const NOWHERE = { frame: { tab: -1, frame: -1 } };

export class Readings {
  readonly #held = new Map<string, Held>();
  readonly #unclaimed = new Set<string>();

  add(held: Held): string {
    const handle = crypto.randomUUID();
    this.#held.set(handle, held);
    this.#unclaimed.add(handle);
    return handle;
  }

  /** For another place: the old handle is worth nothing any more. */
  move(handle: string, tab: number | null): string | null {
    const held = this.#held.get(handle);
    if (!held) return null;
    this.remove(handle);
    return this.add({ ...held, tab });
  }

  /** Once, and in its tab alone. `window`: a page of the extension's own, which no other has in it. */
  claim(handle: string, place: { tab: number | undefined; window: boolean }): Held | null {
    const held = this.#held.get(handle);
    if (!held || !this.#unclaimed.has(handle)) return null;
    if (held.tab === null ? !place.window : held.tab !== place.tab) return null;
    this.#unclaimed.delete(handle);
    return held;
  }

  /** For the background's own use, whoever claimed it. */
  get(handle: string): Held | undefined {
    return this.#held.get(handle);
  }

  remove(handle: string): void {
    this.#held.delete(handle);
    this.#unclaimed.delete(handle);
  }

  /** All that was decrypted. */
  forget(): void {
    this.#held.clear();
    this.#unclaimed.clear();
  }
}
