// SPDX-License-Identifier: MPL-2.0
// The layers of a mail, and who signed which.
import type { Reading } from "../core/relay.ts";
import type { Layer, Reason, Signer } from "../core/wire.ts";
import { chainPicture } from "./chain.ts";
import { facts, h, type IconName, icon } from "./dom.ts";
import { titleOf } from "./name.ts";
import { type About, reasonList, said, statusLevels } from "./reason.ts";
import { dateAndTime, keyOf, plural, t } from "./text.ts";

const pictures: Record<Layer["type"], IconName> = {
  signed: "signed",
  enveloped: "lock",
  "auth-enveloped": "lock",
  compressed: "packed",
};

/** Advice is given once: with the reasons of the whole mail, if it is among them. */
function told({ summary }: Reading, reasons: Reason[]): About | null {
  return reasons.every((reason) => summary.reasons.includes(reason)) ? null : "mail";
}

function signerView(signer: Signer, reading: Reading): HTMLElement {
  const level = statusLevels[signer.status];
  const name = signer.certificate ? titleOf(signer.certificate) : t("signerUnknown");
  return h(
    "div",
    { class: `signer ${level}` },
    h(
      "div",
      { class: "signer-head" },
      icon(level),
      h(
        "div",
        {},
        h("h4", {}, t("signerTitle", name)),
        h("p", {}, said(level), t(keyOf("signer", signer.status))),
      ),
    ),
    reasonList(signer.reasons, told(reading, signer.reasons)),
    facts([
      [
        t("fieldSignerAddress"),
        signer.addresses.map((address) => h("span", { class: "line" }, address)),
      ],
      [
        t("fieldFrom"),
        reading.headers.from.map(({ address }) => h("span", { class: "line" }, address)),
      ],
      [t("fieldSigningTime"), signer.signingTime && dateAndTime(signer.signingTime)],
      [t("fieldRevocation"), t(keyOf("revocation", signer.revocation))],
      [t("fieldMethod"), [signer.algorithm, signer.digest].filter(Boolean).join(", ")],
    ]),
    signer.chain.length > 0 && h("h5", {}, t("sectionChain")),
    signer.chain.length > 0 && chainPicture(signer.chain, reading.table),
  );
}

function decryptedWith(layer: Layer, { table }: Reading): string {
  const fingerprint = layer.decryptedWith;
  if (!fingerprint) return "";
  const certificate = table[fingerprint];
  return certificate ? titleOf(certificate) : `${fingerprint.slice(0, 16)}…`;
}

function layerView(layer: Layer, reading: Reading): HTMLElement {
  const { recipients, signers = [] } = layer;
  return h(
    "li",
    { class: "layer" },
    h(
      "h3",
      {},
      icon(pictures[layer.type]),
      h("span", {}, t(keyOf("layer", layer.type)), recipients !== undefined && " "),
      recipients !== undefined &&
        h("span", { class: "hint" }, plural("layerRecipients", recipients)),
    ),
    layer.certificatesOnly && h("p", {}, t("layerCertificatesOnly")),
    layer.reasons && reasonList(layer.reasons, told(reading, layer.reasons)),
    layer.contentEncryption &&
      facts([
        [t("fieldMethod"), [layer.contentEncryption, layer.keyManagement].filter(Boolean).join(", ")],
        [t("fieldDecryptedWith"), decryptedWith(layer, reading)],
      ]),
    ...signers.map((signer) => signerView(signer, reading)),
  );
}

export function layerList(reading: Reading): HTMLElement {
  return h("ol", { class: "layers" }, ...reading.layers.map((layer) => layerView(layer, reading)));
}
