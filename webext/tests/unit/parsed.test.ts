// SPDX-License-Identifier: MPL-2.0
// Large mails: the parts are those that the parser finds in the mail as it stands.
import assert from "node:assert/strict";
import { test } from "node:test";
import PostalMime from "postal-mime";
import { parseMail } from "../../core/mime/parsed.ts";

const options = { forceRfc822Attachments: true };

function noise(size: number): Buffer {
  const bytes = Buffer.alloc(size);
  for (let at = 0, state = size; at < size; at++) {
    state = (state * 1103515245 + 12345) & 0x7fffffff;
    bytes[at] = state >> 16;
  }
  return bytes;
}

const lines = (bytes: Buffer, width = 76, end = "\r\n") =>
  bytes.toString("base64").replace(new RegExp(`.{1,${width}}`, "g"), `$&${end}`);
const file = (body: string, type = "application/octet-stream", more = "Content-Transfer-Encoding: base64\r\n") =>
  `Content-Type: ${type}\r\n${more}Content-Disposition: attachment; filename="file"\r\n\r\n${body}`;
const mixed = (...parts: string[]) =>
  `Content-Type: multipart/mixed; boundary="b"\r\n\r\n${parts.map((part) => `--b\r\n${part}\r\n`).join("")}--b--\r\n`;
const text = "Content-Type: text/plain\r\n\r\nHello.";

const large = noise(1_200_000);
const cases: Record<string, { mail: string; short: boolean }> = {
  file: { mail: mixed(text, file(lines(large))), short: true },
  "a file that ends with a full line": { mail: mixed(text, file(lines(noise(57 * 20_000)))), short: true },
  "a file that ends in padding at the end of a full line": {
    mail: mixed(text, file(lines(noise(57 * 20_000 - 1)))),
    short: true,
  },
  "several files": {
    mail: mixed(text, file(lines(noise(800_000))), file(lines(noise(90_000), 64)), file(lines(noise(700_000), 60))),
    short: true,
  },
  "a mail in a mail": {
    mail: mixed(text, file(mixed(text, file(lines(large))), "message/rfc822", "")),
    short: true,
  },
  "lines that stand where base64 is not": {
    mail: mixed(text, file(`a\r\n${lines(large)}`)),
    short: false,
  },
  "a long text": {
    mail: mixed(`Content-Type: text/plain\r\nContent-Transfer-Encoding: base64\r\n\r\n${lines(large)}`),
    short: false,
  },
  "base64 in a text": { mail: mixed(`Content-Type: text/plain\r\n\r\n${lines(large)}`), short: false },
  "lines of another kind": { mail: mixed(text, file(lines(large, 77))), short: false },
  "line feeds alone": { mail: mixed(text, file(lines(large, 76, "\n"))), short: false },
  "padding in the middle": {
    mail: mixed(text, file(`${lines(noise(57 * 9_999 - 1))}${lines(noise(700_000))}`)),
    short: false,
  },
  "what is no base64 in the middle": {
    mail: mixed(text, file(lines(large).replace(/[^]{500000}/, (start) => `${start.slice(0, -1)}-`))),
    short: false,
  },
  "lines that look like it in the header": {
    mail: `${lines(large)}${mixed(text)}`,
    short: false,
  },
};

for (const [name, { mail, short }] of Object.entries(cases))
  test(name, async (context) => {
    const content = new Blob([mail]);
    const expected = await PostalMime.parse(content, options);
    const given: number[] = [];
    context.mock.method(PostalMime, "parse", (blob: Blob, how: object) => {
      given.push(blob.size);
      return new PostalMime(how).parse(blob);
    });
    const found = await parseMail(content, options);
    assert.ok(found.attachments.every((part) => part.content instanceof Blob));
    assert.equal(found.text, expected.text);
    assert.deepEqual(
      await Promise.all(found.attachments.map(async (part) => Buffer.from(await part.content.arrayBuffer()))),
      expected.attachments.map((part) => Buffer.from(part.content as ArrayBuffer)),
    );
    // The parser is spared the long lines where that can be, and has all of them where it cannot.
    assert.ok(short ? given.at(-1)! < mail.length / 2 && given.length === 1 : given.at(-1) === mail.length, `${given}`);
  });

test("a small mail is parsed as it is", async () => {
  const { attachments, text: said } = await parseMail(new Blob([mixed(text, file(lines(noise(1000))))]));
  assert.equal(said, "Hello.\n");
  assert.deepEqual(Buffer.from(await attachments[0]!.content.arrayBuffer()), noise(1000));
});
