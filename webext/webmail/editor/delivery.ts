// SPDX-License-Identifier: MPL-2.0
// The way of one mail out of the editor: protected once, then each copy on its own. What went out
// is never sent again, and nothing is said to be out that is not.
import { protectMessage } from "../../core/actions/message-protect.ts";
import { HostError } from "../../core/error.ts";
import type { Whole } from "../../core/mime/entity.ts";
import type { Pages } from "../../core/relay.ts";
import { blindOf, type Envelope, protectOptions } from "../../core/sending.ts";
import { loadSettings, type Storage } from "../../core/settings.ts";
import type { Headers } from "../../core/wire.ts";

export interface Going {
  signal: AbortSignal;
  onProgress: (done: number, total?: number) => void;
}

export interface Copy {
  content: Blob;
  recipients: string[];
  /** One recipient's own; the common copy is what is kept as sent. */
  blind: boolean;
  /** `unknown`: the webmail did not say. */
  state: "waiting" | "sent" | "unknown";
}

export interface Order {
  envelope: Envelope;
  sign: boolean;
  encrypt: boolean;
  origin: Headers | null;
}

async function copiesOf(
  host: Pages,
  storage: Storage,
  message: Whole,
  { envelope, sign, encrypt, origin }: Order,
  { signal, onProgress }: Going,
): Promise<Copy[]> {
  const all = [...envelope.to, ...envelope.cc];
  const blind = blindOf(envelope);
  const copy = (content: Blob, recipients: string[], own = false): Copy => ({
    content,
    recipients,
    blind: own,
    state: "waiting",
  });
  if (!sign && !encrypt) {
    const pieces: BlobPart[] = [];
    for await (const piece of message.bytes()) {
      signal.throwIfAborted();
      pieces.push(piece);
    }
    return [copy(new Blob(pieces), [...all, ...blind])];
  }
  const options = protectOptions(await loadSettings(storage), envelope, { sign, encrypt, origin });
  const made = await protectMessage(host, message.bytes(), {
    ...options,
    size: message.size,
    signal,
    onProgress,
  });
  if (!encrypt) return [copy(made.message, [...all, ...blind])];
  const own = blind.map((address) => {
    const content = made.copies.get(address);
    if (!content) throw new HostError("internal", "The host made no copy for a recipient");
    return copy(content, [address], true);
  });
  return [copy(made.message, all), ...own];
}

/** Whether a failed request may have been carried out all the same. */
const isUncertain = ({ data }: HostError): boolean => data["uncertain"] === true;

export class Delivery {
  readonly #host: Pages;
  readonly #from: string;
  /** What is kept says whom else it went to. */
  readonly #bcc: string[];
  readonly copies: readonly Copy[];

  private constructor(host: Pages, envelope: Envelope, copies: readonly Copy[]) {
    this.#host = host;
    this.#from = envelope.from;
    this.#bcc = blindOf(envelope);
    this.copies = copies;
  }

  /** Nothing is sent by this. */
  static async prepare(
    host: Pages,
    storage: Storage,
    message: Whole,
    order: Order,
    going: Going,
  ): Promise<Delivery> {
    const copies = await copiesOf(host, storage, message, order, going);
    return new Delivery(host, order.envelope, copies);
  }

  get begun(): boolean {
    return this.copies.some(({ state }) => state !== "waiting");
  }

  get done(): boolean {
    return this.copies.every(({ state }) => state === "sent");
  }

  /** Sends what waits. Ends with the first failure; what went out before it stays so. */
  async send({ signal, onProgress }: Going): Promise<void> {
    const waiting = this.copies.filter(({ state }) => state === "waiting");
    const total = waiting.reduce((sum, { content }) => sum + content.size, 0);
    let before = 0;
    for (const copy of waiting) {
      signal.throwIfAborted();
      try {
        await this.#host.call(
          "page.send",
          {
            from: this.#from,
            recipients: copy.recipients,
            blind: copy.blind,
            ...(!copy.blind && this.#bcc.length > 0 && { bcc: this.#bcc }),
          },
          {
            content: copy.content,
            signal,
            onProgress: (done) => onProgress(before + done, total),
          },
        );
      } catch (thrown) {
        const failure = HostError.of(thrown);
        if (isUncertain(failure)) copy.state = "unknown";
        throw failure;
      }
      copy.state = "sent";
      before += copy.content.size;
    }
  }

  /** The user looked, and says that it did not go out. */
  retryUnknown(): void {
    for (const copy of this.copies) if (copy.state === "unknown") copy.state = "waiting";
  }
}
