// SPDX-License-Identifier: MPL-2.0
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

export interface Requested {
  /** As authorities want it. */
  pem: string;
  /** As the wire has it: with this it can be withdrawn. */
  request: string;
}

/** Makes a key, which stays in the database, and the request (PKCS #10) for its certificate. */
export async function requestCertificate(
  host: Host,
  params: Params<"certificate.request">,
  signal?: AbortSignal,
): Promise<Requested> {
  const { request } = await host.call("certificate.request", params, { signal });
  return { pem: pemOf(request), request };
}

/** RFC 7468 section 7. */
function pemOf(request: string): string {
  const lines = request.match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE REQUEST-----\n${lines.join("\n")}\n-----END CERTIFICATE REQUEST-----\n`;
}
