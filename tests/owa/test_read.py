# SPDX-License-Identifier: MPL-2.0
"""CreateMessageFromSmime: every form of mail, and what is said of it."""

import base64
import json
import re
import unittest

from owa_case import (BOTH, CLEAR, ENCRYPTED, OPAQUE, READ_ITEM, TEXT, TRIPLE,
                      OwaCase, der, enclose, entity_of, mail, uri)

ENTITY = (b"Content-Type: text/html; charset=iso-8859-1\r\n"
          b"Content-Transfer-Encoding: quoted-printable\r\n"
          b"\r\n"
          b"<p>Gr=FC=DFe</p>\r\n")
BODY = "<p>Gr\u00fc\u00dfe</p>\r\n"
CLASS = "IPM.Note.SMIME"
PNG = bytes(range(256))
MEMBERS = {
    "__type", "ItemClass", "ItemId", "HasAttachments", "Attachments",
    "NormalizedBody", "SmimeSignature", "SmimeType", "IsClassified",
    "ClassificationKeep", "IsDeliveryReceiptRequested",
    "IsReadReceiptRequested", "Body", "From", "Sender", "ToRecipients",
    "CcRecipients", "Subject", "NormalizedSubject", "Importance",
    "Sensitivity", "InReplyTo", "DateTimeSent", "RawDate", "Classification",
    "ClassificationDescription", "ClassificationGuid"}


def part(kind, data, more=b""):
    return (b"Content-Type: " + kind + b"\r\nContent-Transfer-Encoding: "
            b"base64\r\n" + more + b"\r\n" + base64.encodebytes(
                data).replace(b"\n", b"\r\n"))


class Forms(OwaCase):
    def check(self, data, kind, item_class=CLASS, matched=True, valid=True,
              body=BODY):
        self.assertEqual(set(data), MEMBERS)
        self.assertEqual(data["SmimeType"], kind)
        self.assertEqual(data["ItemClass"], item_class)
        self.assertEqual(data["NormalizedBody"]["Value"], body)
        signature = data["SmimeSignature"]
        self.assertEqual((signature["IsHashMatched"],
                          signature["IsCertValidToClient"]), (matched, valid))
        self.assertEqual((signature["IsCertValidToServer"],
                          signature["ServerVerificationResult"],
                          signature["ClientVerificationResult"]),
                         (False, -1, 0))
        return signature

    def signed(self, form="detached", name="alice"):
        return self.cms_sign(name, ENTITY, form=form)

    def test_clear_signed(self):
        """A whole mail, or the entity alone."""
        message = self.signed()
        for data in (message, entity_of(message),
                     message.replace(b"\r\n", b"\n")):
            for kind in ("multipart/signed", "Multipart/Signed",
                         "message/rfc822"):
                self.check(self.read_message(uri(data, kind)), CLEAR,
                           CLASS + ".MultipartSigned")

    def test_opaque_signed(self):
        message = self.signed("opaque")
        for kind in ("application/pkcs7-mime", "application/x-pkcs7-mime",
                     "application/octet-stream", "Application/PKCS7-MIME"):
            self.check(self.read_message(uri(der(message), kind)), OPAQUE)

    def test_encrypted(self):
        message = der(self.cms_encrypt(["bob"], ENTITY))
        for kind in ("application/pkcs7-mime", "application/x-pkcs7-mime"):
            signature = self.check(self.read_message(uri(message, kind)),
                                   ENCRYPTED, matched=False, valid=False)
            for name in ("By", "To"):
                self.assertEqual(signature["CertIssued" + name], "")
            self.assertEqual(signature["CertRawData"], "")
            self.assertEqual(signature["CertValidFrom"], "")

    def test_ways_of_base64(self):
        """Line ends of either kind, escaped slashes, and BER of indefinite
        lengths."""
        data = self.openssl("cms", "-encrypt", "-binary", "-stream",
                            "-outform", "DER", "-aes256",
                            self.pki.path("bob.crt"), data=ENTITY)
        self.assertEqual(data[1], 0x80)
        text = base64.b64encode(data).decode()
        for broken in (text, "\n".join(re.findall(".{1,64}", text)),
                       "\r\n".join(re.findall(".{1,76}", text)) + "\r\n",
                       text.rstrip("=")):
            smime = "data:application/pkcs7-mime;base64," + broken
            inside = json.dumps({"__type": "CreateMessageFromSmimeParams",
                                 "Smime": smime})
            for request in (inside, inside.replace("/", r"\/"),
                            inside.replace("+", r"\u002B")):
                self.check(self.data(self.owa.ask_text(request)), ENCRYPTED,
                           matched=False, valid=False)

    def test_signed_then_encrypted(self):
        for form in ("detached", "opaque"):
            message = der(self.cms_encrypt(
                ["bob"], entity_of(self.signed(form))))
            self.check(self.read_message(uri(message)), BOTH)

    def test_encrypted_then_signed(self):
        inside = entity_of(self.cms_encrypt(["bob"], ENTITY))
        message = self.cms_sign("alice", inside)
        self.check(self.read_message(uri(message, "multipart/signed")), 13)

    def test_triple_wrapped(self):
        """The outer signature is none of the content's: what is inside
        counts."""
        inside = entity_of(self.cms_encrypt(
            ["bob"], entity_of(self.signed())))
        message = self.cms_sign("mallory", inside, form="opaque")
        signature = self.check(self.read_message(uri(der(message))), TRIPLE)
        self.assertIn("alice", signature["CertIssuedTo"])

    def test_algorithms(self):
        for name in ("alice", "bob", "carol", "dave", "erin", "pss"):
            self.check(self.read_message(uri(
                self.cms_sign(name, ENTITY), "multipart/signed")), CLEAR,
                CLASS + ".MultipartSigned")
        for name in ("bob", "carol", "dave", "erin"):
            for cipher in ("des3", "aes-128-cbc", "aes-256-cbc",
                           "aes-256-gcm"):
                self.check(self.read_message(uri(der(self.cms_encrypt(
                    [name], ENTITY, cipher)))), ENCRYPTED, matched=False,
                    valid=False)

    def test_the_signer(self):
        signature = self.check(self.read_message(uri(
            self.signed(), "multipart/signed")), CLEAR,
            CLASS + ".MultipartSigned")
        self.assertEqual(base64.b64decode(signature["CertRawData"]),
                         self.pki.der("alice"))
        self.assertEqual(signature["CertIssuedTo"], "CN=alice,O=Example")
        self.assertEqual(signature["CertIssuedBy"],
                         "CN=Example Intermediate,O=Example")
        for name in ("CertValidFrom", "CertValidTo"):
            self.assertRegex(signature[name],
                             r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$")
        self.assertEqual(signature["Reasons"], [])
        self.assertNotIn("Signers", signature)
        # who is not in the database comes with the mail
        signature = self.read_message(uri(self.cms_sign(
            "mallory", ENTITY), "multipart/signed"))["SmimeSignature"]
        self.assertEqual(base64.b64decode(signature["CertRawData"]),
                         self.pki.der("mallory"))

    def test_hash_and_trust_apart(self):
        """Four ways that the two can come out."""
        signed = self.signed()
        altered = signed.replace(b"Gr=FC", b"Gr=FD")
        for data, matched, valid, reason in (
                (signed, True, True, None),
                (altered, False, True, "content-altered"),
                (self.signed(name="mallory"), True, False, "issuer-unknown"),
                (self.signed(name="mallory").replace(b"Gr=FC", b"Gr=FD"),
                 False, False, "content-altered"),
                (self.signed(name="expired"), True, False, "expired"),
                (self.signed(name="server"), True, False,
                 "usage-not-permitted")):
            data = self.read_message(uri(data, "multipart/signed"))
            signature = self.check(
                data, CLEAR, CLASS + ".MultipartSigned", matched, valid,
                BODY if matched else BODY.replace("\u00fc", "\u00fd"))
            if reason:
                self.assertIn(reason, signature["Reasons"])

    def test_several_signers(self):
        """The worst counts, and all are told."""
        args = []
        for name in ("alice", "mallory"):
            args += ["-signer", self.pki.path(name + ".crt"),
                     "-inkey", self.pki.path(name + ".key")]
        message = self.mailed(self.openssl(
            "cms", "-sign", "-binary", "-outform", "SMIME", *args,
            "-certfile", self.pki.path("intermediate.crt"), data=ENTITY),
            "alice", "bob")
        data = self.read_message(uri(message, "multipart/signed"))
        signature = self.check(data, CLEAR, CLASS + ".MultipartSigned",
                               valid=False)
        self.assertIn("mallory", signature["CertIssuedTo"])
        self.assertEqual(
            sorted((one["CertIssuedTo"], one["IsHashMatched"],
                    one["IsCertValidToClient"])
                   for one in signature["Signers"]),
            [("CN=alice,O=Example", True, True),
             ("CN=mallory,O=Example", True, False)])

    def test_another_sender(self):
        """The mail's own From, where it has one, is held against the
        certificate."""
        message = self.cms_sign("alice", ENTITY, sender="bob")
        signature = self.check(self.read_message(uri(
            message, "multipart/signed")), CLEAR, CLASS + ".MultipartSigned",
            valid=False)
        self.assertIn("address-mismatch", signature["Reasons"])
        self.check(self.read_message(uri(
            entity_of(message), "multipart/signed")), CLEAR,
            CLASS + ".MultipartSigned")

    def test_a_hidden_subject(self):
        """RFC 9788: the page knows but the outer one."""
        inside = (b"Content-Type: text/plain; hp=\"cipher\"\r\n"
                  b"From: Alice <alice@example.org>\r\n"
                  b"Subject: =?utf-8?Q?The_real_=E2=82=AC?=\r\n"
                  b"HP-Outer: Subject: [...]\r\n\r\nx\r\n")
        data = self.read_message(uri(der(self.cms_encrypt(["bob"], inside))))
        self.assertEqual(data["Subject"], "The real \u20ac")
        data = self.read_message(uri(self.signed(), "multipart/signed"))
        self.assertIsNone(data["Subject"])

    def test_what_repeats_it(self):
        """Lines that repeat protected fields for other programs are not
        shown once more."""
        inside = (b"Content-Type: text/plain; hp=\"cipher\"; "
                  b"hp-legacy-display=\"1\"\r\n"
                  b"From: Alice <alice@example.org>\r\nSubject: The real\r\n"
                  b"HP-Outer: Subject: [...]\r\n\r\n"
                  b"Subject: The real\r\n\r\nBody\r\n")
        data = self.read_message(uri(der(self.cms_encrypt(["bob"], inside))))
        self.assertEqual(data["NormalizedBody"]["Value"], "Body\r\n")


class Content(OwaCase):
    def content(self, entity):
        return self.read_message(uri(
            self.cms_sign("alice", entity), "multipart/signed"))

    def body(self, entity):
        data = self.content(entity)
        return data["NormalizedBody"]["BodyType"], \
            data["NormalizedBody"]["Value"]

    def alternatives(self, *parts):
        return enclose(*parts, outer=b"multipart/alternative").replace(
            b"_outer", b"_inner")

    def test_bodies(self):
        text = b"Content-Type: text/plain\r\n\r\nplain"
        html = b"Content-Type: text/html\r\n\r\n<b>x</b>"
        for entity, expected in (
                (b"\r\nnothing said", ("Text", "nothing said")),
                (text, ("Text", "plain")), (html, ("HTML", "<b>x</b>")),
                (self.alternatives(text, html), ("HTML", "<b>x</b>")),
                (self.alternatives(html, text), ("HTML", "<b>x</b>")),
                (enclose(self.alternatives(text, html), text),
                 ("HTML", "<b>x</b>")),
                (part(b"text/html; charset=utf-16",
                      "\ufeff\u20ac".encode("utf-16-le")),
                 ("HTML", "\u20ac")),
                (b"Content-Type: text/plain; charset=utf-8\r\n"
                 b"Content-Transfer-Encoding: 8bit\r\n\r\n\xff\xc3\xa4\x00!",
                 None)):
            with self.subTest(entity=entity):
                kind, value = self.body(entity)
                if expected:
                    self.assertEqual((kind, value), expected)
                else:
                    self.assertIn("\u00e4", value)

    def test_no_body(self):
        data = self.content(part(b"image/png", PNG))
        self.assertEqual(data["NormalizedBody"]["Value"], "")
        self.assertEqual(data["NormalizedBody"]["BodyType"], "Text")
        self.assertTrue(data["HasAttachments"])

    def test_attachments(self):
        text = b"Content-Type: text/plain\r\n\r\nbody"
        inside = mail("carol", ("dave",))
        data = self.content(enclose(
            text, part(b"image/png", PNG, b"Content-Disposition: attachment; "
                       b"filename*=utf-8''%e2%82%ac.png\r\n"),
            part(b'application/pdf; name="a b.pdf"', b"%PDF"),
            b'Content-Type: text/plain; name="=?utf-8?B?4oKs?="\r\n'
            b"Content-Disposition: attachment\r\n\r\nsecond",
            b"Content-Type: text/plain\r\n\r\nfooter",
            b"Content-Type: message/rfc822\r\n\r\n" + inside,
            b"Content-Type: text/calendar\r\n\r\nBEGIN:VCALENDAR"))
        self.assertEqual(data["NormalizedBody"]["Value"], "body")
        self.assertTrue(data["HasAttachments"])
        found = [(a["Name"], a["ContentType"], a["IsInline"],
                  base64.b64decode(a["Content"], validate=True))
                 for a in data["Attachments"]]
        self.assertEqual(found, [
            ("\u20ac.png", "image/png", False, PNG),
            ("a b.pdf", "application/pdf", False, b"%PDF"),
            ("\u20ac", "text/plain", False, b"second"),
            ("text.txt", "text/plain", False, b"footer"),
            ("message.eml", "message/rfc822", False, inside),
            ("text.txt", "text/calendar", False, b"BEGIN:VCALENDAR")])
        ids = set()
        for a in data["Attachments"]:
            self.assertEqual(set(a), {
                "__type", "AttachmentId", "ContentId", "ContentLocation",
                "ContentType", "IsInline", "IsSmimeDecoded", "Name", "Size",
                "Content"})
            self.assertEqual(a["Size"], len(base64.b64decode(a["Content"])))
            self.assertTrue(a["IsSmimeDecoded"])
            self.assertRegex(a["AttachmentId"]["Id"], "^smime-.{32}$")
            ids.add(a["AttachmentId"]["Id"])
        self.assertEqual(len(ids), 6)

    def test_none_is_null(self):
        data = self.content(TEXT)
        self.assertIsNone(data["Attachments"])
        self.assertFalse(data["HasAttachments"])

    def test_inline_images(self):
        """An image that the text refers to stands in it."""
        html = (b"Content-Type: text/html\r\n\r\n"
                b'<img src="cid:a%40b"> <img src=\'CID:a@b\'> '
                b'<div style="background:url(cid:a@b)"> <img src="cid:none"> '
                b'<img src="cid:page"> acid:a@b')
        data = self.content(enclose(
            html, part(b"image/png", PNG, b"Content-ID: <a@b>\r\n"
                       b"Content-Location: x.png\r\n"),
            part(b"text/html", b"<script>", b"Content-ID: <page>\r\n"),
            outer=b"multipart/related"))
        image = "data:image/png;base64," + base64.b64encode(PNG).decode()
        self.assertEqual(
            data["NormalizedBody"]["Value"],
            '<img src="%s"> <img src=\'%s\'> '
            '<div style="background:url(%s)"> <img src="cid:none"> '
            '<img src="cid:page"> acid:a@b' % (image, image, image))
        picture, page = data["Attachments"]
        self.assertEqual((picture["ContentId"], picture["IsInline"],
                          picture["ContentLocation"]), ("a@b", True, "x.png"))
        self.assertTrue(page["IsInline"])

    def test_one_image_is_not_many(self):
        """A text that has one image a thousand times: what fits."""
        html = (b"Content-Type: text/html\r\n\r\n" +
                b'<img src="cid:a">\r\n' * 1000)
        data = self.content(enclose(
            html, part(b"image/png", PNG * 4000, b"Content-ID: <a>\r\n"),
            outer=b"multipart/related"))
        value = data["NormalizedBody"]["Value"]
        self.assertLess(len(value), 100 * 1024 * 1024)
        self.assertIn('src="cid:a"', value)
        self.assertIn('src="data:', value)

    def test_every_character(self):
        text = "".join(chr(c) for c in [*range(1, 0x250), 0x2028, 0x20ac,
                                        0xfffd, 0x1f600, 0x10ffff]
                       if c not in (10, 13))
        self.assertEqual(self.body(part(
            b"text/plain; charset=utf-8", text.encode())), ("Text", text))

    def test_bytes_that_are_no_utf8(self):
        """However many: what they stand for is not known, and nothing
        waits."""
        for junk in (b"\x86", b"\xff", b"\xc3", b"\xf0\x9f", b"\\u0086"):
            text = (b'{"__type":"CreateMessageFromSmimeParams","Smime":"data:'
                    b'application/pkcs7-mime;base64,' + junk * 200000 + b'"}')
            frame = json.dumps(self.owa.envelope(
                "UploadPartialRequest", 7, 1,
                {"StartOffset": 0, "IsLastPart": True, "PartialData": "@"}))
            text = text.replace(b"\\", b"\\\\").replace(b'"', b'\\"')
            self.owa.send_text(frame.encode().replace(b"@", text))
            self.owa.answered("UploadPartialRequest", 7, 1)
            self.assertEqual(self.code(json.loads(self.owa.fetch())), 59)

    def test_nested_deeply(self):
        entity = TEXT
        for index in range(40):
            entity = (b'Content-Type: multipart/mixed; boundary="b%d"\r\n\r\n'
                      b"--b%d\r\n%s\r\n--b%d--\r\n" % (
                          index, index, entity, index))
        self.assertEqual(self.code(self.owa.ask(
            "CreateMessageFromSmimeParams", Smime=uri(
                self.cms_sign("alice", entity), "multipart/signed"))), 53)


class Items(OwaCase):
    def test_item_attachments(self):
        """A mail attached to another, of which the page knows nothing."""
        for message, kind, item_class in (
                (self.cms_sign("alice"), CLEAR, CLASS + ".MultipartSigned"),
                (self.cms_encrypt(["bob"]), ENCRYPTED, CLASS),
                (mail("alice"), 0, "IPM.Note")):
            for member in ("Smime", "Mime", "ItemAttachment"):
                for value in (uri(message, "message/rfc822"),
                              base64.b64encode(message).decode(),
                              message.decode()):
                    data = self.data(self.owa.ask(
                        READ_ITEM, **{"Other": 5, member: value}))
                    self.assertEqual(data["SmimeType"], kind)
                    self.assertEqual(data["ItemClass"], item_class)
                    self.assertEqual(data["Subject"], "Hello")
                    self.assertEqual(
                        data["From"]["Mailbox"]["EmailAddress"],
                        "alice@example.org")
                    self.assertEqual(
                        data["ToRecipients"][0]["EmailAddress"],
                        "bob@example.org")
                    self.assertIsNotNone(data["DateTimeSent"])


if __name__ == "__main__":
    unittest.main()
