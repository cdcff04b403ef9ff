// SPDX-License-Identifier: MPL-2.0
// What the extension's own pages may ask the background, beside what the host answers.
import type { WireError } from "../core/error.ts";
import type { Identity, PageMethods, Reading } from "../core/relay.ts";
import type { Mode } from "./editor/answering.ts";
import type { MailboxMethods } from "./mailbox/page-methods.ts";
import type { Seen } from "./visits.ts";

export interface PopupState {
  /** The tab's origin, where it can be one of a webmail. */
  site: string | null;
  /** It was set up, and the browser lets us. */
  set: boolean;
  /** The host is asking the user, or was refused. */
  asking: boolean;
  failure: WireError | null;
  /** By the administrator's list. */
  recommended: boolean;
  /** A webmail that is known is open in the tab. */
  webmail: boolean;
  /** Its own buttons for writing lead to the editor. */
  takesOver: boolean;
  seen: Seen;
  /** The addresses that the user has there. */
  identities: Identity[];
}

export interface WebmailMethods extends PageMethods, MailboxMethods {
  "popup.state": { params: { tab: number; address: string }; result: PopupState };
  /** Has the mail in a tab read, also where it does not look like S/MIME. */
  "mail.check": { params: { tab: number }; result: null };
  /** Reads a mail that the user has; the handle is for the page that shows it in this tab. */
  "mail.open": { params: { content: object }; result: { handle: string } };
  "mail.details": { params: { tab: number }; result: null };
  /** Opens another page of the extension, for the site of a tab. */
  "page.open": { params: { path: string; site: string | null }; result: null };
  /** A mail for the frame or window that asks: once. Its content comes on the output. */
  "reader.mail": {
    params: { handle: string };
    result: { reading: Reading | null; problem: WireError | null } | null;
  };
  "reader.part": { params: { handle: string; part: string }; result: { handle: string } | null };
  "reader.details": { params: { handle: string }; result: null };
  /** Opens the editor for an answer to it. */
  "reader.answer": { params: { handle: string; mode: Mode }; result: null };
  "reader.height": { params: { handle: string; height: number }; result: null };
  /** Another try, where the mail is shown. */
  "reader.again": { params: { handle: string }; result: null };
}
