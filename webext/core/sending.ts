// SPDX-License-Identifier: MPL-2.0
// What the host is asked to make of a mail on its way out.
import type { ProtectOptions } from "./actions/message-protect.ts";
import { sendingFor, type Settings } from "./settings.ts";
import type { Headers } from "./wire.ts";

export interface Envelope {
  from: string;
  to: readonly string[];
  cc: readonly string[];
  bcc: readonly string[];
}

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

/** Who gets a blind copy: whoever is addressed openly as well needs none. */
export function blindOf({ to, cc, bcc }: Envelope): string[] {
  const open = new Set([...to, ...cc].map((address) => address.toLowerCase()));
  return bcc.filter((address) => !open.has(address.toLowerCase()));
}

export function protectOptions(
  settings: Settings,
  envelope: Envelope,
  { sign, encrypt, origin }: {
    sign: boolean;
    encrypt: boolean;
    /** Of the mail that this one answers. */
    origin?: Headers | null | undefined;
  },
): ProtectOptions {
  const { certificate } = sendingFor(settings, envelope.from);
  const blind = blindOf(envelope);
  return {
    ...(sign && { sign: { form: settings.form, ...(certificate && { certificate }) } }),
    ...(encrypt && {
      encrypt: {
        recipients: [
          ...envelope.to,
          ...envelope.cc,
          ...blind.map((address) => ({ address, bcc: true })),
        ],
        ...(settings.cipher && { cipher: settings.cipher }),
        toSelf: true,
      },
      ...confidentiality(origin),
      bcc: blind,
    }),
  };
}
