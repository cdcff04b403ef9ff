# SPDX-License-Identifier: MPL-2.0
"""CreateSmimeFromMessage: what is written in the page, as a mail that openssl
opens and that this program reads back."""

import base64
import email.utils
import json
import time
import unittest

from owa_case import (BOTH, CLEAR, CREATE, ENCRYPTED, OPAQUE, TRIPLE, OwaCase,
                      email_message, inner, mail, mailbox, uri)

PNG = bytes(range(256))


def attachment(name="a.png", kind="image/png", data=PNG, **more):
    return dict({"__type": "FileAttachment:#Exchange", "Name": name,
                 "ContentType": kind,
                 "Content": base64.b64encode(data).decode()}, **more)


class Forms(OwaCase):
    def type(self, data):
        return inner(data).get_content_type()

    def test_clear_signed(self):
        """The usual form of a signature, whoever asks for it however."""
        for kind in (None, CLEAR):
            made = self.create(sign="alice", kind=kind)
            self.assertEqual(self.type(made), "multipart/signed")
            self.assertIn(b"<p>Hello</p>", self.plain(made))

    def test_opaque_signed(self):
        made = self.create(sign="alice", kind=OPAQUE)
        self.assertIn(b"smime-type=signed-data", made)
        self.assertIn(b"<p>Hello</p>", self.verified(made))

    def test_encrypted(self):
        for kind in (None, ENCRYPTED):
            made = self.create(to=["bob"], kind=kind)
            self.assertIn(b"smime-type=enveloped-data", made)
            self.assertIn(b"<p>Hello</p>", self.decrypted("bob", made))
            self.assertNotIn(b"signed", self.decrypted("bob", made))

    def test_signed_and_encrypted(self):
        for kind in (None, BOTH):
            made = self.create(sign="alice", to=["bob"], kind=kind)
            self.assertIn(b"<p>Hello</p>", self.plain(made, "bob"))
        answer = self.owa.ask(CREATE, **self.creating(
            sign="alice", to=["bob"], kind=13))
        self.assertIn(b"<p>Hello</p>", self.plain(
            self.data(answer).encode(), "bob"))
        self.assertEqual(answer["Notes"], ["signed-before-it-was-encrypted"])

    def test_triple_wrapped(self):
        made = self.create(sign="alice", to=["bob"], kind=TRIPLE)
        self.assertEqual(self.type(made), "multipart/signed")
        inside = self.verified(made)
        self.assertIn(b"<p>Hello</p>", self.plain(inside, "bob"))

    def test_read_back(self):
        for sign, to, kind, seen in (
                ("alice", (), None, CLEAR), ("alice", (), OPAQUE, OPAQUE),
                (None, ["bob"], None, ENCRYPTED),
                ("alice", ["bob", "carol"], None, BOTH),
                ("alice", ["bob"], TRIPLE, TRIPLE)):
            made = self.create(sign=sign, to=to, kind=kind)
            data = self.read_message(uri(made, "message/rfc822"))
            self.assertEqual(data["SmimeType"], seen)
            self.assertEqual(data["NormalizedBody"],
                             {"__type": "BodyContentType:#Exchange",
                              "BodyType": "HTML", "Value": "<p>Hello</p>"})
            self.assertEqual(data["SmimeSignature"]["IsHashMatched"],
                             sign is not None)
            self.assertEqual(data["SmimeSignature"]["IsCertValidToClient"],
                             sign is not None)

    def test_the_sender_reads_it(self):
        """His own certificate is added, if the server has not given it."""
        for to in (["bob"], ["bob", "alice"]):
            made = self.create(to=to)
            for name in ("alice", "bob"):
                self.assertIn(b"Hello", self.decrypted(name, made))
            self.assertEqual(self.recipients(made)[0], 2)

    def test_kinds_of_keys(self):
        for name in ("alice", "bob", "carol", "dave", "erin", "pss"):
            made = self.create(email_message(sender=name), sign=name)
            self.verified(made)
        for name in ("alice", "bob", "carol", "dave", "erin"):
            made = self.create(to=[name])
            self.assertIn(b"Hello", self.decrypted(name, made))

    def test_recipients_that_no_database_has(self):
        """The server gives what the user does not have."""
        self.pki.issue(self.folder, "new", "new@example.org",
                       "20250101000000Z", "20990101000000Z")
        given = json.dumps([base64.b64encode(self.pki.der(
            "new", self.folder)).decode()])
        made = self.create(EncryptionCertificates=given)
        path = self.folder + "/new"
        self.assertIn(b"Hello", self.openssl(
            "cms", "-decrypt", "-in", self.file(made), "-inkey",
            path + ".key", "-recip", path + ".crt"))
        # an array is taken as well as a text that is one
        made = self.create(EncryptionCertificates=json.loads(given))
        self.assertEqual(self.recipients(made)[0], 2)

    def test_recipients_by_address(self):
        """Exchange Online sends no certificates: those at hand are taken."""
        for given in ({}, {"EncryptionCertificates": None},
                      {"EncryptionCertificates": ""},
                      {"EncryptionCertificates": "[]"}):
            made = self.create(email_message(
                ("bob",), CcRecipients=[mailbox("carol")]),
                kind=ENCRYPTED, **given)
            for name in ("alice", "bob", "carol"):
                self.assertIn(b"Hello", self.decrypted(name, made))

    def test_signed_without_a_certificate(self):
        """Nor for signing: the sender's own is chosen."""
        for given in ({}, {"SigningCertificate": None},
                      {"SigningCertificate": ""}):
            made = self.create(kind=CLEAR, **given)
            self.verified(made)
            self.assertIn("alice", self.read_message(uri(
                made, "message/rfc822"))["SmimeSignature"]["CertIssuedTo"])


class Header(OwaCase):
    def header_of(self, **more):
        return inner(self.create(email_message(**more), sign="alice"))

    def test_addresses(self):
        header = self.header_of(
            to=("bob", "carol"), CcRecipients=[
                mailbox("dave"), {"Name": "J\u00f6rg, \"x\" <y>",
                                  "EmailAddress": "j@example.org"}],
            BccRecipients=[mailbox("erin")])
        self.assertEqual(str(header["From"]), "Alice <alice@example.org>")
        self.assertEqual(str(header["To"]),
                         "Bob <bob@example.org>, Carol <carol@example.org>")
        self.assertEqual(
            [(a.display_name, a.addr_spec) for a in header["Cc"].addresses],
            [("Dave", "dave@example.org"),
             ("J\u00f6rg, \"x\" <y>", "j@example.org")])
        self.assertEqual(str(header["Bcc"]), "Erin <erin@example.org>")

    def test_other_fields(self):
        header = self.header_of(
            Importance="High", Sensitivity="Confidential",
            InReplyTo="<a@b>", References="<a@b> <c@d>",
            IsReadReceiptRequested=True)
        self.assertEqual(str(header["Subject"]), "Gr\u00fc\u00dfe \U0001f600")
        self.assertEqual(header["Importance"], "high")
        self.assertEqual(header["Sensitivity"], "Company-Confidential")
        self.assertEqual(header["In-Reply-To"], "<a@b>")
        self.assertEqual(header["References"], "<a@b> <c@d>")
        self.assertEqual(header["Disposition-Notification-To"],
                         "alice@example.org")
        self.assertEqual(header["MIME-Version"], "1.0")
        self.assertRegex(header["Message-ID"],
                         r"^<[0-9a-f]{32}@example\.org>$")
        self.assertLess(abs(email.utils.parsedate_to_datetime(
            header["Date"]).timestamp() - time.time()), 60)
        header = self.header_of(InternetMessageId="<mine@example.org>")
        self.assertEqual(header["Message-ID"], "<mine@example.org>")
        for name in ("Importance", "Sensitivity", "In-Reply-To",
                     "References", "Bcc", "Cc",
                     "Disposition-Notification-To"):
            self.assertIsNone(header[name])

    def test_identifiers_differ(self):
        self.assertEqual(len({self.header_of()["Message-ID"]
                              for _ in range(5)}), 5)

    def test_nothing_breaks_out(self):
        """No line of a header is anybody's but ours."""
        evil = "x\r\nEvil: yes\n\r\nbody"
        header = self.header_of(
            Subject=evil, InReplyTo="<a@b>\r\nEvil: yes",
            InternetMessageId=evil, Importance=evil, Sensitivity=evil,
            CcRecipients=[{"Name": evil, "EmailAddress": "b@example.org"}],
            attachments=[attachment(evil, evil, ContentId=evil),
                         attachment(evil, "a/b\r\nEvil: yes", IsInline=True,
                                    ContentId="a>\r\nEvil: <b")])
        self.assertIsNone(header["Evil"])
        for part in header.walk():
            self.assertIsNone(part["Evil"])
        for address in ("a b@example.org", "a@b>\r\nEvil: yes", "x", "",
                        "a@b,c@d", None):
            self.assertEqual(self.code(self.owa.ask(CREATE, **self.creating(
                email_message(ToRecipients=[{"Name": "x", "EmailAddress":
                                             address}]), sign="alice"))), 54)

    def test_what_is_signed(self):
        """Bcc is for the server alone: nothing of it is signed."""
        made = self.create(email_message(BccRecipients=[mailbox("erin")]),
                           sign="alice")
        self.assertNotIn(b"erin", self.verified(made))


class Content(OwaCase):
    def made(self, **more):
        return inner(self.plain(self.create(
            email_message(**more), sign="alice", to=["bob"]), "bob"))

    def tree(self, part):
        if part.is_multipart():
            return (part.get_content_type(),
                    *map(self.tree, part.get_payload()))
        return part.get_content_type()

    def test_texts(self):
        for kind, seen in (("HTML", "text/html"), ("Text", "text/plain")):
            text = "Gr\u00fc\u00dfe \U0001f600\r\n.\r\nFrom me\r\n" + \
                "x" * 2000 + " \r\n\ttab\r\n"
            part = self.made(body=text, kind=kind)
            self.assertEqual(part.get_content_type(), seen)
            self.assertEqual(part.get_payload(decode=True).decode(), text)

    def test_line_ends(self):
        part = self.made(body="a\nb\r\nc", kind="Text")
        self.assertEqual(part.get_payload(decode=True), b"a\r\nb\r\nc")

    def test_attachments(self):
        message = mail("carol", ("dave",))
        part = self.made(attachments=[
            attachment(), attachment("\u20ac.pdf", "application/pdf", b""),
            attachment("x", "no type", b"\0"),
            attachment("x.eml", "message/rfc822", message),
            attachment("y", "multipart/mixed", b"z")])
        self.assertEqual(self.tree(part), (
            "multipart/mixed", "text/html", "image/png", "application/pdf",
            "application/octet-stream", ("message/rfc822", "text/plain"),
            "application/octet-stream"))
        _, png, pdf, none, inside, _ = part.get_payload()
        self.assertEqual(png.get_payload(decode=True), PNG)
        self.assertEqual(png.get_filename(), "a.png")
        self.assertEqual(png.get_content_disposition(), "attachment")
        self.assertEqual(pdf.get_filename(), "\u20ac.pdf")
        self.assertEqual(pdf.get_payload(decode=True), b"")
        self.assertEqual(none.get_payload(decode=True), b"\0")
        self.assertEqual(str(inside.get_payload(0)["From"]),
                         "Carol <carol@example.org>")

    def test_inline_images(self):
        part = self.made(body='<img src="cid:a@b">', attachments=[
            attachment(IsInline=True, ContentId="a@b"),
            attachment("b.png", IsInline=False, ContentId="<c@d>"),
            attachment("c.png", IsInline=True)])
        self.assertEqual(self.tree(part), (
            "multipart/mixed", ("multipart/related", "text/html", "image/png"),
            "image/png", "image/png"))
        related = part.get_payload(0)
        self.assertEqual(related.get_param("type"), "text/html")
        image = related.get_payload(1)
        self.assertEqual(image["Content-ID"], "<a@b>")
        self.assertEqual(image.get_content_disposition(), "inline")
        self.assertEqual(part.get_payload(1)["Content-ID"], "<c@d>")

    def test_images_in_the_text(self):
        """A reply quotes what was read here: its images become parts, which
        other mail programs show."""
        image = base64.b64encode(PNG).decode()
        html = ('<img src="data:image/png;base64,%s"> <img '
                "src='data:image/svg+xml;base64,%s'> "
                '<a href="data:text/html;base64,%s">x</a> data:image/png;'
                'base64,%s "data:image/png;base64," "data:image/png;base64,'
                '%s' % (image, image, image, image, image))
        part = self.made(body=html)
        self.assertEqual(self.tree(part), (
            "multipart/related", "text/html", "image/png", "image/svg+xml"))
        text = part.get_payload(0).get_payload(decode=True).decode()
        ids = [p["Content-ID"][1:-1] for p in part.get_payload()[1:]]
        self.assertEqual(text, html.replace(
            '"data:image/png;base64,%s"' % image, '"cid:%s"' % ids[0],
            1).replace("'data:image/svg+xml;base64,%s'" % image,
                       "'cid:%s'" % ids[1], 1))
        for one in part.get_payload()[1:]:
            self.assertEqual(one.get_payload(decode=True), PNG)

    def test_read_and_answered(self):
        """From a mail with an image to an answer that quotes it, and back."""
        made = self.create(email_message(
            body='<img src="cid:a@b">',
            attachments=[attachment(IsInline=True, ContentId="a@b")]),
            sign="alice", to=["bob"])
        data = self.read_message(uri(made, "message/rfc822"))
        self.assertIn("data:image/png", data["NormalizedBody"]["Value"])
        made = self.create(email_message(
            ("alice",), "bob", data["NormalizedBody"]["Value"]), sign="bob",
            to=["alice"])
        again = self.read_message(uri(made, "message/rfc822"))
        self.assertEqual(again["NormalizedBody"]["Value"],
                         data["NormalizedBody"]["Value"])

    def test_as_an_object(self):
        """Not as a text, and with members that nobody knows."""
        message = json.loads(email_message())
        message["Unknown"] = [{"x": None}]
        answer = self.owa.ask(CREATE, EmailMessage=message, Other={},
                              SmimeType=CLEAR)
        self.verified(self.data(answer).encode())

    def test_seven_bit(self):
        made = self.create(email_message(body="\u20ac" * 500), sign="alice")
        made.decode("ascii")
        self.assertLess(max(map(len, made.split(b"\r\n"))), 999)

    def test_fields_of_parts_stay_inside(self):
        made = self.create(email_message(attachments=[attachment()]),
                           to=["bob"])
        self.assertNotIn(b"a.png", made)
        self.assertNotIn(b"<p>", made)
        self.assertNotIn(b"multipart/mixed", made)


class Bcc(OwaCase):
    """Who is in Bcc is in nobody else's copy."""

    def made(self, to, cc=(), bcc=("erin",), certificates=("bob", "erin"),
             **settings):
        port = self.owa.number()
        self.owa.initialize(port=port, **settings)
        answer = self.owa.ask(CREATE, port=port, **self.creating(
            email_message(to, CcRecipients=[mailbox(n) for n in cc],
                          BccRecipients=[mailbox(n) for n in bcc]),
            to=certificates))
        return answer

    def names(self, answer):
        made = self.data(answer).encode()
        _, serials = self.recipients(made)
        return {name for name in ("alice", "bob", "carol", "erin")
                if self.serial(name) in serials}

    def test_left_out_of_the_common_copy(self):
        for settings in ({}, {"OWABCCEncryptedEmailForking": 0},
                         {"OWABCCEncryptedEmailForking": 1}):
            answer = self.made(("bob",), **settings)
            self.assertEqual(self.names(answer), {"alice", "bob"})
            self.assertEqual(answer["Notes"], ["bcc-left-out-of-common-copy"])

    def test_without_forking(self):
        answer = self.made(("bob",), OWABCCEncryptedEmailForking=2)
        self.assertEqual(self.names(answer), {"alice", "bob", "erin"})

    def test_named_openly_too(self):
        answer = self.made(("bob",), ("erin",))
        self.assertEqual(self.names(answer), {"alice", "bob", "erin"})
        self.assertNotIn("Notes", answer)

    def test_copies(self):
        """One for each, or one for all."""
        self.assertEqual(self.names(self.made(
            ("bob",), certificates=("erin",))), {"alice", "erin"})
        both = dict(to=("bob",), bcc=("erin", "carol"),
                    certificates=("erin", "carol", "alice"))
        self.assertEqual(self.code(self.made(**both)), 16)
        self.assertEqual(self.names(self.made(
            **both, OWABCCEncryptedEmailForking=1)),
            {"alice", "erin", "carol"})

    def test_looked_up(self):
        """Where certificates are found here, the copies are still the
        server's business."""
        message = email_message(("bob",), BccRecipients=[mailbox("erin")])
        self.assertEqual(self.code(self.owa.ask(CREATE, **self.creating(
            message, kind=ENCRYPTED))), 16)
        made = self.create(email_message((), BccRecipients=[mailbox("erin")]),
                           kind=ENCRYPTED)
        self.assertEqual(self.recipients(made)[0], 2)


if __name__ == "__main__":
    unittest.main()
