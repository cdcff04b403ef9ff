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
  type Identity,
  type Listed,
  type MessageRef,
  type Outcome,
  type Outgoing,
  type Provider,
  ProviderError,
} from "./provider.ts";
import { Rest, type Token } from "./rest.ts";

const USER = "gmail/v1/users/me";

interface Message {
  id: string;
  raw?: string;
  payload?: { headers?: { name: string; value: string }[] };
}

export class Gmail implements Provider {
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

  async list(folder = "INBOX", limit = 50): Promise<Listed[]> {
    const query = new URLSearchParams({ labelIds: folder, maxResults: String(limit) });
    const { messages = [] } = await this.#rest.json<{ messages?: Message[] }>(`${USER}/messages?${query}`);
    const wanted = "format=metadata&metadataHeaders=Subject&metadataHeaders=From";
    return Promise.all(messages.map(async ({ id }) => {
      const { payload } = await this.#rest.json<Message>(`${USER}/messages/${encodeURIComponent(id)}?${wanted}`);
      const field = (name: string) =>
        payload?.headers?.find((one) => one.name.toLowerCase() === name)?.value ?? "";
      return { id, folder, subject: field("subject"), from: field("from") };
    }));
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
