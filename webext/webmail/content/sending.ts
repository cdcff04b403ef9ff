// SPDX-License-Identifier: MPL-2.0
// What the editor sends goes out through the webmail that this page is of, with its session.
import { HostError } from "../../core/error.ts";
import { type Asked, Server } from "../../core/server.ts";
import { WEBMAIL_PORT } from "../mail-port.ts";
import { type Outcome, type Provider, ProviderError } from "../providers/provider.ts";

async function wholeOf(content: Asked["content"], signal: AbortSignal): Promise<Blob> {
  if (content instanceof Uint8Array) return new Blob([content]);
  const pieces: BlobPart[] = [];
  for await (const piece of content ?? []) {
    signal.throwIfAborted();
    pieces.push(piece);
  }
  return new Blob(pieces);
}

function checked({ error, unknown, leftover }: Outcome): void {
  if (!error) return;
  const data = { ...(unknown !== null && { uncertain: true }), ...(leftover !== null && { leftover }) };
  throw new HostError(error.kind, error.message, data);
}

/** `provider`: null where the page is one of logging in, or of something else. */
export function offerSending(provider: Provider | null): void {
  chrome.runtime.onConnect.addListener((port) => {
    // Of the background alone: no other extension, and no page of this one.
    const { sender } = port;
    if (port.name !== WEBMAIL_PORT || sender?.id !== chrome.runtime.id || sender.tab) return;
    new Server(port, async (method, { from, recipients, blind }, { content, signal }) => {
      if (method === "hello") return {};
      if (method !== "webmail.send") throw new HostError("unknown-method", "There is no such method");
      if (!provider) throw new HostError("session-expired", "No webmail is shown");
      const raw = await wholeOf(content, signal);
      try {
        const mail = { from, copies: [{ raw, recipients }], kept: blind };
        checked(await provider.sendRaw(mail, { signal }));
      } catch (thrown) {
        if (thrown instanceof HostError) throw thrown;
        if (signal.aborted) throw new HostError("cancelled", "It was cancelled");
        const { kind, message } = ProviderError.of(thrown);
        throw new HostError(kind, message);
      }
      return {};
    });
  });
}
