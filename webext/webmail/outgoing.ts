// SPDX-License-Identifier: MPL-2.0
// One copy of a mail, on its way from the editor to a provider: and what became of it, as the
// extension's own ports tell it.
import { HostError } from "../core/error.ts";
import { mailboxField } from "../core/mime/field.ts";
import type { WritingMethods } from "../core/relay.ts";
import type { Asked } from "../core/server.ts";
import { type Outcome, type Provider, ProviderError } from "./providers/provider.ts";

async function wholeOf(content: Asked["content"], signal: AbortSignal): Promise<Blob> {
  if (content instanceof Blob) return content;
  if (content instanceof Uint8Array) return new Blob([content]);
  const pieces: BlobPart[] = [];
  for await (const piece of content ?? []) {
    signal.throwIfAborted();
    pieces.push(piece);
  }
  return new Blob(pieces);
}

/** What a provider threw. */
export function asHostError(thrown: unknown, signal?: AbortSignal): HostError {
  if (thrown instanceof HostError) return thrown;
  if (signal?.aborted) return new HostError("cancelled", "It was cancelled");
  const { kind, message } = ProviderError.of(thrown);
  return new HostError(kind, message);
}

/** The field for blind copies is for the writer alone (RFC 5322 section 3.6.3). It stands outside
 * of what was protected, and takes nothing from it. */
function keptAs(raw: Blob, bcc: readonly string[]): { keeps?: Blob } {
  const named = bcc.filter((address) => /^[^\s<>]+@[^\s<>]+$/.test(address));
  if (named.length === 0) return {};
  return { keeps: new Blob([mailboxField("Bcc", named.map((address) => ({ name: "", address }))), raw]) };
}

function checked({ error, unknown, leftover }: Outcome): void {
  if (!error) return;
  const data = { ...(unknown !== null && { uncertain: true }), ...(leftover !== null && { leftover }) };
  throw new HostError(error.kind, error.message, data);
}

export async function sendBy(
  provider: Provider,
  { from, recipients, blind, bcc = [] }: WritingMethods["page.send"]["params"],
  { content, signal }: Pick<Asked, "content" | "signal">,
): Promise<Record<string, never>> {
  try {
    const raw = await wholeOf(content, signal);
    const mail = { from, copies: [{ raw, recipients }], kept: blind, ...keptAs(raw, bcc) };
    checked(await provider.sendRaw(mail, { signal }));
    return {};
  } catch (thrown) {
    throw asHostError(thrown, signal);
  }
}
