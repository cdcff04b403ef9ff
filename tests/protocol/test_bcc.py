#!/usr/bin/env python3
# SPDX-License-Identifier: MPL-2.0
"""Bcc recipients: each has a copy of its own, and is in no other."""

import base64
import unittest

from mail_case import (TEXT, MailCase, address, fields, mail, multipart,
                       values)

SECRET = ("dave", "erin")
BCC = "Bcc: Dave <dave@example.org>,\r\n erin@example.org\r\n"


class Bcc(MailCase):
    def copies(self, result):
        """The inline copies by the names of their recipients."""
        return {copy["address"].split("@")[0]:
                base64.b64decode(copy["content"]["data"], validate=True)
                for copy in result["copies"]}

    def separate(self, result, out, shared=("bob", "alice")):
        """Everyone is where he should be, and nowhere else."""
        self.assertEqual({entry["address"].split("@")[0]
                          for entry in result["recipients"]
                          if entry.get("bcc")}, set(SECRET))
        self.assertEqual(self.recipients(out), (
            len(shared), {self.serial(name) for name in shared}))
        copies = self.copies(result)
        self.assertEqual(set(copies), set(SECRET))
        for data in (out, *copies.values()):
            self.assertEqual(values(data, "Bcc"), [])
            for name in SECRET:
                self.assertNotIn(address(name).encode(), data)
        for name, data in copies.items():
            self.assertEqual(self.recipients(data),
                             (1, {self.serial(name)}))
            self.assertEqual(
                [field for field in fields(data) if field[0] in ("From", "To",
                 "Subject", "Date", "Message-ID")],
                [field for field in fields(out) if field[0] in ("From", "To",
                 "Subject", "Date", "Message-ID")])
        return copies

    def test_from_the_field(self):
        result, out = self.protect(mail(more=BCC), encrypt={})
        copies = self.separate(result, out)
        self.assertEqual(self.decrypted("bob", out), TEXT)
        for name, data in copies.items():
            self.assertEqual(self.decrypted(name, data), TEXT)

    def test_from_the_request(self):
        result, out = self.protect(mail(), encrypt={"recipients": [
            "bob@example.org",
            *({"address": address(name), "bcc": True} for name in SECRET)]})
        self.separate(result, out)

    def test_by_certificate(self):
        result, out = self.protect(mail(), encrypt={"recipients": [
            "bob@example.org",
            *({"certificate": self.fingerprint(name), "bcc": True}
              for name in SECRET)]})
        self.separate(result, out)

    def test_named_without_saying_so(self):
        """The field decides, where the request forgot to."""
        result, out = self.protect(mail(more=BCC), encrypt={"recipients": [
            "bob@example.org", *map(address, SECRET)]})
        self.separate(result, out)

    def test_open_and_secret(self):
        """Who is in To anyway is no secret, and gets one copy."""
        result, out = self.protect(
            mail(to=("bob", "dave"), more="Bcc: DAVE@example.org\r\n"),
            encrypt={})
        self.assertNotIn("copies", result)
        self.assertEqual(self.recipients(out)[0], 3)

    def test_one_signature_for_all(self):
        """ECDSA never signs twice alike."""
        result, out = self.protect(mail("carol", more=BCC), sign={},
                                   encrypt={})
        copies = self.separate(result, out, ("bob", "carol"))
        inner = {self.decrypted("bob", out), *(
            self.decrypted(name, data) for name, data in copies.items())}
        self.assertEqual(len(inner), 1)
        self.assertEqual(self.verified(inner.pop()), TEXT)

    def test_keys_are_not_shared(self):
        """Each copy has a content key of its own: else whoever has one
        copy could read what was changed in another."""
        result, out = self.protect(mail(more=BCC), encrypt={})
        texts = {data.split(b"\r\n\r\n", 1)[1]
                 for data in (out, *self.copies(result).values())}
        self.assertEqual(len({text[-200:] for text in texts}), 3)

    def test_sender_reads_the_common_copy(self):
        _, out = self.protect(mail(more=BCC), sign={}, encrypt={})
        read, content = self.read(out)
        self.summary(read, "valid", "full")
        self.assertEqual(content, TEXT)

    def test_each_reads_his_copy(self):
        result, _ = self.protect(mail(more=BCC), sign={}, encrypt={})
        for name, data in self.copies(result).items():
            read, content = self.read(data)
            self.summary(read, "valid", "full")
            self.assertEqual(read["layers"][0]["decryptedWith"],
                             self.fingerprint(name))
            self.assertEqual(content, TEXT)

    def test_all_secret(self):
        """The common copy is the sender's own then."""
        result, out = self.protect(mail(to=(), more=BCC), encrypt={})
        self.separate(result, out, shared=("alice",))
        self.refused("invalid-params", self.protect, mail(to=(), more=BCC),
                     encrypt={"toSelf": False})

    def test_signed_alone(self):
        """The field goes; a copy for nobody is not made."""
        result, out = self.protect(mail(more=BCC), sign={})
        self.assertNotIn("copies", result)
        self.assertNotIn(b"dave@", out.lower())
        self.assertEqual(multipart(out)[0], TEXT)

    def test_triple_wrap(self):
        result, out = self.protect(mail(more=BCC), sign={}, encrypt={},
                                   order="triple-wrap")
        for data in (out, *self.copies(result).values()):
            self.assertEqual(values(data, "Bcc"), [])
            self.assertNotIn(b"\nBcc:", data)
            read, _ = self.read(data)
            self.summary(read, "valid", "full")
            self.assertEqual([layer["type"] for layer in read["layers"]],
                             ["signed", "enveloped", "signed"])

    def test_on_streams(self):
        content = TEXT + b"x" * 70 + b"\r\n" + 20000 * (b"y" * 70 + b"\r\n")
        taken = {name: bytearray() for name in SECRET}
        result, out = self.protect(
            mail(entity=content, more=BCC), encrypt={}, copyStreams={
                address(name): {"stream": self.host.open_output(sink.extend)}
                for name, sink in taken.items()})
        self.assertEqual(sorted(copy["address"] for copy in result["copies"]),
                         sorted(map(address, SECRET)))
        for copy in result["copies"]:
            self.assertEqual(set(copy), {"address", "stream"})
        self.assertEqual(self.decrypted("bob", out), content)
        for name, data in taken.items():
            self.assertEqual(self.recipients(bytes(data)),
                             (1, {self.serial(name)}))
            self.assertEqual(self.decrypted(name, bytes(data)), content)

    def test_one_stream_one_inline(self):
        sink = bytearray()
        result, _ = self.protect(mail(more=BCC), encrypt={}, copyStreams={
            "dave@example.org": {
                "stream": self.host.open_output(sink.extend)}})
        inline, = (copy for copy in result["copies"] if "content" in copy)
        self.assertEqual(inline["address"], address("erin"))
        self.assertEqual(self.decrypted("dave", bytes(sink)), TEXT)

    def test_stream_by_another_spelling(self):
        """Addresses are compared as addresses, as everywhere."""
        sink = bytearray()
        result, _ = self.protect(
            mail(more="Bcc: dave@example.org\r\n"), encrypt={},
            copyStreams={"Dave@EXAMPLE.org": {
                "stream": self.host.open_output(sink.extend)}})
        copy, = result["copies"]
        self.assertIn("stream", copy)
        self.assertEqual(self.decrypted("dave", bytes(sink)), TEXT)

    def test_stream_for_nobody(self):
        """A client that is mistaken about who gets a copy learns it."""
        def streams(*names):
            return {name: {"stream": self.host.open_output(
                bytearray().extend)} for name in names}

        for more, encrypt, names, wrong in (
                (BCC, {}, ("dave@example.org", "bob@example.org"),
                 "bob@example.org"),
                (BCC, {}, ("dave@example.org", "DAVE@example.org"),
                 "DAVE@example.org"),
                ("", {}, ("dave@example.org",), "dave@example.org"),
                (BCC, {}, ("nonsense",), "nonsense")):
            with self.subTest(names):
                failure = self.refused(
                    "invalid-params", self.protect, mail(more=more),
                    encrypt=encrypt, copyStreams=streams(*names))
                self.assertIn('"copyStreams"', failure.message)
                self.assertIn(wrong, failure.message)
        self.refused("invalid-params", self.protect, mail(more=BCC), sign={},
                     copyStreams=streams("dave@example.org"))

    def test_too_large_for_inline(self):
        content = TEXT + 20000 * (b"y" * 70 + b"\r\n")
        self.refused("too-large", self.protect,
                     mail(entity=content, more=BCC), encrypt={})

    def test_without_certificate(self):
        """Nothing is produced, for nobody."""
        failure = self.refused(
            "certificate-not-found", self.protect,
            mail(more="Bcc: nobody@example.org\r\n"), encrypt={})
        self.assertEqual([entry["address"]
                          for entry in failure.data["addresses"]],
                         [address("nobody")])

    def test_resent_bcc(self):
        """RFC 5322 section 3.6.6: as Bcc, of whoever sent it on."""
        more = ("Resent-From: alice@example.org\r\n"
                "Resent-Bcc: Zoe <zoe@example.org>\r\n"
                "resent-bcc: Yan\r\n <yan@example.org>\r\n")
        for how in ({"sign": {}}, {"encrypt": {}},
                    {"sign": {}, "encrypt": {}}):
            for policy in ("none", "baseline", "shy"):
                with self.subTest(how, policy=policy):
                    _, out = self.protect(
                        mail(more=more), headerProtection=policy, **how)
                    _, inner = self.read(out)
                    for data in (out, inner):
                        self.assertNotIn(b"resent-bcc", data.lower())
                        self.assertNotIn(b"zoe@", data)
                        self.assertNotIn(b"yan@", data)
                    self.assertEqual(values(out, "Resent-From"),
                                     ["alice@example.org"])

    def test_several_fields(self):
        result, out = self.protect(
            mail(more="BCC: dave@example.org\r\nbcc: erin@example.org\r\n"
                      "Bcc:\r\n"), encrypt={})
        self.separate(result, out)


if __name__ == "__main__":
    unittest.main()
