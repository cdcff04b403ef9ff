// SPDX-License-Identifier: MPL-2.0
// The middle of the reduced add-on, which does without an Experiment. It does nothing as long as
// the complete one is there.
import { readMessage } from "../../core/actions/message-read.ts";
import { type Mail, Mails } from "../../core/mails.ts";
import { Recipients } from "../../core/recipients.ts";
import { isOwnPage, serve } from "../../core/relay.ts";
import { Charge } from "../charge.ts";
import { Composing } from "../composing.ts";
import { WatchedHost } from "../watched-host.ts";
import { openPage, target } from "../windows.ts";
import { Deciding } from "./deciding.ts";
import { Outgoing } from "./outgoing.ts";
import { reasonOf } from "./refused.ts";
import { Showing } from "./showing.ts";
import { tell } from "./words.ts";
import type { Wish, Writing } from "./writing.ts";
import { WritingWindows } from "./writing-windows.ts";

/** Begins the handle of a mail that is still to be read. */
const AGAIN = "message-";
const places = [messenger.action, messenger.messageDisplayAction];

/** Its protected parts are in the mail as it came. */
interface Kept extends Mail {
  message: number;
}

const host = new WatchedHost({
  locked: async () => {
    mails.forget();
    await showing.forget();
    // Viewers that are open; there may be none to hear it.
    await chrome.runtime.sendMessage({ forget: true }).catch(() => undefined);
  },
  changed: async () => {
    recipients.forget();
    await showing.forget();
  },
});
const storage = chrome.storage.local;
const recipients = new Recipients(host);
const mails = new Mails<Kept>();
const showing = new Showing(host, places);
const windows = new WritingWindows();
const composing = new Composing(host, recipients, storage, async () => undefined);
const deciding = new Deciding(host, composing, chrome.storage.session);
const outgoing = new Outgoing(host, storage, deciding, windows);

const charge = new Charge(async (rests) => {
  const scripts = messenger.scripting.messageDisplay;
  const there = (await scripts.getRegisteredScripts()).length > 0;
  if (rests && there) await scripts.unregisterScripts();
  if (!rests && !there)
    await scripts.registerScripts([{ id: "banner", js: ["banner.js"], runAt: "document_idle" }]);
  for (const place of [...places, messenger.composeAction]) {
    await (rests ? place.disable() : place.enable());
    await place.setTitle({ title: rests ? tell("rdRests") : null });
  }
  if (rests) await showing.forget();
});

// ---- mail that came

async function look({ id }: { id: number }): Promise<void> {
  if (!(await charge.rests())) await showing.look(id);
}

messenger.messageDisplay.onMessagesDisplayed.addListener((tab) => void look(tab));
messenger.mailTabs.onSelectedMessagesChanged.addListener((tab) => void look(tab));
// An encrypted mail that comes after another in a tab or window of its own tells it in no other way.
chrome.tabs.onUpdated.addListener((id) => void look({ id }));

// The complete one does not tell when it goes.
chrome.windows.onFocusChanged.addListener(() => void charge.rests());

async function banner(tabId: number): Promise<object | null> {
  if (await charge.rests()) return null;
  const answer = await (await showing.look(tabId))?.answer;
  if (!answer) return null;
  const { level, signature, encryption, advice } = answer.row;
  const words = [signature, encryption].filter(Boolean).join(" · ");
  const where = tell(answer.encrypted ? "rdBannerOpen" : "rdBannerWhere");
  return { level, words, advice, where };
}

async function openDetails(handle: string): Promise<void> {
  await openPage(`pages/details.html?handle=${handle}`);
}

/** What is encrypted, or protected in parts, is opened here; other mail is readable where it is. One
 * that could not be read is tried again by the page, which says what is wrong and what to do. */
async function open({ id }: { id: number }): Promise<void> {
  if (await charge.rests()) return;
  const shown = await showing.look(id);
  if (!shown) return openPage("pages/writing.html?select", 560, 400);
  const { message } = shown;
  const answer = await shown.answer;
  if (answer?.setUp) return openPage("pages/start.html");
  const handle = answer?.reading && answer.file
    ? mails.add({ reading: answer.reading, content: answer.file, message })
    : `${AGAIN}${message}`;
  if (answer === null || (answer.reading && !answer.encrypted && answer.reading.embedded.length === 0))
    return openDetails(handle);
  await chrome.tabs.create({ url: chrome.runtime.getURL(`pages/viewer.html?handle=${handle}`) });
}

for (const place of places) place.onClicked.addListener(open);

async function keep(message: number, handle: string, part?: string): Promise<void> {
  const raw = await messenger.messages.getRaw(message);
  const { content, result } = await readMessage(host, raw, part === undefined ? {} : { part });
  const { content: _content, ...reading } = result;
  mails.add({ reading, content, message }, handle);
}

async function kept(handle: string): Promise<Kept | undefined> {
  if (!mails.get(handle) && handle.startsWith(AGAIN))
    await keep(Number(handle.slice(AGAIN.length)), handle);
  return mails.get(handle);
}

async function readPart(handle: string, part: string): Promise<{ handle: string } | null> {
  const mail = mails.get(handle);
  if (!mail) return null;
  const own = crypto.randomUUID();
  await keep(mail.message, own, part);
  return { handle: own };
}

// ---- mail that is written

/** Thunderbird switches its own protection on for the answer to a mail that it could decrypt. */
async function switchOff(id: number): Promise<void> {
  const { selectedEncryptionTechnology: own } = await messenger.compose.getComposeDetails(id);
  if (!own) return;
  const off = { ...own, signMessage: false, encryptBody: false };
  if (off.name === "OpenPGP") off.encryptSubject = false;
  await messenger.compose.setComposeDetails(id, { selectedEncryptionTechnology: off });
}

async function written(wish: Wish): Promise<Writing | null> {
  const { writing: id, sign, encrypt, cancel, takeOver } = wish;
  const choice = { ...(sign !== undefined && { sign }), ...(encrypt !== undefined && { encrypt }) };
  const chosen = Object.keys(choice).length > 0 ? deciding.choose(id, choice) : undefined;
  if (chosen) outgoing.settle(id);
  if (await charge.rests()) return null;
  await chosen;
  if (takeOver) await switchOff(id);
  const details = await messenger.compose.getComposeDetails(id).catch(() => null);
  if (!details) return null;
  if (cancel) outgoing.cancel(id);
  const way = outgoing.way(id);
  // What is on its way is not decided anew.
  const under = way.progress === undefined ? undefined : deciding.get(id);
  const draft = under ?? (await deciding.decide(id, details));
  if (!draft) return null;
  const { state, recipients, composer } = draft;
  return { state, recipients, way: outgoing.way(id), builtIn: composer.builtIn };
}

messenger.compose.onBeforeSend.addListener(async ({ id }, details) => {
  if (await charge.rests()) return {};
  return { cancel: !(await outgoing.mayLeave(id, details)) };
});

messenger.compose.onAfterSave.addListener(({ id }, { mode }) => {
  if (mode === "draft") void outgoing.saved(id);
});

chrome.tabs.onRemoved.addListener((tabId) => {
  deciding.close(tabId);
  outgoing.close(tabId);
  windows.over(tabId);
  showing.close(tabId);
  void windows.refresh(tabId);
});

// ---- pages

chrome.runtime.onConnect.addListener((port) => {
  if (!isOwnPage(port)) return port.disconnect();
  serve(port, host, {
    "page.target": async () => ({
      ...(await target()),
      reduced: (await charge.rests()) ? "rests" : "works",
    }),
    "page.reading": async ({ handle }) => (await kept(handle))?.reading ?? null,
    "page.mail": async ({ handle }, asked) => {
      await kept(handle);
      return mails.give(handle, asked);
    },
    "page.part": ({ handle, part }) => readPart(handle, part),
    "page.details": async ({ handle }) => {
      await openDetails(handle);
      return null;
    },
  });
});

chrome.runtime.onMessage.addListener((message, sender, reply) => {
  if (sender.id !== chrome.runtime.id) return false;
  if (message?.banner && sender.tab?.id !== undefined)
    void banner(sender.tab.id).then(reply, () => reply(null));
  else if (typeof message?.writing === "number" && sender.url?.startsWith(chrome.runtime.getURL("")))
    void written(message).then(reply, (thrown) => reply({ problem: reasonOf(thrown) }));
  else return false;
  return true;
});

chrome.runtime.onInstalled.addListener(async ({ reason }) => {
  if (reason === "install" && !(await charge.rests()))
    await chrome.tabs.create({ url: chrome.runtime.getURL("pages/start.html") });
});

void charge.rests();
