// SPDX-License-Identifier: MPL-2.0
// A mail as the host read it: the verdict, what it says of itself, its text, its files. Nothing is
// loaded from the network before it is asked for, and never into a mail that was encrypted without
// protection against changes: an address in it could carry away what was decrypted.
import { encode } from "../core/base64.ts";
import type { Reading } from "../core/relay.ts";
import { button, type Child, fill, h, section } from "./dom.ts";
import { mailFacts } from "./mail-facts.ts";
import { notice } from "./page.ts";
import { t } from "./text.ts";
import { verdictLine } from "./verdict.ts";
import { attachmentSection } from "./viewer-attachments.ts";
import { type Entity, parseEntity } from "./viewer-entity.ts";
import { mailFrame } from "./viewer-frame.ts";
import { cleanHtml } from "./viewer-html.ts";
import { mailText } from "./viewer-text.ts";

export interface Ways {
  /** Shows the details. */
  details: () => void;
  /** Opens a protected part on its own. */
  part: (part: string) => void;
}

/** The pictures that came along, as addresses that a frame without an origin can show. */
async function carried({ pictures }: Entity): Promise<Map<string, string>> {
  const addresses = new Map<string, string>();
  for (const [id, { type, content }] of pictures)
    addresses.set(id, `data:${type};base64,${encode(new Uint8Array(await content.arrayBuffer()))}`);
  return addresses;
}

function remoteNotice(hosts: string[], allowed: boolean, load: () => void): Child {
  if (hosts.length === 0) return null;
  if (!allowed) return notice("warn", h("p", {}, t("remoteNever")));
  return notice(
    "info",
    h("p", {}, t("remoteOff", hosts.join(", "))),
    h("p", {}, button(t("remoteLoad"), load)),
  );
}

async function bodyView(entity: Entity, { summary }: Reading): Promise<HTMLElement> {
  const { text, html } = entity;
  const allowed = !summary.reasons.includes("unauthenticated-encryption");
  const addresses = await carried(entity);
  const view = h("div", {});
  const showText = () =>
    fill(
      view,
      text.trim() === "" ? h("p", { class: "help" }, t("viewerEmpty")) : mailText(text),
      html !== "" && h("p", { class: "toolbar" }, button(t("viewerAsHtml"), () => showHtml(false))),
    );
  const showHtml = (remote: boolean) => {
    const clean = cleanHtml(html, (id) => addresses.get(id), remote);
    fill(
      view,
      !remote && remoteNotice(clean.hosts, allowed, () => showHtml(true)),
      mailFrame(clean.html, remote),
      text !== "" && h("p", { class: "toolbar" }, button(t("viewerAsText"), showText)),
    );
  };
  if (html === "") showText();
  else showHtml(false);
  return view;
}

function embeddedSection({ embedded }: Reading, open: Ways["part"]): Child {
  if (embedded.length === 0) return null;
  return section(
    t("sectionEmbedded"),
    h("p", { class: "help" }, t("embeddedText")),
    h(
      "ul",
      { class: "rows" },
      ...embedded.map(({ part, type }) => {
        const name = t("embeddedPart", part);
        const label = { "aria-label": `${t("embeddedOpen")}: ${name}` };
        return h(
          "li",
          { class: "row" },
          h("div", {}, h("p", { class: "row-title" }, name), h("p", { class: "hint" }, type ?? "")),
          h("div", { class: "toolbar" }, button(t("embeddedOpen"), () => open(part), label)),
        );
      }),
    ),
  );
}

export async function mailView(reading: Reading, content: Blob, ways: Ways): Promise<Child[]> {
  const entity = await parseEntity(content, t("attachmentUnnamed"));
  return [
    verdictLine(
      reading,
      h("p", { class: "toolbar" }, button(t("viewerDetails"), () => ways.details())),
    ),
    h("div", { class: "panel" }, mailFacts(reading)),
    await bodyView(entity, reading),
    attachmentSection(entity.attachments),
    embeddedSection(reading, ways.part),
  ];
}
