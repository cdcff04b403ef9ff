// SPDX-License-Identifier: MPL-2.0
import type { Host } from "../client.ts";
import type { Certificate, Trust } from "../wire.ts";

/** The host asks the user. */
export async function trustCertificate(
  host: Host,
  fingerprint: string,
  trust: Trust,
  signal?: AbortSignal,
): Promise<Certificate> {
  return (await host.call("certificate.trust", { fingerprint, trust }, { signal })).certificate;
}
