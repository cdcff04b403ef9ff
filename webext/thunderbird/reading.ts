// SPDX-License-Identifier: MPL-2.0
// Mails that came: the host reads them, and what it says is put in words.
import { readMessage } from "../core/actions/message-read.ts";
import type { HostClient } from "../core/client.ts";
import { HostError } from "../core/error.ts";
import type { Reading } from "../core/relay.ts";
import { t } from "../pages/text.ts";
import { type Row, signersOf, verdictRow } from "../pages/verdict.ts";
import { failure, say } from "./words.ts";
import type { Running } from "./works.ts";

export interface Request {
  work: number;
  kind: "message" | "cms";
  context?: { from?: string; date?: string };
}

export interface Answer {
  row: Row;
  encrypted: boolean;
  unproven: boolean;
  reading?: Reading;
  file?: File;
  subject?: string;
  problem?: string;
  setUp?: boolean;
  /** What it lacks is to be imported on the page of certificates. */
  certificates?: boolean;
}

export const isEncrypted = ({ layers }: Reading): boolean =>
  layers.some(({ type }) => type === "enveloped" || type === "auth-enveloped");

/** Why, and what that means for its reader. */
function rowOf(reading: Reading): Row {
  const { signature } = reading.summary;
  const row = verdictRow(reading.summary, signersOf(reading));
  const meaning =
    signature === "invalid"
      ? t("verdict_invalid_text")
      : signature === "unknown"
        ? say("tbUnknownDo")
        : "";
  return { ...row, advice: [row.advice, meaning].filter(Boolean).join(" ") };
}

export async function read(
  host: HostClient,
  request: Omit<Request, "work">,
  file: File,
  running: Partial<Running> = {},
): Promise<Answer> {
  try {
    const { kind, context } = request;
    const { content, result } = await readMessage(host, file, {
      ...running,
      kind,
      // The header shows what it repeats.
      legacyDisplay: "omit",
      ...(kind === "cms" && context && { context }),
    });
    const { content: _content, ...reading } = result;
    const { subject } = reading.headers;
    return {
      row: rowOf(reading),
      encrypted: isEncrypted(reading),
      unproven: reading.summary.signature !== "valid",
      reading,
      file: new File([content], "entity.eml"),
      ...(subject?.source === "protected" && subject.value !== null && { subject: subject.value }),
    };
  } catch (thrown) {
    const error = HostError.of(thrown);
    const { title, advice, setUp } = failure(error);
    return {
      row: { level: "warn", signature: title, encryption: "", advice },
      encrypted: false,
      unproven: true,
      problem: title,
      setUp,
      certificates: error.kind === "no-private-key",
    };
  }
}
