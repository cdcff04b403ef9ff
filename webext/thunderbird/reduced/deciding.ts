// SPDX-License-Identifier: MPL-2.0
// What is decided on a mail that is written. What its writer chose is kept for as long as
// Thunderbird runs, for it may end this add-on's background at any time, and start it again.
import type { HostClient } from "../../core/client.ts";
import type { Storage } from "../../core/settings.ts";
import { Turns } from "../../core/turns.ts";
import type { Composing, Draft } from "../composing.ts";
import { composerOf, forgetComposer } from "./composer.ts";

export interface Choice {
  sign?: boolean;
  encrypt?: boolean;
  /** A draft of it was saved by its writer. */
  saved?: boolean;
}

const keyOf = (tabId: number) => `mail-${tabId}`;

export class Deciding {
  readonly #host: HostClient;
  readonly #composing: Composing;
  readonly #kept: Storage;
  /** Read and written by one at a time. */
  readonly #turns = new Turns();

  constructor(host: HostClient, composing: Composing, kept: Storage) {
    this.#host = host;
    this.#composing = composing;
    this.#kept = kept;
  }

  get(tabId: number): Draft | undefined {
    return this.#composing.get(tabId);
  }

  async choose(tabId: number, choice: Choice): Promise<void> {
    // At once: the mail may be sent while the rest of it is done.
    const done = this.#apply(tabId, choice);
    const stored = this.#turns.next(async () => {
      const before = await this.choice(tabId);
      await this.#kept.set({ [keyOf(tabId)]: { ...before, ...choice } });
    });
    await Promise.all([done, stored]);
  }

  async choice(tabId: number): Promise<Choice> {
    return ((await this.#kept.get(keyOf(tabId)))[keyOf(tabId)] ?? {}) as Choice;
  }

  async decide(tabId: number, details: ComposeDetails): Promise<Draft | undefined> {
    const fresh = this.get(tabId) === undefined;
    await this.#turns.done();
    await this.#composing.changed(await composerOf(this.#host, tabId, details));
    if (fresh) await this.#apply(tabId, await this.choice(tabId));
    return this.get(tabId);
  }

  close(tabId: number): void {
    this.#composing.close(tabId);
    forgetComposer(tabId);
  }

  async #apply(tabId: number, { sign, encrypt }: Choice): Promise<void> {
    await Promise.all([
      sign !== undefined && this.#composing.choose(tabId, "sign", sign),
      encrypt !== undefined && this.#composing.choose(tabId, "encrypt", encrypt),
    ]);
  }
}
