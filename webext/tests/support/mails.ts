// SPDX-License-Identifier: MPL-2.0
// What the pages about a mail are shown with: mails as the host reads them, made by it and by
// openssl.
import { execFileSync } from "node:child_process";
import { protectMessage } from "../../core/actions/message-protect.ts";
import { readMessage } from "../../core/actions/message-read.ts";
import { HostClient } from "../../core/client.ts";
import type { Mail } from "../../core/mails.ts";
import type { Reading } from "../../core/relay.ts";
import { type Thread, threadOf } from "../../core/threading.ts";
import { type Home, pki } from "./real-host.ts";

function mail(from: string, body: string, more: string[] = []): Buffer {
  const date = new Date().toUTCString();
  const head = [`From: ${from}`, "To: bob@example.org", "Subject: Hello", `Date: ${date}`, ...more];
  return Buffer.from(`${[...head, "MIME-Version: 1.0"].join("\r\n")}\r\n${body}`);
}

const text = (body: string) => `Content-Type: text/plain; charset=utf-8\r\n\r\n${body}\r\n`;

/** Signed by somebody whose authority nobody trusts. */
function bySomebody(): Buffer {
  const signed = execFileSync(
    "openssl",
    ["cms", "-sign", "-signer", pki("mallory.crt"), "-inkey", pki("mallory.key"), "-certfile", pki("otherca.crt")],
    { input: text("Please pay 10 EUR."), stdio: ["pipe", "pipe", "ignore"] },
  ).toString("latin1");
  return mail("Mallory <mallory@example.org>", signed.replace(/^MIME-Version: 1\.0\r?\n/, ""));
}

/** A mailing list added its own text around a signed part. */
function partly(signed: string): Buffer {
  const at = signed.indexOf("Content-Type: multipart/signed");
  const body =
    'Content-Type: multipart/mixed; boundary="list"\r\n\r\n' +
    `--list\r\n${signed.slice(at)}\r\n--list\r\n${text("You are on a list.")}--list--\r\n`;
  return mail("Alice <alice@example.org>", body);
}

/** With a picture that came along and one that did not, a file, and a message inside. */
function rich(): string {
  const part = (head: string, body: string) => `--b\r\n${head}\r\n\r\n${body}\r\n`;
  const html =
    "<html><head><style>h1 { color: #0a5 }</style></head><body><h1>Invoice</h1>" +
    '<p>Please pay 10 EUR <a href="https://pay.example/?x=1">here</a>.</p>' +
    '<p><img src="cid:logo" alt="Logo"> <img src="https://track.example/p.gif" alt=""></p></body></html>';
  return (
    'Content-Type: multipart/mixed; boundary="b"\r\n\r\n' +
    part(
      'Content-Type: multipart/alternative; boundary="a"',
      `--a\r\n${text("Please pay 10 EUR at https://pay.example/?x=1.")}` +
        `--a\r\nContent-Type: text/html; charset=utf-8\r\n\r\n${html}\r\n--a--`,
    ) +
    part(
      "Content-Type: image/png\r\nContent-Transfer-Encoding: base64\r\nContent-ID: <logo>",
      "iVBORw0KGgoAAAANSUhEUgAAABgAAAAYCAIAAABvFaqvAAAAHklEQVR42mNgWBVKHTRq0KhBowaNGjRq0KhBA28QAAedPd/f4v/YAAAAAElFTkSuQmCC",
    ) +
    part(
      "Content-Type: text/plain; charset=utf-8\r\n" +
        "Content-Disposition: attachment; filename*=UTF-8''Gr%C3%BC%C3%9Fe.txt",
      "Everything is in here.",
    ) +
    part("Content-Type: message/rfc822", mail("Eve <eve@example.org>", text("Pay me.")).toString()) +
    "--b--\r\n"
  );
}

/** Encrypted, and neither signed nor protected against changes. */
function unproven(body: string): Buffer {
  const sealed = execFileSync(
    "openssl",
    ["cms", "-encrypt", "-aes-128-cbc", "-outform", "DER", pki("alice.crt")],
    { input: body, stdio: ["pipe", "pipe", "ignore"] },
  ).toString("base64");
  const head = "Content-Type: application/pkcs7-mime; smime-type=enveloped-data\r\n";
  const coding = "Content-Transfer-Encoding: base64\r\n\r\n";
  const lines = sealed.replace(/.{76}/g, "$&\r\n");
  return mail("Alice <alice@example.org>", `${head}${coding}${lines}\r\n`);
}

export async function readMails(home: Home): Promise<Record<string, Mail>> {
  const host = new HostClient({ connect: home.connect, client: { name: "mails", version: "1" } });
  const plain = mail("Alice <alice@example.org>", text("Please pay 10 EUR."));
  const both = await protectMessage(host, plain, { sign: {}, encrypt: {} });
  const wrapped = await protectMessage(host, plain, {
    sign: {},
    encrypt: {},
    order: "triple-wrap",
  });
  const invoice = await protectMessage(host, mail("Alice <alice@example.org>", rich()), {
    sign: {},
    encrypt: {},
  });
  const signed = await (await protectMessage(host, plain, { sign: {} })).message.text();
  const mails: Record<string, Blob | Buffer> = {
    valid: both.message,
    wrapped: wrapped.message,
    altered: Buffer.from(signed.replace("pay 10", "pay 99")),
    stranger: bySomebody(),
    forged: Buffer.from(signed.replace("alice@example.org", "boss@example.org")),
    partly: partly(signed),
    plain,
    rich: invoice.message,
    unproven: unproven(rich()),
  };
  const all: Record<string, Mail> = {};
  for (const [name, message] of Object.entries(mails)) {
    const { content, result } = await readMessage(host, message);
    all[name] = { content, reading: result };
  }
  return all;
}

/** An encrypted mail with a file, as the background keeps it for an answer. */
export async function answerable(
  home: Home,
  { to, signed }: { to: string; signed: boolean },
): Promise<{ reading: Reading; thread: Thread; content: Buffer }> {
  const host = new HostClient({ connect: home.connect, client: { name: "mails", version: "1" } });
  const body =
    'Content-Type: multipart/mixed; boundary="x"\r\n\r\n' +
    `--x\r\n${text("Meet me at noon.")}` +
    '--x\r\nContent-Type: text/plain; name="map.txt"\r\n' +
    'Content-Disposition: attachment; filename="map.txt"\r\n\r\nThe map.\r\n--x--\r\n';
  const fields = [
    "From: Bob <bob@example.org>",
    `To: ${to}`,
    "Subject: The plan",
    `Date: ${new Date().toUTCString()}`,
    "Message-ID: <original@example.org>",
    "References: <first@example.org>",
    "Reply-To: elsewhere@example.com",
    "MIME-Version: 1.0",
  ];
  const plain = Buffer.from(`${fields.join("\r\n")}\r\n${body}`);
  const { message } = await protectMessage(host, plain, {
    ...(signed && { sign: {} }),
    encrypt: { recipients: [to] },
  });
  const { content, result } = await readMessage(host, message);
  const { content: _content, ...reading } = result;
  host.close();
  return {
    reading,
    thread: await threadOf(message),
    content: Buffer.from(await content.arrayBuffer()),
  };
}
