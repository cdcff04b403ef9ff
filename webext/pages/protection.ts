// SPDX-License-Identifier: MPL-2.0
// How a mail that is being written will be protected: what its writer chose, what the settings
// wish, what is possible, and the words for it.
import { unusableRecipients } from "../core/actions/message-protect.ts";
import type { Host } from "../core/client.ts";
import type { HostError } from "../core/error.ts";
import { ownFor, type Recipient, type Recipients } from "../core/recipients.ts";
import { loadSettings, sendingFor, type Storage } from "../core/settings.ts";
import type { Reason } from "../core/wire.ts";
import { type Level, reasonText } from "./reason.ts";
import { t } from "./text.ts";

export interface Outgoing {
  from: string;
  /** To, Cc and Bcc. */
  addresses: string[];
  /** It answers, or sends on, a mail that was encrypted. */
  answersEncrypted: boolean;
  /** Chosen by hand: stays so. */
  sign?: boolean | undefined;
  encrypt?: boolean | undefined;
}

export interface Protection {
  sign: boolean;
  encrypt: boolean;
  /** `bad`: it cannot be sent like this. */
  level: Level;
  text: string;
  /** Its writer has no certificate for it. */
  setUp: boolean;
  recipients: Recipient[];
}

const named = (address: string, [reason]: readonly Reason[]): string =>
  reason === undefined ? address : `${address} (${reasonText(reason)})`;

export async function decideProtection(
  host: Host,
  known: Recipients,
  storage: Storage,
  { from, addresses, answersEncrypted: answered, ...chosen }: Outgoing,
): Promise<Protection> {
  const sending = sendingFor(await loadSettings(storage), from);
  const [own, recipients] = await Promise.all([ownFor(host, from), known.check(addresses)]);
  const missing = recipients.filter(({ usable }) => !usable);
  const possible = recipients.length > 0 && missing.length === 0 && own.decrypts;
  const encrypt =
    chosen.encrypt ??
    (answered || sending.encrypt === "always" || (sending.encrypt === "possible" && possible));
  const sign = chosen.sign ?? (sending.sign && own.signs);
  const names = missing.map(({ address, reasons }) => named(address, reasons)).join(", ");
  const done = (level: Level, text: string): Protection => ({
    sign,
    encrypt,
    level,
    text,
    setUp: !own.signs && !own.decrypts,
    recipients,
  });

  const mine = named(from, own.reasons);
  if (encrypt && !own.decrypts) return done("bad", t("protectNoOwnEncrypt", mine));
  if (sign && !own.signs) return done("bad", t("protectNoOwnSign", mine));
  if (encrypt && missing.length > 0)
    return done("bad", t(answered ? "protectAnsweredMissing" : "protectMissing", names));
  if (encrypt && answered && chosen.encrypt === undefined)
    return done("ok", t(sign ? "protectAnsweredBoth" : "protectAnswered"));
  if (encrypt) return done("ok", t(sign ? "protectBoth" : "protectEncryptOnly"));
  if (answered) return done("warn", t("protectAnsweredPlain"));
  if (missing.length > 0 && sending.encrypt === "possible" && own.decrypts)
    return done("info", t(sign ? "protectSignMissing" : "protectNoneMissing", names));
  if (sign) return done("ok", t("protectSignOnly"));
  if (own.signs) return done("info", t("protectNone"));
  return done("info", t(own.reasons.length > 0 ? "protectNoOwnUsable" : "protectNoOwn", mine));
}

/** Where the host found that somebody cannot be encrypted to: who, and why. */
export function missingText(error: HostError): string | null {
  const unusable = unusableRecipients(error);
  if (unusable.length === 0) return null;
  const names = unusable.map(({ address, reasons = [] }) => named(address, reasons));
  return t("protectMissing", names.join(", "));
}
