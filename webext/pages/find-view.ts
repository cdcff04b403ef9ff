// SPDX-License-Identifier: MPL-2.0
// Looking for the certificate of a person.
import { findCertificates } from "../core/actions/certificate-find.ts";
import type { Certificate } from "../core/wire.ts";
import { certificateBox } from "./certificate-box.ts";
import { card } from "./certificate-list.ts";
import { fill, h, on } from "./dom.ts";
import { notice, type Page } from "./page.ts";
import { field } from "./request-view.ts";
import { t } from "./text.ts";

export function showFind(page: Page): void {
  const address = h("input", { type: "email", required: true, autocomplete: "off" });
  const found = h("div", { role: "status" });
  const title = h("h2", { tabindex: -1 }, t("findTitle"));
  const form = on(
    h(
      "form",
      { class: "panel", novalidate: true },
      field(t("findAddress"), address),
      h("p", { class: "toolbar" }, h("button", { class: "primary" }, t("findGo"))),
    ),
    {
      submit: async (event) => {
        event.preventDefault();
        fill(found);
        if (!address.checkValidity()) {
          address.focus();
          return;
        }
        const wanted = address.value.trim();
        const result = await page.attempt(t("working"), ({ signal }) =>
          findCertificates(page.host, [wanted], signal),
        );
        if (!result) return;
        const certificates: Certificate[] = Object.values(result.found).flat();
        const here = certificates.filter(({ token }) => token !== null);
        const elsewhere = certificates.filter(({ token }) => token === null);
        fill(
          found,
          certificates.length === 0 && notice("info", h("p", {}, t("findNothing", wanted))),
          result.failures.length > 0 && notice("warn", h("p", {}, t("findFailures"))),
          here.length > 0 && h("p", {}, t("findHere")),
          here.length > 0 && h("ul", { class: "cards" }, ...here.map(card)),
          ...elsewhere.map((certificate) => certificateBox(page, certificate)),
        );
      },
    },
  );
  fill(
    page.main,
    h("p", { class: "back-line" }, h("a", { class: "back", href: "#people" }, t("certTitle"))),
    title,
    h("p", {}, t("findIntro")),
    form,
    found,
  );
  title.focus();
}
