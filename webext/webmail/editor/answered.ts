// SPDX-License-Identifier: MPL-2.0
// The mail that is answered or sent on, in the editor: a draft of the answer, and its text.
import { allowQuotes, isQuotable } from "../../core/quoting.ts";
import type { Reading } from "../../core/relay.ts";
import type { Storage } from "../../core/settings.ts";
import { collector } from "../../core/stream.ts";
import { joined, threadOf } from "../../core/threading.ts";
import { button, h } from "../../pages/dom.ts";
import { notice, type Page } from "../../pages/page.ts";
import { t } from "../../pages/text.ts";
import { answerTo, isProven, type Mode } from "./answering.ts";
import type { Draft } from "./draft.ts";
import { type Quote, quoteOf } from "./quote.ts";
import { say } from "./words.ts";

export interface Answered {
  mode: Exclude<Mode, "new">;
  reading: Reading;
  content: Blob;
  draft: Draft;
}

/** Null: it is not open any more. */
export async function answeredMail(
  page: Page,
  mode: Answered["mode"],
  handle: string,
): Promise<Answered | null> {
  const output = collector();
  const got = await page.host.call("page.answered", { handle }, { output: output.sink });
  if (!got) return null;
  const { reading } = got;
  const content = output.blob();
  const thread = joined(got.thread, await threadOf(content));
  return { mode, reading, content, draft: answerTo(reading, thread, mode, page.target.identities) };
}

/** Text that nobody proved to have written is taken over after asking, once for each sender. What
 * asks is put in `place`. */
export async function quoteAnswered(
  page: Page,
  storage: Storage,
  { mode, reading, content }: Answered,
  place: HTMLElement,
  add: (quote: Quote) => void,
): Promise<void> {
  const take = async () => add(await quoteOf(reading, content, mode));
  if (isProven(reading) || (await isQuotable(storage, reading))) return take();
  const who = reading.headers.from[0]?.address ?? "";
  const ask = notice(
    "warn",
    h("p", {}, say(mode === "forward" ? "edNotForwarded" : "edNotQuoted")),
    h("p", {}, say("edQuoteWhy", who)),
    h(
      "p",
      { class: "toolbar" },
      button(say("edQuoteIt"), async () => {
        await allowQuotes(storage, reading.headers);
        ask.remove();
        await page.attempt(t("working"), take);
      }),
      button(say("edQuoteNot"), () => ask.remove()),
    ),
  );
  place.append(ask);
}
