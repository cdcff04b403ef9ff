// SPDX-License-Identifier: MPL-2.0
// From a mail that is shown to the frame that shows it as the host read it.
import { Client } from "../../core/client.ts";
import { HostError } from "../../core/error.ts";
import { MAIL_PORT, type MailMethods, type Notice } from "../mail-port.ts";
import { type Asked, ProviderError, type Shown as Seen } from "../providers/provider.ts";
import { say } from "../words.ts";
import { Banner, type Shown } from "./banner.ts";
import type { Sight } from "./sights.ts";

type Begun = MailMethods["visit.begin"]["result"];

interface Mail extends Seen {
  element: HTMLElement;
}

/** The background forgot what it was doing when the browser stopped it: it is asked once more. */
const isLost = (failure: unknown) =>
  failure instanceof HostError && (failure.kind === "host-lost" || failure.kind === "host-silent");

export class Watch {
  readonly #sight: Sight;
  readonly #background = new Client<MailMethods>({
    connect: () => chrome.runtime.connect({ name: MAIL_PORT }),
  });
  /** Kept, since an extension that was updated cannot say anything here any more. */
  readonly #updated = say("wmUpdated");
  readonly #changes = new MutationObserver(() => void this.#look());
  #mail: Mail | null = null;
  #banner: Banner | null = null;
  #shown: Shown | null = null;
  #abort = new AbortController();
  /** What the background says of the frame. */
  #begun: Promise<Begun> | undefined;
  #early: { begun: Promise<Begun>; read: Promise<void> | undefined } | null = null;

  constructor(sight: Sight) {
    this.#sight = sight;
    chrome.runtime.onMessage.addListener((notice: Notice, sender, reply) => {
      // Of the background alone: no other extension, and no page of this one.
      if (sender.id !== chrome.runtime.id || sender.tab) return false;
      if (notice.notice !== "begin") {
        this.#told(notice);
        return false;
      }
      this.begin().finally(() => reply(true));
      return true;
    });
    // A page that the browser keeps for going back to is not there meanwhile; its port stays open.
    addEventListener("pagehide", () => this.#end());
    addEventListener("pageshow", ({ persisted }) => {
      if (persisted) this.begin().catch(() => undefined);
    });
  }

  /** Where the site was set up, maybe later than this frame was loaded; and again where the
   * background was stopped in between. */
  async begin(): Promise<void> {
    const early = this.#early;
    this.#early = null;
    const { set, unknown } = await (early?.begun ?? this.#begin());
    if (!set) return this.#leave();
    this.#changes.observe(document, { childList: true, subtree: true });
    // The page's own scripts may have put the mail there anew meanwhile.
    const read = early ? (this.#look() ?? early.read) : this.#again();
    if (unknown) void this.#introduce(read);
  }

  #again(): Promise<void> | undefined {
    return this.#mail?.hint ? this.#read(this.#mail) : this.#look();
  }

  /** Where the page is loading still, of a site that was set up when last heard of: the mail is read
   * already, and begin() does the rest. */
  beginEarly(): void {
    const read = this.#look();
    const begun = this.#begin();
    begun.catch(() => undefined);
    this.#early = { begun, read };
  }

  #begin(): Promise<Begun> {
    const reads = this.#mail?.hint ?? false;
    const { session } = this.#sight;
    return (this.#begun = this.#background.call("visit.begin", { reads, session }));
  }

  /** The mail goes first: the webmail makes a whole page for this. */
  async #introduce(read: Promise<void> | undefined): Promise<void> {
    await read;
    const identities = await this.#sight.provider.identities().catch(() => []);
    await this.#background.call("visit.identities", { identities }).catch(() => undefined);
  }

  /** The page is gone, or the site was forgotten: as if this had never been here. */
  #end(): void {
    this.#changes.disconnect();
    this.#early = null;
    this.#leave();
    this.#background.close();
  }

  /** Is another mail shown than before? */
  #look(): Promise<void> | undefined {
    const seen = this.#sight.shown();
    const element = seen && document.querySelector<HTMLElement>(seen.body);
    const same = this.#mail?.message;
    if (!seen || !element) {
      if (this.#mail) this.#leave();
      return undefined;
    }
    if (this.#mail?.element === element && same?.id === seen.message.id && same.folder === seen.message.folder)
      return undefined;
    this.#leave();
    this.#mail = { ...seen, element };
    return seen.hint ? this.#read(this.#mail) : undefined;
  }

  #leave(): void {
    this.#abort.abort();
    this.#banner?.remove();
    this.#banner = this.#shown = null;
    if (this.#mail) this.#background.call("visit.left", {}).catch(() => undefined);
    this.#mail = null;
  }

  #told(notice: Notice): void {
    if (notice.notice === "forgotten") this.#end();
    else if (notice.notice === "locked") this.#lock();
    else if (notice.notice === "read" && this.#mail) void this.#read(this.#mail);
    else if (notice.notice === "opened" && notice.handle === this.#shown?.handle) this.#shown.opened();
    else if (notice.notice === "height" && notice.handle === this.#shown?.handle)
      this.#shown.height(notice.height);
  }

  #lock(): void {
    const mail = this.#mail;
    if (!mail || !this.#banner) return;
    this.#abort.abort();
    this.#abort = new AbortController();
    this.#shown = null;
    this.#banner.told(say("wmLocked"), () => void this.#read(mail));
  }

  async #read(mail: Mail): Promise<void> {
    this.#abort.abort();
    const abort = (this.#abort = new AbortController());
    const banner = (this.#banner ??= new Banner(mail.element));
    this.#shown = null;
    const again = () => void this.#read(mail);
    const onProgress = banner.working(() => abort.abort());
    try {
      const handle = await this.#handle(mail, { signal: abort.signal, onProgress });
      if (this.#abort !== abort) return;
      if (handle === null) {
        banner.remove();
        this.#banner = null;
        return;
      }
      this.#shown = banner.show(handle, () => {
        banner.told(say("wmElsewhere"), again);
        this.#background
          .call("visit.window", { handle })
          .catch(() => banner.told(say("wmLost"), again));
      });
    } catch (failure) {
      if (this.#abort !== abort) return;
      if (!chrome.runtime?.id) banner.told(this.#updated);
      else banner.told(say(abort.signal.aborted ? "wmStopped" : "wmLost"), again);
    }
  }

  async #handle(mail: Mail, asked: Required<Asked>): Promise<string | null> {
    let raw: Blob;
    try {
      raw = await this.#sight.provider.getRaw(mail.message, asked);
    } catch (failure) {
      if (asked.signal.aborted) throw failure;
      const problem = ProviderError.of(failure).kind;
      return (await this.#background.call("visit.failed", { problem })).handle;
    }
    // The background hears of the frame first.
    await this.#begun;
    const read = () => this.#background.call("visit.read", {}, { ...asked, content: raw });
    const { handle } = await read().catch((failure) => {
      if (!isLost(failure) || asked.signal.aborted) throw failure;
      return read();
    });
    return handle;
  }
}
