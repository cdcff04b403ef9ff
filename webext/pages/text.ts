// SPDX-License-Identifier: MPL-2.0
// What is said to people: every word is in _locales.
import type english from "../_locales/en/messages.json";

export type Key = keyof typeof english;

export function t(key: Key, ...values: (string | number)[]): string {
  return chrome.i18n.getMessage(key, values.map(String)) || key;
}

export function language(): string {
  return t("language");
}

type Plural = Key extends infer K ? (K extends `${infer Stem}_other` ? Stem : never) : never;

export function plural(stem: Plural, count: number): string {
  const form = new Intl.PluralRules(language()).select(count) === "one" ? "one" : "other";
  return t(`${stem}_${form}` as Key, count);
}

/** The part of a key that a name of the wire stands for. */
export function keyOf<S extends string>(prefix: string, name: S, suffix = ""): Key {
  return `${prefix}_${name.replaceAll("-", "_")}${suffix}` as Key;
}

/** Of a code of the wire; a later host may have codes that are not known here. */
export function wordsOf(prefix: string, code: string | undefined, otherwise: string): string {
  return (code && chrome.i18n.getMessage(keyOf(prefix, code))) || otherwise;
}

export function date(time: string): string {
  return new Intl.DateTimeFormat(language(), { dateStyle: "long" }).format(new Date(time));
}

export function dateAndTime(time: string): string {
  return new Intl.DateTimeFormat(language(), { dateStyle: "long", timeStyle: "short" }).format(
    new Date(time),
  );
}

/** Groups of four, so that people can compare them. */
export function grouped(hex: string): string {
  return hex.toUpperCase().replace(/(.{4})(?=.)/g, "$1 ");
}
