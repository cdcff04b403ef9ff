// SPDX-License-Identifier: MPL-2.0
// What the toolbar's button says of the mail in a tab. No page can imitate that, so it is what
// counts. It is taken back with every change: nothing stale is ever seen.
import type { Reading } from "../core/relay.ts";
import { signersOf, verdictRow } from "../pages/verdict.ts";
import { say } from "./words.ts";
import type { Level } from "../pages/reason.ts";

const looks: Record<Level, { text: string; colour: string }> = {
  ok: { text: "✓", colour: "#136c36" },
  warn: { text: "?", colour: "#8a5200" },
  bad: { text: "✗", colour: "#b01a1a" },
  info: { text: "", colour: "#2f4c6b" },
};
const WORKING = { text: "…", colour: "#2f4c6b" };

async function show(tabId: number, title: string, text: string, colour: string): Promise<void> {
  // The tab may be gone by now.
  await Promise.all([
    chrome.action.setBadgeText({ tabId, text }),
    chrome.action.setBadgeBackgroundColor({ tabId, color: colour }),
    chrome.action.setBadgeTextColor({ tabId, color: "#ffffff" }),
    chrome.action.setTitle({ tabId, title }),
  ]).catch(() => undefined);
}

/** For a signature by level; a mail that is encrypted alone has no mark, which would say too much. */
export function showReading(tabId: number, reading: Reading): Promise<void> {
  const { level, signature, encryption } = verdictRow(reading.summary, signersOf(reading));
  const { text, colour } = looks[level];
  return show(tabId, ["S/MIME", signature, encryption].filter(Boolean).join(" · "), text, colour);
}

export function showProblem(tabId: number, title: string): Promise<void> {
  return show(tabId, `S/MIME · ${title}`, "!", looks.warn.colour);
}

export function showWorking(tabId: number): Promise<void> {
  return show(tabId, `S/MIME · ${say("wmReading")}`, WORKING.text, WORKING.colour);
}

export function showNothing(tabId: number): Promise<void> {
  return show(tabId, "S/MIME", "", looks.info.colour);
}
