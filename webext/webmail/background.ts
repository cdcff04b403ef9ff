// SPDX-License-Identifier: MPL-2.0
// The extension's middle: it owns the one port to the host, and answers content scripts and pages.
// The browser may stop it at any time; what has to outlive that is in the browser's storage.
import { HostClient } from "../core/client.ts";
import { isOwnPage, type LocalMethods, serve } from "../core/relay.ts";
import { Sites } from "../core/site.ts";
import { Access } from "./access.ts";
import { Accounts } from "./mailbox/accounts.ts";
import { Mailboxes } from "./mailbox/mailboxes.ts";
import { MailboxPages } from "./mailbox/own-pages.ts";
import { PrivateStorage } from "./mailbox/private-storage.ts";
import { OwnPages } from "./own-pages.ts";
import { problemOf } from "./problems.ts";
import { Readings } from "./readings.ts";
import { Setup } from "./setup.ts";
import { showNothing, showProblem, showReading, showWorking } from "./toolbar.ts";
import { type Seen, Visits } from "./visits.ts";
import { Writing } from "./writing.ts";

const NATIVE = "nssmime";

/** What was decrypted is forgotten with the keys. */
class Host extends HostClient {
  override async call(...args: Parameters<HostClient["call"]>): Promise<any> {
    const result = await super.call(...args);
    const [method] = args;
    if (method === "database.lock" || method === "database.use") {
      visits.forget();
      // To the windows that show mails; there may be none.
      chrome.runtime.sendMessage({ forget: true }).catch(() => undefined);
    }
    return result;
  }
}

const host = new Host({
  connect: () => chrome.runtime.connectNative(NATIVE),
  client: { name: "webmail", version: chrome.runtime.getManifest().version },
});
const { local, session } = chrome.storage;
const access = new Access(local);
const readings = new Readings();
const setup = new Setup(host, access, session);
const sites = new Sites(session, local);

function show(tab: number, seen: Seen): Promise<void> {
  switch (seen.state) {
    case "working":
      return showWorking(tab);
    case "read":
      return showReading(tab, seen.reading);
    case "problem":
      return showProblem(tab, problemOf(seen.problem).title);
    default:
      return showNothing(tab);
  }
}

const visits: Visits = new Visits({
  host,
  access,
  readings,
  seen: (tab, seen) => void show(tab, seen),
  used: (site) => sites.used(site),
  known: (site, identities) => pages.known(site, identities),
  inWindow: (handle, site) => pages.open(`pages/mail.html#${handle}`, site),
});
const writing = new Writing(host, access, readings, (path, site) => pages.open(path, site));
const pages: OwnPages = new OwnPages({
  host,
  access,
  readings,
  setup,
  sites,
  visits,
  writing,
  storage: local,
});

const accounts = new Accounts(local, session, new PrivateStorage("mailboxes"));
const mailboxes = new Mailboxes(accounts, access, setup);
const ofMailboxes = new MailboxPages({ host, readings, sites, mailboxes });

chrome.runtime.onConnect.addListener((port) => {
  if (isOwnPage(port)) {
    const answers = { ...pages.answers(port), ...ofMailboxes.answers(port) } as LocalMethods;
    serve(port, host, answers, () => ofMailboxes.site(port));
  } else if (!visits.open(port) && !writing.open(port)) port.disconnect();
});

chrome.permissions.onAdded.addListener(({ origins = [] }) => {
  void setup.granted(origins).finally(() => access.follow());
});
chrome.permissions.onRemoved.addListener(() => void access.follow());

chrome.runtime.onInstalled.addListener(({ reason }) => {
  void access.follow();
  if (reason === "install") void pages.open("pages/start.html", null);
});
chrome.runtime.onStartup.addListener(() => void access.follow());
