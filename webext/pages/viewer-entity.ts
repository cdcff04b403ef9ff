// SPDX-License-Identifier: MPL-2.0
// The parts of a mail that people see: text, HTML, files. A message inside of it is a file of its
// own, so that its text never passes for that of the mail.
import { type Part, parseMail } from "../core/mime/parsed.ts";

export interface Attachment {
  name: string;
  type: string;
  content: Blob;
}

export interface Entity {
  text: string;
  html: string;
  attachments: Attachment[];
  /** By their Content-ID, as the HTML names them. */
  pictures: ReadonlyMap<string, Attachment>;
}

/** The host reads no deeper either. */
const DEPTH = 64;
const NAME = 120;
/** It is in the verdict, and of no use to people. */
const SIGNATURE = /^application\/(x-)?pkcs7-signature$/;
const PICTURE = /^image\/(png|jpeg|gif|webp|bmp)$/;

/** No folder, no control or direction character: those make a name end in another way than it is
 * read. Neither does a name begin with a dot, which hides it. */
export function fileName(name: string | null, otherwise: string): string {
  const clean = (name ?? "")
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, "")
    .replace(/[/\\:*?"<>|]/g, "_")
    .replace(/^[.\s]+|\s+$/g, "");
  if (clean.length <= NAME) return clean || otherwise;
  const ending = /\.[^.]{1,10}$/.exec(clean)?.[0] ?? "";
  return clean.slice(0, NAME - ending.length) + ending;
}

function attachment({ filename, mimeType, content }: Part, otherwise: string): Attachment {
  const type = mimeType || "application/octet-stream";
  const name = type === "message/rfc822" && !filename ? `${otherwise}.eml` : filename;
  return {
    name: fileName(name, otherwise),
    type,
    content: new Blob([content], { type: "application/octet-stream" }),
  };
}

const bare = (id: string) => id.trim().replace(/^<|>$/g, "");

export async function parseEntity(content: Blob, otherwise: string): Promise<Entity> {
  const { text = "", html = "", attachments } = await parseMail(content, {
    forceRfc822Attachments: true,
    maxNestingDepth: DEPTH,
  });
  const pictures = new Map<string, Attachment>();
  const shown: Attachment[] = [];
  for (const part of attachments) {
    if (SIGNATURE.test(part.mimeType)) continue;
    const made = attachment(part, otherwise);
    const id = part.contentId && bare(part.contentId);
    if (id && PICTURE.test(made.type)) pictures.set(id, made);
    // One that the HTML shows is no file to be opened; whatever else it names is.
    if (!(id && pictures.has(id) && html.includes(`cid:${id}`))) shown.push(made);
  }
  return { text, html, attachments: shown, pictures };
}
