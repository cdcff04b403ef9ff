// SPDX-License-Identifier: MPL-2.0
// What is said to people by the webmail extension alone; the pages have more.
import { type Key, t } from "../pages/text.ts";
import type texts from "./_locales/en/messages.json";

export type Own = keyof typeof texts;

export const say = (key: Own, ...values: string[]): string => t(key as Key, ...values);
