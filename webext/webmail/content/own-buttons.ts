// SPDX-License-Identifier: MPL-2.0
// The webmail's own buttons for writing and answering. Where the user chose so they lead to the
// editor; and where the webmail's own composer is open, the editor is offered beside it.
import { Client } from "../../core/client.ts";
import { t } from "../../pages/text.ts";
import type { Mode } from "../editor/answering.ts";
import { WRITE_PORT, type WritePortMethods } from "../mail-port.ts";
import { OWN_BUTTONS, takeOver, takesOver } from "../own-buttons.ts";
import { say } from "../words.ts";
import { box, boxButton, styled } from "./box.ts";
import { type Sight, sightOf } from "./sights.ts";

const storage = chrome.storage.local;

export class OwnButtons {
  readonly #sight: Sight;
  readonly #background = new Client<WritePortMethods>({
    connect: () => chrome.runtime.connect({ name: WRITE_PORT }),
  });
  #on = false;

  constructor(sight: Sight) {
    this.#sight = sight;
    chrome.storage.onChanged.addListener((changes) => {
      if (OWN_BUTTONS in changes) void this.#follow();
    });
    // Before the page's own listeners, and of what the user pressed alone.
    document.addEventListener("click", (event) => this.#clicked(event), { capture: true });
  }

  async begin(): Promise<void> {
    await this.#follow();
    // While the page is being put together what is in it moves away from under the pointer.
    if (document.readyState !== "complete")
      await new Promise((loaded) => addEventListener("load", loaded, { once: true }));
    if (this.#sight.composing() && !this.#on) this.#offer();
  }

  async #follow(): Promise<void> {
    this.#on = await takesOver(storage, self.origin);
  }

  #clicked(event: MouseEvent): void {
    const mode = this.#on && event.isTrusted && event.target instanceof Element
      ? this.#sight.pressed(event.target)
      : null;
    if (!mode) return;
    const shown = mode === "new" ? this.#sight : this.#shown();
    // Nothing is open that could be answered: the webmail knows what to do then.
    if (!shown) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    void this.#write(mode, shown);
  }

  /** The mail is in this frame, or in one that is the preview. */
  #shown(): Sight | null {
    if (this.#sight.shown()) return this.#sight;
    for (const { contentDocument } of document.querySelectorAll("iframe")) {
      const sight = contentDocument && sightOf(contentDocument);
      if (sight?.shown()) return sight;
    }
    return null;
  }

  async #write(mode: Mode, sight: Sight): Promise<void> {
    const message = mode === "new" ? null : sight.shown()?.message;
    try {
      const raw = message && (await sight.provider.getRaw(message));
      const content = raw ? { content: raw } : {};
      await this.#background.call("write.open", { mode }, content);
    } catch {
      this.#tell(say("wmNotOpened"), boxButton(t("tryAgain"), () => void this.#write(mode, sight)));
    }
  }

  #offer(): void {
    this.#tell(
      say("wmComposeOffer"),
      boxButton(say("wmComposeHere"), () => void this.#write("new", this.#sight)),
      boxButton(say("wmComposeAlways"), () => {
        void takeOver(storage, self.origin, true);
        void this.#write("new", this.#sight);
      }),
    );
  }

  /** At the top of the page, where the page can neither read nor press it. */
  #tell(text: string, ...buttons: HTMLElement[]): void {
    const element = styled(document.createElement("div"), "host");
    element.lang = t("language");
    element.style.position = "relative";
    element.style.zIndex = "100000";
    const root = element.attachShadow({ mode: "closed" });
    const close = boxButton("×", () => element.remove());
    close.setAttribute("aria-label", t("close"));
    root.append(box(text, ...buttons, close));
    (document.querySelector(this.#sight.place) ?? document.body).prepend(element);
  }
}
