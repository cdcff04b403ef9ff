// SPDX-License-Identifier: MPL-2.0
import type { Host } from "../client.ts";
import type { Certificate, Params } from "../wire.ts";

export interface Page {
  certificates: Certificate[];
  /** Absent: this was the last page. */
  more?: () => Promise<Page>;
}

/** A first page of certificates, which knows the way to the next. */
export async function listCertificates(
  host: Host,
  params: Params<"certificate.list">,
): Promise<Page> {
  const { certificates, cursor } = await host.call("certificate.list", params);
  if (cursor === undefined) return { certificates };
  return { certificates, more: () => listCertificates(host, { ...params, cursor }) };
}

/** All of them, where there cannot be many. */
export async function allCertificates(
  host: Host,
  params: Params<"certificate.list">,
): Promise<Certificate[]> {
  const all: Certificate[] = [];
  let page = await listCertificates(host, params);
  for (;;) {
    all.push(...page.certificates);
    if (!page.more) return all;
    page = await page.more();
  }
}
