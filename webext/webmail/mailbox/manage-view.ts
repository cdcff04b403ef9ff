// SPDX-License-Identifier: MPL-2.0
// What is known of a mailbox, another password for it, and its end here.
import { button, facts as factList, fill, h, on } from "../../pages/dom.ts";
import { t } from "../../pages/text.ts";
import type { Known } from "./mailboxes.ts";
import { SecretField } from "./secret-field.ts";
import { kindName, type MailboxPage, say } from "./words.ts";

export function renewForm({ page, host }: MailboxPage, { id, scheme, remembered }: Known, done: () => void): HTMLElement {
  const secret = new SecretField(scheme, remembered);
  return on(
    h(
      "form",
      { class: "panel", novalidate: true },
      secret.element,
      h("p", { class: "toolbar" }, h("button", { class: "primary" }, say("mbRenew"))),
    ),
    {
      submit: async (event) => {
        event.preventDefault();
        const { value, remember } = secret;
        if (value === null) return;
        const renewed = await page.attempt(say("mbOpening"), ({ signal }) =>
          host.call("mailbox.renew", { id, secret: value, remember }, { signal }).then(() => true),
        );
        if (renewed) done();
      },
    },
  );
}

/** Asked twice: what was typed would have to be typed again. */
function removeButton({ page, host }: MailboxPage, { id }: Known): HTMLElement {
  const place = h("div", { class: "toolbar" });
  const remove = async () => {
    const removed = await page.attempt(t("working"), () => host.call("mailbox.remove", { id }).then(() => true));
    if (removed) location.assign("mailbox.html");
  };
  const first = button(
    say("mbRemove"),
    () => {
      const keep = button(say("mbKeep"), () => {
        fill(place, first);
        first.focus();
      });
      fill(
        place,
        h("span", {}, say("mbRemoveAsk")),
        button(say("mbRemoveNow"), () => void remove(), { class: "danger" }),
        keep,
      );
      keep.focus();
    },
    { class: "danger" },
  );
  fill(place, first);
  return place;
}

export function aboutMailbox(at: MailboxPage, box: Known): HTMLElement {
  const { kind, address, user, scheme, remembered } = box;
  return h(
    "details",
    { class: "about" },
    h("summary", {}, say("mbAbout")),
    factList([
      [say("mbKind"), kindName(kind)],
      [say("mbServer"), address],
      [say("mbUser"), user],
      [say("mbKept"), say(remembered ? "mbKeptOnDisk" : "mbKeptForNow")],
    ]),
    h("h2", {}, say(scheme === "basic" ? "mbNewPassword" : "mbNewToken")),
    renewForm(at, box, () => location.reload()),
    removeButton(at, box),
    h("p", { class: "hint" }, say("mbRemoveText")),
  );
}
