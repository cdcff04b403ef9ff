// SPDX-License-Identifier: MPL-2.0
import { decode } from "../base64.ts";
import type { Host } from "../client.ts";
import type { Params } from "../wire.ts";

/** A name as RFC 4514 writes it, of what people type: section 2.4 says what is escaped. */
export function subjectOf(parts: { name: string; organisation: string }): string {
  const escape = (text: string) =>
    text
      .trim()
      .replace(/["+,;<>\\]/g, "\\$&")
      .replace(/^[# ]/, "\\$&");
  return [
    ["CN", parts.name],
    ["O", parts.organisation],
  ]
    .filter(([, text]) => text?.trim())
    .map(([type, text]) => `${type}=${escape(text as string)}`)
    .join(",");
}

/** Makes a key, which stays in the database, and the request (PKCS #10) for its certificate. */
export async function requestCertificate(
  host: Host,
  params: Params<"certificate.request">,
  signal?: AbortSignal,
): Promise<Blob> {
  const { request } = await host.call("certificate.request", params, { signal });
  return new Blob([pemOf(decode(request))], { type: "application/pkcs10" });
}

/** The host may answer in PEM or in DER; authorities want PEM. */
function pemOf(bytes: Uint8Array<ArrayBuffer>): string {
  const text = new TextDecoder("latin1").decode(bytes);
  if (text.startsWith("-----BEGIN")) return text;
  const lines = btoa(text).match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE REQUEST-----\n${lines.join("\n")}\n-----END CERTIFICATE REQUEST-----\n`;
}
