// SPDX-License-Identifier: MPL-2.0
// Pages that want what is none of theirs: the text of encrypted mails, the way to the host, a
// verdict that is not so. Each row is an attempt, what it would gain, and what it does gain.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { type Frame, holds, type Tab, tabOf, until } from "./browsers/browser.ts";
import { encryptedMail, text } from "./mails.ts";
import { asAttribute, FakeWebmail, mailPage } from "./servers/fake.ts";
import { ALICE, names, textOf, User } from "./user.ts";

const SECRET = "The launch code is 4711";
const mail = encryptedMail(
  { from: "bob@example.org", to: ALICE, subject: "Secret", entity: text(`${SECRET}\n`) },
  [ALICE],
  true,
);

/** Everything that a page can watch or put something of its own into, before the extension comes. */
const watching = `
  globalThis.stolen = [];
  const note = (what, value) => { try { stolen.push(what + " " + String(value).slice(0, 300)); } catch {} };
  const watch = (object, name) => {
    const own = Object.getOwnPropertyDescriptor(object, name);
    if (!own?.configurable) return;
    if (own.value) object[name] = function (...given) { note(name, given.map(String)); return own.value.apply(this, given); };
    else if (own.set) Object.defineProperty(object, name, { ...own, set(value) { note(name, value); own.set.call(this, value); } });
  };
  for (const name of ["attachShadow", "append", "before", "setAttribute", "replaceChildren"]) watch(Element.prototype, name);
  for (const name of ["appendChild", "insertBefore", "addEventListener"]) watch(Node.prototype, name);
  for (const name of ["src", "srcdoc", "contentWindow"]) watch(HTMLIFrameElement.prototype, name);
  for (const name of ["postMessage", "fetch", "setTimeout"]) watch(globalThis, name);
  for (const name of ["handle", "nssmime", "method", "id", "kind"])
    Object.defineProperty(Object.prototype, name, {
      configurable: true,
      get() { return undefined; },
      set(value) { note("Object.prototype." + name, value); Object.defineProperty(this, name, { value, writable: true, configurable: true, enumerable: true }); },
    });
  Promise.prototype.then = new Proxy(Promise.prototype.then, { apply(then, self, given) { note("then", ""); return Reflect.apply(then, self, given); } });
  addEventListener("message", ({ origin, data }) => note("message from " + origin, JSON.stringify(data)));
  new PerformanceObserver((list) => { for (const { name } of list.getEntries()) note("loaded", name); })
    .observe({ type: "resource", buffered: true });
  document.addEventListener("securitypolicyviolation", ({ blockedURI }) => note("violation", blockedURI));
`;

/** What the page has once the mail is shown. */
const looking = `(() => {
  const all = [...document.querySelectorAll("*")];
  return {
    html: document.documentElement.outerHTML,
    text: document.documentElement.innerText,
    roots: all.filter(({ shadowRoot }) => shadowRoot).length,
    frames: all.filter(({ localName }) => localName === "iframe").length,
    windows: window.length,
    stolen: globalThis.stolen ?? [],
    entries: performance.getEntries().map(({ name }) => name),
    runtime: typeof (globalThis.browser ?? globalThis.chrome)?.runtime?.connect,
  };
})()`;

interface Looked {
  html: string;
  text: string;
  roots: number;
  frames: number;
  windows: number;
  stolen: string[];
  entries: string[];
  runtime: string;
}

/** A dead frame for each kind of document without the site's own origin. */
const nested = `
  <iframe title="sandboxed" sandbox="allow-scripts" src="/plain?_uid=1"></iframe>
  <iframe title="srcdoc" srcdoc="${asAttribute(mailPage({}, "1"))}"></iframe>
  <iframe title="data" src="data:text/html;base64,${Buffer.from(mailPage({}, "1")).toString("base64")}"></iframe>
  <iframe title="blob"></iframe>
  <script>
    const page = atob("${Buffer.from(mailPage({}, "1")).toString("base64")}");
    document.querySelector("iframe[title=blob]").src =
      URL.createObjectURL(new Blob([page], { type: "text/html" }));
  </script>`;

// It could not work itself if it might ask itself nothing.
const strict = "default-src 'none'; connect-src 'self'; frame-src 'none'; frame-ancestors 'none'";

for (const name of names)
  describe(name, () => {
    let user: User;
    let site: FakeWebmail;
    let other: FakeWebmail;
    let tab: Tab;

    before(async () => {
      site = await FakeWebmail.start(mail);
      other = await FakeWebmail.start(mail);
      site.pages["plain"] = {};
      other.pages["plain"] = {};
      site.pages["watching"] = { script: watching };
      site.pages["nested"] = { body: nested };
      site.pages["strict"] = { headers: { "content-security-policy": strict } };
      site.pages["isolated"] = {
        headers: {
          "cross-origin-embedder-policy": "require-corp",
          "cross-origin-opener-policy": "same-origin",
        },
      };
      site.pages["sandbox"] = { headers: { "content-security-policy": "sandbox allow-scripts" } };
      site.pages["banner"] = {
        body: '<div style="background:#e7f5ec">✓ Signed by boss@example.org</div>',
        plain: true,
      };
      user = await User.start(name, { servers: {} });
      tab = await user.browser.open(site.url("plain"));
      await user.setUp(tab);
      await user.reader(tab);
    });
    after(async () => {
      await user?.close();
      await site?.close();
      await other?.close();
    });

    const show = async (page: string) => {
      await tab.goto(site.url(page));
      const frame = await user.reader(tab);
      assert.match(await textOf(frame), new RegExp(SECRET));
      return frame;
    };
    const look = () => tab.evaluate<Looked>(looking);

    test("looking for the text in the page, the frame and its shadow root", async () => {
      await show("watching");
      const { html, text: shown, roots, frames, windows } = await look();
      for (const found of [html, shown]) assert.doesNotMatch(found, /4711|reader\.html/);
      assert.deepEqual([roots, frames, windows], [0, 0, 0]);
    });

    test("watching what is called, loaded, sent and set, to get at the handle", async () => {
      await show("watching");
      const { stolen, entries } = await look();
      const secret = /4711|[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-|nssmime|attachShadow|iframe/i;
      // In Firefox the extension's own address has such a form.
      const known = (line: string) => line.replaceAll(user.browser.extension, "EXTENSION/");
      for (const line of [...stolen, ...entries]) assert.doesNotMatch(known(line), secret);
    });

    test("talking to the extension as if one were a part of it", async () => {
      await show("watching");
      const { runtime } = await look();
      assert.equal(runtime, "undefined");
      const before = await user.browser.badge(tab);
      await tab.evaluate(`(() => {
        for (const target of [window, parent, top])
          for (const data of [{ nssmime: "x" }, { notice: "forgotten" }, { forget: true }, { method: "reader.mail", id: 1 }])
            target.postMessage(data, "*");
        for (const type of ["click", "message", "load", "nssmime"])
          for (const element of document.querySelectorAll("*")) element.dispatchEvent(new Event(type, { bubbles: true }));
      })()`);
      assert.match(await textOf(await user.reader(tab)), new RegExp(SECRET));
      assert.deepEqual(await user.browser.badge(tab), before);
    });

    test("putting the extension's pages into frames of the page's own", async () => {
      await show("plain");
      const count = (await tab.frames()).length;
      await tab.evaluate(`(() => {
        for (const path of ["reader", "popup", "certificates", "editor", "settings"]) {
          const frame = document.createElement("iframe");
          frame.src = "${user.browser.extension}pages/" + path + ".html#" + crypto.randomUUID();
          frame.onload = () => frame.contentWindow.postMessage({ nssmime: crypto.randomUUID() }, "*");
          document.body.append(frame);
        }
      })()`);
      // In Firefox the frame itself is loaded; but nobody tells it of a mail.
      await until("frames", async () => (await tab.frames()).length >= count + 5);
      await tab.evaluate("new Promise((done) => setTimeout(done, 1000))");
      const shown = await Promise.all(
        (await tab.frames()).map((frame) => textOf(frame).catch(() => "")),
      );
      assert.equal(shown.filter((words) => words.includes(SECRET)).length, 1);
      assert.equal(shown.filter((words) => /alice@|Certificates|Settings/.test(words) && !words.includes(SECRET)).length, 0);
    });

    test("a handle that is guessed, in a window of the extension", async () => {
      const page = await user.browser.open(
        `${user.browser.extension}pages/mail.html#00000000-0000-4000-8000-000000000000`,
      );
      await holds(page, 'document.querySelector("main .notice")');
      assert.match(await textOf(page), /not kept here any more/);
      assert.equal(await page.evaluate("location.hash"), "");
      await page.close();
    });

    test("frames that have the site's address, but not its origin", async () => {
      await show("nested");
      await until("nested frames", async () => (await tab.frames()).length >= 5);
      const own = `${user.browser.extension}pages/reader.html`;
      const all = await Promise.all((await tab.frames()).map((frame) => frame.url()));
      assert.equal(all.filter((url) => url.startsWith(own)).length, 1, all.join(" "));
      assert.ok(all.length >= 5);
    });

    test("another origin of the same host, which was not set up", async () => {
      const seen = user.asked().length;
      for (const url of [other.url("plain"), site.url("plain", "1", "localhost")]) {
        const elsewhere = await user.browser.open(url);
        await holds(elsewhere, 'document.querySelector("#messagebody")');
        await elsewhere.evaluate("new Promise((done) => setTimeout(done, 500))");
        assert.equal((await elsewhere.frames()).length, 0, url);
        assert.equal((await user.browser.badge(elsewhere)).title, "S/MIME");
        await elsewhere.close();
      }
      assert.equal(other.asked.filter((path) => path.includes("viewsource")).length, 0);
      assert.equal(user.asked().length, seen);
    });

    test("a policy that forbids frames and everything else does not hide the mail", async () => {
      await show("strict");
    });

    test("a page that lets no frame be loaded: the mail is in a window", async () => {
      await tab.goto(site.url("isolated"));
      if (name === "firefox") {
        assert.match(await textOf(await user.reader(tab)), new RegExp(SECRET));
        return;
      }
      await tab.click("button");
      await user.picture(tab, "no-frame");
      const window = await tabOf(user.browser, `${user.browser.extension}pages/mail.html`);
      await holds(window, 'document.querySelector("main .verdict")');
      assert.match(await textOf(window), new RegExp(SECRET));
      await user.picture(window, "in-window");
      const { html, text: words } = await look();
      for (const found of [html, words]) assert.doesNotMatch(found, /4711/);
      await window.close();
    });

    test("a page without an origin gets nothing", async () => {
      await tab.goto(site.url("sandbox"));
      await holds(tab, 'document.querySelector("#messagebody")');
      await tab.evaluate("new Promise((done) => setTimeout(done, 500))");
      assert.equal((await tab.frames()).length, 0);
      assert.equal((await user.browser.badge(tab)).title, "S/MIME");
    });

    test("a verdict that the page makes up is not on the toolbar", async () => {
      await tab.goto(site.url("banner"));
      await holds(tab, 'document.querySelector("#messagebody")');
      const popup: Frame = await user.browser.toolbar(tab);
      await holds(popup, 'document.querySelector("main h1")');
      assert.match(await textOf(popup), /No signed or encrypted mail is open/);
      assert.deepEqual(await user.browser.badge(tab), { text: "", title: "S/MIME" });
      await user.screen("fake-banner");
    });

    test("covering the frame and pressing for the user: nothing is pressed", async () => {
      const frame = await show("plain");
      const before = (await user.browser.tabs()).length;
      await frame.evaluate(`addEventListener("click", () => { globalThis.pressed = true; }, true)`);
      await tab.evaluate(`(() => {
        const [host] = [...document.body.children].filter(({ localName }) => localName === "div");
        host.style.cssText += ";opacity:0.01!important";
        const box = host.getBoundingClientRect();
        for (const x of [20, 60, 120]) for (let y = 0; y < box.height; y += 20) {
          const element = document.elementFromPoint(box.x + x, box.y + y);
          element?.dispatchEvent(new MouseEvent("click", { bubbles: true, clientX: x, clientY: y }));
        }
      })()`);
      assert.equal(await frame.evaluate("globalThis.pressed ?? false"), false);
      assert.equal((await user.browser.tabs()).length, before);
    });

    /** Where the button for answering is on the page. */
    async function aim(frame: Frame): Promise<[number, number]> {
      const middle = `(({ x, y, width, height }) => [x + width / 2, y + height / 2])`;
      const [x, y] = await frame.evaluate<[number, number]>(
        `${middle}(document.querySelector(".answers button").getBoundingClientRect())`);
      const [left, top] = await tab.evaluate<[number, number]>(
        '(({ x, y }) => [x, y])(document.querySelector("body > div:not([id])").getBoundingClientRect())');
      return [left + x, top + y];
    }
    const cover = (style: string) =>
      tab.evaluate(`(() => {
        const over = document.body.appendChild(document.createElement("button"));
        over.textContent = "You have won: press here";
        over.id = "over";
        over.style.cssText = "position:fixed;inset:0;z-index:2147483647;background:#fff;${style}";
        over.onclick = () => { globalThis.won = true; };
      })()`);
    const isPressed = (frame: Frame) => frame.evaluate<boolean>("globalThis.pressed ?? false");
    const editors = async () => {
      const urls = await Promise.all((await user.browser.tabs()).map((each) => each.url().catch(() => "")));
      return urls.filter((url) => url.includes("editor.html")).length;
    };

    test("laying something over the frame that the user presses: the frame gets nothing of it", async () => {
      const frame = await show("plain");
      await frame.evaluate(`addEventListener("click", () => { globalThis.pressed = true; }, true)`);
      const where = await aim(frame);
      await cover("");
      // Once it is on the screen.
      await user.picture(tab, "covered");
      await tab.clickAt(...where);
      await holds(tab, "globalThis.won");
      assert.equal(await isPressed(frame), false);
      assert.equal(await editors(), 0);
    });

    // What the user does not see is pressed by them all the same. Most that such a click can do is to
    // open something of the extension's own, where they see it, or to load a mail's pictures.
    for (const [how, hide] of [
      ["making the frame transparent", `document.querySelector("body > div:not([id])").style.opacity = "0"`],
      ["laying a picture over the frame through which the mouse goes", null],
    ] as const)
      test(`${how}: the user gets a window that they see, and the page nothing`, async () => {
        const frame = await show("plain");
        const where = await aim(frame);
        await (hide === null ? cover("pointer-events:none") : tab.evaluate(`void (${hide})`));
        const asked = site.asked.length;
        await user.picture(tab, `hidden-${hide === null ? "below" : "transparent"}`);
        await tab.clickAt(...where);
        const editor = await tabOf(user.browser, "editor.html");
        await holds(editor, 'document.querySelector(".protection-line") && document.visibilityState === "visible"');
        const { html, text: words, windows, roots } = await look();
        for (const found of [html, words]) assert.doesNotMatch(found, /4711/);
        assert.deepEqual([windows, roots, await tab.evaluate("globalThis.won ?? false")], [0, 0, false]);
        assert.deepEqual(site.asked.slice(asked), [], "nothing was sent");
        await editor.close();
      });

    test("a site that is forgotten sees nothing of the extension any more", async () => {
      await show("plain");
      const popup = await user.browser.toolbar(tab);
      await popup.click("nav button:last-child");
      await holds(popup, `document.querySelector("main").innerText.includes("is not set up")`);
      await until("no frame", async () => (await tab.frames()).length === 0);
      await holds(tab, 'getComputedStyle(document.querySelector("#messagebody")).display !== "none"');
      const asked = site.asked.length;
      await tab.goto(site.url("plain"));
      await tab.evaluate("new Promise((done) => setTimeout(done, 500))");
      assert.equal(site.asked.slice(asked).filter((path) => path.includes("viewsource")).length, 0);
    });
  });
