# SPDX-License-Identifier: MPL-2.0
"""What a person does in Thunderbird, step by step, and what they see."""

import json
import time

PRELUDE = """
const { MailServices } = ChromeUtils.importESModule(
    "resource:///modules/MailServices.sys.mjs");
const sleep = ms => new Promise(r => setTimeout(r, ms));
const until = async (look, what, patience = 60000) => {
    const end = Date.now() + patience;
    for (;;) {
        const value = await look();
        if (value) return value;
        if (Date.now() > end) throw new Error(`waited in vain: ${what}`);
        await sleep(20);
    }
};
const main = Services.wm.getMostRecentWindow("mail:3pane");
const server = MailServices.accounts.accounts[0].incomingServer;
// Gone for a moment while the account's folders are listed anew.
const folderOf = flag => until(() => server.rootFolder.descendants
    .find(f => f.getFlag(Ci.nsMsgFolderFlags[flag])), flag);
const composers = () => [...Services.wm.getEnumerator("msgcompose")];
const bar = win => win.document.getElementById("nssmime-bar");
const aboutMessage = () => {
    const alone = Services.wm.getMostRecentWindow("mail:messageWindow");
    return alone?.messageBrowser?.contentWindow ??
        main.document.getElementById("tabmail").currentAboutMessage;
};
"""


class Steps:
    def __init__(self, thunderbird):
        self.thunderbird = thunderbird

    def run(self, script, *args):
        return self.thunderbird.run(PRELUDE + script, *args)

    @staticmethod
    def wait(look, what, patience=20, seen=lambda: ""):
        """Until `look` gives something; that."""
        end = time.monotonic() + patience
        while True:
            got = look()
            if got:
                return got
            if time.monotonic() > end:
                raise TimeoutError("waited in vain: %s: %s" % (what, seen()))
            time.sleep(0.1)

    # ---- reading

    def folder(self, flag="Inbox"):
        return self.run("""
            server.performExpand(main.msgWindow);
            return (await folderOf(args[0])).URI;
        """, flag)

    def open(self, subject, flag="Inbox"):
        """Selects the newest mail with that (outer) subject."""
        self.folder(flag)
        self.run("""
            const folder = await folderOf(args[0]);
            const tabmail = main.document.getElementById("tabmail");
            tabmail.switchToTab(0);
            const pane = tabmail.currentAbout3Pane;
            const find = () => {
                let found = null;
                for (const hdr of folder.messages)
                    if (hdr.mime2DecodedSubject == args[1]) found = hdr;
                return found;
            };
            pane.displayFolder(folder.URI);
            await until(() => {
                if (find()) return true;
                folder.updateFolder(main.msgWindow);
                return sleep(200).then(() => find());
            }, `mail ${args[1]}`);
            await until(() => pane.gDBView &&
                pane.gDBView.findIndexOfMsgHdr(find(), true) < 0xffffffff,
                "the view");
            pane.threadTree.selectedIndex = -1;
            await sleep(50);
            pane.threadTree.selectedIndex =
                pane.gDBView.findIndexOfMsgHdr(find(), true);
            await until(() => aboutMessage()?.gMessage, "the message");
        """, flag, subject)

    def seen(self, ready="true"):
        """What is on screen of the open mail, once `ready` (an expression of
        `seen`) holds, which is when what is said of it stands."""
        return self.run("""
            const look = () => {
                const win = aboutMessage();
                if (!win || !win.msgLoaded) return null;
                const { document } = win;
                const browser = win.getMessagePaneBrowser();
                const row = document.getElementById("nssmime-verdict");
                const shown = row && !row.hidden;
                const seen = {
                    level: shown ? row.className : "",
                    title: shown ? row.querySelector(".title").textContent : "",
                    advice: shown ?
                        row.querySelector(".advice")?.textContent ?? "" : "",
                    buttons: shown ? [...row.querySelectorAll("button")]
                        .map(b => b.className) : [],
                    body: browser.contentDocument?.body?.textContent ?? "",
                    subject: document.getElementById("expandedsubjectBox")
                        .value.textContent,
                    from: document.getElementById("expandedfromBox")
                        .textContent,
                    header: [...document.querySelectorAll(
                        "#messageHeader .message-header-row, " +
                        "#headerSenderToolbarContainer")]
                        .filter(each => each.getClientRects().length)
                        .map(each => each.textContent).join(" "),
                    attachments: win.currentAttachments
                        .map(({ name, size }) => ({ name, size })),
                    native: document.getElementById("cryptoBox").hidden ||
                        win.getComputedStyle(document.getElementById(
                            "cryptoBox")).display == "none" ? "" : "shown",
                };
                const busy = /^(Checking the|Opening the)/;
                if (busy.test(seen.title) || busy.test(seen.body.trim()))
                    return null;
                return (%s) ? seen : null;
            };
            let last;
            return until(() => look(), "seen " + args[0]).catch(error => {
                const win = aboutMessage();
                throw new Error(`${error.message}: ${
                    win?.document.getElementById("nssmime-verdict")
                        ?.textContent} | ${win?.getMessagePaneBrowser()
                        ?.contentDocument?.body?.textContent}`);
            });
        """ % ready, ready)

    def try_again(self):
        self.run("aboutMessage().document.querySelector("
                 "'#nssmime-verdict .tbTryAgain').click();")

    # ---- writing

    def compose(self, **mail):
        """What the bar of the add-on says of it."""
        self.write(**mail)
        return self.bar()

    def write(self, to="", cc="", bcc="", subject="", body="",
              attachments=(), html=False):
        self.run("""
            const [fields, attachments, html] = args;
            const params = Cc["@mozilla.org/messengercompose/composeparams;1"]
                .createInstance(Ci.nsIMsgComposeParams);
            params.composeFields = Cc[
                "@mozilla.org/messengercompose/composefields;1"]
                .createInstance(Ci.nsIMsgCompFields);
            Object.assign(params.composeFields, fields);
            for (const path of attachments) {
                const attachment = Cc[
                    "@mozilla.org/messengercompose/attachment;1"]
                    .createInstance(Ci.nsIMsgAttachment);
                const file = Cc["@mozilla.org/file/local;1"]
                    .createInstance(Ci.nsIFile);
                file.initWithPath(path);
                attachment.url = Services.io.newFileURI(file).spec;
                attachment.name = file.leafName;
                attachment.size = file.fileSize;
                params.composeFields.addAttachment(attachment);
            }
            params.type = Ci.nsIMsgCompType.New;
            params.format = html ? Ci.nsIMsgCompFormat.HTML :
                Ci.nsIMsgCompFormat.PlainText;
            params.identity = MailServices.accounts.defaultAccount
                .defaultIdentity;
            const before = composers().length;
            MailServices.compose.OpenComposeWindowWithParams(null, params);
            await until(() => composers().length > before, "the composer");
            const win = composers().at(-1);
            await until(() => win.gMsgCompose?.editor &&
                win.document.getElementById("button-send"), "the editor");
        """, {"to": to, "cc": cc, "bcc": bcc, "subject": subject,
              "body": body}, list(attachments), html)

    def bar(self, ready="true"):
        """What the bar of the newest composer shows, once it is settled."""
        return self.run("""
            const read = () => {
                const win = composers().at(-1);
                const element = win && bar(win);
                if (!element || !win.gMsgCompose) return null;
                const pressed = name => element.querySelector(`.${name}`)
                    .getAttribute("aria-pressed") == "true";
                const shown = {
                    level: element.className, sign: pressed("sign"),
                    encrypt: pressed("encrypt"),
                    text: element.querySelector(".words").textContent,
                };
                return shown.text && !/^Looking/.test(shown.text) &&
                    (%s) ? shown : null;
            };
            let same = "";
            // what comes in at once counts as one change
            return until(async () => {
                const first = read();
                if (!first) return null;
                await sleep(400);
                return JSON.stringify(read()) == JSON.stringify(first) ?
                    first : null;
            }, "the bar").catch(error => {
                const win = composers().at(-1);
                throw new Error(`${error.message}: ${win && bar(win)
                    ?.textContent}`);
            });
        """ % ready)

    def own_protection(self, address, sign=False, encrypt=False):
        """Sets up Thunderbird's own S/MIME with the certificate of that
        address; "": not at all."""
        self.run("""
            const [address, sign, encrypt] = args;
            const certificate = address && Cc[
                "@mozilla.org/security/x509certdb;1"]
                .getService(Ci.nsIX509CertDB).getCerts()
                .find(each => each.containsEmailAddress(address));
            const identity = MailServices.accounts.defaultAccount
                .defaultIdentity;
            for (const kind of ["signing", "encryption"]) {
                identity.setUnicharAttribute(`${kind}_cert_name`,
                    certificate ? certificate.displayName : "");
                identity.setCharAttribute(`${kind}_cert_dbkey`,
                    certificate ? certificate.dbKey : "");
            }
            identity.signMail = sign;
            identity.encryptionPolicy = encrypt ? 2 : 0;
        """, address, sign, encrypt)

    def press(self, name):
        """A button of the bar."""
        self.run("bar(composers().at(-1)).querySelector(`.${args[0]}`)"
                 ".click();", name)

    def stop(self, where, percent=1):
        """Waits until something that takes long says that it is so far, and
        presses Cancel; what it said until then. `where`: "bar" of the newest
        composer, or "row" of the open mail."""
        return self.run("""
            const [where, least] = args;
            const look = () => where == "bar" ? bar(composers().at(-1)) :
                aboutMessage()?.document.getElementById("nssmime-verdict");
            const said = [];
            const button = await until(() => {
                const element = look();
                const button = element?.querySelector("button.cancel");
                if (!button?.getClientRects().length) return null;
                const text = element.querySelector(".words").textContent;
                if (said.at(-1) != text) said.push(text);
                return (least == 0 || parseInt(/(\\d+) %/.exec(text)?.[1]) >=
                    least) && button;
            }, "progress").catch(error => {
                throw new Error(`${error.message}: ${said.join(" | ")} ${
                    look()?.textContent}`);
            });
            button.click();
            return said;
        """, where, percent)

    def send(self, closes=True, later=False):
        """By the button, or into the Outbox; without `closes` the composer
        is to stay."""
        self.run("""
            const [closes, later] = args;
            const win = composers().at(-1);
            await until(() => !win.document.getElementById("button-send")
                .disabled, "the button");
            if (later) win.goDoCommand("cmd_sendLater");
            else win.document.getElementById("button-send").doCommand();
            if (closes) await until(() => win.closed, "the composer's end");
        """, closes, later)

    def say_no(self):
        """To the next question of Thunderbird's."""
        self.run("""
            const dialog = () => [...Services.wm.getEnumerator(null)]
                .find(win => win.location.href.endsWith("/commonDialog.xhtml"))
                ?.document.querySelector("dialog");
            const asked = await until(() => dialog()?.cancelDialog &&
                dialog(), "the question");
            asked.cancelDialog();
            await until(() => dialog() != asked, "its end");
        """)

    def outbox(self):
        """Makes the account that it is in."""
        self.run("""
            try {
                MailServices.accounts.localFoldersServer;
            } catch {
                MailServices.accounts.createLocalMailAccount();
            }
        """)

    def send_waiting(self):
        """What is in the Outbox."""
        self.run("""
            const identity = MailServices.accounts.defaultAccount
                .defaultIdentity;
            const queue = Cc["@mozilla.org/messengercompose/sendlater;1"]
                .getService(Ci.nsIMsgSendLater);
            await until(() => queue.hasUnsentMessages(identity), "the Outbox");
            queue.sendUnsentMessages(identity);
        """)

    def discard(self):
        self.run("""
            for (const win of composers()) {
                win.gContentChanged = false;
                win.gMsgCompose.bodyModified = false;
                win.close();
            }
            await until(() => composers().length == 0, "no composer");
        """)

    def reply(self, command="cmd_reply"):
        self.run("""
            const before = composers().length;
            const win = aboutMessage();
            const doer = win.browsingContext.topChromeWindow;
            doer.goDoCommand(args[0]);
            await until(() => composers().length > before, "the composer");
            const made = composers().at(-1);
            await until(() => made.gMsgCompose?.editor && made.windowIsReady !==
                false && made.document.readyState == "complete", "the editor");
        """, command)
        return self.bar()

    def add(self, address, kind="to"):
        """One more recipient, as if typed."""
        self.run("""
            const win = composers().at(-1);
            const input = win.document.getElementById(`${args[1]}AddrInput`);
            input.value = args[0];
            input.dispatchEvent(new win.KeyboardEvent("keydown",
                { key: "Enter", bubbles: true }));
            if (input.value) win.recipientAddPills(input);
        """, address, kind)

    def save(self):
        """Saves the newest composer as a draft."""
        self.run("""
            const win = composers().at(-1);
            win.goDoCommand("cmd_saveAsDraft");
            await until(() => !win.gSaveOperationInProgress &&
                !win.gContentChanged, "the draft");
            await sleep(500);
        """)

    def written(self):
        """The text in the newest composer."""
        return self.run("""
            const win = composers().at(-1);
            const pills = kind => [...win.document.querySelectorAll(
                `#${kind}AddrContainer mail-address-pill`)]
                .map(pill => pill.emailAddress);
            return { to: pills("to"), cc: pills("cc"),
                body: win.GetCurrentEditor().rootElement.textContent,
                subject: win.document.getElementById("msgSubject").value,
                attachments: [...win.gAttachmentBucket?.itemChildren ?? []]
                    .map(item => item.attachment.name) };
        """)

    # ---- the add-on's pages

    def inside(self, expression, script=""):
        """The value of an expression in the page of the newest window of the
        add-on, or in that of the open tab, once it is true. `script` runs
        before."""
        return self.run("""
            const [expression, script] = args;
            const page = () => Services.wm.getMostRecentWindow(
                "mail:extensionPopup")?.document.querySelector("browser") ??
                main.document.getElementById("tabmail").currentTabInfo.browser;
            const name = `tests:${Math.random()}`;
            const code = `(async () => {
                const box = new Cu.Sandbox(content, { sandboxPrototype:
                    content, wantXrays: false });
                Cu.evalInSandbox(${JSON.stringify(script)}, box);
                return Cu.evalInSandbox("(async () => JSON.stringify(await (" +
                    ${JSON.stringify(expression)} + ")))()", box);
            })().then(value => sendAsyncMessage("${name}", { value }),
                error => sendAsyncMessage("${name}", { error: String(error) }));`;
            const ask = () => new Promise((resolve, reject) => {
                const manager = page().messageManager;
                const take = ({ data: { value, error } }) => {
                    manager.removeMessageListener(name, take);
                    if (error) reject(new Error(error));
                    else resolve(value && JSON.parse(value));
                };
                manager.addMessageListener(name, take);
                manager.loadFrameScript(
                    `data:,${encodeURIComponent(code)}`, false);
            });
            // a page that goes away meanwhile does not answer
            return until(() => page().messageManager &&
                Promise.race([ask(), sleep(5000)]), expression);
        """, expression, script)

    def press_inside(self, selector):
        self.inside("(document.querySelector(%s).click(), true)" %
                    json.dumps(selector))

    def close_popup(self):
        self.run("""
            const win = Services.wm.getMostRecentWindow("mail:extensionPopup");
            win.close();
            await until(() => win.closed, "its end");
        """)

    # ---- the rest

    def picture(self, path, kind="mail:3pane"):
        """Of the newest window of a kind."""
        handle = self.run("""
            const win = [...Services.wm.getEnumerator(args[0] || null)].at(-1);
            await sleep(300);
            return String(win.docShell.browsingContext.id);
        """, kind)
        handles = self.thunderbird.marionette.windows()
        chosen = None
        for each in handles:
            self.thunderbird.marionette.command(
                "WebDriver:SwitchToWindow", {"handle": each, "focus": False})
            if self.thunderbird.run(
                    "return String(window.docShell.browsingContext.id);"
                    ) == handle:
                chosen = each
                break
        if chosen is None:
            raise LookupError(json.dumps(handles))
        time.sleep(0.2)
        self.thunderbird.marionette.screenshot(path)
        self.thunderbird.marionette.command(
            "WebDriver:SwitchToWindow", {"handle": handles[0],
                                         "focus": False})
