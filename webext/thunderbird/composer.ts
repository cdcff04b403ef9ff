// SPDX-License-Identifier: MPL-2.0
// The page about the recipients of the mail that is being written: who can be encrypted to, who
// cannot and why, and looking for certificates.
import { findCertificates } from "../core/actions/certificate-find.ts";
import { certificateBox } from "../pages/certificate-box.ts";
import { stateOf } from "../pages/certificate-state.ts";
import { button, fill, h, icon } from "../pages/dom.ts";
import { notice, openPage } from "../pages/page.ts";
import { reasonList } from "../pages/reason.ts";
import { type Key, t } from "../pages/text.ts";
import type { Recipient } from "./recipients.ts";
import { say } from "./words.ts";

const page = await openPage("tbComposerTitle" as Key);
const canFind = (await page.host.call("hello", {}).catch(() => null))?.methods.includes(
  "certificate.find",
);

/** As a popup of a composer it is about that one, as a window of its own about the one it names. */
async function tabId(): Promise<number> {
  const named = new URLSearchParams(location.search).get("tab");
  if (named !== null) return Number(named);
  const [tab] = await chrome.tabs.query({ active: true, currentWindow: true });
  return tab?.id ?? -1;
}

function recipientView(recipient: Recipient): HTMLElement {
  const { address, usable, certificate, reasons } = recipient;
  const found = h("div", { role: "status" });
  const lookUp = button(
    say("tbLookUp"),
    async () => {
      const result = await page.attempt(t("working"), ({ signal }) =>
        findCertificates(page.host, [address], signal),
      );
      if (!result) return;
      const certificates = Object.values(result.found).flat();
      fill(
        found,
        certificates.length === 0 && notice("info", h("p", {}, t("findNothing", address))),
        ...certificates.map((each) => certificateBox(page, each)),
      );
    },
    { "aria-label": `${say("tbLookUp")}: ${address}` },
  );
  const state = usable ? "tbRecipientOk" : certificate ? "tbRecipientBad" : "tbRecipientNone";
  return h(
    "div",
    { class: `panel identity ${usable ? "ok" : "warn"}` },
    h("p", { class: "row-title" }, icon(usable ? "ok" : "warn"), address),
    h("p", {}, say(state), certificate && `: ${stateOf(certificate).text}`),
    !usable && reasonList(reasons, "person"),
    !usable && Boolean(canFind) && h("p", { class: "toolbar" }, lookUp),
    found,
  );
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
    ...(recipients ?? []).map(recipientView),
  );
}

await show();
