// SPDX-License-Identifier: MPL-2.0
// Whose encrypted text is quoted although no valid signature covers it. Somebody who captured a
// mail can send its ciphertext again under his own name, and a quote would tell him what it says:
// so it is asked for, once for each sender.
import type { Reading } from "./relay.ts";
import type { Storage } from "./settings.ts";
import type { Headers } from "./wire.ts";

const KEY = "quotes";

const senderOf = (headers: Headers | null | undefined): string =>
  headers?.from[0]?.address?.toLowerCase() ?? "";

async function allowed(storage: Storage): Promise<string[]> {
  const stored = (await storage.get(KEY))[KEY];
  return Array.isArray(stored) ? stored.filter((each) => typeof each === "string") : [];
}

export async function isQuotable(storage: Storage, reading: Reading | undefined): Promise<boolean> {
  const sender = senderOf(reading?.headers);
  return sender !== "" && (await allowed(storage)).includes(sender);
}

export async function allowQuotes(
  storage: Storage,
  headers: Headers | null | undefined,
): Promise<void> {
  const sender = senderOf(headers);
  if (sender === "") return;
  const senders = await allowed(storage);
  if (!senders.includes(sender)) await storage.set({ [KEY]: [...senders, sender] });
}
