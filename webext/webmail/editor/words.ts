// SPDX-License-Identifier: MPL-2.0
// What is said to people who write a mail; the pages have more.
import { type Key, t } from "../../pages/text.ts";
import type texts from "./_locales/en/messages.json";

export type Own = keyof typeof texts;

export const say = (key: Own, ...values: (string | number)[]): string => t(key as Key, ...values);

const units = ["byte", "kilobyte", "megabyte", "gigabyte"] as const;

/** In the reader's language; decimal, as file managers count. */
export function sizeText(bytes: number): string {
  const step = Math.min(Math.max(Math.floor(Math.log10(Math.max(bytes, 1)) / 3), 0), 3);
  return new Intl.NumberFormat(t("language"), {
    style: "unit",
    unit: units[step] as string,
    unitDisplay: step === 0 ? "long" : "short",
    maximumFractionDigits: step > 1 ? 1 : 0,
  }).format(bytes / 1000 ** step);
}
