// SPDX-License-Identifier: MPL-2.0
// What somebody wants below each mail, for each address.
import type { Storage } from "../../core/settings.ts";

const KEY = "signatures";
const LENGTH = 4_000;

async function all(storage: Storage): Promise<Record<string, unknown>> {
  const stored = (await storage.get(KEY))[KEY];
  return typeof stored === "object" && stored !== null ? { ...stored } : {};
}

export async function signatureFor(storage: Storage, address: string): Promise<string> {
  const signatures = await all(storage);
  const key = address.toLowerCase();
  const signature = Object.hasOwn(signatures, key) ? signatures[key] : "";
  return typeof signature === "string" ? signature : "";
}

export async function keepSignature(storage: Storage, address: string, text: string): Promise<void> {
  const kept = { ...(await all(storage)), [address.toLowerCase()]: text.slice(0, LENGTH).trimEnd() };
  await storage.set({ [KEY]: kept });
}
