// SPDX-License-Identifier: MPL-2.0
// The frame above a mail in its webmail (reader.html), or a window where the page allows no frame
// (mail.html): the mail as the host read it. In a frame the content script alone, which made it, can say which mail that is.
import type { Client } from "../core/client.ts";
import { collector } from "../core/stream.ts";
import { button, type Child, fill, h } from "../pages/dom.ts";
import { notice, openPage } from "../pages/page.ts";
import { problemBox } from "../pages/problem.ts";
import { t } from "../pages/text.ts";
import { mailView } from "../pages/viewer-mail.ts";
import type { Mode } from "./editor/answering.ts";
import type { WebmailMethods } from "./page-methods.ts";
import { problemOf } from "./problems.ts";
import { say } from "./words.ts";

const framed = window.parent !== window;

/** Heard from the first moment on: the frame is told as soon as it is loaded. */
function toldHandle(): Promise<string> {
  if (!framed) {
    const handle = location.hash.slice(1);
    history.replaceState(null, "", location.pathname + location.search);
    return Promise.resolve(handle);
  }
  return new Promise((resolve) => {
    addEventListener("message", (event) => {
      if (event.source === window.parent && typeof event.data?.nssmime === "string")
        resolve(event.data.nssmime);
    });
  });
}

const told = toldHandle();
document.documentElement.classList.toggle("framed", framed);
const page = await openPage("viewerTitle", { alone: true });
const host = page.host as unknown as Client<WebmailMethods>;
const whole = await told;
/** Of the whole mail, or of a part that is read on its own. */
let handle = whole;

/** To the mailbox that the mail is of, where it was opened from one. */
function back(): Child {
  const query = new URLSearchParams(location.search);
  const [by, folder] = [query.get("by"), query.get("folder")];
  if (framed || by === null) return null;
  const href = `mailbox.html?${new URLSearchParams({ by })}#${encodeURIComponent(folder ?? "")}`;
  return h("p", { class: "back-line" }, h("a", { class: "back", href }, say("wmBackToMailbox")));
}

function again(): HTMLElement {
  return button(
    t("tryAgain"),
    () => void page.attempt(t("working"), () => host.call("reader.again", { handle: whole })),
    { class: "primary" },
  );
}

/** Nothing of the mail is here any more. */
function gone(text: string): void {
  fill(
    page.main,
    back(),
    notice("info", h("p", {}, text), framed && h("p", { class: "toolbar" }, again())),
  );
}

/** Where something can be done about it. */
function wayOn(kind: string): Child {
  const place = (label: string, path: string) =>
    button(label, () => void page.attempt(t("working"), () => host.call("page.open", { path, site: null })));
  if (/^host-/.test(kind)) return place(t("navStart"), "pages/start.html");
  if (/^(no-private-key|token-absent)$/.test(kind)) return place(t("navCertificates"), "pages/certificates.html");
  if (/^(database|password|wrong-password)/.test(kind)) return place(t("navSettings"), "pages/settings.html");
  return null;
}

function problem(error: NonNullable<Parameters<typeof problemOf>[0]>): Child {
  const { title, advice, error: ofHost } = problemOf(error);
  const more = h("p", { class: "toolbar" }, framed && again(), ofHost && wayOn(ofHost.kind));
  if (ofHost) return problemBox(ofHost, page.target, more);
  return notice("warn", h("p", { class: "notice-title" }, title), h("p", {}, advice), more);
}

/** What was pressed is gone: keyboard and eye go on where the mail begins. */
function toTop(): void {
  document.getElementById("main")?.focus();
  scrollTo(0, 0);
}

async function showPart(part: string): Promise<void> {
  const read = await page.attempt(
    t("working"),
    (running) => host.call("reader.part", { handle, part }, running),
    { asks: true },
  );
  if (!read) return;
  handle = read.handle;
  const back = button(say("wmWhole"), () => {
    handle = whole;
    void show().then(toTop);
  });
  await show(notice("info", h("p", {}, say("wmPart")), h("p", { class: "toolbar" }, back)));
  toTop();
}

/** Beside those of the webmail, which quote what it can read of the mail itself. */
function answerBar(): HTMLElement {
  const answer = (label: string, mode: Mode) =>
    button(
      label,
      () => void page.attempt(t("working"), () => host.call("reader.answer", { handle, mode })),
    );
  return h(
    "p",
    { class: "toolbar answers" },
    answer(say("wmReply"), "reply"),
    answer(say("wmReplyAll"), "replyAll"),
    answer(say("wmForward"), "forward"),
  );
}

async function show(...before: Child[]): Promise<void> {
  await page.attempt(t("loading"), async (running) => {
    const { sink: output, blob } = collector();
    const mail = await host.call("reader.mail", { handle }, { ...running, output });
    if (!mail) return gone(say("wmGone"));
    const { reading } = mail;
    if (!reading) return fill(page.main, mail.problem && problem(mail.problem));
    const details = () =>
      void page.attempt(t("working"), () => host.call("reader.details", { handle }));
    fill(
      page.main,
      back(),
      ...before,
      answerBar(),
      ...(await mailView(reading, blob(), { details, part: (part) => void showPart(part) })),
    );
  });
}

if (framed) {
  // The frame is as high as what it shows.
  new ResizeObserver(() => {
    const { height } = document.body.getBoundingClientRect();
    host.call("reader.height", { handle: whole, height }).catch(() => undefined);
  }).observe(document.body);
}

// Of a frame the content script takes care: in Firefox it hears nothing here.
chrome.runtime.onMessage.addListener((message: { forget?: boolean } | null, sender) => {
  if (sender.id === chrome.runtime.id && !sender.tab && message?.forget) gone(say("wmLocked"));
});

await show();
