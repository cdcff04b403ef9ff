// SPDX-License-Identifier: MPL-2.0
// A mailbox that was added: its folders, the newest mails of one, and the way on where it does not
// open.
import { HostError } from "../../core/error.ts";
import { button, type Child, fill, freshId, h, on } from "../../pages/dom.ts";
import { notice } from "../../pages/page.ts";
import { problemBox } from "../../pages/problem.ts";
import { setUpSite } from "../../pages/site-setup.ts";
import { dateAndTime, t } from "../../pages/text.ts";
import type { Folder, Listed, Listing } from "../providers/provider.ts";
import type { Known } from "./mailboxes.ts";
import { aboutMailbox, renewForm } from "./manage-view.ts";
import { folderName, type MailboxPage, say, warningOf } from "./words.ts";

export class BoxView {
  readonly element: HTMLElement;
  readonly #at: MailboxPage;
  readonly #box: Known;
  readonly #folders: HTMLSelectElement;
  readonly #mails = h("ul", { class: "cards mails" });
  readonly #more = h("p", { class: "toolbar" });
  /** Why there is nothing to be seen, and what to do. */
  readonly #problem = h("div", { role: "status" });
  readonly #content: HTMLElement;
  /** Those that are shown: what comes in between moves the others into the next part. */
  readonly #shown = new Set<string>();
  #round = 0;

  constructor(at: MailboxPage, box: Known, all: readonly Known[]) {
    this.#at = at;
    this.#box = box;
    const [folders, boxes] = ["folder", "box"].map(freshId) as [string, string];
    this.#folders = on(h("select", { id: folders, name: "folder" }), {
      change: () => {
        location.hash = encodeURIComponent(this.#folders.value);
      },
    });
    addEventListener("hashchange", () => void this.#list());
    const choice = on(
      h(
        "select",
        { id: boxes, name: "box" },
        ...all.map((one) => h("option", { value: one.id, selected: one.id === box.id }, nameOf(one))),
      ),
      { change: () => location.assign(`?by=${choice.value}`) },
    );
    const warning = warningOf(box.kind);
    this.#content = h(
      "div",
      {},
      h(
        "p",
        { class: "toolbar" },
        button(say("mbWrite"), () => void this.#write(), { class: "primary" }),
        button(say("mbAgain"), () => void this.#list()),
      ),
      h("div", { class: "field" }, h("label", { for: folders }, say("mbFolder")), this.#folders),
      h("p", { class: "hint" }, say("mbUnchecked")),
      this.#mails,
      this.#more,
    );
    this.element = h(
      "div",
      {},
      all.length > 1
        ? h("div", { class: "field" }, h("label", { for: boxes }, say("mbMailbox")), choice)
        : h("p", { class: "lead" }, ownerOf(box)),
      warning !== null && notice("warn", h("p", {}, warning)),
      this.#problem,
      this.#content,
      aboutMailbox(at, box),
      h("p", {}, h("a", { href: "?add" }, say("mbAddAnother"))),
    );
  }

  async open(): Promise<void> {
    this.#content.hidden = true;
    fill(this.#problem);
    const { host } = this.#at;
    const got = await this.#attempt(() => host.call("mailbox.folders", { id: this.#box.id }));
    if (!got) return;
    fill(this.#folders, ...got.folders.map(({ id, name, role }: Folder) => h("option", { value: id }, folderName(role, name))));
    await this.#list();
  }

  async #list(): Promise<void> {
    const wanted = decodeURIComponent(location.hash.slice(1));
    if (wanted !== "" && [...this.#folders.options].some(({ value }) => value === wanted))
      this.#folders.value = wanted;
    fill(this.#mails);
    fill(this.#more);
    fill(this.#problem);
    this.#shown.clear();
    await this.#add(null, ++this.#round);
  }

  async #add(after: string | null, round: number): Promise<void> {
    const { host } = this.#at;
    const folder = this.#folders.value;
    const part: Listing | undefined = await this.#attempt(() =>
      host.call("mailbox.part", { id: this.#box.id, folder, after }),
    );
    // Another folder was chosen meanwhile.
    if (!part || round !== this.#round) return;
    this.#content.hidden = false;
    const fresh = part.messages.filter(({ id }) => !this.#shown.has(id));
    for (const { id } of fresh) this.#shown.add(id);
    const rows = fresh.map((mail) => this.#row(mail));
    this.#mails.append(...rows);
    if (after !== null) rows[0]?.querySelector("button")?.focus();
    const { next } = part;
    fill(
      this.#more,
      this.#shown.size === 0 && say("mbEmpty"),
      next !== null && button(say("mbOlder"), () => void this.#add(next, round)),
    );
  }

  #row(mail: Listed): HTMLElement {
    const { subject, from, date } = mail;
    const when = date !== undefined && !Number.isNaN(Date.parse(date)) ? dateAndTime(date) : "";
    return h(
      "li",
      {},
      button(
        h(
          "span",
          { class: "card-text" },
          h("span", { class: "card-title" }, subject || say("mbNoSubject")),
          h("span", { class: "card-line" }, [from, when].filter(Boolean).join(" · ")),
        ),
        () => void this.#read(mail),
        { class: "card" },
      ),
    );
  }

  async #read({ id: message, folder = "" }: Listed): Promise<void> {
    const { page, host } = this.#at;
    const { id } = this.#box;
    const read = await page.attempt(
      t("working"),
      (running) => host.call("mailbox.read", { id, folder, message }, running),
      { asks: true },
    );
    // The page that shows mails takes over, and leads back.
    if (read) location.assign(`mail.html?${new URLSearchParams({ by: id, folder })}#${read.handle}`);
  }

  async #write(): Promise<void> {
    const { page, host } = this.#at;
    const { id, site } = this.#box;
    await page.attempt(t("working"), () => host.call("page.open", { path: `pages/editor.html?by=${id}`, site }));
  }

  async #attempt<V>(work: () => Promise<V>): Promise<V | undefined> {
    try {
      return await this.#at.page.busy.run(say("mbOpening"), work);
    } catch (thrown) {
      this.#content.hidden = true;
      fill(this.#problem, this.#wayOn(HostError.of(thrown)));
      return undefined;
    }
  }

  #wayOn(error: HostError): HTMLElement {
    const { page, host } = this.#at;
    const { site } = this.#box;
    const bar = (...children: Child[]) => h("p", { class: "toolbar" }, ...children);
    const again = () => void this.open();
    switch (error.kind) {
      case "login-needed": {
        // Nobody said no: there was nothing to try.
        const quiet = error.message === "" && notice("info", h("p", {}, say("mbEnter")));
        return h("div", {}, quiet || problemBox(error, page.target), renewForm(this.#at, this.#box, again));
      }
      case "mailbox-forbidden":
      case "origin-not-allowed": {
        // In the user's gesture: the browser asks only then.
        const allow = async () => {
          const asking = setUpSite(host, site);
          const granted = await page.attempt(t("working"), () => asking, { asks: true });
          if (granted) again();
        };
        return problemBox(error, page.target, bar(button(say("mbAllow"), () => void allow(), { class: "primary" })));
      }
      default:
        return problemBox(error, page.target, bar(button(t("tryAgain"), again, { class: "primary" })));
    }
  }
}

const ownerOf = ({ user, identities }: Known): string => identities[0]?.address || user || "?";

/** Of whom, and where. */
const nameOf = (box: Known): string => `${ownerOf(box)} · ${new URL(box.site).host}`;
