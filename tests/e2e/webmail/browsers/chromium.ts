// SPDX-License-Identifier: MPL-2.0
// Chromium through playwright, and through the protocol below it where playwright sees nothing:
// closed shadow roots, the popup of the toolbar button, dragged files.
import { mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import type { BrowserContext, CDPSession, Frame as PlaywrightFrame, Locator, Page } from "playwright-core";
import { answerQuestion, type Browser, type Frame, PATIENCE, soon, type Tab, until } from "./browser.ts";
import { Display } from "./display.ts";
import { nativeManifest, type Options, trustAuthority } from "./profile.ts";

const require = createRequire(join(process.env["NSSMIME_WEBEXT"] as string, "package.json"));

interface DomNode {
  nodeId: number;
  shadowRootType?: string;
  children?: DomNode[];
  shadowRoots?: DomNode[];
  contentDocument?: DomNode;
}

function* closedRoots(node: DomNode): Generator<DomNode> {
  for (const root of node.shadowRoots ?? []) {
    if (root.shadowRootType === "closed") yield root;
    yield* closedRoots(root);
  }
  for (const child of node.children ?? []) yield* closedRoots(child);
}

/** Where the edge of "Allow" is in the browser's question, if it is in focus: a blue line. */
const ALLOW = "4x400+843+90";

const isBlue = (pixels: Buffer): boolean =>
  pixels.some((red, at) => at % 3 === 0 && red < 80 && (pixels[at + 2] as number) > 150);

class Document implements Frame {
  constructor(
    protected readonly owner: Chromium,
    protected readonly page: Page,
    readonly frame: PlaywrightFrame,
  ) {}

  async url(): Promise<string> {
    return this.frame.url();
  }

  evaluate<T>(expression: string): Promise<T> {
    return this.frame.evaluate(`(async () => (${expression}))()`) as Promise<T>;
  }

  /** The middle of an element in a closed shadow root of the page. */
  async #pierced(selector: string): Promise<{ x: number; y: number } | null> {
    if (this.frame !== this.page.mainFrame()) return null;
    const session = await this.owner.session(this.page);
    const { root } = await session.send("DOM.getDocument", { depth: -1, pierce: true });
    for (const { nodeId } of closedRoots(root as DomNode)) {
      const found = await session.send("DOM.querySelector", { nodeId, selector });
      if (found.nodeId === 0) continue;
      await session.send("DOM.scrollIntoViewIfNeeded", { nodeId: found.nodeId });
      const { quads } = await session.send("DOM.getContentQuads", { nodeId: found.nodeId });
      const quad = quads[0] as [number, number, number, number, number, number];
      if (quad) return { x: (quad[0] + quad[4]) / 2, y: (quad[1] + quad[5]) / 2 };
    }
    return null;
  }

  async click(selector: string): Promise<void> {
    await this.page.bringToFront();
    const locator = this.frame.locator(selector).first();
    const where = await until(`${selector} in ${this.frame.url()}`, async () => {
      if ((await locator.count()) > 0) return "open";
      return this.#pierced(selector).catch(() => null);
    });
    if (where !== "open") await this.page.mouse.click(where.x, where.y);
    else if (this.frame === this.page.mainFrame()) await locator.click({ timeout: PATIENCE });
    else await this.#clickInFrame(locator);
  }

  /** What the click does may remove the frame, which then never says that it was clicked. */
  async #clickInFrame(locator: Locator): Promise<void> {
    await locator.click({ timeout: PATIENCE, trial: true });
    const box = await locator.boundingBox();
    if (!box) throw new Error("what is to be clicked is nowhere");
    await this.page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
    await this.page.mouse.down();
    await Promise.race([this.page.mouse.up(), setTimeout(1000)]);
  }

  async type(selector: string, text: string): Promise<void> {
    await this.click(selector);
    await this.page.keyboard.type(text);
  }

  async upload(selector: string, ...paths: string[]): Promise<void> {
    await this.frame.locator(selector).first().setInputFiles(paths, { timeout: PATIENCE });
  }

  async drop(selector: string, ...paths: string[]): Promise<void> {
    const locator = this.frame.locator(selector).first();
    await locator.scrollIntoViewIfNeeded({ timeout: PATIENCE });
    const box = await locator.boundingBox();
    if (!box) throw new Error(`${selector} is nowhere`);
    const session = await this.owner.session(this.page);
    const data = { items: [], files: paths, dragOperationsMask: 1 };
    for (const type of ["dragEnter", "dragOver", "drop"] as const)
      await session.send("Input.dispatchDragEvent", {
        type, x: box.x + box.width / 2, y: box.y + box.height / 2, data });
  }
}

class Page_ extends Document implements Tab {
  constructor(owner: Chromium, page: Page) {
    super(owner, page, page.mainFrame());
  }

  get inner(): Page {
    return this.page;
  }

  async goto(url: string): Promise<void> {
    await this.page.goto(url);
  }

  async frames(): Promise<Frame[]> {
    const below = this.page.frames().filter((frame) => frame !== this.page.mainFrame());
    return below.map((frame) => new Document(this.owner, this.page, frame));
  }

  press(key: string): Promise<void> {
    return this.page.keyboard.press(key);
  }

  async clickAt(x: number, y: number): Promise<void> {
    await this.page.bringToFront();
    await this.page.mouse.click(x, y);
  }

  async screenshot(path: string): Promise<void> {
    await this.page.screenshot({ path });
  }

  close(): Promise<void> {
    return this.page.close();
  }
}

/** The popup, which is a page that playwright leaves alone. */
class Popup implements Frame {
  #count = 0;
  readonly #waiting = new Map<number, (answer: { error?: { message: string }; result?: any }) => void>();

  constructor(
    private readonly session: CDPSession,
    private readonly sessionId: string,
  ) {
    session.on("Target.receivedMessageFromTarget", ({ sessionId: from, message }) => {
      if (from !== sessionId) return;
      const answer = JSON.parse(message);
      this.#waiting.get(answer.id)?.(answer);
    });
    session.on("Target.detachedFromTarget", ({ sessionId: from }) => {
      if (from !== sessionId) return;
      for (const answer of this.#waiting.values()) answer({ error: { message: "the popup was closed" } });
    });
  }

  async #send(method: string, params: object = {}): Promise<any> {
    const id = ++this.#count;
    const answer = new Promise<{ error?: { message: string }; result?: any }>((heard) => {
      this.#waiting.set(id, heard);
    });
    const message = JSON.stringify({ id, method, params });
    await this.session.send("Target.sendMessageToTarget", { sessionId: this.sessionId, message });
    const { error, result } = await answer;
    this.#waiting.delete(id);
    if (error) throw new Error(`${method}: ${error.message}`);
    return result;
  }

  url(): Promise<string> {
    return this.evaluate("location.href");
  }

  async evaluate<T>(expression: string): Promise<T> {
    const said = await this.#send("Runtime.evaluate", {
      expression: `(async () => (${expression}))()`, awaitPromise: true, returnByValue: true });
    if (said.exceptionDetails) throw new Error(said.exceptionDetails.exception?.description);
    return said.result.value as T;
  }

  async click(selector: string): Promise<void> {
    const [x, y] = await until(`${selector} in the popup`, () => this.evaluate<[number, number] | null>(`(() => {
      const element = document.querySelector(${JSON.stringify(selector)});
      element?.scrollIntoView({ block: "center" });
      const box = element?.getBoundingClientRect();
      return box && box.width > 0 ? [box.x + box.width / 2, box.y + box.height / 2] : null;
    })()`));
    const event = { x, y, button: "left", clickCount: 1 };
    await this.#send("Input.dispatchMouseEvent", { ...event, type: "mousePressed" });
    // What the click does may close the popup before there is an answer.
    await this.#send("Input.dispatchMouseEvent", { ...event, type: "mouseReleased" }).catch(() => undefined);
  }

  async type(selector: string, text: string): Promise<void> {
    await this.click(selector);
    await this.#send("Input.insertText", { text });
  }

  upload(): Promise<void> {
    return Promise.reject(new Error("a popup closes where files are chosen"));
  }

  drop(): Promise<void> {
    return Promise.reject(new Error("a popup closes where files are dragged"));
  }
}

export class Chromium implements Browser {
  readonly name = "chromium";
  readonly extension: string;
  readonly #context: BrowserContext;
  readonly #display: Display;
  readonly #sessions = new WeakMap<Page, Promise<CDPSession>>();

  private constructor(context: BrowserContext, display: Display, extension: string) {
    this.#context = context;
    this.#display = display;
    this.extension = extension;
  }

  static async start(options: Options): Promise<Chromium> {
    const { folder, extension, fetches, id, host, authority, args = [], env } = options;
    const { chromium } = require("playwright-core") as typeof import("playwright-core");
    const home = join(folder, "home");
    const profile = join(folder, "profile");
    for (const path of [home, profile]) mkdirSync(path, { recursive: true });
    if (host) nativeManifest(join(profile, "NativeMessagingHosts"), host, id, "chromium");
    if (authority) trustAuthority(join(home, ".pki/nssdb"), authority);
    const display = await Display.start();
    try {
      const context = await chromium.launchPersistentContext(profile, {
        executablePath: process.env["CHROMIUM"] ?? "/usr/bin/chromium",
        headless: false,
        viewport: null,
        ignoreDefaultArgs: ["--disable-extensions", ...(fetches ? ["--disable-background-networking"] : [])],
        env: { ...process.env, ...env, HOME: home, DISPLAY: display.name } as Record<string, string>,
        args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--window-position=0,0",
          "--window-size=1280,900", "--enable-unsafe-extension-debugging",
          ...(extension ? [`--disable-extensions-except=${extension}`, `--load-extension=${extension}`] : []), ...args],
      });
      // Where people find it, and under its name: playwright has its own ideas.
      const whole = await context.browser()?.newBrowserCDPSession();
      await whole?.send("Browser.setDownloadBehavior", {
        behavior: "allow", downloadPath: join(home, "Downloads") });
      const worker = context.serviceWorkers()[0] ?? (await context.waitForEvent("serviceworker"));
      return new Chromium(context, display, `chrome-extension://${new URL(worker.url()).host}/`);
    } catch (failure) {
      await display.stop();
      throw failure;
    }
  }

  session(page: Page): Promise<CDPSession> {
    const session = this.#sessions.get(page) ?? this.#context.newCDPSession(page);
    this.#sessions.set(page, session);
    return session;
  }

  async #whole(): Promise<CDPSession> {
    const session = await this.#context.browser()?.newBrowserCDPSession();
    if (!session) throw new Error("the browser is gone");
    return session;
  }

  async open(url: string): Promise<Tab> {
    const page = await this.#context.newPage();
    await page.goto(url);
    return new Page_(this, page);
  }

  async tabs(): Promise<Tab[]> {
    return this.#context.pages().map((page) => new Page_(this, page));
  }

  async toolbar(tab: Tab): Promise<Frame> {
    const { inner } = tab as Page_;
    await inner.bringToFront();
    const whole = await this.#whole();
    const all = async (type: string) => {
      const answer = await whole.send("Target.getTargets", { filter: [{ type }] });
      return answer.targetInfos as ((typeof answer.targetInfos)[number] & { embedderData?: { tabActive?: boolean } })[];
    };
    const popups = async () =>
      (await all("page")).filter(({ url, attached }) => url.startsWith(this.extension) && !attached);
    const front = await until("the tab in front", async () =>
      (await all("tab")).find(({ url, embedderData }) => url === inner.url() && embedderData?.tabActive));
    const before = new Set((await popups()).map(({ targetId }) => targetId));
    // It is newer than playwright's list of what there is.
    await (whole.send as (method: string, params: object) => Promise<unknown>)("Extensions.triggerAction", {
      id: new URL(this.extension).host, targetId: front.targetId });
    const popup = await until("the popup", async () =>
      (await popups()).find(({ targetId }) => !before.has(targetId)));
    const { sessionId } = await whole.send("Target.attachToTarget", { targetId: popup.targetId, flatten: false });
    return new Popup(whole, sessionId);
  }

  badge(tab: Tab): Promise<{ text: string; title: string }> {
    const url = JSON.stringify((tab as Page_).inner.url());
    return this.background(`(async () => {
      const tabs = await chrome.tabs.query({});
      const { id: tabId } = tabs.find(({ url }) => url === ${url}) ?? tabs.find(({ active }) => active);
      return { text: await chrome.action.getBadgeText({ tabId }), title: await chrome.action.getTitle({ tabId }) };
    })()`);
  }

  async allow(yes: boolean): Promise<void> {
    // No page has it. While it is there the window behind it is dark, and "Deny" is in focus.
    const isOpen = async () => (await this.#display.pixels("1x1+900+20")).every((part) => part < 150);
    const inFocus = async () => isBlue(await this.#display.pixels(ALLOW));
    await answerQuestion(isOpen, async () => {
      if (yes && !(await inFocus())) {
        await this.#display.keys("Tab");
        if (!(await soon(inFocus))) return;
      }
      await this.#display.keys("Return");
    });
  }

  async background<T>(expression: string): Promise<T> {
    const worker = await until("the background", async () => {
      const found = this.#context.serviceWorkers().find((one) => one.url().startsWith(this.extension));
      return found;
    });
    return worker.evaluate(`(async () => (${expression}))()`) as Promise<T>;
  }

  async stopBackground(): Promise<void> {
    const whole = await this.#whole();
    const workers = async () =>
      (await whole.send("Target.getTargets", { filter: [{ type: "service_worker" }] })).targetInfos
        .filter(({ url }) => url.startsWith(this.extension));
    const ended = new Set((await workers()).map(({ targetId }) => targetId));
    if (ended.size === 0) return;
    await this.background("void (globalThis.isToEnd = true)");
    for (const targetId of ended) await whole.send("Target.closeTarget", { targetId });
    // Something may have started it again by now, and then it can have the name that it had.
    await until("the end of the background", async () =>
      (await workers()).every(({ targetId }) => !ended.has(targetId)) ||
      this.background<boolean>("!globalThis.isToEnd").catch(() => false));
  }

  screen(path: string): Promise<void> {
    return this.#display.screenshot(path);
  }

  async close(): Promise<void> {
    await this.#context.close();
    await this.#display.stop();
  }
}
