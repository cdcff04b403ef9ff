// SPDX-License-Identifier: MPL-2.0
// Rich text: what of pasted, quoted and stored HTML is taken over, and how it reads in plain text.
import DOMPurify from "dompurify";

const TAGS = [
  "a", "b", "blockquote", "br", "code", "del", "div", "em", "h1", "h2", "h3", "h4", "hr", "i", "img",
  "li", "ol", "p", "pre", "s", "span", "strong", "sub", "sup", "table", "tbody", "td", "tfoot", "th",
  "thead", "tr", "u", "ul",
];
const ATTRIBUTES = ["alt", "colspan", "href", "rowspan", "src"];

/** No styles, no scripts, and no pictures but those of the mail itself: whatever else is shown in
 * the editor could load something, and tell somebody that it was read. The nodes are of no page
 * that is shown until they are put into one. */
export function cleanHtml(html: string): DocumentFragment {
  const fragment = DOMPurify.sanitize(html, {
    ALLOWED_TAGS: TAGS,
    ALLOWED_ATTR: ATTRIBUTES,
    ALLOW_DATA_ATTR: false,
    ALLOW_ARIA_ATTR: false,
    ALLOWED_URI_REGEXP: /^(?:https?:|mailto:|tel:|cid:|blob:)/i,
    RETURN_DOM_FRAGMENT: true,
  });
  for (const picture of fragment.querySelectorAll("img"))
    if (!/^(?:cid|blob):/i.test(picture.getAttribute("src") ?? ""))
      picture.replaceWith(picture.getAttribute("alt") ?? "");
  return fragment;
}

/** Where HTML is put together: nothing in it is loaded, as it would be for a page that is shown. */
export const asideBody = (): HTMLElement => document.implementation.createHTMLDocument("").body;

const BLOCKS =
  /^(?:BLOCKQUOTE|DIV|H[1-6]|LI|OL|P|PRE|TABLE|TBODY|THEAD|TFOOT|TR|UL|HR)$/;
/** Those with an empty line around them. */
const APART = /^(?:BLOCKQUOTE|H[1-6]|OL|P|PRE|TABLE|UL)$/;

class Lines {
  readonly #lines: string[] = [];
  #line = "";
  #open = false;

  text(text: string): void {
    this.#line += this.#line === "" || this.#line.endsWith(" ") ? text.replace(/^ +/, "") : text;
    this.#open ||= this.#line !== "";
  }

  exact(text: string): void {
    const [first = "", ...more] = text.split("\n");
    this.#line += first;
    this.#open = true;
    for (const line of more) {
      this.break();
      this.#line = line;
      this.#open = true;
    }
  }

  /** Also of a line that has nothing in it. */
  break(): void {
    this.#lines.push(this.#line.replace(/ +$/, ""));
    this.#line = "";
    this.#open = false;
  }

  /** Ends the line, if one was begun. */
  end(): void {
    if (this.#open) this.break();
  }

  apart(): void {
    this.end();
    if (this.#lines.length > 0 && this.#lines.at(-1) !== "") this.#lines.push("");
  }

  add(prefix: string, more: string, inner: string): void {
    this.end();
    for (const [at, line] of inner.split("\n").entries()) {
      const mark = at === 0 ? prefix : more;
      this.#lines.push(line === "" ? mark.trimEnd() : mark + line);
    }
  }

  toString(): string {
    this.end();
    // Blanks that were kept from being joined.
    return this.#lines.join("\n").replace(/^\n+|\n+$/g, "").replaceAll("\u00a0", " ");
  }
}

function link(element: Element): string {
  const text = textOf(element).trim();
  const target = element.getAttribute("href") ?? "";
  const bare = target.replace(/^mailto:/i, "").replace(/\/$/, "");
  return target === "" || text === target || text.replace(/\/$/, "") === bare
    ? text
    : `${text} <${target}>`;
}

function write(node: Node, lines: Lines): void {
  for (const child of node.childNodes) {
    if (child.nodeType === Node.TEXT_NODE)
      lines.text((child.textContent ?? "").replace(/[ \t\r\n]+/g, " "));
    else if (child.nodeType === Node.ELEMENT_NODE) writeElement(child as Element, lines);
  }
}

function writeElement(element: Element, lines: Lines): void {
  const name = element.tagName;
  if (APART.test(name) && element.parentElement?.tagName !== "LI") lines.apart();
  else if (BLOCKS.test(name)) lines.end();
  if (name === "BR") lines.break();
  else if (name === "HR") lines.add("", "", "-".repeat(30));
  else if (name === "IMG") lines.text(element.getAttribute("alt") ?? "");
  else if (name === "A") lines.text(link(element));
  else if (name === "PRE") lines.exact(element.textContent ?? "");
  else if (name === "BLOCKQUOTE") lines.add("> ", "> ", textOf(element));
  else if (name === "LI") {
    const list = element.parentElement;
    const at = [...(list?.children ?? [])].indexOf(element) + 1;
    const mark = list?.tagName === "OL" ? `${at}. ` : "* ";
    lines.add(mark, " ".repeat(mark.length), textOf(element));
  } else if (name === "TD" || name === "TH") {
    lines.text(`${textOf(element).replaceAll("\n", " ")} `);
  } else write(element, lines);
  if (APART.test(name) && element.parentElement?.tagName !== "LI") lines.apart();
  else if (BLOCKS.test(name)) lines.end();
}

/** Rich text in plain text: quotes, lists and links stay what they are. */
export function textOf(node: Node): string {
  const lines = new Lines();
  write(node, lines);
  return lines.toString();
}

const escaped = (text: string): string =>
  text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);

/** Plain text in rich text: each line a block, and what is marked as quoted a quote. */
export function htmlOf(text: string): string {
  let depth = 0;
  let html = "";
  for (const line of text.split(/\r?\n/)) {
    const [, marks = "", content = ""] = /^((?:> ?)*)(.*)$/s.exec(line) ?? [];
    const wanted = marks.replaceAll(" ", "").length;
    for (; depth < wanted; depth++) html += "<blockquote>";
    for (; depth > wanted; depth--) html += "</blockquote>";
    const spaced = escaped(content).replace(/ (?= )|^ /g, "\u00a0");
    html += `<div>${spaced || "<br>"}</div>`;
  }
  return html + "</blockquote>".repeat(depth);
}
