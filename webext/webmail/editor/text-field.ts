// SPDX-License-Identifier: MPL-2.0
// The text of a mail, rich or plain. What is pasted comes in cleaned; pictures are files of the
// mail, which the text names by their ids.
import Squire from "squire-rte";
import { button, freshId, h, on } from "../../pages/dom.ts";
import { asideBody, cleanHtml, htmlOf, textOf } from "./html.ts";
import { Toolbar } from "./toolbar.ts";
import { say } from "./words.ts";

export interface Pictures {
  /** Null: it is none that can be shown in a text. */
  add(file: File): { cid: string; url: string } | null;
  url(cid: string): string | undefined;
  cid(url: string): string | undefined;
}

const MARK = "cid:";

export class TextField {
  readonly element: HTMLElement;
  readonly #pictures: Pictures;
  readonly #change: () => void;
  readonly #attach: (files: File[]) => void;
  readonly #rich: HTMLElement;
  readonly #plain: HTMLTextAreaElement;
  readonly #editor: Squire;
  readonly #toolbar: Toolbar;
  readonly #switch: HTMLButtonElement;
  #isRich = true;

  constructor(pictures: Pictures, change: () => void, attach: (files: File[]) => void) {
    this.#pictures = pictures;
    this.#change = change;
    this.#attach = attach;
    const id = freshId("text");
    this.#rich = h("div", {
      id,
      class: "text rich",
      role: "textbox",
      "aria-multiline": "true",
      "aria-label": say("edText"),
    });
    this.#plain = on(h("textarea", { class: "text", "aria-label": say("edText"), rows: 16 }), {
      input: change,
      paste: (event) => this.#pasted(event),
    });
    this.#editor = new Squire(this.#rich, {
      sanitizeToDOMFragment: (html: string) => this.#clean(html),
      // The page's styles are in its own file, and its policy allows no others.
      willCutCopy: null,
      addLinks: true,
    });
    this.#editor.addEventListener("input", change);
    this.#editor.addEventListener("pasteImage", (event) => {
      const { clipboardData } = (event as CustomEvent).detail as { clipboardData: DataTransfer };
      this.#pastedPictures([...clipboardData.files]);
    });
    this.#toolbar = new Toolbar(this.#editor, id);
    this.#switch = button("", () => this.#toggle());
    this.element = h(
      "div",
      { class: "writing" },
      h("div", { class: "writing-head" }, this.#toolbar.element, this.#switch),
      this.#rich,
      this.#plain,
    );
    this.#show();
  }

  set(rich: boolean, html: string, text: string): void {
    this.#isRich = rich;
    if (rich) this.#editor.setHTML(html);
    else this.#plain.value = text;
    this.#show();
  }

  get rich(): boolean {
    return this.#isRich;
  }

  /** As it is stored and sent: with the pictures' ids, and cleaned once more. */
  get html(): string {
    if (!this.#isRich) return "";
    const copy = asideBody();
    copy.append(cleanHtml(this.#editor.getHTML()));
    for (const picture of copy.querySelectorAll("img")) {
      const cid = this.#pictures.cid(picture.getAttribute("src") ?? "");
      if (cid === undefined) picture.remove();
      else picture.setAttribute("src", MARK + cid);
    }
    return copy.innerHTML;
  }

  get text(): string {
    return this.#isRich ? textOf(this.#editor.getRoot()) : this.#plain.value;
  }

  get isEmpty(): boolean {
    return this.text.trim() === "" && !this.#rich.querySelector("img");
  }

  /** Quoted text goes below what is being written. */
  append(html: string): void {
    if (this.#isRich) this.#editor.setHTML(this.html + html);
    else this.#plain.value += `\n\n${textOf(cleanHtml(html))}`;
    this.#change();
  }

  focus(): void {
    if (this.#isRich) this.#editor.focus().moveCursorToStart();
    else {
      this.#plain.focus();
      this.#plain.setSelectionRange(0, 0);
    }
  }

  #clean(html: string): DocumentFragment {
    const fragment = cleanHtml(html);
    for (const picture of fragment.querySelectorAll("img")) {
      const source = picture.getAttribute("src") ?? "";
      const url = source.startsWith(MARK) ? this.#pictures.url(source.slice(MARK.length)) : source;
      // A picture of another window, or one that is not in the mail.
      if (url === undefined || this.#pictures.cid(url) === undefined)
        picture.replaceWith(picture.alt);
      else picture.src = url;
    }
    return fragment;
  }

  #pasted(event: ClipboardEvent): void {
    const files = [...(event.clipboardData?.files ?? [])];
    if (files.length === 0) return;
    event.preventDefault();
    this.#attach(files);
  }

  #pastedPictures(files: File[]): void {
    const others = files.filter((file) => {
      const picture = this.#pictures.add(file);
      if (picture) this.#editor.insertImage(picture.url, { alt: file.name });
      return picture === null;
    });
    if (others.length > 0) this.#attach(others);
  }

  #toggle(): void {
    if (this.#isRich) this.#plain.value = this.text;
    else this.#editor.setHTML(htmlOf(this.#plain.value));
    this.#isRich = !this.#isRich;
    this.#show();
    this.focus();
    this.#change();
  }

  #show(): void {
    this.#rich.hidden = !this.#isRich;
    this.#toolbar.element.hidden = !this.#isRich;
    this.#plain.hidden = this.#isRich;
    this.#switch.textContent = say(this.#isRich ? "edToPlain" : "edToRich");
  }
}
