// SPDX-License-Identifier: MPL-2.0
// From which addresses mail was protected already. There a host that is gone is a failure, which
// holds mail up; elsewhere it may never have been set up, and mail goes on as it did without.
import type { Storage } from "../core/settings.ts";

const KEY = "ready";

async function addresses(storage: Storage): Promise<string[]> {
  const stored = (await storage.get(KEY))[KEY];
  return Array.isArray(stored) ? stored.filter((each) => typeof each === "string") : [];
}

export async function isReady(storage: Storage, address: string): Promise<boolean> {
  return (await addresses(storage)).includes(address.toLowerCase());
}

export async function setReady(storage: Storage, address: string): Promise<void> {
  const known = await addresses(storage);
  const key = address.toLowerCase();
  if (!known.includes(key)) await storage.set({ [KEY]: [...known, key] });
}
