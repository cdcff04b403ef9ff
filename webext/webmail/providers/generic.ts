// SPDX-License-Identifier: MPL-2.0
// For every other webmail: a mail that was saved as a file, or whose source was copied.
import { bytesOf } from "./raw.ts";

const CR = 13;
const LF = 10;
const BEGINNING = 1 << 16;

/** The mail in a file, or in copied source, as it was on its way; null if there is none. */
export async function rawOfFile(file: Blob): Promise<Blob | null> {
  const bytes = await bytesOf(file);
  const start = new TextDecoder("latin1").decode(bytes.subarray(0, BEGINNING));
  // A mark of UTF-8, empty lines, or the line of a mailbox file: no part of the header.
  const before = /^(?:\xef\xbb\xbf)?\s*(?:>?From [^\r\n]*\r?\n)?/.exec(start)?.[0].length ?? 0;
  if (!/^[!-9;-~]+[ \t]*:/.test(start.slice(before))) return null;
  return new Blob([withLineEnds(bytes.subarray(before))]);
}

/** A mail has no line feed alone: the program that saved it had its own idea of lines. */
function withLineEnds(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  let alone = 0;
  for (let at = 0; at < bytes.length; at++) if (bytes[at] === LF && bytes[at - 1] !== CR) alone++;
  if (alone === 0) return bytes;
  const mail = new Uint8Array(bytes.length + alone);
  let to = 0;
  for (let at = 0; at < bytes.length; at++) {
    if (bytes[at] === LF && bytes[at - 1] !== CR) mail[to++] = CR;
    mail[to++] = bytes[at] as number;
  }
  return mail;
}
