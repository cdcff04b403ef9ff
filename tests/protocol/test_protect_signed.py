#!/usr/bin/env python3
# SPDX-License-Identifier: MPL-2.0
"""message.protect with `sign`: what it writes, as openssl reads it."""

import re
import unittest

from mail_case import (MIXED, TEXT, MailCase, address, body, der, fields, mail,
                       multipart, values)

SIGNERS = ("alice", "bob", "carol", "dave", "erin", "pss")
MICALG = {"sha256": "sha-256", "sha384": "sha-384", "sha512": "sha-512"}


class Signed(MailCase):
    def test_every_key(self):
        for name in SIGNERS:
            for form in ("detached", "opaque"):
                with self.subTest(name=name, form=form):
                    result, out = self.protect(mail(name),
                                               sign={"form": form})
                    self.assertEqual(result["signedBy"],
                                     self.fingerprint(name))
                    self.assertEqual(result["recipients"], [])
                    self.assertEqual(self.verified(out), TEXT)
                    read, content = self.read(out)
                    self.summary(read, "valid")
                    self.assertEqual(content, TEXT)

    def test_digests(self):
        for digest, micalg in MICALG.items():
            for name in ("alice", "dave"):
                with self.subTest(digest=digest, name=name):
                    _, out = self.protect(mail(name),
                                          sign={"digest": digest})
                    kind, = values(out, "Content-Type")
                    self.assertIn("micalg=" + micalg, kind)
                    self.verified(out)
                    text = self.printed(multipart(out)[1])
                    self.assertRegex(text, r"digestAlgorithms:\s*algorithm: "
                                     + digest)
                    self.assertEqual(self.signer(self.read(out)[0])["digest"],
                                     digest)

    def test_scheme(self):
        for scheme, name in (("pss", "rsassaPss"), ("pkcs1",
                                                    "rsaEncryption")):
            _, out = self.protect(mail(), sign={"scheme": scheme})
            self.assertRegex(self.printed(multipart(out)[1]),
                             r"signatureAlgorithm:\s*algorithm: " + name)
            self.verified(out)

    def test_form_of_detached(self):
        _, out = self.protect(mail(), sign={})
        kind, = values(out, "Content-Type")
        self.assertTrue(kind.startswith("multipart/signed;"), kind)
        self.assertIn('protocol="application/pkcs7-signature"', kind)
        signed, _ = multipart(out)
        self.assertEqual(signed, TEXT)
        self.assertIn(b"Content-Type: application/pkcs7-signature; "
                      b'name="smime.p7s"', out)
        self.assertIn(b'filename="smime.p7s"', out)

    def test_form_of_opaque(self):
        _, out = self.protect(mail(), sign={"form": "opaque"})
        kind, = values(out, "Content-Type")
        self.assertTrue(kind.startswith("application/pkcs7-mime;"), kind)
        self.assertIn("smime-type=signed-data", kind)
        self.assertIn('name="smime.p7m"', kind)
        self.assertEqual(values(out, "Content-Transfer-Encoding"), ["base64"])
        for line in body(out).split(b"\r\n"):
            self.assertLessEqual(len(line), 76)
        self.verified(der(out), form="DER")

    def test_include_chain(self):
        wanted = {"none": {"alice"}, "chain": {"alice", "intermediate"},
                  "chain-and-root": {"alice", "intermediate", "ca"}}
        names = {"O=Example/CN=alice": "alice",
                 "O=Example/CN=Example Intermediate": "intermediate",
                 "O=Example/CN=Example Root": "ca"}
        for form in ("detached", "opaque"):
            for include, people in wanted.items():
                with self.subTest(form=form, include=include):
                    _, out = self.protect(mail(), sign={
                        "includeChain": include, "form": form})
                    data = multipart(out)[1] if form == "detached" \
                        else der(out)
                    text = self.openssl("pkcs7", "-print_certs", "-noout",
                                        "-inform", "DER", data=data).decode()
                    found = [line.split("=", 1)[1].strip().replace(
                        " = ", "=").replace(", ", "/").lstrip("/")
                             for line in text.splitlines()
                             if line.startswith("subject=")]
                    self.assertEqual({names[name] for name in found}, people)
                    self.assertEqual(len(found), len(people))

    def test_signed_attributes(self):
        for name in ("alice", "carol"):
            _, out = self.protect(mail(name), sign={})
            text = self.printed(multipart(out)[1])
            signed = text.split("signedAttrs:")[1].split(
                "signatureAlgorithm")[0]
            for attribute in ("contentType", "messageDigest", "signingTime",
                              "S/MIME Capabilities",
                              "id-smime-aa-signingCertificateV2",
                              "1.2.840.113549.1.9.16.2.11"):
                self.assertEqual(
                    len(re.findall(r"object: .*" + re.escape(attribute),
                                   signed)), 1, attribute)

    def test_certificate_that_was_named(self):
        result, out = self.protect(mail("alice"), sign={
            "certificate": self.fingerprint("bob")})
        self.assertEqual(result["signedBy"], self.fingerprint("bob"))
        self.verified(out)
        self.summary(self.read(out)[0], "invalid",
                     reasons=["address-mismatch"])

    def test_header_stays(self):
        more = ("Bcc: erin@example.org\r\nX-One: a\r\n  folded\r\n"
                "Received: by x\r\nReceived: by y\r\n"
                "In-Reply-To: <0@example.org>\r\nX-One: b\r\n")
        given = mail(more=more)
        for params in ({"sign": {}}, {"sign": {"form": "opaque"}},
                       {"encrypt": {"recipients": ["bob@example.org"]}}):
            _, out = self.protect(given, **params)
            kept = [field for field in fields(given)
                    if field[0] not in ("Bcc", "MIME-Version") and
                    not field[0].startswith("Content-")]
            self.assertEqual(
                [field for field in fields(out)
                 if field[0] != "MIME-Version" and
                 not field[0].startswith("Content-")], kept)
            self.assertEqual(values(out, "MIME-Version"), ["1.0"])
            self.assertNotIn(b"erin@", out)

    def test_nothing_is_added(self):
        """Neither Date nor Message-ID, and no Subject."""
        _, out = self.protect(b"From: alice@example.org\r\n\r\nhi\r\n",
                              sign={})
        self.assertEqual([name for name, _ in fields(out)],
                         ["From", "MIME-Version", "Content-Type"])
        self.assertEqual(body(multipart(out)[0]), b"hi\r\n")

    def test_bare_line_feeds(self):
        _, out = self.protect(mail().replace(b"\r\n", b"\n"), sign={})
        self.assertNotRegex(out, rb"(?<!\r)\n")
        self.assertEqual(multipart(out)[0], TEXT)
        self.assertEqual(self.verified(out), TEXT)

    def test_multipart(self):
        _, out = self.protect(mail(entity=MIXED), sign={})
        self.assertEqual(multipart(out)[0], MIXED)
        self.assertEqual(self.read(out)[1], MIXED)

    def test_entity(self):
        for form in ("detached", "opaque"):
            result, out = self.protect(TEXT, kind="entity", sign={
                "certificate": self.fingerprint("alice"), "form": form})
            self.assertEqual(result["signedBy"], self.fingerprint("alice"))
            self.assertEqual({name.split("-")[0] for name, _ in fields(out)},
                             {"Content"})
            self.verified(b"MIME-Version: 1.0\r\n" + out)
        self.refused("invalid-params", self.protect, TEXT, kind="entity",
                     sign={})

    def test_ends_without_line_end(self):
        for entity in (TEXT[:-2], TEXT.rstrip(), b"\r\n", b"",
                       b"Content-Type: text/plain\r\n\r\n"):
            with self.subTest(entity=entity):
                _, out = self.protect(mail(entity=entity), sign={})
                self.verified(out)
                self.summary(self.read(out)[0], "valid")


class Choice(MailCase):
    """The signing certificate by the From address."""

    @classmethod
    def prepare(cls):
        for name, mailbox, start in (
                ("older", "choice", "20250101000000Z"),
                ("newer", "choice", "20250601000000Z"),
                ("twin1", "twin", "20250101000000Z"),
                ("twin2", "twin", "20250101000000Z"),
                ("over", "lapsed", "20200101000000Z")):
            end = "20210101000000Z" if name == "over" else "20350101000000Z"
            cls.pki.issue(cls.home, name, address(mailbox), start, end)
            cls.pki.add(cls.database, cls.home, name)

    def named(self, name):
        return self.pki.fingerprint(name, self.home)

    def test_newest(self):
        result, _ = self.protect(mail("choice"), sign={})
        self.assertEqual(result["signedBy"], self.named("newer"))

    def test_ambiguous(self):
        failure = self.refused("certificate-ambiguous", self.protect,
                               mail("twin"), sign={})
        self.assertEqual(sorted(failure.data["candidates"]),
                         sorted((self.named("twin1"), self.named("twin2"))))
        for name in ("twin1", "twin2"):
            result, _ = self.protect(mail("twin"), sign={
                "certificate": self.named(name)})
            self.assertEqual(result["signedBy"], self.named(name))

    def test_unusable(self):
        failure = self.refused("certificate-unusable", self.protect,
                               mail("lapsed"), sign={})
        self.assertEqual(failure.data["reasons"], ["expired"])

    def test_absent(self):
        self.refused("certificate-not-found", self.protect, mail("nobody"),
                     sign={})

    def test_without_key(self):
        self.refused("no-private-key", self.protect, mail("ca"), sign={
            "certificate": self.fingerprint("ca")})

    def test_several_from(self):
        text = mail().replace(b"From: Alice <alice@example.org>",
                              b"From: alice@example.org, bob@example.org")
        self.refused("invalid-params", self.protect, text, sign={})

    def test_every_address(self):
        for mailbox in ("many@example.org", "MANY.TWO@example.org",
                        "many3@b\u00fccher.example",
                        "many3@xn--bcher-kva.example",
                        "j\u00fcrgen@b\u00fccher.example"):
            with self.subTest(mailbox):
                text = mail().replace(b"alice@example.org", mailbox.encode())
                result, out = self.protect(text, sign={})
                self.assertEqual(result["signedBy"], self.fingerprint("many"))
                self.summary(self.read(out)[0], "valid")


if __name__ == "__main__":
    unittest.main()
