// SPDX-License-Identifier: MPL-2.0
// In the background: opens the editor, hands it the mail that is answered, and brings what it sends
// to a tab in which the site's webmail is open, whose session sends it.
import { Client, type HostClient } from "../core/client.ts";
import { HostError } from "../core/error.ts";
import type { PageMethods } from "../core/relay.ts";
import { type Asked, Server } from "../core/server.ts";
import { siteOf } from "../core/site.ts";
import { piecesOf, pour, sizeOf } from "../core/stream.ts";
import { threadOf } from "../core/threading.ts";
import { patternOf } from "../core/site.ts";
import type { Access } from "./access.ts";
import { type Mode, modes } from "./editor/answering.ts";
import { WEBMAIL_PORT, type WebmailPortMethods, WRITE_PORT } from "./mail-port.ts";
import { readSent } from "./reading.ts";
import { type Held, NOWHERE, type Readings } from "./readings.ts";
import { siteOfSender } from "./visits.ts";

type Params<M extends keyof PageMethods> = PageMethods[M]["params"];
type Result<M extends keyof PageMethods> = PageMethods[M]["result"];

/** How often, and how long apart, a page that loads is looked at. */
const TURNS = 20;
const TURN = 250;

export class Writing {
  readonly #host: HostClient;
  readonly #access: Access;
  readonly #readings: Readings;
  readonly #open: (path: string, site: string) => Promise<void>;

  constructor(
    host: HostClient,
    access: Access,
    readings: Readings,
    open: (path: string, site: string) => Promise<void>,
  ) {
    this.#host = host;
    this.#access = access;
    this.#readings = readings;
    this.#open = open;
  }

  /** Whether the port is one of a content script that opens the editor; if so it is answered. */
  open(port: chrome.runtime.Port): boolean {
    const { sender } = port;
    const site = siteOfSender(sender);
    if (port.name !== WRITE_PORT || sender?.id !== chrome.runtime.id) return false;
    if (site === null || !sender.tab) return false;
    new Server(port, async (method, { mode }, asked) => {
      if (method === "hello") return {};
      if (method !== "write.open") throw new HostError("unknown-method", "There is no such method");
      if (!(await this.#access.has(site)))
        throw new HostError("origin-not-allowed", "The site was not set up");
      if (mode === "new" || !asked.content) await this.begin(site);
      else {
        const known = modes.find((each) => each === mode) ?? "reply";
        await this.answer(known, { ...(await readSent(this.#host, site, asked)), site });
      }
      return {};
    });
    return true;
  }

  begin(site: string): Promise<void> {
    return this.#open("pages/editor.html", site);
  }

  /** Its own copy of the mail: what is shown may be left meanwhile. */
  answer(mode: Mode, held: Pick<Held, "reading" | "content" | "source" | "site" | "by">): Promise<void> {
    const { reading, content, source, site, by } = held;
    const handle = this.#readings.add({ reading, content, source, site, ...NOWHERE, tab: null });
    const query = new URLSearchParams({ mode, handle, ...(by !== undefined && { by }) });
    return this.#open(`pages/editor.html?${query}`, site);
  }

  async answered(held: Held | null, asked: Asked): Promise<Result<"page.answered">> {
    if (!held?.reading || !held.source) return null;
    if (asked.output) await pour(held.content, asked.output);
    return { reading: held.reading, thread: await threadOf(held.source) };
  }

  async send(
    site: string | null,
    params: Params<"page.send">,
    { content, size, signal, onProgress }: Asked,
  ): Promise<Result<"page.send">> {
    if (site === null || !content) throw new HostError("site-unknown", "It is not known where to send");
    const webmail = await this.#webmail(site);
    let given = false;
    async function* watched(): AsyncGenerator<Uint8Array> {
      if (content) yield* piecesOf(content);
      given = true;
    }
    const length = size ?? sizeOf(content);
    try {
      return await webmail.call("webmail.send", params, {
        content: watched(),
        signal,
        onProgress,
        ...(length !== undefined && { size: length }),
      });
    } catch (thrown) {
      const { kind, message } = HostError.of(thrown);
      if (kind !== "host-lost" && kind !== "host-silent") throw thrown;
      // The tab closed. Once it had all of the mail nobody knows what became of that.
      throw new HostError("webmail-closed", message, given ? { uncertain: true } : {});
    } finally {
      webmail.close();
    }
  }

  /** A tab of the site; one that was just opened is waited for. */
  async #webmail(site: string): Promise<Client<WebmailPortMethods>> {
    for (let turn = 0; turn < TURNS; turn++) {
      const tabs = await tabsOf(site);
      for (const id of tabs) {
        const client = new Client<WebmailPortMethods>({
          connect: () => chrome.tabs.connect(id, { name: WEBMAIL_PORT, frameId: 0 }),
        });
        try {
          await client.call("hello", {});
          return client;
        } catch {
          // Nothing of ours is in it yet.
          client.close();
        }
      }
      if (tabs.length === 0) break;
      await new Promise((resolve) => setTimeout(resolve, TURN));
    }
    throw new HostError("webmail-closed", "No tab has the webmail");
  }
}

/** That which was used last first. */
async function tabsOf(site: string): Promise<number[]> {
  const tabs = await chrome.tabs.query({ url: patternOf(site) });
  return tabs
    .filter(({ url = "" }) => siteOf(url) === site)
    .sort((a, b) => (b.lastAccessed ?? 0) - (a.lastAccessed ?? 0))
    .flatMap(({ id }) => id ?? []);
}
