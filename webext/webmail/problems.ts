// SPDX-License-Identifier: MPL-2.0
// Why a mail could not be read: by the host, whose words the pages have, or because the webmail did
// not give it.
import { HostError, type WireError } from "../core/error.ts";
import { keyOf, t } from "../pages/text.ts";
import { browser } from "./browser.ts";
import { say } from "./words.ts";

export const webmailProblems = [
  "session-expired",
  "message-gone",
  "not-permitted",
  "server-error",
  "offline",
] as const;

export type WebmailProblem = (typeof webmailProblems)[number];

export interface Problem {
  title: string;
  advice: string;
  /** Of the host: the pages know what to do about it. */
  error: HostError | null;
}

export function problemOf(problem: WireError): Problem {
  const kind = webmailProblems.find((each) => each === problem.data?.kind);
  if (kind) {
    const key = `wmProblem_${kind.replaceAll("-", "_")}` as "wmProblem_offline";
    return { title: say(key), advice: say(`${key}_do` as typeof key), error: null };
  }
  const error = HostError.from(problem);
  const { program } = browser();
  return {
    title: t(keyOf("error", error.kind), program),
    advice: t(keyOf("error", error.kind, "_do"), program),
    error,
  };
}
