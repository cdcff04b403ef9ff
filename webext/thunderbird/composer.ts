// SPDX-License-Identifier: MPL-2.0
// The page about the recipients of the mail that is being written: who can be encrypted to, who
// cannot and why, and looking for certificates.
import type { Recipient } from "../core/recipients.ts";
import { fill, h } from "../pages/dom.ts";
import { notice, openPage } from "../pages/page.ts";
import { canLookUp, recipientView } from "../pages/recipient-view.ts";
import type { Key } from "../pages/text.ts";
import { say } from "./words.ts";

const page = await openPage("tbComposerTitle" as Key);
const lookUp = await canLookUp(page);

/** As a popup of a composer it is about that one, as a window of its own about the one it names. */
async function tabId(): Promise<number> {
  const named = new URLSearchParams(location.search).get("tab");
  if (named !== null) return Number(named);
  const [tab] = await chrome.tabs.query({ active: true, currentWindow: true });
  return tab?.id ?? -1;
}

async function show(): Promise<void> {
  const recipients: Recipient[] | null = await page.busy.run(say("tbLooking"), async () =>
    chrome.runtime.sendMessage({ recipients: await tabId() }),
  );
  fill(
    page.main,
    h("p", { class: "lead" }, say("tbComposerIntro")),
    recipients === null && notice("info", h("p", {}, say("tbComposerGone"))),
    recipients?.length === 0 && h("p", {}, say("tbComposerNobody")),
    ...(recipients ?? []).map((recipient) => recipientView(page, recipient, lookUp)),
  );
}

await show();
