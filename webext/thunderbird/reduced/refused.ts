// SPDX-License-Identifier: MPL-2.0
// Why a mail is not sent, in words for its writer.
import { HostError } from "../../core/error.ts";
import { failure } from "../words.ts";
import { tell } from "./words.ts";

export class Refused extends Error {}

export function reasonOf(thrown: unknown): string {
  if (thrown instanceof Refused) return thrown.message;
  const error = HostError.of(thrown);
  if (error.kind === "cancelled") return tell("rdStopped");
  const { title, advice } = failure(error);
  return `${title} ${advice}`;
}
