#!/usr/bin/env python3
# SPDX-License-Identifier: MPL-2.0
"""Protected parts among others: told, never opened in place, and read alone
by `part`; and how parts are numbered."""

import base64
import quopri
import unittest

from mail_case import (MIXED, TEXT, MailCase, address, body, enclose,
                       entity_of, mail)

PLAIN = b"Content-Type: text/plain\r\n\r\nfrom outside"


def message_part(message, coding=None):
    head = b"Content-Type: message/rfc822\r\n"
    if coding is None:
        return head + b"\r\n" + message
    encode = {"base64": lambda data: base64.encodebytes(data).replace(
                  b"\n", b"\r\n"),
              "quoted-printable": quopri.encodestring}[coding]
    return (head + b"Content-Transfer-Encoding: " + coding.encode() +
            b"\r\n\r\n" + encode(message))


class Embedded(MailCase):
    def embedded(self, result):
        return [(entry["part"], entry["type"]) for entry in
                result["embedded"]]

    def test_signed_part(self):
        signed = entity_of(self.cms_sign("alice"))
        text = mail(entity=enclose(PLAIN, signed))
        result, content = self.read(text)
        self.assertEqual(result["summary"]["signature"], "partial")
        self.assertEqual(result["summary"]["encryption"], "none")
        self.assertEqual(result["summary"]["reasons"], ["not-covered"])
        self.assertEqual(result["layers"], [])
        self.assertEqual(self.embedded(result), [("2", "multipart/signed")])
        self.assertIn(b"from outside", content)

    def test_opaque_part(self):
        signed = entity_of(self.cms_sign("alice", form="opaque"))
        result, content = self.read(mail(entity=enclose(PLAIN, signed)))
        self.assertEqual(self.embedded(result),
                         [("2", "application/pkcs7-mime")])
        self.assertEqual(result["summary"]["signature"], "partial")
        self.assertNotIn(b"B=C3=B6b", content)

    def test_encrypted_part(self):
        """Neither decrypted nor merged: the text around it could send what
        is in it elsewhere."""
        for where in (lambda part: enclose(PLAIN, part),
                      lambda part: enclose(part, PLAIN),
                      lambda part: enclose(
                          b"Content-Type: text/html\r\n\r\n<img src='http:"
                          b"//evil.example/", part,
                          b"Content-Type: text/html\r\n\r\n'>"),
                      lambda part: enclose(part),
                      lambda part: enclose(part,
                                           outer=b"multipart/alternative")):
            encrypted = entity_of(self.cms_encrypt(["alice"], TEXT))
            result, content = self.read(mail("bob", ("alice",),
                                             where(encrypted)))
            self.assertEqual(result["summary"]["encryption"], "partial")
            self.assertEqual(len(result["embedded"]), 1)
            self.assertEqual(result["layers"], [])
            self.assertNotIn(b"B=C3=B6b", content)

    def test_part_alone(self):
        signed = entity_of(self.cms_sign("alice", MIXED))
        encrypted = entity_of(self.cms_encrypt(["bob"], TEXT))
        text = mail(entity=enclose(PLAIN, signed, encrypted))
        result, _ = self.read(text)
        self.assertEqual([part for part, _ in self.embedded(result)],
                         ["2", "3"])
        result, content = self.read(text, part="2")
        self.assertEqual(content, MIXED)
        self.assertEqual(self.signer(result)["certificate"]["fingerprint"],
                         self.fingerprint("alice"))
        self.assertNotEqual(result["summary"]["signature"], "valid")
        result, content = self.read(text, part="3")
        self.assertEqual(content, TEXT)
        self.assertEqual(result["summary"]["encryption"], "full")
        self.assertEqual(result["layers"][0]["decryptedWith"],
                         self.fingerprint("bob"))
        result, content = self.read(text, part="1")
        self.assertEqual(content.rstrip(), PLAIN)
        self.summary(result)

    def test_part_is_never_the_mails(self):
        """Whoever forwards a signed part is not its signer."""
        signed = entity_of(self.cms_sign("alice"))
        for sender in ("alice", "bob"):
            result, _ = self.read(mail(sender, ("carol",),
                                       enclose(PLAIN, signed)), part="2")
            self.assertNotEqual(result["summary"]["signature"], "valid")

    def test_forwarded_message(self):
        inner = self.cms_sign("alice", MIXED)
        text = mail("bob", ("carol",), enclose(PLAIN, message_part(inner)))
        result, content = self.read(text)
        self.assertEqual(result["summary"]["signature"], "partial")
        self.assertIn(b"multipart/signed", content)
        part, kind = self.embedded(result)[0]
        self.assertEqual(kind, "multipart/signed")
        result, content = self.read(text, part=part)
        self.assertEqual(content, MIXED)
        self.assertEqual(self.signer(result)["certificate"]["fingerprint"],
                         self.fingerprint("alice"))

    def test_encoded_message(self):
        """A message that is itself base64 or quoted-printable."""
        for form in ("detached", "opaque"):
            inner = self.cms_sign("alice", MIXED, form=form)
            for coding in ("base64", "quoted-printable"):
                with self.subTest(form=form, coding=coding):
                    text = mail("bob", ("carol",), enclose(
                        PLAIN, message_part(inner, coding)))
                    result, _ = self.read(text)
                    self.assertEqual(result["summary"]["signature"],
                                     "partial")
                    part, _ = self.embedded(result)[0]
                    self.assertEqual(part, "2")
                    result, content = self.read(text, part=part)
                    self.assertEqual(content, MIXED)
                    self.assertEqual(
                        self.signer(result)["certificate"]["fingerprint"],
                        self.fingerprint("alice"))

    def test_numbers(self):
        """As IMAP's (RFC 9051 section 6.4.5), over the peeled tree."""
        inner = enclose(b"Content-Type: text/plain\r\n\r\n2.1",
                        b"Content-Type: text/plain\r\n\r\n2.2").replace(
                            b"=_outer", b"=_inner")
        entity = enclose(b"Content-Type: text/plain\r\n\r\n1", inner,
                         b"Content-Type: text/plain\r\n\r\n3")
        encrypted = self.cms_encrypt(["alice"], entity)
        signed = self.cms_sign("alice", entity)
        for text in (mail(entity=entity), encrypted, signed):
            for part in ("1", "2.1", "2.2", "3"):
                _, content = self.read(text, part=part)
                self.assertEqual(
                    content.split(b"\r\n\r\n", 1)[1].rstrip(), part.encode())
            for part in ("4", "2.3", "1.1", "1.2", "2.1.2"):
                self.refused("invalid-params", self.read, text, part=part)

    def test_numbers_inside_a_message(self):
        inner = mail(entity=MIXED)
        text = mail("bob", entity=enclose(PLAIN, message_part(inner)))
        for part, end in (("2.1", b"one"), ("2.2", b"AAECAwQ=")):
            _, content = self.read(text, part=part)
            self.assertEqual(content.rstrip().split(b"\r\n")[-1], end)

    def test_only_part(self):
        """What is not divided is its own part 1."""
        for text in (mail(), self.cms_encrypt(["alice"], TEXT),
                     self.cms_sign("alice"),
                     self.cms_sign("alice", form="opaque")):
            result, content = self.read(text, part="1")
            self.assertEqual(body(content), body(TEXT))
            self.assertEqual(result["headers"]["subject"]["value"], "Hello")
            self.assertNotEqual(result["summary"]["signature"], "valid")
            for part in ("2", "1.1"):
                self.refused("invalid-params", self.read, text, part=part)

    def test_only_part_of_a_message(self):
        text = mail("bob", entity=enclose(PLAIN, message_part(mail())))
        for part in ("2", "2.1"):
            _, content = self.read(text, part=part)
            self.assertEqual(body(content).rstrip(), body(TEXT).rstrip())
        self.refused("invalid-params", self.read, text, part="1.1")

    def test_forwarded_alone(self):
        """A mail that is nothing but another, which is protected."""
        for inner, kind, layer in (
                (self.cms_encrypt(["alice"], MIXED), "application/pkcs7-mime",
                 "enveloped"),
                (self.cms_sign("alice", MIXED), "multipart/signed",
                 "signed")):
            text = mail("bob", ("alice",), message_part(inner))
            result, _ = self.read(text)
            self.assertEqual(self.embedded(result), [("1", kind)])
            result, content = self.read(text, part="1")
            self.assertEqual(content, MIXED)
            self.assertEqual([found["type"] for found in result["layers"]],
                             [layer])
            self.assertNotEqual(result["summary"]["signature"], "valid")

    def test_covered_by_the_layer_around(self):
        """A signed part in a mail that is signed as a whole."""
        entity = enclose(PLAIN, entity_of(self.cms_sign("bob")))
        result, content = self.read(self.cms_sign("alice", entity))
        self.assertEqual(content, entity)
        self.assertEqual(len(result["layers"]), 1)
        self.assertEqual(self.embedded(result), [("2", "multipart/signed")])
        self.assertEqual(self.signer(result)["certificate"]["fingerprint"],
                         self.fingerprint("alice"))
        self.assertEqual(self.signer(result)["status"], "valid")

    def test_encrypted_inside_signed(self):
        entity = enclose(PLAIN, entity_of(self.cms_encrypt(["alice"])))
        result, content = self.read(self.cms_sign("alice", entity))
        self.assertEqual(content, entity)
        self.assertEqual(result["summary"]["encryption"], "partial")

    def test_mailing_list_footer(self):
        """A list that adds a part makes a signature one for a part only."""
        signed = entity_of(self.cms_sign("alice"))
        footer = b"Content-Type: text/plain\r\n\r\n_____\r\nthe list"
        result, _ = self.read(mail("alice", ("bob",),
                                   enclose(signed, footer)))
        self.summary(result, "partial", reasons=["not-covered"])

    def test_detached_with_a_third_part(self):
        """multipart/signed has two parts (RFC 1847 section 2.1)."""
        message = self.cms_sign("alice")
        boundary = message.split(b'boundary="')[1].split(b'"')[0]
        end = b"--" + boundary + b"--\r\n"
        self.assertIn(end, message)
        text = message.replace(end, b"--" + boundary + b"\r\n" + PLAIN +
                               b"\r\n" + end)
        result, content = self.read(text)
        self.assertNotEqual(result["summary"]["signature"], "valid")
        self.assertNotIn(b"from outside", content)

    def test_outside_the_parts(self):
        """Preamble and epilogue are shown by nobody and change nothing."""
        message = self.cms_sign("alice")
        result, content = self.read(message + b"after it all\r\n")
        self.summary(result, "valid")
        self.assertEqual(content, TEXT)

    def test_context_of_a_part(self):
        signed = entity_of(self.cms_sign("alice"))
        result, _ = self.read(signed, kind="entity",
                              context={"from": address("alice")})
        self.summary(result, "valid")


if __name__ == "__main__":
    unittest.main()
