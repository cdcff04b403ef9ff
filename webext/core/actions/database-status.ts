// SPDX-License-Identifier: MPL-2.0
import type { Host } from "../client.ts";
import type { Result } from "../wire.ts";

export function databaseStatus(host: Host): Promise<Result<"database.status">> {
  return host.call("database.status", {});
}
