// SPDX-License-Identifier: MPL-2.0
// What a content script shows in a page of somebody else's, each element with a style of its own: a
// policy of the page can forbid style sheets.
import { button, type Child, h } from "../../pages/dom.ts";

const dark = () => matchMedia("(prefers-color-scheme: dark)").matches;
const styles = {
  host: () => "all:initial;display:block",
  box: () =>
    "display:flex;flex-wrap:wrap;align-items:center;gap:8px 12px;box-sizing:border-box;margin:8px;" +
    "padding:10px 14px;border:1px solid #7b8794;border-radius:8px;font:15px/1.4 system-ui,sans-serif;" +
    (dark() ? "background:#20252b;color:#eceff2" : "background:#fff;color:#1c2127"),
  text: () => "margin:0;flex:1 1 12em",
  bar: () => "flex:1 1 8em",
  button: () =>
    "min-height:36px;padding:4px 12px;border:1px solid #7b8794;border-radius:7px;font:inherit;" +
    `background:transparent;color:inherit;cursor:pointer`,
  waiting: () => "position:absolute;width:1px;height:1px;opacity:0;pointer-events:none;border:0",
  frame: () => "display:block;width:100%;height:120px;border:0;color-scheme:normal",
};

export function styled<E extends HTMLElement>(element: E, look: keyof typeof styles): E {
  element.style.cssText = styles[look]();
  return element;
}

export function box(text: string, ...children: Child[]): HTMLElement {
  const words = styled(h("p", { role: "status" }, text), "text");
  return styled(h("div", {}, words, ...children), "box");
}

export function boxButton(label: string, act: () => void): HTMLButtonElement {
  // Only what the user did counts: the page can make events, too.
  return styled(button(label, (event) => event.isTrusted && act()), "button");
}
