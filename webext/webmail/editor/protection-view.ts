// SPDX-License-Identifier: MPL-2.0
// Sign, encrypt: the two switches, and in a sentence what will happen to the mail.
import { HostError } from "../../core/error.ts";
import { type Recipient, Recipients } from "../../core/recipients.ts";
import type { Storage } from "../../core/settings.ts";
import { button, fill, freshId, h, icon, on } from "../../pages/dom.ts";
import type { Page } from "../../pages/page.ts";
import { problemBox } from "../../pages/problem.ts";
import { decideProtection, type Outgoing, type Protection } from "../../pages/protection.ts";
import { said } from "../../pages/reason.ts";
import { t } from "../../pages/text.ts";
import { say } from "./words.ts";

export class ProtectionView {
  readonly element: HTMLElement;
  readonly #page: Page;
  readonly #storage: Storage;
  readonly #known: Recipients;
  readonly #outgoing: () => Omit<Outgoing, "sign" | "encrypt">;
  readonly #tell: (recipients: Recipient[]) => void;
  readonly #sign: HTMLInputElement;
  readonly #encrypt: HTMLInputElement;
  readonly #state = h("div", { class: "protection-state", role: "status" });
  #chosen: { sign?: boolean; encrypt?: boolean } = {};
  #round = 0;

  constructor(
    page: Page,
    storage: Storage,
    outgoing: () => Omit<Outgoing, "sign" | "encrypt">,
    tell: (recipients: Recipient[]) => void,
    change: () => void,
  ) {
    this.#page = page;
    this.#storage = storage;
    this.#known = new Recipients(page.host);
    this.#outgoing = outgoing;
    this.#tell = tell;
    const box = (what: "sign" | "encrypt") => {
      const element = on(h("input", { type: "checkbox", name: what, id: freshId(what) }), {
        change: () => {
          this.#chosen[what] = element.checked;
          void this.decide();
          change();
        },
      });
      return element;
    };
    this.#sign = box("sign");
    this.#encrypt = box("encrypt");
    const check = (element: HTMLInputElement, label: string) =>
      h("div", { class: "check" }, element, h("label", { for: element.id }, label));
    this.element = h(
      "fieldset",
      { class: "protection" },
      h("legend", {}, say("edProtection")),
      h(
        "div",
        { class: "switches" },
        check(this.#encrypt, say("edEncrypt")),
        check(this.#sign, say("edSign")),
      ),
      this.#state,
    );
  }

  get chosen(): { sign?: boolean; encrypt?: boolean } {
    return { ...this.#chosen };
  }

  set chosen({ sign, encrypt }: { sign?: boolean; encrypt?: boolean }) {
    this.#chosen = {
      ...(sign !== undefined && { sign }),
      ...(encrypt !== undefined && { encrypt }),
    };
  }

  /** Certificates came or went. */
  forget(): void {
    this.#known.forget();
    void this.decide();
  }

  /** Null: it is not known, which is said. */
  async decide(): Promise<Protection | null> {
    const round = ++this.#round;
    try {
      const protection = await decideProtection(this.#page.host, this.#known, this.#storage, {
        ...this.#outgoing(),
        ...this.#chosen,
      });
      // A later change overtook this one.
      if (round === this.#round) this.#show(protection);
      return protection;
    } catch (thrown) {
      if (round === this.#round) this.#failed(HostError.of(thrown));
      return null;
    }
  }

  #show({ sign, encrypt, level, text, recipients }: Protection): void {
    this.#sign.checked = sign;
    this.#encrypt.checked = encrypt;
    this.#tell(recipients);
    const look = level === "ok" && encrypt ? "lock" : level === "ok" ? "signed" : level;
    fill(
      this.#state,
      h("p", { class: `protection-line ${level}` }, icon(look), h("span", {}, said(level), text)),
    );
  }

  /** What was wished stays wished: nothing goes out otherwise. */
  #failed(error: HostError): void {
    const { sign = false, encrypt = this.#outgoing().answersEncrypted } = this.#chosen;
    this.#sign.checked = sign;
    this.#encrypt.checked = encrypt;
    fill(
      this.#state,
      problemBox(
        error,
        this.#page.target,
        h("p", { class: "toolbar" }, button(t("tryAgain"), () => this.forget())),
      ),
    );
  }
}
