// SPDX-License-Identifier: MPL-2.0
// Which database of certificates is used: shown in the settings, and while setting up.
import { databaseCandidates } from "../core/actions/database-candidates.ts";
import { useDatabase } from "../core/actions/database-use.ts";
import type { Candidate } from "../core/wire.ts";
import { button, h, icon } from "./dom.ts";
import type { Page } from "./page.ts";
import { said } from "./reason.ts";
import { keyOf, t, wordsOf } from "./text.ts";

/** The host's words where they hold a name; ours for the two that have none. */
export function databaseLabel({ kind, label, id }: Pick<Candidate, "kind" | "label" | "id">): string {
  if (kind === "own" || kind === "shared") return t(keyOf("database", kind));
  return label ?? id;
}

function row(page: Page, candidate: Candidate, changed: () => Promise<void>): HTMLElement {
  const label = databaseLabel(candidate);
  const { problem, problemCode } = candidate;
  const use = button(
    t("databaseUse"),
    async () => {
      const done = await page.attempt(
        t("working"),
        async ({ signal }) => {
          await useDatabase(page.host, candidate.id, signal);
          return true;
        },
        { asks: true },
      );
      if (!done) return;
      await changed();
      page.notify("ok", h("p", {}, t("databaseChanged")));
    },
    { "aria-label": `${t("databaseUse")}: ${label}` },
  );
  return h(
    "li",
    { class: "row" },
    h(
      "div",
      {},
      h("p", { class: "row-title" }, label),
      problem && h("p", { class: "bad" }, said("bad"), wordsOf("databaseProblem", problemCode, problem)),
    ),
    candidate.inUse
      ? h("span", { class: "badge ok" }, icon("ok"), t("databaseInUse"))
      : !problem && use,
  );
}

/** Answers also where none can be opened, which is when it is needed most. */
export async function databaseChoice(
  page: Page,
  changed: () => Promise<void>,
): Promise<HTMLElement> {
  const candidates = await databaseCandidates(page.host);
  if (candidates.length === 0) return h("p", {}, t("databaseNone"));
  return h("ul", { class: "rows" }, ...candidates.map((each) => row(page, each, changed)));
}
