// SPDX-License-Identifier: MPL-2.0
// Gmail by its API. EXPERIMENTAL: written after what Google publishes and checked against a server
// of our own that follows it; it never ran against Gmail itself. Whether Gmail leaves every byte of
// a mail as it is, Google does not say.
import { compare } from "./addressed.ts";
import { commit, sendCopies } from "./copies.ts";
import {
  type Asked,
  bodyOf,
  type Fetch,
  type Folder,
  type Identity,
  inOrder,
  type Listed,
  type Listing,
  type Mailbox,
  type MessageRef,
  type Outcome,
  type Outgoing,
  ProviderError,
  type Role,
} from "./provider.ts";
import { Rest, type Token } from "./rest.ts";

const USER = "gmail/v1/users/me";

/** Labels that are folders elsewhere; others of the system are marks. */
const folders: Record<string, Role> = {
  INBOX: "inbox",
  DRAFT: "drafts",
  SENT: "sent",
  SPAM: "junk",
  TRASH: "trash",
};

interface Message {
  id: string;
  /** Milliseconds since 1970. */
  internalDate?: string;
  raw?: string;
  payload?: { headers?: { name: string; value: string }[] };
}

export class Gmail implements Mailbox {
  readonly name = "gmail";
  readonly experimental = true;
  readonly #rest: Rest;

  constructor(token: Token, fetch: Fetch, base = "https://gmail.googleapis.com/") {
    this.#rest = new Rest(base, token, fetch);
  }

  async identities(): Promise<Identity[]> {
    const { sendAs } = await this.#rest.json<{ sendAs: { sendAsEmail: string; displayName?: string }[] }>(
      `${USER}/settings/sendAs`);
    return sendAs.map(({ sendAsEmail, displayName = "" }) => ({
      id: sendAsEmail, address: sendAsEmail, name: displayName }));
  }

  async folders(): Promise<Folder[]> {
    const { labels = [] } = await this.#rest.json<{ labels?: { id: string; name: string; type: string }[] }>(
      `${USER}/labels`);
    return inOrder(labels.flatMap(({ id, name, type }) => {
      const role = folders[id] ?? null;
      return role !== null || type === "user" ? [{ id, name, role }] : [];
    }));
  }

  async part(folder: string, after: string | null = null, limit = 50): Promise<Listing> {
    const query = new URLSearchParams({
      labelIds: folder, maxResults: String(limit), ...(after !== null && { pageToken: after }) });
    const { messages = [], nextPageToken = null } = await this.#rest.json<{
      messages?: Message[]; nextPageToken?: string }>(`${USER}/messages?${query}`);
    const wanted = "format=metadata&metadataHeaders=Subject&metadataHeaders=From";
    const listed = await Promise.all(messages.map(async ({ id }) => {
      const { payload, internalDate } = await this.#rest.json<Message>(
        `${USER}/messages/${encodeURIComponent(id)}?${wanted}`);
      const field = (name: string) =>
        payload?.headers?.find((one) => one.name.toLowerCase() === name)?.value ?? "";
      const date = internalDate === undefined ? {} : { date: new Date(Number(internalDate)).toISOString() };
      return { id, folder, subject: field("subject"), from: field("from"), ...date };
    }));
    return { messages: listed, next: nextPageToken };
  }

  async list(folder = "INBOX", limit = 50): Promise<Listed[]> {
    return (await this.part(folder, null, limit)).messages;
  }

  async getRaw({ id }: MessageRef, asked: Asked = {}): Promise<Blob> {
    const { signal } = asked;
    const path = `${USER}/messages/${encodeURIComponent(id)}?format=raw`;
    const answer = await this.#rest.request(path, { ...(signal && { signal }) });
    const { raw } = JSON.parse(await (await bodyOf(answer, asked)).text()) as Message;
    if (raw === undefined) throw new ProviderError("server-error");
    const bytes = Uint8Array.fromBase64(raw, { alphabet: "base64url" });
    return new Blob([bytes]);
  }

  async sendRaw(mail: Outgoing, asked: Asked = {}): Promise<Outcome> {
    const bodies = await Promise.all(mail.copies.map(({ raw, recipients }) => addressed(raw, recipients)));
    const impossible = bodies.includes(null);
    return sendCopies(mail, asked, async (index) => {
      // Before the first is sent: it is all or nothing.
      if (impossible)
        throw new ProviderError("not-permitted", "Gmail sends every copy of a mail to all whom it names");
      const init = { method: "POST", headers: { "Content-Type": "message/rfc822" }, body: bodies[index] as Blob };
      const report = await commit(() =>
        this.#rest.request(`upload/${USER}/messages/send?uploadType=media`, init, [400, 413]));
      return { ...report, kept: !report.error };
    });
  }
}

/** Gmail sends to To, Cc and Bcc, and takes Bcc out. No signature covers what is put above it. */
async function addressed(raw: Blob, recipients: readonly string[]): Promise<Blob | null> {
  const { blind, others } = await compare(raw, recipients);
  if (others.length > 0) return null;
  return blind.length > 0 ? new Blob([`Bcc: ${blind.join(",\r\n ")}\r\n`, raw]) : raw;
}
