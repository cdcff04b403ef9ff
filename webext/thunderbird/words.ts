// SPDX-License-Identifier: MPL-2.0
// What is said to people in windows that are Thunderbird's own; the pages have more.
import type { HostError, Kind } from "../core/error.ts";
import { shownAs } from "../pages/problem.ts";
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

// Where the words of the pages are for their own place alone.
const titles: Partial<Record<Kind, Own>> = { "user-declined": "tbDeclined" };
const advices: Partial<Record<Kind, Own>> = { "prompt-unavailable": "tbNoPromptDo" };

export function failure(error: HostError): Words {
  const kind = shownAs(error.kind);
  const program = "Thunderbird";
  const setUp = kind.startsWith("host-");
  const title = titles[kind];
  const advice = setUp ? "tbSeeSetUp" : advices[kind];
  return {
    title: title ? say(title) : t(keyOf("error", kind), program),
    advice: advice ? say(advice) : t(keyOf("error", kind, "_do"), program),
    setUp,
  };
}
