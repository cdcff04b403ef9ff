// SPDX-License-Identifier: MPL-2.0
// The form that a mail is written in: from a draft, and to a draft.
import type { Attached } from "../../core/mime/entity.ts";
import type { Storage } from "../../core/settings.ts";
import { button, fill, freshId, h, on } from "../../pages/dom.ts";
import { takeFiles } from "../../pages/file-drop.ts";
import type { Page } from "../../pages/page.ts";
import type { Protection } from "../../pages/protection.ts";
import { t } from "../../pages/text.ts";
import { written } from "./addresses.ts";
import type { Draft, DraftFile } from "./draft.ts";
import { Files } from "./files.ts";
import { htmlOf } from "./html.ts";
import type { Body } from "./message.ts";
import { ProtectionView } from "./protection-view.ts";
import { RecipientsField } from "./recipients-field.ts";
import { keepSignature, signatureFor } from "./signature.ts";
import { TextField } from "./text-field.ts";
import { say } from "./words.ts";

const PAUSE = 400;

export interface Hooks {
  changed(): void;
  fileAdded(file: DraftFile, content: Blob): void;
}

export class ComposeView {
  readonly element: HTMLFieldSetElement;
  readonly files: Files;
  readonly text: TextField;
  readonly #page: Page;
  readonly #storage: Storage;
  readonly #hooks: Hooks;
  readonly #from: HTMLSelectElement;
  readonly #fields: Record<"to" | "cc" | "bcc", RecipientsField>;
  readonly #more: HTMLButtonElement;
  readonly #subject: HTMLInputElement;
  readonly #protection: ProtectionView;
  readonly #signature: HTMLTextAreaElement;
  #draft: Draft;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(page: Page, storage: Storage, draft: Draft, lookUp: boolean, hooks: Hooks) {
    this.#page = page;
    this.#storage = storage;
    this.#hooks = hooks;
    this.#draft = draft;
    const changed = () => {
      this.files.textIs(this.text.rich);
      hooks.changed();
    };
    const [from, subject, signature] = ["from", "subject", "signature"].map(freshId) as [string, string, string];
    this.#from = on(h("select", { id: from }), {
      change: () => {
        void this.loadSignature();
        this.#addressesChanged();
      },
    });
    const recipients = (name: string, label: string) =>
      new RecipientsField(page, name, label, () => this.#addressesChanged(), lookUp);
    this.#fields = {
      to: recipients("to", say("edTo")),
      cc: recipients("cc", say("edCc")),
      bcc: recipients("bcc", say("edBcc")),
    };
    this.#more = button(say("edMoreRecipients"), () => {
      this.#showMore(true);
      this.#fields.cc.focus();
    });
    this.#subject = on(h("input", { id: subject, name: "subject", type: "text", autocomplete: "off" }), {
      input: () => {
        this.#retitle();
        changed();
      },
    });
    this.files = new Files(changed, (file, content) => hooks.fileAdded(file, content));
    this.text = new TextField(this.files, changed, (files) => this.files.attach(files));
    this.#protection = new ProtectionView(
      page,
      storage,
      () => ({
        from: this.#from.value,
        addresses: Object.values(this.addresses).flat(),
        answersEncrypted: this.#draft.origin?.encrypted ?? false,
      }),
      (states) => {
        for (const field of Object.values(this.#fields)) field.tell(states);
      },
      changed,
    );
    this.#signature = on(h("textarea", { id: signature, rows: 3 }), {
      change: () => void keepSignature(storage, this.#from.value, this.#signature.value),
    });
    this.element = h(
      "fieldset",
      { class: "compose" },
      h("legend", { class: "visually-hidden" }, say("edTitle")),
      h("div", { class: "line-field" }, h("label", { for: from }, say("edFrom")), this.#from),
      this.#fields.to.element,
      h("p", { class: "more-recipients" }, this.#more),
      this.#fields.cc.element,
      this.#fields.bcc.element,
      h("div", { class: "line-field" }, h("label", { for: subject }, t("fieldSubject")), this.#subject),
      this.#protection.element,
      this.text.element,
      h(
        "details",
        { class: "signature" },
        h("summary", {}, say("edSignature")),
        h("label", { for: signature }, say("edSignatureText")),
        this.#signature,
      ),
      this.files.element,
    );
    takeFiles(say("edDropHere"), (files) => {
      if (!this.element.inert) this.files.attach(files);
    });
    this.#fill(draft);
  }

  get from(): string {
    return this.#from.value;
  }

  /** The writer's own name, beside the address. */
  get name(): string {
    return this.#page.target.identities.find(({ address }) => address === this.from)?.name ?? "";
  }

  get addresses(): Record<"to" | "cc" | "bcc", string[]> {
    const { to, cc, bcc } = this.#fields;
    return { to: to.addresses, cc: cc.addresses, bcc: bcc.addresses };
  }

  get wrong(): string[] {
    return Object.values(this.#fields).flatMap((field) => field.wrong);
  }

  get draft(): Draft {
    const { sign: _sign, encrypt: _encrypt, ...draft } = this.#draft;
    const { rich, html, text } = this.text;
    return {
      ...draft,
      ...this.#protection.chosen,
      from: this.from,
      to: this.#fields.to.mailboxes,
      cc: this.#fields.cc.mailboxes,
      bcc: this.#fields.bcc.mailboxes,
      subject: this.#subject.value,
      rich,
      html,
      text: rich ? "" : text,
      files: this.files.keep(html, rich),
    };
  }

  get body(): Body {
    return { text: this.text.text, html: this.text.html };
  }

  /** Those that go with the mail. */
  get attached(): Attached[] {
    const { files } = this.draft;
    const contents = this.files.contents;
    return files.flatMap(({ id, name, type, cid }) => {
      const content = contents.get(id);
      return content ? [{ content, name, type, ...(cid !== undefined && { id: cid }) }] : [];
    });
  }

  get isEmpty(): boolean {
    const { to, cc, bcc, subject, files } = this.draft;
    return to.length + cc.length + bcc.length + files.length === 0 && subject === "" && this.text.isEmpty;
  }

  /** While it is on its way nothing of it changes. */
  set locked(locked: boolean) {
    this.element.disabled = locked;
    // Rich text is no control that could be disabled.
    this.element.inert = locked;
  }

  /** What stands in the inputs counts, too. */
  commit(): void {
    for (const field of Object.values(this.#fields)) field.commit();
  }

  decide(): Promise<Protection | null> {
    return this.#protection.decide();
  }

  certificatesChanged(): void {
    this.#protection.forget();
  }

  focus(): void {
    if (this.addresses.to.length === 0) this.#fields.to.focus();
    else if (this.#subject.value === "") this.#subject.focus();
    else this.text.focus();
  }

  /** Below an empty line, for a mail that is new. */
  async sign(): Promise<void> {
    const signature = this.#signature.value.trimEnd();
    if (signature !== "") this.text.append(htmlOf(`\n\n-- \n${signature}`));
  }

  async loadSignature(): Promise<void> {
    this.#signature.value = await signatureFor(this.#storage, this.from);
  }

  #fill(draft: Draft): void {
    const { identities } = this.#page.target;
    const known = identities.some(({ address }) => address === draft.from);
    fill(
      this.#from,
      ...identities.map(({ address, name }) =>
        h("option", { value: address, selected: address === draft.from }, written({ name, address })),
      ),
      !known && draft.from !== "" && h("option", { value: draft.from, selected: true }, draft.from),
    );
    this.#fields.to.set(draft.to);
    this.#fields.cc.set(draft.cc);
    this.#fields.bcc.set(draft.bcc);
    this.#showMore(draft.cc.length + draft.bcc.length > 0);
    this.#subject.value = draft.subject;
    this.#protection.chosen = draft;
    this.#retitle();
  }

  /** After the files, which it may show. */
  fillText({ rich, html, text }: Draft): void {
    this.text.set(rich, html, text);
    this.files.textIs(rich);
  }

  #addressesChanged(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#protection.decide(), PAUSE);
    this.#hooks.changed();
  }

  #showMore(shown: boolean): void {
    this.#fields.cc.element.hidden = this.#fields.bcc.element.hidden = !shown;
    (this.#more.parentElement ?? this.#more).hidden = shown;
  }

  #retitle(): void {
    document.title = `${this.#subject.value || say("edTitle")} – nssmime`;
  }
}
