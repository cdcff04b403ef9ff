// SPDX-License-Identifier: MPL-2.0
// The files of a mail that is being written: those attached, and the pictures in its text.
import { button, fill, h, icon, on, section } from "../../pages/dom.ts";
import type { DraftFile } from "./draft.ts";
import type { Pictures } from "./text-field.ts";
import { say, sizeText } from "./words.ts";

/** As the viewer shows them, too. */
const PICTURE = /^image\/(?:png|jpeg|gif|webp)$/;
/** Larger pictures would make every look at the mail slow: they are attached. */
const PICTURE_SIZE = 5_000_000;

interface Held extends DraftFile {
  content: Blob;
  url?: string;
}

export class Files implements Pictures {
  readonly element = h("div", { class: "files" });
  readonly #list = h("ul", { class: "file-list" });
  readonly #total = h("p", { class: "hint", role: "status" });
  readonly #change: () => void;
  readonly #added: (file: DraftFile, content: Blob) => void;
  #held: Held[] = [];
  #rich = true;

  constructor(change: () => void, added: (file: DraftFile, content: Blob) => void) {
    this.#change = change;
    this.#added = added;
    const input = on(h("input", { type: "file", multiple: true, hidden: true }), {
      change: () => {
        this.attach([...(input.files ?? [])]);
        input.value = "";
      },
    });
    fill(
      this.element,
      section(
        say("edFiles"),
        this.#list,
        h(
          "p",
          { class: "toolbar" },
          input,
          button(say("edAttach"), () => input.click()),
          h("span", { class: "hint drop-hint" }, say("edDrop")),
        ),
        this.#total,
      ),
    );
    this.#show();
  }

  get contents(): ReadonlyMap<string, Blob> {
    return new Map(this.#held.map(({ id, content }) => [id, content]));
  }

  attach(files: readonly File[]): void {
    for (const file of files) this.#add(file, {});
    if (files.length > 0) this.#change();
  }

  /** Of a draft that is opened again, or of a mail that is sent on. */
  set(files: readonly (DraftFile & { content: Blob })[]): void {
    for (const file of files)
      this.#held.push({
        ...file,
        ...(file.cid !== undefined && { url: URL.createObjectURL(file.content) }),
      });
    this.#show();
  }

  add(file: File): { cid: string; url: string } | null {
    if (!PICTURE.test(file.type) || file.size > PICTURE_SIZE) return null;
    const cid = `${crypto.randomUUID()}@nssmime`;
    const { url = "" } = this.#add(file, { cid, url: URL.createObjectURL(file) });
    return { cid, url };
  }

  url(cid: string): string | undefined {
    return this.#held.find((file) => file.cid === cid)?.url;
  }

  cid(url: string): string | undefined {
    return this.#held.find((file) => file.url === url)?.cid;
  }

  /** Pictures that rich text shows no more are gone; plain text shows none, and has them attached. */
  keep(html: string, rich: boolean): DraftFile[] {
    return this.#held
      .map(({ content: _content, url: _url, ...file }) => file)
      .filter(({ cid }) => !rich || cid === undefined || html.includes(`cid:${cid}`));
  }

  /** Plain text shows no pictures: there they are files like others. */
  textIs(rich: boolean): void {
    if (rich === this.#rich) return;
    this.#rich = rich;
    this.#show();
  }

  #add(file: File, more: { cid?: string; url?: string }): Held {
    const held: Held = {
      id: crypto.randomUUID(),
      name: file.name || "file",
      type: file.type,
      size: file.size,
      content: file,
      ...more,
    };
    this.#held.push(held);
    const { content, url: _url, ...draft } = held;
    this.#added(draft, content);
    this.#show();
    return held;
  }

  #show(): void {
    const attached = this.#held.filter(({ cid }) => !this.#rich || cid === undefined);
    const total = attached.reduce((sum, { size }) => sum + size, 0);
    this.#list.hidden = attached.length === 0;
    fill(
      this.#list,
      ...attached.map((file) =>
        h(
          "li",
          { class: "file" },
          icon("packed"),
          h("span", { class: "file-name" }, file.name),
          h("span", { class: "hint" }, sizeText(file.size)),
          button("×", () => this.#remove(file), {
            class: "token-remove",
            "aria-label": `${say("edRemove")}: ${file.name}`,
          }),
        ),
      ),
    );
    this.#total.textContent = attached.length > 1 ? say("edTotal", attached.length, sizeText(total)) : "";
  }

  #remove(file: Held): void {
    this.#held = this.#held.filter((each) => each !== file);
    this.#show();
    this.#change();
  }
}
