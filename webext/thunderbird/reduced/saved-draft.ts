// SPDX-License-Identifier: MPL-2.0
// A mail that is written, saved in Drafts for as long as it takes to protect it. An IMAP server
// gives it another number after it was saved, so it is looked for by its Message-ID.
import { builtInOf } from "./composer.ts";
import { fieldsOf } from "./draft.ts";
import { Refused } from "./refused.ts";
import { tell } from "./words.ts";

const PATIENCE = 15_000;
const PAUSE = 200;
const MINUTE = 60_000;
/** A field that tells one draft from all others, and is taken out again. */
const MARK = "X-Nssmime-Draft";

interface Header {
  headerMessageId: string;
  folder: { id: string };
}

async function until<V>(look: () => Promise<V | null>): Promise<V | null> {
  for (const end = Date.now() + PAUSE + PATIENCE; ; ) {
    const got = await look().catch(() => null);
    if (got !== null || Date.now() > end) return got;
    await new Promise((done) => setTimeout(done, PAUSE));
  }
}

export class SavedDraft {
  readonly headerMessageId: string;
  /** Fields of its header that Thunderbird left out. */
  readonly thread: string[];
  readonly #folderId: string;

  private constructor({ headerMessageId, folder }: Header, thread: string[]) {
    this.headerMessageId = headerMessageId;
    this.#folderId = folder.id;
    this.thread = thread;
  }

  static async save(tabId: number, details: ComposeDetails): Promise<SavedDraft> {
    const wrong = (await builtInOf(tabId, details)) === "wrong";
    const header = wrong
      ? await saveApart(tabId, details)
      : (await messenger.compose.saveMessage(tabId, { mode: "draft" })).messages[0];
    if (!header) throw new Refused(tell("rdNoDraft"));
    return new SavedDraft(header, wrong ? await threadOf(details) : []);
  }

  async raw(): Promise<Uint8Array> {
    const file = await until(async () => {
      const [id] = await this.#ids();
      return id === undefined ? null : messenger.messages.getRaw(id);
    });
    if (!file) throw new Refused(tell("rdNoDraft"));
    return new Uint8Array(await file.arrayBuffer());
  }

  /** Whatever is done then is done without it: it must be gone. */
  async delete(): Promise<void> {
    const gone = await until(async () => {
      const ids = await this.#ids();
      if (ids.length > 0) await messenger.messages.delete(ids, { deletePermanently: true });
      return (await this.#ids()).length === 0 ? true : null;
    });
    if (!gone) throw new Refused(tell("rdDraftStays"));
  }

  async #ids(): Promise<number[]> {
    const { headerMessageId } = this;
    const { messages } = await messenger.messages.query({ folderId: this.#folderId, headerMessageId });
    return messages.map(({ id }) => id);
  }
}

/** Where the composer cannot save it, as its own protection is on and cannot work. */
async function saveApart(tabId: number, details: ComposeDetails): Promise<Header | null> {
  const listed = await messenger.compose.listAttachments(tabId);
  const attachments = await Promise.all(
    listed.map(async ({ id, name }) => ({
      name,
      file: await messenger.compose.getAttachmentFile(id),
    })),
  );
  const { identityId, from, to, cc, bcc, replyTo, subject, priority } = details;
  const { isPlainText, body, plainTextBody, customHeaders = [] } = details;
  const mark = crypto.randomUUID();
  const fromDate = new Date(Date.now() - MINUTE);
  await messenger.messages.saveMessage(
    {
      ...{ identityId, from, to, cc, bcc, replyTo, subject, attachments, isPlainText },
      ...(isPlainText ? { plainTextBody } : { body, deliveryFormat: "both" }),
      ...(priority && { priority }),
      customHeaders: [...customHeaders, { name: MARK, value: mark }],
    },
    { mode: "draft" },
  );
  // Which one it is is not always told.
  const folders = await messenger.folders.query({ specialUse: ["drafts"] });
  return until(async () => {
    for (const { id: folderId } of folders) {
      const { messages } = await messenger.messages.query({ folderId, fromDate });
      for (const message of messages) {
        const raw = await messenger.messages.getRaw(message.id);
        if (fieldsOf(new Uint8Array(await raw.arrayBuffer())).includes(`${MARK}: ${mark}`))
          return message;
      }
    }
    return null;
  });
}

/** To which mail it is an answer (RFC 5322 section 3.6.4). */
async function threadOf({ relatedMessageId, type }: ComposeDetails): Promise<string[]> {
  if (relatedMessageId === undefined || type !== "reply") return [];
  const raw = await messenger.messages.getRaw(relatedMessageId);
  const fields = fieldsOf(new Uint8Array(await raw.arrayBuffer()));
  const value = (name: string) =>
    fields
      .find((field) => field.toLowerCase().startsWith(`${name}:`))
      ?.slice(name.length + 1)
      .trim();
  const id = value("message-id");
  if (!id) return [];
  const before = value("references") ?? value("in-reply-to");
  return [`In-Reply-To: ${id}`, `References: ${before ? `${before}\r\n ` : ""}${id}`];
}
