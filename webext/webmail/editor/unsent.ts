// SPDX-License-Identifier: MPL-2.0
// Mails that were not sent: those that there are, and one that is gone on with.
import { button, h } from "../../pages/dom.ts";
import { notice, type Page } from "../../pages/page.ts";
import { dateAndTime, t } from "../../pages/text.ts";
import type { ComposeView } from "./compose-view.ts";
import type { Draft } from "./draft.ts";
import type { Stored, Vault } from "./vault.ts";
import { say } from "./words.ts";

const at = (time: number): string => dateAndTime(new Date(time).toISOString());

/** Where a draft is gone on with: by the same mailbox, which the address of the page names. */
export function addressOf(draft: string): string {
  const by = new URLSearchParams(location.search).get("by");
  return `${location.pathname}?${new URLSearchParams({ ...(by !== null && { by }), draft })}`;
}

export function unsentRow(page: Page, vault: Vault, { id, saved, from }: Stored): HTMLElement {
  const row = h(
    "div",
    { class: "row" },
    h("p", {}, say("edUnsent", at(saved), from)),
    h(
      "div",
      { class: "toolbar" },
      h("a", { class: "button", href: addressOf(id) }, say("edGoOn")),
      button(say("edDiscardOld"), async () => {
        await page.attempt(t("working"), () => vault.discard(id));
        row.remove();
      }),
    ),
  );
  return row;
}

/** Puts the files and the text back; what is to be known of it goes in `place`. */
export async function refill(
  page: Page,
  vault: Vault,
  compose: ComposeView,
  { sending }: Stored,
  draft: Draft,
  place: HTMLElement,
): Promise<void> {
  if (sending !== undefined) place.append(notice("warn", h("p", {}, say("edMaybeSent", at(sending)))));
  const lost: string[] = [];
  for (const file of draft.files) {
    const content = await page.attempt(
      say("edOpening"),
      ({ signal }) => vault.openFile(file.id, signal),
      { asks: true },
    );
    if (content) compose.files.set([{ ...file, content }]);
    else lost.push(file.name);
  }
  compose.fillText(draft);
  if (lost.length > 0) place.append(notice("warn", h("p", {}, say("edFilesLost", lost.join(", ")))));
}
