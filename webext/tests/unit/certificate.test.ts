// SPDX-License-Identifier: MPL-2.0
// Names and states of certificates, as people see them.
import assert from "node:assert/strict";
import { test } from "node:test";
import { importCertificates } from "../../core/actions/certificate-import.ts";
import { requestCertificate, subjectOf } from "../../core/actions/certificate-request.ts";
import { encode } from "../../core/base64.ts";
import type { Host } from "../../core/client.ts";
import { HostError } from "../../core/error.ts";
import type { Certificate, Reason } from "../../core/wire.ts";
import { stateOf } from "../../pages/certificate-state.ts";
import { fileStem, parseName, shortName } from "../../pages/name.ts";
import { databaseLabel } from "../../pages/database-choice.ts";
import { read } from "../support/root.ts";
import { useTexts } from "../support/texts.ts";

const now = Date.parse("2026-06-01T12:00:00Z");
const use = (...reasons: Reason[]) => ({ usable: reasons.length === 0, reasons });

const plain: Certificate = {
  fingerprint: "ab".repeat(32),
  subject: "CN=Alice,O=Example",
  issuer: "CN=Root",
  serial: "01",
  addresses: ["alice@example.org"],
  notBefore: "2026-01-01T00:00:00Z",
  notAfter: "2028-01-01T00:00:00Z",
  key: { type: "rsa", bits: 2048 },
  usages: ["sign", "encrypt"],
  own: true,
  token: "NSS Certificate DB",
  trust: "inherited",
  status: { sign: use(), encrypt: use() },
};

test("names are read with their escapes", () => {
  assert.deepEqual(parseName("CN=M\\C3\\BCller\\, Hans,O=A \\+ B,C=DE"), [
    { type: "CN", value: "Müller, Hans" },
    { type: "O", value: "A + B" },
    { type: "C", value: "DE" },
  ]);
  assert.equal(shortName('CN="Doe, John",O=X'), "Doe, John");
  assert.equal(shortName("O=Example,C=DE"), "Example");
  assert.equal(shortName("nonsense"), "nonsense");
  assert.equal(shortName(null), "");
});

test("a name for a request is written so that it is read back", () => {
  const name = ' #Hans "H", A+B; <x> \\ ';
  const subject = subjectOf({ name, organisation: "Ä & Co, KG" });
  assert.deepEqual(parseName(subject), [
    { type: "CN", value: name.trim() },
    { type: "O", value: "Ä & Co, KG" },
  ]);
  assert.equal(subjectOf({ name: "Alice", organisation: " " }), "CN=Alice");
});

test("files get names that every system takes", () => {
  assert.equal(fileStem(plain), "alice@example.org");
  assert.equal(fileStem({ ...plain, addresses: ["../../x/y:z@a b"] }), "x_y_z@a_b");
  assert.equal(fileStem({ ...plain, addresses: [], subject: "CN=..." }), "certificate");
});

test("a state says the worst in few words", () => {
  useTexts("en");
  const state = (change: Partial<Certificate>) => stateOf({ ...plain, ...change }, now);
  assert.deepEqual(state({}), { level: "ok", text: "Valid until January 1, 2028" });
  assert.equal(state({ notAfter: "2026-06-11T13:00:00Z" }).text, "Expires in 10 days");
  assert.equal(state({ notAfter: "2026-06-02T13:00:00Z" }).text, "Expires tomorrow");
  assert.equal(state({ notAfter: "2026-06-01T13:00:00Z" }).text, "Expires today");
  assert.equal(state({ notAfter: "2026-06-01T11:00:00Z" }).level, "bad");
  assert.equal(state({ notBefore: "2027-01-01T00:00:00Z" }).level, "bad");
  const both = (...reasons: Reason[]) => ({
    status: { sign: use(...reasons), encrypt: use(...reasons) },
  });
  assert.deepEqual(state(both("revoked")), { level: "bad", text: "Revoked" });
  assert.equal(state(both("issuer-unknown")).text, "Issuer unknown");
  assert.equal(state(both("expired")).text, "The certificate had expired.");
  const odd = { status: { sign: use("weak-key"), encrypt: use("usage-not-permitted") } };
  assert.equal(state(odd).level, "bad");
  const half = { status: { sign: use(), encrypt: use("usage-not-permitted") } };
  assert.match(state(half).text, /for signing only$/);
  assert.equal(state(half).level, "ok");
});

test("an authority's state is its trust", () => {
  useTexts("de");
  const root = { ...plain, own: false, usages: ["authority" as const], issuer: plain.subject };
  assert.equal(stateOf({ ...root, trust: "trusted" }, now).level, "ok");
  assert.equal(stateOf({ ...root, trust: "untrusted" }, now).level, "bad");
  assert.equal(stateOf({ ...root, trust: "inherited" }, now).text, "Nicht vertraut");
  assert.equal(stateOf({ ...root, issuer: "CN=Other" }, now).level, "info");
});

test("databases are called by their names, and in the reader's language", () => {
  const called = (label: string | null) => databaseLabel({ id: "0123", label });
  useTexts("de");
  assert.equal(called("Thunderbird (snap), profile a, profile b"), "Thunderbird (snap), Profil a, profile b");
  assert.equal(called("Chromium (Flatpak)"), "Chromium (Flatpak)");
  assert.equal(called("Database of the settings"), "Die aus Ihrer Einstellungsdatei");
  assert.equal(called("Shared database"), "Die gemeinsame der Programme auf Ihrem Rechner");
  assert.equal(called(null), "0123");
  // The words that are known here are the host's.
  const host = read("..", "nss-backend", "database", "candidates.c");
  for (const words of ['"Database of the settings"', '"Shared database"', '"nssmime\'s own database"', '"%s, profile %s"'])
    assert.ok(host.includes(words), words);
});

const asked: unknown[] = [];
const host = (result: unknown) =>
  ({
    call: async (...request: unknown[]) => {
      asked.push(request);
      return result;
    },
  }) as unknown as Host;

test("a file that no request can hold is refused here", async () => {
  await assert.rejects(
    importCertificates(host({}), new Blob([Buffer.alloc(524_289)])),
    (error: HostError) => error.kind === "too-large",
  );
  assert.equal(asked.length, 0);
  await importCertificates(host({}), new Blob(["x"]));
  assert.equal(asked.length, 1);
});

test("a request comes out in PEM", async () => {
  const request = encode(Buffer.alloc(100, 7));
  const params = { subject: "CN=A", addresses: ["a@x"], key: "p-256" as const };
  const made = await requestCertificate(host({ request }), params);
  assert.equal(made.request, request);
  const [first, ...lines] = made.pem.trimEnd().split("\n");
  assert.equal(first, "-----BEGIN CERTIFICATE REQUEST-----");
  assert.equal(lines.pop(), "-----END CERTIFICATE REQUEST-----");
  assert.equal(lines.join(""), request);
  assert.ok(lines.every((line) => line.length <= 64));
});
