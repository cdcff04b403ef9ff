// SPDX-License-Identifier: MPL-2.0
// Every reason of the contract in plain words, and what to do about it.
import { type Reason, reasonEffects, type Status } from "../core/wire.ts";
import { h, type IconName, icon } from "./dom.ts";
import { type Key, keyOf, t } from "./text.ts";

export type Level = "ok" | "warn" | "bad" | "info";

/** Whose matter it is: what helps depends on it. */
export type About = "mail" | "own" | "person";

const order: readonly Level[] = ["bad", "warn", "info"];
const effectLevels = { invalid: "bad", unknown: "warn", partial: "warn", told: "info" } as const;
export const statusLevels: Readonly<Record<Status, Level>> = {
  valid: "ok",
  invalid: "bad",
  unknown: "warn",
  partial: "warn",
  none: "info",
};
export const levelWords = {
  ok: "levelOk",
  warn: "levelWarn",
  bad: "levelBad",
  info: "levelInfo",
} as const satisfies Record<Level, Key>;

/** A reason of a later host is shown by its name rather than not at all. */
const isKnown = (reason: string): reason is Reason => Object.hasOwn(reasonEffects, reason);

export function levelOf(reason: Reason): Level {
  if (!isKnown(reason)) return "warn";
  const levels = reasonEffects[reason].map((effect) => effectLevels[effect]);
  return order.find((level) => levels.some((each) => each === level)) ?? "warn";
}

const own: ReadonlySet<string> = new Set<Reason>([
  "expired",
  "not-yet-valid",
  "revoked",
  "issuer-unknown",
  "issuer-untrusted",
  "usage-not-permitted",
  "weak-key",
  "no-address",
]);
const short: ReadonlySet<string> = new Set<Reason>([
  "issuer-unknown",
  "issuer-untrusted",
  "name-constraint",
  "revoked",
  "usage-not-permitted",
  "no-address",
  "weak-digest",
  "weak-key",
  "unsupported-algorithm",
  "malformed",
]);
const person: ReadonlySet<string> = new Set<Reason>(["expired", "not-yet-valid"]);

/** Those that a list of certificates has two or three words for. */
export const hasShort = (reason: Reason): boolean => short.has(reason);

export function reasonText(reason: Reason): string {
  return isKnown(reason) ? t(keyOf("reason", reason)) : reason;
}

export function adviceFor(reason: Reason, about: About): string {
  if (!isKnown(reason)) return "";
  if (about === "own" && own.has(reason)) return t(keyOf("own", reason));
  if (about === "person" && person.has(reason)) return t(keyOf("person", reason));
  return t(keyOf("reason", reason, "_do"));
}

/** Worst first. */
export function sorted(reasons: readonly Reason[]): Reason[] {
  return [...new Set(reasons)].sort((a, b) => order.indexOf(levelOf(a)) - order.indexOf(levelOf(b)));
}

/** `about` is null where the advice stands elsewhere on the page. */
export function reasonList(reasons: readonly Reason[], about: About | null): HTMLElement | null {
  if (reasons.length === 0) return null;
  return h(
    "ul",
    { class: "reasons" },
    ...sorted(reasons).map((reason) => {
      const level = levelOf(reason);
      return h(
        "li",
        { class: level },
        icon(level as IconName),
        h(
          "div",
          {},
          h("p", { class: "reason" }, said(level), reasonText(reason)),
          about &&
            h("p", { class: "advice" }, h("strong", {}, `${t("whatNow")}: `), adviceFor(reason, about)),
        ),
      );
    }),
  );
}

/** What the colour and the icon say, for whom neither is there. */
export function said(level: Level): HTMLElement {
  return h("span", { class: "visually-hidden" }, `${t(levelWords[level])} `);
}
