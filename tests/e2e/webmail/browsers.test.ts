// SPDX-License-Identifier: MPL-2.0
// That both browsers can be driven as the other tests need it: by an extension that is nothing but
// what can be pressed, and a page that is nothing but where things can be hidden.
import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { after, before, describe, test } from "node:test";
import { type Browser, frameOf, holds, type Tab, tabOf } from "./browsers/browser.ts";
import { WEBMAIL } from "./browsers/profile.ts";
import { browsers } from "./browsers/start.ts";

const KEY = resolve(process.env["NSSMIME_WEBEXT"] as string, "../manifest/chromium-key.txt");

const manifest = (name: Browser["name"]) => ({
  manifest_version: 3,
  name: "Probe",
  version: "1",
  action: { default_popup: "popup.html", default_title: "Probe" },
  permissions: ["activeTab", "scripting", "nativeMessaging"],
  optional_host_permissions: ["http://127.0.0.1/*"],
  web_accessible_resources: [{ resources: ["view.html"], matches: ["<all_urls>"] }],
  ...(name === "chromium"
    ? { key: readFileSync(KEY, "utf8").trim(), background: { service_worker: "background.js" } }
    : {
        browser_specific_settings: { gecko: { id: WEBMAIL.firefox } },
        background: { scripts: ["background.js"] },
      }),
});

const files = {
  "background.js": `
    globalThis.api = globalThis.browser ?? chrome;
    globalThis.started = Date.now();
    api.permissions.onAdded.addListener(async () => {
      const [tab] = await api.tabs.query({ active: true, lastFocusedWindow: true });
      await api.scripting.executeScript({ target: { tabId: tab.id }, files: ["content.js"] });
      await api.action.setBadgeText({ tabId: tab.id, text: "in" });
    });`,
  "content.js": `
    const host = document.createElement("div");
    const root = host.attachShadow({ mode: "closed" });
    root.innerHTML = "<button id=hidden style='margin: 20px'>hidden</button>";
    root.firstChild.addEventListener("click", ({ isTrusted }) => { document.title = "hidden " + isTrusted; });
    const frame = document.createElement("iframe");
    frame.src = (globalThis.browser ?? chrome).runtime.getURL("view.html");
    root.append(frame);
    document.body.prepend(host);`,
  "popup.html": `<!doctype html><meta charset="utf-8"><title>Popup</title>
    <body style="width: 300px"><button id="ask">Ask</button><input id="name"><p id="url"></p>
    <script src="popup.js"></script>`,
  "popup.js": `
    const api = globalThis.browser ?? chrome;
    api.tabs.query({ active: true, currentWindow: true }).then(([tab]) => {
      document.getElementById("url").textContent = tab.url;
    });
    document.getElementById("ask").onclick = () => api.permissions.request({ origins: ["http://127.0.0.1/*"] });`,
  "view.html": `<!doctype html><meta charset="utf-8"><title>View</title><button id="seen">seen</button>
    <script src="view.js"></script>`,
  "view.js": `document.getElementById("seen").addEventListener("click", ({ isTrusted }) => {
      document.title = "seen " + isTrusted;
    });`,
  "page.html": `<!doctype html><meta charset="utf-8"><title>Page</title>
    <input id="text"><input id="file" type="file"><div id="drop" style="height: 80px">drop</div>
    <script src="page.js"></script>`,
  "page.js": `
    const drop = document.getElementById("drop");
    drop.addEventListener("dragover", (event) => event.preventDefault());
    drop.addEventListener("drop", async (event) => {
      event.preventDefault();
      const texts = await Promise.all([...event.dataTransfer.files].map((file) => file.text()));
      drop.textContent = texts.join("+");
    });`,
};

for (const [name, start] of Object.entries(browsers) as [Browser["name"], (typeof browsers)["firefox"]][])
  describe(name, () => {
    const folder = mkdtempSync(join(tmpdir(), "nssmime-browser-"));
    const extension = join(folder, "extension");
    const pictures = join(process.env["NSSMIME_SCREENSHOTS"] ?? folder, "browsers");
    let browser: Browser;
    let server: Server;
    let site: string;
    let tab: Tab;

    before(async () => {
      mkdirSync(extension);
      mkdirSync(pictures, { recursive: true });
      writeFileSync(join(extension, "manifest.json"), JSON.stringify(manifest(name)));
      for (const [path, text] of Object.entries(files)) writeFileSync(join(extension, path), text);
      server = createServer((_, answer) =>
        answer.setHeader("content-type", "text/html").end("<title>Site</title><p id=p>hello<p><input id=i>"));
      await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
      site = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
      browser = await start({ folder, extension, id: WEBMAIL });
      tab = await browser.open(site);
    });

    after(async () => {
      await browser?.close();
      server?.close();
      server?.closeAllConnections();
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    });

    const title = (text: string) => holds(tab, `document.title === ${JSON.stringify(text)}`);

    test("a page is read and typed into", async () => {
      assert.equal(await tab.url(), site);
      assert.equal(await tab.evaluate("document.getElementById('p').textContent"), "hello");
      await assert.rejects(tab.evaluate("nothing.of.it"), /nothing/);
      await tab.type("#i", "Grüße");
      await tab.press("Shift+ArrowLeft");
      await tab.press("Delete");
      assert.equal(await tab.evaluate("document.getElementById('i').value"), "Grüß");
    });

    test("the toolbar's button opens the popup for the tab in front, and the browser asks", async () => {
      for (const yes of [false, true]) {
        const popup = await browser.toolbar(tab);
        await holds(popup, `document.getElementById("url").textContent === ${JSON.stringify(site)}`);
        assert.ok((await popup.url()).startsWith(browser.extension));
        await popup.type("#name", "abc");
        await holds(popup, 'document.getElementById("name").value === "abc"');
        await browser.screen(join(pictures, `${name}-popup.png`));
        await popup.click("#ask");
        await browser.allow(yes);
        if (!yes) continue;
        await frameOf(tab, browser.extension);
        assert.deepEqual(await browser.badge(tab), { text: "in", title: "Probe" });
      }
    });

    test("what is in a closed shadow root is pressed by the mouse, and so is a frame in it", async () => {
      assert.equal(await tab.evaluate("window.length"), 0);
      await tab.click("#hidden");
      await title("hidden true");
      const view = await frameOf(tab, browser.extension);
      await view.click("#seen");
      await holds(view, 'document.title === "seen true"');
    });

    test("files are chosen and dropped", async () => {
      const page = await browser.open(`${browser.extension}page.html`);
      const paths = ["one", "two"].map((text) => {
        const path = join(folder, text);
        writeFileSync(path, text);
        return path;
      }) as [string, string];
      await page.upload("#file", paths[0]);
      assert.equal(await page.evaluate("document.getElementById('file').files[0].text()"), "one");
      await page.drop("#drop", ...paths);
      await holds(page, 'document.getElementById("drop").textContent === "one+two"');
      await page.type("#text", "x");
      const picture = join(pictures, `${name}-page.png`);
      await page.screenshot(picture);
      assert.ok(existsSync(picture) && statSync(picture).size > 1000);
      assert.equal(await (await tabOf(browser, "page.html")).url(), `${browser.extension}page.html`);
      await page.close();
    });

    test("the background is asked, and stopped, and starts again", async () => {
      const started = await browser.background<number>("started");
      await browser.stopBackground();
      await tab.goto(site);
      const page = await browser.open(`${browser.extension}page.html`);
      await page.evaluate("(globalThis.browser ?? chrome).runtime.sendMessage(1).catch(() => null)");
      assert.ok((await browser.background<number>("started")) > started);
      await page.close();
    });
  });
