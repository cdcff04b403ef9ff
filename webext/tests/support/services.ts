// SPDX-License-Identifier: MPL-2.0
// Servers that answer as Google and Microsoft publish for Gmail's API and for Graph, and refuse
// what those pages do not have. They are no proof of what the services do.
//   developers.google.com/workspace/gmail/api/reference/rest, .../guides/uploads
//   learn.microsoft.com/en-us/graph/api/user-sendmail, user-post-messages, message-update,
//   message-send, message-delete, message-get, outlook-get-mime-message
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";

export const TOKEN = "token-of-the-test";
const LIMIT = 4 * 1024 * 1024;

export interface Reply {
  status: number;
  body?: unknown;
  text?: Buffer;
}

interface Ask {
  method: string;
  path: string;
  query: URLSearchParams;
  type: string;
  body: Buffer;
}

const said = (status: number, message: string): Reply => ({ status, body: { error: { code: status, message } } });

export abstract class Service {
  readonly mails = new Map<string, Buffer>();
  readonly sent: { raw: Buffer; recipients: string[] }[] = [];
  /** The next request that sends gets this instead. */
  next: Reply | "lost" | null = null;
  readonly #server: Server;

  constructor() {
    this.#server = createServer((asked, answer) => {
      void this.#handle(asked).then((reply) => {
        if (reply === "lost") return answer.destroy();
        answer.writeHead(reply.status, { "content-type": reply.text ? "text/plain" : "application/json" });
        return answer.end(reply.text ?? (reply.body === undefined ? "" : JSON.stringify(reply.body)));
      });
    });
  }

  async start(): Promise<string> {
    await new Promise<void>((listening) => this.#server.listen(0, "127.0.0.1", listening));
    return this.base;
  }

  protected get base(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/`;
  }

  stop(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  async #handle(asked: IncomingMessage): Promise<Reply | "lost"> {
    const parts: Buffer[] = [];
    for await (const part of asked) parts.push(part);
    if (asked.headers.authorization !== `Bearer ${TOKEN}`) return said(401, "Invalid Credentials");
    const { pathname, searchParams } = new URL(asked.url as string, "http://x");
    return this.answer({ method: asked.method as string, path: pathname, query: searchParams,
      type: asked.headers["content-type"] ?? "", body: Buffer.concat(parts) });
  }

  /** What stands for the sending itself. */
  protected send(raw: Buffer, recipients: string[], reply: Reply): Reply | "lost" {
    const { next } = this;
    this.next = null;
    if (next !== null && next !== "lost") return next;
    this.sent.push({ raw, recipients });
    return next ?? reply;
  }

  protected abstract answer(ask: Ask): Reply | "lost";
}

const subjectOf = (raw: Buffer): string => /^Subject: (.*)$/im.exec(raw.toString())?.[1]?.trim() ?? "";

const fields = (raw: Buffer, name: string): string[] => {
  const header = raw.toString("latin1").split("\r\n\r\n", 1)[0] as string;
  const line = new RegExp(`^${name}: (.*)$`, "im").exec(header.replace(/\r\n(?=[ \t])/g, ""))?.[1] ?? "";
  return line.replace(/"[^"]*"/g, "").match(/[^\s<>,]+@[^\s<>,]+/g) ?? [];
};

export class GmailService extends Service {
  protected answer({ method, path, query, type, body }: Ask): Reply | "lost" {
    const base = "/gmail/v1/users/me";
    if (method === "POST" && path === `/upload${base}/messages/send`) {
      if (query.get("uploadType") !== "media" || type !== "message/rfc822") return said(400, "Bad upload");
      const recipients = ["to", "cc", "bcc"].flatMap((name) => fields(body, name));
      if (recipients.length === 0) return said(400, "Recipient address required");
      return this.send(body, recipients, { status: 200, body: { id: "s1", threadId: "s1", labelIds: ["SENT"] } });
    }
    if (method !== "GET") return said(404, "Not Found");
    if (path === `${base}/settings/sendAs`)
      return { status: 200, body: { sendAs: [
        { sendAsEmail: "alice@example.org", displayName: "Alice", isPrimary: true, isDefault: true },
        { sendAsEmail: "sales@example.org", verificationStatus: "accepted" }] } };
    if (path === `${base}/labels`)
      return { status: 200, body: { labels: [
        { id: "CATEGORY_SOCIAL", name: "CATEGORY_SOCIAL", type: "system" },
        { id: "Label_1", name: "Receipts", type: "user" },
        { id: "SENT", name: "SENT", type: "system" },
        { id: "INBOX", name: "INBOX", type: "system" }] } };
    if (path === `${base}/messages`) {
      if (query.get("labelIds") !== "INBOX") return said(400, "Invalid label");
      const [from, count] = [Number(query.get("pageToken") ?? 0), Number(query.get("maxResults"))];
      const messages = [...this.mails.keys()].slice(from, from + count).map((id) => ({ id, threadId: id }));
      const more = from + count < this.mails.size && { nextPageToken: String(from + count) };
      return { status: 200, body: { ...(messages.length > 0 && { messages }), ...more, resultSizeEstimate: messages.length } };
    }
    const id = /^\/gmail\/v1\/users\/me\/messages\/([^/]+)$/.exec(path)?.[1];
    const raw = id === undefined ? undefined : this.mails.get(decodeURIComponent(id));
    if (!raw) return said(404, "Requested entity was not found.");
    if (query.get("format") === "raw") return { status: 200, body: { id, raw: raw.toString("base64url") } };
    const headers = query.getAll("metadataHeaders").map((name) => ({
      name, value: new RegExp(`^${name}: (.*)$`, "im").exec(raw.toString())?.[1]?.trim() ?? "" }));
    return { status: 200, body: { id, internalDate: "1764028800000", payload: { headers } } };
  }
}

interface Draft {
  raw: Buffer;
  to: string[];
  cc: string[];
  bcc: string[];
}

const addresses = (people: unknown): string[] =>
  (people as { emailAddress: { address: string } }[]).map(({ emailAddress }) => emailAddress.address);

export class GraphService extends Service {
  readonly drafts = new Map<string, Draft>();

  protected answer({ method, path, query, type, body }: Ask): Reply | "lost" {
    const base = "/v1.0/me";
    if (method === "GET") return this.#get(path, query);
    const [, id, act] = new RegExp(`^${base}/messages/([^/]+)(/send)?$`).exec(path) ?? [];
    const draft = id === undefined ? undefined : this.drafts.get(decodeURIComponent(id));
    if (id !== undefined && !draft) return said(404, "The specified object was not found in the store.");
    if (method === "PATCH" && draft && !act) {
      const { toRecipients, ccRecipients, bccRecipients, ...others } = JSON.parse(body.toString());
      if (type !== "application/json" || Object.keys(others).length > 0) return said(400, "Bad update");
      if (toRecipients) draft.to = addresses(toRecipients);
      if (ccRecipients) draft.cc = addresses(ccRecipients);
      if (bccRecipients) draft.bcc = addresses(bccRecipients);
      return { status: 200, body: { id, isDraft: true } };
    }
    if (method === "POST" && draft && act) {
      const reply = this.send(draft.raw, [...draft.to, ...draft.cc, ...draft.bcc], { status: 202 });
      if (reply !== "lost" && reply.status === 202) this.drafts.delete(decodeURIComponent(id as string));
      return reply;
    }
    if (method === "DELETE" && draft && !act) {
      this.drafts.delete(decodeURIComponent(id as string));
      return { status: 204 };
    }
    if (method !== "POST" || (path !== `${base}/sendMail` && path !== `${base}/messages`)) return said(405, "No");
    if (type !== "text/plain") return said(400, "JSON is for mails that are made there");
    if (body.length > LIMIT) return said(413, "Request Entity Too Large");
    const raw = Buffer.from(body.toString("latin1"), "base64");
    if (raw.toString("base64") !== body.toString("latin1")) return said(400, "Invalid base64 string for MIME content");
    const [to, cc, bcc] = ["to", "cc", "bcc"].map((name) => fields(raw, name)) as [string[], string[], string[]];
    if (path.endsWith("sendMail")) return this.send(raw, [...to, ...cc, ...bcc], { status: 202 });
    const made = `AAMk=${this.drafts.size + 1}/+`;
    this.drafts.set(made, { raw, to, cc, bcc });
    return { status: 201, body: { id: made, isDraft: true } };
  }

  #get(path: string, query: URLSearchParams): Reply {
    if (path === "/v1.0/me")
      return { status: 200, body: { displayName: "Alice", mail: "alice@example.org", userPrincipalName: "al@example.com" } };
    const boxes = [{ id: "AQ=r", displayName: "Receipts" }, { id: "AQ=i", displayName: "Posteingang" }];
    if (path === "/v1.0/me/mailFolders") return { status: 200, body: { value: boxes } };
    if (path === "/v1.0/me/mailFolders/inbox") return { status: 200, body: boxes[1] };
    const box = /^\/v1\.0\/me\/mailFolders\/([^/]+)\/messages$/.exec(path)?.[1];
    if (box === "inbox" || decodeURIComponent(box ?? "") === "AQ=i") {
      if (query.get("$select") !== "subject,from,receivedDateTime" || query.get("$orderby") !== "receivedDateTime desc")
        return said(400, "Bad query");
      const [from, count] = [Number(query.get("$skip") ?? 0), Number(query.get("$top"))];
      const value = [...this.mails].slice(from, from + count).map(([id, raw]) => ({
        id, subject: subjectOf(raw), receivedDateTime: "2025-11-25T00:00:00Z",
        from: { emailAddress: { name: "", address: fields(raw, "from")[0] } } }));
      query.set("$skip", String(from + count));
      const more = from + count < this.mails.size && { "@odata.nextLink": `${this.base}${path.slice(1)}?${query}` };
      return { status: 200, body: { value, ...more } };
    }
    const id = /^\/v1\.0\/me\/messages\/([^/]+)\/\$value$/.exec(path)?.[1];
    const raw = id === undefined ? undefined : this.mails.get(decodeURIComponent(id));
    return raw ? { status: 200, text: raw } : said(404, "The specified object was not found in the store.");
  }
}
