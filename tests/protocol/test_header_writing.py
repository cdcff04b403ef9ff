#!/usr/bin/env python3
# SPDX-License-Identifier: MPL-2.0
"""Header protection (RFC 9788) as it is written: decrypted by openssl, taken
apart by Python's email, and read back."""

import base64
import email
import email.policy
import email.utils
import re
import subprocess
import unittest

import test_header_protection as reading
from nssmime import HostError
from test_header_protection import DATE, Case, lines

SECRET = "Handling the Jones contract"
FIELDS = ["From: Alice <alice@example.org>",
          "To: \"Bob, the other\" <bob@example.org>,\r\n Carol "
          "<carol@example.org>",
          "Subject: " + SECRET, "Date: " + DATE,
          "Message-ID: <1@example.org>", "Keywords: Contract, Urgent",
          "Comments: none", "X-Own: one", "X-Own: two"]
BODY = b"Dear Bob,\r\n\r\nthis is the text.\r\n"


def mail(fields=FIELDS, kind="text/plain; charset=utf-8", body=BODY, more=()):
    return lines(list(fields) + ["MIME-Version: 1.0", "Content-Type: " + kind,
                                 *more]) + b"\r\n" + body


def divide(data):
    """(unfolded fields as [(name, value)], body)"""
    head, body = data.split(b"\r\n\r\n", 1)
    head = re.sub(rb"\r\n(?=[ \t])", b"", head).decode()
    return [tuple(line.split(": ", 1)) for line in head.split("\r\n")], body


def named(fields, name):
    return [value for key, value in fields if key.lower() == name.lower()]


class Writing(Case):
    def protect(self, data, sign=False, encrypt=True, **params):
        if sign is not False:
            params["sign"] = sign if isinstance(sign, dict) else {}
        if encrypt:
            params["encrypt"] = encrypt if isinstance(encrypt, dict) else {}
        self.protected, out = self.host.run("message.protect", params,
                                            content=data)
        return out

    def decrypt(self, data, name="bob"):
        with open(self.folder + "/mail", "wb") as file:
            file.write(data)
        return subprocess.run(
            ["openssl", "cms", "-decrypt", "-in", self.folder + "/mail",
             "-recip", reading.PKI.path(name + ".crt"), "-inkey",
             reading.PKI.path(name + ".key"), "-binary"], check=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE).stdout

    def refused(self, kind, *args, **params):
        with self.assertRaises(HostError) as caught:
            self.protect(*args, **params)
        self.assertEqual(caught.exception.kind, kind)
        return caught.exception.message

    def check_list(self, inside, outside, encrypted=True):
        """The HP-Outer fields are the outer ones (section 2.2)."""
        listed = [tuple(value.split(": ", 1))
                  for value in named(inside, "HP-Outer")]
        structural = ("mime-version", "content-type",
                      "content-transfer-encoding", "content-disposition")
        self.assertEqual(listed, [
            field for field in outside
            if field[0].lower() not in structural] if encrypted else [])


class Encrypted(Writing):
    def test_baseline_is_the_default(self):
        out = self.protect(mail())
        self.assertEqual(self.protected["headerProtection"], "baseline")
        outside, _ = divide(out)
        inside, body = divide(self.decrypt(out))
        self.assertEqual(body, BODY)
        for name, value in (line.split(": ", 1) for line in FIELDS):
            self.assertIn(value.replace("\r\n", ""), named(inside, name))
        self.assertEqual(named(outside, "Subject"), ["[...]"])
        self.assertEqual(named(outside, "Keywords"), [])
        self.assertEqual(named(outside, "Comments"), [])
        self.assertEqual(named(outside, "From"), ["Alice <alice@example.org>"])
        self.assertEqual(named(outside, "X-Own"), ["one", "two"])
        self.check_list(inside, outside)
        parsed = email.message_from_bytes(self.decrypt(out),
                                          policy=email.policy.SMTP)
        self.assertEqual(parsed.get_param("hp"), "cipher")
        self.assertEqual(parsed.get_content_type(), "text/plain")
        self.assertIsNone(parsed.get_param("hp-legacy-display"))
        self.assertNotIn(SECRET.encode(), out)

    def test_reads_back(self):
        for policy in "baseline", "shy":
            for sign, order in ((False, None), ({}, None),
                                ({"form": "opaque"}, None),
                                ({}, "triple-wrap")):
                with self.subTest((policy, sign, order)):
                    params = {"order": order} if order else {}
                    out = self.protect(mail(), sign, headerProtection=policy,
                                       **params)
                    headers = self.read(out)
                    self.shows(headers, SECRET, "protected")
                    self.verdict(*(
                        ("none", "unauthenticated-encryption")
                        if sign is False else ("valid",)))
                    self.assertEqual(headers["differing"], [])
                    self.assertEqual(headers["to"], [
                        {"name": "Bob, the other",
                         "address": "bob@example.org",
                         "source": "protected"},
                        {"name": "Carol", "address": "carol@example.org",
                         "source": "protected"}])
                    hidden = {"subject", "keywords", "comments"}
                    if policy == "shy":
                        hidden |= {"from", "to"}
                        if not DATE.endswith("0000"):
                            hidden.add("date")
                    self.assertEqual(set(headers["confidential"]), hidden)
                    self.assertEqual(set(headers["removed"]),
                                     {"keywords", "comments"})
                    self.assertEqual(self.result["legacyDisplay"], [])
                    inside, body = divide(self.content)
                    self.assertEqual(body, BODY)
                    self.check_list(inside, divide(out)[0])

    def test_shy(self):
        there = email.utils.formatdate(0).replace(
            "00:00:00 -0000", "02:00:00 +0200")
        early = "Wed, 31 Dec 1969 19:00:00 -0500"
        for date, plain in ((there, "Thu, 01 Jan 1970 00:00:00 +0000"),
                            (early, "Thu, 01 Jan 1970 00:00:00 +0000"),
                            ("Sat, 29 Feb 2020 23:30:15 -0100",
                             "Sun, 01 Mar 2020 00:30:15 +0000"),
                            ("no date at all", "no date at all")):
            out = self.protect(mail(
                ["from: =?utf-8?Q?J=C3=BCrgen?= <alice@example.org>",
                 "To: Bob <bob@example.org>", "CC: Us: Carol "
                 "<carol@example.org>, dave@example.org;",
                 "Reply-To: Alice <alice@example.org>", "Date: " + date]),
                headerProtection="shy")
            outside, _ = divide(out)
            self.assertEqual(named(outside, "From"), ["alice@example.org"])
            self.assertEqual(named(outside, "To"), ["bob@example.org"])
            self.assertEqual(named(outside, "Cc"),
                             ["carol@example.org, dave@example.org"])
            self.assertEqual(named(outside, "Date"), [plain])
            self.assertEqual(named(outside, "Reply-To"),
                             ["Alice <alice@example.org>"])
            inside, _ = divide(self.decrypt(out))
            self.check_list(inside, outside)
            self.assertEqual(self.read(out)["differing"], [])

    def test_none(self):
        out = self.protect(mail(), headerProtection="none")
        self.assertEqual(self.protected["headerProtection"], "none")
        outside, _ = divide(out)
        self.assertEqual(named(outside, "Subject"), [SECRET])
        self.assertEqual(
            self.decrypt(out),
            b"Content-Type: text/plain; charset=utf-8\r\n\r\n" + BODY)

    def test_bcc(self):
        """In no copy, outside or inside."""
        copies = {}
        out = self.protect(mail(FIELDS + ["Bcc: dave@example.org",
                                          "bcc: erin@example.org"]), True)
        for copy in self.protected["copies"]:
            copies[copy["address"]] = base64.b64decode(
                copy["content"]["data"])
        self.assertEqual(set(copies), {"dave@example.org",
                                       "erin@example.org"})
        for copy in [out] + list(copies.values()):
            self.assertEqual(named(divide(copy)[0], "Bcc"), [])
            headers = self.read(copy)
            self.shows(headers, SECRET, "protected")
            self.verdict("valid")
            self.assertNotIn(b"bcc", self.content.lower())
            self.assertNotIn(b"dave", self.content)
            self.assertEqual(headers["differing"], [])

    def test_fields_that_are_not_ascii(self):
        out = self.protect(mail(
            ["From: J\u00fcrgen <alice@example.org>",
             "To: bob@example.org", "Subject: Gr\u00fc\u00dfe " + "\u00e4" *
             200, "X-Own: \u00fc"]), True)
        out.decode("ascii")
        headers = self.read(out)
        self.content.decode("ascii")
        self.assertEqual(headers["from"][0]["name"], "J\u00fcrgen")
        self.assertEqual(headers["subject"]["value"],
                         "Gr\u00fc\u00dfe " + "\u00e4" * 200)
        self.assertEqual(headers["confidential"], ["subject"])
        self.assertEqual(headers["differing"], [])
        self.verdict("valid")

    def test_addresses_that_cannot_be_ascii(self):
        """RFC 6532: the mail goes as SMTPUTF8 in any case."""
        out = self.protect(mail(
            ["From: alice@example.org", "To: bob@example.org",
             "Reply-To: J\u00fcrgen <j\u00fcrgen@b\u00fccher.example>",
             "Subject: x"]), True)
        headers = self.read(out)
        self.assertEqual(headers["differing"], [])
        self.assertEqual(headers["confidential"], ["subject"])
        self.assertIn("j\u00fcrgen@", headers["other"]["reply-to"]["value"])
        self.verdict("valid")

    def test_line_ends_and_folds(self):
        fields = [field.replace("X-Own: one", "X-Own: " + "word " * 60 + "\r\n"
                                "\t" + "w" * 990)
                  for field in FIELDS]
        data = mail(fields)
        for made in data, data.replace(b"\r\n", b"\n"):
            out = self.protect(made, True)
            headers = self.read(out)
            self.assertEqual(headers["differing"], [])
            self.assertEqual(set(headers["confidential"]),
                             {"subject", "keywords", "comments"})
            self.verdict("valid")
            for part in out, self.content:
                self.assertLessEqual(max(map(len, part.split(b"\r\n"))), 998)

    def test_fields_of_another_protection(self):
        out = self.protect(mail(
            FIELDS + ["HP-Outer: Subject: old", "MIME-Version: 1.0"],
            'multipart/mixed; hp="clear"; boundary="a b"; '
            'hp-legacy-display=1; protected-headers="v1"',
            b"--a b\r\n\r\none\r\n--a b--\r\n"))
        plain = self.decrypt(out)
        parsed = email.message_from_bytes(plain, policy=email.policy.SMTP)
        self.assertEqual(dict(parsed.get_params()), {
            "multipart/mixed": "", "boundary": "a b", "hp": "cipher"})
        self.assertNotIn(b"Subject: old", plain)
        self.assertEqual(plain.count(b"MIME-Version"), 1)
        self.assertEqual(parsed.get_payload(0).get_payload(), "one")

    def test_without_content_type(self):
        out = self.protect(lines(FIELDS) + b"\r\n" + BODY)
        parsed = email.message_from_bytes(self.decrypt(out))
        self.assertEqual(parsed.get_content_type(), "text/plain")
        self.assertEqual(parsed.get_param("charset"), "utf-8")
        self.assertEqual(parsed.get_param("hp"), "cipher")

    def test_bounds(self):
        """What could not be read again is not sent."""
        fields = ["From: alice@example.org", "To: bob@example.org"]
        self.protect(mail(fields + ["X: 1"] * 990))
        self.read(self.protect(mail(fields + ["X: 1"] * 980)))
        self.refused("malformed-message", mail(fields + ["X: 1"] * 1000))
        self.protect(mail(fields + ["X: 1"] * 1000), headerProtection="none")
        long = ["X: " + "w" * 900] * 800
        self.refused("malformed-message", mail(fields + long))

    def test_confidential(self):
        fields = FIELDS + ["In-Reply-To: <0@example.org>", "References:"
                           " <0@example.org>"]
        out = self.protect(mail(fields), confidential=[
            "in-reply-to", "References", "to", "from", "subject", "x-none"])
        outside, _ = divide(out)
        for name in "In-Reply-To", "References", "To":
            self.assertEqual(named(outside, name), [])
        self.assertEqual(named(outside, "From"), ["alice@example.org"])
        self.assertEqual(named(outside, "Subject"), ["[...]"])
        headers = self.read(out)
        self.assertEqual(set(headers["removed"]), {
            "to", "keywords", "comments", "in-reply-to", "references"})
        self.assertEqual(headers["other"]["references"]["value"],
                         "<0@example.org>")
        self.assertEqual(headers["differing"], [])
        for params in ({"headerProtection": "none"},
                       {"encrypt": False, "sign": {}},
                       {"confidential": ["x"] * 101}):
            self.refused("invalid-params", mail(fields), **dict(
                {"confidential": ["to"]}, **params))

    def test_entity(self):
        entity = b"Content-Type: text/plain\r\n\r\ntext\r\n"
        how = {"content": {"kind": "entity"},
               "encrypt": {"recipients": ["bob@example.org"]}}
        out = self.protect(entity, **how)
        self.assertEqual(self.decrypt(out), entity)
        self.assertEqual(self.protected["headerProtection"], "none")
        self.refused("invalid-params", entity, headerProtection="baseline",
                     **how)


class Signed(Writing):
    def test_not_unless_asked(self):
        out = self.protect(mail(), True, False)
        self.assertEqual(self.protected["headerProtection"], "none")
        self.assertEqual(self.read(out)["protection"], "none")
        self.assertEqual(
            self.content,
            b"Content-Type: text/plain; charset=utf-8\r\n\r\n" + BODY)

    def test_clear(self):
        for form in "detached", "opaque":
            for policy in "baseline", "shy":
                out = self.protect(mail(), {"form": form}, False,
                                   headerProtection=policy,
                                   legacyDisplay=True)
                outside, _ = divide(out)
                headers = self.read(out)
                self.shows(headers, SECRET, "protected")
                self.verdict("valid")
                self.assertEqual(headers["intent"], "clear")
                self.assertEqual(headers["confidential"], [])
                self.assertEqual(headers["differing"], [])
                inside, body = divide(self.content)
                self.assertEqual(body, BODY)
                self.check_list(inside, outside, False)
                for field in FIELDS:
                    name, value = field.split(": ", 1)
                    value = value.replace("\r\n", "")
                    self.assertIn(value, named(inside, name))
                    self.assertIn(value, named(outside, name))

    def test_openssl_verifies(self):
        out = self.protect(mail(), True, False, headerProtection="baseline")
        with open(self.folder + "/mail", "wb") as file:
            file.write(out)
        plain = subprocess.run(
            ["openssl", "cms", "-verify", "-in", self.folder + "/mail",
             "-CAfile", reading.PKI.path("ca.crt")], check=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE).stdout
        self.assertIn(b"hp=clear", plain)


class LegacyDisplay(Writing):
    def shown(self, data, **params):
        """The payload's parts by number, as email sees them."""
        out = self.protect(data, True, legacyDisplay=True, **params)
        self.read(out)
        self.verdict("valid")
        return email.message_from_bytes(self.content,
                                        policy=email.policy.SMTP)

    def text(self, part):
        return part.get_payload(decode=True)

    def test_plain(self):
        part = self.shown(mail())
        self.assertEqual(self.text(part), (
            "Subject: %s\r\nKeywords: Contract, Urgent\r\n"
            "Comments: none\r\n\r\n" % SECRET).encode() + BODY)
        self.assertEqual(part.get_param("hp-legacy-display"), "1")
        self.assertEqual(part.get_param("hp"), "cipher")
        self.assertEqual(self.result["legacyDisplay"],
                         [{"part": "1", "hide": "lines"}])

    def test_shy(self):
        part = self.shown(mail(
            ["From: =?utf-8?Q?J=C3=BCrgen?= <alice@example.org>",
             "To: bob@example.org", "Subject: x", "Date: " + DATE]),
            headerProtection="shy")
        text = self.text(part).decode()
        self.assertTrue(text.startswith(
            "From: J\u00fcrgen <alice@example.org>\r\nSubject: x\r\n"), text)

    def test_nothing_to_show(self):
        part = self.shown(mail(["From: alice@example.org",
                                "To: bob@example.org", "Subject: [...]"]))
        self.assertEqual(self.text(part), BODY)
        self.assertIsNone(part.get_param("hp-legacy-display"))

    def test_codings(self):
        text = "Gr\u00fc\u00dfe = \t\r\n.\r\n\r\nFrom here\r\n".encode()
        subject = "Subject: \u00dcber <b>&\"' = \u4e2d"
        for coding, body in (
                ("8bit", text), ("binary", text),
                ("base64", base64.encodebytes(text)),
                ("quoted-printable", b"Gr=C3=BC=C3=9Fe =3D =09\r\n.\r\n\r\n"
                 b"From=20he=\r\nre\r\n")):
            with self.subTest(coding):
                part = self.shown(mail(
                    ["From: alice@example.org", "To: bob@example.org",
                     subject], more=["Content-Transfer-Encoding: " + coding],
                    body=body))
                self.assertEqual(self.text(part),
                                 subject.encode() + b"\r\n\r\n" + text)

    def test_charsets(self):
        subject = "Subject: \u00dcber \u4e2d"
        for charset, found, is_now in (
                ("us-ascii", subject, "utf-8"), (None, subject, "utf-8"),
                ("iso-8859-1", "Subject: \u00dcber ?", "iso-8859-1"),
                ("iso-2022-jp", "Subject: ?ber \u4e2d", "iso-2022-jp"),
                ("windows-1252", "Subject: \u00dcber ?", "windows-1252")):
            part = self.shown(mail(
                ["From: alice@example.org", "To: bob@example.org", subject],
                "text/plain" + ("; charset=" + charset if charset else ""),
                b"plain\r\n"))
            self.assertEqual(part.get_param("charset").lower(), is_now)
            self.assertEqual(self.text(part).decode(is_now),
                             found + "\r\n\r\nplain\r\n")
        for charset in "utf-16", "utf-7", "x-unknown":
            part = self.shown(mail(
                ["From: alice@example.org", "To: bob@example.org", subject],
                "text/plain; charset=" + charset,
                base64.encodebytes("a\r\n".encode("utf-16")),
                ["Content-Transfer-Encoding: base64"]))
            self.assertEqual(self.text(part), "a\r\n".encode("utf-16"))
            self.assertIsNone(part.get_param("hp-legacy-display"))

    def test_no_line_of_a_subject_is_empty(self):
        """RFC 9788 section 10.3."""
        part = self.shown(mail(
            ["From: alice@example.org", "To: bob@example.org",
             "Subject: a\r\n =?utf-8?Q?=0D=0A=0D=0Ab=0A=0Ac?="]))
        text = self.text(part)
        self.assertEqual(text.split(b"\r\n\r\n", 1)[1], BODY)
        self.assertTrue(text.startswith(b"Subject: a"))
        self.assertIn(b"c\r\n\r\nDear", text)

    def test_html(self):
        element = ("<div class=\"header-protection-legacy-display\">\r\n"
                   "<pre>Subject: &lt;/pre&gt;&lt;b&gt; &amp; &quot;q&quot; "
                   "&apos; &#xFC; &#x1F600;</pre></div>\r\n")
        for before, after in (
                ("<html><head><title></title></head><body>", "<p>x</p>"),
                ("<!DOCTYPE html>\r\n<!-- <body> --><HTML><HEAD><style>"
                 "a:after{content:'<body>'}</style><script>'</p><body>'"
                 "</script>\r\n<meta a=\">\"></HEAD>\r\n<BODY class='a>b' "
                 "id = \"<\">", "text</BODY></HTML>"),
                ("", "<p>x</p>"), ("", "text <body>"),
                ("<!DOCTYPE html><meta charset=utf-8>", "<div>x<body>"),
                ("\r\n ", "</body>"), ("<!-- a -->", "<!-- not closed"),
                ("<title>a</titles></title>\r\n", "<b"),
                ("<html><style>", "")):
            with self.subTest(before):
                part = self.shown(mail(
                    ["From: alice@example.org", "To: bob@example.org",
                     "Subject: </pre><b> & \"q\" ' \u00fc \U0001f600"],
                    "text/html; charset=us-ascii",
                    (before + after).encode()))
                text = self.text(part).decode()
                if before.endswith("<style>"):
                    before, after = "<html>", "<style>"
                self.assertEqual(text, before + element + after)
                self.assertEqual(part.get_param("hp-legacy-display"), "1")
        self.assertEqual(self.result["legacyDisplay"],
                         [{"part": "1", "hide": "element"}])

    def test_html_in_codings_and_pieces(self):
        head = "<html><head>" + "<!-- %s -->" % ("x" * 90000) + "</head><body>"
        html = (head + "<p>\u00e4</p>\r\n").encode()
        body = b"".join(b"=%02X" % c if c > 127 or c == 61 else bytes([c])
                        for c in html)
        body = b"=\r\n".join(re.findall(rb"(?:=..|[^=]){1,20}", body, re.S))
        for coding, data in (("8bit", html), ("quoted-printable", body),
                             ("base64", base64.encodebytes(html))):
            with self.subTest(coding):
                part = self.shown(mail(
                    ["From: alice@example.org", "To: bob@example.org",
                     "Subject: x"], "text/html; charset=utf-8", data,
                    ["Content-Transfer-Encoding: " + coding]))
                text = self.text(part).decode()
                self.assertTrue(text.startswith(head + "<div class="))
                self.assertTrue(text.endswith("<p>\u00e4</p>\r\n"))

    def test_main_body_parts_alone(self):
        """RFC 9788 section 5.2.4."""
        signed = (b"Content-Type: multipart/signed; boundary=s; "
                  b"protocol=\"application/pgp-signature\"\r\n\r\n"
                  b"--s\r\n\r\nsigned\r\n--s\r\n\r\nx\r\n--s--\r\n")
        body = (b"preamble\r\n--m\r\n"
                b"Content-Type: multipart/alternative; boundary=a\r\n\r\n"
                b"--a\r\n\r\nplain\r\n"
                b"--a\r\nContent-Type: multipart/related; boundary=r\r\n\r\n"
                b"--r\r\nContent-Type: text/html\r\n\r\n<p>html</p>\r\n"
                b"--r\r\nContent-Type: text/plain\r\n\r\nrelated\r\n"
                b"--r--\r\n\r\n"
                b"--a\r\nContent-Type: text/enriched\r\n\r\nrich\r\n"
                b"--a\r\nContent-Type: text/plain\r\n"
                b"Content-Disposition: attachment\r\n\r\nfile\r\n"
                b"--a--\r\n"
                b"--m\r\nContent-Type: text/plain\r\n\r\nsecond\r\n"
                b"--m\r\n" + signed + b"--m--\r\nepilogue\r\n")
        kind = "multipart/mixed; boundary=m"
        whole = self.shown(mail(FIELDS, kind, body))
        self.assertEqual(self.result["legacyDisplay"], [
            {"part": "1.1", "hide": "lines"},
            {"part": "1.2.1", "hide": "element"}])
        lines_ = (b"Subject: %s\r\nKeywords: Contract, Urgent\r\n"
                  b"Comments: none\r\n" % SECRET.encode())
        found = divide(self.content)[1]
        found = found.replace(
            b"<div class=\"header-protection-legacy-display\">\r\n<pre>" +
            lines_[:-2] + b"</pre></div>\r\n", b"", 1)
        found = found.replace(lines_ + b"\r\n", b"", 1)
        found = found.replace(b"Content-Type: text/plain; "
                              b"hp-legacy-display=1\r\n\r\nplain",
                              b"\r\nplain", 1)
        self.assertEqual(found.replace(b"; hp-legacy-display=1", b""), body)
        self.assertEqual(whole.get_param("hp"), "cipher")
        self.assertIsNone(whole.get_param("hp-legacy-display"))
        # and what is signed by itself is not touched
        self.shown(mail(FIELDS, "multipart/mixed; boundary=m",
                        b"--m\r\n" + signed + b"--m--\r\n"))
        self.assertEqual(self.result["legacyDisplay"], [])


if __name__ == "__main__":
    unittest.main()
