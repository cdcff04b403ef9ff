// SPDX-License-Identifier: MPL-2.0
// Mails as text, and their addresses; nothing of the program that they are in.

const READ = /[&?](header|emitter|examineEncryptedParts|type|fetchCompleteMessage|markRead)=[^&]*/g;

/** One mail has many addresses: this one is common to them. */
export function mailOf(spec: string): string {
  return spec.replace(READ, "").replace(/^([^?&]*)&/, "$1?");
}

/** What is about the outer body, and what Thunderbird keeps in its folders. */
const BODY = /^(content-[a-z-]+|mime-version|hp-outer|x-mozilla-(status|status2|keys))$/;

type Fields = [name: string, text: string][];

/** Header fields as they are written, and the rest. */
function parted(mail: string): { fields: Fields; body: string } {
  const [whole = "", head = "", end = ""] = /^((?:[^\r\n]+\r?\n)*)(\r?\n)/.exec(mail) ?? [];
  const lines = head.match(/^[^\r\n]*\r?\n(?:[ \t][^\r\n]*\r?\n)*/gm) ?? [];
  const fields = lines.map((text): [string, string] => [
    (/^[^:\s]*/.exec(text)?.[0] ?? "").toLowerCase(),
    text.replace(/\r?\n/g, "\r\n"),
  ]);
  return { fields, body: end + mail.slice(whole.length) };
}

/** The mail as if it had never been encrypted: what was protected wins. */
export function opened(source: string, entity: string): string {
  const outer = parted(source);
  const inner = parted(entity);
  const inside = new Set(inner.fields.map(([name]) => name));
  const header = [
    ...outer.fields.filter(([name, text]) =>
      text.includes(":") && name !== "" && !BODY.test(name) && !inside.has(name)),
    ...inner.fields.filter(([name]) => name !== "hp-outer"),
  ];
  return header.map(([, text]) => text).join("") + inner.body;
}

export function isEncrypted(source: string): boolean {
  const type = parted(source).fields.find(([name]) => name === "content-type")?.[1] ?? "";
  return /application\/(x-)?pkcs7-mime/i.test(type);
}
