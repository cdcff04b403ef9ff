# SPDX-License-Identifier: MPL-2.0
"""Mail that others sent, as Thunderbird shows it."""

import http.server
import subprocess
import threading
import time
import unittest

from case import ME, Case, needed
from peer import Peer

ROW = "aboutMessage().document.getElementById('nssmime-verdict')"
CHANGED = "The content is not what was signed: it was changed afterwards."


class Reading(Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.peer = Peer(needed("NSSMIME_TEST_PKI"))

    def show(self, entity, subject, ready="seen.level", **fields):
        self.imap.append(self.user, self.peer.mail(entity, subject, **fields))
        self.steps.open(subject)
        seen = self.steps.seen(ready)
        # one verdict on screen
        self.assertEqual("", seen["native"])
        return seen

    def test_signed(self):
        for opaque in (False, True):
            seen = self.show(
                self.peer.sign(self.peer.text("Hällo"), opaque=opaque),
                "signed %s" % opaque)
            self.assertEqual(("ok", "Signed by bob@example.org"),
                             (seen["level"], seen["title"]))
            self.assertIn("Hällo", seen["body"])
            self.assertEqual([], seen["attachments"])
        self.picture("reader-valid")
        self.assertEqual([], self.hurdles(ROW))

    def test_encrypted(self):
        """Nobody signed it: it says so, and it can be read."""
        seen = self.show(self.peer.encrypt(self.peer.text("Hidden"), "alice"),
                         "encrypted")
        self.assertEqual("This mail is not signed · Encrypted",
                         seen["title"])
        self.assertIn("not changed on its way", seen["advice"])
        self.assertIn("Hidden", seen["body"])
        self.picture("reader-encrypted")

    def test_signed_and_encrypted(self):
        inner = self.peer.sign(self.peer.text("Both"))
        for gcm in (False, True):
            seen = self.show(self.peer.encrypt(inner, "alice", gcm=gcm),
                             "both %s" % gcm)
            self.assertEqual("ok", seen["level"])
            self.assertEqual("Signed by bob@example.org · Encrypted",
                             seen["title"])
            self.assertIn("Both", seen["body"])
        self.picture("reader-both")

    def test_attachment(self):
        entity = (
            b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n" +
            self.peer.text("See it") +
            b"--b\r\nContent-Type: application/octet-stream\r\n"
            b"Content-Disposition: attachment;"
            b" filename*=UTF-8''%C3%BCber.bin\r\n"
            b"Content-Transfer-Encoding: base64\r\n\r\nQUJD\r\n--b--\r\n")
        seen = self.show(self.peer.encrypt(entity, "alice"), "attached")
        self.assertEqual([{"name": "über.bin", "size": 3}],
                         seen["attachments"])
        text = self.steps.run("""
            const [attachment] = aboutMessage().currentAttachments;
            const answer = await new Promise((resolve, reject) => {
                const { NetUtil } = ChromeUtils.importESModule(
                    "resource://gre/modules/NetUtil.sys.mjs");
                NetUtil.asyncFetch({ uri: attachment.url,
                    loadUsingSystemPrincipal: true }, (stream, status) => {
                    if (!Components.isSuccessCode(status)) reject(status);
                    else resolve(NetUtil.readInputStreamToString(stream,
                        stream.available()));
                });
            });
            return answer;
        """)
        self.assertEqual("ABC", text)

    def test_tampered(self):
        signed = self.peer.sign(self.peer.text("Pay 10 to Carol"))
        seen = self.show(signed.replace(b"Pay 10", b"Pay 99"), "tampered")
        self.assertEqual(("bad", "The signature is not valid"),
                         (seen["level"], seen["title"]))
        self.assertIn(CHANGED, seen["advice"])
        self.assertIn("Do not rely on", seen["advice"])
        self.picture("reader-tampered")
        self.assertEqual([], self.hurdles(ROW))

    def test_another_sender(self):
        """Bob's signature says nothing about a mail from Carol."""
        signed = self.peer.sign(self.peer.text("Trust me"))
        for entity in (signed, self.peer.encrypt(signed, "alice")):
            seen = self.show(entity, "spoofed %d" % len(entity),
                             sender="carol@example.org")
            self.assertEqual("bad", seen["level"])
            self.assertIn("another address", seen["advice"])
        self.picture("reader-spoofed")

    def test_misleading_name(self):
        seen = self.show(self.peer.sign(self.peer.text("Hi")), "misleading",
                         sender='"carol@example.org" <bob@example.org>')
        self.assertEqual("warn", seen["level"])

    def test_untrusted_and_expired(self):
        seen = self.show(self.peer.sign(self.peer.text("Hi"), "mallory"),
                         "untrusted", sender="mallory@example.org")
        self.assertEqual("warn", seen["level"])
        self.assertIn("like a mail without a signature", seen["advice"])
        self.picture("reader-unknown")
        self.assertEqual([], self.hurdles(ROW))
        seen = self.show(self.peer.sign(self.peer.text("Hi"), "expired"),
                         "expired", sender="expired@example.org")
        self.assertEqual("bad", seen["level"])
        self.assertIn("The certificate had expired.", seen["advice"])

    def test_part_of_a_mail(self):
        """What is protected among other parts: never the whole mail's, and
        never opened in place."""
        around = (b"Content-Type: multipart/mixed; boundary=o\r\n\r\n--o\r\n" +
                  self.peer.text("From the list") + b"--o\r\n%s\r\n--o--\r\n")
        signed = self.peer.sign(self.peer.text("Signed part"))
        seen = self.show(around % signed, "partly signed")
        self.assertEqual("warn", seen["level"])
        self.picture("reader-partial")
        hidden = self.peer.encrypt(self.peer.text("Hidden part"), "alice")
        seen = self.show(around % hidden, "partly encrypted",
                         "seen.body.includes('From the list')")
        self.assertNotIn("Hidden part", seen["body"])
        self.assertIn("on its own", seen["body"])

    def test_not_for_me(self):
        """It is said why, and the window stays what it is."""
        subprocess.run(["certutil", "-F", "-d", "sql:" +
                        self.thunderbird.profile, "-n", "erin"], check=True,
                       capture_output=True)
        seen = self.show(self.peer.encrypt(self.peer.text("X"), "erin"),
                         "another's key", "seen.buttons.length > 0")
        self.assertEqual(["tbCertificates", "tbTryAgain"], seen["buttons"])
        self.assertIn("private key", seen["title"])
        self.assertIn("private key", seen["body"])
        self.picture("reader-no-key")

    def test_answers(self):
        """Reply: encrypted again, with the real subject; what somebody else
        may have put there is quoted after asking once."""
        inner = self.peer.sign(self.peer.text("Quote me"))
        self.show(self.peer.encrypt(inner, "alice"), "answer this")
        bar = self.steps.reply()
        self.assertTrue(bar["encrypt"])
        self.assertIn("as the one that it answers", bar["text"])
        self.assertIn("Quote me", self.steps.written()["body"])
        self.picture("composer-reply", "msgcompose")
        self.steps.send()
        mail = self.sent(["bob@example.org"])
        self.assertIn(b"Quote me", self.verify(self.decrypt(mail, "bob")))

        self.show(self.peer.encrypt(self.peer.text("Captured"), "alice"),
                  "not proven", sender="mallory@example.org")
        self.steps.reply()
        self.assertNotIn("Captured", self.steps.written()["body"])
        self.picture("composer-unquoted", "msgcompose")
        self.steps.press("quote")
        self.steps.run("await until(() => composers().length == 1 && "
                       "composers()[0].gMsgCompose?.editor && composers()[0]"
                       ".GetCurrentEditor().rootElement.textContent"
                       ".includes('Captured'), 'the quote')")
        self.steps.discard()
        # once for each sender
        self.steps.reply()
        self.assertIn("Captured", self.steps.written()["body"])

    def test_changed_outside(self):
        """Only what is protected is shown, and answered."""
        self.steps.compose(to=ME, subject="Real", body="Text\n")
        self.steps.send()
        mail = self.sent([ME])
        self.deliver(mail.replace(
            b"Subject:", b"Reply-To: mallory@example.org\r\nSubject:"),
            From="The Boss <boss@example.org>", Subject="[changed]",
            To="mallory@example.org, carol@example.org")
        self.steps.open("[changed]")
        seen = self.steps.seen("seen.level && seen.subject == 'Real'")
        self.assertEqual("Signed by alice@example.org · Encrypted",
                         seen["title"])
        self.assertIn("differ", seen["advice"])
        self.assertIn(ME, seen["from"])
        for name in ("boss", "mallory", "carol"):
            self.assertNotIn(name, seen["header"].lower())
        self.picture("reader-changed-outside")
        for command in ("cmd_reply", "cmd_replyall"):
            self.steps.reply(command)
            written = self.steps.written()
            self.assertEqual([ME], written["to"] + written["cc"])
            self.assertEqual("Re: Real", written["subject"])
            self.steps.discard()

    def test_repeated_fields(self):
        """What is in a text for readers that do not know protected fields is
        neither shown nor quoted (RFC 9788 section 4.5.3)."""
        plain = (b"Content-Type: text/plain; hp-legacy-display=\"1\"%s\r\n"
                 b"\r\nSubject: Real\r\nKeywords: Twice\r\n\r\nPlain text\r\n")
        html = (b"Content-Type: text/html; hp-legacy-display=\"1\"%s\r\n\r\n"
                b"<html><body><div class=\"header-protection-legacy-display\">"
                b"\r\n<pre>Subject: Real\r\nKeywords: Twice</pre></div>\r\n"
                b"<p>HTML text</p>"
                b"</body></html>\r\n")
        both = (b"Content-Type: multipart/alternative; boundary=a%s\r\n\r\n"
                b"--a\r\n" + plain % b"" + b"--a\r\n" + html % b"" +
                b"--a--\r\n")
        for subject, text, entity in (("[plain]", "Plain text", plain),
                                      ("[html]", "HTML text", html),
                                      ("[both]", "HTML text", both)):
            fields = ("From: bob@example.org\r\nTo: %s\r\nSubject: Real\r\n"
                      "Keywords: Twice\r\nHP-Outer: From: bob@example.org\r\n"
                      "HP-Outer: To: %s\r\nHP-Outer: Subject: %s\r\n" % (
                          ME, ME, subject)).encode()
            signed = self.peer.sign(fields + entity % b"; hp=\"cipher\"",
                                    opaque=True)
            seen = self.show(self.peer.encrypt(signed, "alice"), subject,
                             "seen.level && seen.subject == 'Real'")
            self.assertEqual("Signed by bob@example.org · Encrypted",
                             seen["title"])
            self.assertIn(text, seen["body"])
            self.assertNotIn("Twice", seen["body"])
            self.steps.reply()
            written = self.steps.written()
            self.assertEqual("Re: Real", written["subject"])
            self.assertIn(text, written["body"])
            self.assertNotIn("Twice", written["body"])
            self.steps.discard()
        self.picture("reader-repeated-fields")

    def test_remote_content(self):
        """None for what was encrypted, whoever is allowed: its text could be
        sent out by it."""
        asked = []

        class Site(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                asked.append(self.path)
                self.send_response(404)
                self.end_headers()

            def log_message(self, *args):
                pass

        site = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Site)
        threading.Thread(target=site.serve_forever, daemon=True).start()
        self.addCleanup(site.server_close)
        self.addCleanup(site.shutdown)
        self.steps.run("""
            Services.perms.addFromPrincipal(Services.scriptSecurityManager
                .createContentPrincipal(Services.io.newURI(
                "chrome://messenger/content/email=bob@example.org"), {}),
                "image", Services.perms.ALLOW_ACTION);
        """)

        def page(name):
            return (b"Content-Type: text/html\r\n\r\n<p>Picture</p>"
                    b"<img src='http://127.0.0.1:%d/%s.png'>\r\n" %
                    (site.server_port, name))
        self.show(page(b"plain"), "remote plain", "seen.body.includes('Pict')")
        self.show(self.peer.encrypt(page(b"hidden"), "alice"),
                  "remote hidden", "seen.level")
        self.show(self.peer.encrypt(self.peer.sign(page(b"both")), "alice"),
                  "remote both", "seen.level")
        time.sleep(1)
        # the first shows that it could be asked
        self.assertEqual(["/plain.png"], asked)

    def test_sent_on(self):
        inner = self.peer.sign(self.peer.text("Send me on"))
        self.show(self.peer.encrypt(inner, "alice"), "send on")
        bar = self.steps.reply("cmd_forwardInline")
        self.assertTrue(bar["encrypt"])
        self.assertIn("Send me on", self.steps.written()["body"])
        self.steps.add("carol@example.org")
        self.assertEqual("ok", self.steps.bar()["level"])
        self.steps.send()
        mail = self.sent(["carol@example.org"])
        self.assertIn(b"Send me on", self.decrypt(mail, "carol"))
        bar = self.steps.reply("cmd_forwardAttachment")
        self.assertTrue(bar["encrypt"])
        self.assertEqual(1, len(self.steps.written()["attachments"]))
        self.steps.add("bob@example.org")
        bar = self.steps.bar("/will be signed/.test(shown.text)")
        self.assertIn("others cannot open it", bar["text"])
        self.steps.send()
        entity = self.parse(self.verify(self.decrypt(
            self.sent(["bob@example.org"]), "bob")))
        [attached] = entity.iter_attachments()
        # as it was: what Alice could read
        self.assertEqual("message/rfc822", attached.get_content_type())
        self.assertIn(b"Send me on", self.decrypt(
            bytes(attached.get_content()), "alice"))
        for command in ("cmd_editAsNew", "cmd_redirect"):
            self.assertTrue(self.steps.reply(command)["encrypt"])
            self.assertIn("Send me on", self.steps.written()["body"])
            self.steps.discard()

    def test_own_window(self):
        inner = self.peer.sign(self.peer.text("In a window"))
        self.show(self.peer.encrypt(inner, "alice"), "window")
        self.steps.run("""
            const { MailUtils } = ChromeUtils.importESModule(
                "resource:///modules/MailUtils.sys.mjs");
            MailUtils.openMessageInNewWindow(aboutMessage().gMessage);
            await until(() => Services.wm.getMostRecentWindow(
                "mail:messageWindow")?.messageBrowser?.contentWindow
                ?.gMessage, "the window");
        """)
        try:
            seen = self.steps.seen("seen.level == 'ok'")
            self.assertIn("In a window", seen["body"])
        finally:
            self.steps.run("""
                const win = Services.wm.getMostRecentWindow(
                    "mail:messageWindow");
                win.close();
                await until(() => win.closed, "the end");
            """)

    def test_not_in_the_index(self):
        """What the search index and filters get holds nothing of it."""
        self.show(self.peer.encrypt(self.peer.text("Not for search"),
                                    "alice"), "index me")
        text = self.steps.run("""
            const { MsgHdrToMimeMessage } = ChromeUtils.importESModule(
                "resource:///modules/gloda/MimeMessage.sys.mjs");
            const hdr = aboutMessage().gMessage;
            const mime = await new Promise(resolve => MsgHdrToMimeMessage(hdr,
                null, (_, message) => resolve(message), true,
                { saneBodySize: true }));
            return mime.coerceBodyToPlaintext(hdr.folder) +
                JSON.stringify(mime);
        """)
        self.assertNotIn("Not for search", text)

    def test_quick_change(self):
        """Mails that are opened one after another get their own verdict and
        text each."""
        for number in range(4):
            self.imap.append(self.user, self.peer.mail(self.peer.encrypt(
                self.peer.sign(self.peer.text("Text %d" % number)), "alice"),
                "quick %d" % number))
        for number in range(4):
            self.steps.open("quick %d" % number)
        for number in (1, 3, 0, 2):
            self.steps.open("quick %d" % number)
            if number in (0, 2):
                seen = self.steps.seen("seen.level == 'ok'")
                self.assertIn("Text %d" % number, seen["body"])
                self.assertEqual(1, seen["body"].count("Text "))

    def test_attached_mail(self):
        """A mail in a mail is opened by itself."""
        inner = self.peer.mail(self.peer.encrypt(self.peer.sign(
            self.peer.text("Inside")), "alice"), "attached one")
        outer = (b"Content-Type: multipart/mixed; boundary=o\r\n\r\n--o\r\n" +
                 self.peer.text("Look") + b"--o\r\nContent-Type: "
                 b"message/rfc822; name=mail.eml\r\nContent-Disposition: "
                 b"attachment; filename=mail.eml\r\n\r\n" + inner +
                 b"\r\n--o--\r\n")
        self.imap.append(self.user, self.peer.mail(outer, "has a mail"))
        self.steps.open("has a mail")
        seen = self.steps.seen("seen.attachments.length > 0")
        self.assertNotIn("Inside", seen["body"])
        self.steps.run("""
            const win = aboutMessage();
            const [attachment] = win.currentAttachments;
            attachment.open(win.browsingContext);
            await until(() => /^file:/.test(aboutMessage()?.gMessageURI),
                "the tab");
        """)
        seen = self.steps.seen("seen.body.includes('Inside') && seen.level")
        self.assertEqual(("ok", "Signed by bob@example.org · Encrypted"),
                         (seen["level"], seen["title"]))

    def test_details(self):
        self.show(self.peer.sign(self.peer.text("Hi")), "details")
        self.steps.run("""
            aboutMessage().document.querySelector(
                "#nssmime-verdict .tbDetails").click();
            await until(() => Services.wm.getMostRecentWindow(
                "mail:extensionPopup")?.document.querySelector("browser")
                ?.contentTitle?.startsWith("Message security"), "details");
        """)
        self.addCleanup(self.steps.close_popup)
        self.assertIn("bob@example.org", self.steps.inside(
            "document.querySelector('.verdict') && document.body.innerText"))
        self.assertEqual([], self.hurdles())
        self.picture("details", "mail:extensionPopup")

    def test_details_of_any(self):
        """By the button among Thunderbird's own, also where nothing of it is
        S/MIME, and where it cannot be opened."""
        self.show(self.peer.text("Plain"), "plain", "seen.body")
        self.assertIn("This mail is not signed", self.details_by_button())
        self.show(self.peer.encrypt(self.peer.text("X"), "stranger"), "not mine",
                  "seen.buttons.length > 0")
        self.assertIn("private key for this is not here",
                      self.details_by_button())

    def details_by_button(self):
        self.steps.run("""
            const { document } = aboutMessage();
            document.getElementById(
                "thunderbird_nssmime-messageDisplayAction-toolbarbutton")
                .click();
            await until(() => Services.wm.getMostRecentWindow(
                "mail:extensionPopup")?.document.querySelector("browser")
                ?.contentTitle?.startsWith("Message security"), "details");
        """)
        text = self.steps.inside("document.querySelector('.verdict, .notice')"
                                 " && document.body.innerText")
        self.assertNotIn("not open any more", text)
        self.steps.close_popup()
        return text

    def test_print(self):
        inner = self.peer.sign(self.peer.text("On paper"))
        self.show(self.peer.encrypt(inner, "alice"), "print me")
        text = self.steps.run("""
            const win = aboutMessage();
            const uri = MailServices.messageServiceFromURI(win.gMessageURI)
                .getUrlForUri(win.gMessageURI);
            const spec = uri.spec + (uri.query ? "&" : "?") +
                "header=print";
            const browser = main.document.createXULElement("browser");
            browser.setAttribute("type", "content");
            browser.setAttribute("maychangeremoteness", "true");
            main.document.documentElement.append(browser);
            browser.fixupAndLoadURIString(spec, { triggeringPrincipal:
                Services.scriptSecurityManager.getSystemPrincipal() });
            const body = await until(() =>
                browser.contentDocument?.body?.textContent.trim(), "print");
            browser.remove();
            return body;
        """)
        self.assertIn("On paper", text)


if __name__ == "__main__":
    unittest.main()
