// SPDX-License-Identifier: MPL-2.0
// Mails that pages may still ask for, and what is made of their parts.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Mails } from "../../core/mails.ts";
import type { Reading } from "../../core/relay.ts";
import { fileName, parseEntity } from "../../pages/viewer-entity.ts";

const reading = (subject: string) => ({ headers: { subject: { value: subject } } }) as Reading;
const mail = (subject: string, size = 3) => ({
  reading: reading(subject),
  content: new Blob([new Uint8Array(size)]),
});
const { signal } = new AbortController();

async function taken(mails: Mails, handle: string): Promise<[string | undefined, number]> {
  let size = 0;
  const output = (bytes: Uint8Array) => void (size += bytes.length);
  const given = await mails.give(handle, { signal, output });
  return [given?.headers.subject?.value ?? undefined, size];
}

test("a mail is given under its handle, whole", async () => {
  const mails = new Mails();
  const handle = mails.add(mail("one", 600_000));
  assert.deepEqual(await taken(mails, handle), ["one", 600_000]);
  assert.deepEqual(await taken(mails, `${handle}x`), [undefined, 0]);
});

test("handles are long and never the same", () => {
  const mails = new Mails();
  const handles = new Set(Array.from({ length: 20 }, () => mails.add(mail("x"))));
  assert.equal(handles.size, 20);
  for (const handle of handles) assert.ok(handle.length >= 32);
});

test("the oldest goes, by count and by size; the newest stays", () => {
  const mails = new Mails();
  const handles = Array.from({ length: 51 }, (_, n) => mails.add(mail(String(n))));
  assert.equal(mails.get(handles[0] as string), undefined);
  assert.ok(mails.get(handles[1] as string));
  const large = mails.add(mail("large", 40 * 1024 * 1024));
  assert.ok(mails.get(handles[50] as string), "it fits");
  const huge = mails.add(mail("huge", 70 * 1024 * 1024));
  assert.equal(mails.get(large), undefined);
  assert.equal(mails.get(handles[50] as string), undefined);
  assert.ok(mails.get(huge));
  mails.forget();
  assert.equal(mails.get(huge), undefined);
});

test("a page that gives up gets nothing more", async () => {
  const mails = new Mails();
  const handle = mails.add(mail("one", 600_000));
  const abort = new AbortController();
  let pieces = 0;
  const output = () => {
    pieces++;
    abort.abort();
  };
  await assert.rejects(mails.give(handle, { signal: abort.signal, output }), { name: "AbortError" });
  assert.equal(pieces, 1);
});

test("names of files cannot lead elsewhere, nor look like others", () => {
  for (const [name, clean] of [
    ["Grüße.txt", "Grüße.txt"],
    ["../../etc/passwd", "_.._etc_passwd"],
    ["C:\\x\\y.exe", "C__x_y.exe"],
    [".bashrc", "bashrc"],
    ["photo\u202Egpj.exe", "photogpj.exe"],
    ["a\r\nb\0.txt", "ab.txt"],
    ["  ", "file"],
    ["", "file"],
    [null, "file"],
    [`${"x".repeat(300)}.pdf`, `${"x".repeat(116)}.pdf`],
  ] as const)
    assert.equal(fileName(name, "file"), clean);
});

const entity = (text: string) => parseEntity(new Blob([text.replaceAll("\n", "\r\n")]), "file");

test("text, HTML, pictures that it shows, and files are told apart", async () => {
  const picture = (id: string) =>
    `--b\nContent-Type: image/png\nContent-ID: <${id}>\nContent-Transfer-Encoding: base64\n\nAAEC\n`;
  const { text, html, attachments, pictures } = await entity(
    'Content-Type: multipart/related; boundary="b"\n\n--b\n' +
      'Content-Type: multipart/alternative; boundary="a"\n\n' +
      "--a\nContent-Type: text/plain; charset=iso-8859-1\nContent-Transfer-Encoding: quoted-printable\n\nGr=FC=DFe\n" +
      '--a\nContent-Type: text/html\n\n<img src="cid:shown@x">\n--a--\n' +
      picture("shown@x") +
      picture("loose@x") +
      "--b--\n",
  );
  assert.equal(text.trim(), "Grüße");
  assert.match(html, /cid:shown/);
  assert.deepEqual([...pictures.keys()], ["shown@x", "loose@x"]);
  assert.deepEqual(attachments.map(({ name, type }) => [name, type]), [["file", "image/png"]]);
  assert.deepEqual(
    new Uint8Array((await attachments[0]?.content.arrayBuffer()) ?? new ArrayBuffer(0)),
    new Uint8Array([0, 1, 2]),
  );
});

test("a picture that is none is a file", async () => {
  const { attachments, pictures } = await entity(
    'Content-Type: multipart/related; boundary="b"\n\n--b\nContent-Type: text/html\n\n' +
      '<img src="cid:x">\n--b\nContent-Type: image/svg+xml\nContent-ID: <x>\n\n<svg/>\n--b--\n',
  );
  assert.equal(pictures.size, 0);
  assert.equal(attachments.length, 1);
});

test("too many parts in each other are refused", async () => {
  const open = Array.from(
    { length: 100 },
    (_, n) => `Content-Type: multipart/mixed; boundary="b${n}"\n\n--b${n}\n`,
  ).join("");
  await assert.rejects(entity(`${open}\nx\n`), /nesting/i);
});
