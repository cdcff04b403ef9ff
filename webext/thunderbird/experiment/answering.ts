// SPDX-License-Identifier: MPL-2.0
// Answers go to those whom the protected fields name, and to nobody whom somebody wrote outside on
// the way (RFC 9788 sections 4.4.4 and 6.2). Thunderbird knows the outer fields alone.
import { MailServices } from "./platform.ts";

interface Mailbox {
  name: string | null;
  address: string | null;
  source: string;
}

interface Headers {
  protection?: string;
  from: Mailbox[];
  to: Mailbox[];
  cc: Mailbox[];
  other?: Record<string, { value: string | null; source: string }>;
}

const lower = (address: string | null): string => (address ?? "").toLowerCase();

const parsed = (field: string): { email: string; toString(): string }[] =>
  MailServices.headerParser.parseDecodedHeader(field);

export const written = ({ name, address }: Mailbox): string =>
  MailServices.headerParser.makeMimeAddress(name ?? "", address ?? "");

/** Whom to answer; nobody where nothing is protected. */
function answered({ from, other }: Headers): { address: string; text: string }[] {
  const replyTo = other?.["reply-to"];
  if (replyTo?.source === "protected" && replyTo.value)
    return parsed(replyTo.value).map((each) => ({ address: each.email, text: each.toString() }));
  return from
    .filter(({ source }) => source === "protected")
    .map((box) => ({ address: box.address ?? "", text: written(box) }));
}

/** Once, when a reply was made: its recipients. */
export function answerTo(window: any, headers: Headers): void {
  const targets = answered(headers);
  if (!headers.protection || headers.protection === "none" || targets.length === 0) return;
  const own = [...MailServices.accounts.allIdentities].map(({ email }: any) => lower(email));
  const known = new Set([
    ...targets.map(({ address }) => lower(address)),
    ...[...headers.from, ...headers.to, ...headers.cc]
      .filter(({ source }) => source === "protected")
      .map(({ address }) => lower(address)),
    ...own,
  ]);
  const pills = [...window.document.querySelectorAll("mail-address-pill")];
  const strangers = pills.filter(({ emailAddress }) => !known.has(lower(emailAddress)));
  if (strangers.length === 0) return;
  for (const pill of strangers) pill.remove();
  const left = new Set(pills.map(({ emailAddress }) => lower(emailAddress)));
  const input = window.document.getElementById("toAddrInput");
  for (const { address, text } of targets) {
    if (left.has(lower(address))) continue;
    input.value = text;
    window.recipientAddPills(input, true);
  }
  window.onRecipientsChanged?.(true);
}
