// SPDX-License-Identifier: MPL-2.0
// Mailboxes that are read and written to without a webmail. Which one is in the address of the page.
import { button, fill, h } from "../../pages/dom.ts";
import { openPage } from "../../pages/page.ts";
import { type Key, t } from "../../pages/text.ts";
import { AddView } from "./add-view.ts";
import { BoxView } from "./box-view.ts";
import { asMailboxPage, type Own } from "./words.ts";

const page = await openPage("mbTitle" satisfies Own as Key);
const at = asMailboxPage(page);
const query = new URLSearchParams(location.search);

async function show(): Promise<void> {
  const got = await page.attempt(t("loading"), () => at.host.call("mailbox.list", {}));
  if (!got) {
    fill(page.main, h("p", { class: "toolbar" }, button(t("tryAgain"), () => void show())));
    return;
  }
  const { mailboxes } = got;
  const [first] = mailboxes;
  const box = mailboxes.find(({ id }) => id === query.get("by"));
  if (box) {
    const view = new BoxView(at, box, mailboxes);
    fill(page.main, view.element);
    await view.open();
  } else if (first && !query.has("add")) location.replace(`?by=${first.id}`);
  else fill(page.main, new AddView(at).element);
}

await show();
