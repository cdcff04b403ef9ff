// SPDX-License-Identifier: MPL-2.0
// The add-on's middle: it owns the one port to the host, and answers the experiment and the pages.
import { readMessage } from "../core/actions/message-read.ts";
import { allowQuotes, isQuotable } from "../core/quoting.ts";
import { Recipients } from "../core/recipients.ts";
import { isOwnPage, type Reading, serve } from "../core/relay.ts";
import type { Asked } from "../core/server.ts";
import { takeCharge } from "./charge.ts";
import { type Choice, Composing } from "./composing.ts";
import { protect } from "./protecting.ts";
import { read } from "./reading.ts";
import { WatchedHost } from "./watched-host.ts";
import { openPage, target } from "./windows.ts";
import { Works } from "./works.ts";

/** Readings that details pages may still ask for. */
const READINGS = 50;

const host = new WatchedHost({
  locked: () => messenger.nssmime.forget(),
  changed: async () => {
    recipients.forget();
    await messenger.nssmime.composers();
  },
});
const recipients = new Recipients(host);
const storage = chrome.storage.local;
const composing = new Composing(host, recipients, storage, (tabId, state) =>
  messenger.nssmime.setComposer(tabId, state),
);
const works = new Works((work, percent) => void messenger.nssmime.progress(work, percent));
type Get = (asked: Asked) => Promise<Reading>;
const readings = new Map<string, Get>();

chrome.runtime.onConnect.addListener((port) => {
  if (!isOwnPage(port)) return port.disconnect();
  serve(port, host, {
    "page.target": async () => {
      // An address may have several identities: one that is on counts.
      const builtIns = (await messenger.nssmime.builtIns()).sort((a, b) => +b.isOn - +a.isOn);
      return target((address) =>
        builtIns.find((each) => each.address.toLowerCase() === address.toLowerCase()),
      );
    },
    "page.reading": async ({ handle }, asked) => (await readings.get(handle)?.(asked)) ?? null,
    "page.builtIn": async ({ address }) => {
      await messenger.nssmime.openAccountSettings(address);
      return null;
    },
  });
});

chrome.runtime.onMessage.addListener((message, sender, reply) => {
  // Pages of the add-on alone: it has no content scripts, and no other add-on is let in.
  if (sender.id !== chrome.runtime.id || typeof message?.recipients !== "number") return false;
  reply(composing.get(message.recipients)?.recipients ?? null);
  return false;
});

messenger.nssmime.onRead.addListener(async (request, file) => {
  const answer = await works.run(request.work, (running) => read(host, request, file, running));
  return { ...answer, quote: await isQuotable(storage, answer.reading) };
});

messenger.nssmime.onProtect.addListener((request, file) =>
  works.run(request.work, (running) =>
    protect(host, storage, request, file, {
      origin: composing.get(request.tabId)?.composer.origin?.headers,
      ...running,
    }),
  ),
);

messenger.nssmime.onCancel.addListener(async (work) => works.cancel(work));

messenger.nssmime.onComposer.addListener((composer) => composing.changed(composer));

messenger.nssmime.onChoose.addListener(async (tabId, what: Choice) => {
  if (what === "sign" || what === "encrypt") await composing.choose(tabId, what);
  else if (what === "quote") {
    await allowQuotes(storage, composing.get(tabId)?.composer.origin?.headers);
    await messenger.nssmime.quote(tabId);
  }
  else if (what === "setUp") await openPage("pages/start.html");
  else await openPage(`pages/composer.html?tab=${tabId}`, 560, 520);
});

/** `reading` is asked for by the page, which shows how far it is and what goes wrong. */
async function openDetails(reading: Get): Promise<void> {
  const handle = crypto.randomUUID();
  readings.set(handle, reading);
  for (const old of [...readings.keys()].slice(0, -READINGS)) readings.delete(old);
  await openPage(`pages/details.html?handle=${handle}`);
}

messenger.nssmime.onDetails.addListener(async ({ setUp, certificates, reading }) => {
  if (setUp) await openPage("pages/start.html");
  else if (certificates) await openPage("pages/certificates.html");
  else await openDetails(async () => reading);
});

// In any mail, also one in which Thunderbird sees no S/MIME.
messenger.messageDisplayAction.onClicked.addListener(async ({ id }) => {
  const { messages } = await messenger.messageDisplay.getDisplayedMessages(id);
  const [message] = messages;
  if (!message) return;
  await openDetails(async ({ signal, onProgress }) => {
    const file = await messenger.messages.getRaw(message.id);
    const { result } = await readMessage(host, file, { signal, ...(onProgress && { onProgress }) });
    const { content: _content, ...reading } = result;
    return reading;
  });
});

chrome.tabs.onRemoved.addListener((tabId) => composing.close(tabId));

chrome.storage.onChanged.addListener(() => {
  void messenger.nssmime.composers();
});

chrome.runtime.onInstalled.addListener(({ reason }) => {
  if (reason === "install") void chrome.tabs.create({ url: chrome.runtime.getURL("pages/start.html") });
});

// Composers that were open before this script was.
void messenger.nssmime.composers();

takeCharge();
