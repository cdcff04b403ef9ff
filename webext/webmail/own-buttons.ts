// SPDX-License-Identifier: MPL-2.0
// Whether the webmail's own buttons for writing and answering lead to the editor: as the user chose
// for each site.
import type { Storage } from "../core/settings.ts";

export const OWN_BUTTONS = "ownButtons";

async function sites(storage: Storage): Promise<string[]> {
  const stored = (await storage.get(OWN_BUTTONS))[OWN_BUTTONS];
  return Array.isArray(stored) ? stored.filter((each) => typeof each === "string") : [];
}

export async function takesOver(storage: Storage, site: string): Promise<boolean> {
  return (await sites(storage)).includes(site);
}

export async function takeOver(storage: Storage, site: string, on: boolean): Promise<void> {
  const others = (await sites(storage)).filter((each) => each !== site);
  await storage.set({ [OWN_BUTTONS]: on ? [...others, site] : others });
}
