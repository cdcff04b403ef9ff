// SPDX-License-Identifier: MPL-2.0
// What holds for one mail, and why: the verdict, its reasons, and every layer.
import { getCertificate } from "../core/actions/certificate-get.ts";
import { certificateBox } from "./certificate-box.ts";
import { fill, h, icon, section } from "./dom.ts";
import { layerList } from "./layers.ts";
import { mailFacts } from "./mail-facts.ts";
import { openPage } from "./page.ts";
import type { Reading } from "../core/relay.ts";
import { reasonList } from "./reason.ts";
import { type Key, t } from "./text.ts";
import { verdictBoxes } from "./verdict.ts";

const page = await openPage("detailsTitle");

function show(reading: Reading): void {
  const { summary, embedded, certificates } = reading;
  const told = reasonList(summary.reasons, "mail");
  fill(
    page.main,
    ...verdictBoxes(reading),
    told && section(t("sectionWhy"), told),
    section(t("sectionMail"), mailFacts(reading)),
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
const reading = await page.attempt(t("loading"), (running) =>
  page.host.call("page.reading", { handle }, running),
);
if (reading) show({ ...reading, table: { ...(await openedWith(reading)), ...reading.table } });
else if (reading === undefined) fill(page.main);
else {
  const gone: [Key, Key] = ["detailsGone", "detailsGoneText"];
  fill(page.main, h("div", { class: "empty" }, icon("unknown"), ...gone.map((key) => h("p", {}, t(key)))));
}
