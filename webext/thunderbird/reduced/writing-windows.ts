// SPDX-License-Identifier: MPL-2.0
// The windows about mails that are being written: one opens by itself where its writer has to know
// something, and each is told when that is another thing than before.
import { openPage } from "../windows.ts";
import type { Teller, Way } from "./outgoing.ts";

/** What takes longer shows that it goes on. */
const PATIENCE = 1_000;

const WIDTH = 560;
const HEIGHT = 560;

export class WritingWindows implements Teller {
  readonly #late = new Map<number, ReturnType<typeof setTimeout>>();

  async way(tabId: number, { progress, refused }: Way): Promise<void> {
    const there = await this.refresh(tabId);
    if (progress !== undefined && !this.#late.has(tabId))
      this.#late.set(
        tabId,
        setTimeout(() => void this.#open(tabId), PATIENCE),
      );
    if (refused === undefined) return;
    this.over(tabId);
    if (!there) await this.#open(tabId);
  }

  waits(): Promise<void> {
    return openPage("pages/writing.html?waits", WIDTH, HEIGHT);
  }

  /** It is on its way, or will not be. */
  over(tabId: number): void {
    clearTimeout(this.#late.get(tabId));
    this.#late.delete(tabId);
  }

  /** Whether a window heard it. */
  async refresh(tabId: number): Promise<boolean> {
    return (await chrome.runtime.sendMessage({ written: tabId }).catch(() => false)) === true;
  }

  async #open(tabId: number): Promise<void> {
    if (!(await this.refresh(tabId)))
      await openPage(`pages/writing.html?tab=${tabId}`, WIDTH, HEIGHT);
  }
}
