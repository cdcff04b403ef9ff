// SPDX-License-Identifier: MPL-2.0
// As much of a browser as the background of the webmail extension uses.
import type { Storage } from "../../core/settings.ts";

export class Area implements Storage {
  readonly kept = new Map<string, unknown>();

  async get(key: string): Promise<Record<string, unknown>> {
    return this.kept.has(key) ? { [key]: structuredClone(this.kept.get(key)) } : {};
  }

  async set(values: Record<string, unknown>): Promise<void> {
    for (const [key, value] of Object.entries(values)) this.kept.set(key, structuredClone(value));
  }
}

export interface FakeChrome {
  /** The patterns that the user allowed. */
  granted: Set<string>;
  /** The content scripts that are registered, by their ids. */
  scripts: Map<string, { matches?: string[]; js?: string[]; allFrames?: boolean }>;
  tabs: { id: number; url: string }[];
  /** The tabs that the content script was put into. */
  entered: number[];
  /** What content scripts were told. */
  told: { tab: number; message: unknown; frame: number | undefined }[];
}

const matches = (pattern: string, url: string) => url.startsWith(pattern.slice(0, -1)) ||
  new URL(url).protocol + "//" + new URL(url).hostname + "/*" === pattern;

/** Stands for `chrome` from now on. */
export function useChrome(): FakeChrome {
  const fake: FakeChrome = { granted: new Set(), scripts: new Map(), tabs: [], entered: [], told: [] };
  const patterns = ({ origins = [] }: chrome.permissions.Permissions) => origins;
  (globalThis as any).chrome = {
    ...(globalThis as any).chrome,
    runtime: { id: "own", getURL: (path: string) => `chrome-extension://own/${path}` },
    permissions: {
      contains: async (asked: chrome.permissions.Permissions) =>
        patterns(asked).every((pattern) => fake.granted.has(pattern)),
      remove: async (asked: chrome.permissions.Permissions) =>
        patterns(asked).every((pattern) => fake.granted.delete(pattern)),
    },
    tabs: {
      query: async ({ url }: { url: string }) => fake.tabs.filter((tab) => matches(url, tab.url)),
      sendMessage: (tab: number, message: unknown, options?: { frameId?: number }) => {
        // At once, as Chromium does.
        if (tab < 0) throw new TypeError("Value must be at least 0.");
        fake.told.push({ tab, message, frame: options?.frameId });
        return Promise.resolve();
      },
    },
    scripting: {
      getRegisteredContentScripts: async () => [...fake.scripts].map(([id, more]) => ({ id, ...more })),
      registerContentScripts: async (all: { id: string }[]) => {
        for (const { id, ...more } of all) {
          if (fake.scripts.has(id)) throw new Error(`Duplicate script ID '${id}'`);
          fake.scripts.set(id, more);
        }
      },
      unregisterContentScripts: async ({ ids }: { ids: string[] }) => {
        for (const id of ids)
          if (!fake.scripts.delete(id)) throw new Error(`Nonexistent script ID '${id}'`);
      },
      executeScript: async ({ target }: { target: { tabId: number } }) => {
        fake.entered.push(target.tabId);
      },
    },
  };
  return fake;
}
