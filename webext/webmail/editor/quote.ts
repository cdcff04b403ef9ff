// SPDX-License-Identifier: MPL-2.0
// What an answer, or a mail that is sent on, takes over of the text and the files.
import type { Reading } from "../../core/relay.ts";
import { h } from "../../pages/dom.ts";
import { dateAndTime, t } from "../../pages/text.ts";
import { parseEntity } from "../../pages/viewer-entity.ts";
import { forwardedFields, type Mode } from "./answering.ts";
import type { DraftFile } from "./draft.ts";
import { asideBody, cleanHtml, htmlOf } from "./html.ts";
import { say } from "./words.ts";

export interface Quote {
  html: string;
  files: (DraftFile & { content: Blob })[];
}

function attribution({ headers }: Reading): HTMLElement {
  const [from] = headers.from;
  const name = from?.name || from?.address || "";
  const time = headers.date?.value;
  return h("div", {}, time ? say("edWrote", dateAndTime(time), name) : say("edWroteSometime", name));
}

function forwardedHead(reading: Reading): HTMLElement[] {
  const rows = forwardedFields(
    reading,
    {
      from: say("edFrom"),
      to: say("edTo"),
      cc: say("edCc"),
      subject: t("fieldSubject"),
      date: t("fieldDate"),
    },
    dateAndTime,
  );
  return [
    h("div", {}, say("edForwarded")),
    ...rows.map(([name, value]) => h("div", {}, h("b", {}, `${name}: `), value)),
    h("div", {}, h("br")),
  ];
}

export async function quoteOf(
  reading: Reading,
  content: Blob,
  mode: Exclude<Mode, "new">,
): Promise<Quote> {
  const { text, html, attachments, pictures } = await parseEntity(content, t("attachmentUnnamed"));
  const forward = mode === "forward";
  const body = cleanHtml(html || htmlOf(text.replace(/\s+$/, "")));
  const quote = asideBody();
  quote.append(h("div", {}, h("br")));
  if (forward) quote.append(...forwardedHead(reading), body);
  else {
    const block = quote.ownerDocument.createElement("blockquote");
    block.append(body);
    quote.append(attribution(reading), block);
  }
  const files = forward
    ? [...attachments.map((file) => ({ file })), ...[...pictures].map(([cid, file]) => ({ cid, file }))]
    : [];
  return {
    html: quote.innerHTML,
    files: files.map(({ file, ...more }) => ({
      id: crypto.randomUUID(),
      name: file.name,
      type: file.type,
      size: file.content.size,
      content: file.content,
      ...more,
    })),
  };
}
