#!/usr/bin/env python3
# SPDX-License-Identifier: MPL-2.0
"""message.read of signed mail, with openssl as the writer: the summary, the
layers, the signers, the content byte for byte."""

import unittest

from mail_case import (DATE, MIXED, TEXT, MailCase, address, der, enclose,
                       entity_of, mail, multipart)

SIGNERS = ("alice", "bob", "carol", "dave", "erin", "pss", "many", "anyeku",
           "signonly")


class Signed(MailCase):
    def test_every_key(self):
        for name in SIGNERS:
            for form in ("detached", "opaque"):
                with self.subTest(name=name, form=form):
                    read, content = self.read(
                        self.cms_sign(name, MIXED, form=form))
                    self.summary(read, "valid")
                    self.assertEqual(content, MIXED)
                    layer, = read["layers"]
                    self.assertEqual((layer["type"], layer["part"]),
                                     ("signed", "1"))
                    self.assertEqual(layer["form"], {
                        "detached": "multipart-signed",
                        "opaque": "pkcs7-mime"}[form])

    def test_what_a_signer_says(self):
        read, _ = self.read(self.cms_sign("alice", TEXT, "-md", "sha384"))
        signer = self.signer(read)
        self.assertEqual(set(signer), {
            "status", "reasons", "certificate", "addresses", "signingTime",
            "digest", "algorithm", "chain", "revocation"})
        self.assertEqual(signer["status"], "valid")
        self.assertEqual(signer["reasons"], [])
        self.assertEqual(signer["certificate"]["fingerprint"],
                         self.fingerprint("alice"))
        self.assertEqual(signer["addresses"], [address("alice")])
        self.assertEqual(signer["digest"], "sha384")
        self.assertEqual(signer["algorithm"], "rsa-pkcs1")
        self.assertEqual(signer["revocation"], "not-checked")
        self.assertRegex(signer["signingTime"],
                         r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")
        chain = [self.fingerprint(name)
                 for name in ("alice", "intermediate", "ca")]
        self.assertEqual(signer["chain"], chain)
        self.assertEqual(set(read["table"]), set(chain))
        for entry in read["table"].values():
            self.assertEqual(entry["reasons"], [])
            self.assertNotIn("status", entry)

    def test_what_its_certificate_is_good_for_now(self):
        """As certificate.get has it, whatever held when the mail was sent."""
        found = {}
        for name in ("alice", "signonly", "expired"):
            with self.subTest(name=name):
                read, _ = self.read(self.cms_sign(name, TEXT))
                found[name] = self.signer(read)["certificate"]["status"]
                known = self.host.request("certificate.get", {
                    "fingerprint": self.fingerprint(name)})
                self.assertEqual(found[name],
                                 known["certificate"]["status"])
        self.assertTrue(found["alice"]["encrypt"]["usable"])
        self.assertTrue(found["signonly"]["sign"]["usable"])
        self.assertFalse(found["signonly"]["encrypt"]["usable"])
        self.assertEqual(found["expired"]["sign"],
                         {"usable": False, "reasons": ["expired"]})

    def test_what_a_certificate_that_came_along_is_good_for_now(self):
        read, _ = self.read(self.cms_sign("mallory", TEXT))
        status = self.signer(read)["certificate"]["status"]
        for purpose in ("sign", "encrypt"):
            self.assertEqual(status[purpose], {
                "usable": False, "reasons": ["issuer-unknown"]})

    def test_algorithm_that_is_not_known(self):
        """It is named by its OID: one may know more of it."""
        message = self.cms_sign("alice", TEXT, form="opaque")
        rsa, other = (bytes.fromhex("2a864886f70d0101" + end)
                      for end in ("01", "63"))
        sha256, digest = (bytes.fromhex("608648016503040" + end)
                          for end in ("201", "2%02x" % 0x63))
        data = der(message)
        at = data.rindex(rsa)
        data = data[:at] + other + data[at + len(rsa):]
        read, _ = self.read(data, kind="cms")
        signer = self.signer(read)
        self.assertEqual(signer["algorithm"], "1.2.840.113549.1.1.99")
        self.assertEqual(signer["digest"], "sha256")
        self.assertIn("unsupported-algorithm", signer["reasons"])
        read, _ = self.read(data.replace(sha256, digest), kind="cms")
        self.assertEqual(self.signer(read)["digest"],
                         "2.16.840.1.101.3.4.2.99")

    def test_several_signers(self):
        """The worst decides."""
        for second, signature in (("bob", "invalid"), ("mallory", "unknown")):
            read, _ = self.read(self.cms_sign(
                "alice", TEXT, "-signer", self.pki.path(second + ".crt"),
                "-inkey", self.pki.path(second + ".key")))
            self.assertNotEqual(read["summary"]["signature"], "valid")
            self.assertEqual(len(read["layers"][0]["signers"]), 2)
            self.assertEqual(sorted(
                signer["status"] == "valid"
                for signer in read["layers"][0]["signers"]), [False, True])

    def test_changed(self):
        message = self.cms_sign("alice")
        for old, new in ((b"Dear", b"Bear"), (b"you=20", b"you=21"),
                         (b"text/plain", b"text/xlain"),
                         (b"see you=20\r\n\r\n", b"see you=20\r\n")):
            with self.subTest(old):
                self.assertEqual(message.count(old), 1)
                read, _ = self.read(message.replace(old, new))
                self.summary(read, "invalid", reasons=["content-altered"])

    def test_changed_opaque(self):
        message = self.cms_sign("alice", form="opaque")
        data = der(message)
        self.assertEqual(data.count(b"Dear"), 1)
        read, _ = self.read(data.replace(b"Dear", b"Bear"), kind="cms",
                            context={"from": address("alice")})
        self.summary(read, "invalid", reasons=["content-altered"])

    def test_signature_of_another_key(self):
        one, other = (self.cms_sign("alice", text, "-noattr")
                      for text in (TEXT, TEXT + b"more\r\n"))
        one_der, other_der = (multipart(message)[1]
                              for message in (one, other))
        self.assertEqual(len(one_der), len(other_der))
        forged = one_der[:-256] + other_der[-256:]
        text = self.file(forged, "forged")
        entity = self.openssl("base64", "-in", text).replace(b"\n", b"\r\n")
        head, tail = one.split(b"\r\n\r\n", 1)
        del tail
        boundary = head.split(b'boundary="')[1].split(b'"')[0]
        read, _ = self.read(
            head + b"\r\n\r\n--" + boundary + b"\r\n" + TEXT + b"\r\n--" +
            boundary + b"\r\nContent-Type: application/pkcs7-signature\r\n"
            b"Content-Transfer-Encoding: base64\r\n\r\n" + entity +
            b"\r\n--" + boundary + b"--\r\n")
        self.summary(read, "invalid", reasons=["signature-mismatch"])

    def test_from(self):
        """Who signs must be who writes, alone and in plain sight."""
        given = b"From: Alice <alice@example.org>"
        message = self.cms_sign("alice")
        self.assertIn(given, message)
        for line, signature, reason in (
                (b"From: bob@example.org", "invalid", "address-mismatch"),
                (b"From: ALICE@Example.ORG", "valid", None),
                (b"From: =?utf-8?q?Alic=C3=A9?= <alice@example.org>", "valid",
                 None),
                (b"From: bob@example.org, alice@example.org", "unknown",
                 "several-from"),
                (given + b"\r\nFrom: bob@example.org", "unknown",
                 "several-from"),
                (b'From: "bob@example.org" <alice@example.org>', "unknown",
                 "display-name-misleads"),
                (b"X-From: alice@example.org", "unknown", "no-from"),
                (b"From:", "unknown", "no-from")):
            with self.subTest(line):
                read, _ = self.read(message.replace(given, line))
                self.summary(read, signature,
                             reasons=[reason] if reason else [])

    def test_paths(self):
        for name, signature, reason in (
                ("mallory", "unknown", "issuer-unknown"),
                ("stranger", "unknown", "issuer-untrusted"),
                ("expired", "invalid", "expired"),
                ("future", "invalid", "not-yet-valid"),
                ("server", "invalid", "usage-not-permitted"),
                ("encryptonly", "invalid", "usage-not-permitted")):
            with self.subTest(name):
                read, _ = self.read(self.cms_sign(name))
                self.assertEqual(read["summary"]["signature"], signature)
                self.assertIn(reason, read["summary"]["reasons"])

    def test_signer_that_is_not_there(self):
        read, _ = self.read(self.cms_sign("mallory", TEXT, "-nocerts"))
        self.summary(read, "unknown",
                     reasons=["signer-certificate-missing"])
        self.assertIsNone(self.signer(read)["certificate"])
        self.assertEqual(self.signer(read)["chain"], [])
        read, _ = self.read(self.cms_sign("bob", TEXT, "-nocerts"))
        self.summary(read, "valid")  # the database has it

    def test_weak_digest(self):
        for digest, reason in (("sha1", "weak-digest"), ("md5",
                                                         "weak-digest")):
            read, _ = self.read(self.cms_sign("alice", TEXT, "-md", digest))
            self.summary(read, "invalid", reasons=[reason])

    def test_certificates_that_are_new(self):
        read, _ = self.read(self.cms_sign("mallory"))
        one, = (entry for entry in read["certificates"]
                if entry["fingerprint"] == self.fingerprint("mallory"))
        self.assertEqual(self.unbase64(one["data"]), self.pki.der("mallory"))
        read, _ = self.read(self.cms_sign("alice"))
        self.assertEqual(read["certificates"], [])

    def unbase64(self, text):
        return self.openssl("base64", "-d", "-A", data=text.encode())

    def test_kinds(self):
        """Of an entity and a CMS object there is no From: `context` says."""
        message = self.cms_sign("alice", MIXED, form="opaque")
        for kind, content in (("entity", entity_of(message)),
                              ("cms", der(message))):
            read, out = self.read(content, kind=kind)
            self.summary(read, "unknown", reasons=["no-from"])
            self.assertEqual(out, MIXED)
            for sender, signature, reasons in (
                    ("Alice <alice@example.org>", "valid", []),
                    ("bob@example.org", "invalid", ["address-mismatch"])):
                read, _ = self.read(content, kind=kind,
                                    context={"from": sender})
                self.summary(read, signature, reasons=reasons)
            read, _ = self.read(content, kind=kind, context={
                "from": address("alice"), "date": DATE})
            self.summary(read, "valid")

    def test_kind_beside_or_inside(self):
        message = self.cms_sign("alice", MIXED, form="opaque")
        kind, context = "cms", {"from": address("alice")}
        for params in ({"kind": kind, "context": context},
                       {"content": {"kind": kind, "context": context}},
                       {"kind": kind, "content": {"context": context}},
                       {"context": context, "content": {"kind": kind}}):
            result, content = self.read(der(message), **params)
            self.summary(result, "valid")
            self.assertEqual(content, MIXED)

    def test_inline(self):
        result, content = self.host.run(
            "message.read", {}, content=self.cms_sign("alice", MIXED),
            inline=True)
        self.summary(result, "valid")
        self.assertEqual(content, MIXED)

    def test_byte_by_byte(self):
        """What comes out does not depend on how it came in."""
        message = self.protect(mail(entity=MIXED), sign={}, encrypt={},
                               order="triple-wrap")[1]
        result, content = self.host.run(
            "message.read", {}, content=(message[i:i + 1]
                                         for i in range(len(message))))
        self.summary(result, "valid", "full")
        self.assertEqual(content, MIXED)

    def test_progress(self):
        stream = self.host.new_stream()
        message = self.cms_sign("alice", TEXT + b"x" * 70 + b"\r\n")
        pending = self.host.begin("message.read", {
            "progress": True, "content": {"stream": stream,
                                          "size": len(message)}})
        self.host.feed(stream, (message,))
        self.host.finish(pending)
        for entry in pending.progress:
            self.assertEqual(entry["total"], len(message))
            self.assertLessEqual(entry["done"], len(message))
        self.assertTrue(pending.progress)

    def test_pem(self):
        text = self.openssl("cms", "-sign", "-binary", "-nodetach", "-signer",
                            self.pki.path("bob.crt"), "-inkey",
                            self.pki.path("bob.key"), "-outform", "PEM",
                            data=TEXT)
        read, content = self.read(text, kind="cms",
                                  context={"from": address("bob")})
        self.summary(read, "valid")
        self.assertEqual(content, TEXT)

    def test_certificates_only(self):
        chain = self.file(self.pki.bytes("mallory.crt") +
                          self.pki.bytes("bob.crt"), "certs")
        data = self.openssl("crl2pkcs7", "-nocrl", "-certfile", chain,
                            "-outform", "DER")
        read, content = self.read(data, kind="cms")
        self.assertEqual(content, b"")
        layer, = read["layers"]
        self.assertIs(layer["certificatesOnly"], True)
        self.assertEqual([entry["fingerprint"]
                          for entry in read["certificates"]],
                         [self.fingerprint("mallory")])

    def test_line_ends(self):
        """A store that keeps mails with LF still shows a good signature."""
        for form in ("detached", "opaque"):
            message = self.cms_sign("alice", MIXED, form=form)
            read, content = self.read(message.replace(b"\r\n", b"\n"))
            self.summary(read, "valid")
            self.assertEqual(content, MIXED)

    def test_as_a_store_keeps_it(self):
        """mbox and Thunderbird put lines before the header."""
        message = self.cms_sign("alice")
        lines = (b"X-Mozilla-Status: 0001\n"
                 b"X-Mozilla-Status2: 00000000\n"
                 b"X-Mozilla-Keys: %s\n" % (b" " * 80))
        for prefix in (b"From - Tue Nov 24 05:00:00 2026\n" + lines,
                       b"From alice@example.org Tue Nov 24 05:00:00 2026\r\n",
                       lines, lines.replace(b"\n", b"\r\n")):
            for text in (message, message.replace(b"\r\n", b"\n")):
                read, content = self.read(prefix + text)
                self.summary(read, "valid")
                self.assertEqual(content, TEXT)

    def test_binary(self):
        """Without base64 (RFC 8551 section 3.1), and base64 of which no
        field tells."""
        message = self.cms_sign("alice", MIXED, form="opaque")
        head = message.split(b"\r\n\r\n")[0]
        field = b"\r\nContent-Transfer-Encoding: base64"
        self.assertEqual(head.count(field), 1)
        body = der(message)
        self.assertIn(b"\n", body.replace(b"\r\n", b""))
        for coding in (b"binary", b"8bit", None):
            fields = head.replace(field, b"" if coding is None else
                                  field.replace(b"base64", coding))
            read, content = self.read(fields + b"\r\n\r\n" + body)
            self.summary(read, "valid")
            self.assertEqual(content, MIXED)
        read, content = self.read(message.replace(field, b""))
        self.summary(read, "valid")
        self.assertEqual(content, MIXED)
        message = self.cms_sign("alice", TEXT)
        self.assertEqual(message.count(field), 1)
        self.summary(self.read(message.replace(field, b""))[0], "valid")

    def test_without_smime(self):
        for entity in (TEXT, MIXED, enclose(TEXT, MIXED.replace(b"=_b",
                                                                b"=_c"))):
            read, content = self.read(mail(entity=entity))
            self.summary(read)
            self.assertEqual(read["layers"], [])
            self.assertTrue(content.endswith(entity.split(b"\r\n\r\n", 1)[1]))


if __name__ == "__main__":
    unittest.main()
