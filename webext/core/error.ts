// SPDX-License-Identifier: MPL-2.0
import { errorKinds, type ErrorKind } from "./wire.ts";

/** What goes wrong between here and the host, beside what the host itself answers. */
export const localKinds = [
  "host-missing", // the browser finds no host of this name
  "host-forbidden", // it finds one, but this extension may not start it
  "host-blocked", // the administrator of the browser forbids it
  "host-failed", // it started and ended before it said a word
  "host-lost", // it ended in the middle
  "host-silent", // it runs, but answers nothing any more
  "host-too-old",
  "host-too-new",
  "file-unreadable", // the user chose one that holds no certificates
  "site-unknown", // a page of the extension was opened from no site
  "webmail-closed", // there is no tab with it
  "session-expired", // the webmail wants its user to log in again
  "message-gone", // it was deleted or moved there
  "send-refused", // the webmail's server does not take the mail
  "not-permitted", // the webmail cannot do it, or those who run it forbid it
  "server-error", // of the webmail
  "offline", // the webmail cannot be reached
  "no-mailbox", // there is none at the address, or not any more
  "login-needed", // a mailbox wants another password or token
  "mailbox-forbidden", // the browser or the host may not use its server any more
] as const;

export type LocalKind = (typeof localKinds)[number];
export type Kind = ErrorKind | LocalKind;

const kinds: ReadonlySet<string> = new Set([...errorKinds, ...localKinds]);

/** As the wire has it. */
export interface WireError {
  code?: number;
  message?: string;
  data?: { kind?: string; [member: string]: unknown };
}

export class HostError extends Error {
  override readonly name = "HostError";

  constructor(
    readonly kind: Kind,
    message: string,
    /** Members beside `kind`: `addresses`, `reasons`, `candidates`. */
    readonly data: Readonly<Record<string, unknown>> = {},
  ) {
    super(message);
  }

  /** A kind that a later host may have, and that is not known here, counts as its own failure. */
  static from(error: WireError): HostError {
    const { kind, ...data } = error.data ?? {};
    const known = kind !== undefined && kinds.has(kind);
    return new HostError(known ? (kind as Kind) : "internal", String(error.message ?? ""), data);
  }

  static of(failure: unknown): HostError {
    if (failure instanceof HostError) return failure;
    if (failure instanceof DOMException && failure.name === "AbortError")
      return new HostError("cancelled", "The operation was cancelled");
    return new HostError("internal", failure instanceof Error ? failure.message : String(failure));
  }

  toWire(): WireError {
    return { code: -32000, message: this.message, data: { ...this.data, kind: this.kind } };
  }
}
