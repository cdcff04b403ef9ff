// SPDX-License-Identifier: MPL-2.0
// One copy on its way to a provider: what goes out, and what is kept of it.
import assert from "node:assert/strict";
import { test } from "node:test";
import { sendBy } from "../../webmail/outgoing.ts";
import { type Sent, sendCopies } from "../../webmail/providers/copies.ts";
import { type Outgoing, type Provider, ProviderError } from "../../webmail/providers/provider.ts";

const RAW = "From: alice@example.org\r\nSubject: x\r\n\r\nHello\r\n";
const asked = () => ({ content: new Blob([RAW]), signal: new AbortController().signal });
const params = { from: "alice@example.org", recipients: ["bob@example.org"], blind: false };

async function keptOf(more: object): Promise<string | undefined> {
  let mail: Outgoing | undefined;
  const sendRaw = async (outgoing: Outgoing) => {
    mail = outgoing;
    return { sent: [0], unknown: null, error: null, kept: true, leftover: null };
  };
  await sendBy({ sendRaw } as unknown as Provider, { ...params, ...more }, asked());
  assert.equal(await mail?.copies[0]?.raw.text(), RAW, "what goes out is as it was");
  return mail?.keeps?.text();
}

test("what is kept names the blind recipients, and is else the same", async () => {
  assert.equal(await keptOf({}), undefined);
  assert.equal(await keptOf({ bcc: [] }), undefined);
  assert.equal(await keptOf({ bcc: ["dave@example.org"] }), `Bcc: dave@example.org\r\n${RAW}`);
  const many = await keptOf({ bcc: Array.from({ length: 9 }, (_, at) => `somebody.${at}@example.org`) });
  assert.match(many ?? "", /^Bcc: (somebody\.\d@example\.org,?(\r\n)? ?){9}\r\nFrom: /);
  assert.ok((many ?? "").split("\r\n").every((line) => line.length <= 78));
  assert.equal(await keptOf({ bcc: ["x\r\nFrom: y@x"] }), undefined, "no field comes out of an address");
});

async function outcomeOf(report: Sent, keep: () => Promise<boolean>) {
  const log: string[] = [];
  const copies = [1, 2].map(() => ({ raw: new Blob(["common"]), recipients: ["bob@example.org"] }));
  const send = async (index: number, kept: boolean) => {
    log.push(`send ${index}${kept ? ", kept" : ""}`);
    return index === 0 ? report : {};
  };
  const outcome = await sendCopies({ from: "a@x", copies, keeps: new Blob(["own"]) }, {}, send, async (mail) => {
    log.push(`keep ${await mail.text()}`);
    return keep();
  });
  return { log, outcome };
}

test("the copy to keep is kept once the first one is out, and does not hold up the others", async () => {
  const good = await outcomeOf({}, async () => true);
  assert.deepEqual(good.log, ["send 0", "keep own", "send 1"]);
  assert.deepEqual([good.outcome.sent, good.outcome.kept, good.outcome.error], [[0, 1], true, null]);
  const full = await outcomeOf({}, async () => {
    throw new ProviderError("server-error", "the folder is full");
  });
  assert.deepEqual([full.outcome.sent, full.outcome.kept, full.outcome.error], [[0, 1], false, null]);
  const refused = await outcomeOf({ error: new ProviderError("send-refused") }, async () => true);
  assert.deepEqual(refused.log, ["send 0"]);
  assert.equal(refused.outcome.kept, false);
  const lost = await outcomeOf({ error: new ProviderError("offline"), unanswered: true }, async () => true);
  assert.deepEqual(lost.log, ["send 0", "keep own"], "it may be out");
  assert.deepEqual([lost.outcome.unknown, lost.outcome.kept], [0, true]);
});
