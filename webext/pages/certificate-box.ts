// SPDX-License-Identifier: MPL-2.0
// A certificate that is not kept yet: what it says, and a button to keep it.
import { importCertificates } from "../core/actions/certificate-import.ts";
import { decode } from "../core/base64.ts";
import type { Certificate } from "../core/wire.ts";
import { certificateFacts } from "./certificate-view.ts";
import { button, fill, h } from "./dom.ts";
import { titleOf } from "./name.ts";
import type { Page } from "./page.ts";
import { t } from "./text.ts";

export function certificateBox(page: Page, certificate: Certificate): HTMLElement {
  const { data, token } = certificate;
  const state = h("div", { role: "status" });
  const keep = button(
    t("keep"),
    async () => {
      const done = await page.attempt(
        t("working"),
        ({ signal }) => importCertificates(page.host, new Blob([decode(data ?? "")]), signal),
        { at: state },
      );
      if (!done) return;
      keep.remove();
      fill(state, t("kept"));
    },
    { "aria-label": `${t("keep")}: ${titleOf(certificate)}` },
  );
  return h(
    "div",
    { class: "panel" },
    h("p", { class: "link-name" }, titleOf(certificate)),
    h("p", { class: "hint" }, certificate.addresses.join(", ")),
    h("details", {}, h("summary", {}, t("sectionDetails")), certificateFacts(certificate)),
    data !== undefined && token === null && h("p", {}, keep),
    state,
  );
}
