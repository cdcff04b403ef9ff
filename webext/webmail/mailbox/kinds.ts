// SPDX-License-Identifier: MPL-2.0
// The kinds of mailboxes that the extension opens by itself, without a page of a webmail.
import { siteOf } from "../../core/site.ts";
import { Gmail } from "../providers/gmail.ts";
import { Graph } from "../providers/graph.ts";
import { Jmap } from "../providers/jmap.ts";
import type { Fetch, Mailbox } from "../providers/provider.ts";

export const kinds = ["jmap", "gmail", "graph"] as const;
export type Kind = (typeof kinds)[number];

/** What opens it: a password beside a name, or a token. */
export type Scheme = "basic" | "bearer";

export interface Key {
  kind: Kind;
  /** Where it is asked: for JMAP the address of the session. */
  address: string;
  scheme: Scheme;
  user: string;
}

interface Facts {
  /** Checked against what is published alone, never against the service itself. */
  experimental: boolean;
  /** Can a copy go to somebody whom the mail does not name? */
  blindCopies: boolean;
  /** Where the service is. Empty: everybody's own. */
  address: string;
}

export const facts: Readonly<Record<Kind, Facts>> = {
  jmap: { experimental: false, blindCopies: true, address: "" },
  gmail: { experimental: true, blindCopies: false, address: "https://gmail.googleapis.com/" },
  graph: { experimental: true, blindCopies: true, address: "https://graph.microsoft.com/v1.0/me/" },
};

export const isKind = (value: unknown): value is Kind => kinds.includes(value as Kind);

/** As people write addresses: without the scheme, or with. Null: it is none that mail is read for. */
export function addressIn(typed: string): string | null {
  const text = typed.trim();
  const whole = /^[a-z][a-z\d+.-]*:\/\//i.test(text) ? text : `https://${text}`;
  if (siteOf(whole) === null) return null;
  const url = new URL(whole);
  if (url.username !== "" || url.password !== "") return null;
  url.hash = "";
  return url.href;
}

/** In UTF-8 (RFC 7617 section 2.1). */
const basic = (user: string, password: string) =>
  `Basic ${new TextEncoder().encode(`${user}:${password}`).toBase64()}`;

/** `secret`: the password, or the token. */
export function openMailbox({ kind, address, scheme, user }: Key, secret: string, fetch: Fetch): Mailbox {
  const token = async () => secret;
  switch (kind) {
    case "gmail":
      return new Gmail(token, fetch, address);
    case "graph":
      return new Graph(token, fetch, address);
    case "jmap":
      return new Jmap(
        address,
        async () => (scheme === "basic" ? basic(user, secret) : `Bearer ${secret}`),
        fetch,
      );
  }
}
