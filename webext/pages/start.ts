// SPDX-License-Identifier: MPL-2.0
// Setting up: which step is missing, and exactly how to do it.
import { allCertificates } from "../core/actions/certificate-list.ts";
import { databaseStatus } from "../core/actions/database-status.ts";
import { HostError } from "../core/error.ts";
import type { Identity } from "../core/relay.ts";
import type { Certificate } from "../core/wire.ts";
import { badge } from "./chain.ts";
import { reasonsAgainst, stateOf } from "./certificate-state.ts";
import { databaseChoice, databaseLabel } from "./database-choice.ts";
import { button, type Child, fill, h, icon } from "./dom.ts";
import { importButton, takeDrops } from "./import.ts";
import { openPage } from "./page.ts";
import { sitesSection } from "./settings-sites.ts";
import { problemTitle, remedyFor } from "./problem.ts";
import { reasonList } from "./reason.ts";
import { type Key, t } from "./text.ts";

interface Step {
  state: "done" | "todo" | "waiting";
  text: string;
  children: Child[];
}

const page = await openPage("startTitle");
const waiting: Step = { state: "waiting", text: t("stepWaiting"), children: [] };

function again(): HTMLElement {
  return h("p", { class: "toolbar" }, button(t("tryAgain"), () => void show(), { class: "primary" }));
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
  return {
    state: "todo",
    text: t("stepSiteText", program),
    children: [
      h("p", { class: "hint" }, t("stepSiteHint", program)),
      recommended.length > 0 && (await sitesSection(page, show)),
      again(),
    ],
  };
}

/** The best first: one that does everything, for the longest time. */
function best(certificates: Certificate[]): Certificate | undefined {
  const score = ({ status }: Certificate) =>
    Number(status?.sign.usable ?? false) + Number(status?.encrypt.usable ?? false);
  return [...certificates].sort(
    (a, b) => score(b) - score(a) || b.notAfter.localeCompare(a.notAfter),
  )[0];
}

function identityView(
  { address, name }: Identity,
  certificates: Certificate[],
): { done: boolean; view: HTMLElement } {
  const chosen = best(certificates);
  const signs = certificates.some(({ status }) => status?.sign.usable);
  const decrypts = certificates.some(({ status }) => status?.encrypt.usable);
  const done = signs && decrypts;
  const content: Child[] = [];
  if (done && chosen) {
    content.push(h("p", {}, t("identityOk", stateOf(chosen).text)));
  } else if (chosen) {
    if (signs || decrypts) content.push(h("p", {}, t(signs ? "identitySignOnly" : "identityEncryptOnly")));
    else content.push(h("p", {}, t("identityBad")), reasonList(reasonsAgainst(chosen), "own"));
  } else {
    content.push(h("p", {}, t("identityNone")), h("p", { class: "hint" }, t("identityNoneText")));
  }
  if (!done)
    content.push(
      h(
        "p",
        { class: "toolbar" },
        importButton(page, t("identityHave"), show),
        chosen &&
          h(
            "a",
            { class: "button", href: `certificates.html#show=${chosen.fingerprint}` },
            t("identityShow"),
          ),
        h("a", { class: "button", href: "certificates.html#request" }, t("requestButton")),
      ),
    );
  return {
    done,
    view: h(
      "div",
      { class: `panel identity ${done ? "ok" : "warn"}` },
      h(
        "p",
        { class: "row-title" },
        icon(done ? "ok" : "warn"),
        h(
          "span",
          {},
          name ? `${name} <${address}> ` : `${address} `,
          chosen && !done && badge(stateOf(chosen)),
        ),
      ),
      ...content,
    ),
  };
}

async function certificateStep(): Promise<Step> {
  const { identities, program } = page.target;
  if (identities.length === 0) {
    const text = t(page.target.sites ? "stepCertificateNoMail" : "stepCertificateNone", program);
    return { state: "todo", text, children: [again()] };
  }
  try {
    const views = await Promise.all(
      identities.map(async (identity) =>
        identityView(
          identity,
          await allCertificates(page.host, { kind: "own", address: identity.address }),
        ),
      ),
    );
    return {
      state: views.every(({ done }) => done) ? "done" : "todo",
      text: "",
      children: views.map(({ view }) => view),
    };
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

function stepView(title: Key, { state, text, children }: Step, number: number): HTMLElement {
  return h(
    "li",
    { class: `step ${state}` },
    h(
      "h2",
      {},
      h("span", { class: "step-mark" }, state === "done" ? icon("ok") : String(number)),
      h(
        "span",
        {},
        `${t(title)} `,
        h("span", { class: `badge ${marks[state]}` }, t(stateWords[state])),
      ),
    ),
    text !== "" && state !== "waiting" && h("p", { class: "step-text" }, text),
    ...children,
  );
}

async function show(): Promise<void> {
  const all: [Key, () => Promise<Step>][] = [
    ["stepHost", () => page.busy.run(t("startChecking"), hostStep)],
    ["stepDatabase", databaseStep],
    ...(page.target.sites ? ([["stepSite", siteStep]] as [Key, () => Promise<Step>][]) : []),
    ["stepCertificate", certificateStep],
  ];
  const titles = all.map(([title]) => title);
  const steps: Step[] = [];
  // Each needs the one before.
  for (const [, make] of all)
    steps.push(steps.every(({ state }) => state === "done") ? await make() : waiting);
  const next = steps.findIndex(({ state }) => state === "todo");
  fill(
    page.main,
    next < 0
      ? h(
          "div",
          { class: "verdict ok" },
          icon("ok"),
          h("div", {}, h("p", { class: "verdict-title" }, t("startReady")), h("p", {}, t("startReadyText"))),
        )
      : h("p", { class: "lead" }, t("startIntro")),
    next >= 0 && h("p", { class: "next", role: "status" }, t("startNext", t(titles[next] as Key))),
    h("ol", { class: "steps" }, ...steps.map((step, at) => stepView(titles[at] as Key, step, at + 1))),
  );
}

takeDrops(page, show);
await show();
