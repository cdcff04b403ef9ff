// SPDX-License-Identifier: MPL-2.0
import type { Host } from "../client.ts";
import { collector, type Source } from "../stream.ts";
import type { Params, Result } from "../wire.ts";

export interface ReadOptions extends Omit<Params<"message.read">, "content" | "output"> {
  size?: number;
  signal?: AbortSignal;
  onProgress?: (done: number, total?: number) => void;
}

export interface ReadMessage {
  /** The innermost entity. Nothing of it exists for the caller before the verdict does. */
  content: Blob;
  result: Result<"message.read">;
}

export async function readMessage(
  host: Host,
  content: Source,
  { size, signal, onProgress, ...params }: ReadOptions = {},
): Promise<ReadMessage> {
  const output = collector();
  const result = await host.call("message.read", params, {
    content,
    output: output.sink,
    signal,
    onProgress,
    ...(size !== undefined && { size }),
  });
  return { content: output.blob(), result };
}
