// SPDX-License-Identifier: MPL-2.0
import type { Host } from "../client.ts";
import type { Candidate } from "../wire.ts";

/** Answers also where no database can be opened. */
export function databaseCandidates(host: Host): Promise<Candidate[]> {
  return host.call("database.candidates", {});
}
