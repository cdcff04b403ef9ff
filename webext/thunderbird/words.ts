// SPDX-License-Identifier: MPL-2.0
// What is said to people in windows that are Thunderbird's own; the pages have more.
import type { HostError } from "../core/error.ts";
import { type Key, keyOf, t } from "../pages/text.ts";
import type texts from "./_locales/en/messages.json";

export type Own = keyof typeof texts;

export const say = (key: Own, ...values: string[]): string => t(key as Key, ...values);

export interface Words {
  title: string;
  advice: string;
  /** The page for setting up has the commands for it. */
  setUp: boolean;
}

export function failure({ kind }: HostError): Words {
  const program = "Thunderbird";
  const setUp = kind.startsWith("host-");
  return {
    title: t(keyOf("error", kind), program),
    advice: setUp ? say("tbSeeSetUp") : t(keyOf("error", kind, "_do"), program),
    setUp,
  };
}
