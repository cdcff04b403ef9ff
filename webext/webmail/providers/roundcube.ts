// SPDX-License-Identifier: MPL-2.0
// Roundcube 1.6 as it is, by what its own client asks for. It cannot send a mail that somebody else
// made; but it can import one and bounce it, which leaves every byte of it and puts Resent- fields
// above. Where the server has the plugin nssmime_rawsend (packaging/roundcube), that sends instead.
import { commit, type Sent, sendCopies } from "./copies.ts";
import {
  type Asked,
  bodyOf,
  type Fetch,
  type Identity,
  kindOf,
  type Listed,
  type MessageRef,
  type Outcome,
  type Outgoing,
  type Page,
  type Provider,
  ProviderError,
  type ProviderKind,
  reach,
  type Shown,
} from "./provider.ts";
import { bytesOf, hasFromLine, messageIdOf, sameMail } from "./raw.ts";
import { Answer, type Environment, environmentOf, identitiesOf, identityOf, optionsOf, scriptsOf } from "./roundcube-page.ts";

const PLUGIN = "plugin.nssmime_rawsend";
const smimeParts = ["pkcs7-signature", "pkcs7-mime", "x-pkcs7-signature", "x-pkcs7-mime"];

type Writing = "new" | "reply" | "replyAll" | "forward";
const commands: Record<string, Writing> = {
  compose: "new",
  reply: "reply",
  "reply-all": "replyAll",
  forward: "forward",
  "forward-inline": "forward",
};

/** Where mails go that are sent, and by whom they may be. */
interface Desk {
  identities: Identity[];
  /** None if the user keeps nothing. */
  sent: string | null;
  /** Where a mail may be for a moment. */
  passing: string;
  plugin: boolean;
}

export class Roundcube implements Provider {
  readonly name = "roundcube";
  readonly experimental = false;
  readonly #base: string;
  readonly #fetch: Fetch;
  #token: string;

  constructor(base: string, token: string, fetch: Fetch) {
    this.#base = base;
    this.#token = token;
    this.#fetch = fetch;
  }

  /** From any of its pages but the login. */
  static detect({ url, scripts }: Page, fetch: Fetch): Roundcube | null {
    const environment = environmentOf(scripts);
    if (!environment?.request_token || environment.task === "login") return null;
    const base = new URL(environment.comm_path ?? "", url);
    base.search = base.hash = "";
    return base.origin === new URL(url).origin
      ? new Roundcube(base.href, environment.request_token, fetch)
      : null;
  }

  /** The token is made when somebody logs in. */
  static session({ scripts }: Page): string {
    return environmentOf(scripts)?.request_token ?? "";
  }

  static readonly body = "#messagebody";

  /** The mail in a page: in the frame of the preview, or alone. */
  static shown(page: Page): Shown | null {
    const { action, uid, mailbox } = environmentOf(page.scripts) ?? {};
    if ((action !== "show" && action !== "preview") || !uid || !mailbox) return null;
    const listed = smimeParts.map((name) => `ul.attachmentslist li.${name}`).join();
    return {
      message: { id: String(uid), folder: mailbox },
      body: Roundcube.body,
      hint: page.has(listed),
    };
  }

  static readonly place = "#layout-content";

  /** By the command that its client is given. */
  static pressed(target: Element): Writing | null {
    const button = target.closest("a[onclick], button[onclick]");
    if (!button || button.classList.contains("disabled")) return null;
    const call = /rcmail\.command\('([a-z-]+)'/.exec(button.getAttribute("onclick") ?? "");
    return commands[call?.[1] ?? ""] ?? null;
  }

  static composing(page: Page): boolean {
    const { task, action } = environmentOf(page.scripts) ?? {};
    const empty = '#compose-subject[value=""], #compose-subject:not([value])';
    return task === "mail" && action === "compose" && page.has(empty);
  }

  async identities(asked: Asked = {}): Promise<Identity[]> {
    const settings = await this.#page({ _task: "settings", _action: "identities" }, asked);
    const listed = identitiesOf(settings);
    if (listed.length > 0) return listed;
    this.#enter(settings);
    // Where nobody may see that page, the one for writing has them, too.
    const compose = await this.#page({ _action: "compose" }, asked);
    this.#enter(compose);
    return optionsOf(compose, "_from").flatMap(({ value, text }) => identityOf(value, text));
  }

  async list(folder = "INBOX", limit = 50): Promise<Listed[]> {
    const answer = await this.#ask("list", { _mbox: folder });
    const rows = answer.rows.slice(0, limit);
    return rows.map(({ uid, subject, from }) => ({ id: String(uid), folder, subject, from }));
  }

  async getRaw({ id, folder = "INBOX" }: MessageRef, asked: Asked = {}): Promise<Blob> {
    // Without _save it is another text: line ends and the last line's are changed.
    const source = () =>
      this.#get({ _action: "viewsource", _save: "1", _uid: id, _mbox: folder, _token: this.#token }, asked);
    const isSource = (answer: Response) =>
      answer.headers.get("content-disposition")?.startsWith("attachment") ?? false;
    let answer = await source();
    if (!isSource(answer)) {
      await this.#renew();
      answer = await source();
    }
    if (!isSource(answer)) throw new ProviderError("server-error");
    const raw = await bodyOf(answer, asked);
    if (raw.size === 0) throw new ProviderError("message-gone");
    return raw;
  }

  async sendRaw(mail: Outgoing, asked: Asked = {}): Promise<Outcome> {
    let desk: Desk | undefined;
    const send = async (index: number, keep: boolean): Promise<Sent> => {
      desk ??= await this.#desk(asked);
      const wanted = mail.from.toLowerCase();
      const identity = desk.identities.find(({ address }) => address.toLowerCase() === wanted);
      if (!identity) throw new ProviderError("send-refused", `${mail.from} is no identity of yours`);
      const { raw, recipients } = mail.copies[index] as Outgoing["copies"][number];
      const how = desk.plugin ? this.#hand : this.#bounce;
      return how.call(this, desk, identity, raw, recipients, keep, index === 0 ? asked : {});
    };
    return sendCopies(mail, asked, send, async (raw) => {
      const folder = desk?.sent ?? null;
      if (folder === null) return false;
      await this.#read(folder, await this.#place(folder, raw, {}));
      return true;
    });
  }

  /** That it shows as unread is no reason to fail. */
  async #read(folder: string, uid: string): Promise<void> {
    await this.#post("mark", {}, { _uid: uid, _mbox: folder, _flag: "read" }).catch(() => undefined);
  }

  /** Through the plugin. */
  async #hand(
    { sent }: Desk,
    { id }: Identity,
    raw: Blob,
    recipients: readonly string[],
    keep: boolean,
    { signal }: Asked,
  ): Promise<Sent> {
    signal?.throwIfAborted();
    const fields = {
      _from: id,
      _recipients: recipients.join(","),
      ...(keep && sent !== null && { _folder: sent }),
    };
    let kept = false;
    const report = await commit(async () => {
      const answer = await this.#post(PLUGIN, {}, fields, { raw, refused: "send-refused" });
      kept = answer.said(PLUGIN)["kept"] === true;
    });
    return { ...report, kept };
  }

  async #bounce(
    desk: Desk,
    { id }: Identity,
    raw: Blob,
    recipients: readonly string[],
    keep: boolean,
    asked: Asked,
  ): Promise<Sent> {
    const folder = (keep && desk.sent) || desk.passing;
    const uid = await this.#place(folder, raw, asked);
    const kept = keep && folder === desk.sent;
    // All in Bcc: nothing about the recipients is to be in the Resent- fields.
    const fields = { _uid: uid, _mbox: folder, _from: id, _to: "", _cc: "",
      _bcc: recipients.join(", "), _store_target: "", _framed: "1" };
    const aborted = asked.signal?.aborted ?? false;
    const report: Sent = aborted
      ? { error: ProviderError.of(asked.signal?.reason) }
      : await commit(() => this.#post("bounce", {}, fields, { refused: "send-refused" }));
    if (report.unanswered) return { ...report, kept };
    if (!report.error && kept) {
      await this.#read(folder, uid);
      return { kept };
    }
    const leftover = (await this.#remove(folder, [uid])) ? null : folder;
    if (aborted && leftover === null) asked.signal?.throwIfAborted();
    return { ...report, leftover };
  }

  /** Puts a mail into a folder as it is, or nothing. */
  async #place(folder: string, raw: Blob, { signal }: Asked): Promise<string> {
    const bytes = await bytesOf(raw);
    const messageId = await messageIdOf(raw);
    if (messageId === null) throw new ProviderError("send-refused", "The mail has no Message-ID");
    // It would be taken apart there, or lose a letter that is signed.
    if (hasFromLine(bytes))
      throw new ProviderError("send-refused", 'A line of the mail begins with "From "');
    const before = new Set(await this.#find(folder, messageId));
    const added = async () =>
      (await this.#find(folder, messageId)).filter((uid) => !before.has(uid));
    let failure: unknown;
    try {
      await this.#post("import", { _mbox: folder }, {}, { raw, signal });
      const [uid, ...more] = await added();
      if (uid !== undefined && more.length === 0) {
        const there = await this.getRaw({ id: uid, folder });
        if (sameMail(bytes, await bytesOf(there))) return uid;
      }
      failure = new ProviderError("server-error", "The server changed the mail");
    } catch (thrown) {
      failure = thrown;
    }
    const left = await added().then((uids) => this.#remove(folder, uids), () => false);
    if (left || signal?.aborted) throw failure;
    const { kind, message } = ProviderError.of(failure);
    throw new ProviderError(kind, message, folder);
  }

  /** The mails of a folder with this Message-ID. */
  async #find(folder: string, messageId: string): Promise<string[]> {
    // Roundcube takes what is in angle brackets for a tag, and leaves it out.
    const filter = `HEADER MESSAGE-ID "${messageId.replace(/["\\]/g, "")}"`;
    const answer = await this.#ask("search", { _mbox: folder, _filter: filter });
    return answer.rows.map(({ uid }) => String(uid));
  }

  async #remove(folder: string, uids: string[]): Promise<boolean> {
    if (uids.length === 0) return true;
    const fields = { _uid: uids.join(","), _mbox: folder };
    return this.#post("delete", {}, fields).then(() => true, () => false);
  }

  async #desk(asked: Asked = {}): Promise<Desk> {
    const [identities, environment] = await Promise.all([
      this.identities(asked),
      this.#page({ _task: "mail" }, asked).then((html) => this.#enter(html)),
    ]);
    const { mailboxes = {}, trash_mailbox, drafts_mailbox } = environment;
    const sent = Object.values(mailboxes).find((one) => one.class === "sent")?.id ?? null;
    return {
      identities,
      sent,
      passing: trash_mailbox || drafts_mailbox || sent || "INBOX",
      plugin: environment.nssmime_rawsend === true,
    };
  }

  async #page(parameters: Record<string, string>, asked: Asked = {}): Promise<string> {
    const answer = await this.#get(parameters, asked);
    return (await bodyOf(answer, asked.signal && { signal: asked.signal })).text();
  }

  /** A page that should be of somebody who is logged in. */
  #enter(html: string): Environment {
    const environment = environmentOf(scriptsOf(html));
    if (environment?.task === "login") throw new ProviderError("session-expired");
    if (!environment?.request_token) throw new ProviderError("server-error");
    this.#token = environment.request_token;
    return environment;
  }

  /** After another log-in, there is another token. */
  async #renew(): Promise<void> {
    this.#enter(await this.#page({}));
  }

  #url(parameters: Record<string, string>): string {
    return `${this.#base}?${new URLSearchParams({ _task: "mail", ...parameters })}`;
  }

  async #get(parameters: Record<string, string>, { signal }: Asked = {}): Promise<Response> {
    const answer = await reach(this.#fetch, this.#url(parameters), {
      credentials: "same-origin",
      ...(signal && { signal }),
    });
    if (!answer.ok) throw new ProviderError(kindOf(answer.status), answer.statusText);
    return answer;
  }

  #ask(action: string, parameters: Record<string, string>): Promise<Answer> {
    return this.#remote(action, parameters, () => ({}), "server-error");
  }

  #post(
    action: string,
    parameters: Record<string, string>,
    fields: Record<string, string>,
    { raw, signal, refused = "server-error" }: {
      raw?: Blob;
      signal?: AbortSignal | undefined;
      refused?: ProviderKind;
    } = {},
  ): Promise<Answer> {
    const init = () => {
      const body = new FormData();
      body.set("_token", this.#token);
      for (const [name, value] of Object.entries(fields)) body.set(name, value);
      if (raw) body.set("_file[]", new Blob([raw], { type: "message/rfc822" }), "mail.eml");
      return { method: "POST", body, ...(signal && { signal }) };
    };
    return this.#remote(action, parameters, init, refused);
  }

  /** As Roundcube's own client asks. An error that it shows fails, of the kind `refused`. */
  async #remote(
    action: string,
    parameters: Record<string, string>,
    init: () => RequestInit,
    refused: ProviderKind,
    again = true,
  ): Promise<Answer> {
    const url = this.#url({ _action: action, _remote: "1", ...parameters });
    const answer = await reach(this.#fetch, url, {
      ...init(),
      credentials: "same-origin",
      headers: { "X-Roundcube-Request": this.#token, "X-Requested-With": "XMLHttpRequest" },
    });
    const text = await answer.text();
    if (answer.status === 403 && again && !text.startsWith("{")) {
      await this.#renew();
      return this.#remote(action, parameters, init, refused, false);
    }
    if (!answer.ok) throw new ProviderError(kindOf(answer.status), answer.statusText);
    let said: Answer;
    try {
      said = new Answer(text);
    } catch {
      throw new ProviderError("server-error");
    }
    if (said.sessionExpired) throw new ProviderError("session-expired");
    const [error] = said.shown("error");
    // Its own numbers: an action that is disabled, or that this version does not have.
    if (error !== undefined && /^[^:(]*\((404|524)\):/.test(error))
      throw new ProviderError("not-permitted", error);
    if (error !== undefined) throw new ProviderError(refused, error);
    return said;
  }
}
