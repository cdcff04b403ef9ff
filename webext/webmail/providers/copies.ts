// SPDX-License-Identifier: MPL-2.0
// Sending the copies of a mail one after the other, and telling what became of each.
import { type Asked, type Outcome, type Outgoing, ProviderError } from "./provider.ts";

export interface Sent {
  error?: ProviderError;
  /** The request that sends was made, and no answer came. */
  unanswered?: boolean;
  kept?: boolean;
  leftover?: string | null;
}

/** `send` is told whether it is the copy to keep; what it throws, it throws before it sends. Another
 * that is to be kept `keep` puts into Sent, once this one is out, or may be. */
export async function sendCopies(
  { copies, kept = false, keeps }: Outgoing,
  { signal }: Asked,
  send: (index: number, keep: boolean) => Promise<Sent>,
  keep: (mail: Blob) => Promise<boolean> = async () => false,
): Promise<Outcome> {
  const outcome: Outcome = { sent: [], unknown: null, error: null, kept: false, leftover: null };
  for (const index of copies.keys()) {
    let report: Sent;
    try {
      if (index === 0) signal?.throwIfAborted();
      const keeping = index === 0 && !kept;
      report = await send(index, keeping && !keeps);
      if (keeping && keeps && (!report.error || report.unanswered))
        // That it is out nobody takes back.
        report.kept = await keep(keeps).catch(() => false);
    } catch (failure) {
      if (index === 0 && signal?.aborted) throw failure;
      const error = ProviderError.of(failure);
      report = { error, leftover: error.leftover };
    }
    outcome.kept ||= report.kept ?? false;
    outcome.leftover ??= report.leftover ?? null;
    outcome.error = report.error ?? null;
    if (report.unanswered) outcome.unknown = index;
    if (outcome.error) break;
    outcome.sent.push(index);
  }
  return outcome;
}

/** The request after which it is sent or is not. Unless the server said so, nobody knows which. */
export async function commit(request: () => Promise<unknown>): Promise<Sent> {
  try {
    await request();
    return {};
  } catch (failure) {
    const error = ProviderError.of(failure);
    return { error, unanswered: error.kind === "offline" || error.kind === "server-error" };
  }
}
