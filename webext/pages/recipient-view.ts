// SPDX-License-Identifier: MPL-2.0
// One who gets the mail that is being written: can be encrypted to, or why not, and looking for a
// certificate.
import { findCertificates } from "../core/actions/certificate-find.ts";
import type { Recipient } from "../core/recipients.ts";
import { certificateBox } from "./certificate-box.ts";
import { stateOf } from "./certificate-state.ts";
import { button, fill, h, icon } from "./dom.ts";
import { notice, type Page } from "./page.ts";
import { reasonList } from "./reason.ts";
import { t } from "./text.ts";

export async function canLookUp(page: Page): Promise<boolean> {
  const hello = await page.host.call("hello", {}).catch(() => null);
  return hello?.methods.includes("certificate.find") ?? false;
}

export function recipientView(
  page: Page,
  { address, usable, certificate, reasons }: Recipient,
  lookUp: boolean,
): HTMLElement {
  const found = h("div", { role: "status" });
  const look = button(
    t("lookUp"),
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
    { "aria-label": `${t("lookUp")}: ${address}` },
  );
  const state = usable ? "recipientOk" : certificate ? "recipientBad" : "recipientNone";
  return h(
    "div",
    { class: `panel identity ${usable ? "ok" : "warn"}` },
    h("p", { class: "row-title" }, icon(usable ? "ok" : "warn"), address),
    h("p", {}, t(state), certificate && `: ${stateOf(certificate).text}`),
    !usable && reasonList(reasons, "person"),
    !usable && lookUp && h("p", { class: "toolbar" }, look),
    found,
  );
}
