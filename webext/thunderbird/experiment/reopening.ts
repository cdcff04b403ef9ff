// SPDX-License-Identifier: MPL-2.0
// Encrypted mail that is sent on, or goes on being written. libmime makes its composer out of the
// source of the mail, and asks no handler on the way: so it is given a file of what was inside,
// which is gone again as soon as the composer has it.
import { bytesOf, MailServices, textOf, type Undo } from "./platform.ts";
import { type Answer, fileOf, type Readings, sourceOf } from "./readings.ts";
import { isEncrypted, mailOf, opened } from "./source.ts";

export class Reopening {
  readonly #readings: Readings;
  /** By the path of the file: what it was made of. */
  readonly #origins = new Map<string, { uri: string; answer: Answer; file: any }>();

  constructor(readings: Readings) {
    this.#readings = readings;
  }

  install(): Undo {
    const compose: any = MailServices.compose;
    const take = (...args: any[]) => {
      void this.#open(compose, args);
    };
    // Of the service itself nothing can be replaced.
    const stand = new Proxy({}, {
      get: (_target, name) => {
        if (name === "OpenComposeWindow") return take;
        const value = compose[name];
        return typeof value === "function" ? value.bind(compose) : value;
      },
    });
    const put = (value: unknown) =>
      Object.defineProperty(MailServices, "compose", {
        value,
        writable: true,
        enumerable: true,
        configurable: true,
      });
    put(stand);
    return () => {
      if (MailServices.compose === stand) put(compose);
      for (const { file } of this.#origins.values()) this.#remove(file);
    };
  }

  /** The mail behind a composer that was made of such a file. */
  originOf(window: any): { uri: string; answer: Answer } | null {
    const { originalMsgURI, compFields } = window.gMsgCompose;
    const draft = fileOf(compFields.draftId ?? "")?.path;
    const path = draft ?? fileOf(originalMsgURI ?? "")?.path;
    const origin = this.#origins.get(path);
    if (!origin) return null;
    // The draft that is replaced by the next is the encrypted one.
    if (path === draft) compFields.draftId = origin.uri;
    this.#origins.delete(path);
    this.#remove(origin.file);
    return origin;
  }

  /** libmime put what was attached into files of its own, which go with the composer. */
  static removeAttachments(window: any): void {
    const folder: string = Services.dirsvc.get("TmpD", Ci.nsIFile).path;
    const files = [...window.gMsgCompose.compFields.attachments]
      .filter(({ url, temporary }: any) => temporary && /^file:/.test(url))
      .map(({ url }: any) => Services.io.newURI(url).QueryInterface(Ci.nsIFileURL).file)
      .filter((file) => file.parent.path === folder);
    const remove = () => {
      for (const file of files) if (file.exists()) file.remove(false);
    };
    window.addEventListener("unload", remove, { once: true });
  }

  async read(uri: string): Promise<{ source: string; answer: Answer } | null> {
    const source = await sourceOf(uri);
    if (!isEncrypted(source)) return null;
    const mail = mailOf(MailServices.neckoURLForMessageURI(uri));
    const answer =
      this.#readings.find(mail) ??
      (await this.#readings.read(`${mail}\n`, async () => [
        { kind: "message" },
        new File([bytesOf(source)], "mail.eml"),
      ]));
    return { source, answer };
  }

  async #open(compose: any, args: any[]): Promise<void> {
    const { ForwardInline, Redirect, Draft, Template, EditTemplate, EditAsNew } =
      Ci.nsIMsgCompType;
    const types = [ForwardInline, Redirect, Draft, Template, EditTemplate, EditAsNew];
    const [, , uri, type] = args;
    let made: string | null = null;
    try {
      if (uri && types.includes(type)) {
        // What is selected in the mail on screen: only replies quote it, and it is dead, and no
        // argument any more, if the mail was shown anew while its file was made.
        args[8] = null;
        made = await this.#file(uri);
        if (made) args[2] = made;
      }
    } catch (failure) {
      // It is opened as it is: encrypted.
      Cu.reportError(failure);
    }
    try {
      compose.OpenComposeWindow(...args);
    } catch (failure) {
      if (made) this.#forget(made);
      throw failure;
    }
  }

  async #file(uri: string): Promise<string | null> {
    const { source, answer } = (await this.read(uri)) ?? {};
    if (source === undefined || !answer?.content) return null;
    const file = Services.dirsvc.get("TmpD", Ci.nsIFile);
    file.append("nsmail.eml");
    file.createUnique(Ci.nsIFile.NORMAL_FILE_TYPE, 0o600);
    await IOUtils.write(file.path, bytesOf(opened(source, textOf(answer.content))));
    const made = `${Services.io.newFileURI(file).spec}?type=application/x-message-display`;
    this.#origins.set(file.path, { uri, answer, file });
    return made;
  }

  #forget(made: string): void {
    const path: string = fileOf(made)?.path ?? "";
    const origin = this.#origins.get(path);
    this.#origins.delete(path);
    if (origin) this.#remove(origin.file);
  }

  #remove(file: any): void {
    if (file.exists()) file.remove(false);
  }
}
