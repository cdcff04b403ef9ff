// SPDX-License-Identifier: MPL-2.0
// Firefox over WebDriver BiDi, without a driver in between. What is the browser's own is looked up
// and pressed in its windows: without a window manager, the mouse of the screen closes its popups.
import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { GUARD } from "../servers/program.ts";
import { Bidi } from "./bidi.ts";
import { answerQuestion, type Browser, type Frame, holds, type Tab, until } from "./browser.ts";
import { Display } from "./display.ts";
import { nativeManifest, type Options, trustAuthority } from "./profile.ts";

const UUID = "6c1c8f4e-5b0e-4b52-9d8e-2f1d6a7c9b10";

const preferences = (id: string) => ({
  "extensions.webextensions.uuids": JSON.stringify({ [id]: UUID }),
  "extensions.background.idle.enabled": false,
  "app.update.enabled": false,
  "browser.aboutwelcome.enabled": false,
  "browser.shell.checkDefaultBrowser": false,
  "browser.startup.page": 0,
  "browser.newtabpage.enabled": false,
  "datareporting.policy.dataSubmissionEnabled": false,
  "security.notification_enable_delay": 0,
  "services.settings.server": "http://127.0.0.1:9/",
  "toolkit.telemetry.enabled": false,
  "ui.systemUsesDarkTheme": 0,
});

interface Node {
  sharedId: string;
  value: { mode?: string; children?: Node[]; shadowRoot?: Node | null };
}

function* closedRoots({ value }: Node): Generator<Node> {
  if (value.shadowRoot) {
    if (value.shadowRoot.value.mode === "closed") yield value.shadowRoot;
    yield* closedRoots(value.shadowRoot);
  }
  for (const child of value.children ?? []) yield* closedRoots(child);
}

const special: Record<string, string> = { Enter: "\uE007", Tab: "\uE004", Escape: "\uE00C",
  Backspace: "\uE003", Delete: "\uE017", ArrowUp: "\uE013", ArrowDown: "\uE015",
  ArrowLeft: "\uE012", ArrowRight: "\uE014", Control: "\uE009", Shift: "\uE008", Alt: "\uE00A" };

const pointer = (...actions: object[]) =>
  ({ type: "pointer", id: "mouse", parameters: { pointerType: "mouse" }, actions });
const button = [{ type: "pointerDown", button: 0 }, { type: "pointerUp", button: 0 }];

/** In a document: where the middle of an element is once it is seen and lies still, which a page that is still
 * put together, or a popup that grows, does not let it do at once. Null if it never does. */
const LIES_STILL = `async (element) => {
  for (let before = "", tries = 0; tries < 40; tries++) {
    element.scrollIntoView({ block: "center", behavior: "instant" });
    const { x, y, width, height } = element.getBoundingClientRect();
    const at = [x + width / 2, y + height / 2];
    const now = String([...at, innerWidth, innerHeight]);
    if (width > 0 && at[1] < innerHeight && now === before) return at;
    before = now;
    await new Promise((later) => setTimeout(later, 50));
  }
  return null;
}`;

class Document implements Frame {
  constructor(
    protected readonly bidi: Bidi,
    readonly context: string,
  ) {}

  url(): Promise<string> {
    return this.evaluate("location.href");
  }

  evaluate<T>(expression: string): Promise<T> {
    return this.bidi.evaluate(this.context, expression);
  }

  async #locate(selector: string, startNodes?: Node[], options: object = {}): Promise<Node[]> {
    const { nodes } = await this.bidi.send("browsingContext.locateNodes", {
      context: this.context,
      locator: { type: "css", value: selector },
      ...(startNodes && { startNodes: startNodes.map(({ sharedId }) => ({ sharedId })) }),
      ...options,
    });
    return nodes;
  }

  /** Once it is there, in the document or in a closed shadow root of it. */
  protected find(selector: string): Promise<Node> {
    return until(`${selector}`, async () => {
      const [found] = await this.#locate(selector);
      if (found) return found;
      const all = { serializationOptions: { includeShadowTree: "all", maxDomDepth: null } };
      for (const tree of await this.#locate(":root", undefined, all))
        for (const root of closedRoots(tree)) {
          const [inside] = await this.#locate(selector, [root]);
          if (inside) return inside;
        }
      return null;
    });
  }

  async #call(declaration: string, ...nodes: Node[]): Promise<void> {
    const { exceptionDetails } = await this.bidi.send("script.callFunction", {
      functionDeclaration: declaration,
      target: { context: this.context },
      arguments: nodes.map(({ sharedId }) => ({ sharedId })),
      awaitPromise: true,
    });
    if (exceptionDetails) throw new Error(exceptionDetails.text);
  }

  async click(selector: string): Promise<void> {
    for (let tries = 10; ; tries--) {
      const { sharedId } = await this.find(selector);
      const origin = { type: "element", element: { sharedId } };
      const actions = [pointer({ type: "pointerMove", x: 0, y: 0, origin }, ...button)];
      try {
        await this.#call(LIES_STILL, { sharedId, value: {} });
        await this.bidi.send("input.performActions", { context: this.context, actions });
        return;
      } catch (failure) {
        // Another one may have taken its place meanwhile.
        if (tries === 0 || !/no such (node|element)|stale element|out of bounds/.test(String(failure))) throw failure;
      }
    }
  }

  async type(selector: string, text: string): Promise<void> {
    await this.click(selector);
    const strokes = [...text].flatMap((value) => {
      const key = value === "\n" ? special["Enter"] : value;
      return [{ type: "keyDown", value: key }, { type: "keyUp", value: key }];
    });
    const actions = [{ type: "key", id: "keyboard", actions: strokes }];
    await this.bidi.send("input.performActions", { context: this.context, actions });
  }

  async upload(selector: string, ...files: string[]): Promise<void> {
    const { sharedId } = await this.find(selector);
    await this.bidi.send("input.setFiles", { context: this.context, element: { sharedId }, files });
  }

  async drop(selector: string, ...files: string[]): Promise<void> {
    const target = await this.find(selector);
    const id = "nssmime-dropped-files";
    await this.evaluate(`void document.documentElement.appendChild(
      Object.assign(document.createElement("input"), { type: "file", multiple: true, id: "${id}" }))`);
    await this.upload(`#${id}`, ...files);
    const input = await this.find(`#${id}`);
    await this.#call(`(target, input) => {
      const dataTransfer = new DataTransfer();
      for (const file of input.files) dataTransfer.items.add(file);
      input.remove();
      const box = target.getBoundingClientRect();
      const at = { clientX: box.x + box.width / 2, clientY: box.y + box.height / 2 };
      for (const type of ["dragenter", "dragover", "drop"])
        target.dispatchEvent(new DragEvent(type, { bubbles: true, cancelable: true, composed: true, dataTransfer, ...at }));
    }`, target, input);
  }
}

interface Tree {
  context: string;
  children: Tree[];
}

class Tab_ extends Document implements Tab {
  async goto(url: string): Promise<void> {
    // The end of what still loads would be taken for the end of this.
    await holds(this, 'document.readyState === "complete"');
    await this.bidi.send("browsingContext.navigate", { context: this.context, url, wait: "complete" });
  }

  async frames(): Promise<Frame[]> {
    const { contexts } = await this.bidi.send("browsingContext.getTree", { root: this.context });
    const below = ({ children }: Tree): string[] =>
      children.flatMap((child) => [child.context, ...below(child)]);
    return below(contexts[0]).map((context) => new Document(this.bidi, context));
  }

  async press(key: string): Promise<void> {
    const names = key.split("+").map((name) => special[name] ?? name);
    const down = names.map((value) => ({ type: "keyDown", value }));
    const up = names.reverse().map((value) => ({ type: "keyUp", value }));
    const actions = [{ type: "key", id: "keyboard", actions: [...down, ...up] }];
    await this.bidi.send("input.performActions", { context: this.context, actions });
  }

  async clickAt(x: number, y: number): Promise<void> {
    const actions = [pointer({ type: "pointerMove", x: Math.round(x), y: Math.round(y) }, ...button)];
    await this.bidi.send("input.performActions", { context: this.context, actions });
  }

  async screenshot(path: string): Promise<void> {
    const { data } = await this.bidi.send("browsingContext.captureScreenshot", { context: this.context });
    writeFileSync(path, Buffer.from(data, "base64"));
  }

  async close(): Promise<void> {
    await this.bidi.send("browsingContext.close", { context: this.context });
  }
}

/** A document that is not in a tab: `where` finds its <browser> in the browser's window. */
class Hidden implements Frame {
  constructor(
    private readonly firefox: Firefox,
    private readonly where: string,
  ) {}

  url(): Promise<string> {
    return this.evaluate("location.href");
  }

  evaluate<T>(expression: string): Promise<T> {
    const code = JSON.stringify(`(async () => JSON.stringify(await (${expression})))()`);
    return this.#beside<T>(`(() => {
      const box = new Components.utils.Sandbox(content, { sandboxPrototype: content, wantXrays: false });
      return Components.utils.evalInSandbox(${code}, box);
    })()`);
  }

  /** By a script of the browser's own beside the document; its value is JSON as text. */
  #beside<T>(expression: string): Promise<T> {
    const script = `(async () => {
      const answer = {};
      try {
        answer.value = await ${expression};
      } catch (failure) {
        answer.error = String(failure);
      }
      sendAsyncMessage("NAME", answer);
    })()`;
    return this.firefox.own<T>(`new Promise((done, failed) => {
      const browser = ${this.where};
      if (!browser) throw new Error("it is not there");
      const name = "nssmime-" + Math.random();
      const heard = ({ data }) => {
        browser.messageManager.removeMessageListener(name, heard);
        if (data.error) failed(new Error(data.error));
        else done(data.value === undefined ? undefined : JSON.parse(data.value));
      };
      browser.messageManager.addMessageListener(name, heard);
      const script = ${JSON.stringify(script)}.replace("NAME", name);
      browser.messageManager.loadFrameScript("data:application/javascript;charset=utf-8," + encodeURIComponent(script), false);
    })`);
  }

  async click(selector: string): Promise<void> {
    const [x, y] = await until(`${selector} in the popup`, () => this.evaluate<[number, number] | null>(`(() => {
      const element = document.querySelector(${JSON.stringify(selector)});
      return element && (${LIES_STILL})(element);
    })()`));
    const event = `${x}, ${y}, { button: 0, clickCount: 1 }, { isDOMEventSynthesized: false }`;
    await this.#beside(`(() => {
      content.synthesizeMouseEvent("mousedown", ${event});
      content.synthesizeMouseEvent("mouseup", ${event});
      return "true";
    })()`);
  }

  async type(selector: string, text: string): Promise<void> {
    await this.click(selector);
    await this.#beside(`(() => {
      const keyboard = Cc["@mozilla.org/text-input-processor;1"].createInstance(Ci.nsITextInputProcessor);
      if (!keyboard.beginInputTransactionForTests(content)) throw new Error("no keyboard");
      for (const key of ${JSON.stringify(text)}) {
        const event = new content.KeyboardEvent("", { key });
        keyboard.keydown(event);
        keyboard.keyup(event);
      }
      return "true";
    })()`);
  }

  upload(): Promise<void> {
    return Promise.reject(new Error("a popup closes where files are chosen"));
  }

  drop(): Promise<void> {
    return Promise.reject(new Error("a popup closes where files are dragged"));
  }
}

export class Firefox implements Browser {
  readonly name = "firefox";
  readonly extension = `moz-extension://${UUID}/`;
  readonly display: Display;
  readonly #bidi: Bidi;
  readonly #guard: ChildProcess;
  readonly #id: string;

  private constructor(bidi: Bidi, guard: ChildProcess, display: Display, id: string) {
    this.#bidi = bidi;
    this.#guard = guard;
    this.display = display;
    this.#id = id;
  }

  static async start({ folder, extension, id, host, authority, args = [], env }: Options): Promise<Firefox> {
    const home = join(folder, "home");
    const profile = join(folder, "profile");
    for (const path of [home, profile]) mkdirSync(path, { recursive: true });
    // As Debian has it: those of the system are on.
    const scopes = extension ? {} : { "extensions.autoDisableScopes": 3 };
    const lines = Object.entries({ ...preferences(id.firefox), ...scopes }).map(
      ([name, value]) => `user_pref(${JSON.stringify(name)}, ${JSON.stringify(value)});\n`);
    writeFileSync(join(profile, "user.js"), lines.join(""));
    if (host) nativeManifest(join(home, ".mozilla/native-messaging-hosts"), host, id, "firefox");
    if (authority) trustAuthority(profile, authority);
    const display = await Display.start();
    const command = [process.env["FIREFOX"] ?? "/usr/bin/firefox-esr", "--no-remote", "--profile", profile,
      "--remote-debugging-port=0", "--remote-allow-system-access", ...args];
    const guard = spawn("/bin/sh", ["-c", GUARD, "guard", ...command], {
      detached: true,
      stdio: ["pipe", "ignore", "pipe"],
      env: { ...process.env, ...env, HOME: home, DISPLAY: display.name },
    });
    guard.stdin?.on("error", () => undefined);
    try {
      const url = await new Promise<string>((said, failed) => {
        createInterface(guard.stderr as Readable).on("line", (line) => {
          const found = /WebDriver BiDi listening on (\S+)/.exec(line)?.[1];
          if (found !== undefined) said(found);
        });
        guard.once("exit", () => failed(new Error("Firefox did not start")));
      });
      const bidi = await Bidi.connect(`${url}/session`);
      await bidi.send("session.new", { capabilities: { alwaysMatch: { acceptInsecureCerts: false } } });
      if (extension) await bidi.send("webExtension.install", { extensionData: { type: "path", path: extension } });
      return new Firefox(bidi, guard, display, id.firefox);
    } catch (failure) {
      guard.stdin?.end();
      await display.stop();
      throw failure;
    }
  }

  /** In the browser's own window. */
  async own<T>(expression: string): Promise<T> {
    const { contexts } = await this.#bidi.send("browsingContext.getTree", { "moz:scope": "chrome" });
    return this.#bidi.evaluate<T>(contexts[0].context, expression);
  }

  async open(url: string): Promise<Tab> {
    const { context } = await this.#bidi.send("browsingContext.create", { type: "tab" });
    const tab = new Tab_(this.#bidi, context);
    await tab.goto(url);
    return tab;
  }

  async tabs(): Promise<Tab[]> {
    const { contexts } = await this.#bidi.send("browsingContext.getTree");
    return contexts.map(({ context }: Tree) => new Tab_(this.#bidi, context));
  }

  async toolbar(tab: Tab): Promise<Frame> {
    await this.#bidi.send("browsingContext.activate", { context: (tab as Tab_).context });
    // The button gives access to the page that is in front, until another one comes.
    await until("the tab in front", async () => {
      const url = JSON.stringify(await tab.url());
      return this.own(`gBrowser.selectedBrowser.currentURI.spec === ${url} && !gBrowser.selectedTab.hasAttribute("busy")`);
    });
    const widget = this.#id.replace(/[^\w-]/g, "_").toLowerCase();
    // People have it among the other extensions, or have pinned it; this has it pinned.
    await this.own(`(() => {
      const { CustomizableUI } = ChromeUtils.importESModule("moz-src:///browser/components/customizableui/CustomizableUI.sys.mjs");
      CustomizableUI.addWidgetToArea("${widget}-browser-action", "nav-bar");
    })()`);
    // One that is still open would be closed by the button.
    const where = 'document.querySelector("browser.webextension-popup-browser")';
    await this.own(`${where}?.closest("panel").hidePopup()`);
    await until("no popup", () => this.own(`!${where}`));
    const button = `document.getElementById("${widget}-BAP")`;
    await until("the button", () => this.own(`${button}?.getBoundingClientRect().width > 0`));
    await this.own(`${button}.click()`);
    await until("the popup", () => this.own(`${where}?.currentURI.spec.startsWith("moz-extension:")`));
    return new Hidden(this, where);
  }

  badge(tab: Tab): Promise<{ text: string; title: string }> {
    return (async () => {
      const url = JSON.stringify(await tab.url());
      return this.background<{ text: string; title: string }>(`(async () => {
        const tabs = await browser.tabs.query({});
        const { id: tabId } = tabs.find(({ url }) => url === ${url}) ?? tabs.find(({ active }) => active);
        return { text: await browser.action.getBadgeText({ tabId }), title: await browser.action.getTitle({ tabId }) };
      })()`);
    })();
  }

  async allow(yes: boolean): Promise<void> {
    const which = yes ? "button" : "secondaryButton";
    const panel = "PopupNotifications.panel";
    await answerQuestion(
      () => this.own(`${panel}.state === "open" && ${panel}.firstElementChild !== null`),
      () => this.own(`${panel}.firstElementChild?.${which}.click()`),
    );
    await until("the end of the question", () => this.own(`${panel}.state === "closed"`));
  }

  async background<T>(expression: string): Promise<T> {
    const found = `WebExtensionPolicy.getByID("${this.#id}").extension`;
    await this.own(`(async () => { await ${found}.wakeupBackground?.(); })()`);
    const view = `[...${found}.views].find(({ viewType }) => viewType === "background")?.xulBrowser`;
    return new Hidden(this, view).evaluate(expression);
  }

  async stopBackground(): Promise<void> {
    await this.own(`WebExtensionPolicy.getByID("${this.#id}").extension.terminateBackground({
      ignoreDevToolsAttached: true, disableResetIdleForTest: true })`);
  }

  screen(path: string): Promise<void> {
    return this.display.screenshot(path);
  }

  async close(): Promise<void> {
    const ended = new Promise((exit) => this.#guard.once("close", exit));
    this.#bidi.close();
    this.#guard.stdin?.end();
    await ended;
    await this.display.stop();
  }
}
