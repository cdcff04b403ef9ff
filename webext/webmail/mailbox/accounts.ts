// SPDX-License-Identifier: MPL-2.0
// The mailboxes that the user added, and what opens them. A password or token is kept until the
// browser ends, or for good where the user said so.
import type { Identity } from "../../core/relay.ts";
import { siteOf } from "../../core/site.ts";
import type { Storage } from "../../core/settings.ts";
import { Turns } from "../../core/turns.ts";
import { isKind, type Key } from "./kinds.ts";

export interface Account extends Key {
  id: string;
  /** What the host allowed it for. */
  site: string;
  /** The site was set up for mailboxes alone. */
  alone: boolean;
  /** All that the browser allowed for it. */
  origins: string[];
  identities: Identity[];
  /** What opens it is kept when the browser ends. */
  remembered: boolean;
}

const KEY = "mailboxes";
const secretKey = (id: string) => `secret-${id}`;

const isAccount = (value: any): value is Account =>
  typeof value?.id === "string" &&
  isKind(value.kind) &&
  siteOf(String(value.address)) !== null &&
  siteOf(String(value.site)) === value.site &&
  Array.isArray(value.origins) &&
  Array.isArray(value.identities);

export class Accounts {
  readonly #listed: Storage;
  readonly #session: Storage;
  readonly #durable: Storage;
  readonly #turns = new Turns();

  /** `session` ends with the browser; no web page's process can look into `durable`. */
  constructor(listed: Storage, session: Storage, durable: Storage) {
    this.#listed = listed;
    this.#session = session;
    this.#durable = durable;
  }

  async all(): Promise<Account[]> {
    const stored = (await this.#listed.get(KEY))[KEY];
    return Array.isArray(stored) ? stored.filter(isAccount) : [];
  }

  async get(id: string): Promise<Account | null> {
    return (await this.all()).find((account) => account.id === id) ?? null;
  }

  /** Adds it, or changes it. */
  async put(account: Account, secret: string): Promise<void> {
    await this.#keep(account.id, secret, account.remembered);
    await this.#change((all) => [...all.filter(({ id }) => id !== account.id), account]);
  }

  async remove(id: string): Promise<void> {
    await this.#keep(id, null, false);
    await this.#change((all) => all.filter((account) => account.id !== id));
  }

  async secret(id: string): Promise<string | null> {
    for (const storage of [this.#session, this.#durable]) {
      const secret = (await storage.get(secretKey(id)))[secretKey(id)];
      if (typeof secret === "string") return secret;
    }
    return null;
  }

  async #keep(id: string, secret: string | null, remember: boolean): Promise<void> {
    await this.#session.set({ [secretKey(id)]: secret });
    await this.#durable.set({ [secretKey(id)]: remember ? secret : null });
  }

  /** One after the other: each goes by what the one before left. */
  #change(change: (all: Account[]) => Account[]): Promise<void> {
    return this.#turns.next(async () => {
      await this.#listed.set({ [KEY]: change(await this.all()) });
    });
  }
}
