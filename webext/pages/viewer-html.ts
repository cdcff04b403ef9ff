// SPDX-License-Identifier: MPL-2.0
// HTML of a mail, without what would run, be sent, or load. The frame that it is shown in allows
// none of it either.
import DOMPurify from "dompurify";
import { cleanSheet, cleanStyle, type Loads } from "./viewer-css.ts";

export interface Clean {
  html: string;
  /** Whose pictures it wants to load. */
  hosts: string[];
}

const FORBIDDEN = [
  "area",
  "audio",
  "button",
  "datalist",
  "dialog",
  "fieldset",
  "form",
  "input",
  "map",
  "meter",
  "option",
  "output",
  "picture",
  "progress",
  "select",
  "slot",
  "source",
  "template",
  "textarea",
  "track",
  "video",
];
const ATTRIBUTES = ["action", "autofocus", "id", "name", "ping", "poster", "sizes", "srcset", "usemap"];
const LINK = /^(?:https?|mailto):/i;
const DATA = /^data:image\/(?:png|jpeg|gif|webp|bmp)[;,]/i;

export function cleanHtml(
  dirty: string,
  /** The address of a picture that came along. */
  picture: (id: string) => string | undefined,
  /** Whether pictures from the network are loaded. */
  remote: boolean,
): Clean {
  const hosts = new Set<string>();
  const loads: Loads = (address) => {
    if (DATA.test(address)) return true;
    if (!/^https?:/i.test(address) || !URL.canParse(address)) return false;
    hosts.add(new URL(address).hostname);
    return remote;
  };
  const root = DOMPurify(window).sanitize(dirty, {
    USE_PROFILES: { html: true },
    FORBID_TAGS: FORBIDDEN,
    FORBID_ATTR: ATTRIBUTES,
    ALLOWED_URI_REGEXP: /^(?:https?|mailto|cid|data):/i,
    ALLOW_DATA_ATTR: false,
    WHOLE_DOCUMENT: true,
    RETURN_DOM: true,
  }) as HTMLElement;
  for (const sheet of root.querySelectorAll("style"))
    sheet.textContent = cleanSheet(sheet.textContent ?? "", loads);
  for (const element of root.querySelectorAll<HTMLElement>("[style]"))
    element.setAttribute("style", cleanStyle(element.style, loads));
  for (const image of root.querySelectorAll("img")) {
    const address = image.getAttribute("src") ?? "";
    const here = /^cid:/i.test(address) ? picture(unescaped(address.slice(4))) : address;
    if (here !== undefined && loads(here)) image.setAttribute("src", here);
    else image.removeAttribute("src");
  }
  for (const element of root.querySelectorAll("[background]"))
    if (!loads(element.getAttribute("background") ?? "")) element.removeAttribute("background");
  for (const link of root.querySelectorAll("[href]")) {
    const address = link.getAttribute("href") ?? "";
    if (link.localName !== "a" || !LINK.test(address)) {
      link.removeAttribute("href");
      continue;
    }
    // Where it really leads is told, whatever its text says.
    link.setAttribute("title", address);
    link.setAttribute("target", "_blank");
    link.setAttribute("rel", "noopener noreferrer");
  }
  return { html: root.getHTML(), hosts: [...hosts].sort() };
}

function unescaped(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
