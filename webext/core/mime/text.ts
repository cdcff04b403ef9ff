// SPDX-License-Identifier: MPL-2.0
// Texts as they are written into a mail: in lines, and so that nothing on the way changes them,
// which would break a signature (RFC 8551 section 3.1.3).

const utf8 = new TextEncoder();

/** Width of flowed text (RFC 3676 section 4.2). */
const FLOWED = 72;
const QUOTED = 76;

/** One paragraph in lines that a reader joins again. */
function flowedLines(line: string): string[] {
  const [, marks = "", text = ""] = /^(>*) ?(.*)$/s.exec(line) ?? [];
  const quoted = marks !== "";
  const content = quoted ? text : line;
  // The separator before a signature stands as it is (section 4.3).
  if (content === "-- ") return [quoted ? `${marks} -- ` : content];
  const prefix = quoted ? `${marks} ` : "";
  const stuffed = (piece: string) =>
    quoted ? (piece === "" ? marks : prefix + piece) : /^(?: |>|From )/.test(piece) ? ` ${piece}` : piece;
  const lines: string[] = [];
  let current = "";
  // Blanks at the end would say that the paragraph goes on.
  for (const word of content.trimEnd().split(/(?<= )(?! )/)) {
    if (current !== "" && prefix.length + current.length + word.trimEnd().length > FLOWED) {
      lines.push(current);
      current = "";
    }
    current += word;
  }
  return [...lines, current].map(stuffed);
}

/** `Content-Type: text/plain; format=flowed`. */
export function flowed(text: string): string {
  return text.split(/\r?\n/).flatMap(flowedLines).join("\r\n");
}

/** Lines that no server touches: no end in blanks, no "From " and no lone dot. */
function isSafe(text: string): boolean {
  return (
    /^[\t\r\n\x20-\x7e]*$/.test(text) &&
    text
      .split("\r\n")
      .every((line) => line.length <= 78 && !/[\t\r\n]|[ \t]$|^From |^\.$/.test(line))
  );
}

const hex = (byte: number): string => `=${byte.toString(16).toUpperCase().padStart(2, "0")}`;

function quotedLine(line: string): string {
  const bytes = utf8.encode(line);
  const out: string[] = [];
  let current = "";
  bytes.forEach((byte, at) => {
    const last = at === bytes.length - 1;
    const blank = byte === 0x20 || byte === 0x09;
    let piece = (byte >= 0x21 && byte <= 0x7e && byte !== 0x3d) || (blank && !last)
      ? String.fromCharCode(byte)
      : hex(byte);
    if (current.length + piece.length > (last ? QUOTED : QUOTED - 1)) {
      out.push(`${current}=`);
      current = "";
    }
    // Whatever begins a line may be taken for something else there.
    if (current === "" && (piece === "." || (piece === "F" && bytes[at + 1] === 0x72)))
      piece = hex(byte);
    current += piece;
  });
  return [...out, current].join("\r\n");
}

export interface Written {
  encoding: "7bit" | "quoted-printable";
  bytes: Uint8Array<ArrayBuffer>;
}

/** With CRLF, at the end of the last line as well. */
export function written(text: string): Written {
  const lines = text.split(/\r\n|\r|\n/);
  if (lines.at(-1) !== "") lines.push("");
  const all = lines.join("\r\n");
  if (isSafe(all)) return { encoding: "7bit", bytes: utf8.encode(all) };
  return { encoding: "quoted-printable", bytes: utf8.encode(lines.map(quotedLine).join("\r\n")) };
}
