#!/usr/bin/env python3
# SPDX-License-Identifier: MPL-2.0
"""What message.read says of the header: names, addresses, subject, date, in
whatever form they were written."""

import unittest

from mail_case import TEXT, MailCase, mail


class Headers(MailCase):
    def headers(self, text):
        if isinstance(text, str):
            text = text.encode()
        result, _ = self.read(text + TEXT)
        return result["headers"]

    def boxes(self, field):
        return [(box["name"], box["address"])
                for box in self.headers("From: %s\r\n" % field)["from"]]

    def subject(self, value):
        return self.headers("Subject: %s\r\n" % value)["subject"]["value"]

    def date(self, value):
        return self.headers("Date: %s\r\n" % value).get("date", {}).get(
            "value")

    def test_shape(self):
        headers = self.headers(
            "From: Alice <alice@example.org>\r\nTo: bob@example.org,\r\n"
            " Carol <carol@example.org>\r\nCc: d@example.org\r\n"
            "Subject: Hello\r\nDate: Tue, 24 Nov 2026 05:00:00 +0100\r\n")
        self.assertEqual(headers["from"], [{
            "name": "Alice", "address": "alice@example.org",
            "source": "outer"}])
        self.assertEqual([box["address"] for box in headers["to"]],
                         ["bob@example.org", "carol@example.org"])
        self.assertEqual([box["address"] for box in headers["cc"]],
                         ["d@example.org"])
        self.assertEqual(headers["subject"],
                         {"value": "Hello", "source": "outer"})
        self.assertEqual(headers["date"], {
            "value": "2026-11-24T05:00:00+01:00", "source": "outer"})
        self.assertEqual(headers["differing"], [])

    def test_absent(self):
        headers = self.headers("X-Other: 1\r\n")
        self.assertEqual((headers["from"], headers["to"], headers["cc"]),
                         ([], [], []))
        self.assertNotIn("subject", headers)
        self.assertNotIn("date", headers)

    def test_encoded_words(self):
        for value, wanted in (
                ("=?utf-8?q?Gr=C3=BC=C3=9Fe?=", "Gr\u00fc\u00dfe"),
                ("=?UTF-8?B?R3LDvMOfZQ==?=", "Gr\u00fc\u00dfe"),
                ("=?iso-8859-1?Q?a_b=FC?=", "a b\u00fc"),
                ("=?utf-8?q?a?= =?utf-8?q?b?=", "ab"),
                ("=?utf-8?q?a?=\r\n =?utf-8?q?b?=", "ab"),
                ("=?utf-8?q?a?= b", "a b"),
                ("=?utf-8*de?q?a?=", "a"),
                ("=?x-unknown?q?a=FF?=", None),
                ("=?utf-8?x?a?=", "=?utf-8?x?a?="),
                ("=?utf-8?q?a", "=?utf-8?q?a"),
                ("Gr\u00fc\u00dfe", "Gr\u00fc\u00dfe"),
                ("folded\r\n  text", "folded  text"),
                ("", "")):
            with self.subTest(value):
                found = self.subject(value)
                if wanted is not None:
                    self.assertEqual(found, wanted)

    def test_never_a_line_or_direction_more(self):
        """What is decoded cannot write over what stands beside it."""
        for value in ("=?utf-8?q?a=0D=0AFrom:_x?=", "=?utf-8?q?a=00b?=",
                      "=?utf-8?q?=E2=80=AEgnp?="):
            found = self.subject(value)
            self.assertNotRegex(found, "[\0-\x1f\x7f]")

    def test_invalid_bytes(self):
        headers = self.headers(b"Subject: a\xff\xfeb\r\n"
                               b"From: \xff <a@b.example>\r\n")
        self.assertIn("a", headers["subject"]["value"])
        self.assertEqual(headers["from"][0]["address"], "a@b.example")

    def test_mailboxes(self):
        for field, wanted in (
                ("a@b.example", [("", "a@b.example")]),
                ("A B <a@b.example>", [("A B", "a@b.example")]),
                ('"B, A" <a@b.example>', [("B, A", "a@b.example")]),
                ('"a \\"b\\"" <a@b.example>', [('a "b"', "a@b.example")]),
                ("=?utf-8?q?J=C3=BCrgen?= <a@b.example>",
                 [("J\u00fcrgen", "a@b.example")]),
                ("J\u00fcrgen <j\u00fcrgen@b\u00fccher.example>",
                 [("J\u00fcrgen", "j\u00fcrgen@b\u00fccher.example")]),
                ("a@b.example, c@d.example",
                 [("", "a@b.example"), ("", "c@d.example")]),
                ("Team: a@b.example, c@d.example;",
                 [("", "a@b.example"), ("", "c@d.example")]),
                ("<@relay.example:a@b.example>", [("", "a@b.example")])):
            with self.subTest(field):
                self.assertEqual(self.boxes(field), wanted)

    def test_quoted_local_part(self):
        (_, found), = self.boxes('"a b"@b.example')
        self.assertEqual(found, '"a b"@b.example')

    def test_dates(self):
        for value, wanted in (
                ("Tue, 24 Nov 2026 05:00:00 +0100",
                 "2026-11-24T05:00:00+01:00"),
                ("24 Nov 2026 05:00 -0830", "2026-11-24T05:00:00-08:30"),
                ("Tue, 24 Nov 26 05:00:00 GMT", "2026-11-24T05:00:00Z"),
                ("Tue, 24 Nov 2026 05:00:00 +0000 (UTC)",
                 "2026-11-24T05:00:00Z"),
                ("never", None), ("32 Nov 2026 05:00:00 +0000", None)):
            with self.subTest(value):
                found = self.date(value)
                self.assertEqual(found.replace("+00:00", "Z") if found
                                 else found, wanted)

    def test_many_and_long(self):
        """A frame holds it, whatever a header has in it."""
        people = ", ".join("p%d@example.org" % i for i in range(5000))
        result, _ = self.read(mail(more="Cc: %s\r\nX-Long: %s\r\n" % (
            people, "x" * 500000)))
        self.assertGreaterEqual(len(result["headers"]["cc"]), 100)

    def test_bounds(self):
        """1 MiB of header, 2,000 fields."""
        self.read(mail(more="X-A: 1\r\n" * 1900))
        for more in ("X-A: 1\r\n" * 2100, "X-A: %s\r\n" % ("x" * 1048577),
                     "X-A: %s\r\n" % ("x\r\n " * 300000)):
            self.refused("malformed-message", self.read, mail(more=more))


class Names(MailCase):
    """Types and file names in parameters (RFC 2045, RFC 2231)."""

    def test_signed_by_any_name(self):
        message = self.cms_sign("alice")
        kind = b'protocol="application/pkcs7-signature"'
        self.assertIn(kind, message)
        for other in (b'protocol="application/x-pkcs7-signature"',
                      b'PROTOCOL="Application/PKCS7-Signature"',
                      b'protocol*0="application/pkcs7-";'
                      b" protocol*1=signature",
                      b"protocol*=us-ascii'en'application%2Fpkcs7-signature"):
            with self.subTest(other):
                result, content = self.read(message.replace(kind, other))
                self.summary(result, "valid")
                self.assertEqual(content, TEXT)

    def test_boundary_in_pieces(self):
        message = self.cms_sign("alice")
        boundary = message.split(b'boundary="')[1].split(b'"')[0]
        for other in (b'boundary*0="%s";\r\n boundary*1="%s"' % (
                boundary[:9], boundary[9:]),
                b"boundary*=''" + boundary.replace(b"-", b"%2D"),
                b"Boundary (c) = \"%s\"" % boundary):
            with self.subTest(other):
                result, _ = self.read(message.replace(
                    b'boundary="%s"' % boundary, other))
                self.summary(result, "valid")

    def test_p7m_by_its_name(self):
        message = self.cms_encrypt(["bob"])
        kind = b"application/pkcs7-mime"
        self.assertIn(kind, message)
        for name in (b'name="SMIME.P7M"', b"name=smime.p7m",
                     b"name*=utf-8''smime.p7m",
                     b"name*0=smime; name*1=.p7m"):
            with self.subTest(name):
                head, _, rest = message.partition(b"Content-Type: ")
                rest = rest.split(b"\r\nContent-", 1)[1]
                text = head + (b"Content-Type: application/octet-stream;\r\n "
                               + name + b"\r\nContent-" + rest)
                result, content = self.read(text)
                self.assertEqual(content, TEXT)
                self.assertEqual(result["summary"]["encryption"], "full")


if __name__ == "__main__":
    unittest.main()
