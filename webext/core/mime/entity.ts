// SPDX-License-Identifier: MPL-2.0
// MIME entities that write themselves, piece by piece: a large file is never held as a whole, and
// the same entity gives the same bytes whenever it is asked.
import { parameterField } from "./field.ts";
import { flowed, written } from "./text.ts";

export interface Entity {
  /** With CRLF at the end of each line, and without the empty line after them. */
  fields: string;
  /** Of the body. */
  size: number;
  body(): AsyncIterable<Uint8Array<ArrayBuffer>>;
}

export interface Attached {
  content: Blob;
  name: string;
  /** As the browser says; empty where it does not know. */
  type: string;
  /** For what the text shows: `cid:` and this. */
  id?: string;
}

/** 57 bytes are a line of 76 characters (RFC 2045 section 6.8). */
const IN = 57;
const OUT = 76;
const PIECE = IN * 4096;

const utf8 = new TextEncoder();

async function* once(bytes: Uint8Array<ArrayBuffer>): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  yield bytes;
}

export function textEntity(subtype: "plain" | "html", text: string): Entity {
  const plain = subtype === "plain";
  const { encoding, bytes } = written(plain ? flowed(text) : text);
  const parameters = { charset: "utf-8", ...(plain && { format: "flowed" }) };
  return {
    fields:
      parameterField("Content-Type", `text/${subtype}`, parameters) +
      `Content-Transfer-Encoding: ${encoding}\r\n`,
    size: bytes.length,
    body: () => once(bytes),
  };
}

/** A mail or a multipart must not be encoded (RFC 2046 section 5.2.1), and would change on its way
 * if it were not: it goes as bytes, which its name tells the meaning of. */
function typeOf(type: string): string {
  const known = /^[\w!#$&^.+-]+\/[\w!#$&^.+-]+$/.test(type);
  return known && !/^(?:message|multipart)\//i.test(type) ? type : "application/octet-stream";
}

export function fileEntity({ content, name, type, id }: Attached): Entity {
  const lines = Math.ceil(content.size / IN);
  async function* body() {
    for (let at = 0; at < content.size; at += PIECE) {
      const bytes = new Uint8Array(await content.slice(at, at + PIECE).arrayBuffer());
      yield utf8.encode(bytes.toBase64().replace(new RegExp(`.{1,${OUT}}`, "g"), "$&\r\n"));
    }
  }
  return {
    fields:
      parameterField("Content-Type", typeOf(type), { name }) +
      "Content-Transfer-Encoding: base64\r\n" +
      parameterField("Content-Disposition", id === undefined ? "attachment" : "inline", {
        filename: name,
      }) +
      (id === undefined ? "" : `Content-ID: <${id}>\r\n`),
    size: Math.ceil(content.size / 3) * 4 + lines * 2,
    body,
  };
}

/** No line of quoted-printable or base64 has "=_" in it. */
export function freshBoundary(): string {
  return `=_${crypto.randomUUID().replaceAll("-", "")}`;
}

export function multipart(
  subtype: "mixed" | "alternative" | "related",
  parts: readonly Entity[],
  boundary = freshBoundary(),
): Entity {
  // The line end before a boundary belongs to the boundary (RFC 2046 section 5.1.1).
  const heads = parts.map(({ fields }, at) =>
    utf8.encode(`${at > 0 ? "\r\n" : ""}--${boundary}\r\n${fields}\r\n`),
  );
  const end = utf8.encode(`\r\n--${boundary}--\r\n`);
  async function* body() {
    for (const [at, part] of parts.entries()) {
      yield heads[at] as Uint8Array<ArrayBuffer>;
      yield* part.body();
    }
    yield end;
  }
  // What is shown of it comes first (RFC 2387 section 3.1).
  const root = subtype === "related" ? { type: "text/html" } : {};
  return {
    fields: parameterField("Content-Type", `multipart/${subtype}`, { ...root, boundary }),
    size: parts.reduce((sum, { size }, at) => sum + size + (heads[at]?.length ?? 0), end.length),
    body,
  };
}

export interface Whole {
  size: number;
  bytes(): AsyncIterable<Uint8Array<ArrayBuffer>>;
}

/** `fields` come before those of the entity itself. */
export function whole(fields: string, { fields: own, size, body }: Entity): Whole {
  const head = utf8.encode(`${fields}MIME-Version: 1.0\r\n${own}\r\n`);
  return {
    size: head.length + size,
    async *bytes() {
      yield head;
      yield* body();
    },
  };
}
