// SPDX-License-Identifier: MPL-2.0
import type { Host } from "../client.ts";
import type { Result } from "../wire.ts";

/** `further`: whether the user may allow more than the administrator does. */
export function listOrigins(host: Host): Promise<Result<"origin.list">> {
  return host.call("origin.list", {});
}
