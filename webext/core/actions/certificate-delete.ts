// SPDX-License-Identifier: MPL-2.0
import type { Host } from "../client.ts";

/** The host asks the user. With its key gone, no mail to it can be read any more. */
export async function deleteCertificate(
  host: Host,
  fingerprint: string,
  withKey: boolean,
  signal?: AbortSignal,
): Promise<void> {
  await host.call("certificate.delete", { fingerprint, withKey }, { signal });
}
