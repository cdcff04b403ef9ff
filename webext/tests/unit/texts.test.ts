// SPDX-License-Identifier: MPL-2.0
// Every word is there in every language, and said somewhere.
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { localKinds } from "../../core/error.ts";
import { encryptWishes, forms } from "../../core/settings.ts";
import { read, readJson, root } from "../support/root.ts";
import { messagesOf } from "../support/texts.ts";

const schema = readJson("core", "schema.json");
const english = messagesOf("en");
const source = readdirSync(join(root, "pages"))
  .filter((name) => name.endsWith(".ts"))
  .map((name) => read("pages", name))
  .join("\n");

const key = (prefix: string, name: string, suffix = "") =>
  `${prefix}_${name.replaceAll("-", "_")}${suffix}`;

/** Faults of the programs, which are told as another kind. */
const alike = ["invalid-request", "unknown-method", "invalid-params"];

/** Keys that are put together of a name of the wire. */
const composed = new Set([
  ...Object.keys(schema.reasons).flatMap((name) => [key("reason", name), key("reason", name, "_do")]),
  ...[...schema.errors, ...localKinds]
    .filter((name: string) => !alike.includes(name))
    .flatMap((name: string) => [key("error", name), key("error", name, "_do")]),
  ...schema.types.status.flatMap((name: string) => [
    key("verdict", name),
    key("verdict", name, "_text"),
    key("signer", name),
  ]),
  ...schema.types.summary.encryption.flatMap((name: string) => [
    key("encryption", name),
    key("encryption", name, "_text"),
  ]),
  ...schema.types.revocation.map((name: string) => key("revocation", name)),
  ...schema.types.layer.type.map((name: string) => key("layer", name)),
  ...schema.types.skip.map((name: string) => key("skip", name)),
  ...schema.types.candidateProblem.map((name: string) => key("databaseProblem", name)),
  ...encryptWishes.map((name) => key("encrypt", name)),
  ...forms.map((name) => key("form", name)),
]);

/** `own_…`, `person_…` and `short_…` are there for some reasons only. */
const ofReason = new RegExp(
  `^(own|person|short)_(${Object.keys(schema.reasons).join("|").replaceAll("-", "_")})$`,
);

test("every name of the wire has its words", () => {
  const missing = [...composed].filter((name) => !(name in english));
  assert.deepEqual(missing, []);
});

test("what a short form or an advice of its own is promised for has one", () => {
  const words = read("pages", "reason.ts");
  for (const [variable, prefix] of [
    ["own", "own"],
    ["person", "person"],
    ["short", "short"],
  ] as const) {
    const list = new RegExp(`const ${variable}: [^;]*?\\(\\[([^\\]]*)\\]`).exec(words)?.[1] ?? "";
    const names = [...list.matchAll(/"([a-z-]+)"/g)].map(([, name]) => key(prefix, name as string));
    assert.ok(names.length > 1);
    assert.deepEqual(
      names.sort(),
      Object.keys(english)
        .filter((name) => ofReason.test(name) && name.startsWith(`${prefix}_`))
        .sort(),
    );
  }
});

test("both languages say the same things", () => {
  const german = messagesOf("de");
  assert.deepEqual(Object.keys(german), Object.keys(english));
  for (const name of Object.keys(english)) {
    const values = (text: string | undefined) => (text?.match(/\$\d/g) ?? []).sort();
    assert.deepEqual(values(german[name]?.message), values(english[name]?.message), name);
    assert.notEqual(german[name]?.message.trim(), "", name);
  }
  assert.equal(german["language"]?.message, "de");
});

test("nothing is written that nobody says", () => {
  const unused = Object.keys(english).filter((name) => {
    if (composed.has(name) || ofReason.test(name) || name === "extensionName") return false;
    const stem = name.replace(/_(one|other)$/, "");
    return !source.includes(`"${name}"`) && !source.includes(`"${stem}"`);
  });
  assert.deepEqual(unused, []);
});

test("no page sets HTML or styles out of text", () => {
  assert.doesNotMatch(source, /innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(/);
});
