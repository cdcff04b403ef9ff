// SPDX-License-Identifier: MPL-2.0
// Mails made and checked by openssl, with the keys of tests/support/pki.sh.
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const pki = (name: string) => join(process.env["NSSMIME_TEST_PKI"] as string, name);

function openssl([command, ...args]: [string, ...string[]], input: Buffer): Buffer {
  const folder = mkdtempSync(join(tmpdir(), "nssmime-mail-"));
  try {
    writeFileSync(join(folder, "in"), input);
    // The recipients, where there are any, come last.
    return execFileSync("openssl", [command, "-in", join(folder, "in"), ...args], {
      maxBuffer: 1 << 28,
      stdio: ["ignore", "pipe", "pipe"],
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const crlf = (text: string) => text.replace(/\r?\n/g, "\r\n");
let count = 0;

export interface Letter {
  from: string;
  to: string;
  subject: string;
  /** With its own header fields. */
  entity: string;
  messageId?: string;
}

export const text = (body: string) => `Content-Type: text/plain; charset=utf-8\r\n\r\n${crlf(body)}`;

function outside({ from, to, subject, messageId }: Letter): string {
  const id = messageId ?? `${Date.now()}.${++count}@example.org`;
  return crlf(`From: ${from}\nTo: ${to}\nSubject: ${subject}\nDate: ${new Date().toUTCString()}\n` +
    `Message-ID: <${id}>\n`);
}

/** openssl ends its own lines with a line feed alone, which is no line end in a mail. */
function whole(letter: Letter, made: Buffer): Buffer {
  const clean = made.toString("latin1").replace(/(?<!\r)\n/g, "\r\n");
  return Buffer.concat([Buffer.from(outside(letter)), Buffer.from(clean, "latin1")]);
}

export const plainMail = (letter: Letter) => Buffer.from(outside(letter) + letter.entity);

/** By the writer, whose name is the part before the at sign. */
function signed(letter: Letter, form: "detached" | "opaque"): Buffer {
  const name = letter.from.split("@")[0] as string;
  const how = form === "opaque" ? ["-nodetach"] : [];
  return openssl(["cms", "-sign", "-binary", "-crlfeol", ...how, "-signer", pki(`${name}.crt`),
    "-inkey", pki(`${name}.key`), "-certfile", pki("intermediate.crt")], Buffer.from(letter.entity));
}

export const signedMail = (letter: Letter, form: "detached" | "opaque" = "detached") =>
  whole(letter, signed(letter, form));

export function encryptedMail(letter: Letter, recipients: string[], sign = false): Buffer {
  const entity = sign ? signed(letter, "detached") : Buffer.from(letter.entity);
  const to = recipients.map((address) => pki(`${address.split("@")[0]}.crt`));
  const made = openssl(["cms", "-encrypt", "-binary", "-crlfeol", "-aes256", ...to], entity);
  return whole(letter, made);
}

/** The content that the signature covers, cut out byte for byte; fails if it does not verify. */
export function verified(mail: Buffer): Buffer {
  const bytes = mail.toString("latin1");
  const trust = ["-CAfile", pki("ca.crt")];
  const boundary = /^Content-Type: multipart\/signed;[^]*?boundary="([^"]+)"/im.exec(bytes)?.[1];
  if (boundary === undefined) {
    const start = bytes.search(/\r\nMIME-Version:/i) + 2;
    return openssl(["cms", "-verify", "-binary", ...trust], mail.subarray(start));
  }
  const [, content, signature] = bytes.split(`--${boundary}\r\n`) as [string, string, string];
  const folder = mkdtempSync(join(tmpdir(), "nssmime-mail-"));
  try {
    const file = join(folder, "content");
    writeFileSync(file, Buffer.from(content.replace(/\r\n$/, ""), "latin1"));
    const der = Buffer.from(signature.split("\r\n\r\n")[1] as string, "base64");
    return openssl(["cms", "-verify", "-binary", "-inform", "DER", "-content", file, ...trust], der);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export function decrypted(mail: Buffer, name: string): Buffer {
  const start = mail.toString("latin1").search(/\r\nMIME-Version:/i) + 2;
  return openssl(["cms", "-decrypt", "-binary", "-recip", pki(`${name}.crt`), "-inkey", pki(`${name}.key`)],
    mail.subarray(start));
}

/** Is that all of a mail below what the servers put above it? But for line ends after its last line. */
export const tail = (mail: Buffer | undefined, part: Buffer): boolean =>
  (mail?.toString("latin1") ?? "").trimEnd().endsWith(part.toString("latin1").trimEnd());
