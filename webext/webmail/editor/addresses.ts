// SPDX-License-Identifier: MPL-2.0
// Addresses as people type and paste them.
import { addressParser } from "postal-mime";
import type { Mailbox } from "../../core/mime/field.ts";

/** RFC 5322 section 3.2.3; what needs quotation marks nobody types. */
const LOCAL = /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/;
const DOMAIN = /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*$/;

/** As it is sent: the domain in ASCII (RFC 5891). Null: no mail can go there. */
export function addressOf(text: string): string | null {
  const at = text.lastIndexOf("@");
  const local = text.slice(0, at);
  const domain = text.slice(at + 1);
  // Whatever else may stand in an address of the web is no part of a domain.
  if (at < 1 || !LOCAL.test(local) || !/^[\p{L}\p{M}\p{N}.-]+$/u.test(domain)) return null;
  try {
    const { hostname } = new URL(`https://${domain}/`);
    return DOMAIN.test(hostname) && hostname.length < 254 ? `${local}@${hostname}` : null;
  } catch {
    return null;
  }
}

export interface Typed extends Mailbox {
  /** Of no use as it is: its writer has to look at it again. */
  wrong: boolean;
}

function typed(name: string, address: string): Typed {
  const good = addressOf(address.trim());
  return { name: name.trim(), address: good ?? address.trim(), wrong: good === null };
}

/** Outside of quotation marks a semicolon parts addresses as a comma does; and so does a blank, where
 * there is nothing but addresses. */
function withCommas(text: string): string {
  const words = text.trim().split(/[\s,;]+/);
  if (words.every((word) => /^[^\s@<>"]+@[^\s@<>"]+$/.test(word))) return words.join(",");
  return text.replace(/"(?:\\.|[^"\\])*"|[;\n\r\t]+/g, (found) => (found.startsWith('"') ? found : ","));
}

export function parseAddresses(text: string): Typed[] {
  return addressParser(withCommas(text))
    .flatMap((each) => (each.group ? each.group : [each]))
    .filter(({ name, address }) => name || address)
    .map(({ name, address }) =>
      address ? typed(name === address ? "" : name, address) : typed("", name),
    );
}

/** As people read it. */
export function written({ name, address }: Mailbox): string {
  return name ? `${name} <${address}>` : address;
}

export function distinct<M extends Mailbox>(mailboxes: readonly M[]): M[] {
  const seen = new Set<string>();
  return mailboxes.filter(({ address }) => {
    const key = address.toLowerCase();
    return !seen.has(key) && seen.add(key);
  });
}
