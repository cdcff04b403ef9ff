// SPDX-License-Identifier: MPL-2.0
// The buttons above rich text. One stop for the tabulator; arrows lead from one to the next, as in
// every toolbar (ARIA Authoring Practices, "Toolbar").
import type Squire from "squire-rte";
import { button, h, icon, on } from "../../pages/dom.ts";
import { t } from "../../pages/text.ts";
import { type Own, say } from "./words.ts";

interface Tool {
  label: Own;
  /** What is seen of it; decoration. */
  sign: () => Element;
  isOn: (editor: Squire) => boolean;
  set: (editor: Squire) => void;
  unset: (editor: Squire) => void;
}

const format = (label: Own, tag: "B" | "I" | "U"): Tool => ({
  label,
  sign: () => h("span", { "aria-hidden": "true", class: `sign-${tag.toLowerCase()}` }, tag),
  isOn: (editor) => editor.hasFormat(tag),
  set: (editor) => editor[({ B: "bold", I: "italic", U: "underline" } as const)[tag]](),
  unset: (editor) =>
    editor[({ B: "removeBold", I: "removeItalic", U: "removeUnderline" } as const)[tag]](),
});

const within = (editor: Squire, tag: string): boolean =>
  new RegExp(`(?:^|>)${tag}\\b`).test(editor.getPath()) || editor.hasFormat(tag);

const tools: Tool[] = [
  format("edBold", "B"),
  format("edItalic", "I"),
  format("edUnderline", "U"),
  {
    label: "edBullets",
    sign: () => icon("bullets"),
    isOn: (editor) => within(editor, "UL"),
    set: (editor) => editor.makeUnorderedList(),
    unset: (editor) => editor.removeList(),
  },
  {
    label: "edNumbers",
    sign: () => icon("numbers"),
    isOn: (editor) => within(editor, "OL"),
    set: (editor) => editor.makeOrderedList(),
    unset: (editor) => editor.removeList(),
  },
  {
    label: "edQuoteTool",
    sign: () => icon("quote"),
    isOn: (editor) => within(editor, "BLOCKQUOTE"),
    set: (editor) => editor.increaseQuoteLevel(),
    unset: (editor) => editor.decreaseQuoteLevel(),
  },
];

/** Only what leads somewhere outside of a program. */
function targetOf(text: string): string | null {
  const typed = text.trim();
  if (/^(?:https?:\/\/|mailto:)\S+$/i.test(typed)) return typed;
  if (/^[^\s@/]+@[^\s@/]+$/.test(typed)) return `mailto:${typed}`;
  return /^[^\s:]+\.[^\s:]+$/.test(typed) ? `https://${typed}` : null;
}

export class Toolbar {
  readonly element: HTMLElement;
  readonly #editor: Squire;
  readonly #buttons: HTMLButtonElement[];
  readonly #link: HTMLButtonElement;
  readonly #address = h("input", {
    type: "text",
    inputmode: "url",
    "aria-label": say("edLinkAddress"),
    placeholder: "https://",
  });
  readonly #linkForm: HTMLFormElement;

  constructor(editor: Squire, textId: string) {
    this.#editor = editor;
    this.#buttons = tools.map((tool) =>
      button(
        tool.sign(),
        () => {
          if (tool.isOn(editor)) tool.unset(editor);
          else tool.set(editor);
          editor.focus();
          this.#update();
        },
        { class: "tool", "aria-label": say(tool.label), title: say(tool.label), "aria-pressed": "false" },
      ),
    );
    this.#link = button(say("edLink"), () => this.#askLink(), {
      class: "tool",
      "aria-expanded": "false",
    });
    this.#linkForm = on(
      h(
        "form",
        { class: "link-form", hidden: true },
        this.#address,
        h("button", {}, say("edLinkSet")),
        button(say("edLinkRemove"), () => {
          editor.removeLink();
          this.#closeLink();
        }),
        button(t("cancel"), () => this.#closeLink()),
      ),
      {
        submit: (event) => {
          event.preventDefault();
          const target = targetOf(this.#address.value);
          this.#address.setAttribute("aria-invalid", String(target === null));
          if (target === null) return this.#address.focus();
          editor.makeLink(target);
          this.#closeLink();
        },
        keydown: (event) => {
          if (event.key === "Escape") this.#closeLink();
        },
      },
    );
    const all = [...this.#buttons, this.#link];
    const bar = on(
      h(
        "div",
        { class: "tools", role: "toolbar", "aria-label": say("edTools"), "aria-controls": textId },
        ...all,
      ),
      { keydown: (event) => this.#move(event, all) },
    );
    for (const [at, each] of all.entries()) each.tabIndex = at === 0 ? 0 : -1;
    this.element = h("div", {}, bar, this.#linkForm);
    editor.addEventListener("pathChange", () => this.#update());
    editor.addEventListener("select", () => this.#update());
  }

  #update(): void {
    for (const [at, tool] of tools.entries())
      this.#buttons[at]?.setAttribute("aria-pressed", String(tool.isOn(this.#editor)));
  }

  #move(event: KeyboardEvent, all: HTMLButtonElement[]): void {
    const at = all.indexOf(document.activeElement as HTMLButtonElement);
    const targets: Record<string, number> = {
      ArrowRight: at + 1,
      ArrowLeft: at - 1,
      Home: 0,
      End: -1,
    };
    const target = targets[event.key];
    const next = target === undefined ? undefined : all.at(target % all.length);
    if (!next) return;
    event.preventDefault();
    for (const each of all) each.tabIndex = each === next ? 0 : -1;
    next.focus();
  }

  #askLink(): void {
    this.#address.value = "";
    this.#address.removeAttribute("aria-invalid");
    this.#linkForm.hidden = false;
    this.#link.setAttribute("aria-expanded", "true");
    this.#address.focus();
  }

  #closeLink(): void {
    this.#linkForm.hidden = true;
    this.#link.setAttribute("aria-expanded", "false");
    this.#editor.focus();
  }
}
