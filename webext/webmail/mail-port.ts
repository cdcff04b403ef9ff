// SPDX-License-Identifier: MPL-2.0
// What content scripts may ask the background, and what the background tells them. They get no
// text of a mail and no verdict: a handle, and how high the frame has to be.
import type { Identity } from "../core/relay.ts";
import type { Mode } from "./editor/answering.ts";

export const MAIL_PORT = "nssmime-mail";
/** From the background to the content script of a tab: what a webmail is asked to do. */
export const WEBMAIL_PORT = "nssmime-webmail";

export interface MailMethods {
  hello: { params: Record<string, never>; result: Record<string, never> };
  /** The frame is one of a webmail: was its site set up? If so it `reads` the mail that it shows; and
   * whose mail it has is `unknown` in this `session` of the webmail, or may have changed. */
  "visit.begin": {
    params: { reads: boolean; session: string };
    result: { set: boolean; unknown: boolean };
  };
  /** Whose mail the webmail has. */
  "visit.identities": { params: { identities: Identity[] }; result: Record<string, never> };
  /** Reads the mail that is shown. Null: it has nothing to do with S/MIME. */
  "visit.read": { params: { content: object }; result: { handle: string | null } };
  /** Why the webmail did not give the mail: the handle of what says so. */
  "visit.failed": { params: { problem: string }; result: { handle: string } };
  /** The mail that was shown is not any more. */
  "visit.left": { params: Record<string, never>; result: Record<string, never> };
  /** The frame in the page did not load: shows the mail in a window. */
  "visit.window": { params: { handle: string }; result: Record<string, never> };
}

/** From a content script: the editor is to be opened. */
export const WRITE_PORT = "nssmime-write";

export interface WritePortMethods {
  /** The mail that is answered is the content, as it came. */
  "write.open": { params: { mode: Mode; content?: object }; result: Record<string, never> };
}

export interface WebmailPortMethods {
  hello: { params: Record<string, never>; result: Record<string, never> };
  /** One copy, as it is; `blind`: it is not the one that is kept; `bcc`: that one says so. */
  "webmail.send": {
    params: { content: object; from: string; recipients: string[]; blind: boolean; bcc?: string[] };
    result: Record<string, never>;
  };
}

/** To a content script, beside the replies to its requests. */
export type Notice =
  | { notice: "opened"; handle: string }
  | { notice: "height"; handle: string; height: number }
  /** Again, or although it does not look like S/MIME. */
  | { notice: "read" }
  /** What was decrypted is not to be shown any more. */
  | { notice: "locked" }
  | { notice: "forgotten" }
  /** The background was stopped since it heard of the frame last. */
  | { notice: "begin" };
