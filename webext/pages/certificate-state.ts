// SPDX-License-Identifier: MPL-2.0
// What a certificate is good for, in three words.
import type { Certificate, Reason } from "../core/wire.ts";
import { type Level, sorted } from "./reason.ts";
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

/** What counts against it as of now; for an authority its own time alone. */
export function reasonsAgainst(certificate: Certificate): Reason[] {
  const { sign, encrypt } = certificate.status ?? {};
  if (!sign || !encrypt || sign.usable || encrypt.usable) return [];
  return sorted(sign.reasons.filter((reason) => encrypt.reasons.includes(reason)));
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
  const worst = (reasonsAgainst(certificate)[0] ?? sign.reasons[0]) as Reason;
  return { level: "bad", text: t(keyOf("short", worst)) };
}
