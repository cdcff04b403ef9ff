// SPDX-License-Identifier: MPL-2.0
// The bytes of a mail in a content script. In Firefox a buffer that comes from the page's own
// objects stays the page's, and its methods are denied; text is nobody's, so they go through that.
import { decode } from "../../core/base64.ts";
import { PIECE } from "../../core/stream.ts";

function asText(piece: Blob): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result));
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(piece);
  });
}

export async function* bytesOf(content: Blob): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  for (let at = 0; at < content.size; at += PIECE) {
    const text = await asText(content.slice(at, at + PIECE));
    yield decode(text.slice(text.indexOf(",") + 1));
  }
}
