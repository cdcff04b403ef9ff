// SPDX-License-Identifier: MPL-2.0
// Asking an authority for a certificate.
import { requestCertificate, subjectOf } from "../core/actions/certificate-request.ts";
import { button, fill, freshId, h, on, saveFile } from "./dom.ts";
import type { Page } from "./page.ts";
import { t } from "./text.ts";

export function field(label: string, input: HTMLInputElement | HTMLSelectElement): HTMLElement {
  input.id = freshId("field");
  return h("div", { class: "field" }, h("label", { for: input.id }, label), input);
}

async function showDone(page: Page, request: Blob, address: string): Promise<void> {
  const text = await request.text();
  const title = h("h2", { tabindex: -1 }, t("requestDone"));
  const copy = button(t("copy"), async () => {
    await navigator.clipboard.writeText(text);
    copy.textContent = t("copied");
  });
  fill(
    page.main,
    h("p", {}, h("a", { class: "back", href: "#own" }, t("certTitle"))),
    title,
    h("p", {}, t("requestDoneText")),
    h("pre", { tabindex: 0, "aria-label": t("requestDone") }, text),
    h(
      "p",
      { class: "toolbar" },
      button(t("save"), () => saveFile(request, `${address}.csr`), { class: "primary" }),
      copy,
    ),
  );
  title.focus();
}

export function showRequest(page: Page): void {
  const [identity] = page.target.identities;
  const name = h("input", { type: "text", required: true, autocomplete: "name", value: identity?.name });
  const organisation = h("input", { type: "text", autocomplete: "organization" });
  const address = h("input", {
    type: "email",
    required: true,
    autocomplete: "email",
    value: identity?.address,
  });
  const key = h(
    "select",
    {},
    h("option", { value: "rsa-3072" }, t("requestKeyRsa")),
    h("option", { value: "p-256" }, t("requestKeyEc")),
  );
  const wrong = h("p", { class: "field-error", role: "alert" });
  const title = h("h2", { tabindex: -1 }, t("requestTitle"));
  const form = on(
    h(
      "form",
      { class: "panel", novalidate: true },
      field(t("requestName"), name),
      field(t("requestOrganisation"), organisation),
      field(t("requestAddress"), address),
      field(t("requestKey"), key),
      wrong,
      h("p", { class: "toolbar" }, h("button", { class: "primary" }, t("requestMake"))),
    ),
    {
      submit: async (event) => {
        event.preventDefault();
        fill(wrong);
        if (!form.checkValidity()) {
          fill(wrong, t("requestNeeded"));
          form.querySelector<HTMLInputElement>("input:invalid")?.focus();
          return;
        }
        const params = {
          subject: subjectOf({ name: name.value, organisation: organisation.value }),
          addresses: [address.value.trim()],
          key: key.value as "rsa-3072" | "p-256",
        };
        const request = await page.attempt(
          t("requestMaking"),
          ({ signal }) => requestCertificate(page.host, params, signal),
          { asks: true },
        );
        if (request) await showDone(page, request, address.value.trim());
      },
    },
  );
  fill(
    page.main,
    h("p", {}, h("a", { class: "back", href: "#own" }, t("certTitle"))),
    title,
    h("p", {}, t("requestIntro")),
    form,
  );
  title.focus();
}
