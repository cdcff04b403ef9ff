// SPDX-License-Identifier: MPL-2.0
// What an answer takes over from the header of the mail that it answers.
import PostalMime from "postal-mime";
import type { Mailbox } from "./mime/field.ts";

export interface Thread {
  messageId: string;
  references: string[];
  replyTo: Mailbox[];
}

/** A header that is longer is cut: what is looked for stands before that. */
const HEADER = 256 * 1024;
const REFERENCES = 50;

const idsOf = (text: string | undefined): string[] =>
  (text ?? "").match(/<[\x21-\x3b\x3d\x3f-\x7e]{1,900}>/g) ?? [];

export async function threadOf(message: Blob): Promise<Thread> {
  const bytes = new Uint8Array(await message.slice(0, HEADER).arrayBuffer());
  const end = bytes.findIndex(
    (byte, at) => byte === 10 && (bytes[at + 1] === 10 || (bytes[at + 1] === 13 && bytes[at + 2] === 10)),
  );
  const header = end < 0 ? bytes : bytes.subarray(0, end + 1);
  const { messageId, references, replyTo = [] } = await PostalMime.parse(header);
  return {
    messageId: idsOf(messageId)[0] ?? "",
    references: idsOf(references).slice(-REFERENCES),
    replyTo: replyTo.flatMap(({ name, address }) => (address ? [{ name, address }] : [])),
  };
}

/** Where a mail has these fields twice, outside and protected, the protected ones count. */
export function joined(outer: Thread, inner: Thread): Thread {
  return {
    messageId: inner.messageId || outer.messageId,
    references: inner.references.length > 0 ? inner.references : outer.references,
    replyTo: inner.replyTo.length > 0 ? inner.replyTo : outer.replyTo,
  };
}
