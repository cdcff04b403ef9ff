// SPDX-License-Identifier: MPL-2.0
// Drafts that outlive a window, a crash and a session of the webmail: in this browser, encrypted
// by the host to their writer. Nothing of them is stored in clear, or on any server; and one that
// is being written in another window is not offered.
import { protectMessage } from "../../core/actions/message-protect.ts";
import { readMessage } from "../../core/actions/message-read.ts";
import { HostError } from "../../core/error.ts";
import { fileEntity, whole } from "../../core/mime/entity.ts";
import { parseMail } from "../../core/mime/parsed.ts";
import type { Pages } from "../../core/relay.ts";
import type { Draft } from "./draft.ts";

/** As it is stored: who wrote it and when is all that can be seen. */
export interface Stored {
  id: string;
  site: string;
  from: string;
  saved: number;
  /** It was on its way when this was written: it may have been sent. */
  sending?: number;
  sealed: Blob;
}

interface StoredFile {
  id: string;
  draft: string;
  sealed: Blob;
}

const NAME = "drafts";
const lockOf = (id: string) => `draft-${id}`;

function asked<V>(request: IDBRequest<V>): Promise<V> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

function committed(transaction: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = transaction.onerror = () => reject(transaction.error);
  });
}

export class Vault {
  readonly #host: Pages;
  #database: Promise<IDBDatabase> | null = null;

  constructor(host: Pages) {
    this.#host = host;
  }

  /** Until the window closes, or the browser ends in whatever way. False: another has it. */
  async hold(id: string): Promise<boolean> {
    return new Promise((resolve) => {
      void navigator.locks.request(lockOf(id), { ifAvailable: true }, (lock) => {
        resolve(lock !== null);
        return lock === null ? undefined : new Promise<never>(() => undefined);
      });
    });
  }

  async save(id: string, site: string, draft: Draft, sending = false): Promise<void> {
    const content = new Blob([JSON.stringify(draft)]);
    const sealed = await this.#seal(draft.from, content);
    const now = Date.now();
    const stored: Stored = {
      id,
      site,
      from: draft.from,
      saved: now,
      ...(sending && { sending: now }),
      sealed,
    };
    const kept = new Set(draft.files.map((file) => file.id));
    const database = await this.#open();
    const transaction = database.transaction(["drafts", "files"], "readwrite");
    transaction.objectStore("drafts").put(stored);
    const files = transaction.objectStore("files");
    for (const key of await asked(files.index("draft").getAllKeys(id)))
      if (!kept.has(String(key))) files.delete(key);
    await committed(transaction);
  }

  /** Once for each: a text changes often, a file never. */
  async saveFile(draft: string, from: string, id: string, content: Blob, signal: AbortSignal): Promise<void> {
    const sealed = await this.#seal(from, content, signal);
    const database = await this.#open();
    const transaction = database.transaction("files", "readwrite");
    transaction.objectStore("files").put({ id, draft, sealed } satisfies StoredFile);
    await committed(transaction);
  }

  async get(id: string): Promise<Stored | undefined> {
    const database = await this.#open();
    return asked(database.transaction("drafts").objectStore("drafts").get(id));
  }

  /** Others of this site, that nobody is writing; newest first. */
  async list(site: string, but: string): Promise<Stored[]> {
    const database = await this.#open();
    const all: Stored[] = await asked(
      database.transaction("drafts").objectStore("drafts").index("site").getAll(site),
    );
    const { held = [] } = await navigator.locks.query();
    const taken = new Set(held.map(({ name }) => name));
    return all
      .filter(({ id }) => id !== but && !taken.has(lockOf(id)))
      .sort((a, b) => b.saved - a.saved);
  }

  async open({ sealed }: Stored): Promise<Draft> {
    return JSON.parse(await (await this.#unseal(sealed)).text());
  }

  async openFile(id: string, signal?: AbortSignal): Promise<Blob | null> {
    const database = await this.#open();
    const stored: StoredFile | undefined = await asked(
      database.transaction("files").objectStore("files").get(id),
    );
    return stored ? this.#unseal(stored.sealed, signal) : null;
  }

  async discard(id: string): Promise<void> {
    const database = await this.#open();
    const transaction = database.transaction(["drafts", "files"], "readwrite");
    transaction.objectStore("drafts").delete(id);
    const files = transaction.objectStore("files");
    for (const key of await asked(files.index("draft").getAllKeys(id))) files.delete(key);
    await committed(transaction);
  }

  async #seal(from: string, content: Blob, signal?: AbortSignal): Promise<Blob> {
    const entity = whole("", fileEntity({ content, name: "draft", type: "" }));
    const { message } = await protectMessage(this.#host, entity.bytes(), {
      kind: "entity",
      encrypt: { recipients: [from] },
      size: entity.size,
      ...(signal && { signal }),
    });
    return message;
  }

  async #unseal(sealed: Blob, signal?: AbortSignal): Promise<Blob> {
    const { content } = await readMessage(this.#host, sealed, {
      kind: "entity",
      ...(signal && { signal }),
    });
    const { attachments } = await parseMail(content);
    const [file] = attachments;
    if (!file) throw new HostError("malformed-message", "The draft is damaged");
    return file.content;
  }

  #open(): Promise<IDBDatabase> {
    this.#database ??= new Promise((resolve, reject) => {
      const request = indexedDB.open(NAME, 1);
      request.onupgradeneeded = () => {
        const { result } = request;
        result.createObjectStore("drafts", { keyPath: "id" }).createIndex("site", "site");
        result.createObjectStore("files", { keyPath: "id" }).createIndex("draft", "draft");
      };
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
    this.#database.catch(() => {
      this.#database = null;
    });
    return this.#database;
  }
}
