// SPDX-License-Identifier: MPL-2.0
// A whole client of nssmime-host: requests, and contents of any size both ways, as
// host/PROTOCOL.md has it. It takes what connectNative() gives.

const CHUNK = 512 * 1024;
const CREDIT = 4 * 1024 * 1024;

/** What the host answers when something cannot be done: go by `kind`, show `message`. */
export class HostError extends Error {
  constructor({ message, data }) {
    super(message);
    Object.assign(this, data);
  }
}

export class Client {
  #port;
  #count = 0;
  #waiting = new Map(); // by the request's id
  #inputs = new Map(); // by the stream's number
  #outputs = new Map();

  constructor(port) {
    this.#port = port;
    port.onMessage.addListener((frame) => this.#take(frame));
    port.onDisconnect.addListener(() => {
      const gone = new HostError({ message: "nssmime-host is not there, or ended", data: { kind: "gone" } });
      for (const { reject } of this.#waiting.values()) reject(gone);
    });
  }

  request(method, params = {}) {
    const id = ++this.#count;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#send({ id, method, params });
    });
  }

  /** With a content of bytes: the result, and the bytes that come of it. */
  async run(method, params, content) {
    const from = ++this.#count;
    const to = ++this.#count;
    const pieces = [];
    this.#inputs.set(from, { content, sent: 0, credit: 0 });
    this.#outputs.set(to, pieces);
    try {
      const result = await this.request(method, {
        ...params,
        content: { stream: from, size: content.length },
        output: { stream: to, credit: CREDIT },
      });
      // Only now do they mean anything: the output of what fails is void.
      return { result, output: new Uint8Array(await new Blob(pieces).arrayBuffer()) };
    } finally {
      this.#inputs.delete(from);
      this.#outputs.delete(to);
    }
  }

  #send(message) {
    this.#port.postMessage({ jsonrpc: "2.0", ...message });
  }

  #take({ id, method, params, result, error }) {
    if (method === "stream.credit") this.#feed(params);
    else if (method === "stream.data") this.#keep(params);
    else if (this.#waiting.has(id)) {
      const { resolve, reject } = this.#waiting.get(id);
      this.#waiting.delete(id);
      if (error) reject(new HostError(error));
      else resolve(result);
    }
  }

  /** As much as the host is ready for, and no more. */
  #feed({ stream, bytes }) {
    const input = this.#inputs.get(stream);
    if (!input) return;
    for (input.credit += bytes; input.credit > 0 && input.sent < input.content.length; ) {
      const piece = input.content.subarray(input.sent, input.sent + Math.min(CHUNK, input.credit));
      this.#send({ method: "stream.data", params: { stream, data: encode(piece) } });
      input.sent += piece.length;
      input.credit -= piece.length;
    }
    if (input.sent < input.content.length) return;
    this.#inputs.delete(stream);
    this.#send({ method: "stream.end", params: { stream } });
  }

  /** What was taken is given back as credit, so that more may come. */
  #keep({ stream, data }) {
    const piece = Uint8Array.from(atob(data), (each) => each.charCodeAt(0));
    this.#outputs.get(stream)?.push(piece);
    this.#send({ method: "stream.credit", params: { stream, bytes: piece.length } });
  }
}

const encode = (bytes) => btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
