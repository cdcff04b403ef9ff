// SPDX-License-Identifier: MPL-2.0
// The settings: the helper program, the database, passwords, sending.
import { databaseStatus } from "../core/actions/database-status.ts";
import { HostError } from "../core/error.ts";
import { loadSettings } from "../core/settings.ts";
import type { Result } from "../core/wire.ts";
import { databaseChoice } from "./database-choice.ts";
import { button, fill, h, icon, section } from "./dom.ts";
import { notice, openPage } from "./page.ts";
import { problemBox } from "./problem.ts";
import { reducedSection } from "./settings-reduced.ts";
import { sendingSections } from "./settings-sending.ts";
import { sitesSection } from "./settings-sites.ts";
import { tokensSection } from "./settings-tokens.ts";
import { t } from "./text.ts";

const page = await openPage("settingsTitle");

type Got<V> = { value: V } | { error: HostError };

async function get<V>(work: () => Promise<V>): Promise<Got<V>> {
  try {
    return { value: await page.busy.run(t("loading"), work) };
  } catch (failure) {
    return { error: HostError.of(failure) };
  }
}

function hostSection(hello: Got<Result<"hello">>): HTMLElement {
  return section(
    t("sectionHost"),
    h("p", { class: "help" }, t("hostText")),
    "value" in hello
      ? notice("ok", h("p", {}, t("hostOk", hello.value.host.version, hello.value.nss.version)))
      : problemBox(
          hello.error,
          page.target,
          h("p", {}, button(t("tryAgain"), () => void show(), { class: "primary" })),
        ),
  );
}

/** States and versions: nothing that tells who the user is. */
function report(hello: Got<Result<"hello">>, status: Got<Result<"database.status">> | null): string {
  const lines: Record<string, unknown> = {
    extension: chrome.runtime.getManifest().version,
    program: page.target.program,
    browser: navigator.userAgent,
    language: navigator.language,
  };
  if ("value" in hello)
    lines["host"] = { ...hello.value.host, nss: hello.value.nss.version, protocol: hello.value.protocol };
  else lines["host"] = hello.error.kind;
  if (status && "value" in status) {
    const { kind, writable, algorithms, tokens } = status.value;
    lines["database"] = { kind, writable };
    lines["algorithms"] = algorithms;
    lines["tokens"] = tokens.map(({ needsPassword, unlocked, removable }) => ({
      needsPassword,
      unlocked,
      removable,
    }));
  } else if (status) lines["database"] = status.error.kind;
  return JSON.stringify(lines, null, 2);
}

function reportSection(text: string): HTMLElement {
  const copy = button(t("reportCopy"), async () => {
    await navigator.clipboard.writeText(text);
    copy.textContent = t("copied");
  });
  return section(
    t("sectionReport"),
    h("p", { class: "help" }, t("reportText")),
    h("details", {}, h("summary", {}, t("technical")), h("pre", { tabindex: 0, "aria-label": t("technical") }, text)),
    h("p", {}, copy),
  );
}

async function databaseSections(
  status: Got<Result<"database.status">>,
): Promise<(HTMLElement | false)[]> {
  const choice = await get(() => databaseChoice(page, show));
  return [
    section(
      t("sectionDatabase"),
      h("p", { class: "help" }, t("databaseText")),
      "error" in status && problemBox(status.error, page.target),
      "error" in choice ? problemBox(choice.error, page.target) : choice.value,
      "value" in status && !status.value.writable && h("p", { class: "warn" }, icon("warn"), t("databaseReadOnly")),
    ),
    "value" in status && tokensSection(page, status.value.tokens, show),
  ];
}

async function show(): Promise<void> {
  const hello = await get(() => page.host.call("hello", {}));
  const status = "value" in hello ? await get(() => databaseStatus(page.host)) : null;
  const settings = await loadSettings(chrome.storage.local);
  const sending =
    status && "value" in status ? await get(() => sendingSections(page, settings)) : null;
  fill(
    page.main,
    reducedSection(page),
    hostSection(hello),
    Boolean(page.target.sites) && (await sitesSection(page, show)),
    ...(status ? await databaseSections(status) : []),
    ...(sending && "value" in sending ? sending.value : []),
    sending && "error" in sending && problemBox(sending.error, page.target),
    reportSection(report(hello, status)),
  );
}

await show();
