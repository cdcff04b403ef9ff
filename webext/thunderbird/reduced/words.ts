// SPDX-License-Identifier: MPL-2.0
// What only the reduced add-on has to say.
import { type Key, t } from "../../pages/text.ts";
import type texts from "./_locales/en/messages.json";

export type Reduced = keyof typeof texts;

export const tell = (key: Reduced, ...values: string[]): string => t(key as Key, ...values);
