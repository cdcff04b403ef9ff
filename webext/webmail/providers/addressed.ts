// SPDX-License-Identifier: MPL-2.0
// For services that send a mail to whom its own header names, and know no envelope.

/** The outer header with its lines unfolded. */
async function headerOf(raw: Blob): Promise<string> {
  const start = await raw.slice(0, 1 << 20).text();
  return (start.split(/\r?\n\r?\n/, 1)[0] as string).replace(/\r?\n(?=[ \t])/g, "");
}

/** Everybody in the fields To, Cc and Bcc, in small letters. */
export async function addressedIn(raw: Blob): Promise<Set<string>> {
  const fields = (await headerOf(raw)).matchAll(/^(?:to|cc|bcc):(.*)$/gim);
  const text = [...fields].map(([, value]) => value).join(",");
  // What is quoted is a name, and may look like an address.
  const bare = text.replace(/"(?:[^"\\]|\\.)*"(?!@)|\((?:[^()\\]|\\.)*\)/g, " ");
  return new Set(bare.match(/[^\s<>,;:"()]+@[^\s<>,;:"()]+/g)?.map((address) => address.toLowerCase()));
}

/** Who of the recipients the header does not name, and whom it names beside them. */
export async function compare(raw: Blob, recipients: readonly string[]): Promise<{ blind: string[]; others: string[] }> {
  const named = await addressedIn(raw);
  const wanted = new Set(recipients.map((address) => address.toLowerCase()));
  return {
    blind: recipients.filter((address) => !named.has(address.toLowerCase())),
    others: [...named].filter((address) => !wanted.has(address)),
  };
}
