// SPDX-License-Identifier: MPL-2.0
// Somebody at a browser with the extension, the host and a webmail: alice, unless said otherwise.
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { type Browser, type Frame, holds, type Tab, tabOf, until } from "./browsers/browser.ts";
import { WEBMAIL } from "./browsers/profile.ts";
import { browsers } from "./browsers/start.ts";
import { Stack, type StackOptions } from "./servers/stack.ts";
import { PASSWORD } from "./servers/users.ts";

export const ALICE = "alice@example.org";
export const names = Object.keys(browsers) as Browser["name"][];
const env = (name: string) => process.env[name] as string;

export interface UserOptions {
  servers?: StackOptions;
  /** The program that the browser starts, by default the host. */
  host?: string;
  /** Nothing is there but the program of the host: no certificates, and no browser knows of it. */
  fresh?: boolean;
  /** The system has the extension and the host. */
  installed?: boolean;
  /** Members of its settings. */
  settings?: object;
  language?: "en" | "de";
}

/** Stands where the manifest says that the host is, and says which process it became. */
function install(folder: string, program = env("NSSMIME_HOST")): void {
  const script = join(folder, "host");
  writeFileSync(`${script}.new`, `#!/bin/sh\necho $$ >> "${folder}/pids"\nexec "${program}" "$@"\n`);
  chmodSync(`${script}.new`, 0o755);
  renameSync(`${script}.new`, script);
}

export class User {
  readonly folder: string;
  readonly stack: Stack;
  readonly browser: Browser;
  readonly #pictures: string;

  private constructor(folder: string, stack: Stack, browser: Browser) {
    this.folder = folder;
    this.stack = stack;
    this.browser = browser;
    this.#pictures = join(process.env["NSSMIME_SCREENSHOTS"] ?? folder, browser.name);
    mkdirSync(this.#pictures, { recursive: true });
  }

  static async start(
    name: Browser["name"],
    { servers = { roundcube: {} }, host, fresh = false, installed = false, settings = {} }: UserOptions = {},
  ): Promise<User> {
    const folder = mkdtempSync(join(tmpdir(), "nssmime-user-"));
    const home = join(folder, "home");
    for (const path of [".config/nssmime", ".local/share", ".cache", "Downloads"])
      mkdirSync(join(home, path), { recursive: true });
    if (!fresh) cpSync(join(env("NSSMIME_TEST_PKI"), "db"), join(home, "db"), { recursive: true });
    // Where Chromium has its profile if it is not told another place.
    if (fresh) symlinkSync(join(folder, "profile"), join(home, ".config/chromium"));
    writeFileSync(join(home, ".config/nssmime/config.json"), JSON.stringify({
      ...(!fresh && { database: `sql:${join(home, "db")}` }),
      pinentry: resolve(env("NSSMIME_WEBEXT"), "../tests/support/pinentry.py"),
      ...settings,
    }));
    writeFileSync(join(folder, "answers"), "");
    if (!installed && !fresh) install(folder, host);
    const stack = await Stack.start(servers);
    try {
      const browser = await browsers[name]({
        folder,
        ...(!installed && { extension: join(env("NSSMIME_EXTENSIONS"), `webmail-${name}`) }),
        id: WEBMAIL,
        ...(!installed && !fresh && { host: join(folder, "host") }),
        ...(stack.where.authority && { authority: stack.where.authority }),
        env: {
          NSSMIME_TEST_PINENTRY: join(folder, "answers"),
          XDG_CONFIG_HOME: join(home, ".config"),
          XDG_DATA_HOME: join(home, ".local/share"),
          XDG_CACHE_HOME: join(home, ".cache"),
          LANGUAGE: "en",
          LC_ALL: "C.UTF-8",
        },
      });
      // The first thing that the extension does, and it takes the front.
      const first = await tabOf(browser, "pages/start.html");
      await holds(first, 'document.querySelector("main .steps")');
      if (!fresh) await first.close();
      return new User(folder, stack, browser);
    } catch (failure) {
      await stack.stop();
      throw failure;
    }
  }

  /** What the windows of the host will be answered, one line for each. */
  answer(...lines: string[]): void {
    writeFileSync(join(this.folder, "answers"), lines.map((line) => `${line}\n`).join(""));
  }

  /** What those windows asked. */
  asked(): string[] {
    const log = join(this.folder, "answers.log");
    const lines = existsSync(log) ? readFileSync(log, "utf8").split("\n") : [];
    return lines.filter((line) => /^(GETPIN|CONFIRM)/.test(line));
  }

  /** From now on the browser starts this, and what it started is gone. */
  replaceHost(program?: string): void {
    install(this.folder, program);
    this.killHost();
  }

  killHost(): void {
    const pids = join(this.folder, "pids");
    const started = existsSync(pids) ? readFileSync(pids, "utf8").trim().split("\n") : [];
    writeFileSync(pids, "");
    for (const pid of started.filter(Boolean)) {
      try {
        process.kill(Number(pid), "SIGKILL");
      } catch {
        // It ended by itself.
      }
    }
  }

  get site(): string {
    return new URL(this.stack.url("roundcube")).origin;
  }

  /** Puts mails into the inbox. */
  async receive(...mails: (string | Buffer)[]): Promise<void> {
    for (const mail of mails) await this.stack.mailbox(ALICE).append(mail);
  }

  async login(): Promise<Tab> {
    const tab = await this.browser.open(this.stack.url("roundcube"));
    await tab.type("#rcmloginuser", ALICE);
    await tab.type("#rcmloginpwd", PASSWORD);
    await tab.click("#rcmloginsubmit");
    await holds(tab, 'document.querySelector("#messagelist tbody")');
    return tab;
  }

  /** By the button in the toolbar, as the screens say. */
  async setUp(tab: Tab): Promise<void> {
    this.answer("confirm", "confirm");
    const popup = await this.browser.toolbar(tab);
    await popup.click("button.primary");
    await this.browser.allow(true);
    await until("the site to be set up", () =>
      this.browser.background(`chrome.storage.local.get("sites").then(({ sites }) => sites?.length > 0)`));
  }

  /** A mail of a folder, on a page of its own. */
  async read(tab: Tab, uid: number, folder = "INBOX"): Promise<void> {
    await tab.goto(`${this.stack.url("roundcube")}?_task=mail&_uid=${uid}&_mbox=${folder}&_action=show`);
  }

  /** The extension's frame in a tab, once the mail is in it. */
  async reader(tab: Tab): Promise<Frame> {
    // Each time that a mail is read there is another one.
    return until("the mail in its frame", async () => {
      for (const frame of await tab.frames()) {
        const url = await frame.url().catch(() => "");
        if (!url.startsWith(`${this.browser.extension}pages/reader.html`)) continue;
        const there = frame.evaluate('document.querySelector("main .verdict, main .notice") !== null');
        if (await there.catch(() => false)) return frame;
      }
      return null;
    });
  }

  async picture(tab: Tab, name: string): Promise<void> {
    await tab.screenshot(join(this.#pictures, `${name}.png`));
  }

  /** With the browser's own windows. */
  async screen(name: string): Promise<void> {
    await this.browser.screen(join(this.#pictures, `${name}.png`));
  }

  async close(): Promise<void> {
    await this.browser.close();
    await this.stack.stop();
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** It cannot answer any more once it is closed. */
export const closePopup = (popup: Frame): Promise<unknown> => popup.evaluate("void setTimeout(close)");

export const textOf = (frame: Frame): Promise<string> => frame.evaluate<string>("document.body.innerText");

/** Until that stands on a page, and nothing is being worked at. */
export async function says(frame: Frame, what: string): Promise<void> {
  const there = `document.body.innerText.includes(${JSON.stringify(what)}) && !document.querySelector(".working")`;
  try {
    await holds(frame, there);
  } catch (failure) {
    throw new Error(`"${what}" is not said in: ${await textOf(frame)}`, { cause: failure });
  }
}

/** A button, or what else can be clicked, by what is written on it. */
export async function press(frame: Frame, label: string): Promise<void> {
  const mark = `(() => {
    for (const one of document.querySelectorAll("[data-test]")) delete one.dataset.test;
    const all = [...document.querySelectorAll("button, summary, a, label")].filter((one) => one.getClientRects().length > 0);
    const labelled = (one) => one.innerText.trim() === ${JSON.stringify(label)} || one.innerText.startsWith(${JSON.stringify(label)} + " ·");
    const found = all.find(labelled);
    if (found) found.dataset.test = "this";
    return Boolean(found);
  })()`;
  await until(`"${label}"`, () => frame.evaluate<boolean>(mark).catch(() => false));
  await frame.click("[data-test]");
}

export interface Letter {
  to?: string;
  bcc?: string;
  subject: string;
  text: string;
}

/** What is written in the editor, until it knows of each recipient what there is to know. */
export async function fill(editor: Tab, { to = "", bcc = "", subject, text }: Letter): Promise<void> {
  if (to) await editor.type("input[name=to]", to);
  if (bcc) {
    await editor.click(".more-recipients button");
    await editor.type("input[name=bcc]", bcc);
  }
  await editor.type("input[name=subject]", subject);
  await editor.type(".text.rich", text);
  const all = [to, bcc].join().split(",").filter(Boolean).length;
  await holds(editor, `document.querySelectorAll(".token.ok, .token.warn").length === ${all}`);
}
