// SPDX-License-Identifier: MPL-2.0
// What every webmail can be asked, whatever it is. A provider has no page and no extension: it has
// a way to fetch, so that it runs in a content script, in a background and in a test.

export const providerKinds = [
  "session-expired", // log in again, then go on
  "message-gone", // it was deleted or moved
  "send-refused", // the server does not take the mail: wrong address, too large
  "not-permitted", // this server lacks what it takes, or its administrator forbids it
  "no-mailbox", // nothing at this address is one
  "server-error",
  "offline",
] as const;

export type ProviderKind = (typeof providerKinds)[number];

export class ProviderError extends Error {
  override readonly name = "ProviderError";

  constructor(
    readonly kind: ProviderKind,
    /** What the server said, in its own words. May be shown as such, as text. */
    message = "",
    /** The folder in which something is left that could not be removed. */
    readonly leftover: string | null = null,
  ) {
    super(message);
  }

  /** What was thrown; a cancelled request stays what it is. */
  static of(failure: unknown): ProviderError {
    if (failure instanceof ProviderError) return failure;
    return new ProviderError("server-error", failure instanceof Error ? failure.message : String(failure));
  }
}

export type Fetch = (url: string, init?: RequestInit) => Promise<Response>;

export interface MessageRef {
  id: string;
  folder?: string;
}

export interface Listed extends MessageRef {
  subject: string;
  from: string;
  /** When it came, where the list says so. */
  date?: string;
}

/** A part of a folder, the newest first. */
export interface Listing {
  messages: Listed[];
  /** What the next part is asked for with; null: there is none. */
  next: string | null;
}

export const roles = ["inbox", "drafts", "sent", "archive", "junk", "trash"] as const;
export type Role = (typeof roles)[number];

export interface Folder {
  id: string;
  name: string;
  role: Role | null;
}

export interface Identity {
  id: string;
  address: string;
  name: string;
}

/** One mail as it goes to some of the recipients. Its bytes are not changed on the way. */
export interface Copy {
  raw: Blob;
  /** Of the envelope: what the header fields say does not matter. */
  recipients: readonly string[];
}

export interface Outgoing {
  /** The address of one of the identities. */
  from: string;
  /** The first is the one that is kept in Sent; blind copies follow. */
  copies: readonly Copy[];
  /** The copy for Sent is there already: these are others of the same mail. */
  kept?: boolean;
  /** What is kept in Sent, where it says more than the first copy does. Services that keep what they
   * send themselves do not heed it. */
  keeps?: Blob;
}

/** What became of it: nothing is thrown once a copy may be on its way. */
export interface Outcome {
  /** Those that were sent, by their place in `copies`. */
  sent: number[];
  /** The one of which nobody knows: the answer was lost. To send it again might send it twice. */
  unknown: number | null;
  /** Why it went no further. */
  error: ProviderError | null;
  /** The first copy is in Sent. */
  kept: boolean;
  /** Something was left in this folder that could not be removed. */
  leftover: string | null;
}

export interface Asked {
  signal?: AbortSignal;
  onProgress?: (done: number, total?: number) => void;
}

export interface Provider {
  readonly name: string;
  /** Checked against what is published alone, never against the service itself. */
  readonly experimental: boolean;
  identities(): Promise<Identity[]>;
  /** The newest mails of a folder, by default of the inbox. */
  list(folder?: string, limit?: number): Promise<Listed[]>;
  /** All of a mail, byte for byte. */
  getRaw(message: MessageRef, asked?: Asked): Promise<Blob>;
  /** `signal` counts until the first copy is on its way. */
  sendRaw(mail: Outgoing, asked?: Asked): Promise<Outcome>;
}

/** A mailbox that no page of a webmail shows. */
export interface Mailbox extends Provider {
  folders(): Promise<Folder[]>;
  /** `after`: `next` of the part before. */
  part(folder: string, after?: string | null, limit?: number): Promise<Listing>;
}

export const roleOf = (name: unknown): Role | null => roles.find((role) => role === name) ?? null;

/** The folder for new mail first, then the others that every mailbox has, then what people made. */
export function inOrder(folders: Folder[]): Folder[] {
  const rank = ({ role }: Folder) => (role === null ? roles.length : roles.indexOf(role));
  return folders.sort((one, other) => rank(one) - rank(other) || one.name.localeCompare(other.name));
}

/** What a page of a webmail shows, found by looking at it. */
export interface Page {
  url: string;
  /** The texts of its inline scripts. */
  scripts: readonly string[];
  /** Is there such an element? */
  has(selector: string): boolean;
}

export interface Shown {
  message: MessageRef;
  /** Where the text of the mail is, as a selector. */
  body: string;
  /** The page takes it for S/MIME. Only the host can say whether it is. */
  hint: boolean;
}

/** `fetch`, with what can go wrong before there is an answer told by kind. */
export async function reach(fetch: Fetch, url: string, init: RequestInit = {}): Promise<Response> {
  try {
    return await fetch(url, init);
  } catch (failure) {
    if (init.signal?.aborted) throw failure;
    throw new ProviderError("offline", failure instanceof Error ? failure.message : String(failure));
  }
}

/** The kind that a status of HTTP amounts to where a service gives no better reason. */
export function kindOf(status: number): ProviderKind {
  if (status === 401) return "session-expired";
  if (status === 403) return "not-permitted";
  if (status === 404 || status === 410) return "message-gone";
  return "server-error";
}

/** The body of an answer as it arrives. */
export async function bodyOf(answer: Response, { signal, onProgress }: Asked = {}): Promise<Blob> {
  const total = Number(answer.headers.get("content-length")) || undefined;
  try {
    if (!onProgress || !answer.body) return await answer.blob();
    const reader = answer.body.getReader();
    const parts: BlobPart[] = [];
    for (let done = 0; ; onProgress(done, total)) {
      const { value } = await reader.read();
      if (value === undefined) return new Blob(parts);
      parts.push(value);
      done += value.byteLength;
    }
  } catch (failure) {
    if (signal?.aborted) throw failure;
    throw new ProviderError("offline", failure instanceof Error ? failure.message : String(failure));
  }
}
