#!/usr/bin/env python3
# SPDX-License-Identifier: MPL-2.0
"""Input that nobody should send: CMS with huge lengths, depths and counts,
broken MIME, truncated and changed mails. Each gets the contract's error or a
verdict that is not good; the connection goes on; no file of the database is
touched."""

import os
import random
import re
import unittest
import zlib

import ber
from case import files
from mail_case import MIXED, TEXT, MailCase, der, entity_of, mail

from nssmime import HostError

PLAIN = b"Content-Type: text/plain\r\n\r\nhi\r\n"


class HostileCase(MailCase):
    def setUp(self):
        super().setUp()
        before = files(self.database)
        self.addCleanup(lambda: self.assertEqual(files(self.database),
                                                 before))
        self.addCleanup(self.alive)

    def malformed(self, content, names="", kind="cms", **params):
        failure = self.refused("malformed-message", self.read, content,
                               kind=kind, **params)
        self.assertIn(names, failure.message)

    def outcome(self, content, kind="message"):
        """What comes of it; no content is shown as signed by anyone."""
        try:
            result, _ = self.read(content, kind=kind)
        except HostError as error:
            self.assertIn(error.kind, (
                "malformed-message", "not-smime", "integrity-failure",
                "unsupported-algorithm", "no-private-key"))
            return error.kind
        self.assertNotEqual(result["summary"]["signature"], "valid")
        return result["summary"]["signature"]


class Lengths(HostileCase):
    def test_huge(self):
        head = b"\x30\x80" + ber.ID_SIGNED + b"\xa0\x80\x30\x80\x02\x01\x01"
        for size in (b"\x84\xff\xff\xff\xff", b"\x88\x7f" + b"\xff" * 7,
                     b"\x88" + b"\xff" * 8, b"\x89\x01" + b"\0" * 8,
                     b"\xff" + b"\xff" * 127, b"\xfe", b"\x85\1\0\0\0\0"):
            for tag in (b"\x30", b"\x31", b"\x04", b"\x24", b"\xa0", b"\x02"):
                self.malformed(tag + size if tag == b"\x30"
                               else head + tag + size + b"x" * 100)

    def test_longer_than_what_is_around(self):
        self.malformed(ber.tlv(0x30, ber.ID_SIGNED, b"\xa0\x7f\x30\x01\0"))
        inner = ber.signed_data(b"abc")
        self.malformed(inner[:-1] + b"\x7f")

    def test_never_ended(self):
        for text in (b"\x30\x80", b"\x30\x80" + ber.ID_SIGNED + b"\xa0\x80",
                     ber.signed_data(b"x" * 1000)[:-1]):
            self.malformed(text)

    def test_truncated_anywhere(self):
        for data in (der(self.cms_sign("carol", form="opaque")),
                     der(self.cms_encrypt(["carol"])),
                     der(self.cms_encrypt(["bob"], TEXT, "aes-128-gcm"))):
            for end in range(1, len(data), 23):
                self.assertIn(self.outcome(data[:end], "cms"),
                              ("malformed-message",))

    def test_something_follows(self):
        data = der(self.cms_sign("alice", form="opaque"))
        for more in (b"x", data, b"\0" * 100):
            self.outcome(data + more, "cms")


class Depths(HostileCase):
    def test_octet_strings(self):
        for depth in (100, 100000):
            inner = b"\x24\x80" * depth + b"\x04\x01x" + b"\0\0" * depth
            self.malformed(ber.content_info(
                ber.ID_SIGNED, ber.VERSION1, ber.tlv(ber.SET), ber.tlv(
                    ber.SEQUENCE, ber.ID_DATA, ber.tlv(ber.CONTEXT0, inner)),
                ber.tlv(ber.SET)))

    def test_sequences(self):
        for depth in (1000, 200000):
            self.malformed(ber.content_info(
                ber.ID_SIGNED, ber.VERSION1, b"\x30\x80" * depth))
            signer = b"\x30\x80" * depth + b"\0\0" * depth
            self.outcome(ber.signed_data(b"x", signers=signer), "cms")

    def test_multiparts(self):
        def nested(depth):
            entity = PLAIN
            for i in range(depth):
                boundary = b"=_%d" % i
                entity = (b'Content-Type: multipart/mixed; boundary="' +
                          boundary + b'"\r\n\r\n--' + boundary + b"\r\n" +
                          entity + b"\r\n--" + boundary + b"--\r\n")
            return entity
        self.read(mail(entity=nested(31)))
        for depth in (34, 500):
            self.malformed(mail(entity=nested(depth)), "32", "message")
            self.refused("malformed-message", self.protect,
                         mail(entity=nested(depth)), sign={})

    def test_messages_in_messages(self):
        entity = PLAIN
        for _ in range(40):
            entity = b"Content-Type: message/rfc822\r\n\r\n" + entity
        self.malformed(mail(entity=entity), "32", "message")

    def test_layers(self):
        head = (b"Content-Type: application/pkcs7-mime; smime-type="
                b"signed-data\r\nContent-Transfer-Encoding: binary\r\n\r\n")

        def nested(layers):
            data = ber.signed_data(PLAIN)
            for _ in range(layers - 1):
                data = ber.signed_data(head + data)
            return data
        result, content = self.read(nested(32), kind="cms")
        self.assertEqual(len(result["layers"]), 32)
        self.assertEqual(content, PLAIN)
        self.malformed(nested(33), "32")
        self.malformed(nested(200), "32")


class Counts(HostileCase):
    def test_signers(self):
        self.outcome(ber.signed_data(b"x", ber.SHA256, signers=ber.signer_info(
            ) * 32), "cms")
        for count in (33, 5000):
            self.malformed(ber.signed_data(
                b"x", ber.SHA256, signers=ber.signer_info() * count), "32")

    def test_recipients(self):
        one = ber.key_transport()
        self.refused("no-private-key", self.read,
                     ber.enveloped_data(one * 2000), kind="cms")
        self.malformed(ber.enveloped_data(one * 2001), "2000")

    def test_certificates(self):
        one = self.pki.der("bob")
        self.read(ber.signed_data(b"x", certificates=one * 200), kind="cms")
        self.malformed(ber.signed_data(b"x", certificates=one * 201), "200")

    def test_digests(self):
        self.outcome(ber.signed_data(b"x", ber.SHA256 * 50000), "cms")

    def test_no_signer(self):
        result, content = self.read(ber.signed_data(PLAIN), kind="cms",
                                    context={"from": "alice@example.org"})
        self.summary(result, "invalid", reasons=["no-signer"])
        self.assertEqual(content, PLAIN)

    def test_parts(self):
        text = b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n' + \
            b"--b\r\n\r\n\r\n" * 100000 + b"--b--\r\n"
        result, _ = self.read(mail(entity=text))
        self.summary(result)


class Compressed(HostileCase):
    def test_read(self):
        text = PLAIN + os.urandom(1000).hex().encode() + b"\r\n"
        result, content = self.read(
            ber.compressed_data(zlib.compress(text)), kind="cms")
        self.assertEqual(content, text)
        self.assertEqual([layer["type"] for layer in result["layers"]],
                         ["compressed"])

    def test_bomb(self):
        bomb = zlib.compress(PLAIN + b"\0" * 50000000, 9)
        self.malformed(ber.compressed_data(bomb), "100")

    def test_garbage(self):
        good = zlib.compress(MIXED)
        for data in (b"", b"x" * 100, good[:-5], good[:20] + b"\xff" * 20,
                     good[:-1] + bytes((good[-1] ^ 1,))):
            self.malformed(ber.compressed_data(data))


class Changed(HostileCase):
    def test_bytes(self):
        """Changed at random, always the same way: nothing of it is valid,
        and nothing ends the host."""
        chance = random.Random(2)
        for message in (self.cms_sign("alice"),
                        self.cms_sign("dave", form="opaque"),
                        self.cms_encrypt(["erin"]),
                        self.cms_encrypt(["bob"], TEXT, "aes-256-gcm"),
                        self.protect(mail(), sign={}, encrypt={},
                                     order="triple-wrap")[1]):
            data = der(message) if b"pkcs7-mime" in message.split(
                b"\r\n\r\n")[0] else None
            for _ in range(60):
                text = bytearray(data or message)
                for _ in range(chance.randint(1, 3)):
                    text[chance.randrange(len(text))] = chance.randrange(256)
                try:
                    self.read(bytes(text), kind="cms" if data else "message")
                except HostError as error:
                    self.assertNotIn(error.kind,
                                     ("internal", "storage-failed"))


class Mime(HostileCase):
    def test_multipart_without_boundary(self):
        for parameter in (b"", b"; boundary", b'; boundary=""',
                          b'; boundary="%s"' % (b"x" * 5000),
                          b"; boundary=a; boundary=b", b'; boundary="\0"'):
            for kind in (b"multipart/mixed",
                         b"multipart/signed; protocol=\"application/"
                         b"pkcs7-signature\""):
                text = mail(entity=b"Content-Type: " + kind + parameter +
                            b"\r\n\r\n--a\r\n\r\nx\r\n--a--\r\n")
                self.outcome(text)

    def test_signed_with_parts_missing(self):
        message = self.cms_sign("alice")
        boundary = message.split(b'boundary="')[1].split(b'"')[0]
        pieces = message.split(b"--" + boundary)
        self.assertEqual(len(pieces), 4)
        dash = b"--" + boundary
        for text in (pieces[0], dash.join(pieces[:2]),
                     pieces[0] + dash + b"--\r\n",
                     dash.join((pieces[0], pieces[1], b"--\r\n")),
                     dash.join((pieces[0], pieces[2], pieces[1], b"--\r\n")),
                     dash.join((pieces[0], pieces[2], pieces[2], b"--\r\n"))):
            self.outcome(text)

    def test_signature_that_is_none(self):
        message = self.cms_sign("alice")
        head, signature, end = re.fullmatch(
            rb"(.*\r\n\r\n)([A-Za-z0-9+/=\r\n]+)(\r\n--.*)", message,
            re.S).groups()
        self.summary(self.read(head + signature + end)[0], "valid")
        for text in (b"", b"AAAA", b"%%%%", b"MIIB", b"\0\xff" * 100,
                     signature[:100]):
            self.assertIn(self.outcome(head + text + end),
                          ("invalid", "unknown", "malformed-message"))

    def test_base64_that_is_none(self):
        message = self.cms_encrypt(["bob"])
        head = message.split(b"\r\n\r\n")[0] + b"\r\n\r\n"
        for text in (b"", b"!", b"A", b"=" * 100, os.urandom(5000)):
            self.outcome(head + text)

    def test_coding_that_is_none(self):
        message = self.cms_encrypt(["bob"])
        self.assertIn(b"Encoding: base64", message)
        for coding in (b"x-uuencode", b"", b"7bit", b"binary",
                       b"quoted-printable"):
            self.outcome(message.replace(b"Encoding: base64",
                                         b"Encoding: " + coding))

    def test_headers_that_are_none(self):
        for text in (b"", b"\r\n", b"\n", b"\r", b"\0", b":", b" \r\n",
                     b"no colon\r\n\r\nx", b"From\r\n : x\r\n\r\n",
                     b"\xff\xfe\r\n\r\n", b"A: b", b"A: b\r", b"\r\r\r\n",
                     b"Content-Type\0: text/plain\r\n\r\n",
                     b"Content-Type: ;;;===\r\n\r\nx",
                     b"Content-Type: application/pkcs7-mime\r\n"
                     b"Content-Type: text/plain\r\n\r\nMIIB\r\n",
                     os.urandom(5000)):
            self.outcome(text)
            self.outcome(text, "entity")

    def test_protecting_them(self):
        fingerprint = self.fingerprint("alice")
        for entity in (b"", b"\0", b"Content-Type: multipart/mixed\r\n\r\nx",
                       b"Content-Type: ;;;\r\n\r\n", os.urandom(3000),
                       b"Content-Transfer-Encoding: x-none\r\n\r\n\xff\r\n"):
            try:
                _, out = self.protect(mail(entity=entity),
                                      sign={"certificate": fingerprint})
            except HostError as error:
                self.assertEqual(error.kind, "malformed-message")
                continue
            self.assertTrue(out.isascii())

    def test_signed_entity_of_something_else(self):
        """A signature that is put around another mail's parts."""
        one, other = (entity_of(self.cms_sign("alice", text))
                      for text in (TEXT, PLAIN))
        text = mail(entity=one.replace(TEXT, PLAIN))
        result, _ = self.read(text)
        self.summary(result, "invalid", reasons=["content-altered"])
        self.assertNotEqual(one, other)


if __name__ == "__main__":
    unittest.main()
