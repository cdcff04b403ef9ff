// SPDX-License-Identifier: MPL-2.0
// Text of a mail: as it was written, with what looks like an address to click on.
import { h } from "./dom.ts";

const LINK = /\bhttps?:\/\/[^\s<>"]+/gi;
/** What ends a sentence is no part of the address before it. */
const END = /[).,;:!?'\]]+$/;

export function mailText(text: string): HTMLElement {
  const body = h("div", { class: "mail-text" });
  let at = 0;
  for (const { 0: found, index } of text.matchAll(LINK)) {
    const address = found.replace(END, "");
    body.append(
      text.slice(at, index),
      h("a", { href: address, target: "_blank", rel: "noopener noreferrer" }, address),
    );
    at = index + address.length;
  }
  body.append(text.slice(at));
  return body;
}
