// SPDX-License-Identifier: MPL-2.0
// In every frame of the sites that were set up: looks for a mail that is shown, and has it read; in
// the whole page, sends what the editor gives it.
import { Access } from "../access.ts";
import { OwnButtons } from "./own-buttons.ts";
import { Watch } from "./reading.ts";
import { offerSending } from "./sending.ts";
import { bodies, type Sight, sightOf } from "./sights.ts";

declare global {
  /** In this script's own world, which no page sees: it may be put into a frame twice. */
  var nssmimeWatch: Watch | null | undefined;
  var nssmimeBegun: boolean | undefined;
}

// In a frame without an origin of its own (sandboxed, data:) nobody knows who is asking.
const known = /^https?:/.test(self.origin);

function watchOf(sight: Sight | null): Watch | null {
  globalThis.nssmimeWatch ??= sight && new Watch(sight);
  return globalThis.nssmimeWatch;
}

function begin(): void {
  if (!globalThis.nssmimeBegun && known) {
    globalThis.nssmimeBegun = true;
    const sight = sightOf(document);
    watchOf(sight);
    if (sight) new OwnButtons(sight).begin().catch(() => undefined);
    if (window.top === window) offerSending(sight?.provider ?? null);
  }
  // Where the background is not to be reached, nothing can be shown either.
  globalThis.nssmimeWatch?.begin().catch(() => undefined);
}

/** Of a page that is loading: a mail that the host has to read does not wait for the webmail's own
 * scripts, which take longer than all of that. This script is in all origins of a host of which one
 * was set up. */
async function beginEarly(): Promise<void> {
  const sites = await new Access(chrome.storage.local).sites();
  if (!sites.includes(self.origin)) return;
  const look = () => {
    if (document.readyState === "loading" && document.querySelector(bodies) === null) return;
    changes.disconnect();
    const sight = document.readyState === "loading" ? sightOf(document) : null;
    if (sight?.shown()?.hint) watchOf(sight)?.beginEarly();
  };
  const changes = new MutationObserver(look);
  changes.observe(document, { childList: true, subtree: true });
  look();
}

if (document.readyState !== "loading") begin();
else {
  if (known) beginEarly().catch(() => undefined);
  document.addEventListener("DOMContentLoaded", () => setTimeout(begin), { once: true });
}
