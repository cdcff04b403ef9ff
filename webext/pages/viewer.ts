// SPDX-License-Identifier: MPL-2.0
// A mail that was read, in a page of the extension's own: nothing of it is written to the disk, and
// no other page sees it. The handle in the address is the background's.
import { collector } from "../core/stream.ts";
import { fill, h, icon } from "./dom.ts";
import { openPage } from "./page.ts";
import { t } from "./text.ts";
import { mailView } from "./viewer-mail.ts";

const page = await openPage("viewerTitle", { alone: true });
const handle = new URLSearchParams(location.search).get("handle") ?? "";

function entitle(subject: string): void {
  document.title = `${subject} – nssmime`;
  const title = document.querySelector("h1");
  if (title) title.textContent = subject;
}

function gone(): void {
  entitle(t("viewerTitle"));
  fill(
    page.main,
    h(
      "div",
      { class: "empty" },
      icon("unknown"),
      h("p", { class: "empty-title" }, t("detailsGone")),
      h("p", {}, t("viewerGoneText")),
    ),
  );
}

async function showPart(part: string): Promise<void> {
  const read = await page.attempt(
    t("working"),
    () => page.host.call("page.part", { handle, part }),
    { asks: true },
  );
  if (read) location.search = `?handle=${read.handle}`;
}

async function show(): Promise<void> {
  await page.attempt(t("loading"), async (running) => {
    const { sink: output, blob } = collector();
    const reading = await page.host.call("page.mail", { handle }, { ...running, output });
    if (!reading) return gone();
    const { subject } = reading.headers;
    if (subject?.value) entitle(subject.value);
    fill(
      page.main,
      ...(await mailView(reading, blob(), {
        details: () => void page.attempt(t("working"), () => page.host.call("page.details", { handle })),
        part: (part) => void showPart(part),
      })),
    );
  });
}

// The certificates were locked: what they opened is not to be seen any more.
chrome.runtime.onMessage.addListener((message: { forget?: boolean } | null, sender) => {
  if (sender.id === chrome.runtime.id && message?.forget) gone();
});

await show();
