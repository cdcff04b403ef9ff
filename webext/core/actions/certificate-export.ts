// SPDX-License-Identifier: MPL-2.0
import { decode } from "../base64.ts";
import type { Host } from "../client.ts";
import { HostError } from "../error.ts";

const forms = {
  pem: { type: "application/x-pem-file", ending: "pem" },
  der: { type: "application/pkix-cert", ending: "cer" },
  pkcs7: { type: "application/pkcs7-mime", ending: "p7b" },
} as const;

/** The certificate alone, for other people. */
export async function exportCertificate(
  host: Host,
  fingerprint: string,
  form: keyof typeof forms,
): Promise<{ file: Blob; ending: string }> {
  const { data } = await host.call("certificate.export", { fingerprint, form });
  if (data === undefined) throw new HostError("internal", "The host exported nothing");
  const { type, ending } = forms[form];
  return { file: new Blob([decode(data)], { type }), ending };
}

/** With its private key: the host asks for a password, and writes the file itself. */
export async function backUpCertificate(
  host: Host,
  fingerprint: string,
  signal?: AbortSignal,
): Promise<string> {
  const { saved } = await host.call(
    "certificate.export",
    { fingerprint, form: "pkcs12" },
    { signal },
  );
  if (saved === undefined) throw new HostError("internal", "The host saved nothing");
  return saved;
}
