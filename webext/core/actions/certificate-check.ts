// SPDX-License-Identifier: MPL-2.0
import type { Host } from "../client.ts";
import type { Params, Result } from "../wire.ts";

export function checkCertificate(
  host: Host,
  params: Params<"certificate.check">,
  signal?: AbortSignal,
): Promise<Result<"certificate.check">> {
  return host.call("certificate.check", params, { signal });
}
