// SPDX-License-Identifier: MPL-2.0
import type { Host } from "../client.ts";
import { HostError } from "../error.ts";
import { collector, type Source } from "../stream.ts";
import type { Params, Result, Unusable } from "../wire.ts";

export interface ProtectOptions
  extends Omit<Params<"message.protect">, "content" | "output" | "copyStreams"> {
  /** Addresses that must not appear in the common copy. */
  bcc?: string[];
  size?: number;
  signal?: AbortSignal;
  onProgress?: (done: number, total?: number) => void;
}

export interface Protected {
  message: Blob;
  /** What each Bcc recipient gets instead. */
  copies: Map<string, Blob>;
  result: Result<"message.protect">;
}

/** Signs, encrypts or both. Nothing of it may be sent unless this succeeds. */
export async function protectMessage(
  host: Host,
  content: Source,
  { bcc = [], size, signal, onProgress, ...params }: ProtectOptions,
): Promise<Protected> {
  const common = collector();
  const collectors = new Map(bcc.map((address) => [address, collector()]));
  const result = await host.call("message.protect", params, {
    content,
    output: common.sink,
    signal,
    onProgress,
    ...(size !== undefined && { size }),
    ...(collectors.size > 0 && {
      copies: Object.fromEntries([...collectors].map(([address, { sink }]) => [address, sink])),
    }),
  });
  const copies = new Map<string, Blob>();
  for (const { address } of result.copies ?? []) {
    const copy = collectors.get(address);
    if (!copy) throw new HostError("internal", "The host made a copy for somebody else");
    copies.set(address, copy.blob());
  }
  return { message: common.blob(), copies, result };
}

/** Who it was that could not be encrypted to. */
export function unusableRecipients(error: HostError): Unusable[] {
  const { addresses } = error.data;
  return Array.isArray(addresses) ? (addresses as Unusable[]) : [];
}
