// SPDX-License-Identifier: MPL-2.0
// In every frame of the sites that were set up: looks for a mail that is shown, and has it read; in
// the whole page, sends what the editor gives it.
import { Early } from "./early.ts";
import { OwnButtons } from "./own-buttons.ts";
import { Watch } from "./reading.ts";
import { offerSending } from "./sending.ts";
import { sightOf } from "./sights.ts";

declare global {
  /** In this script's own world, which no page sees: it may be put into a frame twice. */
  var nssmimeWatch: Watch | null | undefined;
}

// In a frame without an origin of its own (sandboxed, data:) nobody knows who is asking.
const known = /^https?:/.test(self.origin);

function begin(early: Early | null): void {
  if (globalThis.nssmimeWatch === undefined && known) {
    const sight = sightOf(document);
    globalThis.nssmimeWatch = sight && new Watch(sight, early);
    if (sight) new OwnButtons(sight).begin().catch(() => undefined);
    if (window.top === window) offerSending(sight?.provider ?? null);
  }
  // Where the background is not to be reached, nothing can be shown either.
  globalThis.nssmimeWatch?.begin().catch(() => undefined);
}

if (document.readyState !== "loading") begin(null);
else {
  const early = known ? new Early() : null;
  // What is put into the page waits until the page's own scripts have found it as they know it.
  document.addEventListener("DOMContentLoaded", () => setTimeout(() => begin(early)), { once: true });
}
