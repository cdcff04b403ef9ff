// SPDX-License-Identifier: MPL-2.0
// Webmail whose server speaks JMAP (RFC 8620, RFC 8621). A mail is uploaded, put among the drafts
// and submitted with an envelope of its own; once it is sent the server moves it to Sent.
import { commit, type Sent, sendCopies } from "./copies.ts";
import {
  type Asked,
  bodyOf,
  type Fetch,
  type Folder,
  type Identity,
  inOrder,
  kindOf,
  type Listed,
  type Listing,
  type Mailbox,
  type MessageRef,
  type Outcome,
  type Outgoing,
  ProviderError,
  reach,
  roleOf,
} from "./provider.ts";

const CORE = "urn:ietf:params:jmap:core";
const MAIL = "urn:ietf:params:jmap:mail";
const SUBMISSION = "urn:ietf:params:jmap:submission";

interface Session {
  apiUrl: string;
  uploadUrl: string;
  downloadUrl: string;
  primaryAccounts: Record<string, string>;
}

/** Why the server did not do one thing (RFC 8620 section 5.3). */
interface SetError {
  type: string;
  description?: string;
}

interface Box {
  id: string;
  name: string;
  role: string | null;
  parentId: string | null;
}

interface Email {
  id: string;
  subject?: string;
  from?: { email: string }[];
  receivedAt: string;
}

/** Of folders inside each other, so that a circle of them ends. */
const DEPTH = 20;

type Call = [name: string, params: Record<string, unknown>, id: string];

type Results = [Record<string, unknown>, Record<string, unknown>];

interface Desk {
  session: Session;
  account: string;
  identity: string;
  drafts: string;
  sent: string | null;
}

const failed = ({ type, description = type }: SetError) =>
  new ProviderError(type === "notFound" ? "message-gone" : "server-error", description);

/** The mail, or the submission of it, was not created, and so nothing was sent. */
function created(result: Record<string, unknown>): { id: string } {
  const { created: made, notCreated } = result as {
    created: Record<string, { id: string }> | null;
    notCreated: Record<string, SetError> | null;
  };
  if (made?.["mail"]) return made["mail"];
  const { type, description = type } = notCreated?.["mail"] ?? { type: "not created" };
  throw new ProviderError("send-refused", description);
}

export class Jmap implements Mailbox {
  readonly name = "jmap";
  readonly experimental = false;
  readonly #url: string;
  readonly #authorize: () => Promise<string>;
  readonly #fetch: Fetch;
  #session: Promise<Session> | undefined;

  /** `url` is that of the session, `authorize` gives what goes into the Authorization field. */
  constructor(url: string, authorize: () => Promise<string>, fetch: Fetch) {
    this.#url = url;
    this.#authorize = authorize;
    this.#fetch = fetch;
  }

  /** Where the server says that mails are: its origins, which may be others than its own. */
  async places(): Promise<string[]> {
    const { apiUrl, uploadUrl, downloadUrl } = await this.#open();
    // The braces of the templates stand in paths.
    const urls = [apiUrl, uploadUrl, downloadUrl].map((url) => new URL(url, this.#url));
    return [...new Set(urls.map(({ origin }) => origin))];
  }

  async identities(): Promise<Identity[]> {
    const session = await this.#open();
    const [{ list }] = await this.#call(session, ["Identity/get", { accountId: this.#account(session, SUBMISSION) }]);
    return (list as { id: string; email: string; name?: string }[]).map(({ id, email, name }) => ({
      id, address: email, name: name ?? "" }));
  }

  async folders(): Promise<Folder[]> {
    const session = await this.#open();
    const accountId = this.#account(session, MAIL);
    const properties = ["name", "role", "parentId"];
    const [{ list }] = await this.#call(session, ["Mailbox/get", { accountId, properties }]);
    const all = new Map((list as Box[]).map((box) => [box.id, box]));
    const path = ({ name, parentId }: Box, depth = 0): string => {
      const parent = parentId === null || depth > DEPTH ? undefined : all.get(parentId);
      return parent ? `${path(parent, depth + 1)} / ${name}` : name;
    };
    return inOrder([...all.values()].map((box) => ({ id: box.id, name: path(box), role: roleOf(box.role) })));
  }

  async part(folder: string, after: string | null = null, limit = 50): Promise<Listing> {
    const session = await this.#open();
    const accountId = this.#account(session, MAIL);
    const sort = [{ property: "receivedAt", isAscending: false }];
    const ids = { resultOf: "0", name: "Email/query", path: "/ids" };
    const position = Number(after ?? 0);
    const [{ ids: found }, { list }] = await this.#call(session,
      ["Email/query", { accountId, filter: { inMailbox: folder }, sort, position, limit }],
      ["Email/get", { accountId, "#ids": ids, properties: ["subject", "from", "receivedAt"] }]);
    const messages = (list as Email[]).map(({ id, subject, from, receivedAt }) => ({
      id, folder, subject: subject ?? "", from: from?.[0]?.email ?? "", date: receivedAt }));
    // Where one was deleted in between the list has fewer than were found.
    const count = (found as string[]).length;
    return { messages, next: count < limit ? null : String(position + count) };
  }

  async list(folder?: string, limit = 50): Promise<Listed[]> {
    const [first] = await this.folders();
    const inbox = first?.role === "inbox" ? first.id : undefined;
    if (folder === undefined && inbox === undefined) throw new ProviderError("server-error", "There is no inbox");
    return (await this.part(folder ?? (inbox as string), null, limit)).messages;
  }

  async getRaw({ id }: MessageRef, asked: Asked = {}): Promise<Blob> {
    const session = await this.#open();
    const accountId = this.#account(session, MAIL);
    const [{ list }] = await this.#call(session,
      ["Email/get", { accountId, ids: [id], properties: ["blobId"] }]);
    const [found] = list as { blobId: string }[];
    if (!found) throw new ProviderError("message-gone");
    const values = { accountId, blobId: found.blobId, name: "mail.eml", type: "message/rfc822" };
    const answer = await this.#request(fill(session.downloadUrl, values), asked);
    return bodyOf(answer, asked);
  }

  async sendRaw(mail: Outgoing, asked: Asked = {}): Promise<Outcome> {
    let desk: Desk | undefined;
    const send = async (index: number, keep: boolean): Promise<Sent> => {
      desk ??= await this.#desk(mail.from);
      const { raw, recipients } = mail.copies[index] as Outgoing["copies"][number];
      const email = await this.#import(desk, raw, index === 0 ? asked : {});
      const sent = keep ? desk.sent : null;
      const report: Sent = asked.signal?.aborted && index === 0
        ? { error: ProviderError.of(asked.signal.reason) }
        : await commit(() => this.#submit(desk as Desk, email, mail.from, recipients, sent));
      if (!report.error) return { kept: sent !== null };
      if (report.unanswered) return report;
      const leftover = (await this.#destroy(desk, email)) ? null : "Drafts";
      if (index === 0 && leftover === null) asked.signal?.throwIfAborted();
      return { ...report, leftover };
    };
    return sendCopies(mail, asked, send, async (raw) => {
      if (!desk || desk.sent === null) return false;
      await this.#import(desk, raw, {}, { [desk.sent]: true }, { $seen: true });
      return true;
    });
  }

  async #desk(from: string): Promise<Desk> {
    const session = await this.#open();
    const account = this.#account(session, MAIL);
    const identities = await this.identities();
    const identity = identities.find(({ address }) => address.toLowerCase() === from.toLowerCase());
    if (!identity) throw new ProviderError("send-refused", `${from} is no identity of yours`);
    const mailboxes = await this.#mailboxes(session, account);
    const sent = mailboxes.get("sent") ?? null;
    const drafts = mailboxes.get("drafts") ?? sent;
    if (!drafts) throw new ProviderError("server-error", "There is no folder for drafts");
    return { session, account, identity: identity.id, drafts, sent };
  }

  async #import(
    { session, account, drafts }: Desk,
    raw: Blob,
    { signal }: Asked,
    mailboxIds: object = { [drafts]: true },
    keywords: object = { $seen: true, $draft: true },
  ): Promise<string> {
    const uploaded = await this.#request(fill(session.uploadUrl, { accountId: account }), { signal }, {
      method: "POST",
      headers: { "Content-Type": "message/rfc822" },
      body: raw,
    });
    const { blobId } = (await uploaded.json()) as { blobId: string };
    const emails = { mail: { blobId, mailboxIds, keywords } };
    const [result] = await this.#call(session, ["Email/import", { accountId: account, emails }]);
    return created(result).id;
  }

  async #submit(
    { session, account, identity, drafts }: Desk,
    email: string,
    from: string,
    recipients: readonly string[],
    sent: string | null,
  ): Promise<void> {
    const to = recipients.map((address) => ({ email: address, parameters: null }));
    const envelope = { mailFrom: { email: from, parameters: null }, rcptTo: to };
    const moved = sent !== null && {
      ...(sent !== drafts && { [`mailboxIds/${drafts}`]: null, [`mailboxIds/${sent}`]: true }),
      "keywords/$draft": null,
    };
    const [result] = await this.#call(session, ["EmailSubmission/set", {
      accountId: account,
      create: { mail: { identityId: identity, emailId: email, envelope } },
      ...(moved ? { onSuccessUpdateEmail: { "#mail": moved } } : { onSuccessDestroyEmail: ["#mail"] }),
    }]);
    created(result);
  }

  async #destroy({ session, account }: Desk, email: string): Promise<boolean> {
    const call: [string, object] = ["Email/set", { accountId: account, destroy: [email] }];
    const [{ destroyed }] = await this.#call(session, call).catch(() => [{ destroyed: null }]);
    return Array.isArray(destroyed) && destroyed.includes(email);
  }

  async #mailboxes(session: Session, accountId: string): Promise<Map<string, string>> {
    const [{ list }] = await this.#call(session, ["Mailbox/get", { accountId, properties: ["role"] }]);
    return new Map((list as { id: string; role: string | null }[]).map(({ id, role }) => [role ?? id, id]));
  }

  #account({ primaryAccounts }: Session, capability: string): string {
    const account = primaryAccounts[capability] ?? primaryAccounts[MAIL];
    if (account === undefined) throw new ProviderError("not-permitted", `${capability} is missing`);
    return account;
  }

  #open(): Promise<Session> {
    this.#session ??= this.#request(this.#url).then(sessionIn);
    this.#session.catch(() => {
      this.#session = undefined;
    });
    return this.#session;
  }

  /** The results of calls that depend on each other: all of them, or it fails. */
  async #call(session: Session, ...calls: [string, object][]): Promise<Results> {
    const methodCalls = calls.map(([name, params], index) => [name, params, String(index)]);
    const answer = await this.#request(session.apiUrl, {}, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ using: [CORE, MAIL, SUBMISSION], methodCalls }),
    });
    const { methodResponses } = (await answer.json()) as { methodResponses: Call[] };
    // What onSuccess… did has an answer of its own, under the same id.
    const results = calls.map((_, index) => methodResponses.find(([, , id]) => id === String(index)));
    for (const result of results)
      if (!result || result[0] === "error") throw failed((result?.[1] ?? { type: "no answer" }) as unknown as SetError);
    return results.map((result) => (result as Call)[1]) as Results;
  }

  async #request(url: string, { signal }: { signal?: AbortSignal | undefined } = {}, init: RequestInit = {}): Promise<Response> {
    const whole = new URL(url, this.#url);
    // What the server names gets the user's authorization: never in clear.
    if (whole.protocol !== "https:" && whole.origin !== new URL(this.#url).origin)
      throw new ProviderError("server-error", `${whole.origin} is not by https`);
    const answer = await reach(this.#fetch, whole.href, {
      ...init,
      headers: { ...(init.headers as Record<string, string>), Authorization: await this.#authorize() },
      ...(signal && { signal }),
    });
    if (answer.ok) return answer;
    throw new ProviderError(answer.status === 413 ? "send-refused" : kindOf(answer.status), answer.statusText);
  }
}

async function sessionIn(answer: Response): Promise<Session> {
  const session = (await answer.json().catch(() => null)) as Session | null;
  const urls = [session?.apiUrl, session?.uploadUrl, session?.downloadUrl];
  if (!session?.primaryAccounts || urls.some((url) => typeof url !== "string"))
    throw new ProviderError("no-mailbox", "This is no JMAP session");
  return session;
}

/** The session of a server of which only the name is known (RFC 8620 section 2.2). It is asked
 * without a password, since it may send on to another server. */
export async function sessionUrl(server: string, fetch: Fetch): Promise<string> {
  const url = new URL(server);
  if (url.pathname !== "/") return url.href;
  const answer = await reach(fetch, new URL("/.well-known/jmap", url).href);
  await answer.body?.cancel();
  if (answer.ok || answer.status === 401) return answer.url;
  const kind = kindOf(answer.status);
  throw new ProviderError(kind === "server-error" ? kind : "no-mailbox", answer.statusText);
}

/** A URI template of level 1 (RFC 6570), which is all that JMAP uses. */
function fill(template: string, values: Record<string, string>): string {
  return template.replace(/\{(\w+)\}/g, (_, name) => encodeURIComponent(values[name] ?? ""));
}
