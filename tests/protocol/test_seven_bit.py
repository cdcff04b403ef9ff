#!/usr/bin/env python3
# SPDX-License-Identifier: MPL-2.0
"""What is signed is 7-bit clean and survives mail programs (RFC 8551
section 3.1), and reads back as what it was."""

import email
import email.policy
import os
import unittest

from mail_case import MailCase, enclose, mail, multipart, values

UTF8 = "Gr\u00fc\u00dfe, \u65e5\u672c\u8a9e\r\n".encode()
FROM = b"From here\r\n>From there\r\n>>From\r\nfrom\r\nFrom\r\n"


def part(kind, content, coding=None):
    return b"Content-Type: %s\r\n%s\r\n%s" % (
        kind.encode(), b"" if coding is None else
        b"Content-Transfer-Encoding: %s\r\n" % coding.encode(), content)


def leaves(data):
    """What a mail program shows: every part's content."""
    parsed = email.message_from_bytes(data, policy=email.policy.SMTP)
    return [(leaf.get_content_type(),
             leaf.get_payload(decode=True).replace(b"\r\n", b"\n"))
            for leaf in parsed.walk() if not leaf.is_multipart()]


class SevenBit(MailCase):
    def signed(self, entity, form="detached"):
        """What was signed; checked here for what must not be in it."""
        _, out = self.protect(mail(entity=entity), sign={"form": form})
        self.assertTrue(out.isascii())
        self.assertNotIn(b"\0", out)
        self.assertNotRegex(out, rb"(?<!\r)\n|\r(?!\n)")
        for line in out.split(b"\r\n"):
            self.assertLessEqual(len(line), 998)
        result, content = self.read(out)
        self.summary(result, "valid")
        if form == "detached":
            self.assertEqual(multipart(out)[0], content)
        self.assertEqual(self.verified(out), content)
        self.assertTrue(content.isascii())
        for line in content.split(b"\r\n"):
            self.assertFalse(line.startswith((b"From ", b">From ")), line)
            self.assertLessEqual(len(line), 998)
        return content

    def kept(self, entity, form="detached"):
        """It is shown as it was."""
        content = self.signed(entity, form)
        self.assertEqual(leaves(content), leaves(entity))
        return content

    def test_eight_bit(self):
        for coding in ("8bit", "8BIT", None, "7bit"):
            for form in ("detached", "opaque"):
                with self.subTest(coding=coding, form=form):
                    content = self.kept(part("text/plain; charset=utf-8",
                                             UTF8, coding), form)
                    self.assertIn(values(
                        content, "Content-Transfer-Encoding")[0].lower(),
                        ("quoted-printable", "base64"))
                    self.assertEqual(len(values(
                        content, "Content-Transfer-Encoding")), 1)

    def test_from_lines(self):
        for coding in (None, "7bit", "8bit", "quoted-printable"):
            with self.subTest(coding=coding):
                self.kept(part("text/plain", FROM, coding))

    def test_from_lines_in_parts(self):
        inner = enclose(part("text/plain", FROM),
                        part("text/html; charset=utf-8",
                             b"<p>From \r\n" + UTF8, "8bit"))
        self.kept(enclose(part("text/plain", FROM), inner.replace(
            b"=_outer", b"=_inner")))

    def test_long_lines(self):
        for size in (77, 998, 999, 5000, 100000):
            with self.subTest(size=size):
                self.kept(part("text/plain", b"x" * size + b"\r\nend\r\n"))

    def test_binary(self):
        content = os.urandom(50000) + b"\r\n\n\r\r\n\0"
        entity = part("application/octet-stream", content, "binary")
        kept = email.message_from_bytes(self.signed(entity),
                                        policy=email.policy.SMTP)
        self.assertEqual(kept.get_payload(decode=True), content)

    def test_control_characters(self):
        self.kept(part("text/plain", b"a\0b\x7f\x01\r\n"))

    def test_what_is_clean_is_left_alone(self):
        for entity in (part("text/plain", b"plain\r\n"),
                       part("text/plain", b"=46rom =\r\nhere=20\r\n",
                            "quoted-printable"),
                       part("image/png", b"iVBORw0KGgo=\r\n", "base64"),
                       enclose(part("text/plain", b"one\r\n"),
                               part("text/plain", b"two \t\r\n"))):
            self.assertEqual(self.signed(entity), entity)

    def test_headers_with_raw_utf8(self):
        """RFC 6532 headers of the content must be clean as well."""
        entity = ('Content-Type: text/plain; name="gr\u00fc\u00dfe.txt"\r\n'
                  "Content-Description: \u00e4\r\n\r\nhi\r\n").encode()
        content = self.signed(entity)
        parsed = email.message_from_bytes(content, policy=email.policy.SMTP)
        self.assertEqual(parsed.get_filename(), "gr\u00fc\u00dfe.txt")
        self.assertEqual(parsed["Content-Description"], "\u00e4")

    def test_message_part(self):
        """A mail in the mail: its parts are made clean, not itself."""
        inner = mail(entity=part("text/plain; charset=utf-8", UTF8 + FROM,
                                 "8bit"))
        self.kept(enclose(part("text/plain", b"see below\r\n"),
                          part("message/rfc822", inner)))

    def test_encrypted_alone(self):
        """Nothing is signed, and what comes out reads the same."""
        entity = part("text/plain; charset=utf-8", UTF8 + FROM, "8bit")
        _, out = self.protect(mail(entity=entity), encrypt={})
        self.assertTrue(out.isascii())
        _, content = self.read(out)
        self.assertEqual(leaves(content), leaves(entity))


if __name__ == "__main__":
    unittest.main()
