// SPDX-License-Identifier: MPL-2.0
// For webmails that are not known: a mail that was saved as a file, or whose source was copied, is
// read here.
import type { Client } from "../core/client.ts";
import { button, fill, freshId, h, on, section } from "../pages/dom.ts";
import { openPage } from "../pages/page.ts";
import { type Key, t } from "../pages/text.ts";
import type { WebmailMethods } from "./page-methods.ts";
import { rawOfFile } from "./providers/generic.ts";
import { say } from "./words.ts";

const page = await openPage("wmOpenTitle" as Key);
const host = page.host as unknown as Client<WebmailMethods>;

async function read(source: Blob): Promise<void> {
  // What is no mail the host refuses, and says so.
  const mail = (await rawOfFile(source)) ?? source;
  const opened = await page.attempt(
    t("working"),
    (running) => host.call("mail.open", {}, { ...running, content: mail }),
    { asks: true },
  );
  // The page that shows mails takes over: the handle is good there alone.
  if (opened) location.assign(`mail.html#${opened.handle}`);
}

const file = on(h("input", { type: "file", accept: ".eml,message/rfc822", hidden: true }), {
  change: () => {
    const [chosen] = file.files ?? [];
    if (chosen) void read(chosen);
    file.value = "";
  },
});
const id = freshId("source");
const source = h("textarea", { id, class: "mail-source", rows: 10, spellcheck: "false" });

for (const name of ["dragover", "drop"] as const)
  document.addEventListener(name, (event) => {
    event.preventDefault();
    const [dropped] = event.dataTransfer?.files ?? [];
    if (name === "drop" && dropped) void read(dropped);
  });

fill(
  page.main,
  h("p", { class: "lead" }, say("wmOpenText")),
  section(
    say("wmOpenFile"),
    h("p", {}, say("wmOpenFileText")),
    h("p", { class: "toolbar" }, button(say("wmOpenChoose"), () => file.click(), { class: "primary" })),
    file,
  ),
  section(
    say("wmOpenSource"),
    h("p", {}, h("label", { for: id }, say("wmOpenSourceText"))),
    source,
    h(
      "p",
      { class: "toolbar" },
      button(say("wmOpenRead"), () => {
        if (source.value.trim() === "") source.focus();
        else void read(new Blob([source.value]));
      }),
    ),
  ),
);
