// SPDX-License-Identifier: MPL-2.0
// The verdict on a mail in words: at length for its details, in one line above its text.
import type { Reading } from "../core/relay.ts";
import type { Summary } from "../core/wire.ts";
import { type Child, h, type IconName, icon } from "./dom.ts";
import { type Level, said, sorted, statusLevels } from "./reason.ts";
import { keyOf, t } from "./text.ts";

export interface Row {
  level: Level;
  signature: string;
  encryption: string;
  advice: string;
}

export function fromOf({ headers }: Reading): string {
  return headers.from.map(({ address }) => address ?? "").join(", ");
}

/** Whose signatures cover the mail. */
export function signersOf({ layers }: Pick<Reading, "layers">): string[] {
  const all = layers.flatMap(({ signers = [] }) => signers);
  return [...new Set(all.flatMap(({ addresses }) => addresses.slice(0, 1)))];
}

export function verdictRow({ signature, encryption, reasons }: Summary, signers: string[]): Row {
  const [worst] = sorted(reasons);
  const valid = signature === "valid" && signers.length > 0;
  return {
    level: statusLevels[signature],
    signature: valid ? t("signerTitle", signers.join(", ")) : t(keyOf("verdict", signature)),
    encryption: encryption === "none" ? "" : t(keyOf("encryption", encryption)),
    advice: worst === undefined ? "" : t(keyOf("reason", worst)),
  };
}

export function verdictBox(
  level: Level,
  picture: IconName,
  title: string,
  ...content: Child[]
): HTMLElement {
  return h(
    "div",
    { class: `verdict ${level}` },
    icon(picture),
    h("div", {}, h("p", { class: "verdict-title" }, said(level), title), ...content),
  );
}

export function verdictBoxes(reading: Reading): HTMLElement[] {
  const { signature, encryption } = reading.summary;
  const level = statusLevels[signature];
  const full = encryption === "full";
  return [
    verdictBox(
      level,
      level as IconName,
      t(keyOf("verdict", signature)),
      h("p", {}, t(keyOf("verdict", signature, "_text"), fromOf(reading))),
    ),
    verdictBox(
      full ? "ok" : encryption === "partial" ? "warn" : "info",
      full ? "lock" : "unlocked",
      t(keyOf("encryption", encryption)),
      h("p", {}, t(keyOf("encryption", encryption, "_text"))),
    ),
  ];
}

/** The verdict and what it means in short; `more` stands below. */
export function verdictLine(reading: Reading, ...more: Child[]): HTMLElement {
  const { summary } = reading;
  const { level, signature, encryption, advice } = verdictRow(summary, signersOf(reading));
  return verdictBox(
    level,
    level as IconName,
    [signature, encryption].filter(Boolean).join(" · "),
    h("p", {}, advice || t(keyOf("verdict", summary.signature, "_text"), fromOf(reading))),
    ...more,
  );
}
