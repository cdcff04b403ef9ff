// SPDX-License-Identifier: MPL-2.0
// The sites that the extension works on: those that the user set up, as long as the browser lets
// it. On all others it sees nothing.
import { patternOf, siteOf } from "../core/site.ts";
import type { Storage } from "../core/settings.ts";
import { Turns } from "../core/turns.ts";

const KEY = "sites";
export const SCRIPT = "content.js";

const scriptId = (pattern: string) => `site:${pattern}`;

export class Access {
  readonly #storage: Storage;
  readonly #turns = new Turns();

  constructor(storage: Storage) {
    this.#storage = storage;
  }

  /** Those that were set up, whether or not the browser still lets us. */
  async sites(): Promise<string[]> {
    const stored = (await this.#storage.get(KEY))[KEY];
    return Array.isArray(stored)
      ? stored.filter((site) => typeof site === "string" && siteOf(site) === site)
      : [];
  }

  /** Whether pages of this origin are worked on. */
  async has(site: string): Promise<boolean> {
    return (await this.sites()).includes(site) && (await this.permitted(site));
  }

  permitted(site: string): Promise<boolean> {
    return chrome.permissions.contains({ origins: [patternOf(site)] });
  }

  /** Set up: works at once, in tabs that are open, too. */
  async add(site: string): Promise<void> {
    await this.#change((sites) => [...new Set([...sites, site])]);
    const tabs = await chrome.tabs.query({ url: patternOf(site) });
    await Promise.all(tabs.map(({ id }) => (id === undefined ? undefined : enter(id))));
  }

  async remove(site: string): Promise<void> {
    const left = await this.#change((sites) => sites.filter((each) => each !== site));
    await this.release(site, left);
  }

  /** Gives back what the browser allowed, unless another site on this host needs it. */
  async release(site: string, left?: string[]): Promise<void> {
    const origins = [patternOf(site)];
    const others = left ?? (await this.sites());
    if (others.some((other) => patternOf(other) === origins[0])) return;
    // What an administrator granted cannot be given back.
    await chrome.permissions.remove({ origins }).catch(() => false);
  }

  /** Registers the content script where it may run, and nowhere else: after each change, and after
   * an update of the extension, with which the browsers forget it. */
  follow(): Promise<void> {
    return this.#turns.next(async () => {
      const sites = await this.sites();
      const permitted = await Promise.all(sites.map((site) => this.permitted(site)));
      const wanted = new Set(sites.filter((_, at) => permitted[at]).map(patternOf));
      const there = new Set((await chrome.scripting.getRegisteredContentScripts()).map(({ id }) => id));
      const ids = new Set([...wanted].map(scriptId));
      const gone = [...there].filter((id) => !ids.has(id));
      if (gone.length > 0) await chrome.scripting.unregisterContentScripts({ ids: gone });
      const fresh = [...wanted].filter((pattern) => !there.has(scriptId(pattern)));
      if (fresh.length > 0)
        await chrome.scripting.registerContentScripts(
          fresh.map((pattern) => ({
            id: scriptId(pattern),
            matches: [pattern],
            js: [SCRIPT],
            allFrames: true,
            runAt: "document_start",
            persistAcrossSessions: true,
          })),
        );
    });
  }

  async #change(change: (sites: string[]) => string[]): Promise<string[]> {
    const sites = await this.#turns.next(async () => {
      const changed = change(await this.sites());
      await this.#storage.set({ [KEY]: changed });
      return changed;
    });
    await this.follow();
    return sites;
  }
}

/** Into a page that was loaded before the site was set up. The script runs once in a frame. */
export async function enter(tabId: number): Promise<void> {
  await chrome.scripting
    .executeScript({ target: { tabId, allFrames: true }, files: [SCRIPT] })
    // The tab is gone, or shows a page of the browser by now.
    .catch(() => undefined);
}
