// SPDX-License-Identifier: MPL-2.0
// The providers for Gmail and for Graph, on servers that answer as their makers publish.
import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, test } from "node:test";
import { Gmail } from "../../webmail/providers/gmail.ts";
import { Graph } from "../../webmail/providers/graph.ts";
import type { Copy, Mailbox } from "../../webmail/providers/provider.ts";
import { GmailService, GraphService, type Service, TOKEN } from "../support/services.ts";

const [ALICE, BOB, CAROL, DAVE] = ["alice@example.org", "bob@example.org", "carol@example.org", "dave@example.org"] as const;
const source = `From: ${ALICE}\r\nTo: "carol@example.org, B" <${BOB}>\r\nSubject: x\r\n\r\n\xff \r\n.\r\n`;
const bytes = Buffer.from(source, "latin1");
const copy = (...recipients: string[]): Copy => ({ raw: new Blob([bytes]), recipients });
const done = { unknown: null, error: null, leftover: null };

type Make = (base: string, token?: string, way?: typeof fetch) => Mailbox;
const kinds: [string, () => Service, Make, string][] = [
  ["gmail", () => new GmailService(), (base, token = TOKEN, way = fetch) =>
    new Gmail(async () => token, way, base), "18c/x+="],
  ["graph", () => new GraphService(), (base, token = TOKEN, way = fetch) =>
    new Graph(async () => token, way, `${base}v1.0/me/`), "AAMk/x+="],
];

for (const [name, serve, make, id] of kinds)
  describe(name, () => {
    let service: Service;
    let base: string;
    let provider: Mailbox;
    beforeEach(async () => {
      service = serve();
      base = await service.start();
      provider = make(base);
    });
    afterEach(() => service.stop());

    test("says that it is experimental", () => {
      assert.equal(provider.experimental, true);
      assert.equal(provider.name, name);
    });

    test("reads a mail byte for byte", async () => {
      service.mails.set(id, bytes);
      assert.equal((await provider.list()).length, 1);
      const [listed] = await provider.list();
      assert.deepEqual([listed?.id, listed?.subject, listed?.from], [id, "x", ALICE]);
      const raw = await provider.getRaw({ id });
      assert.deepEqual(Buffer.from(await raw.arrayBuffer()), bytes);
      assert.equal((await provider.identities())[0]?.address, ALICE);
    });

    test("the folders are told, that for new mail first", async () => {
      const folders = await provider.folders();
      assert.equal(folders[0]?.role, "inbox");
      assert.ok(folders.some(({ name, role }) => name === "Receipts" && role === null));
      assert.ok(!folders.some(({ name }) => name.startsWith("CATEGORY")), "a mark is no folder");
    });

    test("a folder is listed part by part", async () => {
      for (const at of [1, 2, 3, 4, 5]) service.mails.set(`${id}${at}`, bytes);
      const folder = (await provider.folders())[0]?.id as string;
      const seen: string[] = [];
      let next: string | null = null;
      do {
        const part = await provider.part(folder, next, 2);
        seen.push(...part.messages.map((message) => message.id));
        assert.match(part.messages[0]?.date ?? "", /^2025-11-25T00:00:00/);
        next = part.next;
      } while (next !== null);
      assert.deepEqual(seen, [1, 2, 3, 4, 5].map((at) => `${id}${at}`));
    });

    test("an empty inbox is no error", async () => {
      assert.deepEqual(await provider.list(), []);
    });

    test("sends to whom the mail names", async () => {
      assert.deepEqual(await provider.sendRaw({ from: ALICE, copies: [copy(BOB)] }), { ...done, sent: [0], kept: true });
      assert.deepEqual(service.sent, [{ raw: bytes, recipients: [BOB] }]);
    });

    test("sends to somebody besides without naming him", async () => {
      assert.deepEqual((await provider.sendRaw({ from: ALICE, copies: [copy(BOB, CAROL, DAVE)] })).sent, [0]);
      const [mail, ...more] = service.sent;
      assert.deepEqual(more, []);
      assert.deepEqual(mail?.recipients.sort(), [BOB, CAROL, DAVE]);
      // What is put above is a field that is taken out on the way.
      assert.ok(mail?.raw.toString("latin1").endsWith(source));
      assert.match(mail?.raw.toString("latin1").slice(0, -source.length) ?? "", /^(Bcc: .*\r\n( .*\r\n)*)?$/);
    });

    test("what is refused is told, and leaves nothing", async () => {
      for (const status of [400, 413])
        for (const recipients of [[BOB], [BOB, CAROL]]) {
          service.next = { status, body: { error: { message: "no such address" } } };
          const { error, ...outcome } = await provider.sendRaw({ from: ALICE, copies: [copy(...recipients)] });
          assert.deepEqual(outcome, { sent: [], unknown: null, kept: false, leftover: null });
          assert.deepEqual([error?.kind, error?.message], ["send-refused", "no such address"]);
        }
      if (service instanceof GraphService) assert.equal(service.drafts.size, 0);
    });

    test("where the answer is lost, nobody claims to know", async () => {
      for (const recipients of [[BOB], [BOB, CAROL]]) {
        service.next = "lost";
        const { sent, unknown, error } = await provider.sendRaw({ from: ALICE, copies: [copy(...recipients)] });
        assert.deepEqual([sent, unknown, error?.kind], [[], 0, "offline"]);
      }
      service.next = { status: 503, body: {} };
      assert.equal((await provider.sendRaw({ from: ALICE, copies: [copy(BOB)] })).unknown, 0);
    });

    test("what went wrong is told by kind", async () => {
      await assert.rejects(make(base, "old").list(), { kind: "session-expired", message: "Invalid Credentials" });
      await assert.rejects(provider.getRaw({ id: "none" }), { kind: "message-gone" });
      const away = make(base, TOKEN, async () => Promise.reject(new TypeError("Failed to fetch")));
      await assert.rejects(away.identities(), { kind: "offline" });
      const cancel = AbortSignal.abort();
      await assert.rejects(provider.getRaw({ id: "none" }, { signal: cancel }), { name: "AbortError" });
      await assert.rejects(provider.sendRaw({ from: ALICE, copies: [copy(BOB)] }, { signal: cancel }), { name: "AbortError" });
      assert.deepEqual(service.sent, []);
    });

    test("blind copies of their own go to one alone, or nothing goes at all", async () => {
      const outcome = await provider.sendRaw({ from: ALICE, copies: [copy(BOB), copy(CAROL)] });
      if (name === "graph") {
        assert.deepEqual(outcome, { ...done, sent: [0, 1], kept: true });
        assert.deepEqual(service.sent.map(({ recipients }) => recipients), [[BOB], [CAROL]]);
      } else {
        assert.deepEqual([outcome.sent, outcome.error?.kind], [[], "not-permitted"]);
        assert.deepEqual(service.sent, []);
      }
    });
  });

test("a service that sends on to another server does not get its user's token there", async () => {
  const asked: string[] = [];
  const evil = async (url: string) => {
    asked.push(new URL(url).host);
    return Response.json({ value: [], "@odata.nextLink": "https://example.evil/next" });
  };
  const provider = new Graph(async () => TOKEN, evil as typeof fetch);
  const { next } = await provider.part("inbox");
  await assert.rejects(provider.part("inbox", next), { kind: "server-error", message: /another server/ });
  assert.deepEqual(asked, ["graph.microsoft.com"]);
});

test("graph takes no more than 4 MB, and says so", async () => {
  const service = new GraphService();
  const provider = new Graph(async () => TOKEN, fetch, `${await service.start()}v1.0/me/`);
  try {
    const raw = new Blob([bytes, "x".repeat(3_200_000)]);
    const { sent, error } = await provider.sendRaw({ from: ALICE, copies: [{ raw, recipients: [BOB] }] });
    assert.deepEqual([sent, error?.kind, error?.message], [[], "send-refused", "Request Entity Too Large"]);
  } finally {
    service.stop();
  }
});
