// SPDX-License-Identifier: MPL-2.0
// libmime asks registered handlers before its own classes: here application/pkcs7-mime is opened by
// the host, so that body, attachments and quotes of such mail are as native as of any other.
//
// A mail that is displayed is never waited for: a first pass shows that it is being opened, and the
// window is loaded again when it is there. Spinning the event loop would let another mail come in
// between. Replies and single parts are fetched without a window, and find it in memory.
import { bytesOf, escaped, PgpMimeHandler, replace, sha256, textOf, type Undo } from "./platform.ts";
import { type Answer, mayQuote, type Readings, sourceOf } from "./readings.ts";
import { mailOf } from "./source.ts";

const TYPES = ["application/pkcs7-mime", "application/x-pkcs7-mime"];
const PATIENCE = 60_000;

export interface Display {
  /** Windows that show this mail. */
  loadAgain(mail: string): void;
  /** What is said of it. */
  show(mail: string, answer: Answer): void;
}

type Words = (name: string) => string;

class Part {
  readonly #readings: Readings;
  readonly #display: Display;
  readonly #words: Words;
  readonly #input: any;
  readonly #pieces: string[] = [];
  #proxy: any;

  constructor(readings: Readings, display: Display, words: Words) {
    this.#readings = readings;
    this.#display = display;
    this.#words = words;
    this.#input = Cc["@mozilla.org/binaryinputstream;1"].createInstance(Ci.nsIBinaryInputStream);
  }

  onStartRequest(request: any): void {
    this.#proxy = request.QueryInterface(Ci.nsIPgpMimeProxy);
  }

  onDataAvailable(_request: unknown, stream: unknown, _offset: number, count: number): void {
    this.#input.setInputStream(stream);
    this.#pieces.push(this.#input.readBytes(count));
  }

  onStopRequest(): void {
    const spec: string = this.#proxy.messageURI?.spec ?? "";
    // The search index, and filters, get nothing that was encrypted.
    if (/[?&]header=filter/.test(spec) && !/[?&]examineEncryptedParts=true/.test(spec)) {
      this.#say("tbNotIndexed");
      return;
    }
    const der = this.#pieces.join("");
    if (this.#isTaken(spec)) {
      this.#put((btoa(der).match(/.{1,76}/g) ?? []).join("\r\n") + "\r\n");
      return;
    }
    if (!this.#isWhole(spec)) {
      this.#say("tbEmbedded");
      return;
    }
    const mail = mailOf(spec);
    const key = `${mail}\n${sha256(der)}`;
    const displayed = Boolean(this.#proxy.mailChannel?.smimeSink);
    const answer = this.#readings.get(key);
    if (answer) {
      this.#give(mail, answer, displayed);
    } else if (displayed) {
      this.#say("tbOpening");
      this.#open(key, der).then(() => this.#display.loadAgain(mail));
    } else {
      this.#give(mail, this.#wait(this.#open(key, der)), false);
    }
  }

  /** The whole of the mail that is shown, and no part among others of it. */
  #isWhole(spec: string): boolean {
    const part: string = this.#proxy.mimePart ?? "";
    const shown = /[?&]part=([0-9.]+).*[?&]type=application\/x-message-display/.exec(spec);
    return part === "1" || part === "" || (shown !== null && part === `${shown[1]}.1`);
  }

  /** A mail that is attached to another is saved, or opened out of a file: it stays what it is. */
  #isTaken(spec: string): boolean {
    const part: string = this.#proxy.mimePart ?? "";
    const taken = /[?&]part=([0-9.]+)/.exec(spec)?.[1];
    const displayed = /[?&]type=application\/x-message-display/.test(spec);
    return taken !== undefined && !displayed && part.startsWith(`${taken}.`);
  }

  #open(key: string, der: string): Promise<Answer> {
    const uri = this.#proxy.messageURI;
    const { headerNames = [], headerValues = [] } = this.#proxy.mailChannel ?? {};
    const field = (name: string): string | undefined =>
      headerValues[headerNames.findIndex((each: string) => each.toLowerCase() === name)];
    return this.#readings.read(key, async () => {
      const source = await wholeSource(uri);
      if (source !== null) return [{ kind: "message" }, new File([bytesOf(source)], "mail.eml")];
      const context = { from: field("from"), date: field("date") };
      return [{ kind: "cms", context }, new File([bytesOf(der)], "smime.p7m")];
    });
  }

  #wait(promise: Promise<Answer>): Answer {
    let answer: Answer | null = null;
    promise.then((given) => (answer = given));
    const end = Date.now() + PATIENCE;
    Services.tm.spinEventLoopUntil("nssmime", () => answer !== null || Date.now() > end);
    return (
      answer ?? {
        row: { level: "warn", signature: this.#words("tbSilent"), encryption: "", advice: "" },
        problem: this.#words("tbSilent"),
        encrypted: true,
        unproven: true,
      }
    );
  }

  #give(mail: string, answer: Answer, displayed: boolean): void {
    const quoting = /[?&]header=quote/.test(this.#proxy.messageURI?.spec ?? "");
    if (displayed) this.#display.show(mail, answer);
    if (quoting && !mayQuote(answer)) this.#say("tbNotQuoted");
    else if (answer.content) this.#put(textOf(answer.content));
    else this.#page(answer.problem ?? "", answer.row.advice);
  }

  #put(entity: string): void {
    this.#proxy.outputDecryptedData(entity, entity.length);
  }

  #say(name: string): void {
    this.#page(this.#words(name), "");
  }

  #page(title: string, text: string): void {
    const paragraphs = [title, text].filter(Boolean).map((each) => `<p>${escaped(each)}</p>`);
    this.#put(`Content-Type: text/html\r\n\r\n${paragraphs.join("\r\n")}\r\n`);
  }
}

/** Of a mail in a folder or a file; null for one that is a part of another. */
async function wholeSource(uri: any): Promise<string | null> {
  if (!uri || /[?&]part=/.test(uri.spec)) return null;
  try {
    return await sourceOf(uri.QueryInterface(Ci.nsIMsgMessageUrl).uri);
  } catch {
    return null;
  }
}

export function handleMime(readings: Readings, display: Display, words: Words): Undo {
  const registrar = Components.manager.QueryInterface(Ci.nsIComponentRegistrar);
  const registered: [any, any][] = [];
  for (const type of TYPES) {
    const contract = `@mozilla.org/mimecth;1?type=${type}`;
    if (registrar.isContractIDRegistered(contract)) continue;
    const id = Components.ID(Services.uuid.generateUUID().toString());
    const factory = {
      QueryInterface: ChromeUtils.generateQI(["nsIFactory"]),
      createInstance: () =>
        Cc["@mozilla.org/mimecth;1?type=multipart/encrypted"].createInstance(Ci.nsISupports),
    };
    registrar.registerFactory(id, "nssmime", contract, factory);
    registered.push([id, factory]);
  }
  const undo = replace(
    PgpMimeHandler.prototype,
    "onStartRequest",
    (original) =>
      function (this: any, request: any) {
        const { contentType } = request.QueryInterface(Ci.nsIPgpMimeProxy);
        if (!/^application\/(x-)?pkcs7-mime/i.test(contentType)) return original.call(this, request);
        const part = new Part(readings, display, words);
        this._onDataAvailable = part.onDataAvailable.bind(part);
        this._onStopRequest = part.onStopRequest.bind(part);
        return part.onStartRequest(request);
      },
  );
  return () => {
    undo();
    for (const [id, factory] of registered) registrar.unregisterFactory(id, factory);
  };
}
