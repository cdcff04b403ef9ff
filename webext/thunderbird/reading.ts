// SPDX-License-Identifier: MPL-2.0
// Mails that came: the host reads them, and what it says is put in words.
import { readMessage } from "../core/actions/message-read.ts";
import type { HostClient } from "../core/client.ts";
import { HostError } from "../core/error.ts";
import type { Reading } from "../core/relay.ts";
import { type Row, signersOf, verdictRow } from "../pages/verdict.ts";
import { failure } from "./words.ts";
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
}

const isEncrypted = ({ layers }: Reading): boolean =>
  layers.some(({ type }) => type === "enveloped" || type === "auth-enveloped");

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
      row: verdictRow(reading.summary, signersOf(reading)),
      encrypted: isEncrypted(reading),
      unproven: reading.summary.signature !== "valid",
      reading,
      file: new File([content], "entity.eml"),
      ...(subject?.source === "protected" && subject.value !== null && { subject: subject.value }),
    };
  } catch (thrown) {
    const { title, advice, setUp } = failure(HostError.of(thrown));
    return {
      row: { level: "warn", signature: title, encryption: "", advice },
      encrypted: false,
      unproven: true,
      problem: title,
      setUp,
    };
  }
}
