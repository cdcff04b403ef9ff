// SPDX-License-Identifier: MPL-2.0
// What the editor sends goes out through the webmail that this page is of, with its session.
import { HostError } from "../../core/error.ts";
import { Server } from "../../core/server.ts";
import { WEBMAIL_PORT } from "../mail-port.ts";
import { sendBy } from "../outgoing.ts";
import type { Provider } from "../providers/provider.ts";

/** `provider`: null where the page is one of logging in, or of something else. */
export function offerSending(provider: Provider | null): void {
  chrome.runtime.onConnect.addListener((port) => {
    // Of the background alone: no other extension, and no page of this one.
    const { sender } = port;
    if (port.name !== WEBMAIL_PORT || sender?.id !== chrome.runtime.id || sender.tab) return;
    new Server(port, async (method, params, asked) => {
      if (method === "hello") return {};
      if (method !== "webmail.send") throw new HostError("unknown-method", "There is no such method");
      if (!provider) throw new HostError("session-expired", "No webmail is shown");
      return sendBy(provider, params, asked);
    });
  });
}
