// SPDX-License-Identifier: MPL-2.0
// What a certificate is good for, in three words.
import type { Certificate, Reason } from "../core/wire.ts";
import { hasShort, type Level, reasonText, sorted } from "./reason.ts";
import { date, keyOf, plural, t } from "./text.ts";

export interface State {
  level: Level;
  text: string;
}

const DAY = 86_400_000;
const SOON = 30;

export function isAuthority(certificate: Certificate): boolean {
  return certificate.usages.includes("authority");
}

/** What keeps it from being used at all: what counts against every use, or all that there is. */
export function reasonsAgainst(certificate: Certificate): Reason[] {
  const { sign, encrypt } = certificate.status ?? {};
  if (!sign || !encrypt || sign.usable || encrypt.usable) return [];
  const shared = sign.reasons.filter((reason) => encrypt.reasons.includes(reason));
  return sorted(shared.length > 0 ? shared : [...sign.reasons, ...encrypt.reasons]);
}

function validity(certificate: Certificate, now: number): State {
  const end = Date.parse(certificate.notAfter);
  const days = Math.floor((end - now) / DAY);
  if (end < now) return { level: "bad", text: t("stateExpired", date(certificate.notAfter)) };
  if (Date.parse(certificate.notBefore) > now)
    return { level: "bad", text: t("stateNotYet", date(certificate.notBefore)) };
  if (days === 0) return { level: "warn", text: t("stateExpiresToday") };
  if (days <= SOON) return { level: "warn", text: plural("stateExpiresIn", days) };
  return { level: "ok", text: t("stateValid", date(certificate.notAfter)) };
}

function trust(certificate: Certificate): State {
  switch (certificate.trust) {
    case "trusted":
      return { level: "ok", text: t("stateTrusted") };
    case "untrusted":
      return { level: "bad", text: t("stateDistrusted") };
    case "inherited":
      return certificate.subject === certificate.issuer
        ? { level: "warn", text: t("stateDistrusted") }
        : { level: "info", text: t("stateInherited") };
  }
}

/** An issuer's time may be over where the certificate's own is not: that is said at length. */
const shortReason = (reason: Reason): string =>
  hasShort(reason) ? t(keyOf("short", reason)) : reasonText(reason);

export function stateOf(certificate: Certificate, now = Date.now()): State {
  const time = validity(certificate, now);
  if (time.level === "bad") return time;
  if (isAuthority(certificate) && !certificate.own) {
    const trusted = trust(certificate);
    return time.level === "warn" ? time : trusted;
  }
  const { sign, encrypt } = certificate.status ?? {};
  if (!sign || !encrypt || (sign.usable && encrypt.usable)) return time;
  if (sign.usable) return { ...time, text: `${time.text}, ${t("stateSignOnly")}` };
  if (encrypt.usable) return { ...time, text: `${time.text}, ${t("stateEncryptOnly")}` };
  return { level: "bad", text: shortReason(reasonsAgainst(certificate)[0] as Reason) };
}
