// SPDX-License-Identifier: MPL-2.0
// A draft as Thunderbird keeps it, made ready for being protected, and what was protected, made
// ready for the Outbox. Of the header only whole fields are taken out or put before; the body is
// not touched.

export interface Draft {
  /** What is to be protected: without Thunderbird's own notes, and without Bcc. */
  mail: Uint8Array<ArrayBuffer>;
  /** By which identity it goes out, and where its copy goes: for Thunderbird's Outbox, which takes
   * them out again. */
  notes: string;
  /** The field with the blind copies, which the Outbox takes out as well. */
  bcc: string;
}

const NOTES = /^(x-identity-key|fcc):/i;
const BCC = /^bcc:/i;
const FROM = /^from:/i;
/** Of the place where the draft lay. */
const DROPPED = /^(x-mozilla-[^:]*|x-nssmime-[^:]*|x-account-key|x-uidl|from [^\r\n]*$|>?from - )/i;

const bytesOf = (text: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(text, (letter) => letter.charCodeAt(0));

function joined(...parts: Uint8Array[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** The header's lines, each with the ones that continue it, and where the body begins. */
function headerOf(raw: Uint8Array): { fields: string[]; body: number } {
  const fields: string[] = [];
  let start = 0;
  for (let at = 0; at < raw.length; at++) {
    if (raw[at] !== 0x0a) continue;
    const end = raw[at - 1] === 0x0d && at > start ? at - 1 : at;
    const line = Array.from(raw.subarray(start, end), (byte) => String.fromCharCode(byte)).join("");
    start = at + 1;
    if (line === "") return { fields, body: start };
    if (/^[ \t]/.test(line) && fields.length > 0) fields.push(`${fields.pop()}\r\n${line}`);
    else fields.push(line);
  }
  throw new Error("the draft has no body");
}

export const fieldsOf = (raw: Uint8Array): string[] => headerOf(raw).fields;

const lines = (fields: string[]): string => fields.map((field) => `${field}\r\n`).join("");

/** `receipt`: its writer wants to know when it is read, which a draft has a note of only. `more`:
 * fields that it lacks. */
export function readDraft(raw: Uint8Array, receipt: boolean, more: string[] = []): Draft {
  const { fields, body } = headerOf(raw);
  const kept = fields.filter(
    (field) => !NOTES.test(field) && !BCC.test(field) && !DROPPED.test(field),
  );
  kept.push(...more);
  const from = kept.find((field) => FROM.test(field));
  if (receipt && from) kept.push(from.replace(FROM, "Disposition-Notification-To:"));
  return {
    mail: joined(bytesOf(`${lines(kept)}\r\n`), raw.subarray(body)),
    notes: lines(fields.filter((field) => NOTES.test(field))),
    bcc: lines(fields.filter((field) => BCC.test(field))),
  };
}

/** The notes come first, in front of what the host made. */
export function forOutbox(notes: string, made: Uint8Array): Uint8Array<ArrayBuffer> {
  return joined(bytesOf(notes), made);
}
