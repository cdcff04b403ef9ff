// SPDX-License-Identifier: MPL-2.0
// Mails that are written, read again by another's parser.
import assert from "node:assert/strict";
import { test } from "node:test";
import PostalMime from "postal-mime";
import { fileEntity, multipart, textEntity, type Whole, whole } from "../../core/mime/entity.ts";
import {
  dateField,
  encodedWords,
  mailboxField,
  parameterField,
  textField,
  wordsField,
} from "../../core/mime/field.ts";
import { flowed, written } from "../../core/mime/text.ts";

async function sourceOf({ size, bytes }: Whole): Promise<string> {
  const pieces: Uint8Array[] = [];
  for await (const piece of bytes()) pieces.push(piece);
  const all = Buffer.concat(pieces);
  assert.equal(all.length, size);
  return all.toString("latin1");
}

const parsed = async (mail: Whole) => PostalMime.parse(Buffer.from(await sourceOf(mail), "latin1"));
const head = (fields: string) => whole(fields, textEntity("plain", "x"));
const linesOf = (source: string) => source.split("\r\n");

/** Nothing that a mail server or a mailbox would change (RFC 5321, RFC 5322, mbox). */
function assertSafe(source: string): void {
  assert.ok(/^[\t\r\n\x20-\x7e]*$/.test(source), "not ASCII");
  assert.ok(!/[^\r]\n|\r[^\n]/.test(source), "a lone CR or LF");
  for (const line of linesOf(source)) {
    assert.ok(line.length <= 78, `too long: ${line}`);
    assert.ok(!/^From |^\.$/.test(line), line);
  }
}

const texts = [
  "Hello",
  "",
  "Grüße aus Köln, 你好 and 👩‍👩‍👧 = 100 % =?x?=",
  "An =?UTF-8?B?w7w=?= that is none",
  "word ".repeat(60).trim(),
  "ü".repeat(300),
  `${"x".repeat(200)} ${"y".repeat(70)}`,
];

test("subjects come back as they were", async () => {
  for (const text of texts) {
    const mail = head(textField("Subject", text));
    assert.equal((await parsed(mail)).subject ?? "", text);
    if (!/x{200}/.test(text)) assertSafe(await sourceOf(mail));
  }
  for (const word of encodedWords("ü€👍".repeat(50))) {
    assert.ok(word.length <= 75);
    assert.ok(!Buffer.from(word.slice(10, -2), "base64").toString().includes("\ufffd"));
  }
});

test("no value adds a field", async () => {
  const evil = "Hi\r\nBcc: eve@x\n\u2028X: y\0";
  for (const field of [
    textField("Subject", evil),
    mailboxField("To", [{ name: evil, address: "a@x" }]),
    parameterField("Content-Disposition", "attachment", { filename: evil }),
    wordsField("References", ["<a@b>", "<c@d>\r\nBcc: x@y"]),
  ]) {
    assert.equal(field.replace(/\r\n(?! )/g, "").includes("\n"), field.includes("\r\n "));
    const { headers } = await parsed(head(field));
    assert.deepEqual(
      headers.map(({ key }) => key).filter((key) => /bcc|^x$/.test(key)),
      [],
    );
  }
});

test("names and addresses come back as they were", async () => {
  const mailboxes = [
    { name: "", address: "bare@example.org" },
    { name: "Bob Example", address: "bob@example.org" },
    { name: "Müller, Jörg (Köln)", address: "joerg@xn--kln-sna.example" },
    { name: 'Anna "The \\ Lot" O\'Neill, Dr.', address: "anna@example.org" },
    { name: "=?UTF-8?B?w7w=?=", address: "fake@example.org" },
    { name: "ü".repeat(90), address: "long@example.org" },
  ];
  const mail = head(mailboxField("To", mailboxes));
  assertSafe(await sourceOf(mail));
  assert.deepEqual(
    (await parsed(mail)).to?.map(({ name, address }) => ({ name, address })),
    mailboxes,
  );
});

test("a date has the writer's offset", () => {
  const time = new Date(2026, 2, 9, 4, 5, 6);
  const [, text = ""] = /^Date: (.*)\r\n$/.exec(dateField(time)) ?? [];
  assert.equal(Date.parse(text), time.getTime());
  assert.match(text, /^Mon, 9 Mar 2026 04:05:06 [+-]\d{4}$/);
});

test("file names come back as they were, and so do files", async () => {
  const names = [
    "report.pdf",
    'a "quoted" \\ name;.txt',
    "Übersicht für Köln.pdf",
    `${"long ".repeat(30)}name.bin`,
    `${"größer ".repeat(30)}名前.bin`,
  ];
  const bytes = Uint8Array.from({ length: 600_000 }, (_, at) => (at * 7) % 256);
  for (const name of names) {
    const content = new Blob([bytes]);
    const mail = whole(
      textField("Subject", "files"),
      multipart("mixed", [
        textEntity("plain", "Files."),
        fileEntity({ content, name, type: "application/pdf" }),
        fileEntity({ content: new Blob([]), name: "empty", type: "" }),
        fileEntity({ content: new Blob(["x"]), name: "mail.eml", type: "message/rfc822" }),
      ]),
    );
    assertSafe(await sourceOf(mail));
    const { attachments, text } = await parsed(mail);
    assert.equal(text?.trim(), "Files.");
    assert.deepEqual(
      attachments.map((each) => [each.filename, each.mimeType, each.disposition]),
      [
        [name, "application/pdf", "attachment"],
        ["empty", "application/octet-stream", "attachment"],
        ["mail.eml", "application/octet-stream", "attachment"],
      ],
    );
    assert.deepEqual(new Uint8Array(attachments[0]?.content as ArrayBuffer), bytes);
  }
});

test("rich text has a plain form, and its pictures", async () => {
  const id = "picture@nssmime";
  const html = `<p>Grüße <img src="cid:${id}"></p>`;
  const mail = whole(
    "",
    multipart("alternative", [
      textEntity("plain", "Grüße"),
      multipart("related", [
        textEntity("html", html),
        fileEntity({ content: new Blob(["png"]), name: "p.png", type: "image/png", id }),
      ]),
    ]),
  );
  assertSafe(await sourceOf(mail));
  const found = await parsed(mail);
  assert.equal(found.text?.trim(), "Grüße");
  assert.equal(found.html?.trim(), html);
  assert.equal(found.attachments[0]?.contentId, `<${id}>`);
  assert.equal(found.attachments[0]?.disposition, "inline");
});

test("the same mail has the same bytes again", async () => {
  const mail = whole("", multipart("mixed", [textEntity("plain", "a"), textEntity("html", "b")]));
  assert.equal(await sourceOf(mail), await sourceOf(mail));
});

test("texts come back as they were, whatever is in their lines", async () => {
  const text = [
    "Short.",
    "From me to you,",
    "From\tme",
    ".",
    "..",
    " indented",
    "> typed as a quote",
    "",
    "-- ",
    "Müller",
    "a".repeat(500),
    `${"word ".repeat(50)}end`,
    "tab\tinside",
    "=3D is no code",
  ].join("\n");
  const mail = whole("", textEntity("plain", text));
  assertSafe(await sourceOf(mail));
  const found = (await parsed(mail)).text?.replace(/\n$/, "");
  assert.equal(found, text);
});

test("flowed lines are joined again, quotes keep their marks, and the signature its separator", () => {
  const long = "word ".repeat(40).trim();
  for (const text of [long, `> ${long}`, `>> ${long}`, ">", "-- ", "> -- "]) {
    const lines = linesOf(flowed(text));
    assert.ok(lines.every((line) => line.length <= 76));
    const marks = /^>*/.exec(text)?.[0] ?? "";
    assert.ok(lines.every((line) => line.startsWith(marks)));
    const joined = lines.map((line, at) => (at > 0 ? line.replace(/^>+ ?/, "") : line)).join("");
    assert.equal(joined, text);
  }
  assert.equal(flowed("blanks at the end   \nnext"), "blanks at the end\r\nnext");
});

test("what is plain stays readable", () => {
  assert.equal(written("Hello,\nhow are you?").encoding, "7bit");
  assert.equal(written("ends in a blank ").encoding, "quoted-printable");
  assert.equal(written("\ud800").encoding, "quoted-printable");
});
