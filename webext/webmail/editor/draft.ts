// SPDX-License-Identifier: MPL-2.0
// A mail that is being written.
import type { Mailbox } from "../../core/mime/field.ts";
import type { Headers } from "../../core/wire.ts";

/** The mail that this one answers, or sends on. */
export interface Origin {
  encrypted: boolean;
  headers: Headers;
}

export interface DraftFile {
  id: string;
  name: string;
  type: string;
  size: number;
  /** It is shown in the text, which names it by this. */
  cid?: string;
}

export interface Draft {
  from: string;
  to: Mailbox[];
  cc: Mailbox[];
  bcc: Mailbox[];
  subject: string;
  rich: boolean;
  /** Of rich text, with pictures as `cid:`; else empty. */
  html: string;
  /** Of plain text; else empty. */
  text: string;
  /** Chosen by hand. */
  sign?: boolean;
  encrypt?: boolean;
  origin: Origin | null;
  /** The same however often it is tried: a second copy can be told. */
  messageId: string;
  inReplyTo: string;
  references: string[];
  files: DraftFile[];
}

export function emptyDraft(from: string): Draft {
  return {
    from,
    to: [],
    cc: [],
    bcc: [],
    subject: "",
    rich: true,
    html: "",
    text: "",
    origin: null,
    messageId: `<${crypto.randomUUID()}@${from.split("@")[1] || "localhost"}>`,
    inReplyTo: "",
    references: [],
    files: [],
  };
}
