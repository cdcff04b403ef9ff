// SPDX-License-Identifier: MPL-2.0
// The one port to the host. What was done on a page may matter to mails that are open.
import { HostClient } from "../core/client.ts";
import { changesCertificates } from "../core/recipients.ts";

export interface Watcher {
  /** The certificates were locked: nothing that was decrypted may be kept. */
  locked(): Promise<void>;
  /** Other certificates can be used than before. */
  changed(): Promise<void>;
}

export class WatchedHost extends HostClient {
  readonly #watcher: Watcher;

  constructor(watcher: Watcher) {
    super({
      connect: () => chrome.runtime.connectNative("nssmime"),
      client: { name: "thunderbird", version: chrome.runtime.getManifest().version },
    });
    this.#watcher = watcher;
  }

  override async call(...args: Parameters<HostClient["call"]>): Promise<any> {
    const result = await super.call(...args);
    const [method] = args;
    if (method === "database.lock" || method === "database.use") await this.#watcher.locked();
    if (changesCertificates(method)) await this.#watcher.changed();
    return result;
  }
}
