// SPDX-License-Identifier: MPL-2.0
// Which of the two add-ons works: the complete one wherever it runs, the reduced one where
// Thunderbird refuses Experiments. The complete one tells when it starts, and is asked before
// anything is done: one that was switched off meanwhile does not answer.
import { Turns } from "../core/turns.ts";

export const COMPLETE = "thunderbird@nssmime";
export const REDUCED = "thunderbird-reduced@nssmime";

const WHO = { charge: "who" };
const MINE = { charge: "mine" };

interface Message {
  charge?: string;
}

/** In the complete one, once everything of it works. */
export function takeCharge(): void {
  chrome.runtime.onMessageExternal.addListener((message: Message | null, sender, reply) => {
    if (sender.id === REDUCED && message?.charge === WHO.charge) reply(MINE);
    return false;
  });
  // It need not be there.
  chrome.runtime.sendMessage(REDUCED, MINE).catch(() => undefined);
}

/** In the reduced one. */
export class Charge {
  readonly #change: (rests: boolean) => Promise<void>;
  readonly #changes = new Turns();
  #rests: boolean | undefined;

  /** `change` is told at first, and whenever it is another way. Nobody waits for it: Thunderbird may
   * answer it only when a mail that is asked about is decided on. */
  constructor(change: (rests: boolean) => Promise<void>) {
    this.#change = change;
    chrome.runtime.onMessageExternal.addListener((message: Message | null, sender) => {
      if (sender.id === COMPLETE && message?.charge === MINE.charge) this.#set(true);
    });
  }

  /** Whether the complete one is there to do it. */
  async rests(): Promise<boolean> {
    const answer: Message | undefined = await chrome.runtime
      .sendMessage(COMPLETE, WHO)
      .catch(() => undefined);
    const rests = answer?.charge === MINE.charge;
    this.#set(rests);
    return rests;
  }

  #set(rests: boolean): void {
    if (this.#rests === rests) return;
    this.#rests = rests;
    // One after the other, so that the last one holds.
    this.#changes.next(() => this.#change(rests)).catch((failure) => console.error(failure));
  }
}
