// SPDX-License-Identifier: MPL-2.0
import assert from "node:assert/strict";
import { test } from "node:test";
import { HostClient } from "../../core/client.ts";
import { HostError, type Kind } from "../../core/error.ts";
import { type Answer, fakeConnect, greeting, hello } from "../support/fake-host.ts";

const failsAs = (promise: Promise<unknown>, kind: Kind) =>
  assert.rejects(promise, (error) => error instanceof HostError && error.kind === kind);

function client(answer: Answer, silence = 60_000) {
  const { connect, hosts } = fakeConnect(answer);
  const options = { connect, client: { name: "test", version: "1" }, silence };
  return { host: new HostClient(options), hosts };
}

test("nothing is started before something is asked", async () => {
  const { host, hosts } = client(greeting((frame, far) => far.result(frame.id, {})));
  assert.equal(hosts.length, 0);
  await host.call("database.lock", {});
  await host.call("database.lock", {});
  assert.equal(hosts.length, 1);
  assert.deepEqual(hosts[0]?.frames.map(({ method }) => method), [
    "hello",
    "database.lock",
    "database.lock",
  ]);
  assert.deepEqual(hosts[0]?.frames[0]?.params, { client: { name: "test", version: "1" } });
});

test("two that ask at once share a port", async () => {
  const { host, hosts } = client(greeting((frame, far) => far.result(frame.id, {})));
  await Promise.all([host.call("database.lock", {}), host.call("database.lock", {}), host.hello()]);
  assert.equal(hosts.length, 1);
});

test("what the host can do is known", async () => {
  const { host } = client(greeting(() => undefined));
  assert.equal((await host.hello()).host.version, "0.1.0");
});

test("another version of the protocol is refused", async () => {
  for (const [protocol, kind] of [
    [0, "host-too-old"],
    [undefined, "host-too-old"],
    [2, "host-too-new"],
  ] as const) {
    const { host, hosts } = client((frame, far) =>
      far.result(frame.id, { ...hello, protocol }),
    );
    await failsAs(host.call("database.status", {}), kind);
    assert.equal(hosts.length, 1);
  }
});

test("why a host does not start is told apart", async () => {
  for (const [why, kind] of [
    ["Specified native messaging host not found.", "host-missing"],
    ["No such native application nssmime", "host-missing"],
    ["Access to the specified native messaging host is forbidden.", "host-forbidden"],
    ["Access to the native messaging host was disabled by the system administrator.", "host-blocked"],
    ["Failed to start native messaging host.", "host-failed"],
    ["Native host has exited.", "host-failed"],
    ["An unexpected error occurred", "host-failed"],
    [undefined, "host-failed"],
  ] as const) {
    const { host, hosts } = client((_, far) => far.end.disconnect(why));
    await failsAs(host.call("database.status", {}), kind);
    assert.equal(hosts.length, 1);
  }
});

test("a refused caller hears why", async () => {
  const { host } = client((_, far) => {
    far.error(null, "origin-not-allowed");
    far.end.disconnect();
  });
  await failsAs(host.hello(), "origin-not-allowed");
});

test("a host that says nothing is given up", async () => {
  const { host } = client(() => undefined, 20);
  await failsAs(host.hello(), "host-silent");
});

test("after a lost port the next request starts the host again", async () => {
  const { host, hosts } = client(greeting((frame, far) => {
    if (hosts.length === 1) far.end.disconnect();
    else far.result(frame.id, {});
  }));
  await failsAs(host.call("database.lock", {}), "host-lost");
  await host.call("database.lock", {});
  assert.equal(hosts.length, 2);
});

test("a question is asked again, once", async () => {
  const { host, hosts } = client(greeting((frame, far) => {
    if (hosts.length < 2) far.end.disconnect();
    else far.result(frame.id, []);
  }));
  assert.deepEqual(await host.call("database.candidates", {}), []);
  assert.equal(hosts.length, 2);

  const never = client(greeting((_, far) => far.end.disconnect()));
  await failsAs(never.host.call("database.candidates", {}), "host-lost");
  assert.equal(never.hosts.length, 2);
});

test("after another database was chosen the old port is not used", async () => {
  const { host, hosts } = client(greeting((frame, far) => far.result(frame.id, {})));
  await host.call("database.use", { id: "x" });
  await host.call("database.lock", {});
  assert.equal(hosts.length, 2);
  assert.equal(hosts[0]?.named("database.lock").length, 0);
});

test("a failed start does not stick", async () => {
  let there = false;
  const { host } = client((frame, far) => {
    if (there) greeting((next, end) => end.result(next.id, {}))(frame, far);
    else far.end.disconnect("Specified native messaging host not found.");
  });
  await failsAs(host.hello(), "host-missing");
  there = true;
  assert.equal((await host.hello()).protocol, 1);
});
