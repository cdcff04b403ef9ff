// SPDX-License-Identifier: MPL-2.0
// In the background: adding, opening and removing mailboxes. What opens them stays in here; a page
// hands it over once, and never gets it back.
import { HostError } from "../../core/error.ts";
import { patternOf, siteOf } from "../../core/site.ts";
import type { Access } from "../access.ts";
import { asHostError } from "../outgoing.ts";
import { Jmap, sessionUrl } from "../providers/jmap.ts";
import type { Fetch, Mailbox } from "../providers/provider.ts";
import type { Setup } from "../setup.ts";
import type { Account, Accounts } from "./accounts.ts";
import { type Key, openMailbox } from "./kinds.ts";

export interface Wish extends Key {
  secret: string;
  remember: boolean;
}

/** `moved`: the mailbox is on another server, which its own names. `needed`: so are its mails. */
export type Added = { id: string } | { moved: string } | { needed: string[] };

export interface Known extends Omit<Account, "origins" | "alone"> {
  /** Both the browser and the host let us, as far as is known. */
  allowed: boolean;
}

/** No cookie of the browser goes along, and it asks nobody for a password. */
export const ownFetch: Fetch = (url, init) =>
  fetch(url, { ...init, credentials: "omit", cache: "no-store", referrerPolicy: "no-referrer" });

const gone = () => new HostError("no-mailbox", "This mailbox was removed");

export class Mailboxes {
  readonly #accounts: Accounts;
  readonly #access: Access;
  readonly #setup: Setup;
  readonly #fetch: Fetch;
  /** What the browser allowed, and no mailbox was added for. */
  readonly #tried = new Set<string>();
  /** Those that were opened, so that what the server said of itself is asked once. */
  readonly #open = new Map<string, { mailbox: Mailbox; secret: string }>();

  constructor(accounts: Accounts, access: Access, setup: Setup, fetch: Fetch = ownFetch) {
    this.#accounts = accounts;
    this.#access = access;
    this.#setup = setup;
    this.#fetch = fetch;
  }

  /** A page begins: what was tried before is given up. */
  async list(): Promise<Known[]> {
    await this.#release([...this.#tried]);
    this.#tried.clear();
    const accounts = await this.#accounts.all();
    return Promise.all(
      accounts.map(async ({ origins: _origins, alone: _alone, ...account }) => ({
        ...account,
        allowed: await this.#access.has(account.site),
      })),
    );
  }

  get(id: string): Promise<Account | null> {
    return this.#accounts.get(id);
  }

  /** The browser was asked about its server; the host is, once the mailbox opened. */
  async add(wish: Wish): Promise<Added> {
    const asked = siteOf(wish.address);
    if (asked === null || !(await this.#access.permitted(asked)))
      throw new HostError("user-declined", "The browser was not allowed to");
    try {
      return await this.#add(wish, asked);
    } catch (thrown) {
      const failure = notThere(refused(thrown));
      // To try once more with another password should not ask once more.
      if (failure.kind === "login-needed" || failure.kind === "offline") this.#tried.add(asked);
      else await this.#release([asked]);
      throw failure;
    }
  }

  async #add({ secret, remember, ...wish }: Wish, asked: string): Promise<Added> {
    const address = wish.kind === "jmap" ? await sessionUrl(wish.address, this.#fetch) : wish.address;
    const site = siteOf(address);
    if (site === null) throw new HostError("no-mailbox", "The server sends on to an address without https");
    if (site !== asked) {
      // A password is for the server that the user named, until the user names another.
      await this.#release([asked]);
      return { moved: address };
    }
    const key: Key = { ...wish, address };
    const mailbox = openMailbox(key, secret, this.#fetch);
    const origins = await placesOf(mailbox, site);
    const permitted = await Promise.all(origins.map((origin) => this.#access.permitted(origin)));
    const needed = origins.filter((_, at) => !permitted[at]);
    if (needed.length > 0) {
      this.#tried.add(asked);
      return { needed };
    }
    const identities = await mailbox.identities();
    const known = await this.#accounts.all();
    const there = await this.#access.has(site);
    if (!there) await this.#setup.allow(site);
    const alone = known.find((one) => one.site === site)?.alone ?? !there;
    // The same mailbox once more: its new password is what was meant.
    const same = known.find((one) => one.address === address && one.user === key.user && one.scheme === key.scheme);
    const id = same?.id ?? crypto.randomUUID();
    await this.#accounts.put({ ...key, id, site, alone, origins, identities, remembered: remember }, secret);
    return { id };
  }

  /** A new password or token, which is tried first. */
  async renew(id: string, secret: string, remember: boolean): Promise<void> {
    const account = await this.#allowed(id);
    try {
      const identities = await openMailbox(account, secret, this.#fetch).identities();
      await this.#accounts.put({ ...account, identities, remembered: remember }, secret);
    } catch (thrown) {
      throw refused(thrown);
    }
  }

  async remove(id: string): Promise<void> {
    const account = await this.#accounts.get(id);
    if (!account) return;
    this.#open.delete(id);
    await this.#accounts.remove(id);
    await this.#release(account.origins);
    const others = (await this.#accounts.all()).filter(({ site }) => site === account.site);
    if (account.alone && others.length === 0) await this.#setup.forget(account.site);
  }

  /** Runs something in a mailbox. */
  async in<V>(id: string, work: (mailbox: Mailbox) => Promise<V>, signal?: AbortSignal): Promise<V> {
    const account = await this.#allowed(id);
    const secret = await this.#accounts.secret(id);
    if (secret === null) throw new HostError("login-needed", "");
    let open = this.#open.get(id);
    if (open?.secret !== secret) {
      open = { secret, mailbox: openMailbox(account, secret, this.#fetch) };
      this.#open.set(id, open);
    }
    try {
      return await work(open.mailbox);
    } catch (thrown) {
      throw refused(asHostError(thrown, signal));
    }
  }

  async #allowed(id: string): Promise<Account> {
    const account = await this.#accounts.get(id);
    if (!account) throw gone();
    if (!(await this.#access.has(account.site)))
      throw new HostError("mailbox-forbidden", "The site was forgotten, or the browser forbids it");
    return account;
  }

  /** Gives back what the browser allowed, as far as nothing else needs it. */
  async #release(origins: readonly string[]): Promise<void> {
    const accounts = await this.#accounts.all();
    const left = [...(await this.#access.sites()), ...accounts.flatMap((account) => account.origins)];
    for (const origin of new Set(origins)) await this.#access.release(origin, left);
  }
}

/** The server's own, and others where it has mails; as the browser is asked about them. */
async function placesOf(mailbox: Mailbox, site: string): Promise<string[]> {
  const places = mailbox instanceof Jmap ? await mailbox.places() : [];
  const patterns = new Map([...places, site].map((origin) => [patternOf(origin), origin]));
  return [...patterns.values()];
}

/** What is not found while a mailbox is added is the mailbox. */
const notThere = (failure: HostError): HostError =>
  failure.kind === "message-gone" ? new HostError("no-mailbox", failure.message) : failure;

/** There is no webmail to log in to: what is wanted is another password or token. */
function refused(thrown: unknown): HostError {
  const failure = asHostError(thrown);
  if (failure.kind !== "session-expired") return failure;
  return new HostError("login-needed", failure.message || "The server refused it");
}
