#!/usr/bin/env python3
# SPDX-License-Identifier: MPL-2.0
"""message.protect with `encrypt`: for whom, with what, and when nothing."""

import unittest

from mail_case import (MIXED, TEXT, MailCase, address, body, der, mail,
                       values)

CIPHERS = tuple("aes-%d-%s" % (bits, mode) for mode in ("cbc", "gcm")
                for bits in (128, 192, 256))


class Encrypted(MailCase):
    def used(self, result):
        """The names of the recipients in the result."""
        return {entry["address"].split("@")[0]: entry["source"]
                for entry in result["recipients"]}

    def test_ciphers(self):
        for cipher in CIPHERS:
            with self.subTest(cipher):
                result, out = self.protect(
                    mail(to=("bob", "carol")), encrypt={"cipher": cipher})
                self.assertEqual(result["cipher"], cipher)
                self.assertEqual(sorted(result["keyManagement"]),
                                 ["ecdh", "rsa-pkcs1"])
                kind, = values(out, "Content-Type")
                self.assertIn("smime-type=" + (
                    "authEnveloped-data" if cipher.endswith("gcm")
                    else "enveloped-data"), kind)
                for name in ("bob", "carol", "alice"):
                    self.assertEqual(self.decrypted(name, out), TEXT)
                read, content = self.read(out)
                self.assertEqual(content, TEXT)
                layer, = read["layers"]
                self.assertEqual(layer["contentEncryption"], cipher)
                self.assertEqual(layer["recipients"], 3)

    def test_form(self):
        _, out = self.protect(mail(), encrypt={})
        kind, = values(out, "Content-Type")
        self.assertTrue(kind.startswith("application/pkcs7-mime;"), kind)
        self.assertIn('name="smime.p7m"', kind)
        self.assertEqual(values(out, "Content-Transfer-Encoding"), ["base64"])
        self.assertEqual(values(out, "Content-Disposition"),
                         ['attachment; filename="smime.p7m"'])
        self.assertNotIn(b"B=C3=B6b", body(out))

    def test_cbc_is_the_default(self):
        result, _ = self.protect(mail(), encrypt={})
        self.assertEqual(result["cipher"], "aes-256-cbc")

    def test_oaep(self):
        for digest in ("sha1", "sha256", "sha512"):
            result, out = self.protect(mail(), encrypt={
                "rsa": "oaep", "oaepDigest": digest})
            self.assertEqual(result["keyManagement"], ["rsa-oaep"])
            self.assertEqual(self.decrypted("bob", out), TEXT)

    def test_recipients_of_the_header(self):
        result, out = self.protect(
            mail(to=("bob", "erin"),
                 more="Cc: Dave <dave@example.org>\r\n"), encrypt={})
        self.assertEqual(self.used(result), {
            "bob": "local", "erin": "local", "dave": "local",
            "alice": "self"})
        self.assertEqual(self.recipients(out)[0], 4)

    def test_recipients_of_the_request(self):
        """The header's are not added to those."""
        result, out = self.protect(mail(to=("bob",)), encrypt={
            "recipients": ["CAROL@example.org",
                           {"address": "dave@example.org"},
                           {"certificate": self.fingerprint("erin")}],
            "toSelf": False})
        self.assertEqual([entry["certificate"]
                          for entry in result["recipients"]],
                         [self.fingerprint(name)
                          for name in ("carol", "dave", "erin")])
        self.assertEqual(self.recipients(out)[0], 3)
        for name in ("carol", "dave", "erin"):
            self.assertEqual(self.decrypted(name, out), TEXT)

    def test_same_one_twice(self):
        for recipients in (["bob@example.org", "BOB@example.org"],
                           ["bob@example.org",
                            {"address": "bob@example.org"}]):
            with self.subTest(recipients):
                _, out = self.protect(mail(), encrypt={
                    "recipients": recipients, "toSelf": False})
                self.assertEqual(self.recipients(out)[0], 1)

    def test_to_self(self):
        for wanted, count in ((None, 2), (True, 2), (False, 1)):
            encrypt = {} if wanted is None else {"toSelf": wanted}
            result, out = self.protect(mail(), encrypt=encrypt)
            self.assertEqual("alice" in self.used(result), count == 2)
            self.assertEqual(self.recipients(out), (count, {
                self.serial(name)
                for name in ("bob", "alice")[:count]}))

    def test_to_self_where_it_cannot_be(self):
        """By default it is left out; said in so many words it is needed."""
        result, _ = self.protect(mail("nobody"), encrypt={})
        self.assertEqual(self.used(result), {"bob": "local"})
        failure = self.refused("certificate-not-found", self.protect,
                               mail("nobody"), encrypt={"toSelf": True})
        self.assertEqual([entry["address"]
                          for entry in failure.data["addresses"]],
                         [address("nobody")])
        failure = self.refused("certificate-unusable", self.protect,
                               mail("expired"), encrypt={"toSelf": True})
        self.assertEqual(failure.data["addresses"], [
            {"address": address("expired"), "kind": "certificate-unusable",
             "reasons": ["expired"]}])

    def test_sender_is_a_recipient(self):
        _, out = self.protect(mail(to=("bob", "alice")), encrypt={})
        self.assertEqual(self.recipients(out)[0], 2)

    def test_problems_of_each_address(self):
        output = []
        failure = self.failure(
            self.host.run, "message.protect", {"encrypt": {}, "sign": {}},
            content=mail(to=("bob", "expired", "nobody", "signonly", "future",
                             "server")), sink=output.append)
        self.assertEqual(output, [])
        self.assertEqual({entry["address"].split("@")[0]:
                          (entry["kind"], entry["reasons"])
                          for entry in failure.data["addresses"]}, {
            "expired": ("certificate-unusable", ["expired"]),
            "nobody": ("certificate-not-found", []),
            "signonly": ("certificate-unusable", ["usage-not-permitted"]),
            "future": ("certificate-unusable", ["not-yet-valid"]),
            "server": ("certificate-unusable", ["usage-not-permitted"])})
        self.assertEqual(failure.kind, "certificate-unusable")

    def test_problems_of_many(self):
        """Each is told of, as far as a frame has room for them."""
        def told(addresses):
            return self.refused("certificate-not-found", self.protect, mail(),
                                encrypt={"recipients": addresses}).data[
                                    "addresses"]
        people = [address("p%d" % i) for i in range(2000)]
        self.assertEqual([entry["address"] for entry in told(people)], people)
        long = ['"%d%s"@example.org' % (i, "\\\"" * 150) for i in range(2000)]
        self.assertIn(len(told(long)), range(1000, 2000))

    def test_no_recipient(self):
        self.refused("invalid-params", self.protect, mail(to=()), encrypt={})
        self.refused("invalid-params", self.protect, TEXT, kind="entity",
                     encrypt={})

    def test_addresses_that_are_none(self):
        for field in ("To: bob\r\n", "To: <bob@\r\n", "Cc: a b c\r\n"):
            with self.subTest(field):
                self.refused("malformed-message", self.protect,
                             mail(more=field), encrypt={})

    def test_groups_and_comments(self):
        text = mail(to=(), more="To: Team: bob@example.org,\r\n carol@"
                    "example.org (C);, \"x, y\" <dave@example.org>\r\n"
                    "Cc: undisclosed-recipients:;\r\n")
        result, _ = self.protect(text, encrypt={"toSelf": False})
        self.assertEqual(set(self.used(result)), {"bob", "carol", "dave"})

    def test_internationalised_address(self):
        for mailbox in ("j\u00fcrgen@b\u00fccher.example",
                        "j\u00fcrgen@xn--bcher-kva.example",
                        "many3@b\u00fccher.example"):
            text = mail(to=(), more="To: <%s>\r\n" % mailbox)
            result, out = self.protect(text, encrypt={"toSelf": False})
            self.assertEqual(result["recipients"][0]["certificate"],
                             self.fingerprint("many"))
            self.assertEqual(self.decrypted("many", out), TEXT)

    def test_signed_and_encrypted(self):
        for form, inner in (("detached", "multipart-signed"),
                            ("opaque", "pkcs7-mime")):
            result, out = self.protect(mail(entity=MIXED),
                                       sign={"form": form}, encrypt={})
            self.assertEqual(result["signedBy"], self.fingerprint("alice"))
            plain = self.decrypted("bob", out)
            self.assertEqual(self.verified(plain), MIXED)
            read, content = self.read(out)
            self.summary(read, "valid", "full")
            self.assertEqual([(layer["type"], layer["form"], layer["part"])
                              for layer in read["layers"]],
                             [("enveloped", "pkcs7-mime", "1"),
                              ("signed", inner, "1.1")])
            self.assertEqual(content, MIXED)

    def test_2000_recipients(self):
        one = {"certificate": self.fingerprint("bob")}
        self.refused("malformed-message", self.protect, mail(),
                     encrypt={"recipients": [one] * 2001})

    def test_entity(self):
        _, out = self.protect(TEXT, kind="entity", encrypt={
            "recipients": ["bob@example.org"]})
        self.assertEqual(self.recipients(out)[0], 1)
        self.assertEqual(self.decrypted("bob", der(out), "DER"), TEXT)


if __name__ == "__main__":
    unittest.main()
