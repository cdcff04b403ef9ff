// SPDX-License-Identifier: MPL-2.0
// What a mail says of itself, and which of it is protected.
import type { Reading } from "../core/relay.ts";
import type { Field, Mailbox, Source } from "../core/wire.ts";
import { type Child, facts, h } from "./dom.ts";
import { dateAndTime, t } from "./text.ts";

function mailbox({ name, address }: Mailbox): string {
  return name ? `${name} <${address ?? ""}>` : (address ?? "");
}

export function mailFacts({ headers, summary }: Reading): HTMLElement {
  const isSmime = summary.signature !== "none" || summary.encryption !== "none";
  const source = (from: Source) =>
    isSmime && h("span", { class: "source" }, t(from === "outer" ? "sourceOuter" : "sourceProtected"));
  const boxes = (all: Mailbox[]): Child[] =>
    all.map((box) => h("span", { class: "line" }, mailbox(box), " ", source(box.source)));
  const value = (field: Field | undefined, text: (value: string) => string): Child[] =>
    field?.value ? [text(field.value), " ", source(field.source)] : [];
  return facts([
    [t("fieldFrom"), boxes(headers.from)],
    [t("fieldTo"), boxes(headers.to)],
    [t("fieldCc"), boxes(headers.cc)],
    [t("fieldSubject"), value(headers.subject, String)],
    [t("fieldDate"), value(headers.date, dateAndTime)],
  ]);
}
