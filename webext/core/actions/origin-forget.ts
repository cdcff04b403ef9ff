// SPDX-License-Identifier: MPL-2.0
import type { Host } from "../client.ts";

/** What the user allowed; what the administrator did stays. */
export async function forgetOrigin(host: Host, origin: string): Promise<void> {
  await host.call("origin.forget", { origin });
}
