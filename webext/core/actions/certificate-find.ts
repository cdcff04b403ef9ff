// SPDX-License-Identifier: MPL-2.0
import type { Host } from "../client.ts";
import type { Result } from "../wire.ts";

/** Looks for people's certificates, here and where the settings of the host allow. */
export function findCertificates(
  host: Host,
  addresses: string[],
  signal?: AbortSignal,
): Promise<Result<"certificate.find">> {
  return host.call("certificate.find", { addresses }, { signal });
}
