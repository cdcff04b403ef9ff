// SPDX-License-Identifier: MPL-2.0
// The beginning of an answer, or of a mail that is sent on: to whom, and about what.
import type { Mailbox } from "../../core/mime/field.ts";
import type { Identity, Reading } from "../../core/relay.ts";
import type { Mailbox as ReadMailbox } from "../../core/wire.ts";
import { addressOf, distinct, written } from "./addresses.ts";
import { type Draft, emptyDraft } from "./draft.ts";
import type { Thread } from "../../core/threading.ts";

export const modes = ["new", "reply", "replyAll", "forward"] as const;
export type Mode = (typeof modes)[number];

export const isEncrypted = ({ layers }: Reading): boolean =>
  layers.some(({ type }) => type === "enveloped" || type === "auth-enveloped");

const usable = (mailboxes: readonly ReadMailbox[]): Mailbox[] =>
  mailboxes.flatMap(({ name, address }) => {
    const good = address && addressOf(address);
    return good ? [{ name: name ?? "", address: good }] : [];
  });

const isOwn = (identities: readonly Identity[], { address }: Mailbox): boolean =>
  identities.some((each) => each.address.toLowerCase() === address.toLowerCase());

/** Who wrote it is who gets the answer. A Reply-To that nobody protects may send the answer to an
 * encrypted mail elsewhere, with what it quotes, so there it does not count. */
function answeredTo(reading: Reading, { replyTo }: Thread, trusted: boolean): Mailbox[] {
  const from = usable(reading.headers.from);
  if (!trusted) return from;
  const elsewhere = replyTo.flatMap(({ name, address }) => {
    const good = addressOf(address);
    return good ? [{ name, address: good }] : [];
  });
  return elsewhere.length > 0 ? elsewhere : from;
}

function subjectOf(reading: Reading, prefix: string, known: RegExp): string {
  const subject = (reading.headers.subject?.value ?? "").trim();
  return known.test(subject) ? subject : `${prefix} ${subject}`.trim();
}

export function answerTo(
  reading: Reading,
  thread: Thread,
  mode: Exclude<Mode, "new">,
  identities: readonly Identity[],
): Draft {
  const { headers } = reading;
  const [to, cc] = [usable(headers.to), usable(headers.cc)];
  const addressed = [...to, ...cc].find((each) => isOwn(identities, each))?.address.toLowerCase();
  const encrypted = isEncrypted(reading);
  const identity =
    identities.find(({ address }) => address.toLowerCase() === addressed) ?? identities[0];
  const draft = emptyDraft(identity?.address ?? "");
  draft.origin = { encrypted, headers };
  if (mode === "forward") {
    draft.subject = subjectOf(reading, "Fwd:", /^(?:fwd?|wg):/i);
    draft.references = thread.messageId ? [thread.messageId] : [];
    return draft;
  }
  draft.subject = subjectOf(reading, "Re:", /^(?:re|aw|antw|sv|vs)(?:\[\d+\])?:/i);
  draft.inReplyTo = thread.messageId;
  draft.references = [...thread.references, thread.messageId].filter(Boolean);
  const author = answeredTo(reading, thread, !encrypted);
  // An answer to what one wrote oneself goes to those who got it.
  const own = author.length > 0 && author.every((each) => isOwn(identities, each));
  const others = (all: Mailbox[]) => all.filter((each) => !isOwn(identities, each));
  if (mode === "reply") draft.to = own ? to : author;
  else draft.to = own ? to : distinct([...author, ...others(to)]);
  if (mode === "replyAll") {
    const there = new Set(draft.to.map(({ address }) => address.toLowerCase()));
    draft.cc = distinct(others(cc)).filter(({ address }) => !there.has(address.toLowerCase()));
  }
  return draft;
}

/** Encrypted text is quoted where a valid signature covers it, or its reader says so
 * (core/quoting.ts). */
export const isProven = (reading: Reading): boolean =>
  !isEncrypted(reading) || reading.summary.signature === "valid";

/** What stands above a mail that is sent on. */
export function forwardedFields(
  { headers }: Reading,
  words: { from: string; to: string; cc: string; subject: string; date: string },
  date: (time: string) => string,
): [string, string][] {
  const all = (mailboxes: readonly ReadMailbox[]) =>
    mailboxes
      .map(({ name, address }) => written({ name: name ?? "", address: address ?? "" }))
      .join(", ");
  const rows: [string, string][] = [
    [words.from, all(headers.from)],
    [words.date, headers.date?.value ? date(headers.date.value) : ""],
    [words.subject, headers.subject?.value ?? ""],
    [words.to, all(headers.to)],
    [words.cc, all(headers.cc)],
  ];
  return rows.filter(([, value]) => value !== "");
}
