// SPDX-License-Identifier: MPL-2.0
// Adding a mailbox: which it is, and what opens it. The browser asks the user, then the server is
// tried, and then the host asks.
import { patternOf, siteOf } from "../../core/site.ts";
import { button, type Child, fill, freshId, h, on, section } from "../../pages/dom.ts";
import { notice } from "../../pages/page.ts";
import { say as ofWebmail } from "../words.ts";
import { addressIn, facts, type Kind, kinds, type Scheme } from "./kinds.ts";
import type { Added, Wish } from "./mailboxes.ts";
import { SecretField } from "./secret-field.ts";
import { kindName, type MailboxPage, say, warningOf } from "./words.ts";

export class AddView {
  readonly element: HTMLElement;
  readonly #at: MailboxPage;
  readonly #choices: HTMLInputElement[];
  readonly #about = h("div", { role: "status" });
  readonly #address: HTMLInputElement;
  readonly #addressError = h("p", { class: "field-error", id: freshId("error"), role: "alert" });
  readonly #scheme: HTMLSelectElement;
  readonly #user: HTMLInputElement;
  readonly #secret = new SecretField("basic");
  readonly #more = h("div", { role: "status" });

  constructor(at: MailboxPage) {
    this.#at = at;
    this.#choices = kinds.map((kind) =>
      on(h("input", { type: "radio", name: "kind", value: kind, id: freshId("kind"), checked: kind === "jmap" }), {
        change: () => this.#choose(),
      }),
    );
    const [address, scheme, user] = ["address", "scheme", "user"].map(freshId) as [string, string, string];
    this.#address = h("input", {
      id: address,
      name: "address",
      type: "text",
      inputmode: "url",
      autocomplete: "off",
      spellcheck: "false",
      "aria-describedby": this.#addressError.id,
    });
    this.#scheme = on(
      h(
        "select",
        { id: scheme, name: "scheme" },
        h("option", { value: "basic" }, say("mbByPassword")),
        h("option", { value: "bearer" }, say("mbByToken")),
      ),
      { change: () => this.#choose() },
    );
    this.#user = h("input", { id: user, name: "user", type: "text", autocomplete: "off", spellcheck: "false" });
    const field = (id: string, label: string, input: HTMLElement, ...more: Child[]) =>
      h("div", { class: "field" }, h("label", { for: id }, label), input, ...more);
    const form = on(
      h(
        "form",
        { class: "panel", novalidate: true },
        h(
          "fieldset",
          { class: "mail-kinds" },
          h("legend", {}, say("mbKind")),
          ...this.#choices.map((choice, at) =>
            h("div", { class: "check" }, choice, h("label", { for: choice.id }, kindName(kinds[at] as Kind))),
          ),
        ),
        this.#about,
        field(address, say("mbServer"), this.#address, this.#addressError),
        field(scheme, say("mbOpensBy"), this.#scheme),
        field(user, say("mbUser"), this.#user),
        this.#secret.element,
        h("p", { class: "toolbar" }, h("button", { class: "primary" }, say("mbAddGo"))),
        h("p", { class: "hint" }, say("mbAddHint")),
      ),
      {
        submit: (event) => {
          event.preventDefault();
          this.#submit();
        },
      },
    );
    this.element = section(say("mbAdd"), h("p", { class: "lead" }, say("mbAddLead")), form, this.#more);
    this.#choose();
  }

  get #kind(): Kind {
    return this.#choices.find(({ checked }) => checked)?.value as Kind;
  }

  get #byPassword(): boolean {
    return this.#kind === "jmap" && this.#scheme.value === "basic";
  }

  #choose(): void {
    const kind = this.#kind;
    const warning = warningOf(kind);
    fill(
      this.#about,
      warning !== null && notice("warn", h("p", { class: "notice-title" }, warning), h("p", {}, say(kind === "gmail" ? "mbGmailToken" : "mbGraphToken"))),
      kind === "jmap" && h("p", { class: "hint" }, say("mbJmapText")),
    );
    if (facts[kind].address !== "" || kinds.some((one) => facts[one].address === this.#address.value))
      this.#address.value = facts[kind].address;
    const shown = (input: HTMLElement, on: boolean) => {
      (input.parentElement ?? input).hidden = !on;
    };
    shown(this.#scheme, kind === "jmap");
    shown(this.#user, this.#byPassword);
    this.#secret.scheme = this.#byPassword ? "basic" : "bearer";
    fill(this.#more);
  }

  /** What was typed; null: something is missing, and has the focus. */
  #wish(): Wish | null {
    const address = addressIn(this.#address.value);
    this.#addressError.textContent = address === null ? say("mbServerWrong") : "";
    if (address === null) {
      this.#address.focus();
      return null;
    }
    const user = this.#byPassword ? this.#user.value.trim() : "";
    if (this.#byPassword && user === "") {
      this.#user.focus();
      return null;
    }
    const secret = this.#secret.value;
    if (secret === null) return null;
    const scheme: Scheme = this.#byPassword ? "basic" : "bearer";
    return { kind: this.#kind, address, scheme, user, secret, remember: this.#secret.remember };
  }

  /** In the user's gesture: the browser asks only then. */
  #submit(): void {
    fill(this.#more);
    const wish = this.#wish();
    if (wish) void this.#ask(wish, [siteOf(wish.address) as string]);
  }

  async #ask(wish: Wish, origins: string[]): Promise<void> {
    const { page, host } = this.#at;
    const asking = chrome.permissions.request({ origins: origins.map(patternOf) });
    const added = await page.attempt(
      say("mbOpening"),
      async ({ signal }) => {
        if (!(await asking)) return "declined" as const;
        return host.call("mailbox.add", wish, { signal });
      },
      { asks: true },
    );
    if (added === "declined") fill(this.#more, notice("info", h("p", {}, ofWebmail("wmBrowserDeclined"))));
    else if (added) this.#go(wish, added);
  }

  #go(wish: Wish, added: Added): void {
    if ("id" in added) {
      location.assign(`?by=${added.id}`);
      return;
    }
    const on = (text: string, places: string[], go: string, next: Wish, origins: string[]) => {
      const box = notice(
        "info",
        h("p", {}, text),
        h("ul", {}, ...places.map((place) => h("li", {}, place))),
        h("p", { class: "toolbar" }, button(go, () => void this.#ask(next, origins), { class: "primary" })),
      );
      fill(this.#more, box);
      box.querySelector("button")?.focus();
    };
    if ("moved" in added) {
      const site = siteOf(added.moved) as string;
      this.#address.value = added.moved;
      on(say("mbMoved"), [site], say("mbMovedGo"), { ...wish, address: added.moved }, [site]);
    } else on(say("mbNeeded"), added.needed, say("mbNeededGo"), wish, added.needed);
  }
}
