// SPDX-License-Identifier: MPL-2.0
// One of the user's addresses while S/MIME is set up: whether there is a certificate that does, and
// what to do where there is none.
import { getCertificate } from "../core/actions/certificate-get.ts";
import { allCertificates } from "../core/actions/certificate-list.ts";
import { trustCertificate } from "../core/actions/certificate-trust.ts";
import type { Identity } from "../core/relay.ts";
import type { Certificate } from "../core/wire.ts";
import { badge } from "./chain.ts";
import { reasonsAgainst, stateOf } from "./certificate-state.ts";
import { button, type Child, facts, h, icon } from "./dom.ts";
import { importButton } from "./import.ts";
import { titleOf } from "./name.ts";
import type { Page } from "./page.ts";
import { reasonList } from "./reason.ts";
import { grouped, t } from "./text.ts";

export interface IdentityView {
  done: boolean;
  element: HTMLElement;
}

/** The best first: one that does everything, for the longest time. */
function best(certificates: Certificate[]): Certificate | undefined {
  const score = ({ status }: Certificate) =>
    Number(status?.sign.usable ?? false) + Number(status?.encrypt.usable ?? false);
  return [...certificates].sort(
    (a, b) => score(b) - score(a) || b.notAfter.localeCompare(a.notAfter),
  )[0];
}

/** What all of a certificate hangs on, where that is nothing but the trust of its user. */
async function rootToTrust(page: Page, certificate: Certificate): Promise<Certificate | null> {
  if (reasonsAgainst(certificate).join() !== "issuer-untrusted") return null;
  const { chain, table } = await getCertificate(page.host, certificate.fingerprint);
  const top = table[chain.at(-1) ?? ""];
  return top && top.subject === top.issuer && top.trust !== "trusted" ? top : null;
}

const show = ({ fingerprint }: Certificate) =>
  h("a", { class: "button", href: `certificates.html#show=${fingerprint}` }, t("identityShow"));

function trusting(page: Page, root: Certificate, done: () => void): Child[] {
  const trust = async () => {
    const changed = await page.attempt(
      t("working"),
      ({ signal }) => trustCertificate(page.host, root.fingerprint, "trusted", signal),
      { asks: true },
    );
    if (changed) done();
  };
  return [
    h("p", {}, t("identityUntrusted", titleOf(root))),
    h("p", { class: "hint" }, t("identityTrustText")),
    facts([[t("fieldFingerprint"), h("code", {}, grouped(root.fingerprint))]]),
    h(
      "p",
      { class: "toolbar" },
      button(t("identityTrust", titleOf(root)), () => void trust(), { class: "primary" }),
      show(root),
    ),
  ];
}

export function getting(page: Page, chosen: Certificate | undefined, done: () => void): HTMLElement {
  return h(
    "p",
    { class: "toolbar" },
    importButton(page, t("identityHave"), done),
    chosen && show(chosen),
    h("a", { class: "button", href: "certificates.html#request" }, t("requestButton")),
  );
}

export async function identityView(
  page: Page,
  { address, name }: Identity,
  changed: () => void,
): Promise<IdentityView> {
  const certificates = await allCertificates(page.host, { kind: "own", address });
  const chosen = best(certificates);
  const signs = certificates.some(({ status }) => status?.sign.usable);
  const decrypts = certificates.some(({ status }) => status?.encrypt.usable);
  const done = signs && decrypts;
  const root = chosen && !signs && !decrypts ? await rootToTrust(page, chosen) : null;
  const content: Child[] = [];
  if (done && chosen) content.push(h("p", {}, t("identityOk", stateOf(chosen).text)));
  else if (root) content.push(...trusting(page, root, changed));
  else {
    if (!chosen) content.push(h("p", {}, t("identityNone")), h("p", { class: "hint" }, t("identityNoneText")));
    else if (signs || decrypts) content.push(h("p", {}, t(signs ? "identitySignOnly" : "identityEncryptOnly")));
    else content.push(h("p", {}, t("identityBad")), reasonList(reasonsAgainst(chosen), "own"));
    content.push(getting(page, chosen, changed));
  }
  const title = h(
    "span",
    {},
    name ? `${name} <${address}> ` : `${address} `,
    chosen && !done && badge(stateOf(chosen)),
  );
  const element = h(
    "div",
    { class: `panel identity ${done ? "ok" : "warn"}` },
    h("p", { class: "row-title" }, icon(done ? "ok" : "warn"), title),
    ...content,
  );
  return { done, element };
}
