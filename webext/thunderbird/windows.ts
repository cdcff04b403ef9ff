// SPDX-License-Identifier: MPL-2.0
// What both add-ons for Thunderbird tell their pages, and how they open them.
import type { Identity, Target } from "../core/relay.ts";

/** `builtIn`: what Thunderbird itself has for an address, where that can be found out. */
export async function target(builtIn?: (address: string) => Identity["builtIn"]): Promise<Target> {
  const accounts = await messenger.accounts.list();
  const identities = new Map(
    accounts
      .flatMap(({ identities }) => identities)
      .filter(({ email }) => email)
      .map(({ email, name }) => [
        email.toLowerCase(),
        { address: email, name, ...(builtIn && { builtIn: builtIn(email) ?? null }) },
      ]),
  );
  return {
    program: "Thunderbird",
    installOption: "--thunderbird",
    identities: [...identities.values()],
  };
}

export async function openPage(path: string, width = 760, height = 720): Promise<void> {
  await chrome.windows.create({ url: chrome.runtime.getURL(path), type: "popup", width, height });
}
