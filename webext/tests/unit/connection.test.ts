// SPDX-License-Identifier: MPL-2.0
import assert from "node:assert/strict";
import { test } from "node:test";
import { decode, encode } from "../../core/base64.ts";
import { type CallOptions, Connection } from "../../core/connection.ts";
import { HostError, type Kind } from "../../core/error.ts";
import { collector } from "../../core/stream.ts";
import { type Answer, FakeHost } from "../support/fake-host.ts";
import { portPair } from "../support/port.ts";

const QUIET = 60_000;

function connect(answer: Answer = () => undefined, silence = QUIET) {
  const [near, far] = portPair();
  const host = new FakeHost(far, answer);
  const ended: string[] = [];
  const connection = new Connection(near, silence, (why) => ended.push(why));
  return { connection, host, ended, near };
}

const failsAs = (promise: Promise<unknown>, kind: Kind) =>
  assert.rejects(promise, (error) => error instanceof HostError && error.kind === kind);

/** Takes the whole input with `step` bytes of credit at a time, then replies. */
function taking(step: number): { answer: Answer; bytes: () => Buffer; sizes: number[] } {
  const pieces: Uint8Array[] = [];
  const sizes: number[] = [];
  let id: number | undefined;
  return {
    sizes,
    bytes: () => Buffer.concat(pieces),
    answer: (frame, host) => {
      if (frame.method === "message.read") {
        id = frame.id;
        host.notify("stream.credit", { stream: frame.params.content.stream, bytes: step });
      } else if (frame.method === "stream.data") {
        const piece = decode(frame.params.data);
        pieces.push(piece);
        sizes.push(piece.length);
        host.notify("stream.credit", { stream: frame.params.stream, bytes: piece.length });
      } else if (frame.method === "stream.end") host.result(id, { done: true });
    },
  };
}

test("replies come in any order and find their requests", async () => {
  const { connection, host } = connect();
  const first = connection.request("a", {});
  const second = connection.request("b", {});
  const [a, b] = [await host.got("a"), await host.got("b")];
  assert.notEqual(a.id, b.id);
  host.result(b.id, "two");
  host.result(a.id, "one");
  assert.deepEqual(await Promise.all([first, second]), ["one", "two"]);
});

test("errors keep their kind and data", async () => {
  const { connection } = connect((frame, host) =>
    host.error(frame.id, "certificate-not-found", { addresses: [{ address: "x@y" }] }),
  );
  await assert.rejects(connection.request("a", {}), (error: HostError) => {
    assert.equal(error.kind, "certificate-not-found");
    assert.deepEqual(error.data, { addresses: [{ address: "x@y" }] });
    return true;
  });
});

test("a kind of a later host is an internal error", async () => {
  const { connection } = connect((frame, host) => host.error(frame.id, "never-heard-of"));
  await failsAs(connection.request("a", {}), "internal");
});

test("an error without id ends the connection and everything on it", async () => {
  const { connection, ended } = connect((frame, host) => {
    if (frame.method === "b") host.error(null, "origin-not-allowed");
  });
  const both = [connection.request("a", {}), connection.request("b", {})];
  for (const request of both) await failsAs(request, "origin-not-allowed");
  assert.equal(ended.length, 1);
  await failsAs(connection.request("c", {}), "origin-not-allowed");
});

test("a lost port fails what is under way", async () => {
  const { connection, host, ended } = connect();
  const request = connection.request("a", {});
  await host.got("a");
  host.end.disconnect("Native host has exited.");
  await failsAs(request, "host-lost");
  assert.deepEqual(ended, ["Native host has exited."]);
});

test("a small content goes along in the request", async () => {
  const { connection, host } = connect((frame, far) => far.result(frame.id, {}));
  await connection.request("message.read", {}, { content: Buffer.from("mail") });
  assert.deepEqual(host.frames[0]?.params, { content: { data: encode(Buffer.from("mail")) } });
});

test("a large content is streamed as credit comes in, in small frames", async () => {
  const content = Buffer.alloc(1_500_001, "0123456789");
  const { answer, bytes, sizes } = taking(300_000);
  const { connection, host } = connect(answer);
  const result = await connection.request("message.read", {}, { content: new Blob([content]) });
  assert.deepEqual(result, { done: true });
  assert.ok(content.equals(bytes()));
  assert.ok(Math.max(...sizes) <= 256 * 1024);
  assert.deepEqual(host.frames[0]?.params.content, { stream: 1, size: content.length });
  for (const frame of host.frames) assert.ok(JSON.stringify(frame).length < 400_000);
});

test("never more bytes are under way than there is credit for", async () => {
  const content = Buffer.alloc(300_000, "x");
  const { connection, host } = connect();
  const request = connection.request("message.read", {}, { content });
  const { id, params } = await host.got("message.read");
  host.notify("stream.credit", { stream: params.content.stream, bytes: 7 });
  await host.got("stream.data");
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.equal(host.named("stream.data").length, 1);
  assert.equal(decode(host.named("stream.data")[0]?.params.data).length, 7);
  host.result(id, {});
  await request;
});

test("an iterable of unknown size is streamed", async () => {
  async function* pieces() {
    yield Buffer.from("one ");
    yield Buffer.from("two");
  }
  const { answer, bytes } = taking(2);
  const { connection, host } = connect(answer);
  await connection.request("message.read", {}, { content: pieces() });
  assert.equal(bytes().toString(), "one two");
  assert.deepEqual(host.frames[0]?.params.content, { stream: 1 });
});

test("a content that fails aborts its stream", async () => {
  async function* pieces(): AsyncGenerator<Uint8Array> {
    yield Buffer.from("x");
    throw new Error("the disk is gone");
  }
  const { connection, host } = connect((frame, far) => {
    if (frame.method === "message.read")
      far.notify("stream.credit", { stream: frame.params.content.stream, bytes: 100 });
  });
  await assert.rejects(
    connection.request("message.read", {}, { content: pieces() }),
    /the disk is gone/,
  );
  await host.got("stream.abort");
});

test("a reply before the end of the content stops it", async () => {
  const { connection, host } = connect((frame, far) => {
    if (frame.method === "message.read") far.error(frame.id, "malformed-message");
  });
  await failsAs(
    connection.request("message.read", {}, { content: Buffer.alloc(600_000) }),
    "malformed-message",
  );
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.equal(host.named("stream.data").length, 0);
  assert.equal(host.named("stream.end").length, 0);
});

function sending(pieces: Uint8Array[], end = true): Answer {
  return (frame, host) => {
    if (frame.method !== "message.read") return;
    const { stream } = frame.params.output;
    for (const piece of pieces) host.notify("stream.data", { stream, data: encode(piece) });
    if (end) host.notify("stream.end", { stream });
    host.result(frame.id, { content: { stream } });
  };
}

test("an output arrives whole before the reply is given", async () => {
  const { connection } = connect(sending([Buffer.from("ab"), Buffer.from("cd")]));
  const output = collector();
  let slow = false;
  const sink: CallOptions["output"] = async (bytes) => {
    await new Promise((resolve) => setTimeout(resolve, 5));
    await output.sink(bytes);
    slow = true;
  };
  await connection.request("message.read", {}, { output: sink });
  assert.ok(slow);
  assert.equal(await output.blob().text(), "abcd");
});

test("credit is given as an output is taken", async () => {
  const MiB = 1024 * 1024;
  let received = 0;
  const { connection, host } = connect((frame, far) => {
    if (frame.method === "message.read") {
      assert.equal(frame.params.output.credit, 4 * MiB);
      for (let at = 0; at < 8; at++)
        far.notify("stream.data", {
          stream: frame.params.output.stream,
          data: encode(Buffer.alloc(MiB / 2)),
        });
    } else if (frame.method === "stream.credit") {
      received += frame.params.bytes;
      if (received < 4 * MiB) return;
      far.notify("stream.end", { stream: frame.params.stream });
      far.result(far.frames[0]?.id, {});
    }
  });
  await connection.request("message.read", {}, { output: () => undefined });
  assert.equal(received, 4 * MiB);
  assert.equal(host.named("stream.credit").length, 4);
});

test("bytes without credit, or after the end, end the connection", async () => {
  const flood = Array.from({ length: 9 }, () => Buffer.alloc(512 * 1024));
  for (const pieces of [flood]) {
    const { connection, ended } = connect(sending(pieces));
    const held = new Promise<void>(() => undefined);
    await failsAs(connection.request("message.read", {}, { output: () => held }), "internal");
    assert.equal(ended.length, 1);
  }
});

test("a reply before the end of the output is a failure", async () => {
  const { connection } = connect(sending([Buffer.from("half")], false));
  await failsAs(connection.request("message.read", {}, { output: () => undefined }), "internal");
});

test("a sink that fails cancels the operation", async () => {
  const { connection, host } = connect((frame, far) => {
    if (frame.method === "message.read")
      far.notify("stream.data", { stream: frame.params.output.stream, data: "AAAA" });
  });
  const sink = () => Promise.reject(new Error("no room"));
  await assert.rejects(connection.request("message.read", {}, { output: sink }), /no room/);
  const cancel = await host.got("operation.cancel");
  assert.deepEqual(cancel.params, { id: host.frames[0]?.id });
});

test("each copy has a stream of its own", async () => {
  const { connection } = connect((frame, far) => {
    const streams = frame.params.copyStreams;
    for (const [address, { stream }] of Object.entries<any>(streams)) {
      far.notify("stream.data", { stream, data: encode(Buffer.from(`for ${address}`)) });
      far.notify("stream.end", { stream });
    }
    far.result(frame.id, {});
  });
  const [one, two] = [collector(), collector()];
  await connection.request("x", {}, { copies: { "a@x": one.sink, "b@x": two.sink } });
  assert.equal(await one.blob().text(), "for a@x");
  assert.equal(await two.blob().text(), "for b@x");
});

test("progress reaches whoever asked for it", async () => {
  const seen: unknown[] = [];
  const { connection, host } = connect((frame, far) => {
    far.notify("operation.progress", { id: frame.id, done: 5, total: 10 });
    far.notify("operation.progress", { id: 999, done: 1 });
    far.result(frame.id, {});
  });
  await connection.request("x", {}, { onProgress: (done, total) => seen.push([done, total]) });
  assert.deepEqual(seen, [[5, 10]]);
  assert.equal(host.frames[0]?.params.progress, true);
});

test("an aborted signal cancels by the host, whose answer counts", async () => {
  const abort = new AbortController();
  const { connection, host } = connect((frame, far) => {
    if (frame.method === "operation.cancel") far.error(frame.params.id, "cancelled");
  });
  const request = connection.request("x", {}, { signal: abort.signal });
  await host.got("x");
  abort.abort();
  await failsAs(request, "cancelled");
  await failsAs(connection.request("y", {}, { signal: abort.signal }), "cancelled");
  assert.equal(host.named("y").length, 0);
});

test("a request that no frame can hold is not sent", async () => {
  const { connection, host } = connect();
  await failsAs(connection.request("x", { data: "A".repeat(1_100_000) }), "too-large");
  assert.equal(host.frames.length, 0);
});

test("a host that is silent but alive is waited for", async () => {
  let id: number | undefined;
  const { connection, host } = connect((frame, far) => {
    if (frame.method === "slow") id = frame.id;
    else if (frame.method === "hello") far.result(frame.id, {});
  }, 15);
  const request = connection.request("slow", {});
  await host.got("hello", 3);
  host.result(id, "at last");
  assert.equal(await request, "at last");
});

test("a host that does not answer at all is given up", async () => {
  const { connection, ended, near } = connect(() => undefined, 15);
  await failsAs(connection.request("slow", {}), "host-silent");
  assert.equal(ended.length, 1);
  assert.equal(near.open, false);
});

test("the host is sent nothing but what is in the contract", async () => {
  const { connection, host } = connect((frame, host) => host.error(frame.id, "not-smime"));
  const content = new Blob([new Uint8Array(300_000)]);
  await failsAs(connection.request("message.read", {}, { content, output: () => undefined }), "not-smime");
  const { params } = host.named("message.read")[0] as { params?: any };
  assert.deepEqual(Object.keys(params.content), ["stream", "size"]);
  assert.deepEqual(Object.keys(params.output), ["stream", "credit"]);
});
