// SPDX-License-Identifier: MPL-2.0
// The webmails that are known, by what their pages hold.
import type { Mode } from "../editor/answering.ts";
import type { Fetch, Page, Provider, Shown } from "../providers/provider.ts";
import { Roundcube } from "../providers/roundcube.ts";

/** A frame of a webmail: the way to its mails, and which of them is shown there. */
export interface Sight {
  provider: Provider;
  /** Another one may be somebody else's. */
  session: string;
  shown(): Shown | null;
  /** What one of the webmail's own buttons is for; null: for something else. */
  pressed(target: Element): Mode | null;
  /** The webmail's own composer is open, and nothing is in it yet. */
  composing(): boolean;
  /** Where something can be put above that. */
  place: string;
}

interface Kind {
  /** Where the text of a mail is shown. */
  readonly body: string;
  readonly place: string;
  detect(page: Page, fetch: Fetch): Provider | null;
  session(page: Page): string;
  shown(page: Page): Shown | null;
  pressed(target: Element): Mode | null;
  composing(page: Page): boolean;
}

const kinds: Kind[] = [Roundcube];

/** Without one of these there is no mail in a page, or not yet. */
export const bodies = kinds.map(({ body }) => body).join();

export function sightOf(document: Document): Sight | null {
  const page = (): Page => ({
    url: document.location.href,
    scripts: [...document.scripts].map(({ textContent }) => textContent ?? ""),
    has: (selector) => document.querySelector(selector) !== null,
  });
  for (const kind of kinds) {
    const provider = kind.detect(page(), (url, init) => fetch(url, init));
    if (provider)
      return {
        provider,
        session: kind.session(page()),
        shown: () => kind.shown(page()),
        pressed: (target) => kind.pressed(target),
        composing: () => kind.composing(page()),
        place: kind.place,
      };
  }
  return null;
}
