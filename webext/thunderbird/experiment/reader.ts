// SPDX-License-Identifier: MPL-2.0
// The windows that show mails: what is known of a mail stands in the header area, where no mail can
// write. Thunderbird's own verdict for S/MIME, which goes by other rules, is not shown beside it.
import { written } from "./answering.ts";
import { bytesOf, ExtensionSupport, MailServices, plain, type Undo } from "./platform.ts";
import type { Question } from "./question.ts";
import { type Answer, type Readings, type Row, sourceOf } from "./readings.ts";
import { mailOf } from "./source.ts";
import type { Work } from "./work.ts";

const WINDOWS = [
  "chrome://messenger/content/messenger.xhtml",
  "chrome://messenger/content/messageWindow.xhtml",
];
const ROW = "nssmime-verdict";
const STYLE = `
  #cryptoBox[tech="S/MIME"] { display: none !important; }
  #${ROW} {
    display: flex; align-items: center; gap: 8px; margin: 4px 8px 2px; padding: 4px 10px;
    border-radius: 4px; border-inline-start: 4px solid var(--nssmime-color);
    background: color-mix(in srgb, var(--nssmime-color) 12%, transparent);
    --nssmime-color: light-dark(#5b6472, #a9b3c1);
  }
  #${ROW}[hidden] { display: none; }
  #${ROW}.ok { --nssmime-color: light-dark(#1a8a4a, #46c07f); }
  #${ROW}.warn { --nssmime-color: light-dark(#b86e00, #e3a23c); }
  #${ROW}.bad { --nssmime-color: light-dark(#d02b3b, #ff6b78); }
  #${ROW} .mark { font-weight: bold; color: var(--nssmime-color); font-size: 1.2em; }
  #${ROW} .words { flex: 1; min-width: 0; }
  #${ROW} .words > div { overflow-wrap: anywhere; }
  #${ROW} .advice { opacity: .85; }
  #${ROW} button { margin: 0; }
`;
const MARKS: Record<Row["level"], string> = { ok: "✔", warn: "!", bad: "✘", info: "i" };

type Words = (name: string, ...values: string[]) => string;

export class Reader {
  readonly #readings: Readings;
  readonly #details: Question;
  readonly #words: Words;
  readonly #undo: Undo[] = [];
  /** The mails in windows, and which loading of it this is. */
  readonly #shown = new WeakMap<object, { mail: string; answer?: Answer; load: number }>();
  /** What the button in a row gives up. */
  readonly #drawn = new WeakMap<object, Work>();
  #load = 0;

  constructor(readings: Readings, details: Question, words: Words, id: string) {
    this.#readings = readings;
    this.#details = details;
    this.#words = words;
    const onLoading = (event: any) => this.#loading(event.target.ownerGlobal ?? event.target);
    const onLoaded = (event: any) => this.#loaded(event.target.ownerGlobal ?? event.target);
    ExtensionSupport.registerWindowListener(id, {
      chromeURLs: WINDOWS,
      onLoadWindow: (window: any) => {
        window.addEventListener("MsgLoading", onLoading, true);
        window.addEventListener("MsgLoaded", onLoaded, true);
      },
      onUnloadWindow: (window: any) => {
        window.removeEventListener("MsgLoading", onLoading, true);
        window.removeEventListener("MsgLoaded", onLoaded, true);
      },
    });
    this.#undo.push(() => {
      for (const window of Services.wm.getEnumerator(null)) {
        window.removeEventListener("MsgLoading", onLoading, true);
        window.removeEventListener("MsgLoaded", onLoaded, true);
      }
      ExtensionSupport.unregisterWindowListener(id);
    });
  }

  uninstall(): void {
    for (const undo of this.#undo.splice(0).reverse()) undo();
  }

  /** The windows that show mails, in tabs and alone. */
  *windows(): Generator<any> {
    for (const url of WINDOWS) {
      for (const window of Services.wm.getEnumerator(null)) {
        if (window.location.href !== url) continue;
        if (window.messageBrowser?.contentWindow) yield window.messageBrowser.contentWindow;
        for (const tab of window.document.getElementById("tabmail")?.tabInfo ?? []) {
          const inner = tab.chromeBrowser?.contentWindow;
          if (inner?.messageBrowser?.contentWindow) yield inner.messageBrowser.contentWindow;
          else if (inner?.gMessageURI !== undefined) yield inner;
        }
      }
    }
  }

  #mailIn(window: any): string {
    if (!window.gMessageURI) return "";
    try {
      return mailOf(MailServices.neckoURLForMessageURI(window.gMessageURI));
    } catch {
      return mailOf(window.gMessageURI);
    }
  }

  #isIn(window: any, mail: string): boolean {
    const here = this.#mailIn(window);
    // A mail in a file has another address inside than outside.
    const path = (spec: string) => spec.replace(/^[a-z]+:\/+/, "/").replace(/[?&]number=0$/, "");
    return here !== "" && (here === mail || (/^file:/.test(here) && path(here) === path(mail)));
  }

  loadAgain(mail: string): void {
    for (const window of this.windows())
      if (this.#isIn(window, mail)) window.ReloadMessage();
  }

  /** What is known of a mail is not there yet. */
  progress(mail: string, work: Work): void {
    for (const window of this.windows()) {
      if (!this.#isIn(window, mail)) continue;
      const shown = this.#shown.get(window);
      if (!shown || shown.answer) continue;
      const { percent } = work;
      const row =
        percent === undefined
          ? this.#saying("tbChecking")
          : this.#saying("tbCheckingProgress", String(percent));
      this.#draw(window, row, { work });
    }
  }

  #saying(name: string, ...values: string[]): Row {
    return { level: "info", signature: this.#words(name, ...values), encryption: "", advice: "" };
  }

  show(mail: string, answer: Answer): void {
    for (const window of this.windows()) {
      if (!this.#isIn(window, mail)) continue;
      const shown = this.#shown.get(window);
      if (!shown) continue;
      shown.answer = answer;
      this.#draw(window, answer.row, answer);
      if (answer.encrypted) this.#rememberEncrypted(window);
    }
  }

  /** Remote content stays off, as for Thunderbird's own. Its composer goes by the other address of
   * the mail, and is left alone: replies are protected here. */
  #rememberEncrypted(window: any): void {
    const service = window.gEncryptedURIService ?? window.gEncryptedSMIMEURIsService;
    service?.rememberEncrypted(MailServices.neckoURLForMessageURI(window.gMessageURI));
  }

  #loading(window: any): void {
    if (!window?.smimeSink) return;
    this.#wrap(window);
    const before = this.#shown.get(window);
    const mail = this.#mailIn(window);
    this.#shown.set(window, { mail, load: ++this.#load });
    const row = window.document.getElementById(ROW);
    if (!row || row.hidden) return;
    // The same one again, whose content has come: what was said of it goes on.
    if (before?.mail === mail && !before.answer)
      this.#draw(window, this.#saying("tbOpening"));
    else row.hidden = true;
  }

  #loaded(window: any): void {
    const answer = this.#shown.get(window)?.answer;
    if (answer) this.#fields(window, answer);
  }

  /** Thunderbird found S/MIME in what it displays: the host is asked what it thinks of it. */
  #wrap(window: any): void {
    const sink = window.smimeSink;
    if (sink.nssmime) return;
    sink.nssmime = true;
    const found = (uri: string, original: () => void) => {
      const shown = this.#shown.get(window);
      if (!shown || !uri || !this.#isIn(window, mailOf(uri))) return original();
      this.#judge(window, shown);
    };
    for (const name of ["signedStatus", "encryptionStatus"]) {
      const original = sink[name];
      sink[name] = (...args: any[]) => found(args[3], () => original.apply(sink, args));
      this.#undo.push(() => {
        sink[name] = original;
        delete sink.nssmime;
      });
    }
  }

  async #judge(window: any, shown: { mail: string; answer?: Answer; load: number }): Promise<void> {
    if (shown.answer) return;
    this.#draw(window, this.#saying("tbChecking"));
    const uri = window.gMessageURI;
    const key = `${shown.mail}\n`;
    this.#readings.forgetOne(key);
    const answer = await this.#readings.read(key, async () => [
      { kind: "message" },
      new File([bytesOf(await sourceOf(uri))], "mail.eml"),
    ]);
    // Another mail may be there meanwhile.
    if (this.#shown.get(window) !== shown || shown.answer) return;
    shown.answer = answer;
    this.#draw(window, answer.row, answer);
    this.#fields(window, answer);
  }

  /** What is protected is shown, whatever stands outside. */
  #fields(window: any, { subject, reading }: Answer): void {
    const { currentHeaderData, gMessage } = window;
    const from = reading?.headers.from ?? [];
    let changed = false;
    const put = (name: string, value: string) => {
      const field = currentHeaderData?.[name];
      if (!field || field.headerValue === value) return;
      field.headerValue = value;
      changed = true;
    };
    if (subject !== undefined) put("subject", subject);
    const isProtected = (boxes: any[]) =>
      boxes.length > 0 && boxes.every(({ source }) => source === "protected");
    const outside = MailServices.headerParser
      .parseEncodedHeaderW(gMessage?.author ?? currentHeaderData?.from?.headerValue ?? "")
      .map(({ email }: { email: string }) => email.toLowerCase());
    const isSame =
      from.length === outside.length &&
      from.every(({ address }: any) => outside.includes(address?.toLowerCase()));
    if (!isSame && isProtected(from)) put("from", from.map(written).join(", "));
    if (isProtected(from)) {
      for (const name of ["to", "cc"]) {
        const boxes = reading.headers[name];
        if (reading.headers.differing.includes(name) && isProtected(boxes))
          put(name, boxes.map(written).join(", "));
      }
      // Somebody wrote it there on the way: it is not shown at all.
      if (!reading.headers.other?.["reply-to"] && currentHeaderData?.["reply-to"]) {
        delete currentHeaderData["reply-to"];
        const row = window.gExpandedHeaderView?.["reply-to"];
        if (row) row.valid = false;
        changed = true;
      }
    }
    if (changed) window.UpdateExpandedMessageHeaders();
  }

  #draw(window: any, row: Row, { work, ...answer }: Partial<Answer> & { work?: Work } = {}): void {
    const { document } = window;
    const element = document.getElementById(ROW) ?? this.#insert(document);
    if (!element) return;
    const html = (tag: string, className: string, text: string) => {
      const made = document.createElementNS("http://www.w3.org/1999/xhtml", tag);
      made.className = className;
      made.textContent = text;
      return made;
    };
    element.className = row.level;
    element.hidden = false;
    const words = html("div", "words", "");
    const title = html("div", "title", [row.signature, row.encryption].filter(Boolean).join(" · "));
    words.append(title);
    if (row.advice) words.append(html("div", "advice", row.advice));
    const mark = html("span", "mark", MARKS[row.level]);
    mark.setAttribute("aria-hidden", "true");
    // Who is about to press the button still finds it there.
    const cancel = element.querySelector("button.cancel");
    if (work && cancel && work === this.#drawn.get(element)) {
      element.querySelector(".words").replaceWith(words);
      return;
    }
    element.replaceChildren(mark, words);
    const button = (name: string, press: () => void) => {
      const made = html("button", name, this.#words(name));
      made.addEventListener("click", press);
      element.append(made);
    };
    if (work) {
      this.#drawn.set(element, work);
      button("cancel", () => work.stop());
    }
    if (answer.reading)
      button("tbDetails", () => {
        this.#details.ask({ reading: plain(answer.reading) }).catch(Cu.reportError);
      });
    if (answer.setUp)
      button("tbSetUp", () => {
        this.#details.ask({ setUp: true }).catch(Cu.reportError);
      });
    if (answer.certificates)
      button("tbCertificates", () => {
        this.#details.ask({ certificates: true }).catch(Cu.reportError);
      });
    if (answer.problem)
      button("tbTryAgain", () => {
        this.#readings.forgetMail(this.#mailIn(window));
        window.ReloadMessage();
      });
  }

  #insert(document: any): any {
    const header = document.getElementById("messageHeader");
    if (!header) return null;
    const space = "http://www.w3.org/1999/xhtml";
    const style = document.createElementNS(space, "style");
    style.id = `${ROW}-style`;
    style.textContent = STYLE;
    const element = document.createElementNS(space, "div");
    element.id = ROW;
    element.setAttribute("role", "status");
    document.documentElement.append(style);
    // The header itself has a height of its own.
    header.after(element);
    this.#undo.push(() => {
      style.remove();
      element.remove();
    });
    return element;
  }
}
