// SPDX-License-Identifier: MPL-2.0
// As much of `chrome.i18n` as the pages use, on the real texts.
import { readJson } from "./root.ts";

export type Messages = Record<string, { message: string }>;

export const messagesOf = (language: string): Messages =>
  readJson("_locales", language, "messages.json");

export function useTexts(language: string): void {
  const messages = messagesOf(language);
  const getMessage = (key: string, values: string[] = []) =>
    (messages[key]?.message ?? "").replace(/\$(\d)/g, (_, n) => values[Number(n) - 1] ?? "");
  (globalThis as any).chrome = { ...(globalThis as any).chrome, i18n: { getMessage } };
}
