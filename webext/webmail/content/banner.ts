// SPDX-License-Identifier: MPL-2.0
// What a content script puts above the text of a mail, in a closed shadow root: the frame with the
// mail, which is the extension's and which the page can neither read nor find, or what keeps it
// from being there. It never says anything about a mail itself: that would be easy to imitate.
import { button, type Child, h } from "../../pages/dom.ts";
import { t } from "../../pages/text.ts";
import { say } from "../words.ts";

/** A frame that did not answer so long after it loaded does not show ours: the page's policies
 * forbid it. */
const PATIENCE = 2_500;
/** A frame that is not even loaded. */
const LOADING = 10_000;
const WORKING_AFTER = 700;

/** By each element's own style: a policy of the page can forbid style sheets. */
const dark = () => matchMedia("(prefers-color-scheme: dark)").matches;
const styles = {
  host: () => "all:initial;display:block",
  box: () =>
    "display:flex;flex-wrap:wrap;align-items:center;gap:8px 12px;box-sizing:border-box;margin:8px;" +
    "padding:10px 14px;border:1px solid #7b8794;border-radius:8px;font:15px/1.4 system-ui,sans-serif;" +
    (dark() ? "background:#20252b;color:#eceff2" : "background:#fff;color:#1c2127"),
  text: () => "margin:0;flex:1 1 12em",
  bar: () => "flex:1 1 8em",
  button: () =>
    "min-height:36px;padding:4px 12px;border:1px solid #7b8794;border-radius:7px;font:inherit;" +
    `background:transparent;color:inherit;cursor:pointer`,
  waiting: () => "position:absolute;width:1px;height:1px;opacity:0;pointer-events:none;border:0",
  frame: () => "display:block;width:100%;height:120px;border:0;color-scheme:normal",
};

function styled<E extends HTMLElement>(element: E, look: keyof typeof styles): E {
  element.style.cssText = styles[look]();
  return element;
}

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
      () => this.#tell(say("wmReading"), bar, this.#button(t("cancel"), cancel)),
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
    this.#tell(text, again && this.#button(t("tryAgain"), again));
  }

  /** The handle goes into the frame alone: it is in no address that the page could see. */
  show(handle: string, inWindow: () => void): Shown {
    clearTimeout(this.#timer);
    this.#box?.remove();
    const forbidden = () =>
      this.#tell(say("wmNoFrame"), this.#button(say("wmInWindow"), inWindow));
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
    this.#box = styled(
      h("div", {}, styled(h("p", { role: "status" }, text), "text"), ...children),
      "box",
    );
    this.#root.append(this.#box);
  }

  #button(label: string, act: () => void): HTMLButtonElement {
    // Only what the user did counts: the page can make events, too.
    return styled(button(label, (event) => event.isTrusted && act()), "button");
  }

  #clear(): void {
    clearTimeout(this.#timer);
    this.#root.replaceChildren();
    this.#frame = this.#box = this.#loaded = null;
    this.#body.style.display = this.#display;
  }
}
