// SPDX-License-Identifier: MPL-2.0
// Throwing a mail away, which is asked twice; and the end of a window.
import { button, fill, h } from "../../pages/dom.ts";
import { say } from "./words.ts";

/** A page may not close a window that it did not open; an extension may close its tabs. */
export async function closeWindow(): Promise<void> {
  const tab = await chrome.tabs.getCurrent();
  if (tab?.id !== undefined) await chrome.tabs.remove(tab.id);
}

export function discardButton(discard: () => void): HTMLElement {
  const place = h("div", { class: "discard" });
  const first = button(say("edDiscard"), () => {
    const keep = button(say("edKeep"), () => {
      fill(place, first);
      first.focus();
    });
    fill(
      place,
      h("span", {}, say("edDiscardAsk")),
      button(say("edDiscardNow"), discard, { class: "danger" }),
      keep,
    );
    keep.focus();
  });
  fill(place, first);
  return place;
}
