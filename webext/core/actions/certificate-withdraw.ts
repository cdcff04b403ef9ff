// SPDX-License-Identifier: MPL-2.0
import type { Host } from "../client.ts";

/** Gives a request up: its key is deleted, after the host asked the user. */
export async function withdrawRequest(
  host: Host,
  request: string,
  signal?: AbortSignal,
): Promise<void> {
  await host.call("certificate.withdraw", { request }, { signal });
}
