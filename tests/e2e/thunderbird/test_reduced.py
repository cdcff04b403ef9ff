# SPDX-License-Identifier: MPL-2.0
"""The reduced add-on, where Thunderbird refuses Experiments, and beside the
complete one where it does not. Both lie in the profile, as people have them:
what is installed for the time being is exempt."""

import os
import shutil
import subprocess
import unittest

from case import ME, Case, needed
from extension_page import ExtensionPage
from peer import Peer

COMPLETE = "thunderbird@nssmime"
REDUCED = "thunderbird-reduced@nssmime"
BODY = "Grüße aus Köln\nand a second line\n"
LOCAL_FOLDERS = {
    "mail.accountmanager.accounts": "account1,account2",
    "mail.accountmanager.localfoldersserver": "server2",
    "mail.account.account2.server": "server2",
    "mail.server.server2.type": "none",
    "mail.server.server2.hostname": "Local Folders",
    "mail.server.server2.userName": "nobody",
    "mail.server.server2.name": "Local Folders",
}
ADDONS = """
const { AddonManager } = ChromeUtils.importESModule(
    "resource://gre/modules/AddonManager.sys.mjs");
const active = async id =>
    (await AddonManager.getAddonByID(id))?.isActive ?? false;
"""
BUTTONS = """
const read = button => button && ({
    label: button.getAttribute("label") || button.textContent.trim(), badge: button.getAttribute("badge") ?? "",
    title: button.getAttribute("tooltiptext") || button.title || "",
    disabled: button.disabled });
const buttons = () => ({
    top: read(main.document.querySelector(
        "[item-id='ext-thunderbird-reduced@nssmime'] button")),
    mail: read(aboutMessage()?.document.getElementById(
        "thunderbird-reduced_nssmime-messageDisplayAction-toolbarbutton")),
});
"""


class Both(Case):
    """What the tests of the two add-ons have in common."""

    prefs = {**LOCAL_FOLDERS, "extensions.experiments.suppressed": True,
             "mailnews.sendInBackground": True}

    @classmethod
    def parts(cls):
        return needed("NSSMIME_HOST"), None

    @classmethod
    def addons(cls):
        return {COMPLETE: needed("NSSMIME_XPI"),
                REDUCED: needed("NSSMIME_REDUCED_XPI")}

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.peer = Peer(needed("NSSMIME_TEST_PKI"))
        # Thunderbird looks what it may run some time after its start
        cls.steps.run(ADDONS + """
            await until(async () => (await active(args[0])) == args[1] &&
                (await active(args[2])), "the add-ons", 60000);
        """, COMPLETE, not cls.suppressed(), REDUCED)
        if cls.suppressed():
            # what is done next is what it takes over at
            cls.imap.append(ME, cls.peer.mail(cls.peer.text("Hi"), "first"))
            cls.steps.open("first")
            cls.steps.run(BUTTONS + """
                await until(() => buttons().top?.disabled === false, "charge");
            """)

    @classmethod
    def suppressed(cls):
        return cls.prefs["extensions.experiments.suppressed"]

    def page(self, name, patience=20):
        page = ExtensionPage(self.steps, name, patience)
        self.addCleanup(page.close)
        return page

    # ---- reading

    def buttons(self, ready="true", patience=20):
        """What the two buttons say, once `ready` (an expression of `top` and
        `mail`) holds."""
        return self.steps.run(BUTTONS + """
            return until(() => {
                const { top, mail } = buttons();
                return top && (%s) ? { top, mail } : null;
            }, args[0], args[1]).catch(error => {
                throw new Error(`${error.message}: ${
                    JSON.stringify(buttons())}`);
            });
        """ % ready, ready, patience * 1000)

    def show(self, entity, subject, label, **fields):
        self.imap.append(self.user, self.peer.mail(entity, subject, **fields))
        self.steps.open(subject)
        return self.buttons(
            "top.label == %r && (!mail || mail.label == top.label && "
            "mail.title.startsWith(top.label))" % label)

    def press(self, place="top"):
        self.steps.run("""
            const button = args[0] == "top" ? main.document.querySelector(
                "[item-id='ext-thunderbird-reduced@nssmime'] button") :
                aboutMessage().document.getElementById(
                "thunderbird-reduced_nssmime-messageDisplayAction-" +
                "toolbarbutton");
            button.click();
        """, place)

    # ---- writing

    def choose(self, sign, encrypt):
        """On the page about the newest mail that is written."""
        page = self.writing()
        for label, wanted in (("Sign", sign), ("Encrypt", encrypt)):
            now = self.steps.wait(lambda: {page.ticked(label)} - {None}, label)
            if wanted not in now:
                page.press(label)
                self.steps.wait(lambda: page.ticked(label) == wanted, label)
        return page

    def writing(self):
        """As its button opens it, in a window that stays."""
        self.open("writing.html?tab=%d" % self.steps.run("""
            const { extension } = WebExtensionPolicy.getByID(args[0]);
            return extension.tabManager.getWrapper(composers().at(-1)).id;
        """, REDUCED))
        return self.page("writing")

    def open(self, path):
        """By the add-on itself, in a window."""
        self.steps.run("""
            const { extension } = WebExtensionPolicy.getByID(args[0]);
            await extension.wakeupBackground?.();
            const { messageManager } = [...extension.views].find(each =>
                each.viewType == "background").xulBrowser;
            messageManager.loadFrameScript("data:application/javascript," +
                encodeURIComponent(`content.wrappedJSObject.browser.windows
                    .create(Cu.cloneInto({ type: "popup", width: 600,
                    height: 700, url: "/pages/${args[1]}" }, content));`),
                false);
        """, REDUCED, path)

    def refused(self, reason):
        """The composer stays, and says why; nothing leaves."""
        self.steps.send(closes=False)
        page = self.page("writing")
        text = page.wait("Not sent")
        self.assertIn(reason, text)
        self.assertEqual(1, self.steps.run("return composers().length;"))
        self.assertTrue(self.smtp.nothing())
        self.assertEqual([], self.imap.messages(ME, "Drafts"))
        return page

    def gone(self):
        """Neither in Drafts nor in the Outbox is anything left."""
        self.steps.wait(lambda: self.imap.messages(ME, "Drafts") == [],
                        "no draft")
        self.steps.run("""
            const { rootFolder } = MailServices.accounts.localFoldersServer;
            const box = rootFolder.descendants.find(folder =>
                folder.getFlag(Ci.nsMsgFolderFlags.Queue));
            await until(() => box.getTotalMessages(false) == 0, "no mail");
        """)
        # Thunderbird's own, until its copy is in Sent
        self.steps.wait(lambda: self.leaks() == [], "no file", 30, self.leaks)

    def outgoing(self, mail):
        """On the wire there are none of Thunderbird's own notes."""
        head = mail.partition(b"\r\n\r\n")[0].lower()
        for name in (b"x-identity-key", b"fcc", b"bcc", b"x-mozilla-",
                     b"x-account-key"):
            self.assertNotIn(b"\n" + name, b"\n" + head)
        return mail


class Answering:
    """A mail that Thunderbird could open by itself."""

    own = False

    def test_answer(self):
        """What was encrypted stays so in its answer, whatever is usual."""
        self.show(self.peer.encrypt(self.peer.text("Between us"), "alice"),
                  "answer me", "This mail is not signed · Encrypted")
        self.steps.run("""
            const before = composers().length;
            aboutMessage().browsingContext.topChromeWindow.goDoCommand(
                "cmd_reply");
            await until(() => composers().length > before, "the composer");
            const made = composers().at(-1);
            await until(() => made.gMsgCompose?.editor &&
                made.document.readyState == "complete", "the editor");
        """)
        page = self.writing()
        # Thunderbird opened it, and would protect the answer itself
        if self.own:
            page.wait("Thunderbird’s own S/MIME protects this mail")
            page.press("Let nssmime protect this mail instead")
        page.wait("encrypted as the one that it answers")
        self.steps.send()
        mail = self.sent(["bob@example.org"])
        self.assertIn(b"Between us", self.decrypt(mail, "bob"))
        self.gone()


class Reduced(Answering, Both):
    """Experiments are suppressed: the complete one is not there."""

    def test_in_charge(self):
        self.assertTrue(self.steps.run(ADDONS + """
            return (await AddonManager.getAddonByID(args[0])).appDisabled;
        """, COMPLETE))
        self.show(self.peer.text("Hello"), "hello", "S/MIME")
        self.assertFalse(self.buttons()["top"]["disabled"])

    def test_signed_mail(self):
        seen = self.show(self.peer.sign(self.peer.text("Hällo")),
                         "signed", "Signed by bob@example.org")
        self.assertEqual("✔", seen["top"]["badge"])
        self.assertEqual(seen["top"]["label"], seen["mail"]["label"])
        self.banner("Signed by bob@example.org")
        self.picture("reduced-signed")
        self.press("mail")
        details = self.page("details")
        details.wait("nobody changed it on its way")

    def banner(self, words):
        """In a closed shadow root, whose text a screen reader has."""
        self.steps.run("""
            await until(() => {
                const body = aboutMessage()?.getMessagePaneBrowser()
                    .contentDocument?.body;
                const root = body?.firstElementChild
                    ?.openOrClosedShadowRoot;
                return root?.mode == "closed" &&
                    root.textContent.includes(args[0]);
            }, "the banner");
        """, words)

    def test_altered_mail(self):
        signed = self.peer.sign(self.peer.text("Pay 10 EUR"))
        seen = self.show(signed.replace(b"Pay 10", b"Pay 99"), "altered",
                         "The signature is not valid")
        self.assertEqual("✘", seen["top"]["badge"])
        self.assertIn("it was changed afterwards", seen["mail"]["title"])
        self.banner("The signature is not valid")
        self.picture("reduced-altered")

    def test_encrypted_mail(self):
        """Thunderbird cannot open the form with protection of its own."""
        self.show(self.peer.encrypt(self.peer.sign(self.peer.text("Secret")),
                                    "alice", gcm=True),
                  "gcm", "Signed by bob@example.org · Encrypted")
        self.press()
        viewer = self.page("viewer")
        text = viewer.wait("Secret")
        self.assertIn("Signed by bob@example.org · Encrypted", text)
        self.picture("reduced-viewer")
        viewer.press("Who signed and encrypted it")
        self.page("details").wait("Encrypted, and protected against changes")

    def test_formatted_mail(self):
        """Nothing of it runs or loads in Thunderbird's engine either."""
        seen = []
        html = (b"Content-Type: text/html\r\n\r\n<p>Here</p>"
                b"<style>p { background: url(http://127.0.0.1:9/css) }"
                b"</style><img src=http://127.0.0.1:9/x onerror='top.ran=1'>"
                b"<script>top.ran = 1</script>\r\n")
        self.show(self.peer.encrypt(html, "alice", gcm=True), "html",
                  "This mail is not signed · Encrypted")
        self.press()
        viewer = self.page("viewer")
        viewer.wait("Here")
        self.assertIn("127.0.0.1 were not loaded", viewer.text())
        source = viewer.run("""
            return document.querySelector("iframe").srcdoc;""")
        for each in ("<script", "onerror", ":9/"):
            self.assertNotIn(each, source)
        self.assertEqual("undefined", viewer.run(
            "return String(content.wrappedJSObject.ran);"))
        self.assertEqual([], seen)

    def test_nothing_stale(self):
        """What was said of one mail is never said of the next."""
        label = "Signed by bob@example.org"
        self.show(self.peer.sign(self.peer.text("One")), "stale", label)
        self.imap.append(self.user, self.peer.mail(
            self.peer.text("Two"), "nothing"))
        self.steps.open("nothing")
        seen = self.buttons(
            "top.label == 'S/MIME' && mail?.label == 'S/MIME'")
        self.assertEqual(("", ""), (seen["top"]["badge"],
                                    seen["mail"]["badge"]))
    def test_locked(self):
        """What was decrypted is not to be seen after locking."""
        self.show(self.peer.encrypt(self.peer.text("Gone soon"), "alice",
                                    gcm=True),
                  "lock", "This mail is not signed · Encrypted")
        self.press()
        viewer = self.page("viewer")
        viewer.wait("Gone soon")
        self.open("settings.html")
        settings = self.page("settings")
        settings.wait("lies in Drafts for a moment")
        self.picture("reduced-settings", "mail:extensionPopup")
        settings.run("""
            content.wrappedJSObject.browser.runtime.connect(Cu.cloneInto(
                { name: "nssmime-page" }, content)).postMessage(
                Cu.cloneInto({ id: 1, method: "database.lock", params: {} },
                content));
        """)
        viewer.wait("not open any more")
        self.assertNotIn("Gone soon", viewer.text())

    # ---- sending

    def test_signed(self):
        self.steps.write(to="bob@example.org", bcc="carol@example.org",
                         subject="Signed £", body=BODY)
        page = self.choose(True, False)
        page.wait("This mail will be signed, and not encrypted.")
        self.picture("reduced-writing", "mail:extensionPopup")
        self.steps.send()
        mail = self.outgoing(
            self.sent(["bob@example.org", "carol@example.org"]))
        self.assertNotIn(b"carol", mail)
        entity = self.parse(self.verify(mail))
        self.assertIn("Grüße aus Köln", entity.get_content())
        self.assertEqual("Signed £", self.parse(mail)["Subject"])
        self.gone()

    def test_encrypted(self):
        self.steps.write(to="bob@example.org", subject="Secret £", body=BODY)
        self.choose(False, True)
        self.steps.send()
        mail = self.outgoing(self.sent(["bob@example.org"]))
        self.assertEqual("[...]", self.parse(mail)["Subject"])
        inner = self.parse(self.decrypt(mail, "bob"))
        self.assertEqual("Secret £", inner["Subject"])
        self.assertIn("Grüße aus Köln", inner.get_body().get_content())
        self.gone()

    def test_signed_and_encrypted(self):
        """By itself, where every recipient has a certificate; with a file
        and formatting, and a copy in Sent."""
        path = os.path.join(self.folder, "Übersicht ä€.txt")
        with open(path, "wb") as file:
            file.write(b"attached\n")
        before = len(self.imap.messages(ME, "Sent"))
        self.steps.write(to="bob@example.org", cc="Carol <carol@example.org>",
                         subject="Both £", body=BODY, attachments=[path],
                         html=True)
        self.steps.send()
        mail = self.outgoing(
            self.sent(["bob@example.org", "carol@example.org"]))
        for person in ("bob", "carol", "alice"):
            entity = self.verify(self.decrypt(mail, person))
            inner = self.parse(entity)
            self.assertEqual("Both £", inner["Subject"])
            self.assertIn("Grüße aus Köln", inner.get_body().get_content())
            self.assertEqual(["Übersicht ä€.txt"], [
                each.get_filename() for each in inner.iter_attachments()])
            for name in (b"X-Identity-Key", b"FCC:", b"X-Mozilla"):
                self.assertNotIn(name.lower(), entity.lower())
        copies = self.steps.wait(
            lambda: self.imap.messages(ME, "Sent")[before:], "the copy")
        self.assertIn(b"Both", self.decrypt(copies[-1], "alice"))
        self.gone()

    def test_neither(self):
        """What is not protected goes out as ever."""
        self.steps.write(to="bob@example.org", subject="Plain", body=BODY)
        self.choose(False, False)
        self.steps.send()
        mail = self.sent(["bob@example.org"])
        self.assertEqual("text/plain", self.parse(mail).get_content_type())

    def test_blind(self):
        self.steps.write(to="bob@example.org", bcc="carol@example.org",
                         subject="Blind", body=BODY)
        page = self.refused("without giving them away")
        self.picture("reduced-refused", "mail:extensionPopup")
        # another way is found
        page.press("Encrypt")
        page.wait("This mail will be signed, and not encrypted.")
        self.steps.send()
        mail = self.sent(["bob@example.org", "carol@example.org"])
        self.assertNotIn(b"carol", mail)
        self.gone()

    def test_missing_certificate(self):
        self.steps.write(to="nobody@example.org", subject="None", body=BODY)
        self.choose(False, True)
        self.refused("no usable certificate for nobody@example.org")


class Elsewhere(Both):
    """The certificates are not Thunderbird's: it shows an error in place of
    what it cannot open."""

    @classmethod
    def database(cls):
        folder = os.path.join(cls.folder, "empty")
        os.mkdir(folder)
        subprocess.run(["certutil", "-N", "-d", "sql:" + folder,
                        "--empty-password"], check=True)
        return folder

    @classmethod
    def settings(cls):
        folder = os.path.join(cls.folder, "db")
        shutil.copytree(os.path.join(needed("NSSMIME_TEST_PKI"), "db"),
                        folder)
        return {"database": "sql:" + folder}

    def test_not_opened(self):
        """Before it, a mail that is signed: nothing of that is left."""
        self.show(self.peer.sign(self.peer.text("Open")), "before",
                  "Signed by bob@example.org")
        self.imap.append(self.user, self.peer.mail(
            self.peer.encrypt(self.peer.text("Locked"), "alice"), "error"))
        self.steps.open("error")
        self.buttons("top.label == 'This mail is not signed · Encrypted'")
        self.assertNotIn("Locked", self.steps.run("""
            return aboutMessage().getMessagePaneBrowser().contentDocument
                ?.body?.textContent ?? "";"""))
        self.picture("reduced-error")
        self.press()
        self.page("viewer").wait("Locked")


class OwnProtection(Answering, Both):
    """Thunderbird's own S/MIME is set up as well."""

    own = True

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.steps.own_protection(ME)

    def test_left_alone(self):
        """Nothing is protected twice."""
        self.addCleanup(self.steps.own_protection, ME)
        self.steps.own_protection(ME, sign=True)
        self.steps.write(to="bob@example.org", subject="Own", body=BODY)
        self.writing().wait("Thunderbird’s own S/MIME protects this mail")
        self.steps.send()
        mail = self.sent(["bob@example.org"])
        self.assertNotIn(b"pkcs7", self.verify(mail))


class Later(Both):
    """Thunderbird sends when it is told to."""

    prefs = {**Both.prefs, "mailnews.sendInBackground": False}

    def test_outbox(self):
        self.steps.write(to="bob@example.org", subject="Waits", body=BODY)
        self.steps.send()
        page = self.page("writing", 40)
        page.wait("Your mail waits in the Outbox")
        self.picture("reduced-waits", "mail:extensionPopup")
        self.assertTrue(self.smtp.nothing())
        self.steps.run("main.goDoCommand('cmd_sendUnsentMsgs');")
        mail = self.sent(["bob@example.org"])
        self.verify(self.decrypt(mail, "bob"))


class NoHost(Both):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.thunderbird.manifest(None)

    def test_reading(self):
        self.show(self.peer.sign(self.peer.text("Readable")), "unchecked",
                  "Thunderbird does not find the helper program nssmime-host.")
        self.assertIn("Readable", self.steps.run("""
            return aboutMessage().getMessagePaneBrowser().contentDocument
                .body.textContent;"""))
        self.press()
        self.page("start").wait("sudo apt install nssmime")

    def test_sending(self):
        """Not unprotected, unless its writer says so."""
        self.steps.write(to="bob@example.org", subject="Careful", body=BODY)
        self.choose(True, False)
        page = self.refused("does not find the helper program")
        self.picture("reduced-no-host", "mail:extensionPopup")
        self.choose(False, False)
        self.steps.send()
        self.assertEqual("text/plain", self.parse(
            self.sent(["bob@example.org"])).get_content_type())


class Complete(Both):
    """Experiments are allowed: the complete one is there."""

    prefs = {**Both.prefs, "extensions.experiments.suppressed": False}

    def test_rests(self):
        seen = self.buttons("top.disabled")
        self.assertEqual("The complete nssmime is in charge.",
                         seen["top"]["label"])
        self.imap.append(self.user, self.peer.mail(
            self.peer.sign(self.peer.text("Once")), "once"))
        self.steps.open("once")
        shown = self.steps.seen("seen.level")
        self.assertEqual("Signed by bob@example.org", shown["title"])
        seen = self.buttons("mail")
        self.assertEqual(("", ""), (seen["top"]["badge"],
                                    seen["mail"]["badge"]))
        # one verdict, not two
        self.assertEqual("Once", self.steps.run("""
            const { body } = aboutMessage().getMessagePaneBrowser()
                .contentDocument;
            return body.querySelector(".moz-text-plain, pre").textContent
                .trim();"""))
        self.assertFalse(self.steps.run("""
            return [...aboutMessage().getMessagePaneBrowser().contentDocument
                .body.children].some(each => each.openOrClosedShadowRoot);
        """))

        bar = self.steps.compose(to="bob@example.org", subject="Once",
                                 body=BODY)
        self.assertEqual((True, True), (bar["sign"], bar["encrypt"]))
        self.steps.send()
        mail = self.sent(["bob@example.org"])
        inner = self.verify(self.decrypt(mail, "bob"))
        self.assertNotIn(b"pkcs7", inner)

    def test_takes_over(self):
        """When the complete one is switched off, at the next thing that is
        done; and it rests again when that comes back."""
        self.addCleanup(self.switch, True)
        self.switch(False)
        self.show(self.peer.sign(self.peer.text("Taken")), "taken",
                  "Signed by bob@example.org")
        self.assertFalse(self.buttons()["top"]["disabled"])
        self.steps.write(to="bob@example.org", subject="Taken", body=BODY)
        self.steps.send()
        mail = self.sent(["bob@example.org"])
        self.assertNotIn(b"pkcs7", self.verify(self.decrypt(mail, "bob")))
        self.switch(True)
        self.buttons("top.disabled")

    def switch(self, on):
        self.steps.run(ADDONS + """
            const addon = await AddonManager.getAddonByID(args[0]);
            await (args[1] ? addon.enable() : addon.disable());
        """, COMPLETE, on)


if __name__ == "__main__":
    unittest.main()
