// SPDX-License-Identifier: MPL-2.0
import assert from "node:assert/strict";
import { test } from "node:test";
import { changeSettings, loadSettings, sendingFor, settingsOf } from "../../core/settings.ts";

const fingerprint = "ab".repeat(32);

test("without anything stored there are defaults", () => {
  const settings = settingsOf(undefined);
  assert.deepEqual(settings, { form: "detached", identities: {} });
  assert.deepEqual(sendingFor(settings, "a@x"), { sign: true, encrypt: "possible" });
});

test("what is not understood does not count", () => {
  for (const odd of [null, 7, "x", [], { form: "nonsense", cipher: "rot13", identities: 3 }])
    assert.deepEqual(settingsOf(odd), { form: "detached", identities: {} });
  const settings = settingsOf({
    identities: { "A@X": { sign: "yes", encrypt: "always", certificate: "not one" } },
  });
  assert.deepEqual(settings.identities, { "a@x": { sign: true, encrypt: "always" } });
});

test("names that objects have by themselves are no identities", () => {
  assert.deepEqual(sendingFor(settingsOf({}), "constructor"), { sign: true, encrypt: "possible" });
});

function storageOf() {
  let kept: Record<string, unknown> = {};
  return {
    get: async () => structuredClone(kept),
    set: async (values: Record<string, unknown>) => void (kept = structuredClone(values)),
  };
}

test("of two changes at once none is lost", async () => {
  const storage = storageOf();
  const refused = changeSettings(storage, () => {
    throw new Error("refused");
  });
  await Promise.all([
    assert.rejects(refused),
    changeSettings(storage, (settings) => void (settings.form = "opaque")),
    changeSettings(storage, (settings) => void (settings.cipher = "aes-256-gcm")),
  ]);
  const { form, cipher } = await loadSettings(storage);
  assert.deepEqual([form, cipher], ["opaque", "aes-256-gcm"]);
});

test("a change is kept", async () => {
  const storage = storageOf();
  await changeSettings(storage, (settings) => {
    settings.cipher = "aes-256-gcm";
    settings.identities["a@x"] = { sign: false, encrypt: "never", certificate: fingerprint };
  });
  assert.deepEqual(await loadSettings(storage), {
    form: "detached",
    cipher: "aes-256-gcm",
    identities: { "a@x": { sign: false, encrypt: "never", certificate: fingerprint } },
  });
});
