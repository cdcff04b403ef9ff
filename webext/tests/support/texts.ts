// SPDX-License-Identifier: MPL-2.0
// As much of `chrome.i18n` as the pages use, on the real texts.
import assert from "node:assert/strict";
import { readJson } from "./root.ts";

export type Messages = Record<string, { message: string }>;

export const messagesOf = (language: string): Messages =>
  readJson("_locales", language, "messages.json");

/** With those of the pages that have a folder of their own. */
export const allMessagesOf = (language: string): Messages => ({
  ...messagesOf(language),
  ...readJson("thunderbird/_locales", language, "messages.json"),
  ...readJson("thunderbird/reduced/_locales", language, "messages.json"),
  ...readJson("webmail/_locales", language, "messages.json"),
  ...readJson("webmail/editor/_locales", language, "messages.json"),
  ...readJson("webmail/mailbox/_locales", language, "messages.json"),
});

export function useTexts(language: string): void {
  const messages = messagesOf(language);
  const getMessage = (key: string, values: string[] = []) =>
    (messages[key]?.message ?? "").replace(/\$(\d)/g, (_, n) => values[Number(n) - 1] ?? "");
  (globalThis as any).chrome = { ...(globalThis as any).chrome, i18n: { getMessage } };
}

/** What an English text of the pages, or a part of one, is in another language: the pieces between
 * the values. What is no text of the pages, like a command, is the same everywhere. */
export function translated(english: string, language: string): string[] {
  const all = Object.entries(allMessagesOf("en")).filter(([, { message }]) => message.includes(english));
  const exact = all.filter(([, { message }]) => message === english);
  const [found, another] = exact.length > 0 ? exact : all;
  if (!found) return [english];
  if (another) throw new Error(`"${english}" may be ${found[0]} or ${another[0]}`);
  if (language === "en") return [english];
  return (allMessagesOf(language)[found[0]]?.message ?? "").split(/\$\d/).map((piece) => piece.trim());
}

const placesOf = ({ message }: { message: string }) => (message.match(/\$\d/g) ?? []).sort();

/** The texts that a folder has of its own are in both languages, with the same places, are none of the pages'
 * and are said somewhere. */
export function checkOwnTexts(english: Messages, german: Messages, isSaid: (key: string) => boolean): void {
  assert.deepEqual(Object.keys(german), Object.keys(english));
  const shared = messagesOf("en");
  for (const [key, text] of Object.entries(english)) {
    assert.deepEqual(placesOf(german[key] as Messages[string]), placesOf(text), key);
    assert.ok(!(key in shared), key);
    assert.ok(isSaid(key), `nobody says ${key}`);
  }
}
