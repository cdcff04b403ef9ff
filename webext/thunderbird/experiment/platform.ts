// SPDX-License-Identifier: MPL-2.0
// The program's own modules, as far as they are used, and looking whether they are as expected.

export const { MailServices } = ChromeUtils.importESModule(
  "resource:///modules/MailServices.sys.mjs",
);
export const { MimeMessage } = ChromeUtils.importESModule(
  "resource:///modules/MimeMessage.sys.mjs",
);
export const { MessageSend } = ChromeUtils.importESModule(
  "resource:///modules/MessageSend.sys.mjs",
);
export const { PgpMimeHandler } = ChromeUtils.importESModule(
  "resource:///modules/PgpMimeHandler.sys.mjs",
);
export const { ExtensionSupport } = ChromeUtils.importESModule(
  "resource:///modules/ExtensionSupport.sys.mjs",
);

export const { setTimeout, clearTimeout } = ChromeUtils.importESModule(
  "resource://gre/modules/Timer.sys.mjs",
);

Cu.importGlobalProperties(["File", "btoa"]);

export type Undo = () => void;

/** Puts `make(original)` in the place of a method; the result puts the original back. */
export function replace(
  object: any,
  name: string,
  make: (original: (...args: any[]) => any) => (...args: any[]) => any,
): Undo {
  const original = object[name];
  if (typeof original !== "function") throw new Error(`${name} is not there any more`);
  const replacement = make(original);
  object[name] = replacement;
  return () => {
    // Another add-on may have replaced it since: that one keeps what it has.
    if (object[name] === replacement) object[name] = original;
  };
}

export function sha256(text: string): string {
  const hash = Cc["@mozilla.org/security/hash;1"].createInstance(Ci.nsICryptoHash);
  const bytes = bytesOf(text);
  hash.init(hash.SHA256);
  hash.update(bytes, bytes.length);
  return hash.finish(true);
}

/** Strings of bytes are what libmime takes and gives. */
export function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(text.length);
  for (let at = 0; at < text.length; at++) bytes[at] = text.charCodeAt(at);
  return bytes;
}

export function textOf(bytes: Uint8Array): string {
  const pieces: string[] = [];
  for (let at = 0; at < bytes.length; at += 32768)
    pieces.push(String.fromCharCode(...bytes.subarray(at, at + 32768)));
  return pieces.join("");
}

/** For HTML, in ASCII. */
export function escaped(text: string): string {
  return text.replace(/[&<>"]|[^ -~]/gu, (character) => `&#${character.codePointAt(0)};`);
}

/** For what may be handed on as a whole to the background. */
export const plain = <V>(value: V): V => JSON.parse(JSON.stringify(value)) as V;
