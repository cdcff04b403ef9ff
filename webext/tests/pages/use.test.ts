// SPDX-License-Identifier: MPL-2.0
// The pages in use: by keyboard, with a slow host, with a file that is dropped.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test, type TestContext } from "node:test";
import { setTimeout } from "node:timers/promises";
import type { Browser } from "playwright-core";
import type { LocalMethods } from "../../core/relay.ts";
import { launch, show, type Shown } from "../support/browser.ts";
import { Home, pki } from "../support/real-host.ts";

const local: LocalMethods = {
  "page.target": async () => ({
    program: "Thunderbird",
    installOption: "--thunderbird",
    identities: [{ address: "alice@example.org", name: "Alice" }],
  }),
  "page.reading": async () => null,
};

let browser: Browser;

before(async () => {
  browser = await launch();
});

after(() => browser.close());

async function open(
  context: TestContext,
  path: string,
  home = new Home(),
): Promise<{ shown: Shown; home: Home }> {
  const look = { language: "en", colorScheme: "light", width: 800 } as const;
  const shown = await show(browser, home, local, look);
  context.after(async () => {
    await shown.close();
    await home.close();
  });
  await shown.open(path);
  return { shown, home };
}

const focused = ({ page }: Shown) =>
  page.evaluate(() => document.activeElement?.textContent?.trim() ?? "");

test("everything can be reached by keyboard", async (context) => {
  const { shown } = await open(context, "certificates.html");
  const { page } = shown;
  await page.keyboard.press("Tab");
  assert.equal(await focused(shown), "Skip to the content");
  await page.keyboard.press("Enter");
  assert.equal(new URL(page.url()).hash, "");
  for (const wanted of ["Mine", "People", "Authorities", "Import a file…", "Ask for a new one…"]) {
    await page.keyboard.press("Tab");
    assert.equal(await focused(shown), wanted);
  }
  await page.keyboard.press("Tab");
  await page.keyboard.type("bob@");
  await page.waitForFunction(() => document.querySelectorAll(".card").length === 1);
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await page.waitForSelector(".view-title");
  await shown.settled();
  assert.equal(await focused(shown), "bob");
  await page.goBack();
  await page.waitForSelector(".cards");
});

test("a window of the host is told of, and can be given up", async (context) => {
  const { shown, home } = await open(context, "certificates.html");
  const { page } = shown;
  home.answer("hang");
  await page.locator(".card", { hasText: "alice" }).click();
  await page.getByRole("button", { name: "Back up with private key" }).click();
  const busy = page.locator(".busy");
  await busy.waitFor();
  assert.match(await busy.innerText(), /A window of nssmime is asking you something/);
  assert.deepEqual(await shown.hurdles(), []);
  await busy.getByRole("button", { name: "Cancel" }).click();
  await page.locator(".notice", { hasText: "It was cancelled" }).waitFor();
  assert.equal(await busy.count(), 0);
});

test("a file that is dropped is imported", async (context) => {
  const { shown, home } = await open(context, "certificates.html", new Home({ database: false }));
  const { page } = shown;
  home.answer("pin nssmime");
  const bytes = [...readFileSync(pki("alice.p12"))];
  const data = await page.evaluateHandle((content) => {
    const transfer = new DataTransfer();
    transfer.items.add(new File([new Uint8Array(content)], "alice.p12"));
    return transfer;
  }, bytes);
  await page.dispatchEvent("main", "dragenter", { dataTransfer: data });
  assert.ok(await page.locator(".drop-veil").isVisible());
  await page.dispatchEvent("main", "drop", { dataTransfer: data });
  await page.locator(".notice.ok", { hasText: "The private key came along" }).waitFor();
  await page.locator(".card", { hasText: "alice@example.org" }).waitFor();
  assert.ok(await page.locator(".drop-veil").isHidden());
});

test("a choice is kept", async (context) => {
  const { shown } = await open(context, "settings.html");
  const { page } = shown;
  await page.getByLabel("Encrypt").selectOption("always");
  await page.locator(".notices .notice.ok").waitFor();
  const kept: any = await page.evaluate(() => chrome.storage.local.get("settings"));
  assert.equal(kept.settings.identities["alice@example.org"].encrypt, "always");
});

test("another database is chosen, and what is there is shown", async (context) => {
  const { shown, home } = await open(context, "settings.html");
  const { page } = shown;
  home.answer("confirm");
  await page.getByRole("button", { name: "Use this one: nssmime’s own" }).click();
  await page.locator(".notices .notice.ok").waitFor();
  // Once chosen it is that of the settings file, and is still called what it is.
  assert.match(await page.locator(".row", { hasText: "nssmime’s own" }).innerText(), /In use/);
});

test("the certificate is deleted only after asking twice", async (context) => {
  const { shown, home } = await open(context, "certificates.html");
  const { page } = shown;
  home.answer("confirm");
  await page.locator(".card", { hasText: "alice" }).click();
  await page.getByRole("button", { name: "Delete…" }).click();
  assert.equal(home.asked().length, 0);
  await page.getByLabel("Delete the private key as well").check();
  await page.getByRole("button", { name: "Delete", exact: true }).click();
  await page.locator(".notice.ok", { hasText: "was deleted" }).waitFor();
  await shown.settled();
  assert.equal(home.asked().length, 1);
  assert.equal(await page.locator(".card", { hasText: "alice" }).count(), 0);
});

const makeRequest = async ({ page }: Shown, name: string, address: string) => {
  await page.getByLabel("Your name").fill(name);
  await page.getByLabel("E-mail address").fill(address);
  await page.getByLabel("Kind of key").selectOption("p-256");
  await page.getByRole("button", { name: "Make the request" }).click();
  await page.getByText("The request is ready").waitFor();
};

test("a certificate is asked for, and finds its key when it comes", async (context) => {
  const { shown, home } = await open(context, "certificates.html#request");
  const { page } = shown;
  await page.getByLabel("E-mail address").fill("nonsense");
  await page.getByRole("button", { name: "Make the request" }).click();
  await page.getByText("fill in your name and a valid address").waitFor();
  await makeRequest(shown, "Zoë, Dr.", "zoe@example.org");
  const shownText = await page.locator("pre").innerText();
  await page.getByRole("button", { name: "Copy" }).click();
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  assert.equal(copied.trim(), shownText.trim());
  const download = page.waitForEvent("download");
  await page.getByRole("button", { name: "Save" }).click();
  assert.equal((await download).suggestedFilename(), "zoe@example.org.csr");
  const csr = join(home.folder, "zoe.csr");
  await (await download).saveAs(csr);
  assert.equal(readFileSync(csr, "utf8"), copied);

  const crt = join(home.folder, "zoe.crt");
  const authority = ["-CA", pki("intermediate.crt"), "-CAkey", pki("intermediate.key")];
  execFileSync(
    "openssl",
    ["x509", "-req", "-in", csr, ...authority, "-copy_extensions", "copyall", "-out", crt],
    { stdio: ["ignore", "ignore", "ignore"] },
  );
  await page.getByRole("link", { name: "Certificates" }).last().click();
  await page.locator("input[type=file]").setInputFiles(crt);
  await page.locator(".notice.ok", { hasText: "The private key came along" }).waitFor();
  await page.locator(".card", { hasText: "zoe@example.org" }).click();
  await page.getByText("Mail can be signed with it").waitFor();
});

test("a request is given up", async (context) => {
  const { shown, home } = await open(context, "certificates.html#request");
  const { page } = shown;
  await makeRequest(shown, "Zoë", "zoe@example.org");
  await page.getByText("You do not need this request any more?").click();
  home.answer("decline");
  await page.getByRole("button", { name: "Delete the private key" }).click();
  await page.getByText("You said no").waitFor();
  home.answer("confirm");
  await page.getByRole("button", { name: "Delete the private key" }).click();
  await page.getByText("private key of the request was deleted").waitFor();
  await page.locator(".cards").waitFor();
});

test("an authority is trusted, and not any more, after asking", async (context) => {
  const { shown, home } = await open(context, "certificates.html#authorities");
  const { page } = shown;
  await page.locator("input[type=search]").fill("Example Root");
  await page.locator(".card", { hasText: "Example Root" }).first().click();
  await page.waitForSelector(".view-title");
  assert.equal(await page.locator(".chain .reasons").count(), 0);
  home.answer("confirm");
  await page.getByRole("button", { name: "Do not trust" }).click();
  await page.locator(".view-head .badge.bad", { hasText: "Not trusted" }).waitFor();
  assert.match(await page.locator(".notices").first().innerText(), /Its trust was changed/);
  home.answer("decline");
  await page.getByRole("button", { name: "Trust for e-mail" }).click();
  await page.getByText("You said no").waitFor();
  home.answer("confirm");
  await page.getByRole("button", { name: "Trust for e-mail" }).click();
  await page.locator(".view-head .badge.ok", { hasText: "Trusted for e-mail" }).waitFor();
});

test("a person is looked up", async (context) => {
  const { shown } = await open(context, "certificates.html#find");
  const { page } = shown;
  const address = page.getByLabel("E-mail address of the person");
  await address.fill("nobody@example.org");
  await address.press("Enter");
  await page.getByText("No certificate was found for nobody@example.org").waitFor();
  await address.fill("bob@example.org");
  await address.press("Enter");
  await page.getByRole("link", { name: "bob" }).click();
  await page.waitForSelector(".view-title");
  await page.getByText("Mail can be signed with it").waitFor();
});

test("once the host is installed the page goes on by itself", async (context) => {
  const home = new Home();
  const { program } = home;
  home.program = `${home.folder}/no-such-program`;
  const { shown } = await open(context, "start.html", home);
  const { page } = shown;
  await page.getByRole("button", { name: "Copy the command: sudo apt install nssmime" }).click();
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), "sudo apt install nssmime");
  home.program = program;
  await page.getByRole("button", { name: "Try again" }).click();
  await page.getByText("Everything is ready").waitFor();
});

test("what was done in a terminal is seen on coming back, and what is open stays open", async (context) => {
  const home = new Home();
  const { program } = home;
  home.program = `${home.folder}/no-such-program`;
  const { shown } = await open(context, "start.html", home);
  const { page } = shown;
  const details = page.locator("main details").first();
  await details.locator("summary").click();
  const comeBack = async () => {
    const before = home.ports.length;
    await page.evaluate(() => void dispatchEvent(new Event("focus")));
    while (home.ports.length === before) await setTimeout(10);
  };
  await comeBack();
  // One after the other: the first is done when the second begins.
  await comeBack();
  assert.equal(await details.getAttribute("open"), "");
  home.program = program;
  await comeBack();
  await page.getByText("Everything is ready").waitFor();
});
