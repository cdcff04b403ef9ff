#!/usr/bin/env python3
# SPDX-License-Identifier: MPL-2.0
"""Signed, encrypted, and signed again (RFC 2634 section 1.1)."""

import unittest

from mail_case import MIXED, TEXT, MailCase, entity_of, mail, multipart

SIGN = {"sign": {}, "encrypt": {}, "order": "triple-wrap"}


class TripleWrap(MailCase):
    def test_layers(self):
        for form in ("detached", "opaque"):
            for cipher in ("aes-256-cbc", "aes-128-gcm"):
                with self.subTest(form=form, cipher=cipher):
                    result, out = self.protect(
                        mail(entity=MIXED), sign={"form": form},
                        encrypt={"cipher": cipher}, order="triple-wrap")
                    self.assertEqual(result["signedBy"],
                                     self.fingerprint("alice"))
                    read, content = self.read(out)
                    self.summary(read, "valid", "full")
                    self.assertEqual(content, MIXED)
                    self.assertEqual(
                        [layer["part"] for layer in read["layers"]],
                        ["1", "1.1", "1.1.1"])
                    self.assertEqual(
                        [layer["type"] for layer in read["layers"]],
                        ["signed", "auth-enveloped" if "gcm" in cipher
                         else "enveloped", "signed"])

    def test_as_the_peer_reads_it(self):
        _, out = self.protect(mail(), **SIGN)
        outer = self.verified(out)
        middle = self.decrypted("bob", outer)
        self.assertEqual(self.verified(middle), TEXT)

    def made(self, outer="bob", inner="alice"):
        """What openssl wraps three times."""
        signed = entity_of(self.cms_sign(inner))
        encrypted = entity_of(self.cms_encrypt(["bob"], signed))
        return self.cms_sign(outer, encrypted, sender=inner)

    def test_made_by_the_peer(self):
        read, content = self.read(self.made("alice"))
        self.summary(read, "valid", "full")
        self.assertEqual(content, TEXT)

    def test_outer_signer_is_reported_only(self):
        """Like a mailing list's: somebody else, or one that nobody knows."""
        for outer, reason in (("bob", "address-mismatch"),
                              ("mallory", "issuer-unknown")):
            read, _ = self.read(self.made(outer))
            self.summary(read, "valid", "full")
            self.assertIn(reason, self.signer(read, 0)["reasons"])
            self.assertEqual(self.signer(read, 2)["status"], "valid")

    def test_inner_signer_decides(self):
        read, _ = self.read(self.made("alice", inner="mallory"))
        self.assertEqual(read["summary"]["signature"], "unknown")

    def test_changed_outside(self):
        """What covers all is checked, though another signs for the mail."""
        _, out = self.protect(mail(), **SIGN)
        signed, _ = multipart(out)
        changed = signed.replace(b"smime.p7m", b"smime.p7M")
        read, _ = self.read(out.replace(signed, changed))
        self.assertIn("content-altered", self.signer(read, 0)["reasons"])


if __name__ == "__main__":
    unittest.main()
