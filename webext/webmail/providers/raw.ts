// SPDX-License-Identifier: MPL-2.0
// The bytes of a mail on their way through a webmail.

const CR = 13;
const LF = 10;

/** In memory of this program's own: Firefox lends a content script that of the page, which fails in use. */
export async function bytesOf(blob: Blob): Promise<Uint8Array<ArrayBuffer>> {
  const lent = new Uint8Array(await blob.arrayBuffer());
  const own = new Uint8Array(lent.length);
  own.set(lent);
  return own;
}

/** Where the bytes end but for line ends. */
function endOf(bytes: Uint8Array): number {
  let end = bytes.length;
  while (end > 0 && (bytes[end - 1] === CR || bytes[end - 1] === LF)) end--;
  return end;
}

/** The same but for line ends after the last line, which no signature covers. */
export function sameMail(one: Uint8Array, other: Uint8Array): boolean {
  const end = endOf(one);
  if (end !== endOf(other)) return false;
  for (let at = 0; at < end; at++) if (one[at] !== other[at]) return false;
  return true;
}

/** The Message-ID without its angle brackets. */
export async function messageIdOf(raw: Blob): Promise<string | null> {
  const start = await raw.slice(0, 1 << 20).text();
  const header = start.split(/\r?\n\r?\n/, 1)[0] as string;
  const field = /^message-id:\s*<([^<>\s]+)>\s*$/im.exec(header.replace(/\r?\n(?=[ \t])/g, ""));
  return field?.[1] ?? null;
}

/** Has it a line that a program for mailboxes would take for the start of a mail, or did so once? */
export function hasFromLine(bytes: Uint8Array): boolean {
  return /\n>*From /.test(new TextDecoder("latin1").decode(bytes));
}
