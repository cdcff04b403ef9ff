// SPDX-License-Identifier: MPL-2.0
// The background's answers to the extension's own pages: popup, reader, and those that all
// extensions of nssmime have.
import type { HostClient } from "../core/client.ts";
import { HostError } from "../core/error.ts";
import type { Identity } from "../core/relay.ts";
import type { Asked } from "../core/server.ts";
import type { Storage } from "../core/settings.ts";
import { siteOf, type Sites } from "../core/site.ts";
import { pour } from "../core/stream.ts";
import type { Access } from "./access.ts";
import { browser } from "./browser.ts";
import { takeOver, takesOver } from "./own-buttons.ts";
import type { WebmailMethods } from "./page-methods.ts";
import { readFor, readSent } from "./reading.ts";
import { FILE } from "./mailbox/own-pages.ts";
import { type Held, NOWHERE, type Readings } from "./readings.ts";
import type { Setup } from "./setup.ts";
import type { Visits } from "./visits.ts";
import type { Writing } from "./writing.ts";

type Local = Exclude<keyof WebmailMethods, keyof import("../core/wire.ts").Methods>;

export type WebmailAnswers = {
  [M in Local]?: (
    params: WebmailMethods[M]["params"],
    asked: Asked,
  ) => Promise<WebmailMethods[M]["result"]>;
};

const identitiesKey = (site: string) => `identities-${site}`;
/** What opens in a tab of the browser; all else is a window. */
const TABS = /^pages\/(certificates|settings|start|open|mailbox)\.html/;

export interface OwnPagesOptions {
  host: HostClient;
  access: Access;
  readings: Readings;
  setup: Setup;
  sites: Sites;
  visits: Visits;
  writing: Writing;
  storage: Storage;
}

export class OwnPages {
  readonly #with: OwnPagesOptions;

  constructor(options: OwnPagesOptions) {
    this.#with = options;
  }

  /** The addresses that somebody has at a site, as its webmail said. */
  async known(site: string, identities: Identity[]): Promise<void> {
    const plain = identities.flatMap(({ address, name }) =>
      typeof address === "string" && /^[^@\s]+@[^@\s]+$/.test(address)
        ? [{ address, name: typeof name === "string" ? name : "" }]
        : [],
    );
    await this.#with.sites.used(site);
    if (plain.length > 0) await this.#with.storage.set({ [identitiesKey(site)]: plain });
  }

  async open(path: string, site: string | null): Promise<void> {
    const url = chrome.runtime.getURL(path);
    const opened = TABS.test(path)
      ? await chrome.tabs.create({ url })
      : (await chrome.windows.create({ url, type: "popup", width: 820, height: 780 }))?.tabs?.[0];
    if (site !== null && opened?.id !== undefined) await this.#with.sites.opened(opened.id, site);
  }

  async #identities(site: string | null): Promise<Identity[]> {
    if (site === null) return [];
    const stored = (await this.#with.storage.get(identitiesKey(site)))[identitiesKey(site)];
    return Array.isArray(stored) ? (stored as Identity[]) : [];
  }

  /** What an administrator set up for this browser. */
  async #recommended(): Promise<string[]> {
    const managed: Record<string, unknown> = await chrome.storage.managed.get("origins").catch(() => ({}));
    const { origins } = managed;
    return Array.isArray(origins)
      ? origins.flatMap((origin) => (typeof origin === "string" ? (siteOf(origin) ?? []) : []))
      : [];
  }

  async #details({ reading, site }: Held): Promise<void> {
    const { readings } = this.#with;
    if (!reading) return;
    const empty = { content: new Blob(), source: null };
    const handle = readings.add({ reading, ...empty, ...NOWHERE, site, tab: null });
    await this.open(`pages/details.html?handle=${handle}`, site);
  }

  /** For one page, as long as its port is open. */
  answers(port: chrome.runtime.Port): WebmailAnswers {
    const { host, access, readings, setup, sites, visits, writing } = this.#with;
    const { sender } = port;
    const tab = sender?.tab?.id;
    // Not the page that is for frames, which a web page could open in a window, too.
    const isFrame = (sender?.url ?? "").includes("/pages/reader.html");
    const place = { tab, window: sender?.frameId === 0 && !isFrame };
    const claimed = new Set<string>();
    port.onDisconnect.addListener(() => {
      for (const handle of claimed) readings.remove(handle);
    });
    const claim = (handle: string): Held | null => {
      const held = readings.claim(handle, place);
      if (held) claimed.add(handle);
      return held;
    };
    const mine = (handle: string) => (claimed.has(handle) ? (readings.get(handle) ?? null) : null);
    return {
      "page.target": async () => {
        const site = await sites.of(tab);
        return { ...browser(), sites: true, identities: await this.#identities(site), ...(site !== null && { site }) };
      },
      "page.reading": async ({ handle }) => claim(handle)?.reading ?? null,
      "page.open": async ({ path, site }) => {
        await this.open(path, site ?? (await sites.of(tab)));
        return null;
      },
      "popup.state": async ({ tab: id, address }) => {
        const site = siteOf(address);
        const set = site !== null && (await access.has(site));
        if (set) await visits.wake(id);
        return {
          site,
          set,
          asking: site !== null && setup.isAsking(site),
          failure: site === null ? null : await setup.failure(site),
          recommended: site !== null && (await this.#recommended()).includes(site),
          webmail: visits.has(id),
          takesOver: site !== null && (await takesOver(this.#with.storage, site)),
          seen: visits.in(id),
          identities: await this.#identities(site),
        };
      },
      "site.allow": async ({ site }) => {
        await setup.allow(site);
        await sites.used(site);
        return null;
      },
      "site.forget": async ({ site }) => {
        visits.tellAll({ site }, { notice: "forgotten" });
        await takeOver(this.#with.storage, site, false);
        await setup.forget(site);
        return null;
      },
      "site.list": async () => ({ sites: await access.sites(), recommended: await this.#recommended() }),
      "mail.check": async ({ tab: id }) => {
        visits.tellAll({ tab: id }, { notice: "read" });
        return null;
      },
      "mail.open": async (_, asked) => {
        const site = await sites.of(tab);
        const read = await readSent(host, site, asked);
        const held = { ...read, ...NOWHERE, site: site ?? "", tab: tab ?? null };
        // A webmail that is known said whose it is; from another no answer can be sent.
        const known = (await this.#identities(site)).length > 0;
        return { handle: readings.add({ ...held, ...(!known && { by: FILE }) }) };
      },
      "mail.details": async ({ tab: id }) => {
        const held = visits.held(id);
        if (held) await this.#details(held);
        return null;
      },
      "reader.mail": async ({ handle }, { output }) => {
        const held = mine(handle) ?? claim(handle);
        if (!held) return null;
        const { reading, problem = null, content, frame } = held;
        visits.tell(frame, { notice: "opened", handle });
        if (output) await pour(content, output);
        return { reading, problem };
      },
      "reader.part": async ({ handle, part }, { signal, onProgress }) => {
        const held = mine(handle);
        if (!held?.source) return null;
        const options = { signal, ...(onProgress && { onProgress }), part };
        const read = await readFor(host, held.site, held.source, options);
        return { handle: readings.add({ ...held, ...read, tab: tab ?? null }) };
      },
      "reader.details": async ({ handle }) => {
        const held = mine(handle);
        if (held) await this.#details(held);
        return null;
      },
      "reader.answer": async ({ handle, mode }) => {
        const held = mine(handle);
        if (held) await writing.answer(mode, held);
        return null;
      },
      "mail.write": async ({ site }) => {
        await writing.begin(site);
        return null;
      },
      "page.answered": async ({ handle }, asked) => writing.answered(claim(handle), asked),
      "page.send": async (params, asked) => writing.send(await sites.of(tab), params, asked),
      "reader.height": async ({ handle, height }) => {
        const held = mine(handle);
        if (held && Number.isFinite(height)) visits.tell(held.frame, { notice: "height", handle, height });
        return null;
      },
      "reader.again": async ({ handle }) => {
        const held = mine(handle);
        if (!held) throw new HostError("cancelled", "The mail is not shown any more");
        visits.tell(held.frame, { notice: "read" });
        return null;
      },
    };
  }
}
