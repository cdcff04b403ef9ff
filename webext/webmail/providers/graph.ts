// SPDX-License-Identifier: MPL-2.0
// Outlook and Exchange Online by Microsoft Graph. EXPERIMENTAL: written after what Microsoft
// publishes and checked against a server of our own that follows it; it never ran against the
// service itself. Microsoft takes no signed or encrypted mail of more than 4 MB here.
import { compare } from "./addressed.ts";
import { commit, type Sent, sendCopies } from "./copies.ts";
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
import { bytesOf } from "./raw.ts";
import { Rest, type Token } from "./rest.ts";

const REFUSED = [400, 413];

/** By the names that the service has for them in every language. */
const folders: [name: string, role: Role][] = [
  ["inbox", "inbox"],
  ["drafts", "drafts"],
  ["sentitems", "sent"],
  ["archive", "archive"],
  ["junkemail", "junk"],
  ["deleteditems", "trash"],
];

interface Box {
  id: string;
  displayName: string;
}

const people = (addresses: readonly string[]) =>
  addresses.map((address) => ({ emailAddress: { address } }));

export class Graph implements Mailbox {
  readonly name = "graph";
  readonly experimental = true;
  readonly #rest: Rest;

  constructor(token: Token, fetch: Fetch, base = "https://graph.microsoft.com/v1.0/me/") {
    this.#rest = new Rest(base, token, fetch);
  }

  async identities(): Promise<Identity[]> {
    const { displayName, mail, userPrincipalName } = await this.#rest.json<{
      displayName?: string; mail?: string | null; userPrincipalName: string }>(
      "../me?$select=displayName,mail,userPrincipalName");
    const address = mail ?? userPrincipalName;
    return [{ id: address, address, name: displayName ?? "" }];
  }

  async folders(): Promise<Folder[]> {
    const { value } = await this.#rest.json<{ value: Box[] }>("mailFolders?$select=displayName&$top=100");
    // Which of them is which is told for each alone; a mailbox need not have all.
    const known = await Promise.all(folders.map(async ([name, role]) => {
      const one = await this.#rest.json<Box>(`mailFolders/${name}?$select=displayName`).catch((failure) => {
        if (failure instanceof ProviderError && failure.kind === "message-gone") return null;
        throw failure;
      });
      return [one?.id, role] as const;
    }));
    const roles = new Map(known);
    return inOrder(value.map(({ id, displayName }) => ({ id, name: displayName, role: roles.get(id) ?? null })));
  }

  async part(folder: string, after: string | null = null, limit = 50): Promise<Listing> {
    const query = `$select=subject,from,receivedDateTime&$orderby=receivedDateTime desc&$top=${limit}`;
    const { value, "@odata.nextLink": next = null } = await this.#rest.json<{
      value: { id: string; subject?: string; from?: { emailAddress?: { address?: string } }; receivedDateTime?: string }[];
      "@odata.nextLink"?: string }>(
      after ?? `mailFolders/${encodeURIComponent(folder)}/messages?${query}`);
    const messages = value.map(({ id, subject, from, receivedDateTime }) => ({
      id, folder, subject: subject ?? "", from: from?.emailAddress?.address ?? "",
      ...(receivedDateTime !== undefined && { date: receivedDateTime }) }));
    return { messages, next };
  }

  async list(folder = "inbox", limit = 50): Promise<Listed[]> {
    return (await this.part(folder, null, limit)).messages;
  }

  async getRaw({ id }: MessageRef, asked: Asked = {}): Promise<Blob> {
    const { signal } = asked;
    const path = `messages/${encodeURIComponent(id)}/$value`;
    return bodyOf(await this.#rest.request(path, { ...(signal && { signal }) }), asked);
  }

  async sendRaw(mail: Outgoing, asked: Asked = {}): Promise<Outcome> {
    return sendCopies(mail, asked, async (index) => {
      const { raw, recipients } = mail.copies[index] as Outgoing["copies"][number];
      const { blind, others } = await compare(raw, recipients);
      const body = (await bytesOf(raw)).toBase64();
      const mime = { method: "POST", headers: { "Content-Type": "text/plain" }, body };
      if (blind.length === 0 && others.length === 0) {
        const report = await commit(() => this.#rest.request("sendMail", mime, REFUSED));
        return { ...report, kept: !report.error };
      }
      // Who else gets it can only be said of a draft.
      const draft = (await (await this.#rest.request("messages", mime, REFUSED)).json()) as { id: string };
      return this.#sendDraft(`messages/${encodeURIComponent(draft.id)}`,
        others.length === 0
          ? { bccRecipients: people(blind) }
          : { toRecipients: [], ccRecipients: [], bccRecipients: people(recipients) });
    });
  }

  async #sendDraft(draft: string, recipients: object): Promise<Sent> {
    const headers = { "Content-Type": "application/json" };
    const addressing = await commit(() =>
      this.#rest.request(draft, { method: "PATCH", headers, body: JSON.stringify(recipients) }, REFUSED));
    const report: Sent = addressing.error
      ? { error: addressing.error }
      : await commit(() => this.#rest.request(`${draft}/send`, { method: "POST" }, REFUSED));
    if (!report.error) return { kept: true };
    if (report.unanswered) return report;
    const removed = await commit(() => this.#rest.request(draft, { method: "DELETE" }));
    return { ...report, leftover: removed.error ? "drafts" : null };
  }
}
