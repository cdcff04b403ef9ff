// SPDX-License-Identifier: MPL-2.0
// Which database of certificates is used: shown in the settings, and while setting up.
import { databaseCandidates } from "../core/actions/database-candidates.ts";
import { useDatabase } from "../core/actions/database-use.ts";
import type { Candidate } from "../core/wire.ts";
import { button, h, icon } from "./dom.ts";
import type { Page } from "./page.ts";
import { said } from "./reason.ts";
import { type Key, t, wordsOf } from "./text.ts";

const unnamed: Readonly<Record<string, Key>> = {
  "Database of the settings": "database_configured",
  "Shared database": "database_shared",
  "nssmime's own database": "database_own",
};

/** The host's words hold names, which are the same in every language; the rest is said in ours. */
export function databaseLabel({ label, id }: Pick<Candidate, "label" | "id">): string {
  if (label === null) return id;
  const key = unnamed[label];
  if (key) return t(key);
  const [, program, profile] = /^(.+?), profile (.+)$/s.exec(label) ?? [];
  return program && profile ? t("databaseProfile", program, profile) : label;
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
