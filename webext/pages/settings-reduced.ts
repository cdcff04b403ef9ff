// SPDX-License-Identifier: MPL-2.0
// What the reduced add-on for Thunderbird does otherwise than the complete one, or not at all.
import { h, section } from "./dom.ts";
import { notice, type Page } from "./page.ts";
import { type Key, t } from "./text.ts";

const limits = [
  "reducedOutbox",
  "reducedDrafts",
  "reducedBcc",
  "reducedFormat",
  "reducedOpen",
  "reducedMarks",
] as const satisfies Key[];

export function reducedSection({ target }: Page): HTMLElement | false {
  if (target.reduced === undefined) return false;
  const rests = target.reduced === "rests";
  return section(
    t("sectionReduced"),
    notice(rests ? "ok" : "info", h("p", {}, t(rests ? "reducedRests" : "reducedWorks"))),
    h(
      "details",
      { open: !rests },
      h("summary", {}, t("reducedLimits")),
      h("ul", {}, ...limits.map((key) => h("li", {}, t(key)))),
    ),
  );
}
