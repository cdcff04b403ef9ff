// SPDX-License-Identifier: MPL-2.0
// The one schema of the extension against the schemas by which the host checks what it gets.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import { hostProgram } from "../support/real-host.ts";
import { readJson } from "../support/root.ts";

const schema = readJson("core", "schema.json");
const host = JSON.parse(execFileSync(hostProgram(), ["schemas"], { encoding: "utf8" }));

/** With named types written out, as the host prints them. */
function plain(type: any): any {
  if (typeof type === "string") {
    const [, stem, sign] = /^(\w+)(\[\]|\{\})?$/.exec(type) ?? [];
    const inner = schema.types[stem as string];
    if (inner === undefined) return type;
    return sign ? { [sign]: plain(inner) } : plain(inner);
  }
  if (Array.isArray(type)) return type;
  return Object.fromEntries(
    Object.entries(type).map(([name, inner]) => [name, name === "or" ? inner : plain(inner)]),
  );
}

test("members of all methods", () => {
  assert.deepEqual(schema.common, host.common);
});

test("every method of the host is known here, with the same params", () => {
  assert.ok(Object.keys(host.methods).length > 10);
  for (const [name, params] of Object.entries(host.methods)) {
    assert.ok(schema.methods[name], `schema.json lacks ${name}`);
    assert.deepEqual(plain(schema.methods[name].params), params, name);
  }
});

test("the host has every method that is known here", () => {
  for (const name of Object.keys(schema.methods))
    assert.ok(name in host.methods, `the host lacks ${name}`);
});
