// SPDX-License-Identifier: MPL-2.0
// What is done with the mails that are being written: the wishes of their sender, what has to hold
// for them, and the words for it.
import type { HostClient } from "../core/client.ts";
import { HostError } from "../core/error.ts";
import type { Recipient, Recipients } from "../core/recipients.ts";
import { loadSettings, sendingFor, type Storage } from "../core/settings.ts";
import type { Headers } from "../core/wire.ts";
import { decideProtection } from "../pages/protection.ts";
import { isReady, setReady } from "./ready.ts";
import { failure, say } from "./words.ts";

/** As the experiment tells it. */
export interface Composer {
  tabId: number;
  from: string;
  to: string[];
  cc: string[];
  bcc: string[];
  newsgroups: boolean;
  builtIn: "OpenPGP" | "S/MIME" | "";
  /** The mail that this one answers, or sends on. */
  origin: {
    encrypted: boolean;
    headers: Headers | null;
    unquoted: boolean;
    /** It goes along as it is. */
    attached?: boolean;
  } | null;
}

/** What the bar in a composer shows. */
export interface State {
  sign: boolean;
  encrypt: boolean;
  level: "ok" | "warn" | "bad" | "info";
  text: string;
  /** The page for setting up says what to do about it. */
  setUp: boolean;
  /** Of the buttons that there are. */
  labels: Partial<Record<Choice, string>>;
}

/** What can be pressed. */
export type Choice = "sign" | "encrypt" | "details" | "quote" | "setUp";

export interface Draft {
  composer: Composer;
  /** Chosen by hand: stays so. */
  sign?: boolean;
  encrypt?: boolean;
  recipients: Recipient[];
  state: State;
  settled?: Promise<void>;
  round: number;
}

const labelsFor = ({ origin }: Composer): State["labels"] => ({
  sign: say("tbSign"),
  encrypt: say("tbEncrypt"),
  details: say("tbRecipients"),
  ...(origin?.unquoted && { quote: say("tbQuote") }),
  setUp: say("tbSetUp"),
});

export class Composing {
  readonly #host: HostClient;
  readonly #recipients: Recipients;
  readonly #storage: Storage;
  readonly #show: (tabId: number, state: State) => Promise<void>;
  readonly #drafts = new Map<number, Draft>();

  constructor(
    host: HostClient,
    recipients: Recipients,
    storage: Storage,
    show: (tabId: number, state: State) => Promise<void>,
  ) {
    this.#host = host;
    this.#recipients = recipients;
    this.#storage = storage;
    this.#show = show;
  }

  get(tabId: number): Draft | undefined {
    return this.#drafts.get(tabId);
  }

  close(tabId: number): void {
    this.#drafts.delete(tabId);
  }

  async changed(composer: Composer): Promise<void> {
    const before = this.#drafts.get(composer.tabId);
    const draft: Draft = {
      recipients: [],
      state: {
        sign: false,
        encrypt: false,
        level: "info",
        text: say("tbLooking"),
        setUp: false,
        labels: labelsFor(composer),
      },
      round: 0,
      ...before,
      composer: { ...composer, origin: composer.origin ?? before?.composer.origin ?? null },
    };
    this.#drafts.set(composer.tabId, draft);
    await this.#settle(draft);
  }

  /** The other way than it is, unless `wanted` says which. */
  async choose(tabId: number, what: "sign" | "encrypt", wanted?: boolean): Promise<void> {
    const draft = this.#drafts.get(tabId);
    if (!draft) return;
    draft[what] = wanted ?? !draft.state[what];
    await this.#settle(draft);
  }

  /** Until it is shown what holds now, also where another change came in between. */
  async #settle(draft: Draft): Promise<void> {
    draft.settled = this.#showDecided(draft);
    for (let last: Promise<void> | undefined; ; ) {
      const now = this.#drafts.get(draft.composer.tabId)?.settled;
      if (!now || now === last) return;
      last = now;
      await now;
    }
  }

  async #showDecided(draft: Draft): Promise<void> {
    const round = ++draft.round;
    const state = await this.#decide(draft).catch((thrown) =>
      this.#undecided(draft, HostError.of(thrown)),
    );
    // A later change overtook this one.
    if (draft.round !== round || this.#drafts.get(draft.composer.tabId) !== draft) return;
    draft.state = state;
    await this.#show(draft.composer.tabId, state);
  }

  /** What is wished stays wished, so that nothing goes out without it. */
  async #undecided({ composer, ...draft }: Draft, error: HostError): Promise<State> {
    const { from, origin } = composer;
    const wishes = sendingFor(await loadSettings(this.#storage), from);
    const ready = await isReady(this.#storage, from);
    const sign = draft.sign ?? (ready && wishes.sign);
    const encrypt =
      draft.encrypt ??
      (origin?.encrypted || wishes.encrypt === "always" || (ready && wishes.encrypt === "possible"));
    const { title, advice, setUp } = failure(error);
    const held = sign || encrypt;
    return {
      sign,
      encrypt,
      level: held ? "bad" : "warn",
      text: [title, advice, held && say("tbHeld")].filter(Boolean).join(" "),
      setUp,
      labels: labelsFor(composer),
    };
  }

  async #decide(draft: Draft): Promise<State> {
    const { composer } = draft;
    const done = (sign: boolean, encrypt: boolean, level: State["level"], text: string): State => ({
      sign,
      encrypt,
      level,
      text,
      setUp: false,
      labels: labelsFor(composer),
    });
    const { builtIn } = composer;
    if (builtIn) {
      const { sign = false, encrypt = false } = draft;
      const [level, text] = sign || encrypt ? (["bad", "tbTwice"] as const) : (["info", "tbBuiltIn"] as const);
      return done(sign, encrypt, level, say(text, builtIn));
    }
    const protection = await decideProtection(this.#host, this.#recipients, this.#storage, {
      from: composer.from,
      addresses: [...composer.to, ...composer.cc, ...composer.bcc],
      answersEncrypted: composer.origin?.encrypted ?? false,
      sign: draft.sign,
      encrypt: draft.encrypt,
    });
    const { sign, encrypt, level, text, setUp } = protection;
    draft.recipients = protection.recipients;
    if (level === "ok") await setReady(this.#storage, composer.from);
    if (encrypt && composer.newsgroups) return done(sign, encrypt, "bad", say("tbNewsgroups"));
    // Who gets it and is none of its recipients cannot open what is in there.
    if (level === "ok" && composer.origin?.encrypted && composer.origin.attached)
      return done(sign, encrypt, "warn", `${text} ${say("tbAttached")}`);
    return { ...done(sign, encrypt, level, text), setUp };
  }
}
