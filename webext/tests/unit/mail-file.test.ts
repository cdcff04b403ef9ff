// SPDX-License-Identifier: MPL-2.0
import assert from "node:assert/strict";
import { test } from "node:test";
import { rawOfFile } from "../../webmail/providers/generic.ts";
import { hasFromLine, messageIdOf, sameMail } from "../../webmail/providers/raw.ts";

const latin = (text: string) => Uint8Array.from(text, (letter) => letter.charCodeAt(0));
const raw = async (text: string) => {
  const mail = await rawOfFile(new Blob([latin(text)]));
  return mail && Buffer.from(await mail.arrayBuffer()).toString("latin1");
};
const mail = "From: a@b\r\nSubject: x\r\n\r\n\x80\xff\x00 \r\n";

test("a saved mail is read as it is", async () => {
  assert.equal(await raw(mail), mail);
});

test("what programs add when they save a mail is not part of it", async () => {
  assert.equal(await raw(`\xef\xbb\xbf${mail}`), mail);
  assert.equal(await raw(`From - Thu Nov 26 12:00:00 2026\r\n${mail}`), mail);
  assert.equal(await raw(`From a@b Thu Nov 26 12:00:00 2026\n${mail}`), mail);
  assert.equal(await raw(`\r\n\n${mail}`), mail);
});

test("line feeds alone become line ends, and nothing else changes", async () => {
  assert.equal(await raw(mail.replaceAll("\r\n", "\n")), mail);
  assert.equal(await raw("A: b\r\n\n\n\rc\r\r\nd"), "A: b\r\n\r\n\r\n\rc\r\r\nd");
});

test("what is no mail is told", async () => {
  for (const text of ["", "\r\n", "hello", "<html>", "\xd0\xcf\x11\xe0 OLE", "From nobody\n", ": x"])
    assert.equal(await raw(text), null, JSON.stringify(text));
});

test("copied source becomes a mail", async () => {
  const text = await rawOfFile(new Blob(["\n  From: a@b\nSubject: Grüße\n\nGrüße"]));
  assert.equal(await text?.text(), "From: a@b\r\nSubject: Grüße\r\n\r\nGrüße");
});

test("a mail of 30 MB is read in no time to speak of", async () => {
  const big = new Blob(["A: b\n\n", "0123456789abcdef\n".repeat(1_800_000)]);
  const started = performance.now();
  assert.equal((await rawOfFile(big))?.size, big.size + 1_800_002);
  assert.ok(performance.now() - started < 5000);
});

test("mails are the same but for their last line ends", () => {
  assert.ok(sameMail(latin("a\r\nb\r\n"), latin("a\r\nb")));
  assert.ok(!sameMail(latin("a\r\nb"), latin("a\nb")));
  assert.ok(!sameMail(latin("a"), latin("b")));
  assert.ok(sameMail(latin(""), latin("\r\n")));
});

test("a line that a mailbox would take for the start of a mail is found", () => {
  for (const text of ["a\r\n\r\nFrom b", "a\r\n>From b", "a\n>>From b"]) assert.ok(hasFromLine(latin(text)));
  for (const text of ["From: a", "a\r\nfrom b", "a\r\n From b", "a\r\n>From: b"])
    assert.ok(!hasFromLine(latin(text)));
});

test("the Message-ID is found in the header alone", async () => {
  const id = (text: string) => messageIdOf(new Blob([text]));
  assert.equal(await id("From: a\r\nMESSAGE-id:\r\n <x@y>\r\n\r\n"), "x@y");
  assert.equal(await id("From: a\r\n\r\nMessage-ID: <x@y>\r\n"), null);
  assert.equal(await id("Message-ID: x@y\r\n\r\n"), null);
});
