// SPDX-License-Identifier: MPL-2.0
// What is said to people about mailboxes; the pages have more.
import type { Client } from "../../core/client.ts";
import type { Page } from "../../pages/page.ts";
import { type Key, t } from "../../pages/text.ts";
import type { WebmailMethods } from "../page-methods.ts";
import type { Role } from "../providers/provider.ts";
import type texts from "./_locales/en/messages.json";
import type { Kind } from "./kinds.ts";

export type Own = keyof typeof texts;

export const say = (key: Own, ...values: (string | number)[]): string => t(key as Key, ...values);

const kindNames = { jmap: "mbJmap", gmail: "mbGmail", graph: "mbGraph" } as const satisfies Record<Kind, Own>;
/** What was tried on servers of the tests alone says so wherever it is named. */
const untried = { jmap: null, gmail: "mbGmailUntried", graph: "mbGraphUntried" } as const;
const roleNames = {
  inbox: "mbInbox",
  drafts: "mbDrafts",
  sent: "mbSent",
  archive: "mbArchive",
  junk: "mbJunk",
  trash: "mbTrash",
} as const satisfies Record<Role, Own>;

export const kindName = (kind: Kind): string => say(kindNames[kind]);

export const warningOf = (kind: Kind): string | null => {
  const key = untried[kind];
  return key && say(key);
};

export const folderName = (role: Role | null, name: string): string =>
  role === null ? name : say(roleNames[role]);

/** A page whose background knows mailboxes. */
export interface MailboxPage {
  page: Page;
  host: Client<WebmailMethods>;
}

export const asMailboxPage = (page: Page): MailboxPage => ({
  page,
  host: page.host as unknown as Client<WebmailMethods>,
});
