// SPDX-License-Identifier: MPL-2.0
// Setting up a site: the browser asks the user, in the popup of the toolbar's button, then the
// host does, in a window of its own. The popup closes while the browser asks, so what was begun
// there is finished here.
import { allowOrigin } from "../core/actions/origin-allow.ts";
import { forgetOrigin } from "../core/actions/origin-forget.ts";
import type { HostClient } from "../core/client.ts";
import { HostError, type WireError } from "../core/error.ts";
import type { Storage } from "../core/settings.ts";
import { BEGUN, patternOf } from "../core/site.ts";
import type { Access } from "./access.ts";

/** A question of the browser that is older was not answered. */
const PATIENCE = 10 * 60_000;
const failedKey = (site: string) => `failed-${site}`;

export class Setup {
  readonly #host: HostClient;
  readonly #access: Access;
  /** Ends with the browser. */
  readonly #storage: Storage;
  readonly #asking = new Map<string, Promise<void>>();

  constructor(host: HostClient, access: Access, storage: Storage) {
    this.#host = host;
    this.#access = access;
    this.#storage = storage;
  }

  /** The browser said yes to these: was one of them begun here? */
  async granted(origins: readonly string[]): Promise<void> {
    const begun: any = (await this.#storage.get(BEGUN))[BEGUN];
    if (typeof begun?.site !== "string" || Date.now() - begun.at > PATIENCE) return;
    if (!origins.includes(patternOf(begun.site))) return;
    await this.allow(begun.site).catch(() => undefined);
  }

  /** Asks the host, once however many wait for it. */
  allow(site: string): Promise<void> {
    const current = this.#asking.get(site);
    if (current) return current;
    const asking = this.#allow(site).finally(() => this.#asking.delete(site));
    this.#asking.set(site, asking);
    return asking;
  }

  isAsking(site: string): boolean {
    return this.#asking.has(site);
  }

  /** Why it did not work the last time. */
  async failure(site: string): Promise<WireError | null> {
    return ((await this.#storage.get(failedKey(site)))[failedKey(site)] as WireError) ?? null;
  }

  async forget(site: string): Promise<void> {
    await this.#access.remove(site);
    await this.#failed(site, null);
    await forgetOrigin(this.#host, site);
  }

  async #allow(site: string): Promise<void> {
    await this.#storage.set({ [BEGUN]: null });
    try {
      if (!(await this.#access.permitted(site)))
        throw new HostError("user-declined", "The browser was not allowed to");
      await allowOrigin(this.#host, site);
    } catch (thrown) {
      const failure = HostError.of(thrown);
      await this.#failed(site, failure.toWire());
      if (!(await this.#access.sites()).includes(site)) await this.#access.release(site);
      throw failure;
    }
    await this.#failed(site, null);
    await this.#access.add(site);
  }

  #failed(site: string, failure: WireError | null): Promise<void> {
    return this.#storage.set({ [failedKey(site)]: failure });
  }
}
