// SPDX-License-Identifier: MPL-2.0
// What the details page is shown with: readings of mails, made by the host and by openssl.
import { execFileSync } from "node:child_process";
import { protectMessage } from "../../core/actions/message-protect.ts";
import { readMessage } from "../../core/actions/message-read.ts";
import { HostClient } from "../../core/client.ts";
import type { Reading } from "../../core/relay.ts";
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

export async function readings(home: Home): Promise<Record<string, Reading>> {
  const host = new HostClient({ connect: home.connect, client: { name: "mails", version: "1" } });
  const plain = mail("Alice <alice@example.org>", text("Please pay 10 EUR."));
  const both = await protectMessage(host, plain, { sign: {}, encrypt: {} });
  const wrapped = await protectMessage(host, plain, {
    sign: {},
    encrypt: {},
    order: "triple-wrap",
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
  };
  const all: Record<string, Reading> = {};
  for (const [name, message] of Object.entries(mails))
    all[name] = (await readMessage(host, message)).result;
  return all;
}
