// SPDX-License-Identifier: MPL-2.0
// Asking an authority for a certificate.
import { type Requested, requestCertificate, subjectOf } from "../core/actions/certificate-request.ts";
import { withdrawRequest } from "../core/actions/certificate-withdraw.ts";
import { databaseStatus } from "../core/actions/database-status.ts";
import type { Token } from "../core/wire.ts";
import { button, fill, freshId, h, on, saveFile } from "./dom.ts";
import type { Page } from "./page.ts";
import { t } from "./text.ts";

export function field(label: string, input: HTMLInputElement | HTMLSelectElement): HTMLElement {
  input.id = freshId("field");
  return h("div", { class: "field" }, h("label", { for: input.id }, label), input);
}

function back(): HTMLElement {
  return h("p", { class: "back-line" }, h("a", { class: "back", href: "#own" }, t("certTitle")));
}

function showDone(page: Page, { pem, request }: Requested, address: string): void {
  const title = h("h2", { tabindex: -1 }, t("requestDone"));
  const copy = button(t("copy"), async () => {
    await navigator.clipboard.writeText(pem);
    copy.textContent = t("copied");
  });
  const file = new Blob([pem], { type: "application/pkcs10" });
  const withdraw = async () => {
    const gone = await page.attempt(
      t("working"),
      async ({ signal }) => {
        await withdrawRequest(page.host, request, signal);
        return true;
      },
      { asks: true },
    );
    if (!gone) return;
    location.hash = "#own";
    page.notify("ok", h("p", {}, t("requestWithdrawn")));
  };
  fill(
    page.main,
    back(),
    title,
    h(
      "ol",
      {},
      h("li", {}, t("requestDoneSave")),
      h("li", {}, t("requestDoneText")),
      h("li", {}, t("requestDoneImport")),
    ),
    h(
      "p",
      { class: "toolbar" },
      button(t("save"), () => saveFile(file, `${address}.csr`), { class: "primary" }),
      copy,
    ),
    h("pre", { tabindex: 0, "aria-label": t("requestDone") }, pem),
    h(
      "details",
      {},
      h("summary", {}, t("requestWithdrawTitle")),
      h("p", {}, t("requestWithdrawText")),
      h("p", {}, button(t("requestWithdraw"), withdraw, { class: "danger" })),
    ),
  );
  title.focus();
}

/** A card keeps the key better; without one there is nothing to choose. */
function placeChoice(tokens: Token[]): HTMLSelectElement | null {
  const cards = tokens.slice(1).flatMap(({ name }) => name ?? []);
  if (cards.length === 0) return null;
  return h(
    "select",
    {},
    h("option", { value: "" }, t("requestPlaceHere")),
    ...cards.map((name) => h("option", { value: name }, name)),
  );
}

export async function showRequest(page: Page): Promise<void> {
  fill(page.main);
  const status = await page.attempt(t("loading"), () => databaseStatus(page.host));
  if (!status) return;
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
  const place = placeChoice(status.tokens);
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
      place && field(t("requestPlace"), place),
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
          ...(place?.value && { token: place.value }),
        };
        const made = await page.attempt(
          t("requestMaking"),
          ({ signal }) => requestCertificate(page.host, params, signal),
          { asks: true },
        );
        if (made) showDone(page, made, address.value.trim());
      },
    },
  );
  fill(
    page.main,
    back(),
    title,
    h("p", {}, t("requestIntro")),
    form,
  );
  title.focus();
}
