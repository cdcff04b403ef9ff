# SPDX-License-Identifier: MPL-2.0
"""Each number that can come, reached by what really causes it."""

import base64
import os
import re
import unittest
import zlib

from owa_case import (CERTIFICATE, CLEAR, CREATE, ENCRYPTED, READ, READ_ITEM,
                      OwaCase, der, email_message, enclose, mail, uri)
from ber import compressed_data


class Errors(OwaCase):
    def reading(self, smime, owa=None):
        return self.code((owa or self.owa).ask(READ, Smime=smime))

    def creating_fails(self, *args, owa=None, **more):
        return self.code((owa or self.owa).ask(
            CREATE, **self.creating(*args, **more)))

    def test_11_unknown_request(self):
        self.assertEqual(self.code(self.owa.ask("Nothing")), 11)

    def test_11_settings(self):
        """A file of settings that is wrong: nothing is done by halves."""
        owa = self.begin(surprise=1)
        self.assertEqual(owa.settings(), {"AllowedDomainsByPolicy": []})
        self.assertEqual(self.reading(uri(self.cms_sign("alice"),
                                          "multipart/signed"), owa), 11)

    def test_13_cannot_decrypt(self):
        """A content that is not what was encrypted; a cipher of old."""
        data = der(self.cms_encrypt(["bob"], cipher="aes-256-gcm"))
        broken = data[:-20] + bytes([data[-20] ^ 1]) + data[-19:]
        self.assertEqual(self.reading(uri(broken)), 13)
        data = self.openssl("cms", "-encrypt", "-provider", "legacy",
                            "-provider", "default", "-binary", "-outform",
                            "DER", "-rc2-40", self.pki.path("bob.crt"),
                            data=b"x")
        self.assertEqual(self.reading(uri(data)), 13)

    def test_16_cannot_encrypt(self):
        for name in ("expired", "signonly", "mallory", "pss"):
            self.assertEqual(self.creating_fails(to=[name]), 16, name)
        for value in ("x", "[5]", '["x"]', '["AAAA"]', "[null]"):
            self.assertEqual(self.creating_fails(
                EncryptionCertificates=value), 16, value)
        self.assertEqual(self.creating_fails(
            email_message(("nobody",)), kind=ENCRYPTED), 16)

    def test_17_cannot_sign(self):
        for name in ("expired", "encryptonly", "server"):
            self.assertEqual(self.creating_fails(
                email_message(sender=name), sign=name), 17, name)
            self.assertEqual(self.creating_fails(
                email_message(sender=name), kind=CLEAR), 17, name)

    def test_52_too_large(self):
        """A mail that is small only as long as it is compressed."""
        head = b"Content-Type: a/b\r\n\r\n"
        count = 80 * 1024 * 1024 // 64
        content = bytearray(64 * count)
        content[0::64] = os.urandom(count)
        content[1::64] = os.urandom(count)
        for data, code in ((content, 52), (bytes(64 * count), 58)):
            data = compressed_data(zlib.compress(head + data, 1))
            self.assertLess(len(data), 20 * 1024 * 1024)
            self.assertEqual(self.code(self.owa.ask(
                READ, Smime=uri(data), size=2 ** 24, timeout=120)), code)

    def test_53_cannot_parse(self):
        for smime in ("", "x", "data:", "data:text/plain", 5, None, {},
                      "data:application/pkcs7-mime;base64"):
            self.assertEqual(self.reading(smime), 53)
        self.assertEqual(self.code(self.owa.ask(READ)), 53)
        entity = b"Content-Type: text/plain\r\n\r\nx"
        for index in range(40):
            entity = enclose(entity).replace(b"=_outer", b"=_%d" % index)
        message = self.cms_sign("alice", entity)
        self.assertEqual(self.reading(uri(message, "multipart/signed")), 53)

    def test_54_cannot_build(self):
        for text in ("", "x", "[]", "5", "{}", '{"From":{}}',
                     email_message(to=(" ",)),
                     email_message(attachments=[{"Name": "x"}]),
                     email_message(From={"Mailbox": {"EmailAddress": "x"}})):
            self.assertEqual(self.creating_fails(text, sign="alice"), 54, text)

    def test_58_cannot_open(self):
        good = der(self.cms_encrypt(["bob"]))
        for data in (good[:-1], good[:100]):
            self.assertEqual(self.reading(uri(data)), 58)

    def test_59_cannot_process(self):
        """What is no S/MIME at all, and a mail that is to be neither."""
        for data in (b"", b"x", b"\x30\x00", self.pki.der("alice")):
            self.assertIn(self.reading(uri(data)), (58, 59))
        self.assertEqual(self.reading(uri(mail(), "multipart/signed")), 59)
        self.assertEqual(self.creating_fails(), 59)
        self.assertEqual(self.creating_fails(kind=0), 59)

    def test_66_no_database(self):
        owa = self.begin(database="sql:" + self.folder + "/nothing")
        # what needs none goes on
        self.assertEqual(owa.initialize()["ErrorCode"], 0)
        self.assertEqual(self.reading(uri(self.cms_sign("alice"),
                                          "multipart/signed"), owa), 66)
        self.assertEqual(self.code(owa.ask(CERTIFICATE)), 66)
        self.assertEqual(self.creating_fails(sign="alice", owa=owa), 66)

    def test_67_no_certificate(self):
        self.assertEqual(self.reading(uri(der(self.cms_encrypt(
            ["mallory"])))), 67)
        self.assertEqual(self.creating_fails(
            email_message(sender="nobody"), kind=CLEAR), 67)
        # somebody else's is no certificate to sign with
        for name in ("mallory", "stranger"):
            self.assertEqual(self.creating_fails(sign=name), 67)
        for value in ("x", "AAAA", base64.b64encode(
                self.pki.der("bob")[:-1]).decode()):
            self.assertEqual(self.creating_fails(SigningCertificate=value),
                             67)
        self.assertEqual(self.code(self.owa.ask(
            CERTIFICATE, EmailAddress="nobody@example.org")), 67)

    def test_68_the_user_does_not_want(self):
        owa = self.begin(database=self.locked(), answers=["cancel"])
        self.assertEqual(self.reading(uri(der(self.cms_encrypt(
            ["bob"]))), owa), 68)

    def test_69_no_access(self):
        """Wrong passwords, and none that could be asked for."""
        database = self.locked()
        smime = uri(der(self.cms_encrypt(["bob"])))
        owa = self.begin(database=database, answers=["pin x"] * 9)
        self.assertEqual(self.reading(smime, owa), 69)
        owa = self.begin(database=database, pinentry="nssmime-no-pinentry")
        self.assertEqual(self.reading(smime, owa), 69)

    def test_the_page_is_told_of_all(self):
        """Numbers in the protocol's page are those that can come."""
        with open(os.path.join(os.path.dirname(__file__), "..", "..", "host",
                               "owa", "error.h"), encoding="ascii") as file:
            codes = {int(n) for n in re.findall(
                r"HOST_OWA_\w+ = (\d+)", file.read())}
        with open(os.path.join(os.path.dirname(__file__), "..", "..", "host",
                               "owa", "PROTOCOL.md"), encoding="utf-8") as f:
            told = {int(n) for n in re.findall(r"(?m)^\| (\d+) \|", f.read())}
        self.assertEqual(codes, told)
        tested = {int(n) for name in dir(self)
                  for n in re.findall(r"^test_(\d+)_", name)}
        self.assertEqual(codes - {0}, tested)

    def test_after_errors(self):
        """One error is no reason for the next."""
        self.assertEqual(self.reading(uri(b"x")), 58)
        self.verified(self.create(sign="alice"))
        self.assertEqual(self.data(self.owa.ask(
            READ_ITEM, Mime=mail().decode()))["SmimeType"], 0)


if __name__ == "__main__":
    unittest.main()
