// SPDX-License-Identifier: MPL-2.0
// Mail on its way out. Thunderbird writes a mail into a file, which then goes to the outgoing
// server, to the Outbox, to Sent or to Drafts; the file is protected in between, where it can be
// waited for. Whatever goes wrong then: nothing leaves, and the composer stays and says why.
import type { Composer, Mark } from "./composer.ts";
import { MailServices, MessageSend, MimeMessage, replace, type Undo } from "./platform.ts";
import type { Question } from "./question.ts";
import { Stopped, type Work } from "./work.ts";

type Words = (name: string, ...values: string[]) => string;

/** What Bcc recipients get, by address, as long as it is not delivered. */
const copies = new WeakMap<object, Map<string, any>>();

const isDraft = (mode: number): boolean =>
  mode === Ci.nsIMsgSend.nsMsgSaveAsDraft || mode === Ci.nsIMsgSend.nsMsgSaveAsTemplate;

/** In the background's words. */
class Refusal extends Error {
  readonly setUp: boolean;

  constructor({ error = "", setUp = false } = {}) {
    super(error);
    this.setUp = setUp;
  }
}

async function temporaryFile(bytes: Uint8Array): Promise<any> {
  const file = Services.dirsvc.get("TmpD", Ci.nsIFile);
  file.append("nsemail.eml");
  file.createUnique(Ci.nsIFile.NORMAL_FILE_TYPE, 0o600);
  await IOUtils.write(file.path, bytes);
  return file;
}

function removeAll(files: Map<string, any> | undefined): void {
  for (const file of files?.values() ?? []) file.remove(false);
  files?.clear();
}

const bytesOf = async (file: File): Promise<Uint8Array> =>
  new Uint8Array(await file.arrayBuffer());

/** As Thunderbird wrote it for the copy that is kept; it takes it out of what it delivers. */
function bccField(mail: Uint8Array): string {
  const [header] = new TextDecoder().decode(mail.subarray(0, 1 << 20)).split("\r\n\r\n", 1);
  return /^Bcc:.*\r\n(?: .*\r\n)*/m.exec(`${header}\r\n`)?.[0] ?? "";
}

async function protect(
  question: Question,
  message: any,
  file: any,
  mark: Mark,
  work: Work,
): Promise<Map<string, any>> {
  const { from, to, cc, bcc } = message._compFields;
  const addresses = (fields: string): string[] =>
    MailServices.headerParser
      .parseEncodedHeaderW(fields ?? "")
      .map(({ email }: { email: string }) => email)
      .filter(Boolean);
  const request = {
    work: work.id,
    tabId: mark.tabId,
    sign: mark.sign,
    encrypt: mark.encrypt,
    draft: isDraft(message._deliverMode),
    // What waits in the Outbox is one file for all.
    later: message._deliverMode !== Ci.nsIMsgSend.nsMsgDeliverNow,
    from: addresses(from)[0] ?? "",
    to: addresses(to),
    cc: addresses(cc),
    bcc: addresses(bcc),
  };
  const written: Uint8Array<ArrayBuffer> = await work.until(IOUtils.read(file.path));
  const mail = new File([written], "mail.eml");
  const answer = await work.until(question.ask(request, mail));
  if (!answer?.file) throw new Refusal(answer);
  const apart = new Map<string, any>();
  try {
    for (const { address, file: copy } of answer.copies ?? [])
      apart.set(address, await temporaryFile(await bytesOf(copy)));
    await IOUtils.writeUTF8(file.path, apart.size > 0 ? bccField(written) : "");
    await IOUtils.write(file.path, await bytesOf(answer.file), { mode: "append" });
    work.check();
  } catch (failure) {
    removeAll(apart);
    throw failure;
  }
  return apart;
}

/** One mail to one server, and how that ended. */
function deliver(send: any, file: any, address: string): Promise<void> {
  const server = MailServices.outgoingServer.getServerByIdentity(send._userIdentity);
  return new Promise((resolve, reject) => {
    server.sendMailMessage(
      file,
      [],
      MailServices.headerParser.parseEncodedHeaderW(address),
      send._userIdentity,
      send._compFields.from,
      send._smtpPassword,
      send._sendProgress,
      send._compFields.DSN,
      send._compFields.messageId,
      {
        QueryInterface: ChromeUtils.generateQI(["nsIMsgOutgoingListener"]),
        onSendStart() {},
        onSendStop(_uri: unknown, status: number, _security: unknown, text: string) {
          if (Components.isSuccessCode(status)) resolve();
          else reject(new Error(text || `(${status})`));
        },
      },
    );
  });
}

export function handleSending(question: Question, composer: Composer, words: Words): Undo {
  const refused = (window: any, failure: unknown, draft = false) => {
    const reason = failure instanceof Error ? failure.message : String(failure);
    const stopped = failure instanceof Stopped;
    const why = stopped ? words("tbStoppedSending") : reason || words("tbSilent");
    composer.refuse(window, {
      level: stopped ? "info" : "bad",
      text: words(draft ? "tbNotSaved" : "tbNotSent", why),
      setUp: failure instanceof Refusal && failure.setUp,
    });
    // Aborting shows no further window: the reason stands in the composer.
    return Components.Exception(reason, Cr.NS_ERROR_ABORT);
  };
  const undo = [
    replace(
      MimeMessage.prototype,
      "createMessageFile",
      (original) =>
        async function (this: any) {
          const window = composer.windowOf(this._compFields);
          if (!window) return original.call(this);
          const draft = isDraft(this._deliverMode);
          const mark = await composer
            .working(window, (work) => work.until(composer.settled(window)))
            .catch((failure) => {
              throw refused(window, failure, draft);
            });
          if (!mark) throw refused(window, words("tbSilent"), draft);
          if (mark.less && !draft) {
            composer.refuse(window, { level: "warn", text: words("tbLess", mark.text), setUp: false });
            throw Components.Exception("", Cr.NS_ERROR_ABORT);
          }
          if (draft ? !mark.encrypt : !mark.sign && !mark.encrypt) return original.call(this);
          const own = composer.builtIn(window);
          if (own) throw refused(window, words("tbTwice", own), draft);
          return composer.working(window, async (work) => {
            const file = await original.call(this);
            try {
              const apart = await protect(question, this, file, mark, work);
              if (apart.size > 0) copies.set(this, apart);
              return file;
            } catch (failure) {
              file.remove(false);
              throw refused(window, failure, draft);
            }
          });
        },
    ),
    // Who gets a blind copy gets it alone: the common copy would name them by their keys.
    replace(
      MessageSend.prototype,
      "_deliverAsMail",
      (original) =>
        async function (this: any) {
          const apart = copies.get(this._message ?? {});
          if (!apart) return original.call(this);
          const fields = this._compFields;
          const alone = !fields.to && !fields.cc;
          const window = composer.windowOf(fields);
          const { bcc } = fields;
          try {
            for (const [address, file] of [...apart]) {
              if (alone && apart.size === 1) break;
              await deliver(this, file, address);
              file.remove(false);
              apart.delete(address);
            }
          } catch (failure) {
            this.fail(Cr.NS_ERROR_ABORT, "");
            this.notifyListenerOnStopSending(null, Cr.NS_ERROR_ABORT, null, null);
            throw refused(window, failure);
          }
          const [last] = apart;
          fields.bcc = last ? last[0] : "";
          if (last) {
            apart.delete(last[0]);
            if (!this._deliveryFile.equals(this._messageFile)) this._deliveryFile.remove(false);
            this._deliveryFile = last[1];
          }
          try {
            return await original.call(this);
          } finally {
            fields.bcc = bcc;
          }
        },
    ),
    // However it ended.
    replace(
      MessageSend.prototype,
      "_cleanup",
      (original) =>
        function (this: any) {
          removeAll(copies.get(this._message ?? {}));
          return original.call(this);
        },
    ),
  ];
  return () => {
    for (const each of undo.reverse()) each();
  };
}
