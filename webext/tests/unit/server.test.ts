// SPDX-License-Identifier: MPL-2.0
// The answering end: contents come in and go out in streams, with credit, and end with the call.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Connection } from "../../core/connection.ts";
import { HostError, type Kind } from "../../core/error.ts";
import { type Answer, Server } from "../../core/server.ts";
import { collector, piecesOf, WINDOW } from "../../core/stream.ts";
import { asJson, type End, portPair } from "../support/port.ts";

const BIG = 3 * WINDOW + 12_345;

function bytes(size: number): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(size);
  for (let at = 0; at < size; at += 7) all[at] = at % 251;
  return all;
}

function connected(answer: Answer, copy = asJson): { caller: Connection; near: End; frames: any[] } {
  const [near, far] = portPair(copy);
  const frames: any[] = [];
  for (const end of [near, far]) end.onMessage.addListener((frame: any) => frames.push(frame));
  new Server(far, answer);
  return { caller: new Connection(near, 30_000, () => undefined, true), near, frames };
}

const failsAs = (promise: Promise<unknown>, kind: Kind) =>
  assert.rejects(promise, (error) => error instanceof HostError && error.kind === kind);

const echo: Answer = async (_method, params, { content, size, output, copies }) => {
  for await (const piece of piecesOf(content ?? new Uint8Array(0))) {
    await output?.(piece);
    for (const copy of Object.values(copies ?? {})) await copy(piece);
  }
  return { params, size };
};

test("a content comes back as it went, and so do its copies", async () => {
  const { caller } = connected(echo);
  for (const size of [0, 10, BIG]) {
    const [output, copy] = [collector(), collector()];
    const content = bytes(size);
    const result = await caller.request(
      "echo",
      { a: 1 },
      { content: new Blob([content]), output: output.sink, copies: { "a@b": copy.sink } },
    );
    assert.deepEqual((result as any).params, { a: 1 });
    assert.deepEqual(new Uint8Array(await output.blob().arrayBuffer()), content);
    if (size === BIG) {
      assert.equal((result as any).size, size);
      assert.equal(copy.blob().size, size);
    }
  }
});

test("where bytes arrive as they are, none is written as base64", async () => {
  const kinds: string[] = [];
  const { caller, frames } = connected(async (method, _params, { content, output }) => {
    kinds.push(content instanceof Blob ? "blob" : "pieces");
    for await (const piece of piecesOf(content ?? new Uint8Array(0))) await output?.(piece);
    if (method === "whole") output?.whole?.(new Blob(["and more"]));
    return null;
  }, structuredClone);
  const content = bytes(BIG);
  async function* pieces() {
    for (let at = 0; at < BIG; at += 100_000) yield content.subarray(at, at + 100_000);
  }
  for (const source of [new Blob([content]), pieces()]) {
    const output = collector();
    await caller.request("echo", {}, { content: source, output: output.sink });
    assert.deepEqual(new Uint8Array(await output.blob().arrayBuffer()), content);
  }
  assert.deepEqual(kinds, ["blob", "pieces"]);
  const data = frames.filter(({ method }) => method === "stream.data").map(({ params }) => params.data);
  assert.ok(data.length > 0 && data.every((each) => each instanceof Uint8Array));
  // No piece takes along the whole of what it was cut out of.
  assert.ok(data.every(({ buffer, length }) => buffer.byteLength === length));

  const [sink, plain] = [collector(), collector()];
  await caller.request("whole", {}, { content: new Blob(["first, "]), output: sink.sink });
  assert.equal(await sink.blob().text(), "first, and more");
  // Somebody who takes piece by piece gets those.
  await caller.request("whole", {}, { content: new Blob(["first, "]), output: (piece) => plain.sink(piece) });
  assert.equal(await plain.blob().text(), "first, and more");
});

test("no more is under way than was taken", async () => {
  let taken = 0;
  let go: () => void = () => undefined;
  const slow = new Promise<void>((resolve) => {
    go = resolve;
  });
  const { caller, frames } = connected(async (_method, _params, { content }) => {
    for await (const piece of content as AsyncIterable<Uint8Array>) {
      taken += piece.length;
      await slow;
    }
    return taken;
  });
  const done = caller.request("take", {}, { content: new Blob([bytes(BIG)]) });
  while (taken === 0) await new Promise((resolve) => setImmediate(resolve));
  for (let turn = 0; turn < 200; turn++) await new Promise((resolve) => setImmediate(resolve));
  const sent = frames
    .filter(({ method }) => method === "stream.data")
    .reduce((sum, { params }) => sum + Buffer.from(params.data, "base64").length, 0);
  assert.ok(sent <= WINDOW, `${sent}`);
  go();
  assert.equal(await done, BIG);
});

test("a cancelled call is told so, and its answer may stop", async () => {
  const { caller } = connected(
    (_method, _params, { signal, onProgress }) =>
      new Promise((_, reject) => {
        onProgress?.(1, 2);
        signal.addEventListener("abort", () => reject(new HostError("cancelled", "stopped")));
      }),
  );
  const abort = new AbortController();
  await failsAs(
    caller.request("wait", {}, { signal: abort.signal, onProgress: () => abort.abort() }),
    "cancelled",
  );
});

test("a sender that gives up ends what reads from it", async () => {
  let got: unknown;
  const { caller } = connected(async (_method, _params, { content }) => {
    try {
      for await (const _ of content as AsyncIterable<Uint8Array>);
    } catch (failure) {
      got = failure;
      throw failure;
    }
    return "all of it";
  });
  async function* broken() {
    yield bytes(10);
    throw new Error("the file is gone");
  }
  await assert.rejects(caller.request("take", {}, { content: broken() }), /the file is gone/);
  while (got === undefined) await new Promise((resolve) => setImmediate(resolve));
  assert.equal((got as HostError).kind, "cancelled");
});

test("a caller that goes away ends what it asked for", async () => {
  const ended: string[] = [];
  const { caller, near } = connected(async (_method, _params, { signal, content }) => {
    signal.addEventListener("abort", () => ended.push("aborted"));
    try {
      for await (const _ of content as AsyncIterable<Uint8Array>);
    } catch {
      ended.push("content");
    }
    return null;
  });
  async function* endless() {
    for (;;) {
      yield bytes(10);
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
  caller.request("take", {}, { content: endless() }).catch(() => undefined);
  await new Promise((resolve) => setTimeout(resolve, 20));
  near.disconnect();
  while (ended.length < 2) await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(ended.sort(), ["aborted", "content"]);
});

test("who sends without credit is listened to no more", async () => {
  const { near } = connected(() => new Promise(() => undefined));
  let closed = false;
  near.onDisconnect.addListener(() => {
    closed = true;
  });
  near.postMessage({ id: 1, method: "take", params: { content: { stream: 1 } } });
  const data = Buffer.alloc(WINDOW + 1).toString("base64");
  near.postMessage({ method: "stream.data", params: { stream: 1, data } });
  while (!closed) await new Promise((resolve) => setImmediate(resolve));
});
