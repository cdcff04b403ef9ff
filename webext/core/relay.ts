// SPDX-License-Identifier: MPL-2.0
// The pages' way to the host: the background owns the one port, and answers the pages in the same
// frames as the host would answer it. What is not the host's the background answers itself.
import { Client, type HostClient } from "./client.ts";
import type { Port } from "./connection.ts";
import { type Asked, Server } from "./server.ts";
import { forSite } from "./site.ts";
import type { Thread } from "./threading.ts";
import type { Methods, Result } from "./wire.ts";

export const RELAY = "nssmime-page";

export interface Identity {
  address: string;
  name: string;
  /** Protection that the program itself has for mail from there; null: none is set up. */
  builtIn?: { technology: "S/MIME" | "OpenPGP"; isOn: boolean } | null;
}

/** The program that the pages are shown in. */
export interface Target {
  /** As people call it: "Thunderbird". */
  program: string;
  /** `nssmime-host install` takes this. */
  installOption: string;
  identities: Identity[];
  /** Of the add-on for Thunderbird that does without an Experiment: whether it leaves everything to
   * the complete one. */
  reduced?: "works" | "rests";
  /** In a browser: the origin that the page was opened for. */
  site?: string;
  /** In a browser: S/MIME is set up site by site (SiteMethods). */
  sites?: true;
  /** What is written here is saved as files, for somebody to send. */
  saves?: true;
  /** A mail goes to those alone whom it names. */
  noBlindCopies?: true;
  /** What sends was never tried on the live service. */
  experimental?: true;
}

/** A mail that was read, as the details page shows it: without its content. */
export type Reading = Omit<Result<"message.read">, "content">;

/** What the background answers itself. Null, where the mail of a handle is not kept any more. */
export interface OwnMethods {
  "page.target": { params: Record<string, never>; result: Target };
  "page.reading": { params: { handle: string }; result: Reading | null };
}

/** Of a background that lets pages show mails, too. */
export interface MailMethods {
  /** The content goes to the output. */
  "page.mail": { params: { handle: string }; result: Reading | null };
  /** Reads a part on its own: the handle of what that gave. */
  "page.part": { params: { handle: string; part: string }; result: { handle: string } | null };
  /** Opens the details page. */
  "page.details": { params: { handle: string }; result: null };
}

/** Of a program that protects mail itself, as its identities tell. */
export interface BuiltInMethods {
  /** Opens the settings of that. */
  "page.builtIn": { params: { address: string }; result: null };
}

/** Of a background in a browser. */
export interface SiteMethods {
  /** Those that are set up, and those that the administrator suggests. */
  "site.list": { params: Record<string, never>; result: { sites: string[]; recommended: string[] } };
  /** The browser lets us: the host asks the user. */
  "site.allow": { params: { site: string }; result: null };
  "site.forget": { params: { site: string }; result: null };
  /** Opens the editor for a new mail. */
  "mail.write": { params: { site: string }; result: null };
}

/** Of a background that lets pages write mails. */
export interface WritingMethods {
  /** The mail that is answered, or sent on; its content goes to the output. */
  "page.answered": {
    params: { handle: string };
    result: { reading: Reading; thread: Thread } | null;
  };
  /** Sends the content as it is: one copy, which is kept as sent unless it is one of the blind. What
   * is kept says who has a copy and is not to be named in any: `bcc`. */
  "page.send": {
    params: { from: string; recipients: string[]; blind: boolean; bcc?: string[] };
    result: Record<string, never>;
  };
}

/** What some backgrounds have, and others have not. */
interface FurtherMethods
  extends MailMethods,
    BuiltInMethods,
    SiteMethods,
    WritingMethods {}

export interface PageMethods extends Methods, OwnMethods, FurtherMethods {}

export type Pages = Client<PageMethods>;

/** In a page. */
export function pages(connect: () => Port): Pages {
  return new Client<PageMethods>({ connect });
}

type Answers<M extends Exclude<keyof PageMethods, keyof Methods>> = {
  [N in M]: (params: PageMethods[N]["params"], asked: Asked) => Promise<PageMethods[N]["result"]>;
};

export type LocalMethods = Answers<keyof OwnMethods> &
  Partial<Answers<keyof FurtherMethods>>;

/** In the background: answers one page. `site`, in a browser: what the page's requests are made
 * for (site.ts). */
export function serve(
  port: Port,
  host: HostClient,
  local: LocalMethods,
  site?: () => Promise<string | null>,
): void {
  new Server(port, async (method, params, asked) => {
    if (method === "hello") return host.hello();
    if (Object.hasOwn(local, method)) return local[method as keyof OwnMethods](params, asked);
    const given = site ? forSite(method, params, await site()) : params;
    return host.call(method as any, given as any, asked);
  });
}

/** Only the extension's own pages: no content script and no other extension. */
export function isOwnPage(port: chrome.runtime.Port): boolean {
  return (
    port.name === RELAY &&
    port.sender?.id === chrome.runtime.id &&
    (port.sender.url ?? "").startsWith(chrome.runtime.getURL(""))
  );
}
