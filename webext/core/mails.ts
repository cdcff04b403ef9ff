// SPDX-License-Identifier: MPL-2.0
// The mails that were read and that pages may still ask for, in the background: each under a
// handle that nobody can guess. What was decrypted is kept in memory alone, and not for long.
import type { Reading } from "./relay.ts";
import type { Asked } from "./server.ts";
import { PIECE } from "./stream.ts";

export interface Mail {
  reading: Reading;
  /** The innermost entity. */
  content: Blob;
}

const MAILS = 50;
const BYTES = 64 * 1024 * 1024;

export class Mails<M extends Mail = Mail> {
  readonly #mails = new Map<string, M>();

  /** Makes room by forgetting the oldest; the newest is always kept. */
  add(mail: M, handle: string = crypto.randomUUID()): string {
    this.#mails.set(handle, mail);
    let bytes = [...this.#mails.values()].reduce((sum, { content }) => sum + content.size, 0);
    for (const [old, { content }] of this.#mails) {
      if (old === handle || (this.#mails.size <= MAILS && bytes <= BYTES)) break;
      this.#mails.delete(old);
      bytes -= content.size;
    }
    return handle;
  }

  get(handle: string): M | undefined {
    return this.#mails.get(handle);
  }

  forget(): void {
    this.#mails.clear();
  }

  /** Answers "page.mail". */
  async give(handle: string, { output, signal, onProgress }: Asked): Promise<Reading | null> {
    const mail = this.get(handle);
    if (!mail) return null;
    const { content } = mail;
    if (output?.whole) output.whole(content);
    else
      for (let at = 0; at < content.size; at += PIECE) {
        signal.throwIfAborted();
        await output?.(new Uint8Array(await content.slice(at, at + PIECE).arrayBuffer()));
        onProgress?.(at, content.size);
      }
    return mail.reading;
  }
}
