// SPDX-License-Identifier: MPL-2.0
// The editor: what is written in it is what arrives, protected as it says; and nothing that was
// written is lost, sent twice, or kept in clear.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdirSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test, type TestContext } from "node:test";
import type { Browser, Page } from "playwright-core";
import { HostError, type Kind } from "../../core/error.ts";
import { launch, type Look, show, type Shown, shots } from "../support/browser.ts";
import { answerable } from "../support/mails.ts";
import { Home, SITE } from "../support/real-host.ts";
import { opened, parsed, Webmail } from "../support/writing.ts";

let browser: Browser;

before(async () => {
  mkdirSync(shots, { recursive: true });
  browser = await launch();
});

after(() => browser.close());

const looks: Look[] = [
  { language: "en", colorScheme: "light", width: 900 },
  { language: "en", colorScheme: "dark", width: 400 },
];

interface Writing {
  shown: Shown;
  page: Page;
  home: Home;
  webmail: Webmail;
}

async function write(
  context: TestContext,
  {
    look = looks[0] as Look,
    query = "",
    webmail = new Webmail(),
    home = new Home({ signs: true }),
  }: { look?: Look; query?: string; webmail?: Webmail; home?: Home } = {},
): Promise<Writing> {
  home.caller = "webmail@nssmime";
  const profile = home.folder;
  const shown = await show(browser, home, webmail.local, { ...look, profile }, async () => SITE);
  context.after(async () => {
    await shown.close();
    await home.close();
  });
  await shown.open(`editor.html${query}`);
  await shown.page.getByRole("button", { name: "Send", exact: true }).waitFor();
  return { shown, page: shown.page, home, webmail };
}

const textOf = (page: Page) => page.getByRole("textbox", { name: "Text of the mail" });
const field = (page: Page, name: string) => page.getByLabel(name, { exact: true });

async function fillIn(page: Page, { to = "", cc = "", bcc = "", subject = "Hello", text = "" }): Promise<void> {
  await field(page, "To").fill(to);
  if (cc || bcc) {
    await field(page, "To").press("Tab");
    await page.getByRole("button", { name: "Copies (Cc, Bcc)" }).click();
    await field(page, "Copy (Cc)").fill(cc);
    await field(page, "Blind copy (Bcc)").fill(bcc);
  }
  await field(page, "Subject").fill(subject);
  await textOf(page).click();
  await page.keyboard.type(text);
}

const state = (page: Page, text: string) =>
  page.locator(".protection-state", { hasText: text }).waitFor();
const press = (page: Page, name: string) => page.getByRole("button", { name, exact: true }).click();
const told = (page: Page, text: string) => page.locator(".send-notices", { hasText: text }).waitFor();

async function send(page: Page): Promise<void> {
  await press(page, "Send");
  await page.getByText("The mail was sent").waitFor();
}

async function hurdleless(shown: Shown, name: string): Promise<void> {
  await shown.shoot(name);
  assert.deepEqual(await shown.hurdles(), []);
  assert.equal(await shown.overhang(), 0);
  assert.deepEqual(shown.complaints, []);
}

test("signed and encrypted: openssl opens it and finds what was written", async (context) => {
  const { shown, page, webmail } = await write(context);
  await fillIn(page, { to: "Bob <bob@example.org>", subject: "Grüße aus Köln", text: "Hello Bob" });
  await state(page, "signed and encrypted");
  await hurdleless(shown, "editor-both");
  await send(page);
  await hurdleless(shown, "editor-sent");
  const [mail, another] = webmail.sent;
  assert.ok(mail);
  assert.equal(another, undefined);
  assert.deepEqual(mail.recipients, ["bob@example.org"]);
  const outer = parsed(mail.raw);
  assert.deepEqual(outer.defects, []);
  assert.equal(outer.fields["to"], "Bob <bob@example.org>");
  assert.equal(outer.fields["from"], "Alice Exämple <alice@example.org>");
  assert.ok(!mail.raw.includes("Köln") && !/K=C3=B6ln/.test(mail.raw.toString("latin1")));
  const inner = parsed(opened(mail.raw, { decrypt: "bob", verify: true }));
  assert.equal(inner.fields["subject"], "Grüße aus Köln");
  assert.equal(inner.plain?.trim(), "Hello Bob");
  assert.match(inner.html ?? "", /Hello Bob/);
  assert.deepEqual(inner.defects, []);
});

for (const [kind, to, layers] of [
  ["signed", "nobody@example.com", { verify: true }],
  ["encrypted", "carol@example.org", { decrypt: "carol" }],
  ["plain", "bob@example.org", {}],
] as const)
  test(`${kind}, in plain text`, async (context) => {
    const { page, webmail } = await write(context);
    await fillIn(page, { to, text: "Hello,\nhow are you?" });
    await field(page, "Subject").press("Tab");
    await page.locator(".token.ok, .token.warn").waitFor();
    await page.getByLabel("Encrypt:").setChecked(kind === "encrypted");
    await page.getByLabel("Sign:").setChecked(kind === "signed");
    await state(page, { signed: "Signed, but not encrypted", encrypted: "not signed", plain: "neither" }[kind]);
    await press(page, "Plain text only");
    await send(page);
    const [mail] = webmail.sent;
    assert.ok(mail);
    const { plain, html, type, defects } = parsed(opened(mail.raw, layers));
    assert.equal(plain?.replaceAll("\r", "").trimEnd(), "Hello,\nhow are you?");
    assert.deepEqual([html, type, defects], [null, "text/plain", []]);
  });

test("blind recipients get copies of their own, and nobody sees them", async (context) => {
  const { page, webmail } = await write(context);
  await fillIn(page, { to: "bob@example.org", cc: "dave@example.org", bcc: "carol@example.org", text: "Psst" });
  await state(page, "signed and encrypted");
  await send(page);
  assert.deepEqual(
    webmail.sent.map(({ recipients, blind, bcc }) => [recipients, blind, bcc]),
    [
      [["bob@example.org", "dave@example.org"], false, ["carol@example.org"]],
      [["carol@example.org"], true, []],
    ],
  );
  const [common, copy] = webmail.sent;
  assert.ok(common && copy);
  for (const { raw } of webmail.sent) assert.ok(!raw.includes("carol@example.org"));
  for (const name of ["bob", "dave", "alice"])
    assert.equal(parsed(opened(common.raw, { decrypt: name, verify: true })).plain?.trim(), "Psst");
  assert.throws(() => opened(common.raw, { decrypt: "carol" }));
  assert.equal(parsed(opened(copy.raw, { decrypt: "carol", verify: true })).plain?.trim(), "Psst");
});

test("addresses are tokens that say whether they can be encrypted to", async (context) => {
  const { shown, page, webmail } = await write(context, { look: looks[1] as Look });
  await field(page, "To").fill("bob@example.org, nobody@example.com; nonsense");
  await field(page, "To").press("Enter");
  await page.locator(".token.warn", { hasText: "nobody@example.com" }).waitFor();
  await page.locator(".token.ok", { hasText: "bob@example.org" }).waitFor();
  await page.locator(".token.bad", { hasText: "nonsense" }).waitFor();
  await state(page, "no usable certificate for nobody@example.com");
  await page.locator(".token.warn button").first().click();
  await page.getByRole("button", { name: "Look up: nobody@example.com" }).click();
  await page.getByText("No certificate was found for nobody@example.com").waitFor();
  await hurdleless(shown, "editor-tokens");
  await press(page, "Send");
  await told(page, "this is no e-mail address: nonsense");
  await page.locator(".token.bad button").first().click();
  assert.equal(await field(page, "To").inputValue(), "nonsense");
  await field(page, "To").fill("");
  await page.getByRole("button", { name: "Remove: nobody@example.com (To)" }).click();
  await field(page, "Subject").fill("x");
  await state(page, "signed and encrypted");
  await field(page, "To").press("Backspace");
  assert.equal(await field(page, "To").inputValue(), "bob@example.org");
  assert.equal(webmail.sent.length, 0);
});

test("who cannot be encrypted to keeps the mail from leaving, and is named", async (context) => {
  const { shown, page, webmail } = await write(context);
  await fillIn(page, { to: "nobody@example.com, expired@example.org", text: "secret" });
  await page.getByLabel("Encrypt:").check();
  await state(page, "Cannot be sent encrypted");
  await press(page, "Send");
  await told(page, "nobody@example.com, expired@example.org (The certificate had expired.)");
  await hurdleless(shown, "editor-cannot");
  assert.equal(webmail.sent.length, 0);
  assert.equal(await textOf(page).innerText(), "secret");
  await page.getByLabel("Encrypt:").uncheck();
  await send(page);
});

test("what is missing is asked for before anything is sent", async (context) => {
  const { page, webmail } = await write(context);
  await press(page, "Send");
  await told(page, "there is no recipient yet");
  await fillIn(page, { to: "bob@example.org", subject: "", text: "x" });
  await press(page, "Send");
  await told(page, "has no subject");
  assert.equal(webmail.sent.length, 0);
  await send(page);
  const alone = await write(context);
  await fillIn(alone.page, { to: "", bcc: "bob@example.org", text: "x" });
  await state(alone.page, "signed and encrypted");
  await press(alone.page, "Send");
  await told(alone.page, "cannot have blind copies alone");
  assert.equal(alone.webmail.sent.length, 0);
});

test("rich text: formats, lists, quotes and links arrive in both forms", async (context) => {
  const { shown, page, webmail } = await write(context);
  await fillIn(page, { to: "bob@example.org", text: "First " });
  const tool = (name: string) => page.getByRole("button", { name, exact: true });
  await tool("Bold").click();
  await page.keyboard.type("bold");
  assert.equal(await tool("Bold").getAttribute("aria-pressed"), "true");
  await tool("Bold").click();
  await page.keyboard.press("Enter");
  await tool("List with dots").click();
  await page.keyboard.type("one");
  await page.keyboard.press("Enter");
  await page.keyboard.type("two");
  await page.keyboard.press("Enter");
  await page.keyboard.press("Enter");
  await tool("Quote").click();
  await page.keyboard.type("quoted");
  await page.keyboard.press("Shift+ArrowLeft");
  await page.keyboard.press("Shift+ArrowLeft");
  await tool("Link…").click();
  await page.getByLabel("Address that the link leads to").fill("example.org/page");
  await hurdleless(shown, "editor-rich");
  await page.keyboard.press("Enter");
  await page.keyboard.press("Control+z");
  await page.keyboard.press("Control+y");
  await send(page);
  const { plain, html } = parsed(opened(webmail.sent[0]?.raw as Buffer, { decrypt: "bob", verify: true }));
  assert.equal(
    plain?.replaceAll("\r", "").trim(),
    "First bold\n\n* one\n* two\n\n> quoted <https://example.org/page>",
  );
  assert.match(html ?? "", /<b>bold<\/b>/);
  assert.match(html ?? "", /<ul>.*<li>.*one.*two.*<\/ul>/s);
  assert.match(html ?? "", /<blockquote>.*<a href="https:\/\/example.org\/page">ed<\/a>/s);
});

test("what is pasted brings no scripts, styles or pictures from elsewhere", async (context) => {
  const { shown, page, webmail } = await write(context);
  await fillIn(page, { to: "bob@example.org" });
  await textOf(page).evaluate((element) => {
    const data = new DataTransfer();
    data.setData(
      "text/html",
      '<b style="position:fixed">bold</b><script>document.title="x"</script><img src="https://evil.example/a.png" alt="[pic]" onerror="document.title=1">' +
        '<svg><style>*{color:red}</style></svg><a href="javascript:alert(1)" onclick="x()">click</a><iframe src="https://evil.example"></iframe><form action="https://evil.example"><input name="a"></form>',
    );
    data.setData("text/plain", "bold");
    element.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
  });
  await page.getByText("[pic]").waitFor();
  const inside = await textOf(page).innerHTML();
  assert.doesNotMatch(inside, /script|style|svg|iframe|form|onerror|onclick|evil|<img/i);
  await send(page);
  const { html } = parsed(opened(webmail.sent[0]?.raw as Buffer, { decrypt: "bob", verify: true }));
  assert.match(html ?? "", /<b>bold<\/b>/);
  assert.doesNotMatch(html ?? "", /script|svg|iframe|form|onerror|onclick|evil|<img/i);
  // The browser says what it did not apply while the text was parsed.
  assert.deepEqual(shown.complaints.filter((text) => !/violates the following Content Security/.test(text)), []);
});

const PNG = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
  "base64",
);

test("files and pictures: chosen, dropped, pasted, removed", async (context) => {
  const { shown, page, webmail } = await write(context);
  await fillIn(page, { to: "bob@example.org", text: "See " });
  await page.locator("input[type=file]").setInputFiles([
    { name: "Übersicht.pdf", mimeType: "application/pdf", buffer: Buffer.from("%PDF-1.4") },
    { name: "wrong.txt", mimeType: "text/plain", buffer: Buffer.from("wrong") },
  ]);
  await page.getByText("2 files").waitFor();
  await page.getByRole("button", { name: "Remove: wrong.txt" }).click();
  const transfer = await page.evaluateHandle(() => {
    const data = new DataTransfer();
    data.items.add(new File(["dropped"], "dropped.txt", { type: "text/plain" }));
    return data;
  });
  await page.dispatchEvent("main", "dragenter", { dataTransfer: transfer });
  await page.locator(".drop-veil").waitFor();
  await page.dispatchEvent("main", "drop", { dataTransfer: transfer });
  await textOf(page).evaluate((element, png) => {
    const data = new DataTransfer();
    data.items.add(new File([new Uint8Array(png)], "dot.png", { type: "image/png" }));
    element.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
  }, [...PNG]);
  await textOf(page).locator("img").waitFor();
  await hurdleless(shown, "editor-files");
  await send(page);
  assert.deepEqual(shown.complaints, []);
  const { files, html } = parsed(opened(webmail.sent[0]?.raw as Buffer, { decrypt: "bob", verify: true }));
  const digest = (bytes: Buffer | string) => createHash("sha256").update(bytes).digest("hex");
  assert.deepEqual(files, [
    ["dot.png", "image/png", "inline", digest(PNG)],
    ["Übersicht.pdf", "application/pdf", "attachment", digest("%PDF-1.4")],
    ["dropped.txt", "text/plain", "attachment", digest("dropped")],
  ]);
  assert.match(html ?? "", /<img src="cid:[^"]+@nssmime"/);
});

test("a large file shows how far it is, can be given up, and then goes", async (context) => {
  const { shown, page, home, webmail } = await write(context);
  const file = join(home.folder, "large.bin");
  writeFileSync(file, "");
  truncateSync(file, 30_000_000);
  await fillIn(page, { to: "bob@example.org", text: "Large" });
  await page.locator("input[type=file]").setInputFiles(file);
  await state(page, "signed and encrypted");
  await press(page, "Send");
  const busy = page.locator(".busy", { hasText: "Protecting the mail" });
  await busy.waitFor();
  await page.waitForFunction(() => (document.querySelector<HTMLProgressElement>(".busy progress")?.value ?? 0) > 0);
  await shown.shoot("editor-protecting");
  await busy.getByRole("button", { name: "Cancel" }).click();
  await told(page, "was not sent to anybody");
  await hurdleless(shown, "editor-cancelled");
  assert.equal(webmail.sent.length, 0);
  await page.locator(".send-notices").getByRole("button", { name: "Try again" }).click();
  await page.getByText("The mail was sent").waitFor({ timeout: 120_000 });
  assert.equal(webmail.sent.length, 1);
  const inner = parsed(opened(webmail.sent[0]?.raw as Buffer, { decrypt: "bob", verify: true }));
  assert.equal(inner.files[0]?.[3], createHash("sha256").update(Buffer.alloc(30_000_000)).digest("hex"));
});

const failure = (kind: Kind, data = {}) => new HostError(kind, `it is ${kind}`, data);

test("a webmail that refuses leaves the mail as it was, and it can be tried again", async (context) => {
  const { shown, page, webmail } = await write(context);
  await fillIn(page, { to: "bob@example.org", text: "Hello" });
  await state(page, "signed and encrypted");
  for (const kind of ["session-expired", "offline", "send-refused", "server-error"] as const) {
    webmail.failures.push(failure(kind));
    await press(page, "Send");
    await told(page, "was not sent to anybody");
    await hurdleless(shown, `editor-${kind}`);
    await textOf(page).click();
    await page.keyboard.type("!");
  }
  await page.locator(".send-notices").getByRole("button", { name: "Try again" }).click();
  await page.getByText("The mail was sent").waitFor();
  assert.equal(webmail.sent.length, 1);
});

test("an experimental mailbox whose token ended: it says what it is, and leads to the page for a new one", async (context) => {
  const webmail = new Webmail();
  webmail.target = { experimental: true };
  const { shown, page } = await write(context, { query: "?by=one", webmail });
  await page.locator(".above").getByText("never run against the live service").waitFor();
  await fillIn(page, { to: "bob@example.org", text: "Hello" });
  await state(page, "signed and encrypted");
  webmail.failures.push(failure("login-needed"));
  await press(page, "Send");
  await told(page, "was not sent to anybody");
  const way = page.getByRole("link", { name: "Enter a new password or token" });
  assert.equal(await way.getAttribute("href"), "mailbox.html?by=one");
  assert.equal(await way.getAttribute("target"), "_blank", "what was written stays here");
  await hurdleless(shown, "editor-login-needed");
  await page.locator(".send-notices").getByRole("button", { name: "Try again" }).click();
  await page.getByText("The mail was sent").waitFor();
  assert.equal(webmail.sent.length, 1);
});

test("what went out is not sent again: the others get it as it was", async (context) => {
  const { shown, page, webmail } = await write(context);
  await fillIn(page, { to: "bob@example.org", bcc: "carol@example.org, dave@example.org", text: "Hello" });
  await state(page, "signed and encrypted");
  webmail.failures.push(null, failure("session-expired"));
  await press(page, "Send");
  await page.getByText("Who has got the mail").waitFor();
  await hurdleless(shown, "editor-partly");
  assert.deepEqual(await page.locator(".copies li").allInnerTexts(), [
    "bob@example.org: sent",
    "carol@example.org (Blind copy (Bcc)): not sent",
    "dave@example.org (Blind copy (Bcc)): not sent",
  ]);
  assert.ok(await field(page, "Subject").isDisabled());
  assert.ok(await page.locator("fieldset.compose").evaluate((element: HTMLElement) => element.inert));
  await press(page, "Send to those who have not got it");
  await page.getByText("The mail was sent").waitFor();
  assert.deepEqual(
    webmail.sent.map(({ recipients }) => recipients[0]),
    ["bob@example.org", "carol@example.org", "dave@example.org"],
  );
});

test("where nobody knows whether it went out, its writer is asked to look", async (context) => {
  const { shown, page, webmail } = await write(context);
  await fillIn(page, { to: "bob@example.org", text: "Hello" });
  await state(page, "signed and encrypted");
  webmail.failures.push(failure("offline", { uncertain: true }));
  await press(page, "Send");
  await page.getByText("Look into the folder for sent mail").waitFor();
  await hurdleless(shown, "editor-uncertain");
  await press(page, "It was not sent: send it again");
  await page.getByText("The mail was sent").waitFor();
  assert.equal(webmail.sent.length, 1);
});

test("where signing is asked for, no means that nothing leaves", async (context) => {
  const home = new Home();
  const { shown, page, webmail } = await write(context, { home });
  await fillIn(page, { to: "bob@example.org", text: "Hello" });
  await state(page, "signed and encrypted");
  home.answer("decline");
  await press(page, "Send");
  await told(page, "was not sent to anybody");
  await told(page, "You said no");
  await hurdleless(shown, "editor-declined");
  assert.equal(webmail.sent.length, 0);
  home.answer("confirm");
  await page.locator(".send-notices").getByRole("button", { name: "Try again" }).click();
  await page.getByText("The mail was sent").waitFor();
  assert.equal(home.asked().length, 2);
});

test("pressed twice it is sent once", async (context) => {
  const { page, webmail } = await write(context);
  await fillIn(page, { to: "bob@example.org", text: "Hello" });
  await state(page, "signed and encrypted");
  let go: () => void = () => undefined;
  webmail.hold = new Promise((resolve) => {
    go = resolve;
  });
  await press(page, "Send");
  await page.keyboard.press("Control+Enter");
  await press(page, "Send");
  go();
  await page.getByText("The mail was sent").waitFor();
  assert.equal(webmail.sent.length, 1);
});

const saved = (page: Page) => page.locator(".save-state", { hasText: "Kept here encrypted" }).waitFor();

/** What is stored on this origin, as it is, and as text in every form that it may have there. */
const stored = (page: Page): Promise<{ rows: any[]; text: string }> =>
  page.evaluate(async () => {
    const done = <V>(request: IDBRequest<V>) =>
      new Promise<V>((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
      });
    const names = (await indexedDB.databases()).map(({ name }) => name);
    const all: any[] = [];
    if (names.includes("drafts")) {
      const database = await done(indexedDB.open("drafts"));
      for (const name of database.objectStoreNames)
        all.push(...(await done(database.transaction(name).objectStore(name).getAll())));
      database.close();
    }
    const texts = await Promise.all(all.map(async (row) => JSON.stringify(row) + (await row.sealed.text())));
    return { rows: all, text: texts.join("\n") };
  });

test("what is written is kept encrypted, and is there again after a crash", async (context) => {
  const home = new Home({ signs: true });
  const { shown, page } = await write(context, { home });
  await fillIn(page, { to: "bob@example.org", subject: "Secret plan", text: "Unguessable text" });
  await page.locator("input[type=file]").setInputFiles({
    name: "plan.txt",
    mimeType: "text/plain",
    buffer: Buffer.from("unguessable file"),
  });
  await page.getByLabel("Sign:").uncheck();
  await saved(page);
  await page.waitForFunction(() => /Kept/.test(document.querySelector(".save-state")?.textContent ?? ""));
  await hurdleless(shown, "editor-saved");
  const { text: kept } = await stored(page);
  assert.match(kept, /alice@example\.org/);
  for (const secret of ["Secret plan", "nguessable", "plan.txt", "bob@example.org"])
    for (const form of [secret, Buffer.from(secret).toString("base64").slice(0, -4)])
      assert.ok(!kept.includes(form), form);
  await page.close({ runBeforeUnload: false });

  const { shown: later, page: again, webmail } = await write(context, { home });
  await again.getByText("A mail that was not sent").waitFor();
  await hurdleless(later, "editor-unsent");
  await again.getByRole("link", { name: "Go on writing it" }).click();
  await textOf(again).getByText("Unguessable text").waitFor();
  assert.equal(await field(again, "Subject").inputValue(), "Secret plan");
  await again.getByText("plan.txt").waitFor();
  await state(again, "encrypted, but not signed");
  await send(again);
  const inner = parsed(opened(webmail.sent[0]?.raw as Buffer, { decrypt: "bob" }));
  assert.equal(inner.plain?.trim(), "Unguessable text");
  assert.equal(inner.files[0]?.[0], "plan.txt");
  assert.deepEqual((await stored(again)).rows, []);
});

test("a draft that is open in one window is not offered in another", async (context) => {
  const home = new Home({ signs: true });
  const { page } = await write(context, { home });
  await fillIn(page, { to: "bob@example.org", text: "Here" });
  await saved(page);
  const other = await write(context, { home });
  assert.equal(await other.page.getByText("A mail that was not sent").count(), 0);
  await other.page.goto(page.url());
  await other.page.getByText("is being written in another window").waitFor();
  await press(page, "Discard…");
  await press(page, "Throw away");
  await page.getByText("was thrown away").waitFor().catch(() => undefined);
  assert.deepEqual((await stored(other.page)).rows, []);
});

test("without a certificate of one's own it is said that nothing is kept", async (context) => {
  const webmail = new Webmail();
  webmail.identities = [{ address: "nobody@example.org", name: "" }];
  const { shown, page } = await write(context, { webmail });
  await fillIn(page, { to: "bob@example.org", text: "Hello" });
  await page.locator(".save-state.warn", { hasText: "there is no certificate for nobody@example.org" }).waitFor();
  await hurdleless(shown, "editor-not-saved");
  assert.equal(await page.evaluate(() => !dispatchEvent(new Event("beforeunload", { cancelable: true }))), true);
});

test("a window that closed while it sent says that the mail may be out", async (context) => {
  const home = new Home({ signs: true });
  const { page, webmail } = await write(context, { home });
  await fillIn(page, { to: "bob@example.org", text: "Hello" });
  await state(page, "signed and encrypted");
  webmail.hold = new Promise(() => undefined);
  await press(page, "Send");
  while (!(await stored(page)).rows.some(({ sending }) => sending));
  await page.close({ runBeforeUnload: false });
  const { shown, page: again } = await write(context, { home });
  await again.getByRole("link", { name: "Go on writing it" }).click();
  await again.getByText("was being sent on").waitFor();
  await hurdleless(shown, "editor-maybe-sent");
});

test("an answer to an encrypted mail is encrypted, and quotes what is proven", async (context) => {
  const home = new Home({ signs: true });
  const webmail = new Webmail();
  webmail.answered = await answerable(home, { to: "alice@example.org", signed: true });
  const { shown, page } = await write(context, { home, webmail, query: "?mode=reply&handle=x" });
  await state(page, "encrypted as the one that it answers");
  assert.equal(await field(page, "Subject").inputValue(), "Re: The plan");
  await textOf(page).getByText("wrote:").waitFor();
  await page.keyboard.type("Fine.");
  await hurdleless(shown, "editor-reply");
  await send(page);
  const [mail] = webmail.sent;
  assert.deepEqual(mail?.recipients, ["bob@example.org"]);
  const { fields, plain } = parsed(opened(mail?.raw as Buffer, { decrypt: "bob", verify: true }));
  assert.equal(fields["in-reply-to"], "<original@example.org>");
  assert.equal(fields["references"], "<first@example.org> <original@example.org>");
  assert.match(plain?.replaceAll("\r", "") ?? "", /^Fine\.\n\nOn .* Bob wrote:\n\n> Meet me at noon\./);
});

test("text that nobody proved to have written is taken over after asking, once", async (context) => {
  const home = new Home({ signs: true });
  const webmail = new Webmail();
  webmail.answered = await answerable(home, { to: "alice@example.org", signed: false });
  const { shown, page } = await write(context, { home, webmail, query: "?mode=reply&handle=x" });
  await page.getByText("nothing proves that bob@example.org wrote it").waitFor();
  await hurdleless(shown, "editor-unproven");
  assert.equal((await textOf(page).innerText()).trim(), "");
  await press(page, "Take the text over");
  await textOf(page).getByText("Meet me at noon.").waitFor();
  await page.goto(`${new URL(page.url()).origin}/pages/editor.html?mode=forward&handle=x`);
  await textOf(page).getByText("Meet me at noon.").waitFor();
  assert.equal(await field(page, "Subject").inputValue(), "Fwd: The plan");
  await page.locator(".file", { hasText: "map.txt" }).waitFor();
});

test("without the helper program nothing is sent, and the page says what to do", async (context) => {
  const home = new Home({ signs: true });
  const { program } = home;
  home.program = `${home.folder}/no-such-program`;
  const { shown, page, webmail } = await write(context, { home });
  await fillIn(page, { to: "bob@example.org", text: "Hello" });
  await page.getByText("sudo apt install nssmime").waitFor();
  await press(page, "Send");
  await told(page, "could not be found out how the mail can be protected");
  await hurdleless(shown, "editor-no-host");
  home.program = program;
  await page.locator(".protection").getByRole("button", { name: "Try again" }).click();
  await state(page, "signed and encrypted");
  await send(page);
  assert.equal(webmail.sent.length, 1);
});

test("the text below one's mails is there in the next", async (context) => {
  const { page } = await write(context);
  await page.getByText("Text below your mails").click();
  await page.getByLabel("It stands below each new mail").fill("Alice\nExample Ltd.");
  await field(page, "Subject").click();
  await page.reload();
  await textOf(page).getByText("Example Ltd.").waitFor();
  assert.match(await textOf(page).innerText(), /--\s+Alice\s+Example Ltd\./);
});

test("everything works by keyboard", async (context) => {
  const { page, webmail } = await write(context);
  await page.waitForFunction(() => document.activeElement?.tagName === "INPUT");
  await page.keyboard.type("bob@example.org");
  await page.keyboard.press("Enter");
  for (const wanted of ["Copies (Cc, Bcc)"]) {
    await page.keyboard.press("Tab");
    assert.equal(await page.evaluate(() => document.activeElement?.textContent), wanted);
  }
  await page.keyboard.press("Tab");
  await page.keyboard.type("By keyboard");
  await state(page, "signed and encrypted");
  const active = () => page.evaluate(() => document.activeElement?.getAttribute("aria-label"));
  for (let turn = 0; turn < 8 && (await active()) !== "Bold"; turn++) await page.keyboard.press("Tab");
  await page.keyboard.press("ArrowRight");
  assert.equal(await active(), "Italic");
  await page.keyboard.press("End");
  await page.keyboard.press("ArrowRight");
  assert.equal(await active(), "Bold");
  for (let turn = 0; turn < 4 && (await active()) !== "Text of the mail"; turn++) await page.keyboard.press("Tab");
  await page.keyboard.type("Typed");
  await page.keyboard.press("Control+Enter");
  await page.getByText("The mail was sent").waitFor();
  assert.equal(webmail.sent.length, 1);
});
