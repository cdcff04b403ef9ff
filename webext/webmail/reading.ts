// SPDX-License-Identifier: MPL-2.0
// A mail on its way through the host, for a site; kept as it came, since its protected parts are
// read on their own only when somebody asks.
import { readMessage } from "../core/actions/message-read.ts";
import type { HostClient } from "../core/client.ts";
import { HostError } from "../core/error.ts";
import type { Reading } from "../core/relay.ts";
import type { Asked } from "../core/server.ts";
import { forSite } from "../core/site.ts";
import { collector, type Source } from "../core/stream.ts";

export interface Read {
  reading: Reading;
  /** The innermost entity. */
  content: Blob;
}

export async function readFor(
  host: HostClient,
  site: string | null,
  source: Source,
  options: Pick<Asked, "signal" | "onProgress" | "size"> & { part?: string },
): Promise<Read> {
  const { content, result } = await readMessage(host, source, {
    ...options,
    // The header shows what it repeats.
    legacyDisplay: "omit",
    ...forSite("message.read", {}, site),
  });
  const { content: _content, ...reading } = result;
  return { reading, content };
}

/** What a content script or a page sends. */
export async function readSent(
  host: HostClient,
  site: string | null,
  { content, signal, onProgress, size }: Asked,
): Promise<Read & { source: Blob }> {
  if (!content) throw new HostError("invalid-params", "There is no mail");
  const options = {
    signal,
    ...(onProgress && { onProgress }),
    ...(size !== undefined && { size }),
  };
  if (content instanceof Blob || content instanceof Uint8Array) {
    const source = content instanceof Blob ? content : new Blob([content]);
    return { ...(await readFor(host, site, content, options)), source };
  }
  const { sink, blob } = collector();
  const kept = async function* () {
    for await (const piece of content) {
      sink(piece);
      yield piece;
    }
  };
  return { ...(await readFor(host, site, kept(), options)), source: blob() };
}
