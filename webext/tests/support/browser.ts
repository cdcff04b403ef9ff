// SPDX-License-Identifier: MPL-2.0
// The built pages in Chromium. What an extension would find in `chrome` is made here: ports lead
// to this process, which answers them as the background does, with the real host behind it.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { extname, join } from "node:path";
import type { Browser, BrowserContext, Frame, Page } from "playwright-core";
import { HostClient } from "../../core/client.ts";
import { type LocalMethods, serve } from "../../core/relay.ts";
import { type End, portPair } from "./port.ts";
import type { Home } from "./real-host.ts";
import { root } from "./root.ts";
import { allMessagesOf } from "./texts.ts";

const require = createRequire(join(root, "package.json"));
const { chromium } = require("playwright-core") as typeof import("playwright-core");
const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

const ORIGIN = "https://nssmime.test";
const built = join(process.env["NSSMIME_WEBEXT_OUT"] ?? join(root, "build"), "pages");
export const shots = join(process.env["NSSMIME_WEBEXT_OUT"] ?? join(root, "build"), "screenshots");
const types: Record<string, string> = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".css": "text/css",
};

export interface Look {
  language: "en" | "de";
  colorScheme: "light" | "dark";
  width: number;
  /** What is stored by a page is there for others of this name. */
  profile?: string;
}

/** `proxy`: where everything goes that is asked of the network. */
export const launch = (proxy?: string): Promise<Browser> =>
  chromium.launch({
    executablePath: process.env["CHROMIUM"] ?? "/usr/bin/chromium",
    ...(proxy && { proxy: { server: proxy } }),
    // A test is root in a container, where Chromium has no sandbox to use.
    args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"],
  });

/** Runs in the page before its own scripts. */
function fakeChrome({ messages }: { messages: Record<string, { message: string }> }): void {
  const ports = new Map<number, { heard: ((m: unknown) => void)[]; closed: (() => void)[] }>();
  const there = window as any;
  there.nssmimeDeliver = (id: number, message: unknown) => {
    for (const listener of ports.get(id)?.heard ?? []) listener(message);
  };
  const told: ((message: unknown, sender: { id: string }, reply: () => void) => void)[] = [];
  there.nssmimeTell = (message: unknown) => {
    for (const listener of told) listener(message, { id: "test" }, () => undefined);
  };
  const fake = {
    runtime: {
      id: "test",
      getManifest: () => ({ version: "0.1.0" }),
      connect: () => {
        const id = ports.size + 1;
        const listeners = { heard: [] as any[], closed: [] as any[] };
        ports.set(id, listeners);
        there.nssmimeConnect(id);
        return {
          postMessage: (message: unknown) => there.nssmimePost(id, message),
          disconnect: () => ports.delete(id),
          onMessage: { addListener: (listener: any) => listeners.heard.push(listener) },
          onDisconnect: { addListener: (listener: any) => listeners.closed.push(listener) },
        };
      },
      sendMessage: async (message: unknown) => there.nssmimeAsk(message),
      onMessage: { addListener: (listener: any) => told.push(listener) },
    },
    i18n: {
      getMessage: (key: string, values: string[] = []) =>
        (messages[key]?.message ?? "").replace(/\$(\d)/g, (_, n) => values[Number(n) - 1] ?? ""),
    },
    tabs: {
      getCurrent: async () => undefined,
      query: async () => [{ id: 1, url: there.nssmimeTab }],
      onActivated: { addListener: () => undefined },
    },
    permissions: { request: async () => there.nssmimeGrants ?? true },
    storage: {
      session: { set: async () => undefined },
      local: {
        get: async (key: string) => {
          const value = sessionStorage.getItem(key);
          return value === null ? {} : { [key]: JSON.parse(value) };
        },
        set: async (values: object) => {
          for (const [key, value] of Object.entries(values))
            sessionStorage.setItem(key, JSON.stringify(value));
        },
        onChanged: { addListener: () => undefined },
      },
    },
  };
  there.chrome = Object.assign(there.chrome ?? {}, fake);
}

export class Shown {
  readonly complaints: string[] = [];

  constructor(
    readonly page: Page,
    private readonly host: HostClient,
    readonly look: Look,
  ) {
    page.on("pageerror", (error) => this.complaints.push(String(error)));
    page.on("console", (message) => {
      if (message.type() === "error") this.complaints.push(message.text());
    });
  }

  async open(path: string): Promise<void> {
    await this.page.goto(`${ORIGIN}/pages/${path}`);
    await this.settled();
  }

  /** Nothing is loading any more. */
  async settled(): Promise<void> {
    await this.page.waitForSelector("main");
    await this.page.waitForFunction(() => !document.querySelector(".loading, .working"));
    await Promise.all(this.page.frames().map((frame) => frame.waitForLoadState()));
    await this.page.evaluate(() => new Promise((done) => requestAnimationFrame(done)));
  }

  /** By axe-core: what keeps people from using the page. */
  async hurdles(frame: Frame = this.page.mainFrame()): Promise<string[]> {
    await frame.evaluate(axe);
    const found = await frame.evaluate(() => (window as any).axe.run(document));
    return found.violations.flatMap(({ id, nodes }: any) =>
      nodes.map((node: any) => `${id}: ${node.html.slice(0, 200)} ${node.failureSummary}`),
    );
  }

  /** How many pixels of the page are beyond the window's right edge. */
  overhang(frame: Frame = this.page.mainFrame()): Promise<number> {
    return frame.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    );
  }

  async shoot(name: string): Promise<void> {
    const { language, colorScheme, width } = this.look;
    const path = join(shots, `${name}-${language}-${colorScheme}-${width}.png`);
    await this.page.screenshot({ path, fullPage: true });
  }

  async close(): Promise<void> {
    await this.page.close();
    this.host.close();
  }
}

/** One for each look: what a page changes it keeps to itself. */
const contexts = new Map<string, Promise<BrowserContext>>();

async function openContext(browser: Browser, look: Look): Promise<BrowserContext> {
  const context = await browser.newContext({
    colorScheme: look.colorScheme,
    viewport: { width: look.width, height: 800 },
    locale: look.language,
    permissions: ["clipboard-read", "clipboard-write"],
  });
  await context.route(`${ORIGIN}/**`, (route) => {
    const path = new URL(route.request().url()).pathname;
    return route.fulfill({
      body: readFileSync(join(built, path)),
      contentType: types[extname(path)] ?? "application/octet-stream",
    });
  });
  await context.addInitScript(fakeChrome, { messages: allMessagesOf(look.language) });
  return context;
}

function contextFor(browser: Browser, look: Look): Promise<BrowserContext> {
  const name = JSON.stringify(look);
  const context = contexts.get(name) ?? openContext(browser, look);
  contexts.set(name, context);
  return context;
}

/** A page whose background has this home's host, and answers the rest by `local`. */
export async function show(
  browser: Browser,
  home: Home,
  local: LocalMethods,
  look: Look,
  site?: () => Promise<string | null>,
): Promise<Shown> {
  const context = await contextFor(browser, look);
  const host = new HostClient({ connect: home.connect, client: { name: "pages", version: "1" } });
  /** Of the page, and of frames of the extension in it. */
  const ends = new Map<Frame, Map<number, End>>();
  const page = await context.newPage();
  await page.exposeBinding("nssmimeConnect", ({ frame }, id: number) => {
    const [near, far] = portPair();
    ends.set(frame, (ends.get(frame) ?? new Map()).set(id, near));
    serve(far, host, local, site);
    near.onMessage.addListener((message) =>
      frame
        .evaluate(([port, frameOf]) => (window as any).nssmimeDeliver(port, frameOf), [id, message])
        .catch(() => near.disconnect()),
    );
  });
  await page.exposeBinding("nssmimePost", ({ frame }, id: number, message: unknown) =>
    ends.get(frame)?.get(id)?.postMessage(message),
  );
  return new Shown(page, host, look);
}
