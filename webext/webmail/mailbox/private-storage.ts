// SPDX-License-Identifier: MPL-2.0
// What is kept on disk and belongs to the extension's own pages alone: `chrome.storage.local` is
// open to content scripts, whose process is that of a web page.
import type { Storage } from "../../core/settings.ts";

const STORE = "values";

export class PrivateStorage implements Storage {
  readonly #name: string;

  constructor(name: string) {
    this.#name = name;
  }

  async get(key: string): Promise<Record<string, unknown>> {
    const value = await this.#in("readonly", (store) => store.get(key));
    return value === undefined ? {} : { [key]: value };
  }

  async set(values: Record<string, unknown>): Promise<void> {
    for (const [key, value] of Object.entries(values))
      await this.#in("readwrite", (store) => (value === null ? store.delete(key) : store.put(value, key)));
  }

  async #in(mode: IDBTransactionMode, work: (store: IDBObjectStore) => IDBRequest): Promise<unknown> {
    const database = await this.#open();
    try {
      return await new Promise((resolve, reject) => {
        const transaction = database.transaction(STORE, mode);
        const request = work(transaction.objectStore(STORE));
        transaction.oncomplete = () => resolve(request.result);
        transaction.onabort = transaction.onerror = () => reject(transaction.error);
      });
    } finally {
      database.close();
    }
  }

  #open(): Promise<IDBDatabase> {
    return new Promise((resolve, reject) => {
      const request = indexedDB.open(this.#name, 1);
      request.onupgradeneeded = () => request.result.createObjectStore(STORE);
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
  }
}
