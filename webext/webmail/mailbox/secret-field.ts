// SPDX-License-Identifier: MPL-2.0
// The password or token of a mailbox, and how long it is kept.
import { freshId, h } from "../../pages/dom.ts";
import type { Scheme } from "./kinds.ts";
import { say } from "./words.ts";

export class SecretField {
  readonly element: HTMLElement;
  readonly #label: HTMLElement;
  readonly #hint: HTMLElement;
  readonly #input: HTMLInputElement;
  readonly #remember: HTMLInputElement;

  constructor(scheme: Scheme, remembered = false) {
    const [id, hint, box, meaning] = ["secret", "hint", "remember", "meaning"].map(freshId) as [string, string, string, string];
    this.#label = h("label", { for: id });
    this.#hint = h("p", { class: "hint", id: hint });
    this.#input = h("input", {
      id,
      name: "secret",
      type: "password",
      required: true,
      autocomplete: "off",
      spellcheck: "false",
      "aria-describedby": hint,
    });
    this.#remember = h("input", {
      id: box,
      name: "remember",
      type: "checkbox",
      checked: remembered,
      "aria-describedby": meaning,
    });
    this.element = h(
      "div",
      {},
      h("div", { class: "field" }, this.#label, this.#input, this.#hint),
      h("div", { class: "check" }, this.#remember, h("label", { for: box }, say("mbRemember"))),
      h("p", { class: "hint", id: meaning }, say("mbRememberText")),
    );
    this.scheme = scheme;
  }

  set scheme(scheme: Scheme) {
    const basic = scheme === "basic";
    this.#label.textContent = say(basic ? "mbPassword" : "mbToken");
    this.#hint.textContent = say(basic ? "mbPasswordText" : "mbTokenText");
  }

  /** Null, and what to do is said: it is missing. */
  get value(): string | null {
    const secret = this.#input.value.trim();
    if (secret === "") this.focus();
    return secret === "" ? null : secret;
  }

  get remember(): boolean {
    return this.#remember.checked;
  }

  focus(): void {
    this.#input.focus();
  }
}
