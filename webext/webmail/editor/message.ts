// SPDX-License-Identifier: MPL-2.0
// The mail of a draft, as it is given to the host.
import { type Attached, fileEntity, multipart, textEntity, type Entity, type Whole, whole } from "../../core/mime/entity.ts";
import { dateField, type Mailbox, mailboxField, textField, wordsField } from "../../core/mime/field.ts";
import type { Draft } from "./draft.ts";

export interface Body {
  text: string;
  /** Of rich text. */
  html: string;
}

/** Those whose id the HTML names are shown in it; others are attached. */
function entityOf({ text, html }: Body, files: readonly Attached[]): Entity {
  const shown = html === "" ? [] : files.filter(({ id }) => id && html.includes(`cid:${id}`));
  const attached = files.filter((file) => !shown.includes(file));
  const plain = textEntity("plain", text);
  let content = plain;
  if (html !== "") {
    const rich = textEntity(
      "html",
      `<!DOCTYPE html>\n<html><head><meta charset="utf-8"></head>\n<body>${html}</body></html>\n`,
    );
    const related =
      shown.length > 0 ? multipart("related", [rich, ...shown.map(fileEntity)]) : rich;
    content = multipart("alternative", [plain, related]);
  }
  if (attached.length === 0) return content;
  const bare = attached.map(({ id: _id, ...file }) => fileEntity(file));
  return multipart("mixed", [content, ...bare]);
}

/** No Bcc field: who gets blind copies is in the envelope alone. */
export function messageOf(
  draft: Draft,
  name: string,
  body: Body,
  files: readonly Attached[],
  now: Date,
): Whole {
  const list = (field: string, mailboxes: readonly Mailbox[]) =>
    mailboxes.length > 0 ? mailboxField(field, mailboxes) : "";
  const open = draft.to.length + draft.cc.length > 0;
  const fields = [
    mailboxField("From", [{ name, address: draft.from }]),
    open ? list("To", draft.to) : "To: undisclosed-recipients:;\r\n",
    list("Cc", draft.cc),
    textField("Subject", draft.subject),
    dateField(now),
    wordsField("Message-ID", [draft.messageId]),
    draft.inReplyTo && wordsField("In-Reply-To", [draft.inReplyTo]),
    draft.references.length > 0 && wordsField("References", draft.references),
  ];
  return whole(fields.filter(Boolean).join(""), entityOf(body, files));
}
