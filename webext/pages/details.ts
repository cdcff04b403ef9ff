// SPDX-License-Identifier: MPL-2.0
// What holds for one mail, and why: the verdict, its reasons, and every layer.
import { getCertificate } from "../core/actions/certificate-get.ts";
import { certificateBox } from "./certificate-box.ts";
import { type Child, facts, fill, h, type IconName, icon, section } from "./dom.ts";
import { layerList } from "./layers.ts";
import { openPage } from "./page.ts";
import type { Reading } from "../core/relay.ts";
import type { Field, Mailbox } from "../core/wire.ts";
import { type Level, reasonList, said, statusLevels } from "./reason.ts";
import { dateAndTime, type Key, keyOf, t } from "./text.ts";

function fromOf({ headers }: Reading): string {
  return headers.from.map(({ address }) => address ?? "").join(", ");
}

function verdictBox(level: Level, picture: IconName, title: string, text: string): HTMLElement {
  return h(
    "div",
    { class: `verdict ${level}` },
    icon(picture),
    h("div", {}, h("p", { class: "verdict-title" }, said(level), title), h("p", {}, text)),
  );
}

function verdict(reading: Reading): HTMLElement[] {
  const { signature, encryption } = reading.summary;
  const level = statusLevels[signature];
  const full = encryption === "full";
  return [
    verdictBox(
      level,
      level as IconName,
      t(keyOf("verdict", signature)),
      t(keyOf("verdict", signature, "_text"), fromOf(reading)),
    ),
    verdictBox(
      full ? "ok" : encryption === "partial" ? "warn" : "info",
      full ? "lock" : "unlocked",
      t(keyOf("encryption", encryption)),
      t(keyOf("encryption", encryption, "_text")),
    ),
  ];
}

function mailbox({ name, address }: Mailbox): string {
  return name ? `${name} <${address ?? ""}>` : (address ?? "");
}

function mailSection({ headers, summary }: Reading): HTMLElement {
  const isSmime = summary.signature !== "none" || summary.encryption !== "none";
  const source = (from: "outer" | "protected") =>
    isSmime && h("span", { class: "source" }, t(from === "outer" ? "sourceOuter" : "sourceProtected"));
  const boxes = (all: Mailbox[]): Child[] =>
    all.map((box) => h("span", { class: "line" }, mailbox(box), " ", source(box.source)));
  const value = (field: Field | undefined, text: (value: string) => string): Child[] =>
    field?.value ? [text(field.value), " ", source(field.source)] : [];
  return section(
    t("sectionMail"),
    facts([
      [t("fieldFrom"), boxes(headers.from)],
      [t("fieldSubject"), value(headers.subject, String)],
      [t("fieldDate"), value(headers.date, dateAndTime)],
    ]),
  );
}

const page = await openPage("detailsTitle");

function show(reading: Reading): void {
  const { summary, embedded, certificates } = reading;
  const told = reasonList(summary.reasons, "mail");
  fill(
    page.main,
    ...verdict(reading),
    told && section(t("sectionWhy"), told),
    mailSection(reading),
    reading.layers.length > 0 &&
      section(
        t("sectionLayers"),
        reading.layers.length > 1 && h("p", { class: "help" }, t("layersText")),
        layerList(reading),
      ),
    embedded.length > 0 &&
      section(
        t("sectionEmbedded"),
        h("p", { class: "help" }, t("embeddedText")),
        h(
          "ul",
          {},
          ...embedded.map(({ part, type }) =>
            h("li", {}, t("embeddedPart", part), ": ", h("code", {}, type ?? "")),
          ),
        ),
      ),
    certificates.length > 0 &&
      section(
        t("sectionCertificates"),
        h("p", { class: "help" }, t("certificatesText")),
        ...certificates.map((certificate) => certificateBox(page, certificate)),
      ),
  );
}

/** The certificates whose keys opened it: the reading has their fingerprints alone. */
async function openedWith({ layers }: Reading): Promise<Reading["table"]> {
  const fingerprints = [...new Set(layers.flatMap(({ decryptedWith }) => decryptedWith ?? []))];
  const got = await Promise.allSettled(
    fingerprints.map((fingerprint) => getCertificate(page.host, fingerprint)),
  );
  return Object.fromEntries(
    got.flatMap((each) =>
      each.status === "fulfilled"
        ? [[each.value.certificate.fingerprint, each.value.certificate]]
        : [],
    ),
  );
}

const handle = new URLSearchParams(location.search).get("handle") ?? "";
const reading = await page.attempt(t("loading"), () => page.host.call("page.reading", { handle }));
if (reading) show({ ...reading, table: { ...(await openedWith(reading)), ...reading.table } });
else {
  const gone: [Key, Key] = ["detailsGone", "detailsGoneText"];
  fill(page.main, h("div", { class: "empty" }, icon("unknown"), ...gone.map((key) => h("p", {}, t(key)))));
}
