// SPDX-License-Identifier: MPL-2.0
// Writing a mail in a page of the extension's own: the webmail's page can read what is written in
// its own, and stores it in clear.
import { changesCertificates } from "../../core/recipients.ts";
import { button, fill, h } from "../../pages/dom.ts";
import { notice, openPage } from "../../pages/page.ts";
import { canLookUp } from "../../pages/recipient-view.ts";
import { type Key, t } from "../../pages/text.ts";
import { answeredMail, quoteAnswered } from "./answered.ts";
import { type Mode, modes } from "./answering.ts";
import { Autosave } from "./autosave.ts";
import { ComposeView } from "./compose-view.ts";
import { closeWindow, discardButton } from "./discarding.ts";
import { type Draft, emptyDraft } from "./draft.ts";
import { SendingView } from "./sending-view.ts";
import { addressOf, refill, unsentRow } from "./unsent.ts";
import { type Stored, Vault } from "./vault.ts";
import { type Own, say } from "./words.ts";

const storage = chrome.storage.local;
const page = await openPage("edTitle" satisfies Own as Key, { alone: true });
const { identities, site = "" } = page.target;
const vault = new Vault(page.host);
const above = h("div", { class: "above" });
const warn = (text: string) => above.append(notice("warn", h("p", {}, text)));

/** A window that is opened again, or loaded again, goes on with the same mail. */
const query = new URLSearchParams(location.search);
const id = query.get("draft") ?? crypto.randomUUID();
const mode: Mode = modes.find((each) => each === query.get("mode")) ?? "new";
const handle = query.get("handle") ?? "";
history.replaceState(null, "", addressOf(id));

interface Started {
  compose: ComposeView;
  autosave: Autosave;
}

function start(draft: Draft, lookUp: boolean): Started {
  const autosave = new Autosave(vault, id, site, () => (compose.isEmpty ? null : compose.draft));
  const compose: ComposeView = new ComposeView(page, storage, draft, lookUp, {
    changed: () => autosave.changed(),
    fileAdded: (file, content) => autosave.fileAdded(file, content),
  });
  const bar = h("div", { class: "toolbar send-bar" });
  const sending = new SendingView(page, storage, compose, autosave, bar);
  const discard = async () => {
    await page.attempt(t("working"), () => autosave.discard());
    fill(page.main, h("div", { class: "empty" }, h("p", { class: "empty-title" }, say("edDiscarded"))));
    await closeWindow();
  };
  fill(
    bar,
    button(say(page.target.saves ? "edSave" : "edSend"), () => void sending.send(), { class: "primary" }),
    discardButton(() => void discard()),
    autosave.element,
  );
  fill(page.main, above, sending.element, bar, compose.element);
  addEventListener("beforeunload", (event) => {
    if (autosave.isDirty || sending.isRunning) event.preventDefault();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    void sending.send();
  });
  const call = page.host.call.bind(page.host);
  // What is done on this page may change who can be encrypted to.
  page.host.call = async (method, ...rest) => {
    const result = await call(method, ...rest);
    if (changesCertificates(method)) compose.certificatesChanged();
    return result;
  };
  return { compose, autosave };
}

async function goOn(stored: Stored, lookUp: boolean): Promise<ComposeView | null> {
  const draft = await page.attempt(say("edOpening"), () => vault.open(stored), { asks: true });
  if (!draft) {
    fill(page.main, h("p", { class: "toolbar" }, button(t("tryAgain"), () => location.reload())));
    return null;
  }
  const { compose } = start(draft, lookUp);
  await refill(page, vault, compose, stored, draft, above);
  await compose.loadSignature();
  return compose;
}

async function begin(lookUp: boolean): Promise<ComposeView> {
  const answered =
    mode === "new" ? null : await page.attempt(t("loading"), () => answeredMail(page, mode, handle));
  const draft = answered?.draft ?? emptyDraft(identities[0]?.address ?? "");
  const { compose, autosave } = start(draft, lookUp);
  if (identities.length === 0) warn(say(page.target.saves ? "edNoOwn" : "edNoIdentity"));
  if (page.target.saves) above.append(notice("info", h("p", {}, say("edSavesText"))));
  if (page.target.experimental) warn(say("edExperimental"));
  if (mode !== "new" && !answered) warn(say("edAnsweredGone"));
  compose.fillText(draft);
  await compose.loadSignature();
  await compose.sign();
  if (answered)
    await quoteAnswered(page, storage, answered, above, ({ html, files }) => {
      compose.files.set(files);
      compose.text.append(html);
      for (const { content, ...file } of files) autosave.fileAdded(file, content);
    });
  else {
    const unsent = await vault.list(site, id).catch(() => []);
    above.append(...unsent.map((each) => unsentRow(page, vault, each)));
  }
  return compose;
}

if (await vault.hold(id)) {
  const lookUp = await canLookUp(page);
  const stored = await vault.get(id).catch(() => undefined);
  const compose = stored ? await goOn(stored, lookUp) : await begin(lookUp);
  void compose?.decide();
  // Whoever was quicker is not interrupted.
  if (document.activeElement === document.body) compose?.focus();
} else {
  fill(page.main, notice("info", h("p", {}, say("edElsewhere"))));
}
