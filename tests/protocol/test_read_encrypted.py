#!/usr/bin/env python3
# SPDX-License-Identifier: MPL-2.0
"""message.read of encrypted mail, with openssl as the writer."""

import os
import unittest

from mail_case import MIXED, TEXT, MailCase, der, entity_of, mail

P7M = b"Content-Type: application/pkcs7-mime\r\n" \
      b"Content-Transfer-Encoding: binary\r\n\r\n"


class Encrypted(MailCase):
    def test_content(self):
        for cipher in ("aes-128-cbc", "aes-256-cbc", "aes-128-gcm",
                       "aes-256-gcm", "des-ede3-cbc"):
            for name in ("alice", "bob", "carol", "dave", "erin"):
                with self.subTest(cipher=cipher, name=name):
                    read, content = self.read(
                        self.cms_encrypt([name], MIXED, cipher))
                    self.assertEqual(content, MIXED)
                    self.assertEqual(read["summary"]["encryption"], "full")
                    self.assertEqual(read["summary"]["signature"], "none")
                    self.assertEqual(
                        "unauthenticated-encryption" in
                        read["summary"]["reasons"],
                        not cipher.endswith("gcm"))
                    layer, = read["layers"]
                    self.assertEqual(layer["decryptedWith"],
                                     self.fingerprint(name))
                    self.assertEqual(layer["recipients"], 1)
                    self.assertEqual(
                        layer["keyManagement"],
                        "rsa-pkcs1" if name in ("alice", "bob") else "ecdh")

    def test_among_strangers(self):
        read, content = self.read(self.cms_encrypt(
            ["mallory", "stranger", "bob"], MIXED))
        self.assertEqual(content, MIXED)
        self.assertEqual(read["layers"][0]["recipients"], 3)

    def test_for_others_alone(self):
        self.refused("no-private-key", self.read,
                     self.cms_encrypt(["mallory", "stranger"]))

    def test_kinds_that_are_not_read(self):
        """Keys that people share are none of a database's; beside a usual
        recipient they are passed over."""
        for said, more in (
                ("(a password, 1.2.840.113549.1.9.16.3.9)",
                 ("-pwri_password", "secret")),
                ("(a key that is shared, 2.16.840.1.101.3.4.1.5)",
                 ("-secretkey", "00" * 16, "-secretkeyid", "01"))):
            alone = self.openssl("cms", "-encrypt", "-binary", "-aes128",
                                 "-outform", "DER", *more, data=TEXT)
            self.assertIn(said, self.refused(
                "unsupported-algorithm", self.read, alone,
                kind="cms").message)
            read, content = self.read(self.cms_encrypt(
                ["bob"], TEXT, "aes-128-cbc", "alice", *more))
            self.assertEqual(content, TEXT)
            self.assertEqual(read["layers"][0]["recipients"], 2)

    def test_cipher_that_is_not_read(self):
        data = self.openssl("cms", "-encrypt", "-binary", "-camellia256",
                            "-outform", "DER", self.pki.path("bob.crt"),
                            data=TEXT)
        self.refused("unsupported-algorithm", self.read, data, kind="cms")

    def test_types_that_are_none_of_mail(self):
        """authenticatedData, digestedData: they are named; and what is no
        CMS at all makes a damaged mail of one that says it is."""
        for kind, oid in (("digest_create", "1.2.840.113549.1.7.5"),
                          ("data_create", "1.2.840.113549.1.7.1")):
            data = self.openssl("cms", "-" + kind, "-binary", "-outform",
                                "DER", data=TEXT)
            error = self.refused("not-smime", self.read, data, kind="cms")
            self.assertIn("(%s)" % oid, error.message)
            error = self.refused("unsupported-algorithm", self.read,
                                 mail(entity=P7M + data))
            self.assertIn("(%s)" % oid, error.message)
        for data in (b"", b"\0" * 50, b"Hello\r\n"):
            self.refused("malformed-message", self.read,
                         mail(entity=P7M + data))

    def test_changed(self):
        """Never a content: it fails, and always in the same way."""
        for cipher in ("aes-256-cbc", "aes-256-gcm"):
            data = der(self.cms_encrypt(["bob"], TEXT, cipher))
            # the tag; of CBC the byte that changes the padding
            changed = bytearray(data)
            changed[-1 if cipher.endswith("gcm") else -17] ^= 1
            self.refused("integrity-failure", self.read, bytes(changed),
                         kind="cms")

    def test_wrong_key(self):
        """A content key that cannot be decrypted looks like a bad one."""
        data = der(self.cms_encrypt(["bob"], TEXT, "aes-256-gcm"))
        key = data.index(b"\x04\x82\x01\x00") + 4
        changed = data[:key] + os.urandom(255).join((b"\0", b"")) + \
            data[key + 256:]
        self.assertEqual(len(changed), len(data))
        self.refused("integrity-failure", self.read, changed, kind="cms")

    def test_signed_inside(self):
        signed = entity_of(self.cms_sign("carol", MIXED))
        read, content = self.read(self.cms_encrypt(
            ["bob"], signed, sender="carol"))
        self.summary(read, "valid", "full")
        self.assertEqual(content, MIXED)

    def test_octet_stream_by_name(self):
        message = self.cms_encrypt(["bob"])
        self.assertIn(b"application/pkcs7-mime", message)
        text = message.replace(b"application/pkcs7-mime",
                               b"application/octet-stream")
        read, content = self.read(text)
        self.assertEqual(content, TEXT)
        self.assertEqual(read["summary"]["encryption"], "full")
        text = message.replace(b"application/pkcs7-mime",
                               b"application/x-pkcs7-mime")
        self.assertEqual(self.read(text)[1], TEXT)


if __name__ == "__main__":
    unittest.main()
