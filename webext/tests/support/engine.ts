// SPDX-License-Identifier: MPL-2.0
// What the browsers that are built for have, and this node may not. Put before every test.
import { Buffer } from "node:buffer";

globalThis.File ??= class extends Blob {
  readonly lastModified = Date.now();
  readonly webkitRelativePath = "";

  constructor(
    parts: BlobPart[],
    readonly name: string,
    options?: FilePropertyBag,
  ) {
    super(parts, options);
  }
};
Uint8Array.prototype.toBase64 ??= function toBase64() {
  return Buffer.from(this.buffer, this.byteOffset, this.byteLength).toString("base64");
};
Uint8Array.fromBase64 ??= function fromBase64(spaced: string, { alphabet = "base64" } = {}) {
  const text = spaced.replace(/[\t\n\f\r ]/g, "");
  if (alphabet === "base64url" && /^[\w-]*={0,2}$/.test(text))
    return new Uint8Array(Buffer.from(text, "base64url"));
  if (!/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(text))
    throw new SyntaxError("this is no base64");
  return new Uint8Array(Buffer.from(text, "base64"));
};
