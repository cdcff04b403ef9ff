// SPDX-License-Identifier: MPL-2.0
import { encode } from "../base64.ts";
import type { Host } from "../client.ts";
import { HostError } from "../error.ts";
import type { Result } from "../wire.ts";

/** Decoded bytes that the host takes in a request. */
const LIMIT = 512 * 1024;

/** Imports a file of any form; the host asks for a password by itself where it needs one. */
export async function importCertificates(
  host: Host,
  file: Blob,
  signal?: AbortSignal,
): Promise<Result<"certificate.import">> {
  if (file.size > LIMIT)
    throw new HostError("too-large", "A file of certificates may have 512 KiB at most");
  const data = encode(new Uint8Array(await file.arrayBuffer()));
  try {
    return await host.call("certificate.import", { data }, { signal });
  } catch (failure) {
    // The only parameter there is comes from the user: it is their file that is wrong.
    if (failure instanceof HostError && failure.kind === "invalid-params")
      throw new HostError("file-unreadable", failure.message);
    throw failure;
  }
}
