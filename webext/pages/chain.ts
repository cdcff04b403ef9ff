// SPDX-License-Identifier: MPL-2.0
// Who vouches for a certificate, drawn from the top, where trust begins, down to it.
import type { Certificate, Reason } from "../core/wire.ts";
import { h, icon } from "./dom.ts";
import { isAuthority, type State, stateOf } from "./certificate-state.ts";
import { shortName, titleOf } from "./name.ts";
import { reasonList, said } from "./reason.ts";
import { date, t } from "./text.ts";

export function badge(state: State): HTMLElement {
  return h("span", { class: `badge ${state.level}` }, icon(state.level), said(state.level), state.text);
}

function role(certificate: Certificate, isFirst: boolean): string {
  if (isFirst && !isAuthority(certificate)) return t("chainSelf");
  return t(certificate.subject === certificate.issuer ? "chainRoot" : "chainAuthority");
}

/** Why one that is vouched for is worth as much as what vouches for it need not be said twice. */
function stateInChain(certificate: Certificate, isFirst: boolean): State {
  const isRoot = certificate.subject === certificate.issuer;
  const known = isAuthority(certificate) && (isRoot || certificate.trust !== "inherited");
  return isFirst || known
    ? stateOf(certificate)
    : { level: "ok", text: t("stateValid", date(certificate.notAfter)) };
}

/** That an authority's own certificate neither signs mail nor has an address is as it should be. */
const ofPeopleOnly: ReadonlySet<Reason> = new Set<Reason>(["usage-not-permitted", "no-address"]);

function reasonsInChain(certificate: Certificate, isFirst: boolean): Reason[] {
  const reasons = certificate.reasons ?? [];
  return isFirst && isAuthority(certificate) && !certificate.own
    ? reasons.filter((reason) => !ofPeopleOnly.has(reason))
    : reasons;
}

function link(certificate: Certificate, isFirst: boolean): HTMLElement {
  const reasons = reasonsInChain(certificate, isFirst);
  const state = stateInChain(certificate, isFirst);
  const worst = reasons.length > 0 && state.level === "ok";
  return h(
    "li",
    { class: `link ${reasons.length > 0 ? "bad" : state.level}` },
    h(
      "div",
      { class: "link-box" },
      icon(isAuthority(certificate) ? "authority" : "person", "link-icon"),
      h(
        "div",
        {},
        h("p", { class: "link-role" }, role(certificate, isFirst)),
        h("p", { class: "link-name" }, titleOf(certificate)),
        !worst && badge(state),
        reasonList(reasons, null),
      ),
    ),
  );
}

export function chainPicture(
  chain: readonly string[],
  table: Readonly<Record<string, Certificate>>,
): HTMLElement {
  const found = chain.flatMap((fingerprint) => table[fingerprint] ?? []);
  const top = found.at(-1);
  const missing =
    top && top.subject !== top.issuer
      ? h(
          "li",
          { class: "link missing" },
          h(
            "div",
            { class: "link-box" },
            icon("unknown", "link-icon"),
            h(
              "div",
              {},
              h("p", { class: "link-role" }, t("chainMissing")),
              h("p", { class: "link-name" }, shortName(top.issuer)),
            ),
          ),
        )
      : null;
  return h(
    "ol",
    { class: "chain" },
    missing,
    ...found.map((certificate, at) => link(certificate, at === 0)).reverse(),
  );
}
