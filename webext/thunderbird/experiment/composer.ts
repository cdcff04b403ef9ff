// SPDX-License-Identifier: MPL-2.0
// The bar in composers: what will be done with the mail, and switches for it. What it shows is what
// is done.
import type { Choice, State } from "../composing.ts";
import { answerTo } from "./answering.ts";
import { ExtensionSupport, MailServices, replace, type Undo } from "./platform.ts";
import type { Question } from "./question.ts";
import { type Answer, mayQuote } from "./readings.ts";
import { Reopening } from "./reopening.ts";
import type { Work, Works } from "./work.ts";

const COMPOSER = "chrome://messenger/content/messengercompose/messengercompose.xhtml";
const BAR = "nssmime-bar";
const SETTLED = 150;
// Thunderbird's own button for encryption is no use, and one too many, where it is not set up.
const STYLE = `
  #button-encryption[disabled] { display: none; }
  #${BAR} {
    display: flex; align-items: center; gap: 6px; padding: 3px 8px; flex-wrap: wrap;
    border-block-end: 1px solid color-mix(in srgb, currentColor 18%, transparent);
    --nssmime-color: currentColor;
  }
  #${BAR}.ok { --nssmime-color: light-dark(#1a8a4a, #46c07f); }
  #${BAR}.warn { --nssmime-color: light-dark(#b86e00, #e3a23c); }
  #${BAR}.bad {
    --nssmime-color: light-dark(#d02b3b, #ff6b78);
    background: color-mix(in srgb, #d02b3b 12%, transparent);
  }
  #${BAR} button { margin: 0; padding: 2px 10px; min-height: 26px; }
  #${BAR} button[aria-pressed="true"] {
    background: color-mix(in srgb, #1a8a4a 22%, transparent); font-weight: 600;
  }
  #${BAR} button[aria-pressed="true"]::before { content: "✔ "; }
  #${BAR} .words { flex: 1; min-width: 12em; overflow-wrap: anywhere; }
  #${BAR} .words::before { content: "● "; color: var(--nssmime-color); }
`;

const BUTTONS: readonly Choice[] = ["sign", "encrypt", "details", "quote", "setUp"];

type Words = (name: string, ...values: string[]) => string;

type Said = Pick<State, "level" | "text" | "setUp">;

export interface Mark extends State {
  tabId: number;
  /** Why it was not sent; stands until something changes. */
  refusal?: Said;
}

const addressesOf = (fields: string): string[] =>
  MailServices.headerParser
    .parseEncodedHeaderW(fields)
    .map(({ email }: { email: string }) => email)
    .filter(Boolean);

function answers({ gMsgCompose }: any): boolean {
  const { Reply, ReplyAll, ReplyToSender, ReplyToSenderAndGroup, ReplyToList, ReplyToGroup } =
    Ci.nsIMsgCompType;
  return [
    Reply,
    ReplyAll,
    ReplyToSender,
    ReplyToSenderAndGroup,
    ReplyToList,
    ReplyToGroup,
  ].includes(gMsgCompose.type);
}

export class Composer {
  readonly #changed: Question;
  readonly #chosen: Question;
  readonly #reopening: Reopening;
  readonly #works: Works;
  readonly #words: Words;
  readonly #tabIdOf: (window: any) => number;
  readonly #id: string;
  readonly #marks = new WeakMap<object, Mark>();
  /** What was told last of each, and when it has its mark. */
  readonly #told = new WeakMap<object, { text: string; done: Promise<void> }>();
  /** What is done with the mail just now. */
  readonly #working = new WeakMap<object, Work>();
  readonly #watching = new Map<any, Undo>();
  readonly #origins = new WeakMap<object, Promise<Answer | null>>();

  constructor(
    changed: Question,
    chosen: Question,
    reopening: Reopening,
    works: Works,
    words: Words,
    tabIdOf: (window: any) => number,
    id: string,
  ) {
    this.#changed = changed;
    this.#chosen = chosen;
    this.#reopening = reopening;
    this.#works = works;
    this.#words = words;
    this.#tabIdOf = tabIdOf;
    this.#id = id;
    ExtensionSupport.registerWindowListener(id, {
      chromeURLs: [COMPOSER],
      onLoadWindow: (window: any) => this.#watch(window),
      onUnloadWindow: (window: any) => this.#unwatch(window),
    });
  }

  uninstall(): void {
    ExtensionSupport.unregisterWindowListener(this.#id);
    for (const window of [...this.#watching.keys()]) this.#unwatch(window);
  }

  /** What was decided of this one, with all that was typed last; undefined where nobody decides.
   * `less`: it is less than what was shown until now. */
  async settled(window: any): Promise<(Mark & { less: boolean }) | undefined> {
    const shown = this.#marks.get(window);
    await this.#tell(window, !shown).catch(Cu.reportError);
    const mark = this.#marks.get(window);
    if (!mark) return undefined;
    const less = (["sign", "encrypt"] as const).some((what) => shown?.[what] && !mark[what]);
    return { ...mark, less };
  }

  windowOf(compFields: unknown): any {
    for (const window of Services.wm.getEnumerator("msgcompose"))
      if (window.gMsgCompose?.compFields === compFields) return window;
    return null;
  }

  /** Of Thunderbird's own protection. */
  builtIn(window: any): "OpenPGP" | "S/MIME" | "" {
    if (!window.gSendEncrypted && !window.gSendSigned) return "";
    return window.gSelectedTechnologyIsPGP ? "OpenPGP" : "S/MIME";
  }

  tellAll(): void {
    for (const window of this.#watching.keys()) this.#tell(window).catch(Cu.reportError);
  }

  set(window: any, state: State): void {
    const { refusal, ...before } = this.#marks.get(window) ?? {};
    const mark: Mark = { ...state, tabId: this.#tabIdOf(window) };
    const same = JSON.stringify(Object.entries(mark).sort()) ===
      JSON.stringify(Object.entries(before).sort());
    this.#marks.set(window, { ...mark, ...(same && refusal && { refusal }) });
    this.#draw(window);
  }

  /** Does something with the mail, which shows how far it is and can be given up, there and by
   * closing the composer. */
  working<V>(window: any, doing: (work: Work) => Promise<V>): Promise<V> {
    return this.#works.run(
      () => this.#draw(window),
      async (work) => {
        const stop = () => work.stop();
        window.addEventListener("unload", stop);
        this.#working.set(window, work);
        this.#draw(window);
        try {
          return await doing(work);
        } finally {
          window.removeEventListener("unload", stop);
          if (this.#working.get(window) === work) this.#working.delete(window);
          this.#draw(window);
        }
      },
    );
  }

  /** What hindered it from being sent. */
  refuse(window: any, refusal: Said): void {
    const mark = this.#marks.get(window);
    if (!mark || window.closed) return;
    this.#marks.set(window, { ...mark, refusal });
    this.#draw(window);
    window.document.getElementById(BAR)?.querySelector(".words")?.focus();
  }

  #watch(window: any): void {
    if (this.#watching.has(window)) return;
    const { document } = window;
    let timer: number | undefined;
    const soon = () => {
      window.clearTimeout(timer);
      timer = window.setTimeout(() => this.#tell(window).catch(Cu.reportError), SETTLED);
    };
    const observer = new window.MutationObserver(soon);
    observer.observe(document.getElementById("recipientsContainer"), {
      childList: true,
      subtree: true,
    });
    const events = ["compose-window-init", "compose-editor-ready", "compose-from-changed"];
    for (const name of events) window.addEventListener(name, soon);
    document.getElementById("msgIdentity")?.addEventListener("command", soon);
    // Where Thunderbird's own protection is switched, by hand or by itself.
    const undo = replace(window, "showSendEncryptedAndSigned", (original) => (...args) => {
      soon();
      return original.apply(window, args);
    });
    this.#watching.set(window, () => {
      undo();
      observer.disconnect();
      window.clearTimeout(timer);
      for (const name of events) window.removeEventListener(name, soon);
      document.getElementById("msgIdentity")?.removeEventListener("command", soon);
      document.getElementById(BAR)?.remove();
      document.getElementById(`${BAR}-style`)?.remove();
    });
    soon();
  }

  #unwatch(window: any): void {
    const undo = this.#watching.get(window);
    this.#watching.delete(window);
    if (!window.closed) undo?.();
  }

  /** The mail that this one answers, sends on, or goes on with. */
  #originOf(window: any): Promise<Answer | null> {
    const known = this.#origins.get(window);
    if (known) return known;
    const found = this.#findOrigin(window).catch(() => null);
    this.#origins.set(window, found);
    return found;
  }

  async #findOrigin(window: any): Promise<Answer | null> {
    const made = this.#reopening.originOf(window);
    if (made) {
      Reopening.removeAttachments(window);
      return made.answer;
    }
    const uri = window.gMsgCompose.originalMsgURI;
    // Several are sent on as attachments, and stay encrypted in there.
    if (!uri || uri.includes(",")) return null;
    const { answer } = (await this.#reopening.read(uri)) ?? {};
    if (!answer) return null;
    // Until then Thunderbird fills in recipients, subject and text.
    if (!window.composeEditorReady)
      await new Promise((resolve) =>
        window.addEventListener("compose-editor-ready", resolve, { once: true }),
      );
    this.#subject(window, uri, answer);
    if (answers(window) && answer.reading) answerTo(window, answer.reading.headers);
    return answer;
  }

  /** Thunderbird made it of the subject that is outside, which says nothing. */
  #subject(window: any, uri: string, { subject }: Answer): void {
    const outside = MailServices.messageServiceFromURI(uri).messageURIToMsgHdr(uri)
      .mime2DecodedSubject;
    const field = window.document.getElementById("msgSubject");
    if (subject === undefined || !outside || !field.value.endsWith(outside)) return;
    field.value = field.value.slice(0, -outside.length) + subject;
    field.dispatchEvent(new window.Event("input", { bubbles: true }));
  }

  /** Once the sender is allowed: the same reply anew, unless something was written already. */
  async quote(window: any): Promise<void> {
    const answer = await this.#originOf(window);
    if (!answer) return;
    answer.quote = true;
    const { originalMsgURI, type, composeHTML, bodyModified } = window.gMsgCompose;
    if (bodyModified || window.gContentChanged) return;
    const format = composeHTML ? Ci.nsIMsgCompFormat.HTML : Ci.nsIMsgCompFormat.PlainText;
    const identity = window.gCurrentIdentity;
    const header = MailServices.messageServiceFromURI(originalMsgURI).messageURIToMsgHdr(
      originalMsgURI,
    );
    MailServices.compose.OpenComposeWindow(
      null,
      header,
      originalMsgURI,
      type,
      format,
      identity,
      null,
      null,
    );
    window.close();
  }

  /** `anew`: also where nothing changed since. */
  async #tell(window: any, anew = true): Promise<void> {
    const { gMsgCompose, gCurrentIdentity } = window;
    if (!gMsgCompose || !gCurrentIdentity) return;
    const origin = await this.#originOf(window);
    if (window.closed) return;
    const fields = Cc["@mozilla.org/messengercompose/composefields;1"].createInstance(
      Ci.nsIMsgCompFields,
    );
    window.Recipients2CompFields(fields);
    // What stands in the From field may have been written by hand.
    const from = window.document.getElementById("msgIdentity")?.value || gCurrentIdentity.email;
    const told = {
      tabId: this.#tabIdOf(window),
      from: addressesOf(from)[0] ?? "",
      to: addressesOf(fields.to),
      cc: addressesOf(fields.cc),
      bcc: addressesOf(fields.bcc),
      newsgroups: Boolean(fields.newsgroups),
      builtIn: this.builtIn(window),
      origin: origin && {
        encrypted: origin.encrypted,
        headers: origin.reading?.headers ?? null,
        unquoted: answers(window) && !mayQuote(origin),
        attached: gMsgCompose.type === Ci.nsIMsgCompType.ForwardAsAttachment,
      },
    };
    const text = JSON.stringify(told);
    const last = this.#told.get(window);
    if (!anew && last?.text === text) return last.done;
    const done = this.#changed.ask(told);
    this.#told.set(window, { text, done });
    done.catch(() => {
      if (this.#told.get(window)?.done === done) this.#told.delete(window);
    });
    await done;
  }

  #draw(window: any): void {
    const mark = this.#marks.get(window);
    if (!mark || window.closed) return;
    const { document } = window;
    const bar = document.getElementById(BAR) ?? this.#insert(window);
    const work = this.#working.get(window);
    const percent = work?.percent;
    const { level, text, setUp }: Said = work?.isLong
      ? { level: "info", text: this.#words("tbProtecting", String(percent ?? 0)), setUp: false }
      : (mark.refusal ?? mark);
    bar.className = level;
    for (const name of BUTTONS) {
      const button = bar.querySelector(`button.${name}`);
      const label = name === "setUp" && !setUp ? undefined : mark.labels[name];
      button.textContent = label ?? "";
      button.hidden = !label;
      if (name === "sign" || name === "encrypt")
        button.setAttribute("aria-pressed", String(mark[name]));
      // What is under way is not changed by them any more.
      button.disabled = work !== undefined;
    }
    bar.querySelector("button.cancel").hidden = !work?.isLong;
    const words = bar.querySelector(".words");
    if (words.textContent !== text) words.textContent = text;
    words.setAttribute("role", level === "bad" ? "alert" : "status");
  }

  #insert(window: any): any {
    const { document } = window;
    const space = "http://www.w3.org/1999/xhtml";
    const make = (tag: string, className: string) => {
      const element = document.createElementNS(space, tag);
      element.className = className;
      return element;
    };
    const style = make("style", "");
    style.id = `${BAR}-style`;
    style.textContent = STYLE;
    document.documentElement.append(style);
    const bar = make("div", "");
    bar.id = BAR;
    bar.setAttribute("role", "group");
    bar.setAttribute("aria-label", "S/MIME");
    for (const name of BUTTONS) {
      const button = make("button", name);
      button.type = "button";
      button.addEventListener("click", () => {
        this.#chosen.ask(this.#tabIdOf(window), name).catch(Cu.reportError);
      });
      bar.append(button);
    }
    const words = make("span", "words");
    words.tabIndex = -1;
    bar.insertBefore(words, bar.querySelector(".details"));
    const cancel = make("button", "cancel");
    cancel.type = "button";
    cancel.textContent = this.#words("cancel");
    cancel.addEventListener("click", () => this.#working.get(window)?.stop());
    words.after(cancel);
    document.getElementById("composeContentBox").before(bar);
    return bar;
  }
}
