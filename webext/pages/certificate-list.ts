// SPDX-License-Identifier: MPL-2.0
// The three lists: mine, people, authorities.
import { listCertificates, type Page as ListPage } from "../core/actions/certificate-list.ts";
import type { Certificate } from "../core/wire.ts";
import { badge } from "./chain.ts";
import { isAuthority, stateOf } from "./certificate-state.ts";
import { button, fill, freshId, h, icon, on } from "./dom.ts";
import { importButton } from "./import.ts";
import { shortName, titleOf } from "./name.ts";
import type { Page } from "./page.ts";
import { type Key, plural, t } from "./text.ts";

export const kinds = ["own", "people", "authorities"] as const;
export type ListKind = (typeof kinds)[number];

const words = {
  own: { tab: "tabOwn", help: "helpOwn", empty: "emptyOwn", text: "emptyOwnText" },
  people: { tab: "tabPeople", help: "helpPeople", empty: "emptyPeople", text: "emptyPeopleText" },
  authorities: {
    tab: "tabAuthorities",
    help: "helpAuthorities",
    empty: "emptyAuthorities",
    text: "emptyAuthoritiesText",
  },
} as const satisfies Record<ListKind, Record<string, Key>>;

/** A pause in typing that starts a search. */
const PAUSE = 250;

export function card(certificate: Certificate): HTMLElement {
  const title = titleOf(certificate);
  const addresses = certificate.addresses.filter((address) => address !== title);
  return h(
    "li",
    {},
    h(
      "a",
      { class: "card", href: `#show=${certificate.fingerprint}` },
      icon(isAuthority(certificate) ? "authority" : "person", "card-icon"),
      h(
        "span",
        { class: "card-text" },
        h("span", { class: "card-title" }, title),
        h(
          "span",
          { class: "card-line" },
          addresses.length > 0
            ? addresses.join(", ")
            : `${t("fieldIssuer")} ${shortName(certificate.issuer)}`,
        ),
      ),
      badge(stateOf(certificate)),
    ),
  );
}

/** By name, as people look for them; what is of no use any more comes last. */
function arranged(certificates: Certificate[]): Certificate[] {
  const rank = (certificate: Certificate) => (stateOf(certificate).level === "bad" ? 1 : 0);
  return [...certificates].sort(
    (a, b) => rank(a) - rank(b) || titleOf(a).localeCompare(titleOf(b)),
  );
}

function empty(kind: ListKind, searched: boolean): HTMLElement {
  return h(
    "div",
    { class: "empty" },
    icon(kind === "authorities" ? "authority" : "person"),
    h("p", { class: "empty-title" }, t(searched ? "emptySearch" : words[kind].empty)),
    h("p", {}, t(searched ? "emptySearchText" : words[kind].text)),
  );
}

class List {
  readonly element = h("div", { class: "list" });
  readonly #state = h("p", { class: "count", role: "status" });
  readonly #items = h("ul", { class: "cards" });
  readonly #more = h("p", {});
  #turn = 0;

  constructor(
    private readonly page: Page,
    private readonly kind: ListKind,
  ) {}

  async show(text: string): Promise<void> {
    const turn = ++this.#turn;
    const first = await this.page.attempt(t("loading"), () =>
      listCertificates(this.page.host, { kind: this.kind, ...(text && { text }) }),
    );
    if (turn !== this.#turn) return; // another search overtook it
    if (!first) fill(this.element);
    else if (first.certificates.length === 0 && !first.more)
      fill(this.element, empty(this.kind, text !== ""));
    else {
      fill(this.element, this.#state, this.#items, this.#more);
      this.#set(first.certificates, first.more);
    }
  }

  #set(certificates: Certificate[], more: ListPage["more"]): void {
    fill(this.#items, ...arranged(certificates).map(card));
    fill(
      this.#state,
      more ? t("countMore", certificates.length) : plural("count", certificates.length),
    );
    fill(
      this.#more,
      more &&
        button(t("more"), async () => {
          const next = await this.page.attempt(t("loading"), more);
          if (next) this.#set([...certificates, ...next.certificates], next.more);
        }),
    );
  }
}

function tabs(current: ListKind): HTMLElement {
  return h(
    "nav",
    { class: "tabs", "aria-label": t("tabsLabel") },
    ...kinds.map((kind) =>
      h("a", { href: `#${kind}`, "aria-current": kind === current && "true" }, t(words[kind].tab)),
    ),
  );
}

export async function showList(page: Page, kind: ListKind): Promise<void> {
  const list = new List(page, kind);
  const id = freshId("search");
  let timer: ReturnType<typeof setTimeout>;
  const search = on(h("input", { type: "search", id, autocomplete: "off" }), {
    input: () => {
      clearTimeout(timer);
      timer = setTimeout(() => list.show(search.value.trim()), PAUSE);
    },
  });
  fill(
    page.main,
    h("p", { class: "lead" }, t("certIntro")),
    tabs(kind),
    h("p", { class: "help" }, t(words[kind].help)),
    h(
      "div",
      { class: "toolbar" },
      importButton(page, t("importButton"), () => list.show(search.value.trim())),
      kind === "own" && h("a", { class: "button", href: "#request" }, t("requestButton")),
      kind === "people" && h("a", { class: "button", href: "#find" }, t("findButton")),
      h("span", { class: "hint drop-hint" }, t("dropHint")),
    ),
    h("div", { class: "search" }, h("label", { for: id }, t("search")), search),
    list.element,
  );
  await list.show("");
}
