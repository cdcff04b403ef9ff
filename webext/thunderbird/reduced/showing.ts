// SPDX-License-Identifier: MPL-2.0
// Mails that are shown, and what holds for them. The buttons are Thunderbird's own, which no mail
// can imitate: they tell it, and tell nothing from the moment on that another mail is shown.
import type { HostClient } from "../../core/client.ts";
import { type Answer, read } from "../reading.ts";

/** Bytes of a mail in which S/MIME would be seen, and of the end of the piece before. */
const PIECE = 1024 * 1024;
const OVERLAP = 64;
const SMIME = /application\/(?:x-)?pkcs7-(?:mime|signature)|\.p7[ms]\b/i;

/** A mail that can be displayed is told at once. */
const PATIENCE = 2_000;

const marks = { ok: "✔", warn: "!", bad: "✘", info: "i" } as const;
const colours = { ok: "#136c36", warn: "#7f4a00", bad: "#b01a1a", info: "#2f4c6b" } as const;

export interface Shown {
  message: number;
  /** Null: there is no S/MIME in it. */
  answer: Promise<Answer | null>;
}

interface Tab extends Shown {
  abort: AbortController;
}

/** Whether it is worth asking the host: most mail has none of it. */
export async function hasSmime(raw: Blob): Promise<boolean> {
  for (let at = 0; at < raw.size; at += PIECE) {
    const piece = await raw.slice(Math.max(0, at - OVERLAP), at + PIECE).arrayBuffer();
    if (SMIME.test(new TextDecoder("latin1").decode(piece))) return true;
  }
  return false;
}

export class Showing {
  readonly #host: HostClient;
  readonly #places: Buttons[];
  readonly #tabs = new Map<number, Tab>();
  readonly #turns = new Map<number, Promise<unknown>>();

  constructor(host: HostClient, places: Buttons[]) {
    this.#host = host;
    this.#places = places;
  }

  /** What is shown in a tab now. Null: no mail, or several. */
  look(tabId: number): Promise<Shown | null> {
    return this.#inTurn(tabId, async () => {
      const message = await displayed(tabId);
      const before = this.#tabs.get(tabId);
      if (before && before.message === message) return before;
      this.close(tabId);
      await this.#clear(tabId);
      if (message === null) return null;
      const abort = new AbortController();
      const answer = this.#read(message, abort.signal);
      const shown = { message, answer, abort };
      this.#tabs.set(tabId, shown);
      void answer.then((got) =>
        this.#inTurn(tabId, async () => {
          // Another mail may be shown by now.
          if (got && this.#tabs.get(tabId) === shown) await this.#tell(tabId, got);
        }),
      );
      return shown;
    });
  }

  close(tabId: number): void {
    this.#tabs.get(tabId)?.abort.abort();
    this.#tabs.delete(tabId);
  }

  /** All that was read; what is shown is read again when it is looked at. */
  async forget(): Promise<void> {
    const clear = (tabId: number) =>
      this.#inTurn(tabId, async () => {
        this.close(tabId);
        await this.#clear(tabId);
      });
    await Promise.allSettled([...this.#tabs.keys()].map(clear));
  }

  async #read(message: number, signal: AbortSignal): Promise<Answer | null> {
    const raw = await messenger.messages.getRaw(message).catch(() => null);
    if (!raw || !(await hasSmime(raw))) return null;
    return read(this.#host, { kind: "message" }, raw, { signal });
  }

  /** What a tab's buttons tell is changed by one at a time: never a bit of this mail and of that. */
  #inTurn<V>(tabId: number, work: () => Promise<V>): Promise<V> {
    const turn = (this.#turns.get(tabId) ?? Promise.resolve()).then(work);
    this.#turns.set(
      tabId,
      turn.catch(() => undefined),
    );
    return turn;
  }

  /** A tab may have gone meanwhile. */
  async #clear(tabId: number): Promise<void> {
    await Promise.allSettled(
      this.#places.flatMap((place) => [
        place.setBadgeText({ tabId, text: "" }),
        place.setLabel({ tabId, label: null }),
        place.setTitle({ tabId, title: null }),
      ]),
    );
  }

  async #tell(tabId: number, { row }: Answer): Promise<void> {
    const { level, signature, encryption, advice } = row;
    const words = [signature, encryption].filter(Boolean).join(" · ");
    await Promise.allSettled(
      this.#places.flatMap((place) => [
        place.setBadgeBackgroundColor({ tabId, color: colours[level] }),
        place.setBadgeTextColor({ tabId, color: "#ffffff" }),
        place.setBadgeText({ tabId, text: marks[level] }),
        place.setLabel({ tabId, label: words }),
        place.setTitle({ tabId, title: [words, advice].filter(Boolean).join("\n") }),
      ]),
    );
  }
}

/** In a list of mails the one that is selected: in place of one that it cannot decrypt Thunderbird
 * shows an error, and what is displayed is then not told at all. */
async function displayed(tabId: number): Promise<number | null> {
  const never = new Promise<null>((done) => setTimeout(() => done(null), PATIENCE));
  const list = await messenger.mailTabs
    .getSelectedMessages(tabId)
    .catch(() => Promise.race([messenger.messageDisplay.getDisplayedMessages(tabId), never]))
    .catch(() => null);
  const [message, ...others] = list?.messages ?? [];
  return message && others.length === 0 ? message.id : null;
}
