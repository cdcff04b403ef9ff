// SPDX-License-Identifier: MPL-2.0
// The schema against what is made of it, and against the page that describes the wire.
import assert from "node:assert/strict";
import { test } from "node:test";
// @ts-expect-error: a tool, in plain JavaScript
import { wire } from "../../tools/wire-types.mjs";
import { read, readJson } from "../support/root.ts";

const schema = readJson("core", "schema.json");
const page = read("..", "host", "PROTOCOL.md");
const sectionOf = (title: string) => page.split(`\n## ${title}\n`)[1]?.split("\n## ")[0] ?? "";

test("wire.ts is what the schema makes", () => {
  assert.equal(read("core", "wire.ts"), wire(schema));
});

test("the methods are those of the protocol", () => {
  const described = [...page.matchAll(/^### `([a-z]+\.?\w*)`$/gm)].map(([, name]) => name);
  assert.ok(described.length > 10);
  const names = Object.keys(schema.methods);
  for (const name of described) assert.ok(names.includes(name as string), `${name} is missing`);
  for (const name of names) assert.ok(described.includes(name), `${name} is not described`);
});

test("the error kinds are those of the protocol", () => {
  const rows = [...sectionOf("Errors").matchAll(/^\| `([a-z-]+)` \|/gm)].map(([, kind]) => kind);
  assert.deepEqual([...schema.errors].sort(), rows.sort());
});

test("the reasons and their effects are those of the protocol", () => {
  const rows = sectionOf("Verdicts and reasons").matchAll(/^\| `([a-z-]+)` \| (\w+) \|/gm);
  const described: Record<string, string[]> = {};
  for (const [, reason = "", effect = ""] of rows) (described[reason] ??= []).push(effect);
  const effects = Object.entries(schema.reasons).map(([name, all]) => [name, [all].flat()]);
  assert.deepEqual(Object.fromEntries(effects), described);
});
