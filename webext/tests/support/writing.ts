// SPDX-License-Identifier: MPL-2.0
// The editor with a webmail behind it that only keeps what it is given: what was sent is looked at
// by openssl and by Python, as somebody else's programs would.
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { LocalMethods, Target } from "../../core/relay.ts";
import { HostError } from "../../core/error.ts";
import { piecesOf } from "../../core/stream.ts";
import { pki, SITE } from "./real-host.ts";

export interface Sent {
  from: string;
  recipients: string[];
  blind: boolean;
  bcc: string[];
  raw: Buffer;
}

export class Webmail {
  readonly sent: Sent[] = [];
  /** What the next ones fail with. */
  readonly failures: (HostError | null)[] = [];
  /** Until it is called nothing is sent. */
  hold: Promise<void> = Promise.resolve();
  answered: { reading: any; thread: any; content: Buffer } | null = null;
  /** What else is true of it. */
  target: Partial<Target> = {};
  identities = [{ address: "alice@example.org", name: "Alice Exämple" }];

  readonly local: LocalMethods = {
    "page.target": async () => ({
      program: "Chromium",
      installOption: "--chromium",
      identities: this.identities,
      site: SITE,
      ...this.target,
    }),
    "page.reading": async () => null,
    "page.answered": async (_params, { output }) => {
      if (!this.answered) return null;
      const { reading, thread, content } = this.answered;
      await output?.(new Uint8Array(content));
      return { reading, thread };
    },
    "page.send": async ({ from, recipients, blind, bcc = [] }, { content, signal }) => {
      const pieces: Uint8Array[] = [];
      if (content) for await (const piece of piecesOf(content)) pieces.push(piece);
      await this.hold;
      if (signal.aborted) throw new HostError("cancelled", "It was cancelled");
      const failure = this.failures.shift();
      if (failure) throw failure;
      this.sent.push({ from, recipients, blind, bcc, raw: Buffer.concat(pieces) });
      return {};
    },
  };
}

/** What is inside, as openssl finds it; it checks that the signature is Alice's. */
export function opened(raw: Buffer, layers: { decrypt?: string; verify?: boolean }): Buffer {
  const folder = mkdtempSync(join(tmpdir(), "nssmime-opened-"));
  try {
    let content = raw;
    if (layers.decrypt) {
      const keys = ["-recip", pki(`${layers.decrypt}.crt`), "-inkey", pki(`${layers.decrypt}.key`)];
      content = openssl(folder, content, ["-decrypt", ...keys]);
    }
    if (layers.verify)
      content = openssl(folder, content, ["-verify", "-CAfile", pki("ca.crt"), "-purpose", "any"]);
    return content;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function openssl(folder: string, content: Buffer, options: string[]): Buffer {
  const file = join(folder, "mail.eml");
  writeFileSync(file, content);
  return execFileSync("openssl", ["cms", ...options, "-in", file], {
    stdio: ["ignore", "pipe", "ignore"],
    maxBuffer: 256 * 1024 * 1024,
  });
}

const PYTHON = `
import sys, json, email, email.policy, hashlib
mail = email.message_from_bytes(sys.stdin.buffer.read(), policy=email.policy.default)
body = lambda kind: (lambda part: part and part.get_content())(mail.get_body((kind,)))
print(json.dumps({
    "fields": {name.lower(): str(value) for name, value in mail.items()},
    "defects": [str(each) for part in mail.walk() for each in part.defects],
    "type": mail.get_content_type(),
    "plain": body("plain"), "html": body("html"),
    "files": [[part.get_filename(), part.get_content_type(), part.get_content_disposition(),
               hashlib.sha256(part.get_payload(decode=True)).hexdigest()]
              for part in mail.walk() if part.get_filename()],
}))`;

export interface Parsed {
  fields: Record<string, string>;
  defects: string[];
  type: string;
  plain: string | null;
  html: string | null;
  files: [string, string, string, string][];
}

/** As Python's own parser reads it. */
export function parsed(raw: Buffer): Parsed {
  const output = execFileSync("python3", ["-c", PYTHON], { input: raw, maxBuffer: 256 * 1024 * 1024 });
  return JSON.parse(output.toString());
}
