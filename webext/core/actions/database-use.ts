// SPDX-License-Identifier: MPL-2.0
import type { Host } from "../client.ts";

/** The host asks the user and ends; the client starts it again with the next request. */
export async function useDatabase(host: Host, id: string, signal?: AbortSignal): Promise<void> {
  await host.call("database.use", { id }, { signal });
}
