// SPDX-License-Identifier: MPL-2.0
// Header fields as they are written: folded, and in ASCII (RFC 5322, RFC 2047, RFC 2231).

export interface Mailbox {
  name: string;
  address: string;
}

/** Lines that are no longer (RFC 5322 section 2.1.1). */
const LINE = 78;
/** An encoded word, with room for the field's name before it (RFC 2047 section 2). */
const WORD = 64;
const ENCODED = { start: "=?UTF-8?B?", end: "?=" };

const utf8 = new TextEncoder();

/** What is not printable would end the field, or be no part of it. */
const visible = (text: string): string =>
  text.replace(/[\p{Cc}\u2028\u2029]+/gu, " ");

const isAscii = (text: string): boolean => /^[\x20-\x7e]*$/.test(text);

/** Words of a text that is not ASCII: characters stay whole (RFC 2047 section 5, rule 3). */
export function encodedWords(text: string): string[] {
  const room = Math.floor((WORD - ENCODED.start.length - ENCODED.end.length) / 4) * 3;
  const words: string[] = [];
  let bytes: number[] = [];
  const close = () => {
    if (bytes.length > 0)
      words.push(ENCODED.start + Uint8Array.from(bytes).toBase64() + ENCODED.end);
    bytes = [];
  };
  for (const character of text) {
    const more = utf8.encode(character);
    if (bytes.length + more.length > room) close();
    bytes.push(...more);
  }
  close();
  return words;
}

/** Broken between words; one that is longer than a line stays whole. */
function folded(name: string, words: readonly string[]): string {
  let line = `${name}:`;
  const lines: string[] = [];
  for (const word of words) {
    if (line.length + 1 + word.length > LINE && line !== `${name}:`) {
      lines.push(line);
      line = "";
    }
    line += ` ${word}`;
  }
  return `${[...lines, line].join("\r\n")}\r\n`;
}

/** A subject, for example. */
export function textField(name: string, value: string): string {
  const text = visible(value).trim();
  const words = text.split(/ +/);
  const plain = isAscii(text) && !text.includes("=?") && words.every((word) => word.length < 900);
  return folded(name, plain ? words : encodedWords(text));
}

/** Identifiers and the like, which are ASCII already. */
export function wordsField(name: string, words: readonly string[]): string {
  return folded(name, words.filter(isAscii));
}

function phrase(value: string): string[] {
  const text = visible(value).trim();
  // Many readers decode words within quotation marks, too.
  if (!isAscii(text) || text.includes("=?")) return encodedWords(text);
  if (/^[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]*$/.test(text)) return text.split(/ +/);
  return [`"${text.replace(/["\\]/g, "\\$&")}"`];
}

export function mailboxField(name: string, mailboxes: readonly Mailbox[]): string {
  const last = mailboxes.length - 1;
  return folded(
    name,
    mailboxes.flatMap(({ name: who, address }, at) => {
      const words = who.trim() === "" ? [address] : [...phrase(who), `<${address}>`];
      const end = words.pop() as string;
      return [...words, at < last ? `${end},` : end];
    }),
  );
}

const percent = (text: string): string =>
  [...utf8.encode(text)]
    .map((byte) => {
      const character = String.fromCharCode(byte);
      if (/[A-Za-z0-9!#$&+.^_`{|}~-]/.test(character)) return character;
      return `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
    })
    .join("");

/** A parameter, in as many pieces as its lines need (RFC 2231 sections 3 and 4). */
function parameter(name: string, value: string): string[] {
  const text = visible(value);
  const room = LINE - name.length - 10;
  if (isAscii(text) && text.length < room) return [`${name}="${text.replace(/["\\]/g, "\\$&")}"`];
  const all = `UTF-8''${percent(text)}`;
  if (all.length <= room) return [`${name}*=${all}`];
  // No piece ends within a "%XX".
  const pieces = all.match(new RegExp(`(?:%..|[^%]){1,${Math.floor(room / 3)}}`, "g")) ?? [];
  return pieces.map((piece, at) => `${name}*${at}*=${piece}`);
}

export function parameterField(
  name: string,
  value: string,
  parameters: Readonly<Record<string, string>>,
): string {
  const all = Object.entries(parameters).flatMap(([key, each]) => parameter(key, each));
  const words = [value, ...all];
  return folded(
    name,
    words.map((word, at) => (at < words.length - 1 ? `${word};` : word)),
  );
}

/** With the writer's own offset from UTC (RFC 5322 section 3.3). */
export function dateField(time: Date): string {
  const two = (value: number) => String(Math.trunc(value)).padStart(2, "0");
  const offset = -time.getTimezoneOffset();
  const zone = `${offset < 0 ? "-" : "+"}${two(Math.abs(offset) / 60)}${two(Math.abs(offset) % 60)}`;
  const day = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"][time.getDay()];
  const month = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
  ][time.getMonth()];
  const clock = [time.getHours(), time.getMinutes(), time.getSeconds()].map(two).join(":");
  return `Date: ${day}, ${time.getDate()} ${month} ${time.getFullYear()} ${clock} ${zone}\r\n`;
}
