// SPDX-License-Identifier: MPL-2.0
// Who gets the mail: each address a token, which says whether it can be encrypted to.
import { listCertificates } from "../../core/actions/certificate-list.ts";
import type { Mailbox } from "../../core/mime/field.ts";
import type { Recipient } from "../../core/recipients.ts";
import { button, fill, freshId, h, icon, on } from "../../pages/dom.ts";
import { titleOf } from "../../pages/name.ts";
import type { Page } from "../../pages/page.ts";
import { recipientView } from "../../pages/recipient-view.ts";
import { t } from "../../pages/text.ts";
import { distinct, parseAddresses, type Typed, written } from "./addresses.ts";
import { say } from "./words.ts";

const PAUSE = 200;
const SUGGESTED = 8;

export class RecipientsField {
  readonly element: HTMLElement;
  readonly #page: Page;
  readonly #label: string;
  readonly #change: () => void;
  readonly #lookUp: boolean;
  readonly #tokens = h("ul", { class: "tokens" });
  readonly #about = h("div", { class: "about" });
  readonly #input: HTMLInputElement;
  readonly #suggestions: HTMLDataListElement;
  #mailboxes: Typed[] = [];
  #states = new Map<string, Recipient>();
  #shown: string | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(page: Page, name: string, label: string, change: () => void, lookUp: boolean) {
    this.#page = page;
    this.#label = label;
    this.#change = change;
    this.#lookUp = lookUp;
    const [id, list] = [freshId("address"), freshId("people")];
    this.#suggestions = h("datalist", { id: list });
    this.#input = on(
      h("input", { id, name, type: "text", list, autocomplete: "off", spellcheck: "false", inputmode: "email" }),
      {
        keydown: (event) => this.#key(event),
        input: () => this.#typed(),
        blur: () => this.commit(),
        paste: () => setTimeout(() => /[,;\n]/.test(this.#input.value) && this.commit()),
      },
    );
    this.element = h(
      "div",
      { class: "recipients" },
      h("label", { for: id }, label),
      on(h("div", { class: "token-box" }, this.#tokens, this.#input, this.#suggestions), {
        click: (event) => {
          if (event.target === event.currentTarget) this.#input.focus();
        },
      }),
      this.#about,
    );
  }

  get mailboxes(): Mailbox[] {
    return this.#mailboxes.map(({ name, address }) => ({ name, address }));
  }

  /** Those that a mail can go to. */
  get addresses(): string[] {
    return this.#mailboxes.filter(({ wrong }) => !wrong).map(({ address }) => address);
  }

  get wrong(): string[] {
    return this.#mailboxes.filter(({ wrong }) => wrong).map(({ address }) => address);
  }

  set(mailboxes: readonly Mailbox[]): void {
    this.#mailboxes = mailboxes.map((mailbox) => ({ ...mailbox, wrong: false }));
    this.#show();
  }

  /** What is known of their certificates. */
  tell(states: readonly Recipient[]): void {
    const before = JSON.stringify([...this.#states.values()]);
    this.#states = new Map(states.map((state) => [state.address.toLowerCase(), state]));
    // Nothing moves under the reader's eyes for nothing.
    if (JSON.stringify([...this.#states.values()]) !== before) this.#show();
  }

  focus(): void {
    this.#input.focus();
  }

  /** What stands in the input becomes a token, or several. */
  commit(): void {
    clearTimeout(this.#timer);
    const found = parseAddresses(this.#input.value);
    if (found.length === 0) return;
    this.#input.value = "";
    this.#mailboxes = distinct([...this.#mailboxes, ...found]);
    this.#show();
    this.#change();
  }

  #key(event: KeyboardEvent): void {
    const { value } = this.#input;
    const isEnd = event.key === "Enter" || event.key === ";" || event.key === ",";
    // A comma within quotation marks belongs to the name.
    if (isEnd && value.trim() !== "" && (value.match(/"/g) ?? []).length % 2 === 0) {
      event.preventDefault();
      this.commit();
    } else if (event.key === "Enter") event.preventDefault();
    else if (event.key === "Backspace" && value === "" && this.#mailboxes.length > 0) {
      event.preventDefault();
      this.#edit(this.#mailboxes.length - 1);
    }
  }

  #edit(at: number): void {
    const [mailbox] = this.#mailboxes.splice(at, 1);
    if (mailbox) this.#input.value = written(mailbox);
    this.#show();
    this.#change();
    this.#input.focus();
  }

  #typed(): void {
    clearTimeout(this.#timer);
    const text = this.#input.value.trim();
    // One of those that were suggested, as it was chosen.
    if ([...this.#suggestions.options].some(({ value }) => value === text)) return this.commit();
    if (text.length < 2) return;
    this.#timer = setTimeout(() => void this.#suggest(text), PAUSE);
  }

  async #suggest(text: string): Promise<void> {
    // Without suggestions one types on.
    const found = await listCertificates(this.#page.host, {
      kind: "people",
      text,
      limit: SUGGESTED,
    }).catch(() => ({ certificates: [] }));
    const all = found.certificates.flatMap((certificate) =>
      certificate.addresses.map((address) => {
        const title = titleOf(certificate);
        return written({ name: title === address ? "" : title, address });
      }),
    );
    fill(this.#suggestions, ...[...new Set(all)].map((value) => h("option", { value })));
  }

  #show(): void {
    const active = document.activeElement;
    const focused = this.#tokens.contains(active) && active?.getAttribute("data-address");
    fill(this.#tokens, ...this.#mailboxes.map((mailbox, at) => this.#token(mailbox, at)));
    this.#tokens.hidden = this.#mailboxes.length === 0;
    if (focused)
      for (const token of this.#tokens.querySelectorAll<HTMLElement>("[data-address]"))
        if (token.dataset["address"] === focused) token.focus();
    const state = this.#shown === null ? undefined : this.#states.get(this.#shown);
    const isThere = this.#mailboxes.some(({ address }) => address.toLowerCase() === this.#shown);
    fill(
      this.#about,
      state && isThere && recipientView(this.#page, state, this.#lookUp),
      state && isThere && button(t("close"), () => this.#toggle(null)),
    );
  }

  #toggle(key: string | null): void {
    this.#shown = this.#shown === key ? null : key;
    this.#show();
  }

  #token(mailbox: Typed, at: number): HTMLElement {
    const { name, address, wrong } = mailbox;
    const key = address.toLowerCase();
    const state = this.#states.get(key);
    const words = wrong
      ? say("edWrongAddress")
      : state && t(state.usable ? "recipientOk" : state.certificate ? "recipientBad" : "recipientNone");
    const level = wrong ? "bad" : state?.usable ? "ok" : state ? "warn" : "";
    return h(
      "li",
      { class: `token ${level}`, title: written(mailbox) },
      button(
        [
          (level === "ok" || level === "warn" || level === "bad") &&
            icon(level === "ok" ? "lock" : level),
          h("span", {}, name || address),
          Boolean(words) && h("span", { class: "visually-hidden" }, `: ${words}`),
        ],
        () => (wrong ? this.#edit(at) : this.#toggle(key)),
        { "aria-expanded": !wrong && String(this.#shown === key), "data-address": address },
      ),
      button(
        "×",
        () => {
          this.#mailboxes.splice(at, 1);
          this.#show();
          this.#change();
          this.#input.focus();
        },
        { class: "token-remove", "aria-label": `${say("edRemove")}: ${written(mailbox)} (${this.#label})` },
      ),
    );
  }
}
