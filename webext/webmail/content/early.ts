// SPDX-License-Identifier: MPL-2.0
// The source of a mail, asked for as soon as the page that is loading says which one it shows: the
// webmail's own scripts take longer to begin than its server takes to give it.
import { Access } from "../access.ts";
import type { Asked, MessageRef } from "../providers/provider.ts";
import { bodies, sightOf } from "./sights.ts";

export class Early {
  readonly #changes = new MutationObserver(() => this.#look());
  readonly #abort = new AbortController();
  #found: { message: MessageRef; raw: Promise<Blob> } | null = null;
  #onProgress: Asked["onProgress"];
  #over = false;

  constructor() {
    this.#begin().catch(() => undefined);
  }

  /** This script is in all origins of a host of which one was set up. */
  async #begin(): Promise<void> {
    const sites = await new Access(chrome.storage.local).sites();
    if (this.#over || !sites.includes(self.origin)) return;
    this.#changes.observe(document, { childList: true, subtree: true });
    this.#look();
  }

  /** Once, if it is this mail; null: nothing of it was asked for yet. */
  take({ id, folder }: MessageRef, { signal, onProgress }: Asked): Promise<Blob> | null {
    this.#over = true;
    this.#changes.disconnect();
    const found = this.#found;
    this.#found = null;
    if (!found || found.message.id !== id || found.message.folder !== folder) return null;
    signal?.addEventListener("abort", () => this.#abort.abort());
    this.#onProgress = onProgress;
    return found.raw;
  }

  #look(): void {
    if (document.querySelector(bodies) === null) return;
    this.#changes.disconnect();
    const sight = sightOf(document);
    const shown = sight?.shown();
    if (!sight || !shown?.hint) return;
    const raw = sight.provider.getRaw(shown.message, {
      signal: this.#abort.signal,
      onProgress: (done, total) => this.#onProgress?.(done, total),
    });
    // Whoever takes it is told.
    raw.catch(() => undefined);
    this.#found = { message: shown.message, raw };
  }
}
