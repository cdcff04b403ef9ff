// SPDX-License-Identifier: MPL-2.0
// A web site that looks like Roundcube to the extension, for what no honest Roundcube does: hostile
// pages, policies of all kinds, answers that fail or take long.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface FakePage {
  /** In the head, before anything else. */
  script?: string;
  headers?: Record<string, string>;
  /** Below the mail. */
  body?: string;
  /** It has no sign of S/MIME. */
  plain?: boolean;
}

type Source = (answer: ServerResponse) => void;

const escaped = (text: string) => text.replaceAll("&", "&amp;").replaceAll('"', "&quot;");

/** A document with a mail in it, as the extension knows it. */
export function mailPage({ script = "", body = "", plain = false }: FakePage, uid: string): string {
  const environment = JSON.stringify({
    task: "mail",
    action: "show",
    uid,
    mailbox: "INBOX",
    request_token: "token",
    comm_path: "/?_task=mail",
  });
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>Webmail</title>
    <script>${script}</script><script>var rcmail = { set_env() {} }; rcmail.set_env(${environment});</script>
    <h1>Webmail</h1><ul class="attachmentslist"><li class="${plain ? "pdf" : "pkcs7-mime"}">A file</li></ul>
    <div id="messagebody">This message is encrypted.</div>${body}</html>`;
}

/** The same document as the value of an attribute. */
export const asAttribute = (html: string): string => escaped(html);

export class FakeWebmail {
  readonly pages: Record<string, FakePage> = {};
  /** What is no page. */
  readonly files: Record<string, Source> = {};
  readonly asked: string[] = [];
  source: Source;
  readonly #server: Server;

  private constructor(server: Server, mail: Buffer) {
    this.#server = server;
    this.source = this.gives(mail);
    server.on("request", (asked, answer) => this.#answer(asked, answer));
  }

  static async start(mail: Buffer, host = "127.0.0.1"): Promise<FakeWebmail> {
    const server = createServer();
    await new Promise<void>((listening) => server.listen(0, host, listening));
    return new FakeWebmail(server, mail);
  }

  url(path: string, uid = "1", host = "127.0.0.1"): string {
    return `http://${host}:${(this.#server.address() as AddressInfo).port}/${path}?_uid=${uid}`;
  }

  gives(mail: Buffer): Source {
    return (answer) => answer.writeHead(200, { "content-disposition": "attachment" }).end(mail);
  }

  /** A part of it, and the rest once somebody says so. */
  holds(mail: Buffer): { source: Source; release: () => void } {
    let release = () => {};
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    const half = mail.length >> 1;
    return {
      release: () => release(),
      source: async (answer) => {
        answer.writeHead(200, { "content-disposition": "attachment", "content-length": mail.length });
        answer.write(mail.subarray(0, half));
        await released;
        answer.end(mail.subarray(half));
      },
    };
  }

  #answer(asked: IncomingMessage, answer: ServerResponse): void {
    const url = new URL(asked.url ?? "/", "http://localhost");
    this.asked.push(asked.url ?? "");
    if (url.searchParams.get("_action") === "viewsource") return this.source(answer);
    const file = this.files[url.pathname.slice(1)];
    if (file) return file(answer);
    const page = this.pages[url.pathname.slice(1)];
    if (!page) {
      answer.writeHead(404).end();
      return;
    }
    answer.writeHead(200, { "content-type": "text/html; charset=utf-8", ...page.headers });
    answer.end(mailPage(page, url.searchParams.get("_uid") ?? "1"));
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((closed) => this.#server.close(closed));
  }
}
