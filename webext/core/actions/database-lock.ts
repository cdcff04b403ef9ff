// SPDX-License-Identifier: MPL-2.0
import type { Host } from "../client.ts";

export async function lockDatabase(host: Host): Promise<void> {
  await host.call("database.lock", {});
}
