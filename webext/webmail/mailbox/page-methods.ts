// SPDX-License-Identifier: MPL-2.0
// What the extension's own pages may ask the background about mailboxes.
import type { Folder, Listing } from "../providers/provider.ts";
import type { Added, Known, Wish } from "./mailboxes.ts";

export interface MailboxMethods {
  "mailbox.list": { params: Record<string, never>; result: { mailboxes: Known[] } };
  /** The browser lets us ask its server. */
  "mailbox.add": { params: Wish; result: Added };
  /** Another password, or another token. */
  "mailbox.renew": { params: { id: string; secret: string; remember: boolean }; result: null };
  "mailbox.remove": { params: { id: string }; result: null };
  "mailbox.folders": { params: { id: string }; result: { folders: Folder[] } };
  /** `after`: `next` of the part before. */
  "mailbox.part": { params: { id: string; folder: string; after: string | null }; result: Listing };
  /** Reads a mail; the handle is for the page that shows it in this tab. */
  "mailbox.read": { params: { id: string; folder: string; message: string }; result: { handle: string } };
}
