// SPDX-License-Identifier: MPL-2.0
// Sending, as its writer sees it: what is missing before, how far it is, and afterwards what went
// out and what did not. Until something went out a failure leaves the mail as it was.
import { HostError } from "../../core/error.ts";
import type { Storage } from "../../core/settings.ts";
import { button, type Child, fill, h, icon, section } from "../../pages/dom.ts";
import { notice, type Page } from "../../pages/page.ts";
import { problemBox } from "../../pages/problem.ts";
import { missingText } from "../../pages/protection.ts";
import { t } from "../../pages/text.ts";
import type { Autosave } from "./autosave.ts";
import type { ComposeView } from "./compose-view.ts";
import { type Copy, Delivery } from "./delivery.ts";
import { closeWindow } from "./discarding.ts";
import { messageOf } from "./message.ts";
import { savingView } from "./saving-view.ts";
import { say } from "./words.ts";

const states = {
  sent: { look: "ok", words: "edCopySent" },
  waiting: { look: "warn", words: "edCopyWaiting" },
  unknown: { look: "unknown", words: "edCopyUnknown" },
} as const;

/** Where the mailbox that it goes out by is opened again, beside this window. */
function wayOn({ kind }: HostError): Child {
  const by = new URLSearchParams(location.search).get("by");
  if (kind !== "login-needed" || by === null) return null;
  const href = `mailbox.html?${new URLSearchParams({ by })}`;
  return h("a", { class: "button", href, target: "_blank" }, say("edMailbox"));
}

export class SendingView {
  /** Why it cannot be sent, or was not. */
  readonly element = h("div", { class: "send-notices", role: "status" });
  /** What is no use any more once something went out. */
  readonly #bar: HTMLElement;
  readonly #page: Page;
  readonly #storage: Storage;
  readonly #compose: ComposeView;
  readonly #autosave: Autosave;
  #noSubject = false;
  #running = false;
  #delivery: Delivery | null = null;

  constructor(
    page: Page,
    storage: Storage,
    compose: ComposeView,
    autosave: Autosave,
    bar: HTMLElement,
  ) {
    this.#bar = bar;
    this.#page = page;
    this.#storage = storage;
    this.#compose = compose;
    this.#autosave = autosave;
  }

  get isRunning(): boolean {
    return this.#running;
  }

  /** Once at a time, whatever is pressed. */
  async send(): Promise<void> {
    if (this.#running || this.#delivery) return;
    this.#running = true;
    this.#compose.locked = true;
    fill(this.element);
    try {
      if (await this.#prepare()) await this.#deliver();
    } finally {
      this.#running = false;
      this.#compose.locked = this.#delivery !== null;
    }
  }

  #refuse(...children: Child[]): false {
    fill(this.element, notice("bad", ...children));
    this.element.scrollIntoView({ block: "nearest" });
    return false;
  }

  /** True: it may leave, as `#delivery`. */
  async #prepare(): Promise<boolean> {
    const compose = this.#compose;
    compose.commit();
    const { to, cc, bcc } = compose.addresses;
    const { wrong } = compose;
    const refuse = (text: string) => this.#refuse(h("p", {}, text));
    if (wrong.length > 0) return refuse(say("edWrongAddresses", wrong.join(", ")));
    if (to.length + cc.length + bcc.length === 0) return refuse(say("edNobody"));
    if (compose.draft.subject.trim() === "" && !this.#noSubject) {
      this.#noSubject = true;
      fill(this.element, notice("info", h("p", {}, say("edNoSubject"))));
      return false;
    }
    const protection = await compose.decide();
    if (!protection) return refuse(say("edUndecided"));
    const { sign, encrypt, level, text } = protection;
    if (level === "bad") return refuse(text);
    if (encrypt && to.length + cc.length === 0) return refuse(say("edBlindAlone"));

    const draft = compose.draft;
    const message = messageOf(draft, compose.name, compose.body, compose.attached, new Date());
    const order = {
      envelope: { from: draft.from, to, cc, bcc },
      sign,
      encrypt,
      origin: draft.origin?.headers ?? null,
    };
    try {
      const delivery = await this.#page.busy.run(
        say("edProtecting"),
        (running) => Delivery.prepare(this.#page.host, this.#storage, message, order, running),
        { asks: sign },
      );
      const { saves = false, noBlindCopies = false } = this.#page.target;
      if (noBlindCopies && delivery.copies.some(({ blind }) => blind)) return refuse(say("edNoBlindCopies"));
      await this.#autosave.now(!saves);
      this.#delivery = delivery;
      return true;
    } catch (thrown) {
      this.#failed(HostError.of(thrown));
      return false;
    }
  }

  #failed(error: HostError): void {
    const missing = missingText(error);
    if (missing !== null) return void this.#refuse(h("p", {}, missing));
    fill(
      this.element,
      h("p", { class: "notice-title" }, say("edNotSent")),
      problemBox(
        error,
        this.#page.target,
        h("p", { class: "toolbar" }, button(t("tryAgain"), () => void this.send()), wayOn(error)),
      ),
    );
    this.element.scrollIntoView({ block: "nearest" });
  }

  async #deliver(): Promise<void> {
    const delivery = this.#delivery;
    if (!delivery) return;
    if (this.#page.target.saves) return this.#save(delivery);
    let failure: HostError | null = null;
    try {
      await this.#page.busy.run(say("edSending"), (running) => delivery.send(running));
    } catch (thrown) {
      failure = HostError.of(thrown);
    }
    if (failure && !delivery.begun) {
      // Nothing went out: the mail is as it was, and nobody need wonder later.
      this.#delivery = null;
      await this.#autosave.now();
      this.#failed(failure);
      return;
    }
    if (failure) this.#showPartly(delivery, failure);
    else await this.#showSent(delivery);
  }

  /** By its writer; it is kept as a draft until all of it was saved. */
  #save({ copies }: Delivery): void {
    const view = savingView(copies, new Date(), () => this.#autosave.discard().catch(() => undefined));
    const title = view.querySelector("h2");
    title?.setAttribute("tabindex", "-1");
    fill(this.#page.main, view);
    title?.focus();
  }

  #copyRow({ recipients, blind, state }: Copy): HTMLElement {
    const { look, words } = states[state];
    return h(
      "li",
      { class: `copy ${look}` },
      icon(look),
      h("span", {}, recipients.join(", "), blind && ` (${say("edBcc")})`, `: ${say(words)}`),
    );
  }

  /** Some have it: it must not be changed any more, and goes to the others as it is. */
  #showPartly(delivery: Delivery, failure: HostError): void {
    this.#bar.hidden = true;
    const uncertain = delivery.copies.some(({ state }) => state === "unknown");
    const go = async () => {
      if (this.#running) return;
      this.#running = true;
      delivery.retryUnknown();
      await this.#deliver().finally(() => {
        this.#running = false;
      });
    };
    fill(
      this.element,
      problemBox(failure, this.#page.target),
      section(
        say("edPartly"),
        h("p", {}, say(uncertain ? "edUncertainText" : "edPartlyText")),
        h("ul", { class: "copies" }, ...delivery.copies.map((copy) => this.#copyRow(copy))),
        h(
          "p",
          { class: "toolbar" },
          button(say(uncertain ? "edSendAnyway" : "edSendRest"), () => void go(), { class: "primary" }),
          button(say("edGiveUpRest"), () => void this.#showSent(delivery)),
        ),
      ),
    );
    this.element.scrollIntoView({ block: "start" });
  }

  async #showSent(delivery: Delivery): Promise<void> {
    await this.#autosave.discard().catch(() => undefined);
    const sent = delivery.copies.filter(({ state }) => state === "sent");
    const title = h("p", { class: "empty-title", tabindex: -1 }, say(delivery.done ? "edSent" : "edSentPartly"));
    fill(
      this.#page.main,
      h(
        "div",
        { class: `empty ${delivery.done ? "ok" : "warn"}`, role: "status" },
        icon(delivery.done ? "ok" : "warn"),
        title,
        h("p", {}, sent.length > 0 ? say("edSentTo", sent.flatMap(({ recipients }) => recipients).join(", ")) : say("edSentNobody")),
        h("p", { class: "toolbar centred" }, button(say("edCloseWindow"), () => void closeWindow(), { class: "primary" })),
      ),
    );
    title.focus();
  }
}
