// SPDX-License-Identifier: MPL-2.0
// What a content script puts above the text of a mail, in a closed shadow root: the frame with the
// mail, which is the extension's and which the page can neither read nor find, or what keeps it
// from being there. It never says anything about a mail itself: that would be easy to imitate.
import { type Child, h } from "../../pages/dom.ts";
import { t } from "../../pages/text.ts";
import { say } from "../words.ts";
import { box, boxButton, styled } from "./box.ts";

/** A frame that did not answer so long after it loaded does not show ours: the page's policies
 * forbid it. */
const PATIENCE = 2_500;
/** A frame that is not even loaded. */
const LOADING = 10_000;
const WORKING_AFTER = 700;

export interface Shown {
  handle: string;
  /** The frame shows it. */
  opened(): void;
  height(pixels: number): void;
}

export class Banner {
  readonly #element = styled(document.createElement("div"), "host");
  readonly #root: ShadowRoot;
  readonly #body: HTMLElement;
  readonly #display: string;
  #frame: HTMLIFrameElement | null = null;
  #loaded: Promise<HTMLIFrameElement> | null = null;
  #box: HTMLElement | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** `body`: what the webmail itself shows, above which this stands and which gives way to it. */
  constructor(body: HTMLElement) {
    this.#body = body;
    this.#display = body.style.display;
    this.#root = this.#element.attachShadow({ mode: "closed" });
    this.#element.lang = t("language");
    body.before(this.#element);
  }

  remove(): void {
    this.#clear();
    this.#element.remove();
  }

  /** The frame is loaded while the mail is read. Small mails are there before progress is seen. */
  working(cancel: () => void): (done: number, total?: number) => void {
    this.#clear();
    this.#loaded = this.#load();
    const bar = styled(h("progress", { "aria-label": say("wmReading") }), "bar");
    this.#timer = setTimeout(
      () => this.#tell(say("wmReading"), bar, boxButton(t("cancel"), cancel)),
      WORKING_AFTER,
    );
    return (done, total) => {
      if (!total) return;
      bar.max = total;
      bar.value = done;
    };
  }

  /** Something on the way was stopped, or the mail is in a window of its own. */
  told(text: string, again?: () => void): void {
    this.#clear();
    this.#tell(text, again && boxButton(t("tryAgain"), again));
  }

  /** The handle goes into the frame alone: it is in no address that the page could see. */
  show(handle: string, inWindow: () => void): Shown {
    clearTimeout(this.#timer);
    this.#box?.remove();
    const forbidden = () =>
      this.#tell(say("wmNoFrame"), boxButton(say("wmInWindow"), inWindow));
    this.#timer = setTimeout(forbidden, LOADING);
    const loaded = (this.#loaded ??= this.#load());
    loaded.then((frame) => {
      if (this.#loaded !== loaded) return;
      clearTimeout(this.#timer);
      this.#timer = setTimeout(forbidden, PATIENCE);
      frame.contentWindow?.postMessage({ nssmime: handle }, new URL(chrome.runtime.getURL("")).origin);
    });
    return {
      handle,
      opened: () => {
        clearTimeout(this.#timer);
        this.#box?.remove();
        if (this.#frame) styled(this.#frame, "frame");
        this.#body.style.setProperty("display", "none", "important");
      },
      height: (pixels) => {
        if (this.#frame) this.#frame.style.height = `${Math.ceil(pixels)}px`;
      },
    };
  }

  #load(): Promise<HTMLIFrameElement> {
    // In Chromium this address is good for this session of the browser alone.
    const src = chrome.runtime.getURL("pages/reader.html");
    const frame = styled(h("iframe", { title: say("wmFrame"), src }), "waiting");
    const loaded = new Promise<HTMLIFrameElement>((resolve) => {
      frame.addEventListener("load", () => resolve(frame), { once: true });
    });
    this.#frame = frame;
    this.#root.append(frame);
    return loaded;
  }

  #tell(text: string, ...children: Child[]): void {
    this.#box?.remove();
    this.#box = box(text, ...children);
    this.#root.append(this.#box);
  }

  #clear(): void {
    clearTimeout(this.#timer);
    this.#root.replaceChildren();
    this.#frame = this.#box = this.#loaded = null;
    this.#body.style.display = this.#display;
  }
}
