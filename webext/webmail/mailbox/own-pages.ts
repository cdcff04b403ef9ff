// SPDX-License-Identifier: MPL-2.0
// The background's answers to the pages of mailboxes, and to those that show or write a mail of
// one. Which mailbox a page is of is in its address, so that it is known after a crash, too: no
// web page can open one of these.
import { allCertificates } from "../../core/actions/certificate-list.ts";
import type { Host, HostClient } from "../../core/client.ts";
import type { Identity } from "../../core/relay.ts";
import { forSite, type Sites } from "../../core/site.ts";
import { browser } from "../browser.ts";
import { sendBy } from "../outgoing.ts";
import type { WebmailAnswers } from "../own-pages.ts";
import { readFor } from "../reading.ts";
import { NOWHERE, type Readings } from "../readings.ts";
import { facts } from "./kinds.ts";
import type { Mailboxes } from "./mailboxes.ts";

/** Instead of a mailbox: what is written becomes a file. */
export const FILE = "file";

interface Around {
  host: HostClient;
  readings: Readings;
  sites: Sites;
  mailboxes: Mailboxes;
}

export class MailboxPages {
  readonly #around: Around;

  constructor(around: Around) {
    this.#around = around;
  }

  /** What a page's requests are made for: the site of its mailbox; else that of its tab. */
  async site({ sender }: chrome.runtime.Port): Promise<string | null> {
    const { by } = placeOf(sender);
    if (by === null || by === FILE) return this.#around.sites.of(sender?.tab?.id);
    return (await this.#around.mailboxes.get(by))?.site ?? null;
  }

  /** Beside what all pages are answered, or instead of it. */
  answers(port: chrome.runtime.Port): WebmailAnswers {
    const { page, by } = placeOf(port.sender);
    if (by === FILE) return { "page.target": () => this.#fileTarget(port) };
    if (by === null && page !== "mailbox.html") return {};
    return {
      ...this.#ofMailboxes(port),
      "page.target": async () => {
        const account = by === null ? null : await this.#around.mailboxes.get(by);
        if (!account) return { ...browser(), sites: true, identities: [] };
        const { site, identities, kind } = account;
        return {
          ...browser(),
          sites: true,
          identities,
          site,
          ...(!facts[kind].blindCopies && { noBlindCopies: true }),
          ...(facts[kind].experimental && { experimental: true }),
        };
      },
      "page.send": (params, asked) =>
        this.#around.mailboxes.in(by ?? "", (mailbox) => sendBy(mailbox, params, asked), asked.signal),
    };
  }

  #ofMailboxes(port: chrome.runtime.Port): WebmailAnswers {
    const { host, readings, sites, mailboxes } = this.#around;
    return {
      "mailbox.list": async () => ({ mailboxes: await mailboxes.list() }),
      "mailbox.add": (wish) => mailboxes.add(wish),
      "mailbox.renew": async ({ id, secret, remember }) => {
        await mailboxes.renew(id, secret, remember);
        return null;
      },
      "mailbox.remove": async ({ id }) => {
        await mailboxes.remove(id);
        return null;
      },
      "mailbox.folders": async ({ id }) => {
        const folders = await mailboxes.in(id, (mailbox) => mailbox.folders());
        const account = await mailboxes.get(id);
        // Pages that are opened from nowhere go by it.
        if (account) await sites.used(account.site);
        return { folders };
      },
      "mailbox.part": ({ id, folder, after }) =>
        mailboxes.in(id, (mailbox) => mailbox.part(folder, after, 25)),
      "mailbox.read": async ({ id, folder, message }, { signal, onProgress }) => {
        const running = { signal, ...(onProgress && { onProgress }) };
        const source = await mailboxes.in(id, (mailbox) => mailbox.getRaw({ id: message, folder }, running), signal);
        const site = (await mailboxes.get(id))?.site ?? null;
        const read = await readFor(host, site, source, running);
        const place = { ...NOWHERE, tab: port.sender?.tab?.id ?? null };
        return { handle: readings.add({ ...read, source, site: site ?? "", by: id, ...place }) };
      },
    };
  }

  /** Nobody else says which addresses are whose: the certificates do. */
  async #fileTarget(port: chrome.runtime.Port): ReturnType<NonNullable<WebmailAnswers["page.target"]>> {
    const site = await this.site(port);
    const { host } = this.#around;
    const forIt: Host = {
      call: (method, params, options) => host.call(method, forSite(method, params, site) as typeof params, options),
    };
    // Why there are none the page finds out, and says.
    const own = await allCertificates(forIt, { kind: "own" }).catch(() => []);
    const identities = new Map<string, Identity>();
    for (const { addresses } of own)
      for (const address of addresses)
        if (!identities.has(address.toLowerCase()))
          identities.set(address.toLowerCase(), { address, name: "" });
    return {
      ...browser(),
      sites: true,
      identities: [...identities.values()],
      ...(site !== null && { site }),
      saves: true,
    };
  }
}

/** The browser vouches for the address. */
function placeOf(sender: chrome.runtime.MessageSender | undefined): { page: string; by: string | null } {
  const url = new URL(sender?.url ?? "about:blank");
  return { page: url.pathname.split("/").at(-1) ?? "", by: url.searchParams.get("by") };
}
