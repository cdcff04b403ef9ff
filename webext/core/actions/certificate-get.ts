// SPDX-License-Identifier: MPL-2.0
import type { Host } from "../client.ts";
import type { Result } from "../wire.ts";

export function getCertificate(host: Host, fingerprint: string): Promise<Result<"certificate.get">> {
  return host.call("certificate.get", { fingerprint });
}
