// SPDX-License-Identifier: MPL-2.0
// What bytes cost on their way through a host that does nothing, from a page of the extension and
// back: in base64, in pieces and with a window as core/stream.ts has them.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { User } from "../e2e/webmail/user.ts";

const NAME = "nssmime_echo";

/** Where the browser finds the host. */
export function installEcho({ folder, browser }: User): void {
  const where = { chromium: "profile/NativeMessagingHosts", firefox: "home/.mozilla/native-messaging-hosts" };
  const manifests = join(folder, where[browser.name]);
  const manifest = JSON.parse(readFileSync(join(manifests, "nssmime.json"), "utf8"));
  const path = join(process.env["NSSMIME_WEBEXT"] as string, "../tests/bench/echo.py");
  writeFileSync(join(manifests, `${NAME}.json`), JSON.stringify({ ...manifest, name: NAME, path }));
}

async function inPage(name: string, size: number): Promise<number> {
  const PIECE = 256 * 1024;
  const WINDOW = 4 * 1024 * 1024;
  const port = chrome.runtime.connectNative(name);
  // Starting it does not count.
  await new Promise<void>((started) => {
    port.onMessage.addListener(() => started());
    port.postMessage({});
  });
  const bytes = new Uint8Array(size);
  for (let at = 0; at < size; at += 65_536) crypto.getRandomValues(bytes.subarray(at, at + 65_536));
  const source = new Blob([bytes]);
  const parts: BlobPart[] = [];
  let [sent, back] = [0, 0];
  let more = () => {};
  const start = performance.now();
  const done = new Promise<void>((resolve) => {
    port.onMessage.addListener(({ params }) => {
      const part = Uint8Array.fromBase64(params.data);
      parts.push(part);
      back += part.length;
      more();
      if (back === size) resolve();
    });
  });
  while (sent < size) {
    while (sent - back >= WINDOW)
      await new Promise<void>((resolve) => {
        more = resolve;
      });
    const data = new Uint8Array(await source.slice(sent, sent + PIECE).arrayBuffer()).toBase64();
    port.postMessage({ jsonrpc: "2.0", method: "stream.data", params: { stream: 1, data } });
    sent += PIECE;
  }
  await done;
  if (new Blob(parts).size !== size) throw new Error("not all came back");
  const took = performance.now() - start;
  port.disconnect();
  return took;
}

/** In milliseconds. */
export async function echo({ browser }: User, size: number): Promise<number> {
  const page = await browser.open(`${browser.extension}pages/settings.html`);
  try {
    return await page.evaluate<number>(`(${inPage})(${JSON.stringify(NAME)}, ${size})`);
  } finally {
    await page.close();
  }
}
