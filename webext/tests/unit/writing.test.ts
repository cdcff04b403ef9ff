// SPDX-License-Identifier: MPL-2.0
// What the editor makes of addresses that were typed, and of a mail that is answered.
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import type { Reading } from "../../core/relay.ts";
import { joined, type Thread, threadOf } from "../../core/threading.ts";
import { addressOf, distinct, parseAddresses } from "../../webmail/editor/addresses.ts";
import deutsch from "../../webmail/editor/_locales/de/messages.json";
import english from "../../webmail/editor/_locales/en/messages.json";
import { answerTo, isProven, type Mode } from "../../webmail/editor/answering.ts";
import { read, root } from "../support/root.ts";
import { checkOwnTexts } from "../support/texts.ts";

const shortly = (text: string) =>
  parseAddresses(text).map(({ name, address, wrong }) => `${name}|${address}${wrong ? "|wrong" : ""}`);

test("addresses as people type and paste them", () => {
  assert.deepEqual(shortly("bob@example.org"), ["|bob@example.org"]);
  assert.deepEqual(shortly("a@x.org, b@x.org; c@x.org\nd@x.org"), [
    "|a@x.org",
    "|b@x.org",
    "|c@x.org",
    "|d@x.org",
  ]);
  assert.deepEqual(shortly("a@x.org b@x.org"), ["|a@x.org", "|b@x.org"]);
  assert.deepEqual(shortly('"Müller; Jörg, Dr." <jm@x.org>; Bob <bob@x.org>'), [
    "Müller; Jörg, Dr.|jm@x.org",
    "Bob|bob@x.org",
  ]);
  assert.deepEqual(shortly("Team: a@x.org, b@x.org;"), ["|a@x.org", "|b@x.org"]);
  assert.deepEqual(shortly("nonsense"), ["|nonsense|wrong"]);
  assert.deepEqual(shortly("Bob <bob@>"), ["Bob|bob@|wrong"]);
  assert.deepEqual(shortly("  , ;"), []);
});

test("an address is one that a mail can go to", () => {
  assert.equal(addressOf("bob@Bücher.example"), "bob@xn--bcher-kva.example");
  assert.equal(addressOf("Bob.B+x@EXAMPLE.org"), "Bob.B+x@example.org");
  for (const bad of [
    "bob", "@x.org", "bob@", "bob@x.org@", "bo b@x.org", "bob@x_y.org", "bob.@x.org", "böb@x.org",
    "bob@[127.0.0.1]", "bob@x.org/path", "bob@x.org:25", "bob@-x.org", "bob@x..org", "a\r\nb@x.org",
    "bob@x.org\r\nRCPT",
  ])
    assert.equal(addressOf(bad), null, bad);
  assert.equal(distinct([{ name: "", address: "A@x" }, { name: "B", address: "a@X" }]).length, 1);
});

const identities = [
  { address: "me@x.org", name: "Me" },
  { address: "Work@x.org", name: "Me" },
];
const box = (address: string, name: string | null = null) => ({ name, address, source: "outer" as const });

function reading({ encrypted = false, signature = "none", from = "bob@x.org", subject = "Plan" } = {}): Reading {
  return {
    summary: { signature, encryption: encrypted ? "full" : "none", reasons: [] },
    layers: encrypted ? [{ type: "enveloped", form: "pkcs7-mime", part: "1" }] : [],
    headers: {
      from: [box(from, "Bob")],
      to: [box("work@x.org"), box("carol@x.org"), box("bob@x.org")],
      cc: [box("dave@x.org"), box("Carol@x.org"), box("no address")],
      subject: { value: subject, source: "outer" },
      differing: [],
    },
  } as unknown as Reading;
}

const thread: Thread = {
  messageId: "<m@x>",
  references: ["<a@x>", "<b@x>"],
  replyTo: [{ name: "", address: "list@x.org" }],
};
const bare: Thread = { messageId: "", references: [], replyTo: [] };
const answer = (mode: Exclude<Mode, "new">, more = {}, of: Thread = bare) =>
  answerTo(reading(more), of, mode, identities);
const to = (mailboxes: { address: string }[]) => mailboxes.map(({ address }) => address);

test("an answer goes to the writer, one to all to everybody else once", () => {
  const reply = answer("reply");
  assert.deepEqual([to(reply.to), to(reply.cc)], [["bob@x.org"], []]);
  assert.equal(reply.from, "Work@x.org");
  const all = answer("replyAll");
  assert.deepEqual([to(all.to), to(all.cc)], [["bob@x.org", "carol@x.org"], ["dave@x.org"]]);
  const own = answer("reply", { from: "me@x.org" });
  assert.deepEqual(to(own.to), ["work@x.org", "carol@x.org", "bob@x.org"]);
  assert.deepEqual(to(answer("forward").to), []);
});

test("a Reply-To counts, but not for what was encrypted", () => {
  assert.deepEqual(to(answer("reply", {}, thread).to), ["list@x.org"]);
  assert.deepEqual(to(answer("reply", { encrypted: true }, thread).to), ["bob@x.org"]);
});

test("subjects and threads", () => {
  assert.equal(answer("reply").subject, "Re: Plan");
  for (const subject of ["Re: Plan", "AW: Plan", "RE: Plan", "Re[2]: Plan"])
    assert.equal(answer("reply", { subject }).subject, subject);
  assert.equal(answer("forward", { subject: "Re: Plan" }).subject, "Fwd: Re: Plan");
  assert.equal(answer("forward", { subject: "WG: Plan" }).subject, "WG: Plan");
  const reply = answer("reply", {}, thread);
  assert.equal(reply.inReplyTo, "<m@x>");
  assert.deepEqual(reply.references, ["<a@x>", "<b@x>", "<m@x>"]);
  const forward = answer("forward", {}, thread);
  assert.deepEqual([forward.inReplyTo, forward.references], ["", ["<m@x>"]]);
  assert.match(reply.messageId, /^<[\w-]+@x\.org>$/);
});

test("what was encrypted is quoted unasked where it is proven alone", () => {
  assert.equal(isProven(reading()), true);
  assert.equal(isProven(reading({ encrypted: true, signature: "valid" })), true);
  for (const signature of ["none", "invalid", "unknown", "partial"])
    assert.equal(isProven(reading({ encrypted: true, signature })), false);
  assert.deepEqual(answer("reply", { encrypted: true }).origin?.encrypted, true);
});

test("the thread of a mail, and that nothing in its text counts", async () => {
  const mail = new Blob([
    "Message-ID: <m@x>\r\nReferences: <a@x>\r\n <b@x> junk\r\nReply-To: List <list@x.org>\r\n" +
      "Subject: x\r\n\r\nMessage-ID: <evil@x>\r\n",
  ]);
  const found = await threadOf(mail);
  assert.deepEqual(found, { messageId: "<m@x>", references: ["<a@x>", "<b@x>"], replyTo: [{ name: "List", address: "list@x.org" }] });
  assert.deepEqual(await threadOf(new Blob(["Subject: x\n\nReferences: <evil@x>"])), bare);
  assert.deepEqual(joined(found, bare), found);
  assert.equal(joined(found, { ...bare, messageId: "<inner@x>" }).messageId, "<inner@x>");
});

test("every text is there in both languages, with the same places, and said somewhere", () => {
  const source = readdirSync(join(root, "webmail/editor"))
    .filter((name) => name.endsWith(".ts"))
    .map((name) => read("webmail/editor", name))
    .join();
  checkOwnTexts(english, deutsch, (key) => source.includes(`"${key}"`));
});
