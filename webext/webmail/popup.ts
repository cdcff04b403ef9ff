// SPDX-License-Identifier: MPL-2.0
// What the toolbar's button opens: for every page that it is pressed on, what S/MIME can do there
// and the next step. It is never a dead end.
import { allCertificates } from "../core/actions/certificate-list.ts";
import { Client } from "../core/client.ts";
import { HostError } from "../core/error.ts";
import { RELAY } from "../core/relay.ts";
import { button, type Child, fill, h } from "../pages/dom.ts";
import { notice } from "../pages/page.ts";
import { problemBox } from "../pages/problem.ts";
import { setUpSite } from "../pages/site-setup.ts";
import { language, t } from "../pages/text.ts";
import { verdictLine } from "../pages/verdict.ts";
import { takeOver } from "./own-buttons.ts";
import type { PopupState, WebmailMethods } from "./page-methods.ts";
import { problemOf } from "./problems.ts";
import { say } from "./words.ts";

const host = new Client<WebmailMethods>({ connect: () => chrome.runtime.connect({ name: RELAY }) });
const main = h("main", { id: "main" }, h("p", { class: "loading" }, t("loading")));

/** The tab that the button was pressed for; a test names it. */
async function tab(): Promise<{ id: number; address: string }> {
  const named = new URLSearchParams(location.search).get("tab");
  const found =
    named === null
      ? (await chrome.tabs.query({ active: true, currentWindow: true }))[0]
      : await chrome.tabs.get(Number(named)).catch(() => undefined);
  return { id: found?.id ?? -1, address: found?.url ?? "" };
}

document.documentElement.lang = language();
document.title = "S/MIME";
document.body.classList.add("popup");
fill(document.body, main);
const here = await tab();
const target = await host.call("page.target", {});

function go(path: string, site: string | null): void {
  void host.call("page.open", { path, site }).then(() => window.close());
}

function links(site: string | null, ...more: Child[]): HTMLElement {
  const place = (label: string, path: string) => button(label, () => go(path, site), { class: "plain" });
  return h(
    "nav",
    { "aria-label": t("navLabel") },
    site !== null && place(say("wmOpenTitle"), "pages/open.html"),
    place(say("wmMailboxes"), "pages/mailbox.html"),
    place(t("navCertificates"), "pages/certificates.html"),
    place(t("navSettings"), "pages/settings.html"),
    place(t("navStart"), "pages/start.html"),
    ...more,
  );
}

function setUpButton(site: string, label: string): HTMLElement {
  return button(
    label,
    () =>
      setUpSite(host, site, asking).then(
        (granted) => show(granted ? "" : say("wmBrowserDeclined")),
        // Why not is in the state.
        () => show(),
      ),
    { class: "primary" },
  );
}

function fail(failure: unknown): void {
  fill(main, problemBox(HostError.of(failure), target), links(null));
}

/** The host asks, in a window of its own. */
function asking(): void {
  fill(
    main,
    h("h1", {}, say("wmAsking")),
    h("p", { role: "status" }, t("askingWindow")),
    h("progress", { "aria-label": say("wmAsking") }),
  );
}

function notSet({ site, recommended, failure }: PopupState & { site: string }, told: Child): Child[] {
  const { error } = failure ? problemOf(failure) : { error: null };
  return [
    h("h1", {}, say("wmNotSet")),
    told,
    error && problemBox(error, target),
    h("p", {}, say(recommended ? "wmNotSetRecommended" : "wmNotSetText", site)),
    h("p", { class: "toolbar" }, setUpButton(site, say(error ? "wmSetUpAgain" : "wmSetUp"))),
    h("p", { class: "hint" }, say("wmSetUpHint")),
  ];
}

function seenView({ seen, webmail }: PopupState): Child[] {
  const check = button(say("wmCheck"), async () => {
    await host.call("mail.check", { tab: here.id });
    window.close();
  });
  const details = button(t("viewerDetails"), async () => {
    await host.call("mail.details", { tab: here.id });
    window.close();
  });
  if (!webmail) return [h("p", {}, say("wmUnknownWebmail"))];
  switch (seen.state) {
    case "working":
      return [h("p", { role: "status" }, say("wmReading"))];
    case "read":
      return [verdictLine(seen.reading, h("p", { class: "toolbar" }, details))];
    case "problem": {
      const { title, advice } = problemOf(seen.problem);
      return [notice("warn", h("p", { class: "notice-title" }, title), h("p", {}, advice)), h("p", { class: "toolbar" }, check)];
    }
    case "plain":
      return [notice("info", h("p", { class: "notice-title" }, t("verdict_none")), h("p", {}, t("verdict_none_text")))];
    default:
      return [h("p", {}, say("wmNoMail")), h("p", { class: "toolbar" }, check)];
  }
}

function forgetButton(site: string): HTMLElement {
  return button(
    say("wmForget"),
    () => host.call("site.forget", { site }).then(() => show(say("wmForgotten")), fail),
    { class: "plain" },
  );
}

/** Whether the webmail's own buttons lead to the editor, too. */
function ownButtonsCheck({ site, takesOver }: PopupState & { site: string }): HTMLElement {
  const box = h("input", { type: "checkbox", id: "own-buttons", checked: takesOver });
  box.addEventListener("change", () => void takeOver(chrome.storage.local, site, box.checked));
  return h("p", { class: "check" }, box, h("label", { for: "own-buttons" }, say("wmOwnButtons")));
}

function writeButton({ site, webmail }: PopupState & { site: string }, isNext: boolean): HTMLElement {
  const look = { class: isNext && "primary" };
  if (webmail)
    return button(say("wmWrite"), () => void host.call("mail.write", { site }).then(() => window.close(), fail), look);
  // Where nothing is known that could send.
  return button(say("wmWriteFile"), () => go("pages/editor.html?by=file", site), look);
}

/** The first of the addresses, where none of them has a certificate that does. */
async function lacking({ identities }: PopupState): Promise<string | null> {
  for (const { address } of identities) {
    const own = await allCertificates(host, { kind: "own", address });
    if (own.some(({ status }) => status?.sign.usable || status?.encrypt.usable)) return null;
  }
  return identities[0]?.address ?? null;
}

async function setView(state: PopupState & { site: string }): Promise<Child[]> {
  // What keeps the certificates from being listed is said where they are used.
  const lacks = await lacking(state).catch(() => null);
  const goOn = () => go("pages/start.html", state.site);
  return [
    h("h1", {}, say("wmSet")),
    h("p", { class: "site" }, state.site),
    lacks !== null &&
      notice(
        "warn",
        h("p", { class: "notice-title" }, say("wmNoCertificate", lacks)),
        h("p", {}, say("wmNoCertificateText")),
        h("p", { class: "toolbar" }, button(say("wmGoOn"), goOn, { class: "primary" })),
      ),
    ...seenView(state),
    h("p", { class: "toolbar" }, writeButton(state, lacks === null)),
    state.webmail && lacks === null && ownButtonsCheck(state),
  ];
}

function nowhere(): Child[] {
  const plain = /^http:/.test(here.address);
  return [h("h1", {}, say("wmNowhere")), h("p", {}, say(plain ? "wmNowhereHttp" : "wmNowhereText"))];
}

async function show(told = ""): Promise<void> {
  try {
    await host.call("hello", {});
  } catch (failure) {
    const error = HostError.of(failure);
    fill(
      main,
      h("h1", {}, say("wmFirst")),
      problemBox(error, target, h("p", { class: "toolbar" }, button(t("tryAgain"), () => void show(), { class: "primary" }))),
      links(null),
    );
    return;
  }
  const state = await host.call("popup.state", { tab: here.id, address: here.address });
  const { site } = state;
  if (site !== null && state.asking) {
    asking();
    await host.call("site.allow", { site }).catch(() => undefined);
    return show();
  }
  const status = told && h("p", { role: "status" }, told);
  fill(
    main,
    ...(site === null
      ? nowhere()
      : state.set
        ? [status, ...(await setView({ ...state, site }))]
        : notSet({ ...state, site }, status)),
    links(site, site !== null && state.set && forgetButton(site)),
  );
  // What is going on is there in a moment.
  if (state.seen.state === "working") setTimeout(() => void show(), 300);
}

// It is about the tab that it was opened for.
chrome.tabs.onActivated.addListener(() => window.close());
await show();
