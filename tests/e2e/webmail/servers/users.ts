// SPDX-License-Identifier: MPL-2.0
// Who has a mailbox: everybody in the domain of the tests' certificates.
import { execFileSync } from "node:child_process";

export const DOMAIN = "example.org";
export const PASSWORD = "static-password";
/** Nobody can send to this one. */
export const REFUSED = `refused@${DOMAIN}`;

/** A number from the system's table of users or groups. */
export function number(database: "passwd" | "group", name: string): number {
  return Number(execFileSync("getent", [database, name], { encoding: "utf8" }).split(":")[2]);
}
