// SPDX-License-Identifier: MPL-2.0
import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout } from "node:timers/promises";
import { Turns } from "../../core/turns.ts";

test("one after the other, also after one that failed", async () => {
  const turns = new Turns();
  const said: string[] = [];
  const slow = turns.next(async () => {
    await setTimeout(20);
    said.push("slow");
    return 1;
  });
  const failing = turns.next(async () => {
    said.push("failing");
    throw new Error("no");
  });
  const last = turns.next(async () => said.push("last"));
  await assert.rejects(failing, /no/);
  assert.equal(await slow, 1);
  await last;
  assert.deepEqual(said, ["slow", "failing", "last"]);
});

test("done waits for all that came so far, and does not fail with it", async () => {
  const turns = new Turns();
  let over = false;
  const failing = turns.next(async () => {
    await setTimeout(20);
    over = true;
    throw new Error("no");
  });
  await turns.done();
  assert.ok(over);
  await assert.rejects(failing, /no/);
});
