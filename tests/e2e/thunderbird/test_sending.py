# SPDX-License-Identifier: MPL-2.0
"""Mail that is written in Thunderbird, as it is on the wire."""

import os
import unittest

from case import ME, Case

BODY = "Grüße aus Köln\nand a second line\n"
NAME = "Übersicht ä€.txt"


class Sending(Case):
    def attachment(self, name=NAME, content=b"attached\n"):
        path = os.path.join(self.folder, name)
        with open(path, "wb") as file:
            file.write(content)
        return path

    def choose(self, sign, encrypt):
        bar = self.steps.bar()
        for name, wanted in (("sign", sign), ("encrypt", encrypt)):
            if bar[name] != wanted:
                self.steps.press(name)
                bar = self.steps.bar(
                    "shown.%s == %s" % (name, str(wanted).lower()))
        return bar

    def content(self, entity, subject):
        """Checks what arrived; the inner entity has the real subject."""
        mail = self.parse(entity)
        self.assertEqual(subject, mail["Subject"])
        body = mail.get_body(("plain",)).get_content()
        self.assertIn("Grüße aus Köln", body)
        attached = list(mail.iter_attachments())
        self.assertEqual([NAME], [each.get_filename() for each in attached])
        self.assertEqual("attached\n", attached[0].get_content().replace(
            "\r\n", "\n"))

    def test_signed(self):
        self.steps.compose(to="bob@example.org", subject="Signed £",
                           body=BODY, attachments=[self.attachment()])
        bar = self.choose(True, False)
        self.assertEqual("ok", bar["level"])
        self.assertEqual(
            "This mail will be signed, and not encrypted.", bar["text"])
        self.picture("composer-signed", "msgcompose")
        self.steps.send()
        mail = self.sent(["bob@example.org"])
        self.assertEqual("Signed £", self.parse(mail)["Subject"])
        self.assertIn(b"multipart/signed", mail)
        entity = self.parse(self.verify(mail))
        self.assertEqual([NAME], [each.get_filename()
                                  for each in entity.iter_attachments()])

    def test_encrypted(self):
        self.steps.compose(to="bob@example.org", subject="Secret £",
                           body=BODY, attachments=[self.attachment()])
        bar = self.choose(False, True)
        self.assertEqual(
            "This mail will be encrypted, but not signed.", bar["text"])
        self.steps.send()
        mail = self.sent(["bob@example.org"])
        self.assertEqual("[...]", self.parse(mail)["Subject"])
        self.assertNotIn(b"Secret", mail)
        self.assertNotIn(b"multipart/signed", self.decrypt(mail, "bob"))
        self.content(self.decrypt(mail, "bob"), "Secret £")

    def test_signed_and_encrypted(self):
        """To RSA and EC recipients, and oneself, whose copy is in Sent."""
        before = len(self.imap.messages(ME, "Sent"))
        bar = self.steps.compose(
            to="Bob <bob@example.org>, Carol <carol@example.org>",
            cc="dave@example.org", subject="Both £", body=BODY,
            attachments=[self.attachment()], html=True)
        # every recipient has a certificate: it is so by itself
        self.assertEqual((True, True, "ok"),
                         (bar["sign"], bar["encrypt"], bar["level"]))
        self.picture("composer-both", "msgcompose")
        self.steps.send()
        mail = self.sent(["bob@example.org", "carol@example.org",
                          "dave@example.org"])
        for person in ("bob", "carol", "dave", "alice"):
            self.content(self.verify(self.decrypt(mail, person)), "Both £")
        self.refuses(mail, "erin")
        copies = self.wait_for("Sent", before + 1)
        self.assertIn(b"Both", self.decrypt(copies[-1], "alice"))
        self.steps.open("[...]", "SentMail")
        seen = self.steps.seen("seen.level == 'ok'")
        self.assertEqual("Both £", seen["subject"])
        self.assertIn("Grüße aus Köln", seen["body"])

    def wait_for(self, folder, count):
        """The copy is made after the mail was sent."""
        self.steps.run("""
            const folder = server.rootFolder.descendants.find(f =>
                f.name == args[0]);
            await until(() => { folder.updateFolder(main.msgWindow);
                return sleep(100).then(() =>
                    folder.getTotalMessages(false) >= args[1]); }, "copy");
        """, folder, count)
        return self.imap.messages(ME, folder)

    def test_neither(self):
        """What is not protected goes out as it is."""
        self.steps.compose(to="bob@example.org", subject="Plain", body=BODY)
        bar = self.choose(False, False)
        self.assertEqual("info", bar["level"])
        self.steps.send()
        mail = self.sent(["bob@example.org"])
        self.assertEqual("text/plain", self.parse(mail).get_content_type())

    def test_bcc(self):
        """Each in a mail of their own, and nowhere else but in the copy
        that its writer keeps."""
        before = len(self.imap.messages(ME, "Sent"))
        self.steps.compose(
            to="bob@example.org", bcc="carol@example.org, dave@example.org",
            subject="Blind", body=BODY)
        self.choose(True, True)
        self.steps.send()
        for blind in ("carol", "dave"):
            mail = self.sent([blind + "@example.org"])
            entity = self.verify(self.decrypt(mail, blind))
            self.unnamed(mail, entity)
            for other in {"carol", "dave"} - {blind}:
                self.refuses(mail, other)
        mail = self.sent(["bob@example.org"])
        entity = self.verify(self.decrypt(mail, "bob"))
        self.refuses(mail, "carol")
        self.refuses(mail, "dave")
        self.unnamed(mail, entity)
        self.assertTrue(self.smtp.nothing())
        kept = self.wait_for("Sent", before + 1)[before]
        self.assertIn(b"\r\nBcc: carol@example.org, dave@example.org\r\n",
                      b"\r\n" + kept)

    def unnamed(self, mail, entity):
        """Nobody who gets a blind copy is in a header, outside or inside."""
        for text in (mail, entity):
            header = text.replace(b"\r\n", b"\n").partition(b"\n\n")[0]
            self.assertIn(b"bob@example.org", header)
            for name in (b"carol", b"dave", b"bcc:"):
                self.assertNotIn(name, header.lower())

    def test_later(self):
        """What waits in the Outbox is protected; blind copies cannot wait."""
        self.steps.outbox()
        self.steps.compose(to="bob@example.org", bcc="carol@example.org",
                           subject="Later £", body=BODY,
                           attachments=[self.attachment()])
        self.choose(True, True)
        self.steps.send(closes=False, later=True)
        bar = self.steps.bar("/^Not sent/.test(shown.text)")
        self.assertIn("which the Outbox cannot do", bar["text"])
        self.steps.discard()
        self.steps.compose(to="bob@example.org", subject="Later £", body=BODY,
                           attachments=[self.attachment()])
        self.choose(True, True)
        self.steps.send(later=True)
        self.assertTrue(self.smtp.nothing())
        self.steps.send_waiting()
        self.content(self.verify(self.decrypt(
            self.sent(["bob@example.org"]), "bob")), "Later £")

    def test_bcc_alone(self):
        self.steps.compose(bcc="carol@example.org", subject="Alone",
                           body=BODY)
        self.choose(True, True)
        self.steps.send()
        mail = self.sent(["carol@example.org"])
        self.verify(self.decrypt(mail, "carol"))
        self.assertTrue(self.smtp.nothing())

    def test_bcc_refused_by_the_server(self):
        """Then nothing goes to the others either."""
        self.smtp.refuse.add("dave@example.org")
        self.addCleanup(self.smtp.refuse.clear)
        self.steps.compose(to="bob@example.org", bcc="dave@example.org",
                           subject="Blind", body=BODY)
        self.choose(True, True)
        self.steps.send(closes=False)
        bar = self.steps.bar("/^Not sent/.test(shown.text)")
        self.assertEqual("bad", bar["level"])
        self.assertTrue(self.smtp.nothing())

    def test_bcc_given_up(self):
        """Thunderbird asks about big ones: after a no nothing is left."""
        bound = "Services.prefs.setIntPref('mailnews.message_warning_size', %d)"
        self.steps.run(bound % 1)
        self.addCleanup(self.steps.run, bound % 0)
        self.steps.compose(to="bob@example.org", bcc="dave@example.org",
                           subject="Blind", body=BODY)
        self.choose(True, True)
        self.steps.send(closes=False)
        self.steps.say_no()
        # it says that it failed
        self.steps.say_no()
        self.steps.bar()
        self.assertTrue(self.smtp.nothing())
        self.assertEqual([], self.leaks())

    def test_without_a_certificate(self):
        bar = self.steps.compose(
            to="bob@example.org, stranger@example.org, expired@example.org",
            subject="Not sent", body=BODY)
        self.assertEqual((True, False), (bar["sign"], bar["encrypt"]))
        self.assertIn("stranger@example.org", bar["text"])
        self.assertIn("expired@example.org (The certificate had expired.)",
                      bar["text"])
        self.steps.press("encrypt")
        bar = self.steps.bar("shown.encrypt")
        self.assertEqual("bad", bar["level"])
        self.steps.send(closes=False)
        bar = self.steps.bar("/^Not sent/.test(shown.text)")
        self.assertIn("stranger@example.org", bar["text"])
        self.picture("composer-refused", "msgcompose")
        self.assertTrue(self.smtp.nothing())
        self.assertIn("second line", self.steps.written()["body"])

    def test_own_certificate_expired(self):
        """It is said so, and nothing is promised."""
        rename = ("MailServices.accounts.defaultAccount.defaultIdentity.email"
                  " = '%s';")
        self.steps.run(rename % "expired@example.org")
        self.addCleanup(self.steps.run, rename % ME)
        bar = self.steps.compose(to="bob@example.org", subject="Old",
                                 body=BODY)
        self.assertEqual((False, False), (bar["sign"], bar["encrypt"]))
        self.assertIn("expired@example.org (The certificate had expired.)",
                      bar["text"])
        self.picture("composer-expired", "msgcompose")
        self.steps.press("sign")
        self.steps.bar("shown.sign && shown.level == 'bad'")
        self.steps.send(closes=False)
        self.steps.bar("/^Not sent/.test(shown.text)")
        self.assertTrue(self.smtp.nothing())

    def test_recipients_as_they_are_typed(self):
        bar = self.steps.compose(to="bob@example.org", subject="Typed",
                                 body=BODY)
        self.assertTrue(bar["encrypt"])
        self.steps.add("stranger@example.org")
        bar = self.steps.bar("!shown.encrypt")
        self.assertIn("stranger@example.org", bar["text"])

    def test_typed_last(self):
        """What was typed at the very last counts; but nothing goes out with
        less than was shown."""
        self.steps.compose(subject="Last £", body=BODY,
                           attachments=[self.attachment()])
        self.steps.bar("!shown.encrypt")
        self.steps.run("""
            const win = composers().at(-1);
            win.document.getElementById("toAddrInput").value =
                "bob@example.org";
            win.onRecipientsChanged();
            win.document.getElementById("button-send").disabled = false;
        """)
        self.steps.send()
        self.content(self.verify(self.decrypt(
            self.sent(["bob@example.org"]), "bob")), "Last £")

        self.steps.compose(to="bob@example.org", subject="Less", body=BODY)
        self.steps.bar("shown.encrypt")
        self.steps.add("stranger@example.org")
        self.steps.send(closes=False)
        bar = self.steps.bar("/^Not sent yet/.test(shown.text)")
        self.assertIn("not encrypted", bar["text"])
        self.assertIn("stranger@example.org", bar["text"])
        self.assertEqual((True, False), (bar["sign"], bar["encrypt"]))
        self.assertTrue(self.smtp.nothing())
        self.steps.send()
        self.verify(self.sent(["bob@example.org", "stranger@example.org"]))

    def test_draft(self):
        """On the server it is for its writer alone, and it goes on."""
        self.steps.compose(to="bob@example.org", subject="Draft £",
                           body=BODY, attachments=[self.attachment()])
        self.choose(True, True)
        self.steps.save()
        self.steps.discard()
        drafts = self.imap.messages(ME, "Drafts")
        self.assertEqual(1, len(drafts))
        self.assertNotIn(b"multipart/mixed", drafts[0])
        self.content(self.decrypt(drafts[0], "alice"), "Draft £")
        self.refuses(drafts[0], "bob")

        self.steps.open("[...]", "Drafts")
        # What was selected in the mail is gone if it is shown anew while the
        # composer is on its way.
        self.steps.run("""
            const box = new Cu.Sandbox(null);
            const selected = Cu.evalInSandbox("({})", box);
            Cu.nukeSandbox(box);
            const { gMessage, gMessageURI } = aboutMessage();
            MailServices.compose.OpenComposeWindow(null, gMessage, gMessageURI,
                Ci.nsIMsgCompType.Draft, Ci.nsIMsgCompFormat.Default,
                MailServices.accounts.defaultAccount.defaultIdentity, "",
                main.msgWindow, selected, false);
        """)
        bar = self.steps.bar()
        self.assertEqual((True, True), (bar["sign"], bar["encrypt"]))
        written = self.steps.written()
        self.assertIn("Grüße aus Köln", written["body"])
        self.assertEqual("Draft £", written["subject"])
        self.assertEqual([NAME], written["attachments"])
        self.steps.send()
        mail = self.sent(["bob@example.org"])
        self.content(self.verify(self.decrypt(mail, "bob")), "Draft £")

    def test_own_protection_of_thunderbird(self):
        """Nothing is protected twice, whoever is switched on when."""
        self.steps.own_protection(ME, sign=True, encrypt=True)
        self.addCleanup(self.steps.own_protection, "")
        self.steps.compose(to="bob@example.org", subject="Own £", body=BODY)
        bar = self.steps.bar("/own S.MIME/.test(shown.text)")
        self.assertEqual(("info", False, False),
                         (bar["level"], bar["sign"], bar["encrypt"]))
        self.picture("composer-built-in", "msgcompose")
        self.steps.send()
        self.once(self.sent(["bob@example.org"]))

        # it is switched on in the mail
        self.steps.own_protection(ME, sign=False, encrypt=False)
        self.steps.compose(to="bob@example.org", subject="Own £", body=BODY)
        self.assertEqual("ok", self.steps.bar("shown.encrypt")["level"])
        toggle = "composers().at(-1).toggleEncryptMessage();"
        self.steps.run(toggle)
        # nobody chose otherwise: it takes over
        self.steps.bar("/own S.MIME/.test(shown.text) && !shown.encrypt")
        self.steps.press("encrypt")
        self.steps.bar("/both switched on/.test(shown.text)")
        self.steps.send(closes=False)
        bar = self.steps.bar("/^Not sent/.test(shown.text)")
        self.assertIn("Switch one of them off", bar["text"])
        self.assertTrue(self.smtp.nothing())
        self.steps.run(toggle)
        self.steps.bar("shown.level == 'ok' && shown.sign && shown.encrypt")
        self.steps.send()
        self.once(self.sent(["bob@example.org"]))

    def once(self, mail):
        """One layer of encryption, and one of signing in it."""
        entity = self.decrypt(mail, "bob")
        self.assertIn(b"multipart/signed", entity)
        text = self.parse(self.verify(entity))
        self.assertEqual("text/plain", text.get_content_type())
        self.assertIn("Grüße aus Köln", text.get_content())

    def test_big(self):
        """25 MB, both ways: it says how far it is, and can be given up."""
        content = os.urandom(1 << 20).hex().encode() * 12
        self.steps.compose(
            to=ME, subject="Big", body=BODY,
            attachments=[self.attachment("big.txt", content)])
        self.choose(True, True)
        self.steps.send(closes=False)
        said = self.steps.stop("bar")
        self.assertRegex(said[-1], r"^Protecting the mail… \d+ %$")
        bar = self.steps.bar("/^Not sent/.test(shown.text)")
        self.assertEqual("info", bar["level"])
        self.assertIn("You stopped it", bar["text"])
        self.assertTrue(self.smtp.nothing())
        written = self.steps.written()
        self.assertIn("second line", written["body"])
        self.assertEqual(["big.txt"], written["attachments"])
        self.assertEqual([], self.leaks())

        self.steps.send()
        mail = self.sent([ME])
        self.assertGreater(len(mail), 25 << 20)
        self.assertTrue(self.smtp.nothing())
        self.deliver(mail, Subject="[big]")
        self.steps.open("[big]")
        said = self.steps.stop("row")
        self.assertRegex(said[-1], r"^Checking the mail… \d+ %$")
        seen = self.steps.seen("seen.level")
        self.assertEqual(("info", ["tbTryAgain"]),
                         (seen["level"], seen["buttons"]))
        self.assertIn("You stopped it", seen["title"])
        self.assertNotIn("second line", seen["body"])

        self.steps.try_again()
        seen = self.steps.seen("seen.level == 'ok'")
        self.assertEqual([{"name": "big.txt", "size": len(content)}],
                         seen["attachments"])


if __name__ == "__main__":
    unittest.main()
