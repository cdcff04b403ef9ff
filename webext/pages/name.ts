// SPDX-License-Identifier: MPL-2.0
// Names as RFC 4514 writes them, for people.
import type { Certificate } from "../core/wire.ts";

export interface NamePart {
  type: string;
  value: string;
}

/** Escapes of one character, or of one byte of UTF-8 in two digits (section 2.4). */
function unescape(text: string): string {
  return text.replace(/(?:\\[0-9a-fA-F]{2})+|\\(.)/g, (escaped, character?: string) => {
    if (character !== undefined) return character;
    const bytes = escaped.slice(1).split("\\").map((digits) => Number.parseInt(digits, 16));
    return new TextDecoder().decode(Uint8Array.from(bytes));
  });
}

export function parseName(name: string | null): NamePart[] {
  const parts = (name ?? "").match(/(?:\\.|"(?:\\.|[^"\\])*"|[^\\,+;])+/gs) ?? [];
  return parts.flatMap((part) => {
    const at = part.indexOf("=");
    if (at < 0) return [];
    const value = part.slice(at + 1).trim();
    const quoted = /^"(.*)"$/s.exec(value);
    return [{ type: part.slice(0, at).trim().toUpperCase(), value: unescape(quoted?.[1] ?? value) }];
  });
}

/** The shortest that says who it is. */
export function shortName(name: string | null): string {
  const parts = parseName(name);
  for (const type of ["CN", "OU", "O"]) {
    const part = parts.find((candidate) => candidate.type === type);
    if (part) return part.value;
  }
  return name ?? "";
}

export function titleOf(certificate: Pick<Certificate, "subject" | "addresses">): string {
  return shortName(certificate.subject) || (certificate.addresses[0] ?? "?");
}

/** Safe as the stem of a file's name in every system. */
export function fileStem(certificate: Certificate): string {
  const stem = certificate.addresses[0] ?? titleOf(certificate);
  return stem.replace(/[^\p{L}\p{N}@._-]+/gu, "_").replace(/^[._]+/, "") || "certificate";
}
