// SPDX-License-Identifier: MPL-2.0
import type { Host } from "../client.ts";

/** By windows of the host's own. */
export async function changePassword(
  host: Host,
  token?: string,
  signal?: AbortSignal,
): Promise<void> {
  await host.call("database.changePassword", token === undefined ? {} : { token }, { signal });
}
