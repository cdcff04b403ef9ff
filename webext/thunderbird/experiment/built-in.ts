// SPDX-License-Identifier: MPL-2.0
// Thunderbird's own protection, as it is set up for the addresses that mail is written from.
import { MailServices } from "./platform.ts";

export type Technology = "S/MIME" | "OpenPGP";

export interface BuiltIn {
  address: string;
  technology: Technology;
  /** New mails begin with it; else it can be switched on in a mail. */
  isOn: boolean;
}

/** As its composer goes by it. */
function builtInOf(identity: any): BuiltIn | null {
  const has = (name: string) => identity.getUnicharAttribute(name) !== "";
  const openPgp = has("openpgp_key_id");
  const signs = has("signing_cert_name");
  if (!openPgp && !signs && !has("encryption_cert_name")) return null;
  // Of both the one that is preferred; 1 is S/MIME.
  const isSmime = !openPgp || ((signs || has("encryption_cert_name")) &&
    identity.getIntAttribute("e2etechpref") === 1);
  return {
    address: identity.email,
    technology: isSmime ? "S/MIME" : "OpenPGP",
    isOn: identity.encryptionPolicy > 0 || (identity.signMail && (isSmime ? signs : true)),
  };
}

export function builtIns(): BuiltIn[] {
  return [...MailServices.accounts.allIdentities]
    .map(builtInOf)
    .filter((each): each is BuiltIn => each !== null);
}

/** Where it is set up. */
export function openAccountSettings(address: string): void {
  const { accounts } = MailServices;
  const identity = [...accounts.allIdentities].find(({ email }: any) => email === address);
  const [server] = identity ? accounts.getServersForIdentity(identity) : [];
  Services.wm.getMostRecentWindow("mail:3pane")?.MsgAccountManager("am-e2e.xhtml", server);
}
