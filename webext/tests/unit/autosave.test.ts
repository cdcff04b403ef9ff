// SPDX-License-Identifier: MPL-2.0
// When what is written is kept, and what waits for what: a vault that takes its time stands for the
// real one.
import assert from "node:assert/strict";
import { test } from "node:test";
import { HostError } from "../../core/error.ts";
import { type Draft, type DraftFile, emptyDraft } from "../../webmail/editor/draft.ts";
import type { Vault } from "../../webmail/editor/vault.ts";

class Element {
  className = "";
  textContent = "";
  readonly classList = { contains: (name: string) => this.className.split(" ").includes(name) };
  setAttribute() {}
  replaceChildren() {}
}
Object.assign(globalThis, {
  Node: Element,
  document: { createElement: () => new Element() },
  chrome: { i18n: { getMessage: (key: string) => (key === "language" ? "en" : key) } },
});
const { Autosave } = await import("../../webmail/editor/autosave.ts");

const settled = () => new Promise((resolve) => setImmediate(resolve));

class SlowVault {
  readonly log: string[] = [];
  failure: HostError | null = null;
  #release = () => {};

  async save(_id: string, _site: string, _draft: Draft, sending: boolean) {
    if (this.failure) throw this.failure;
    this.log.push(sending ? "text, sending" : "text");
  }

  async saveFile(_draft: string, _from: string, id: string, _content: Blob, signal: AbortSignal) {
    this.log.push(`file ${id}`);
    await new Promise<void>((resolve, reject) => {
      this.#release = resolve;
      signal.addEventListener("abort", () => reject(new HostError("cancelled", "It was cancelled")));
    });
    this.log.push(`stored ${id}`);
  }

  async discard() {
    this.log.push("discarded");
  }

  async release() {
    this.#release();
    await settled();
  }
}

function writing() {
  const vault = new SlowVault();
  const draft = emptyDraft("alice@example.org");
  const autosave = new Autosave(vault as unknown as Vault, "1", "https://x", () => draft);
  const add = (id: string) => {
    const file: DraftFile = { id, name: id, type: "", size: 3 };
    draft.files.push(file);
    autosave.fileAdded(file, new Blob(["abc"]));
  };
  return { vault, draft, autosave, add };
}

test("a file that is being stored does not hold up the mail", async () => {
  const { vault, autosave, add } = writing();
  add("large");
  await autosave.now();
  await settled();
  assert.deepEqual(vault.log, ["text", "file large"]);
  assert.equal(autosave.element.textContent, "edSavingFiles");
  assert.ok(autosave.isDirty, "closing the window now would lose it");
  await autosave.now(true);
  await settled();
  assert.deepEqual(vault.log, ["text", "file large", "text, sending"]);
  await autosave.discard();
  assert.equal(vault.log.at(-1), "discarded");
  assert.ok(!autosave.isDirty);
});

test("a mail that could not be sent keeps its files after all", async () => {
  const { vault, autosave, add } = writing();
  add("one");
  add("two");
  await autosave.now();
  await settled();
  await autosave.now(true);
  await autosave.now();
  await settled();
  assert.deepEqual(vault.log, ["text", "file one", "text, sending", "text", "file one"]);
  await vault.release();
  await vault.release();
  assert.deepEqual(vault.log.slice(5), ["stored one", "file two", "stored two"]);
  assert.equal(autosave.element.textContent, "edSaved");
  assert.ok(!autosave.isDirty);
});

test("a file that comes while another is stored is stored, too, and a text at once", async () => {
  const { vault, autosave, add, draft } = writing();
  add("one");
  await autosave.now();
  await settled();
  add("two");
  draft.text = "more";
  await autosave.now();
  assert.deepEqual(vault.log, ["text", "file one", "text"]);
  await vault.release();
  await vault.release();
  assert.deepEqual(vault.log.slice(3), ["stored one", "file two", "stored two"]);
  assert.ok(!autosave.isDirty);
});

test("a file that was taken away again is not stored", async () => {
  const { vault, autosave, add, draft } = writing();
  add("one");
  draft.files.length = 0;
  await autosave.now();
  await settled();
  assert.deepEqual(vault.log, ["text"]);
  assert.ok(!autosave.isDirty);
});

test("what cannot be kept is said, and tried again", async () => {
  const { vault, autosave, add } = writing();
  add("one");
  vault.failure = new HostError("certificate-not-found", "");
  await autosave.now();
  assert.equal(autosave.element.textContent, "edNotSavedNoKey");
  assert.ok(autosave.isDirty);
  vault.failure = null;
  await autosave.now();
  await settled();
  await vault.release();
  assert.equal(autosave.element.textContent, "edSaved");
  assert.deepEqual(vault.log, ["text", "file one", "stored one"]);
});
