// SPDX-License-Identifier: MPL-2.0
// Who can be encrypted to. Asked again after a while: certificates come in with mail.
import { allCertificates } from "./actions/certificate-list.ts";
import type { Host } from "./client.ts";
import type { Certificate, Reason } from "./wire.ts";

export interface Recipient {
  address: string;
  usable: boolean;
  /** Against the certificate that is nearest to being usable; none where there is none. */
  reasons: Reason[];
  certificate?: Certificate;
}

const byNewest = (a: Certificate, b: Certificate) => b.notBefore.localeCompare(a.notBefore);

const FRESH = 5_000;

/** After these it may be otherwise. */
export const changesCertificates = (method: string): boolean =>
  /^(certificate\.(import|delete|trust)|database\.(use|unlock))$/.test(method);

export class Recipients {
  readonly #host: Host;
  readonly #known = new Map<string, { at: number; recipient: Promise<Recipient> }>();

  constructor(host: Host) {
    this.#host = host;
  }

  check(addresses: readonly string[]): Promise<Recipient[]> {
    const distinct = new Map(addresses.map((address) => [address.toLowerCase(), address]));
    return Promise.all([...distinct.values()].map((address) => this.#check(address)));
  }

  forget(): void {
    this.#known.clear();
  }

  #check(address: string): Promise<Recipient> {
    const key = address.toLowerCase();
    const now = Date.now();
    const known = this.#known.get(key);
    if (known && now - known.at < FRESH) return known.recipient;
    const recipient = this.#ask(address);
    this.#known.set(key, { at: now, recipient });
    recipient.catch(() => this.#known.delete(key));
    return recipient;
  }

  async #ask(address: string): Promise<Recipient> {
    const all = await allCertificates(this.#host, { address });
    const usable = all.filter(({ status }) => status?.encrypt.usable);
    const [certificate] = (usable.length > 0 ? usable : all).sort(byNewest);
    return {
      address,
      usable: usable.length > 0,
      reasons: usable.length > 0 ? [] : (certificate?.status?.encrypt.reasons ?? []),
      ...(certificate && { certificate }),
    };
  }
}

/** Own certificates that sign, and that others can encrypt to; and why the newest does not sign. */
export async function ownFor(
  host: Host,
  address: string,
): Promise<{ signs: boolean; decrypts: boolean; reasons: Reason[] }> {
  const own = await allCertificates(host, { kind: "own", address });
  const [newest] = own.sort(byNewest);
  return {
    signs: own.some(({ status }) => status?.sign.usable),
    decrypts: own.some(({ status }) => status?.encrypt.usable),
    reasons: newest?.status?.sign.reasons ?? [],
  };
}
