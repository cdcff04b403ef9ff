// SPDX-License-Identifier: MPL-2.0
// A mail in its parts, as the parser finds them. Of a large one the parser sees no long stretch of
// base64, which takes it longer than all the rest of the way together: a short line stands there,
// and what the engine itself decodes takes its place in the part that the line ended up in.
import PostalMime, { type Attachment, type Email, type PostalMimeOptions } from "postal-mime";
import { decode, encode } from "../base64.ts";

export type Part = Omit<Attachment, "content"> & { content: Blob };
export type Mail = Omit<Email, "attachments"> & { attachments: Part[] };

/** Smaller mails are there before anybody could tell. */
const LARGE = 1024 * 1024;
/** A stretch that is worth it. */
const LONG = 64 * 1024;
/** Of lines: shorter ones could be a text. */
const NARROW = 40;
const CHUNK = 1024 * 1024;

/** Of the line that stands for one: what nobody can know, then the number of the stretch. Both are
 * multiples of three, so that the mark is the same in base64 wherever it stands. */
const MARK = 48;
const LINE = 57;
/** In base64, from the mark to the end of the line. */
const LINE_END = ((LINE - MARK) / 3) * 4 + 2;

const [CR, LF, PAD] = [13, 10, 61];
const ascii = new TextDecoder("latin1");

/** Whole lines of base64, all of one length, with no end of the coding in them. */
interface Stretch {
  from: number;
  to: number;
  decoded: Uint8Array<ArrayBuffer>[];
}

/** Null: it only looked like it. */
function decodedLines(lines: Uint8Array, width: number): Stretch["decoded"] | null {
  const step = Math.floor(CHUNK / width) * width;
  const decoded: Stretch["decoded"] = [];
  try {
    // White space does not count (RFC 2045 section 6.8).
    for (let at = 0; at < lines.length; at += step)
      decoded.push(decode(ascii.decode(lines.subarray(at, at + step))));
  } catch {
    return null;
  }
  return decoded;
}

function stretchesOf(bytes: Uint8Array): Stretch[] {
  const found: Stretch[] = [];
  for (let from = 0; ; ) {
    const end = bytes.indexOf(LF, from);
    if (end < 0) return found;
    const width = end + 1 - from;
    let to = end + 1;
    if (width > NARROW && (width - 2) % 4 === 0 && bytes[end - 1] === CR) {
      while (bytes[to + width - 2] === CR && bytes.indexOf(LF, to) === to + width - 1) to += width;
      const last = bytes[to - 3] === PAD ? to - width : to;
      const decoded = last - from >= LONG ? decodedLines(bytes.subarray(from, last), width) : null;
      if (decoded) found.push({ from, to: last, decoded });
    }
    from = to;
  }
}

function find(bytes: Uint8Array, wanted: Uint8Array, from: number): number {
  for (let at = from; ; at++) {
    at = bytes.indexOf(wanted[0] as number, at);
    if (at < 0 || at + wanted.length > bytes.length) return -1;
    if (wanted.every((byte, index) => bytes[at + index] === byte)) return at;
  }
}

/** The lines that stand for the stretches. */
class StandIns {
  readonly #bytes: Uint8Array<ArrayBuffer>;
  readonly #stretches: Stretch[];
  readonly #mark = crypto.getRandomValues(new Uint8Array(MARK));
  readonly #coded = new TextEncoder().encode(encode(this.#mark));
  #placed = 0;

  constructor(bytes: Uint8Array<ArrayBuffer>, stretches: Stretch[]) {
    this.#bytes = bytes;
    this.#stretches = stretches;
  }

  /** Every one is in a part that was given back whole. */
  get allPlaced(): boolean {
    return this.#placed === this.#stretches.length;
  }

  #line(index: number): Uint8Array<ArrayBuffer> {
    const line = new Uint8Array(LINE);
    line.set(this.#mark);
    new DataView(line.buffer).setUint32(MARK, index);
    return new TextEncoder().encode(`${encode(line)}\r\n`);
  }

  shortened(): Blob {
    const parts: BlobPart[] = [];
    let at = 0;
    for (const [index, { from, to }] of this.#stretches.entries()) {
      parts.push(this.#bytes.subarray(at, from), this.#line(index));
      at = to;
    }
    return new Blob([...parts, this.#bytes.subarray(at)]);
  }

  /** A part as it was: decoded; or, as a mail in a mail is, with its lines as they stood. */
  whole(content: Uint8Array<ArrayBuffer>): Blob {
    const parts: BlobPart[] = [];
    let at = 0;
    for (let next = this.#next(content, 0); next; next = this.#next(content, at)) {
      parts.push(content.subarray(at, next.from), ...next.pieces);
      at = next.to;
      this.#placed++;
    }
    return new Blob([...parts, content.subarray(at)]);
  }

  #next(content: Uint8Array, at: number): { from: number; to: number; pieces: BlobPart[] } | null {
    const number = (from: number) => content.subarray(from, from + 4);
    const of = (four: Uint8Array) =>
      four.length === 4 ? this.#stretches[new DataView(four.buffer, four.byteOffset).getUint32(0)] : undefined;
    const decoded = find(content, this.#mark, at);
    if (decoded >= 0) {
      const stretch = of(number(decoded + MARK));
      return stretch ? { from: decoded, to: decoded + LINE, pieces: stretch.decoded } : null;
    }
    const from = find(content, this.#coded, at);
    if (from < 0) return null;
    const end = from + this.#coded.length;
    const stretch = of(decode(ascii.decode(content.subarray(end, end + 8))).subarray(0, 4));
    const pieces = stretch && [this.#bytes.subarray(stretch.from, stretch.to)];
    return pieces ? { from, to: end + LINE_END, pieces } : null;
  }
}

const asBlob = (content: Attachment["content"]) => new Blob([content as BlobPart]);
const withParts = (mail: Email, content: (content: Attachment["content"]) => Blob): Mail => ({
  ...mail,
  attachments: mail.attachments.map((part) => ({ ...part, content: content(part.content) })),
});

export async function parseMail(content: Blob, options: PostalMimeOptions = {}): Promise<Mail> {
  if (content.size >= LARGE) {
    const bytes = new Uint8Array(await content.arrayBuffer());
    const standIns = new StandIns(bytes, stretchesOf(bytes));
    const mail = withParts(await PostalMime.parse(standIns.shortened(), options), (part) =>
      typeof part === "string" ? asBlob(part) : standIns.whole(new Uint8Array(part)),
    );
    if (standIns.allPlaced) return mail;
  }
  // One of them ended up in the text, or in what is no part to be given back.
  return withParts(await PostalMime.parse(content, options), asBlob);
}
