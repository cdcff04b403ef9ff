// SPDX-License-Identifier: MPL-2.0
// The archive is the same for the same files, and what unzip makes of it is what went in.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
// @ts-expect-error: a tool, in plain JavaScript
import { zipFolder } from "../../tools/zip.mjs";

const unpack = `
import json, sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as z:
    assert z.testzip() is None
    print(json.dumps([[i.filename, list(i.date_time), z.read(i).decode()] for i in z.infolist()]))
`;

function folder(at: string, names: string[], time: number): string {
  mkdirSync(join(at, "b"), { recursive: true });
  for (const name of names) {
    writeFileSync(join(at, name), `this is ${name}, ä`);
    utimesSync(join(at, name), time, time);
  }
  return at;
}

test("a zip depends on names and contents alone", (context) => {
  const scratch = mkdtempSync(join(tmpdir(), "nssmime-zip-"));
  context.after(() => rmSync(scratch, { recursive: true }));
  const names = ["ä.txt", "b/two", "a", "b-1"];
  zipFolder(folder(join(scratch, "1"), names, 1_000_000_000), join(scratch, "1.zip"));
  zipFolder(folder(join(scratch, "2"), names.reverse(), 1_500_000_000), join(scratch, "2.zip"));
  assert.ok(readFileSync(join(scratch, "1.zip")).equals(readFileSync(join(scratch, "2.zip"))));
  const listed = JSON.parse(
    execFileSync("python3", ["-c", unpack, join(scratch, "1.zip")], { encoding: "utf8" }),
  );
  assert.deepEqual(
    listed.map(([name]: [string]) => name),
    ["a", "b-1", "b/two", "ä.txt"],
  );
  for (const [name, time, text] of listed) {
    assert.deepEqual(time, [1980, 1, 1, 0, 0, 0]);
    assert.equal(text, `this is ${name}, ä`);
  }
});
