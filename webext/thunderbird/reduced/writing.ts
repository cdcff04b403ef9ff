// SPDX-License-Identifier: MPL-2.0
// The page about the mail that is being written: whether it is signed and encrypted, for whom that
// is possible, why it was not sent, and how far it is.
import type { Recipient } from "../../core/recipients.ts";
import { button, type Child, fill, freshId, h, on } from "../../pages/dom.ts";
import { notice, openPage } from "../../pages/page.ts";
import { canLookUp, recipientView } from "../../pages/recipient-view.ts";
import type { Key } from "../../pages/text.ts";
import { t } from "../../pages/text.ts";
import type { State } from "../composing.ts";
import { say } from "../words.ts";
import type { Way } from "./outgoing.ts";
import { tell } from "./words.ts";

/** As the background tells it. */
export interface Writing {
  state: State;
  recipients: Recipient[];
  way: Way;
  /** Thunderbird's own protection is switched on for it. */
  builtIn: string;
}

/** What this page asks the background to do. */
export interface Wish {
  writing: number;
  sign?: boolean;
  encrypt?: boolean;
  cancel?: boolean;
  /** Thunderbird's own protection is to be switched off for it. */
  takeOver?: boolean;
}

const page = await openPage("rdWritingTitle" as Key, { alone: true });
const lookUp = await canLookUp(page);
const query = new URLSearchParams(location.search);

/** As a popup of a composer it is about that one, as a window of its own about the one it names. */
async function tabId(): Promise<number> {
  const named = query.get("tab");
  if (named !== null) return Number(named);
  const [tab] = await chrome.tabs.query({ active: true, currentWindow: true });
  return tab?.id ?? -1;
}

const writing = await tabId();

type Answer = Writing | { problem: string } | null;

const ask = async (wish: Omit<Wish, "writing">): Promise<Answer> =>
  chrome.runtime.sendMessage({ writing, ...wish });

async function wish(what: Omit<Wish, "writing">): Promise<void> {
  const now = await page.busy.run(say("tbLooking"), () => ask(what));
  show(now);
}

function choice(what: "sign" | "encrypt", state: State): HTMLElement {
  const id = freshId(what);
  const box = on(h("input", { type: "checkbox", id, checked: state[what] }), {
    change: () => void wish({ [what]: box.checked }),
  });
  return h(
    "div",
    { class: "check" },
    box,
    h("label", { for: id }, say(what === "sign" ? "tbSign" : "tbEncrypt")),
  );
}

function refusedView({ way }: Writing): HTMLElement {
  return notice(
    "bad",
    h("p", { class: "notice-title" }, tell("rdNotSent")),
    h("p", {}, way.refused ?? ""),
  );
}

function progressView(percent: number): HTMLElement {
  const text = say("tbProtecting", String(percent));
  return h(
    "div",
    { class: "panel", role: "status" },
    h("p", {}, text),
    h("progress", { max: 100, value: percent, "aria-label": text }),
    h("p", { class: "toolbar" }, button(t("cancel"), () => void wish({ cancel: true }))),
  );
}

function show(now: Answer): void {
  if (!now) {
    // It was sent, or closed.
    if (query.has("tab")) window.close();
    fill(page.main, notice("info", h("p", {}, say("tbComposerGone"))));
    return;
  }
  if ("problem" in now) return fill(page.main, notice("bad", h("p", {}, now.problem)));
  const { state, recipients, way, builtIn } = now;
  if (way.progress !== undefined) return fill(page.main, progressView(way.progress));
  fill(
    page.main,
    way.refused === undefined ? notice(state.level, h("p", {}, state.text)) : refusedView(now),
    builtIn !== "" &&
      h("p", { class: "toolbar" }, button(tell("rdTakeOver"), () => void wish({ takeOver: true }))),
    builtIn === "" &&
      h(
        "fieldset",
        { class: "panel" },
        h("legend", {}, tell("rdThisMail")),
        choice("sign", state),
        choice("encrypt", state),
      ),
    h("h2", {}, say("tbComposerTitle")),
    recipients.length === 0 && h("p", {}, say("tbComposerNobody")),
    ...recipients.map((recipient) => recipientView(page, recipient, lookUp)),
  );
}

function showNote(...content: Child[]): void {
  fill(
    page.main,
    ...content,
    h("p", { class: "toolbar" }, button(t("close"), () => window.close(), { class: "primary" })),
  );
}

const waiting = (): void =>
  showNote(
    notice(
      "info",
      h("p", { class: "notice-title" }, tell("rdWaits")),
      h("p", {}, tell("rdWaitsText")),
    ),
    h("details", {}, h("summary", {}, tell("rdWaitsNever")), h("p", {}, tell("rdWaitsNeverText"))),
  );

if (query.has("waits")) waiting();
else if (query.has("select")) showNote(notice("info", h("p", {}, tell("rdSelect"))));
else {
  chrome.runtime.onMessage.addListener((message, sender, reply) => {
    if (sender.id !== chrome.runtime.id || message?.written !== writing) return false;
    reply(true);
    void ask({}).then(show);
    return false;
  });
  await wish({});
}
