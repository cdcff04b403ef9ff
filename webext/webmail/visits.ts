// SPDX-License-Identifier: MPL-2.0
// The frames of webmail pages that are open: what a content script asks, and what is shown there.
import type { HostClient } from "../core/client.ts";
import { HostError, type WireError } from "../core/error.ts";
import type { Identity, Reading } from "../core/relay.ts";
import { type Asked, Server } from "../core/server.ts";
import { siteOf } from "../core/site.ts";
import type { Access } from "./access.ts";
import { MAIL_PORT, type MailMethods, type Notice } from "./mail-port.ts";
import { readSent } from "./reading.ts";
import type { Held, Readings } from "./readings.ts";

interface Visit {
  readonly site: string;
  readonly tab: number;
  readonly frame: number;
  /** It told what is in the frame: not, if it only went on where the background was stopped. */
  begun: boolean;
  /** Of the webmail. */
  session: string;
  /** Of the mail that is shown. */
  handle: string | null;
}

/** What is known of the mail in a tab. */
export type Seen =
  | { state: "working" }
  | { state: "read"; reading: Reading }
  | { state: "problem"; problem: WireError }
  | { state: "plain" }
  | { state: "none" };

export interface Surroundings {
  host: HostClient;
  access: Access;
  readings: Readings;
  /** What was seen in a tab changed. */
  seen(tab: number, seen: Seen): void;
  /** Something is done at a site. */
  used(site: string): Promise<void>;
  /** The addresses that somebody has at a site. */
  known(site: string, identities: Identity[]): Promise<void>;
  /** Opens a window that shows a mail. */
  inWindow(handle: string, site: string): Promise<void>;
}

/** The origin of a page, which the browser vouches for; null: none that mail is read for. A frame
 * that is sandboxed has an address of the site, but not its origin. */
export function siteOfSender(sender: chrome.runtime.MessageSender | undefined): string | null {
  const site = siteOf(sender?.url ?? "");
  return site !== null && sender?.origin === site ? site : null;
}

/** So long the addresses that a webmail told count: its user may change them. */
const FRESH = 10 * 60_000;

const isSmime = ({ summary, embedded }: Reading) =>
  summary.signature !== "none" || summary.encryption !== "none" || embedded.length > 0;

export class Visits {
  readonly #around: Surroundings;
  readonly #visits = new Set<Visit>();
  readonly #seen = new Map<number, { seen: Seen; visit: Visit }>();
  /** For which session each site told its user's addresses, and when. */
  readonly #told = new Map<string, { session: string; at: number }>();

  constructor(around: Surroundings) {
    this.#around = around;
  }

  /** Whether the port is a content script's; if so it is answered from now on. */
  open(port: chrome.runtime.Port): boolean {
    const { sender } = port;
    const site = siteOfSender(sender);
    const tab = sender?.tab?.id;
    if (port.name !== MAIL_PORT || sender?.id !== chrome.runtime.id) return false;
    if (site === null || tab === undefined || sender.frameId === undefined) return false;
    const visit: Visit = { site, tab, frame: sender.frameId, begun: false, session: "", handle: null };
    // Of a page that was there before, and whose end was not told.
    for (const old of this.#visits)
      if (old.tab === visit.tab && old.frame === visit.frame) this.#close(old);
    this.#visits.add(visit);
    port.onDisconnect.addListener(() => this.#close(visit));
    new Server(port, async (method, params, asked) => {
      if (method === "hello") return {};
      // Set up when the frame was loaded, and forgotten since?
      const set = await this.#around.access.has(site);
      if (method === "visit.begin") {
        visit.begun = true;
        this.#left(visit);
        if (set && params.reads === true) this.#see(visit, { state: "working" });
        visit.session = String(params.session);
        const told = this.#told.get(site);
        const fresh = told?.session === visit.session && Date.now() - told.at < FRESH;
        if (set && fresh) await this.#around.used(site);
        return { set, unknown: !fresh };
      }
      if (!set) throw new HostError("origin-not-allowed", "The site was not set up");
      switch (method as keyof MailMethods) {
        case "visit.identities":
          if (!Array.isArray(params.identities)) return {};
          await this.#around.known(site, params.identities);
          if (params.identities.length > 0)
            this.#told.set(site, { session: visit.session, at: Date.now() });
          return {};
        case "visit.read":
          return this.#read(visit, asked);
        case "visit.failed":
          return this.#failed(visit, { message: "", data: { kind: String(params.problem) } });
        case "visit.left":
          this.#left(visit);
          return {};
        case "visit.window":
          return this.#window(visit, String(params.handle));
        default:
          throw new HostError("unknown-method", "There is no such method");
      }
    });
    return true;
  }

  in(tab: number): Seen {
    return this.#seen.get(tab)?.seen ?? { state: "none" };
  }

  /** What is shown in this tab, for its details. */
  held(tab: number): Held | undefined {
    const { handle } = this.#seen.get(tab)?.visit ?? { handle: null };
    return handle === null ? undefined : this.#around.readings.get(handle);
  }

  /** A webmail that is known is in this tab. */
  has(tab: number): boolean {
    return [...this.#visits].some((visit) => visit.tab === tab);
  }

  /** To the content script of a frame; it may be gone by now. */
  tell({ tab, frame }: Held["frame"], notice: Notice): void {
    // No frame shows it: Chromium takes no such number.
    if (tab < 0) return;
    chrome.tabs.sendMessage(tab, notice, { frameId: frame }).catch(() => undefined);
  }

  /** The content scripts of a tab, from before the background was stopped. */
  async wake(tab: number): Promise<void> {
    const notice: Notice = { notice: "begin" };
    const known = [...this.#visits].some((visit) => visit.tab === tab && visit.begun);
    if (!known) await chrome.tabs.sendMessage(tab, notice).catch(() => undefined);
  }

  /** To all of a tab, or of a site. */
  tellAll(where: { tab: number } | { site: string }, notice: Notice): void {
    for (const { site, tab, frame } of this.#visits)
      if ("tab" in where ? where.tab === tab : where.site === site) this.tell({ tab, frame }, notice);
  }

  /** The certificates were locked: nothing is known of any mail any more. */
  forget(): void {
    this.#around.readings.forget();
    for (const visit of this.#visits) {
      this.#left(visit);
      this.tell(visit, { notice: "locked" });
    }
  }

  async #read(visit: Visit, asked: Asked): Promise<MailMethods["visit.read"]["result"]> {
    this.#left(visit);
    this.#see(visit, { state: "working" });
    try {
      const read = await readSent(this.#around.host, visit.site, asked);
      const { reading } = read;
      if (!isSmime(reading)) {
        this.#see(visit, { state: "plain" });
        return { handle: null };
      }
      const handle = this.#hold(visit, read);
      this.#see(visit, { state: "read", reading });
      return { handle };
    } catch (thrown) {
      const failure = HostError.of(thrown);
      if (asked.signal.aborted || failure.kind === "cancelled") {
        this.#see(visit, { state: "none" });
        throw failure;
      }
      return this.#failed(visit, failure.toWire());
    }
  }

  #failed(visit: Visit, problem: WireError): { handle: string } {
    this.#see(visit, { state: "problem", problem });
    return { handle: this.#hold(visit, { reading: null, problem, content: new Blob(), source: null }) };
  }

  async #window(visit: Visit, handle: string): Promise<MailMethods["visit.window"]["result"]> {
    const moved = handle === visit.handle ? this.#around.readings.move(handle, null) : null;
    if (moved === null) throw new HostError("cancelled", "The mail is not shown any more");
    visit.handle = null;
    await this.#around.inWindow(moved, visit.site);
    return {};
  }

  #hold(visit: Visit, what: Pick<Held, "reading" | "problem" | "content" | "source">): string {
    const { site, tab, frame } = visit;
    visit.handle = this.#around.readings.add({ ...what, site, tab, frame: { tab, frame } });
    return visit.handle;
  }

  #see(visit: Visit, seen: Seen): void {
    if (!this.#visits.has(visit)) return;
    this.#seen.set(visit.tab, { seen, visit });
    this.#around.seen(visit.tab, seen);
  }

  #close(visit: Visit): void {
    this.#visits.delete(visit);
    this.#left(visit);
  }

  #left(visit: Visit): void {
    if (visit.handle !== null) this.#around.readings.remove(visit.handle);
    visit.handle = null;
    // What another frame of the tab shows stays. What the toolbar said before the background was
    // stopped does not.
    const seen = this.#seen.get(visit.tab);
    if (seen && seen.visit !== visit) return;
    this.#seen.delete(visit.tab);
    this.#around.seen(visit.tab, { state: "none" });
  }
}
