// SPDX-License-Identifier: MPL-2.0
// Building a page out of elements. Text is only ever set as text.

export type Child = Node | string | null | undefined | false;
type Value = string | number | boolean | undefined | null;
type Listeners = { [E in keyof HTMLElementEventMap]?: (event: HTMLElementEventMap[E]) => void };

export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Record<string, Value> & { on?: never } = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== undefined && value !== null)
      element.setAttribute(name, String(value));
  }
  fill(element, ...children);
  return element;
}

export function fill(element: Element, ...children: Child[]): void {
  element.replaceChildren(
    ...children.filter((child): child is Node | string => child instanceof Node || !!child),
  );
}

export function on<T extends HTMLElement>(element: T, listeners: Listeners): T {
  for (const [name, listener] of Object.entries(listeners))
    element.addEventListener(name, listener as EventListener);
  return element;
}

let counter = 0;

/** An id for what refers to an element by its id. */
export function freshId(stem: string): string {
  return `${stem}-${++counter}`;
}

const paths = {
  ok: "M12 2a10 10 0 1 0 0 20 10 10 0 0 0 0-20Zm4.7 7.7-5.6 5.6a1 1 0 0 1-1.4 0l-2.4-2.4a1 1 0 1 1 1.4-1.4l1.7 1.7 4.9-4.9a1 1 0 0 1 1.4 1.4Z",
  warn: "M10.3 3.7 1.8 18.5A2 2 0 0 0 3.5 21.5h17a2 2 0 0 0 1.7-3L13.7 3.7a2 2 0 0 0-3.4 0ZM12 8a1 1 0 0 1 1 1v4a1 1 0 1 1-2 0V9a1 1 0 0 1 1-1Zm0 10.2a1.2 1.2 0 1 1 0-2.4 1.2 1.2 0 0 1 0 2.4Z",
  bad: "M12 2a10 10 0 1 0 0 20 10 10 0 0 0 0-20Zm3.7 12.3a1 1 0 0 1-1.4 1.4L12 13.4l-2.3 2.3a1 1 0 0 1-1.4-1.4l2.3-2.3-2.3-2.3a1 1 0 0 1 1.4-1.4l2.3 2.3 2.3-2.3a1 1 0 0 1 1.4 1.4L13.4 12l2.3 2.3Z",
  info: "M12 2a10 10 0 1 0 0 20 10 10 0 0 0 0-20Zm0 4.6a1.3 1.3 0 1 1 0 2.6 1.3 1.3 0 0 1 0-2.6ZM13.5 17.5h-3a1 1 0 1 1 0-2h.5v-3.5h-.5a1 1 0 1 1 0-2H12a1 1 0 0 1 1 1v4.5h.5a1 1 0 1 1 0 2Z",
  person: "M12 12a4.5 4.5 0 1 0 0-9 4.5 4.5 0 0 0 0 9Zm0 2c-4.4 0-8 2.4-8 5.3 0 .9.7 1.7 1.7 1.7h12.6c1 0 1.7-.8 1.7-1.7 0-2.9-3.6-5.3-8-5.3Z",
  authority: "M11.5 2.3 3.6 6.2a1 1 0 0 0 .4 1.9h16a1 1 0 0 0 .4-1.9l-7.9-3.9a1 1 0 0 0-1 0ZM5 10v7h2.5v-7H5Zm5.7 0v7h2.6v-7h-2.6Zm5.8 0v7H19v-7h-2.5ZM4 19a1 1 0 0 0 0 2h16a1 1 0 1 0 0-2H4Z",
  unknown: "M12 2a10 10 0 1 0 0 20 10 10 0 0 0 0-20Zm0 16.4a1.3 1.3 0 1 1 0-2.6 1.3 1.3 0 0 1 0 2.6Zm1.9-6c-.7.6-.9.8-.9 1.4a1 1 0 1 1-2 0c0-1.5.9-2.3 1.6-2.9.6-.5.9-.8.9-1.4a1.5 1.5 0 0 0-3 0 1 1 0 1 1-2 0 3.5 3.5 0 0 1 7 0c0 1.5-.9 2.3-1.6 2.9Z",
  lock: "M17 9V7A5 5 0 0 0 7 7v2a2 2 0 0 0-2 2v8a2 2 0 0 0 2 2h10a2 2 0 0 0 2-2v-8a2 2 0 0 0-2-2ZM9 7a3 3 0 0 1 6 0v2H9V7Z",
  unlocked: "M17 9H9V7a3 3 0 0 1 5.8-1 1 1 0 0 0 1.9-.7A5 5 0 0 0 7 7v2a2 2 0 0 0-2 2v8a2 2 0 0 0 2 2h10a2 2 0 0 0 2-2v-8a2 2 0 0 0-2-2Z",
  signed: "M3 17.5V21h3.5L17 10.4 13.6 7 3 17.5ZM20.7 5.2 18.8 3.3a1.2 1.2 0 0 0-1.7 0l-1.9 1.9 3.5 3.5 2-1.9a1.1 1.1 0 0 0 0-1.6Z",
  packed: "M4 3h16a1 1 0 0 1 1 1v3a1 1 0 0 1-1 1H4a1 1 0 0 1-1-1V4a1 1 0 0 1 1-1Zm0 7h16v9a2 2 0 0 1-2 2H6a2 2 0 0 1-2-2v-9Zm5 2a1 1 0 0 0 0 2h6a1 1 0 1 0 0-2H9Z",
  down: "M12 3a1 1 0 0 1 1 1v9.6l3.3-3.3a1 1 0 0 1 1.4 1.4l-5 5a1 1 0 0 1-1.4 0l-5-5a1 1 0 1 1 1.4-1.4l3.3 3.3V4a1 1 0 0 1 1-1ZM5 19h14a1 1 0 1 1 0 2H5a1 1 0 1 1 0-2Z",
  bullets: "M4.5 4.5a1.75 1.75 0 1 0 0 3.5 1.75 1.75 0 0 0 0-3.5ZM9 5h11a1 1 0 1 1 0 2H9a1 1 0 1 1 0-2ZM4.5 10.2a1.75 1.75 0 1 0 0 3.5 1.75 1.75 0 0 0 0-3.5ZM9 11h11a1 1 0 1 1 0 2H9a1 1 0 1 1 0-2ZM4.5 16a1.75 1.75 0 1 0 0 3.5 1.75 1.75 0 0 0 0-3.5ZM9 17h11a1 1 0 1 1 0 2H9a1 1 0 1 1 0-2Z",
  numbers: "M4 3h1.5v5H4V4.5H3V3.6L4 3ZM10 5h10a1 1 0 1 1 0 2H10a1 1 0 1 1 0-2ZM3 10h3.5v1.6L4.7 14h1.8v1.2H3v-1.5l1.9-2.4H3V10ZM10 11h10a1 1 0 1 1 0 2H10a1 1 0 1 1 0-2ZM3 16.5h3.5V22H3v-1.2h2.2v-.9H3.6v-1.2h1.6v-1H3v-1.2ZM10 17h10a1 1 0 1 1 0 2H10a1 1 0 1 1 0-2Z",
  quote: "M5 6h5v6.2c0 3-1.6 5-4.4 5.8l-.6-1.7c1.7-.6 2.5-1.6 2.6-3.3H5V6Zm9 0h5v6.2c0 3-1.6 5-4.4 5.8l-.6-1.7c1.7-.6 2.5-1.6 2.6-3.3H14V6Z",
} as const;

export type IconName = keyof typeof paths;

/** Decoration: what it means is said in words beside it. */
export function icon(name: IconName, className = ""): SVGSVGElement {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  const path = document.createElementNS(space, "path");
  svg.setAttribute("class", `icon ${className}`.trim());
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  path.setAttribute("d", paths[name]);
  svg.append(path);
  return svg;
}

export function button(
  label: Child | Child[],
  click: (event: MouseEvent) => void,
  attributes: Record<string, Value> = {},
): HTMLButtonElement {
  const children = Array.isArray(label) ? label : [label];
  return on(h("button", { type: "button", ...attributes }, ...children), { click });
}

/** A list of terms and what they are; rows without a value are left out. */
export function facts(rows: [string, Child | Child[]][]): HTMLElement {
  const list = h("dl", { class: "facts" });
  for (const [term, value] of rows) {
    const children = (Array.isArray(value) ? value : [value]).filter(Boolean);
    if (children.length > 0) list.append(h("dt", {}, term), h("dd", {}, ...children));
  }
  return list;
}

export function section(title: string, ...children: Child[]): HTMLElement {
  const id = freshId("section");
  return h("section", { "aria-labelledby": id }, h("h2", { id }, title), ...children);
}

export function saveFile(file: Blob, name: string): void {
  const url = URL.createObjectURL(file);
  h("a", { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
