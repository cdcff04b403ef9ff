// SPDX-License-Identifier: MPL-2.0
// Setting up: which step is missing, and exactly how to do it. What is done elsewhere, in a terminal
// or in the tab of a webmail, is seen here by itself.
import { allCertificates } from "../core/actions/certificate-list.ts";
import { databaseStatus } from "../core/actions/database-status.ts";
import { HostError } from "../core/error.ts";
import type { Identity } from "../core/relay.ts";
import { Turns } from "../core/turns.ts";
import type { Certificate } from "../core/wire.ts";
import { databaseChoice, databaseLabel } from "./database-choice.ts";
import { button, type Child, fill, h, icon } from "./dom.ts";
import { getting, identityView } from "./identity-view.ts";
import { takeDrops } from "./import.ts";
import { openPage } from "./page.ts";
import { siteRows } from "./settings-sites.ts";
import { problemTitle, remedyFor } from "./problem.ts";
import { type Key, t } from "./text.ts";

interface Step {
  state: "done" | "todo" | "waiting";
  text: string;
  children: Child[];
}

const page = await openPage("startTitle");
const waiting: Step = { state: "waiting", text: t("stepWaiting"), children: [] };

function again(isNext = true): HTMLElement {
  const look = { class: isNext && "primary" };
  return h("p", { class: "toolbar" }, button(t("tryAgain"), () => void show(), look));
}

function failed(failure: unknown, ...more: Child[]): Step {
  const error = HostError.of(failure);
  return {
    state: "todo",
    text: problemTitle(error, page.target),
    children: [...remedyFor(error, page.target), ...more, again()],
  };
}

async function hostStep(): Promise<Step> {
  try {
    const { host } = await page.host.call("hello", {});
    return { state: "done", text: t("stepHostOk", host.version), children: [] };
  } catch (failure) {
    return failed(failure);
  }
}

async function databaseStep(): Promise<Step> {
  try {
    const status = await databaseStatus(page.host);
    const choice = await databaseChoice(page, show);
    // It opens, but its keys do not.
    if (status.problemCode === "password-format")
      return failed(new HostError("password-format-unsupported", status.problem ?? ""), choice);
    const others = h("details", {}, h("summary", {}, t("stepDatabaseOther")), h("p", { class: "help" }, t("databaseText")), choice);
    return { state: "done", text: t("stepDatabaseOk", databaseLabel(status)), children: [others] };
  } catch (failure) {
    // Another one can be chosen where this one does not open.
    const choice = await databaseChoice(page, show).catch(() => null);
    return failed(failure, choice);
  }
}

/** In a browser: the webmail that it is all for. */
async function siteStep(): Promise<Step> {
  const { program } = page.target;
  const { sites, recommended } = await page.host.call("site.list", {});
  if (sites.length > 0) return { state: "done", text: t("stepSiteOk", sites.join(", ")), children: [] };
  const hint = h("p", { class: "hint" }, t("stepSiteHint", program));
  if (recommended.length === 0)
    return { state: "todo", text: t("stepSiteText", program), children: [hint, again()] };
  const other = [h("summary", {}, t("stepSiteOther")), h("p", {}, t("stepSiteText", program)), hint];
  return {
    state: "todo",
    text: t("stepSiteSuggested", t("siteSetUp")),
    children: [await siteRows(page, show), h("details", {}, ...other)],
  };
}

const addressesOf = (certificates: Certificate[]): string[] => [
  ...new Set(certificates.flatMap(({ addresses }) => addresses)),
];

async function identitySteps(identities: Identity[]): Promise<Step> {
  const views = await Promise.all(
    identities.map((identity) => identityView(page, identity, () => void show())),
  );
  return {
    state: views.every(({ done }) => done) ? "done" : "todo",
    text: "",
    children: views.map(({ element }) => element),
  };
}

/** A webmail that is not known never says whose it is: any certificate does. */
async function withoutAddress(): Promise<Step> {
  const certificates = await allCertificates(page.host, { kind: "own" });
  const usable = certificates.filter(({ status }) => status?.sign.usable || status?.encrypt.usable);
  if (usable.length > 0)
    return { state: "done", text: t("stepCertificateAny", addressesOf(usable).join(", ")), children: [] };
  const addresses = addressesOf(certificates);
  if (addresses.length > 0) return identitySteps(addresses.map((address) => ({ address, name: "" })));
  return {
    state: "todo",
    text: t("stepCertificateNoMail"),
    children: [getting(page, undefined, () => void show()), again(false)],
  };
}

async function certificateStep(): Promise<Step> {
  // Asked again each time: a webmail says them once it was set up.
  const { identities, program, sites } = await page.host.call("page.target", {});
  try {
    if (identities.length === 0)
      return sites
        ? await withoutAddress()
        : { state: "todo", text: t("stepCertificateNone", program), children: [again()] };
    return await identitySteps(identities);
  } catch (failure) {
    return failed(failure);
  }
}

const marks = { done: "ok", todo: "warn", waiting: "info" } as const;
const stateWords = {
  done: "stepDone",
  todo: "stepTodo",
  waiting: "stepWaiting",
} as const satisfies Record<Step["state"], Key>;

const all: [Key, () => Promise<Step>][] = [
  ["stepHost", hostStep],
  ["stepDatabase", databaseStep],
  ...(page.target.sites ? ([["stepSite", siteStep]] as [Key, () => Promise<Step>][]) : []),
  ["stepCertificate", certificateStep],
];
const titles = all.map(([title]) => title);

function stepView({ state, text, children }: Step, at: number): HTMLElement {
  return h(
    "li",
    { class: `step ${state}`, "aria-current": state === "todo" && "step" },
    h(
      "h2",
      {},
      h("span", { class: "step-mark" }, state === "done" ? icon("ok") : String(at + 1)),
      h(
        "span",
        {},
        `${t(titles[at] as Key)} `,
        h("span", { class: `badge ${marks[state]}` }, t(stateWords[state])),
      ),
    ),
    text !== "" && state !== "waiting" && h("p", { class: "step-text" }, text),
    ...children,
  );
}

/** What all of it was for. */
async function readyView(): Promise<HTMLElement> {
  const { site, sites, identities } = await page.host.call("page.target", {});
  // By a webmail that is not known nothing can be sent.
  const writes = sites && site !== undefined && identities.length > 0;
  const write = () =>
    site !== undefined && page.attempt(t("working"), () => page.host.call("mail.write", { site }));
  return h(
    "div",
    { class: "verdict ok" },
    icon("ok"),
    h(
      "div",
      {},
      h("p", { class: "verdict-title" }, t("startReady")),
      h("p", {}, t(sites ? "startReadySite" : "startReadyText")),
      writes && h("p", { class: "toolbar" }, button(t("startWrite"), () => void write(), { class: "primary" })),
      sites && h("p", { class: "hint" }, t("startReadyOthers", t("viewerDetails"))),
    ),
  );
}

const summary = h("div", { role: "status" });
const list = h("ol", { class: "steps" });
let shown: string | null = null;

async function look(): Promise<Step[]> {
  const steps: Step[] = [];
  // Each needs the one before.
  for (const [, make] of all)
    steps.push(steps.every(({ state }) => state === "done") ? await make() : waiting);
  return steps;
}

/** `anew`: also where everything is as it was, which takes away what is open or in focus. */
async function render(anew: boolean): Promise<void> {
  const steps = await look();
  const views = steps.map(stepView);
  const next = steps.findIndex(({ state }) => state === "todo");
  const says = views.map(({ textContent }) => textContent).join();
  if (says === shown && !anew) return;
  if (next < 0) fill(summary, await readyView());
  else
    fill(
      summary,
      h("p", { class: "lead" }, t("startIntro")),
      h("p", { class: "next" }, t("startNext", t(titles[next] as Key))),
    );
  fill(list, ...views);
  if (shown === null) fill(page.main, summary, list);
  // What was done may have been at another place of the page.
  else (views[next] ?? summary).scrollIntoView({ block: "nearest" });
  shown = says;
}

/** Each shows what there is by then. */
const turns = new Turns();

const show = () => turns.next(() => page.busy.run(t("startChecking"), () => render(true)));

function refresh(): void {
  if (document.visibilityState === "visible") void turns.next(() => render(false));
}

/** Where the step of the webmail is the next, it is done in another tab: then this one is needed. */
async function goOn(): Promise<void> {
  if (!list.querySelector(".todo")) return;
  const waited = list.children[titles.indexOf("stepSite")]?.matches(".todo");
  await turns.next(() => render(false));
  const { sites } = await page.host.call("site.list", {});
  const here = waited && sites.length > 0 ? await chrome.tabs.getCurrent() : undefined;
  if (here?.id === undefined) return;
  await chrome.tabs.update(here.id, { active: true });
  await chrome.windows.update(here.windowId, { focused: true });
}

takeDrops(page, () => void show());
await show();
for (const [target, event] of [[document, "visibilitychange"], [window, "focus"]] as const)
  target.addEventListener(event, refresh);
if (page.target.sites) chrome.storage.local.onChanged.addListener(() => void goOn());
