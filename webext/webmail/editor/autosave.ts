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
  /** Files that are not stored yet. */
  readonly #files = new Map<string, Blob>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #since = 0;
  #dirty = false;
  #saving = false;
  #over = false;
  /** The mail is on its way: no file is begun to be stored. */
  #sending = false;
  #texts: Promise<void> = Promise.resolve();
  #contents: Promise<void> = Promise.resolve();
  /** Ends the file that is being stored. */
  #storing = new AbortController();

  /** `draft`: null while there is nothing to keep. */
  constructor(vault: Vault, id: string, site: string, draft: () => Draft | null) {
    this.#vault = vault;
    this.#id = id;
    this.#site = site;
    this.#draft = draft;
  }

  /** Something would be lost if the window closed now. */
  get isDirty(): boolean {
    if (this.#over || this.#draft() === null) return false;
    return this.#dirty || this.#saving || this.#files.size > 0;
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

  /** Until the text is kept; the files are after it, and take as long as they take. `sending`: it is
   * about to leave, which they do not hold up. */
  now(sending = false): Promise<void> {
    clearTimeout(this.#timer);
    this.#sending = sending;
    if (sending) this.#storing.abort();
    this.#texts = this.#texts.then(() => this.#save(sending));
    return this.#texts;
  }

  /** It was sent, or thrown away. */
  async discard(): Promise<void> {
    this.#over = true;
    clearTimeout(this.#timer);
    this.#storing.abort();
    await this.#texts;
    await this.#contents;
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
    } catch (thrown) {
      this.#dirty = true;
      this.#failed(draft, thrown);
      return;
    } finally {
      this.#saving = false;
    }
    this.#tell();
    this.#contents = this.#contents.then(() => this.#store());
  }

  /** The files, one after the other: also those that come meanwhile. */
  async #store(): Promise<void> {
    this.#storing = new AbortController();
    const { signal } = this.#storing;
    for (const [id, content] of this.#files) {
      const draft = this.#over || this.#sending ? null : this.#draft();
      if (!draft) return;
      try {
        if (draft.files.some((file) => file.id === id))
          await this.#vault.saveFile(this.#id, draft.from, id, content, signal);
      } catch (thrown) {
        if (!signal.aborted) this.#failed(draft, thrown);
        return;
      }
      this.#files.delete(id);
    }
    this.#tell();
  }

  #tell(): void {
    // What came meanwhile is kept the next time.
    if (this.#over || this.#dirty) return;
    const time = new Intl.DateTimeFormat(t("language"), { timeStyle: "short" }).format(new Date());
    this.element.className = "save-state";
    this.element.textContent = this.#files.size > 0 ? say("edSavingFiles") : say("edSaved", time);
  }

  #failed({ from }: Draft, thrown: unknown): void {
    if (this.#over) return;
    const { kind } = HostError.of(thrown);
    const noKey = kind === "certificate-not-found" || kind === "certificate-unusable";
    this.element.className = "save-state warn";
    this.element.textContent = say(noKey ? "edNotSavedNoKey" : "edNotSaved", from);
  }
}
