// SPDX-License-Identifier: MPL-2.0
import type { Host } from "../client.ts";
import type { AllowedOrigin } from "../wire.ts";

/** The host asks the user: whether mail is read there, and whether it is signed without asking. */
export function allowOrigin(
  host: Host,
  origin: string,
  signal?: AbortSignal,
): Promise<AllowedOrigin> {
  return host.call("origin.allow", { origin }, { signal });
}
