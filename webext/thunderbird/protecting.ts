// SPDX-License-Identifier: MPL-2.0
// Mail on its way out: what the host is asked to make of it.
import { type ProtectOptions, protectMessage, unusableRecipients } from "../core/actions/message-protect.ts";
import type { HostClient } from "../core/client.ts";
import { HostError } from "../core/error.ts";
import { loadSettings, sendingFor, type Storage } from "../core/settings.ts";
import type { Headers } from "../core/wire.ts";
import { reasonText } from "../pages/reason.ts";
import { failure, say } from "./words.ts";

export interface Request {
  tabId: number;
  sign: boolean;
  encrypt: boolean;
  draft: boolean;
  later: boolean;
  from: string;
  to: string[];
  cc: string[];
  bcc: string[];
}

export type Answer =
  | { file: File; copies: { address: string; file: File }[] }
  | { error: string };

const HIDDEN = new Set(["from", "to", "cc", "reply-to", "date"]);
const THREAD = ["message-id", "in-reply-to", "references"];

/** What was confidential in a mail stays so in its answer (RFC 9788 section 6.1). */
export function confidentiality(
  headers: Headers | null | undefined,
): Partial<Pick<ProtectOptions, "headerProtection" | "confidential">> {
  const { confidential = [], removed = [] } = headers ?? {};
  const fields = [
    ...(removed.some((name) => ["from", "reply-to", "to", "cc"].includes(name)) ? ["to", "cc"] : []),
    ...(confidential.some((name) => THREAD.includes(name)) ? ["in-reply-to", "references"] : []),
  ];
  return {
    headerProtection: confidential.some((name) => HIDDEN.has(name)) ? "shy" : "baseline",
    ...(fields.length > 0 && { confidential: fields }),
  };
}

function explained(error: HostError): string {
  const unusable = unusableRecipients(error);
  if (unusable.length > 0) {
    const names = unusable.map(({ address, reasons: [reason] = [] }) =>
      reason === undefined ? address : `${address} (${reasonText(reason)})`,
    );
    return say("tbMissing", names.join(", "));
  }
  const { title, advice } = failure(error);
  return `${title} ${advice}`;
}

export async function protect(
  host: HostClient,
  storage: Storage,
  request: Request,
  file: File,
  {
    origin,
    onProgress,
  }: {
    /** Of the mail that this one answers. */
    origin?: Headers | null | undefined;
    onProgress?: (done: number, total?: number) => void;
  } = {},
): Promise<Answer> {
  const { sign, encrypt, draft, later, from, to, cc, bcc } = request;
  if (!draft && encrypt && later && bcc.length > 0) return { error: say("tbBccLater") };
  try {
    const settings = await loadSettings(storage);
    const { certificate } = sendingFor(settings, from);
    const open = new Set([...to, ...cc].map((address) => address.toLowerCase()));
    const blind = draft ? [] : bcc.filter((address) => !open.has(address.toLowerCase()));
    const options: ProtectOptions = {
      ...(onProgress && { onProgress }),
      ...(sign &&
        !draft && {
          sign: { form: settings.form, ...(certificate && { certificate }) },
        }),
      ...(encrypt && {
        encrypt: {
          // A draft is its writer's alone.
          recipients: draft
            ? [from]
            : [...to, ...cc, ...blind.map((address) => ({ address, bcc: true }))],
          ...(settings.cipher && { cipher: settings.cipher }),
          toSelf: true,
        },
        ...confidentiality(origin),
        bcc: blind,
      }),
    };
    const { message, copies } = await protectMessage(host, file, options);
    return {
      file: new File([message], "mail.eml"),
      copies: [...copies].map(([address, copy]) => ({
        address,
        file: new File([copy], "mail.eml"),
      })),
    };
  } catch (thrown) {
    return { error: explained(HostError.of(thrown)) };
  }
}
