// SPDX-License-Identifier: MPL-2.0
// Mail on its way out, without a way into Thunderbird's own sending: it is stopped, written into
// Drafts, protected, and put into the Outbox, from where Thunderbird sends it. Whatever goes wrong
// then: nothing leaves, and the composer stays and says why.
import type { HostClient } from "../../core/client.ts";
import type { Storage } from "../../core/settings.ts";
import type { Draft as Written } from "../composing.ts";
import { protect } from "../protecting.ts";
import type { Deciding } from "./deciding.ts";
import { forOutbox, readDraft } from "./draft.ts";
import { Refused, reasonOf } from "./refused.ts";
import { SavedDraft } from "./saved-draft.ts";
import { say } from "../words.ts";
import { tell } from "./words.ts";

/** How a mail is on its way. */
export interface Way {
  /** In percent. */
  progress?: number;
  /** Why it was not sent. */
  refused?: string;
}

/** So long the Outbox has for sending by itself, where it is set up to. */
const PATIENCE = 8_000;
const PAUSE = 500;

export interface Teller {
  way(tabId: number, way: Way): Promise<void>;
  /** What is protected waits in the Outbox. */
  waits(): Promise<void>;
}

async function outbox(): Promise<string> {
  const [folder] = await messenger.folders.query({ specialUse: ["outbox"] });
  if (!folder) throw new Refused(tell("rdNoOutbox"));
  return folder.id;
}

const isAddress = (text: string): boolean => text.includes("@");

/** What has to hold, beside the certificates. Throws why it does not. */
function demand({ composer, state }: Written, details: ComposeDetails): void {
  const { to, cc, bcc, newsgroups } = composer;
  if (state.level === "bad") throw new Refused(state.text);
  if (!state.sign && !state.encrypt) return;
  if (newsgroups) throw new Refused(tell("rdNewsgroups"));
  if (![...to, ...cc, ...bcc].every(isAddress)) throw new Refused(tell("rdLists"));
  if (state.encrypt && bcc.length > 0) throw new Refused(tell("rdBlind"));
  if (details.attachVCard || details.deliveryStatusNotification) throw new Refused(tell("rdExtras"));
}

/** What of a composer must not change while it is protected. */
async function contentOf(tabId: number): Promise<string> {
  const { from, to, cc, bcc, replyTo, newsgroups, subject, body, plainTextBody, identityId } =
    await messenger.compose.getComposeDetails(tabId);
  const attachments = await messenger.compose.listAttachments(tabId);
  return JSON.stringify([
    [from, to, cc, bcc, replyTo, newsgroups, subject, body, plainTextBody, identityId],
    attachments.map(({ name, size }) => [name, size]),
  ]);
}

export class Outgoing {
  readonly #host: HostClient;
  readonly #storage: Storage;
  readonly #deciding: Deciding;
  readonly #teller: Teller;
  readonly #ways = new Map<number, Way>();
  readonly #aborts = new Map<number, AbortController>();

  constructor(host: HostClient, storage: Storage, deciding: Deciding, teller: Teller) {
    this.#host = host;
    this.#storage = storage;
    this.#deciding = deciding;
    this.#teller = teller;
  }

  way(tabId: number): Way {
    return this.#ways.get(tabId) ?? {};
  }

  cancel(tabId: number): void {
    this.#aborts.get(tabId)?.abort();
  }

  /** Something was changed: it may be sent now. */
  settle(tabId: number): void {
    if (!this.#aborts.has(tabId)) this.#ways.delete(tabId);
  }

  close(tabId: number): void {
    this.cancel(tabId);
    this.#ways.delete(tabId);
  }

  /** Its writer keeps a draft, which is not to be lost. */
  async saved(tabId: number): Promise<void> {
    if (!this.#aborts.has(tabId)) await this.#deciding.choose(tabId, { saved: true });
  }

  /** Whether Thunderbird may send it as it is. */
  async mayLeave(tabId: number, details: ComposeDetails): Promise<boolean> {
    if (this.#aborts.has(tabId)) return false;
    try {
      const written = await this.#deciding.decide(tabId, details);
      if (!written) throw new Refused(say("tbComposerGone"));
      demand(written, details);
      const { state } = written;
      this.settle(tabId);
      if (!state.sign && !state.encrypt) return true;
    } catch (thrown) {
      await this.#refuse(tabId, thrown);
      return false;
    }
    // Only once this has answered will Thunderbird save it.
    setTimeout(() => void this.#send(tabId, details), 0);
    return false;
  }

  async #send(tabId: number, details: ComposeDetails): Promise<void> {
    const abort = new AbortController();
    this.#aborts.set(tabId, abort);
    let draft: SavedDraft | undefined;
    try {
      await this.#tell(tabId, { progress: 0 });
      const place = await outbox();
      const before = await contentOf(tabId);
      draft = await SavedDraft.save(tabId, details);
      const { headerMessageId } = draft;
      const file = await this.#protected(tabId, draft, details, abort.signal);
      if ((await contentOf(tabId)) !== before) throw new Refused(tell("rdChanged"));
      abort.signal.throwIfAborted();
      // From here on it cannot be given up any more.
      await draft.delete();
      draft = undefined;
      await messenger.messages.import(file, place, {});
      this.#ways.delete(tabId);
      await chrome.tabs.remove(tabId);
      void this.#watch(place, headerMessageId);
    } catch (thrown) {
      const { saved } = await this.#deciding.choice(tabId);
      const keep = details.type === "draft" || saved;
      // What is said is why it was not sent.
      if (!keep) await draft?.delete().catch(() => undefined);
      await this.#refuse(tabId, thrown);
    } finally {
      this.#aborts.delete(tabId);
    }
  }

  async #protected(
    tabId: number,
    draft: SavedDraft,
    { returnReceipt = false }: ComposeDetails,
    signal: AbortSignal,
  ): Promise<File> {
    const written = this.#deciding.get(tabId);
    if (!written) throw new Refused(say("tbComposerGone"));
    const { composer, state } = written;
    const { mail, notes, bcc } = readDraft(await draft.raw(), returnReceipt, draft.thread);
    const { sign, encrypt } = state;
    const answer = await protect(
      this.#host,
      this.#storage,
      { ...composer, work: 0, sign, encrypt, bcc: [], draft: false, later: false },
      new File([mail], "mail.eml"),
      {
        origin: composer.origin?.headers,
        signal,
        onProgress: (done, total) => {
          if (total) void this.#tell(tabId, { progress: Math.floor((100 * done) / total) });
        },
      },
    );
    if (signal.aborted) throw new Refused(tell("rdStopped"));
    if ("error" in answer) throw new Refused(answer.error);
    const made = new Uint8Array(await answer.file.arrayBuffer());
    return new File([forOutbox(notes + bcc, made)], "mail.eml", { type: "message/rfc822" });
  }

  /** Thunderbird sends what lies in the Outbox when it is told to, unless it is set up to send by
   * itself: then there is nothing to say. */
  async #watch(folderId: string, headerMessageId: string): Promise<void> {
    for (const end = Date.now() + PATIENCE; Date.now() < end; ) {
      await new Promise((done) => setTimeout(done, PAUSE));
      const { messages } = await messenger.messages.query({ folderId, headerMessageId });
      if (messages.length === 0) return;
    }
    await this.#teller.waits();
  }

  #refuse(tabId: number, thrown: unknown): Promise<void> {
    return this.#tell(tabId, { refused: reasonOf(thrown) });
  }

  async #tell(tabId: number, way: Way): Promise<void> {
    this.#ways.set(tabId, way);
    await this.#teller.way(tabId, way);
  }
}
