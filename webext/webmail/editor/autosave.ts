// SPDX-License-Identifier: MPL-2.0
// Keeps what is written, a little after it was: and says when it was, or that it is not kept.
import { HostError } from "../../core/error.ts";
import { h } from "../../pages/dom.ts";
import { t } from "../../pages/text.ts";
import type { Draft, DraftFile } from "./draft.ts";
import type { Vault } from "./vault.ts";
import { say } from "./words.ts";

const PAUSE = 1_500;
/** Whoever writes without a pause is saved as well. */
const LONGEST = 10_000;

export class Autosave {
  readonly element = h("p", { class: "save-state", role: "status" });
  readonly #vault: Vault;
  readonly #id: string;
  readonly #site: string;
  readonly #draft: () => Draft | null;
  /** Files that are not stored yet, and how often it was tried. */
  readonly #files = new Map<string, Blob>();
  readonly #abort = new AbortController();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #since = 0;
  #dirty = false;
  #saving = false;
  #over = false;
  #work: Promise<void> = Promise.resolve();

  /** `draft`: null while there is nothing to keep. */
  constructor(vault: Vault, id: string, site: string, draft: () => Draft | null) {
    this.#vault = vault;
    this.#id = id;
    this.#site = site;
    this.#draft = draft;
  }

  /** Something would be lost if the window closed now. */
  get isDirty(): boolean {
    return (this.#dirty || this.#saving) && this.#draft() !== null;
  }

  changed(): void {
    if (this.#over) return;
    const now = Date.now();
    if (!this.#dirty) this.#since = now;
    this.#dirty = true;
    if (!this.element.classList.contains("warn")) this.element.textContent = "";
    clearTimeout(this.#timer);
    const wait = Math.max(0, Math.min(PAUSE, this.#since + LONGEST - now));
    this.#timer = setTimeout(() => void this.now(), wait);
  }

  fileAdded({ id }: DraftFile, content: Blob): void {
    this.#files.set(id, content);
    this.changed();
  }

  /** One after the other. `sending`: it is about to leave. */
  now(sending = false): Promise<void> {
    clearTimeout(this.#timer);
    this.#work = this.#work.then(() => this.#save(sending));
    return this.#work;
  }

  /** It was sent, or thrown away. */
  async discard(): Promise<void> {
    this.#over = true;
    this.#dirty = false;
    clearTimeout(this.#timer);
    this.#abort.abort();
    await this.#work;
    await this.#vault.discard(this.#id);
    this.element.textContent = "";
  }

  async #save(sending: boolean): Promise<void> {
    const draft = this.#over ? null : this.#draft();
    if (!draft) return;
    this.#dirty = false;
    this.#saving = true;
    try {
      await this.#vault.save(this.#id, this.#site, draft, sending);
      await this.#saveFiles(draft);
      // What came meanwhile is kept the next time.
      if (this.#over || this.#dirty) return;
      const time = new Intl.DateTimeFormat(t("language"), { timeStyle: "short" }).format(new Date());
      this.element.className = "save-state";
      this.element.textContent = say("edSaved", time);
    } catch (thrown) {
      if (this.#over) return;
      this.#dirty = true;
      const { kind } = HostError.of(thrown);
      const noKey = kind === "certificate-not-found" || kind === "certificate-unusable";
      this.element.className = "save-state warn";
      this.element.textContent = say(noKey ? "edNotSavedNoKey" : "edNotSaved", draft.from);
    } finally {
      this.#saving = false;
    }
  }

  async #saveFiles({ from, files }: Draft): Promise<void> {
    const wanted = new Set(files.map(({ id }) => id));
    for (const [id, content] of [...this.#files]) {
      if (wanted.has(id)) {
        this.element.textContent = say("edSavingFiles");
        await this.#vault.saveFile(this.#id, from, id, content, this.#abort.signal);
      }
      this.#files.delete(id);
    }
  }
}
