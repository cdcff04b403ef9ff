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

Cu.importGlobalProperties(["File", "TextDecoder", "btoa"]);

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

// Strings of bytes are what libmime takes and gives. Streams turn them over, which for a big mail
// takes milliseconds where a loop here would hold up all windows for seconds.

function streamOf(text: string): any {
  const stream = Cc["@mozilla.org/io/string-input-stream;1"].createInstance(
    Ci.nsIStringInputStream,
  );
  stream.setByteStringData(text);
  return stream;
}

function reading(stream: any): any {
  const reader = Cc["@mozilla.org/binaryinputstream;1"].createInstance(Ci.nsIBinaryInputStream);
  reader.setInputStream(stream);
  return reader;
}

export function sha256(text: string): string {
  const hash = Cc["@mozilla.org/security/hash;1"].createInstance(Ci.nsICryptoHash);
  hash.init(hash.SHA256);
  hash.updateFromStream(streamOf(text), text.length);
  return hash.finish(true);
}

export function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(text.length);
  if (text.length > 0) reading(streamOf(text)).readArrayBuffer(text.length, bytes.buffer);
  return bytes;
}

export function textOf({ buffer, byteOffset, byteLength }: Uint8Array<ArrayBuffer>): string {
  if (byteLength === 0) return "";
  const stream = Cc["@mozilla.org/io/arraybuffer-input-stream;1"].createInstance(
    Ci.nsIArrayBufferInputStream,
  );
  stream.setData(buffer, byteOffset, byteLength);
  return reading(stream).readBytes(byteLength);
}

/** For HTML, in ASCII. */
export function escaped(text: string): string {
  return text.replace(/[&<>"]|[^ -~]/gu, (character) => `&#${character.codePointAt(0)};`);
}

/** For what may be handed on as a whole to the background. */
export const plain = <V>(value: V): V => JSON.parse(JSON.stringify(value)) as V;
