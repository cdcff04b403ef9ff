// SPDX-License-Identifier: MPL-2.0
// The pages' way to the host: the background owns the one port, and answers the pages in the same
// frames as the host would answer it. What is not the host's the background answers itself.
import { Client, type HostClient } from "./client.ts";
import type { Port } from "./connection.ts";
import { HostError, type WireError } from "./error.ts";
import { forSite } from "./site.ts";
import type { Methods, Result } from "./wire.ts";

export const RELAY = "nssmime-page";

export interface Identity {
  address: string;
  name: string;
}

/** The program that the pages are shown in. */
export interface Target {
  /** As people call it: "Thunderbird". */
  program: string;
  /** `nssmime-host install` takes this. */
  installOption: string;
  identities: Identity[];
  /** In a browser: the origin that the page was opened for. */
  site?: string;
}

/** A mail that was read, as the details page shows it: without its content. */
export type Reading = Omit<Result<"message.read">, "content">;

export interface PageMethods extends Methods {
  "page.target": { params: Record<string, never>; result: Target };
  "page.reading": { params: { handle: string }; result: Reading | null };
}

export type Pages = Client<PageMethods>;

/** In a page. */
export function pages(connect: () => Port): Pages {
  return new Client<PageMethods>({ connect });
}

export type LocalMethods = {
  [M in Exclude<keyof PageMethods, keyof Methods>]: (
    params: PageMethods[M]["params"],
  ) => Promise<PageMethods[M]["result"]>;
};

/** In the background: answers one page. Methods with streams are not for pages. `site`, in a
 * browser: what the page's requests are made for (site.ts). */
export function serve(
  port: Port,
  host: HostClient,
  local: LocalMethods,
  site?: () => Promise<string | null>,
): void {
  const underWay = new Map<unknown, AbortController>();
  let open = true;
  const post = (frame: object) => {
    if (open) port.postMessage({ jsonrpc: "2.0", ...frame });
  };
  const answer = async (id: unknown, method: string, params: any): Promise<unknown> => {
    if (method === "operation.cancel") {
      const call = underWay.get(params.id);
      call?.abort();
      return { cancelled: call !== undefined };
    }
    if (method === "hello") return host.hello();
    if (Object.hasOwn(local, method)) return local[method as keyof LocalMethods](params);
    const { progress, ...asked } = params;
    const abort = new AbortController();
    underWay.set(id, abort);
    try {
      const given = site ? forSite(method, asked, await site()) : asked;
      return await host.call(method as any, given as any, {
        signal: abort.signal,
        onProgress: progress
          ? (done, total) =>
              post({ method: "operation.progress", params: { id, done, ...(total && { total }) } })
          : undefined,
      });
    } finally {
      underWay.delete(id);
    }
  };
  port.onMessage.addListener(async ({ id, method, params }) => {
    try {
      post({ id, result: await answer(id, String(method), params ?? {}) });
    } catch (failure) {
      post({ id, error: HostError.of(failure).toWire() satisfies WireError });
    }
  });
  port.onDisconnect.addListener(() => {
    open = false;
    for (const call of underWay.values()) call.abort();
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
