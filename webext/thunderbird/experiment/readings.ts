// SPDX-License-Identifier: MPL-2.0
// What the host said of mails, for as long as they may be looked at. Decrypted text is in memory
// alone, and not for ever.
import { MailServices, setTimeout, textOf } from "./platform.ts";
import type { Question } from "./question.ts";
import { Stopped, type Work, type Works } from "./work.ts";

/** Bytes of decrypted text that are kept at a time. */
const KEPT = 32 * 1024 * 1024;
/** And no longer than this. */
const KEPT_FOR = 15 * 60_000;
/** A failure is told once, and tried again when the mail is opened the next time. */
const FAILURE_KEPT = 10_000;

export interface Row {
  level: "ok" | "warn" | "bad" | "info";
  signature: string;
  encryption: string;
  advice: string;
}

export interface Answer {
  row: Row;
  /** What the details page shows; absent where the mail could not be read. */
  reading?: any;
  /** The innermost entity. */
  content?: Uint8Array<ArrayBuffer>;
  /** In words, where there is no content. */
  problem?: string;
  /** The page for setting up says what to do about it. */
  setUp?: boolean;
  /** And that of certificates. */
  certificates?: boolean;
  subject?: string;
  encrypted: boolean;
  /** Nothing covers it that proves who wrote it. */
  unproven: boolean;
  /** Its text may be quoted all the same. */
  quote?: boolean;
  failedAt?: number;
}

/** Of a mail that lies in a file and in no folder; null for all others. */
export function fileOf(uri: string): any {
  if (!/^(file|mailbox):\/\/\/.*[?&](type=application\/x-message-display|number=0\b)/.test(uri))
    return null;
  const address = Services.io.newURI(uri.replace(/^mailbox:/, "file:").replace(/\?.*$/, ""));
  return address.QueryInterface(Ci.nsIFileURL).file;
}

/** The source of a mail, undecrypted, as it lies in its folder. */
export async function sourceOf(messageUri: string): Promise<string> {
  const file = fileOf(messageUri);
  if (file) return textOf(await IOUtils.read(file.path));
  const service = MailServices.messageServiceFromURI(messageUri);
  return new Promise((resolve, reject) => {
    const pieces: string[] = [];
    const input = Cc["@mozilla.org/binaryinputstream;1"].createInstance(Ci.nsIBinaryInputStream);
    const listener = {
      QueryInterface: ChromeUtils.generateQI(["nsIStreamListener"]),
      onStartRequest() {},
      onDataAvailable(_request: unknown, stream: unknown, _offset: number, count: number) {
        input.setInputStream(stream);
        pieces.push(input.readBytes(count));
      },
      onStopRequest(_request: unknown, status: number) {
        if (Components.isSuccessCode(status)) resolve(pieces.join(""));
        else reject(new Error(`The mail cannot be fetched (${status})`));
      },
    };
    service.streamMessage(messageUri, listener, null, null, false, "", true);
  });
}

/** Who sent encrypted text that nobody signed may have put somebody else's text there, which a
 * quote would give away: then it is asked for once. */
export const mayQuote = ({ encrypted, unproven, quote }: Answer): boolean =>
  !encrypted || !unproven || quote === true;

type Words = (name: string) => string;

export class Readings {
  readonly #question: Question;
  readonly #works: Works;
  readonly #words: Words;
  readonly #moved: (mail: string, work: Work) => void;
  readonly #done = new Map<string, Answer>();
  readonly #underWay = new Map<string, Promise<Answer>>();
  #size = 0;

  /** `moved`: how far the reading of a mail is, once it takes long. */
  constructor(
    question: Question,
    works: Works,
    words: Words,
    moved: (mail: string, work: Work) => void,
  ) {
    this.#question = question;
    this.#works = works;
    this.#words = words;
    this.#moved = moved;
  }

  get(key: string): Answer | undefined {
    const answer = this.#done.get(key);
    if (!answer) return undefined;
    this.#done.delete(key);
    if (answer.failedAt !== undefined && Date.now() - answer.failedAt > FAILURE_KEPT)
      return undefined;
    // Last used, last forgotten.
    this.#done.set(key, answer);
    return answer;
  }

  /** Of a mail that is somewhere in here. */
  find(mail: string): Answer | undefined {
    for (const [key, answer] of this.#done) if (key.startsWith(`${mail}\n`)) return answer;
    return undefined;
  }

  read(key: string, request: () => Promise<[object, File]>): Promise<Answer> {
    const known = this.get(key);
    if (known) return Promise.resolve(known);
    let promise = this.#underWay.get(key);
    if (!promise) {
      promise = this.#ask(key, request).then((answer) => {
        if (answer.problem) answer.failedAt = Date.now();
        this.#keep(key, answer);
        return answer;
      });
      promise.finally(() => this.#underWay.delete(key)).catch(() => undefined);
      this.#underWay.set(key, promise);
    }
    return promise;
  }

  async #ask(key: string, request: () => Promise<[object, File]>): Promise<Answer> {
    const [mail = ""] = key.split("\n");
    try {
      const { file, ...answer } = await this.#works.run(
        (work) => this.#moved(mail, work),
        async (work) => {
          const [asked, source] = await work.until(request());
          return work.until(this.#question.ask({ ...asked, work: work.id }, source));
        },
      );
      if (file) answer.content = new Uint8Array(await file.arrayBuffer());
      return answer;
    } catch (failure) {
      const stopped = failure instanceof Stopped;
      const text = failure instanceof Error ? failure.message : String(failure);
      const problem = stopped ? this.#words("tbStopped") : text;
      const advice = stopped ? this.#words("tbStoppedAdvice") : "";
      const row: Row = { level: stopped ? "info" : "warn", signature: problem, encryption: "", advice };
      return { row, problem, encrypted: false, unproven: true };
    }
  }

  #keep(key: string, answer: Answer): void {
    this.forgetOne(key);
    this.#done.set(key, answer);
    setTimeout(() => {
      if (this.#done.get(key) === answer) this.forgetOne(key);
    }, KEPT_FOR);
    this.#size += answer.content?.length ?? 0;
    for (const [old, { content }] of this.#done) {
      if (this.#size <= KEPT || old === key) break;
      this.#size -= content?.length ?? 0;
      this.#done.delete(old);
    }
  }

  forgetOne(key: string): void {
    this.#size -= this.#done.get(key)?.content?.length ?? 0;
    this.#done.delete(key);
  }

  forgetMail(mail: string): void {
    for (const key of [...this.#done.keys()])
      if (key.startsWith(`${mail}\n`)) this.forgetOne(key);
  }

  forget(): void {
    this.#done.clear();
    this.#size = 0;
  }
}
