// SPDX-License-Identifier: MPL-2.0
// What a person does in a browser, the same for Chromium and Firefox, so that one test runs in both.
// Mouse and keyboard are real ones to the page: its events are trusted. Expressions are JavaScript
// whose value, awaited, can be JSON.
import { setTimeout } from "node:timers/promises";

export const PATIENCE = 60_000;

/** A document in a page: that of a tab, a frame wherever it is, or the popup of the toolbar button. */
export interface Frame {
  url(): Promise<string>;
  /** In the page's own world, whatever its policy says. */
  evaluate<T = unknown>(expression: string): Promise<T>;
  /** Once it is there, also in a closed shadow root. */
  click(selector: string): Promise<void>;
  /** Clicks there and types. */
  type(selector: string, text: string): Promise<void>;
  /** Chooses files in a file input. */
  upload(selector: string, ...paths: string[]): Promise<void>;
  /** Drops files there. In Firefox the events are not trusted, since nothing can make such. */
  drop(selector: string, ...paths: string[]): Promise<void>;
}

export interface Tab extends Frame {
  goto(url: string): Promise<void>;
  /** Every frame below, also in closed shadow roots. */
  frames(): Promise<Frame[]>;
  /** A key by the name that `KeyboardEvent.key` has for it, with `Control+` or `Shift+` before it. */
  press(key: string): Promise<void>;
  /** Whatever is there on top, as somebody presses who sees nothing but the page. */
  clickAt(x: number, y: number): Promise<void>;
  screenshot(path: string): Promise<void>;
  close(): Promise<void>;
}

export interface Browser {
  readonly name: "chromium" | "firefox";
  /** Ends in a slash. */
  readonly extension: string;
  open(url: string): Promise<Tab>;
  tabs(): Promise<Tab[]>;
  /** Presses the extension's button in the toolbar while this tab is in front; gives the popup. */
  toolbar(tab: Tab): Promise<Frame>;
  /** What is on the button for this tab. */
  badge(tab: Tab): Promise<{ text: string; title: string }>;
  /** Answers the browser's own question whether the extension may have what it asks for. */
  allow(yes: boolean): Promise<void>;
  /** In the extension's background, which it wakes if it sleeps. */
  background<T = unknown>(expression: string): Promise<T>;
  /** As the browser does with a background that was idle for long. */
  stopBackground(): Promise<void>;
  /** The whole screen, with the browser's own windows. */
  screen(path: string): Promise<void>;
  close(): Promise<void>;
}

/** A frame that goes away while it is asked may never answer. */
const SILENCE = 5_000;

/** Asks until the answer is something. */
export async function until<T>(
  what: string,
  ask: () => Promise<T | null | undefined | false>,
  patience = PATIENCE,
): Promise<T> {
  const end = Date.now() + patience;
  for (;;) {
    const timer = new AbortController();
    const silence = setTimeout(SILENCE, undefined, { signal: timer.signal }).catch(() => undefined);
    const answer = await Promise.race([ask(), silence]);
    timer.abort();
    if (answer) return answer;
    if (Date.now() > end) throw new Error(`still waiting: ${what}`);
    await setTimeout(50);
  }
}

/** Until an expression is true in a document. */
export const holds = (frame: Frame, expression: string, patience = PATIENCE): Promise<unknown> =>
  until(expression, () => frame.evaluate(`Boolean(${expression})`).catch(() => false), patience);

/** Whether something comes of what was just done. */
export const soon = (ask: () => Promise<boolean>): Promise<boolean> =>
  until("what was done", ask, 1_000).catch(() => false);

/** Answers a question of the browser's own. When it has just come up it takes no answer: somebody
 * might have meant the window behind it. */
export async function answerQuestion(
  isOpen: () => Promise<boolean>,
  answer: () => Promise<unknown>,
): Promise<void> {
  await until("the browser's question", isOpen);
  const end = Date.now() + PATIENCE;
  while (await isOpen()) {
    if (Date.now() > end) throw new Error("still waiting: the end of the browser's question");
    await answer();
    await soon(async () => !(await isOpen()));
  }
}

async function matching<T extends Frame>(all: T[], part: string): Promise<T | undefined> {
  for (const one of all) if ((await one.url().catch(() => "")).includes(part)) return one;
  return undefined;
}

/** The frame of a tab with this in its address, once there is one. */
export const frameOf = (tab: Tab, part: string): Promise<Frame> =>
  until(`a frame of ${part}`, async () => matching(await tab.frames(), part));

/** The tab with this in its address, once there is one. */
export const tabOf = (browser: Browser, part: string): Promise<Tab> =>
  until(`a tab of ${part}`, async () => matching(await browser.tabs(), part));
