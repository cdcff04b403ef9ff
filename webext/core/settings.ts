// SPDX-License-Identifier: MPL-2.0
// What the user chose, in the extension's own storage. What concerns keys and servers is the
// host's, and not kept here.
import { Turns } from "./turns.ts";

export const encryptWishes = ["never", "possible", "always"] as const;
export const forms = ["detached", "opaque"] as const;
export const ciphers = ["aes-256-gcm", "aes-128-gcm", "aes-256-cbc", "aes-128-cbc"] as const;

export type EncryptWish = (typeof encryptWishes)[number];

/** How mail from one address is protected unless its writer says otherwise. */
export interface Sending {
  sign: boolean;
  /** `possible`: where every recipient has a certificate. */
  encrypt: EncryptWish;
  /** Fingerprint; absent: the host chooses by the address. */
  certificate?: string;
}

export interface Settings {
  form: (typeof forms)[number];
  /** Absent: the host's default. */
  cipher?: (typeof ciphers)[number];
  /** By address, in lower case. */
  identities: Record<string, Sending>;
}

export const defaultSending: Readonly<Sending> = { sign: true, encrypt: "possible" };

/** As much of `chrome.storage.local` as is used. */
export interface Storage {
  get(key: string): Promise<Record<string, unknown>>;
  set(values: Record<string, unknown>): Promise<void>;
}

const KEY = "settings";
const FINGERPRINT = /^[0-9a-f]{64}$/;

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function oneOf<V extends string>(values: readonly V[], value: unknown): V | undefined {
  return values.find((known) => known === value);
}

function sendingOf(stored: unknown): Sending {
  const given = isObject(stored) ? stored : {};
  const sending: Sending = {
    sign: typeof given["sign"] === "boolean" ? given["sign"] : defaultSending.sign,
    encrypt: oneOf(encryptWishes, given["encrypt"]) ?? defaultSending.encrypt,
  };
  const certificate = given["certificate"];
  if (typeof certificate === "string" && FINGERPRINT.test(certificate))
    sending.certificate = certificate;
  return sending;
}

/** What was stored by another version, or by hand, counts as far as it is understood. */
export function settingsOf(stored: unknown): Settings {
  const given = isObject(stored) ? stored : {};
  const identities = isObject(given["identities"]) ? given["identities"] : {};
  const settings: Settings = {
    form: oneOf(forms, given["form"]) ?? "detached",
    identities: Object.fromEntries(
      Object.entries(identities).map(([address, value]) => [
        address.toLowerCase(),
        sendingOf(value),
      ]),
    ),
  };
  const cipher = oneOf(ciphers, given["cipher"]);
  if (cipher) settings.cipher = cipher;
  return settings;
}

export function sendingFor(settings: Settings, address: string): Sending {
  const key = address.toLowerCase();
  return Object.hasOwn(settings.identities, key)
    ? (settings.identities[key] as Sending)
    : { ...defaultSending };
}

export async function loadSettings(storage: Storage): Promise<Settings> {
  return settingsOf((await storage.get(KEY))[KEY]);
}

const turns = new Turns();

/** One after the other, so that no change is lost in another. */
export function changeSettings(
  storage: Storage,
  change: (settings: Settings) => void,
): Promise<Settings> {
  return turns.next(async () => {
    const settings = await loadSettings(storage);
    change(settings);
    await storage.set({ [KEY]: settings });
    return settings;
  });
}
