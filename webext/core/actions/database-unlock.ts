// SPDX-License-Identifier: MPL-2.0
import type { Host } from "../client.ts";

/** By a window of the host's own: no password passes here. */
export async function unlockDatabase(
  host: Host,
  token?: string,
  signal?: AbortSignal,
): Promise<void> {
  await host.call("database.unlock", token === undefined ? {} : { token }, { signal });
}
