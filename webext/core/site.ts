// SPDX-License-Identifier: MPL-2.0
// The web site that something is done for. Callers in a browser name it with every request about
// mail or certificates; pages of the extension have no web origin, and go by the site that they
// were opened for. Only the background says which that is: no page names one itself.
import { HostError } from "./error.ts";
import type { Storage } from "./settings.ts";

const NAMES_SITE = /^(message|certificate)\./;
const LAST = "site";

const keyOf = (tab: number) => `site-${tab}`;

/** The origin of an address that a site can have; loopback is the one that needs no TLS. */
export function siteOf(address: string): string | null {
  if (!/^https?:/.test(address)) return null;
  let url: URL;
  try {
    url = new URL(address);
  } catch {
    return null;
  }
  const loopback = /^(localhost|127\.0\.0\.1|\[::1\])$/.test(url.hostname);
  return url.protocol === "https:" || loopback ? url.origin : null;
}

/** What the browser asks the user about. Firefox knows no ports there: the exact origin is looked at
 * again wherever something comes from a page. */
export function patternOf(site: string): string {
  const { protocol, hostname } = new URL(site);
  return `${protocol}//${hostname}/*`;
}

export const BEGUN = "begun";

/** The browser is about to ask the user about a site. `storage` ends with the browser. */
export function setUpBegins(storage: Storage, site: string): Promise<void> {
  return storage.set({ [BEGUN]: { site, at: Date.now() } });
}

export class Sites {
  readonly #tabs: Storage;
  readonly #last: Storage;

  /** `tabs` may end with the browser, as `chrome.storage.session` does; `last` outlives it. */
  constructor(tabs: Storage, last: Storage) {
    this.#tabs = tabs;
    this.#last = last;
  }

  /** A page of the extension is opened in this tab, from that site. */
  async opened(tab: number, site: string): Promise<void> {
    await this.#tabs.set({ [keyOf(tab)]: site });
    await this.used(site);
  }

  /** What the extension does on this site goes for pages that were opened from nowhere, too. */
  used(site: string): Promise<void> {
    return this.#last.set({ [LAST]: site });
  }

  async of(tab: number | undefined): Promise<string | null> {
    const own = tab === undefined ? undefined : (await this.#tabs.get(keyOf(tab)))[keyOf(tab)];
    const site = own ?? (await this.#last.get(LAST))[LAST];
    return typeof site === "string" ? siteOf(site) : null;
  }
}

/** The params of a request that is made for a site; `origin` of anyone else's does not count. */
export function forSite(method: string, params: object, site: string | null): object {
  if (!NAMES_SITE.test(method)) return params;
  if (site === null)
    throw new HostError("site-unknown", "It is not known for which web site this is asked");
  return { ...params, origin: site };
}
