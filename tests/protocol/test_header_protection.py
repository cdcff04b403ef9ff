#!/usr/bin/env python3
# SPDX-License-Identifier: MPL-2.0
"""Header protection (RFC 9788) as it is read: mails made after the RFC's
examples and the drafts before it, signed and encrypted by openssl."""

import base64
import email.utils
import json
import os
import re
import shutil
import subprocess
import tempfile
import time
import unittest

from pki import Pki

from nssmime import Host, HostError, environment

PKI = Pki()
DATE = email.utils.formatdate(time.time())  # after PKI: it is valid by then
TEXT = b"This is the text.\r\n"
FROM = "From: Alice <alice@example.org>"
TO = "To: Bob <bob@example.org>"
SUBJECT = "Subject: Handling the Jones contract"
REST = ["Date: " + DATE, "Message-ID: <1@example.org>"]
FIELDS = [FROM, TO, SUBJECT] + REST
HIDDEN = [FROM, TO, "Subject: [...]"] + REST


def lines(fields):
    return "".join(field + "\r\n" for field in fields).encode()


def outer(fields):
    """HP-Outer fields that list these."""
    return ["HP-Outer: " + field for field in fields]


def payload(fields, parameters="", body=TEXT, kind="text/plain"):
    return lines(fields + ["MIME-Version: 1.0", "Content-Type: %s%s" % (
        kind, parameters)]) + b"\r\n" + body


class Openssl:
    def __init__(self, folder):
        self.folder = folder

    def run(self, data, *args):
        path = os.path.join(self.folder, "in")
        out = os.path.join(self.folder, "out")
        with open(path, "wb") as file:
            file.write(data)
        done = subprocess.run(
            ["openssl", "cms", *args, "-binary", "-in", path, "-outform",
             "SMIME", "-out", out], stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
        if done.returncode != 0:
            raise AssertionError(done.stdout)
        with open(out, "rb") as file:
            return re.sub(rb"(?<!\r)\n", b"\r\n", file.read()).replace(
                b"MIME-Version: 1.0\r\n", b"", 1)

    def sign(self, data, name="alice", *more):
        return self.run(
            data, "-sign", "-signer", PKI.path(name + ".crt"), "-inkey",
            PKI.path(name + ".key"), "-certfile",
            PKI.path("intermediate.crt"), *more)

    def encrypt(self, data, name="bob"):
        return self.run(data, "-encrypt", "-aes-256-cbc", "-recip",
                        PKI.path(name + ".crt"))


class Case(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(prefix="nssmime-test-")
        database = PKI.copy(os.path.join(cls.folder, "db"))
        cls.openssl = Openssl(cls.folder)
        cls.host = Host(env=environment(cls.folder,
                                        database="sql:" + database)).start()

    @classmethod
    def tearDownClass(cls):
        cls.host.close()
        shutil.rmtree(cls.folder, True)

    def read(self, mail, kind="message", **params):
        params["content"] = dict({"kind": kind}, **params.get("content", {}))
        self.result, self.content = self.host.run("message.read", params,
                                                  content=mail)
        return self.result["headers"]

    def signed(self, fields, inside, name="alice", **params):
        """A signed mail with these fields outside."""
        return self.read(lines(fields + ["MIME-Version: 1.0"]) +
                         self.openssl.sign(inside, name), **params)

    def sealed(self, fields, inside, name="alice", **params):
        """A signed (by `name`, None: nobody) and encrypted one."""
        if name is not None:
            inside = self.openssl.sign(inside, name, "-nodetach")
        return self.read(lines(fields + ["MIME-Version: 1.0"]) +
                         self.openssl.encrypt(inside), **params)

    def shows(self, headers, subject, source, address="alice@example.org",
              from_source=None):
        self.assertEqual(headers["subject"],
                         {"value": subject, "source": source})
        self.assertEqual(
            [(box["address"], box["source"]) for box in headers["from"]],
            [(address, from_source or source)])

    def verdict(self, signature, *reasons):
        summary = self.result["summary"]
        self.assertEqual((summary["signature"], sorted(summary["reasons"])),
                         (signature, sorted(reasons)))


class Rfc9788(Case):
    def test_signed(self):
        inside = payload(FIELDS, '; hp="clear"')
        headers = self.signed(FIELDS, inside)
        self.shows(headers, "Handling the Jones contract", "protected")
        self.verdict("valid")
        self.assertEqual(self.content, inside)
        self.assertEqual(headers["protection"], "rfc9788")
        self.assertEqual(headers["intent"], "clear")
        self.assertEqual(headers["differing"], [])
        self.assertEqual(headers["confidential"], [])
        self.assertEqual(headers["date"]["source"], "protected")
        self.assertEqual(headers["to"], [
            {"name": "Bob", "address": "bob@example.org",
             "source": "protected"}])
        self.assertEqual(headers["other"]["message-id"],
                         {"value": "<1@example.org>", "source": "protected"})
        self.assertEqual(self.result["legacyDisplay"], [])

    def test_opaque(self):
        inside = payload(FIELDS, '; hp="clear"')
        headers = self.read(lines(FIELDS + ["MIME-Version: 1.0"]) +
                            self.openssl.sign(inside, "alice", "-nodetach"))
        self.shows(headers, "Handling the Jones contract", "protected")
        self.verdict("valid")

    def test_subject_changed_outside(self):
        headers = self.signed([FROM, TO, "Subject: Pay Mallory"] + REST,
                              payload(FIELDS, '; hp="clear"'))
        self.shows(headers, "Handling the Jones contract", "protected")
        self.assertEqual(headers["differing"], ["subject"])
        self.verdict("valid", "headers-differ")

    def test_only_outside_is_not_shown(self):
        headers = self.signed(
            FIELDS + ["Cc: mallory@example.org",
                      "Reply-To: mallory@example.org", "List-Id: <l>",
                      "Received: by x; " + DATE],
            payload(FIELDS, '; hp="clear"'))
        self.assertEqual(headers["cc"], [])
        self.assertNotIn("reply-to", headers["other"])
        self.assertEqual(headers["differing"], ["cc", "reply-to"])
        self.verdict("valid", "headers-differ")

    def test_removed_and_written_anew_outside(self):
        fields = FIELDS + ["X-Own: one", "Reply-To: =?utf-8?Q?J=C3=B6?= "
                           "<jo@example.org>", "X-Own: two"]
        headers = self.signed(
            ["from: alice@EXAMPLE.org (Alice)", TO,
             "Subject: =?utf-8?Q?Handling_the?=\r\n =?utf-8?B?"
             "IEpvbmVzIGNvbnRyYWN0?="] + REST +
            ["X-Own: zero", "X-Own: two", "reply-to: =?iso-8859-1?Q?J=F6?="
             "\r\n <jo@example.org>"],
            payload(fields, '; hp="clear"'))
        # "(Alice)" is a comment, which says as much; X-Own: one is missing
        self.assertEqual(headers["differing"], ["x-own"])
        self.assertEqual(headers["other"]["reply-to"]["value"],
                         "J\u00f6 <jo@example.org>")

    def test_encrypted(self):
        inside = payload(FIELDS + ["Keywords: Contract, Urgent"] +
                         outer(HIDDEN), '; hp="cipher"')
        headers = self.sealed(HIDDEN, inside)
        self.shows(headers, "Handling the Jones contract", "protected")
        self.verdict("valid")
        self.assertEqual(self.content, inside)
        self.assertEqual(headers["intent"], "cipher")
        self.assertEqual(headers["differing"], [])
        self.assertEqual(headers["confidential"], ["subject", "keywords"])
        self.assertEqual(headers["other"]["keywords"]["value"],
                         "Contract, Urgent")

    def test_as_the_rfc_folds_it(self):
        """After appendix C.3.6: a reply, folded where it is long."""
        fields = [SUBJECT, "Message-ID:\r\n <%s@example>" % ("reply" * 12),
                  FROM, TO, "Date: " + DATE, "User-Agent: Sample MUA 1.0",
                  "In-Reply-To: <0@example>", "References: <0@example>"]
        hidden = ["Subject: [...]"] + fields[1:]
        listed = [line.replace("HP-Outer: Message-ID:\r\n",
                               "HP-Outer:\r\n Message-ID:")
                  for line in outer(hidden)]
        self.assertIn("HP-Outer:\r\n Message-ID: <", "".join(listed))
        headers = self.sealed(hidden, payload(
            fields + listed, "; charset=\"us-ascii\"; hp-legacy-display="
            "\"1\";\r\n hp=\"cipher\"", SUBJECT.encode() + b"\r\n\r\n" +
            TEXT))
        self.verdict("valid")
        self.assertEqual(headers["confidential"], ["subject"])
        self.assertEqual(headers["removed"], [])
        self.assertEqual(headers["differing"], [])
        self.assertEqual(headers["other"]["in-reply-to"],
                         {"value": "<0@example>", "source": "protected"})
        self.assertEqual(self.result["legacyDisplay"],
                         [{"part": "1", "hide": "lines"}])

    def test_shy(self):
        hidden = ["From: alice@example.org", "To: bob@example.org",
                  "Subject: [...]", "Date: " + DATE] + REST[1:]
        # the same instant as seen two hours further east
        there = email.utils.formatdate(email.utils.mktime_tz(
            email.utils.parsedate_tz(DATE)) + 7200).replace("-0000", "+0200")
        fields = [FROM, TO, SUBJECT, "Date: " + there] + REST[1:]
        headers = self.sealed(hidden, payload(fields + outer(hidden),
                                              '; hp="cipher"'))
        self.verdict("valid")
        self.assertEqual(headers["differing"], [])
        self.assertEqual(headers["confidential"],
                         ["from", "to", "subject", "date"])
        self.assertTrue(headers["date"]["value"].endswith("+02:00"))
        self.assertEqual(headers["from"][0]["name"], "Alice")

    def test_outside_is_not_what_was_listed(self):
        headers = self.sealed(
            [FROM, TO, "Subject: Pay now", "Cc: mallory@example.org"] + REST,
            payload(FIELDS + outer(HIDDEN), '; hp="cipher"'))
        self.shows(headers, "Handling the Jones contract", "protected")
        self.assertEqual(headers["differing"], ["subject", "cc"])
        # what was hidden stays confidential, whatever is outside now
        self.assertEqual(headers["confidential"], ["subject"])
        self.verdict("valid", "headers-differ")

    def test_stripped_outside_is_not_confidential(self):
        """RFC 9788 section 11.3."""
        fields = FIELDS + ["Cc: carol@example.org"]
        hidden = HIDDEN + ["Cc: carol@example.org"]
        headers = self.sealed(HIDDEN, payload(fields + outer(hidden),
                                              '; hp="cipher"'))
        self.assertEqual(headers["confidential"], ["subject"])
        self.assertEqual(headers["differing"], ["cc"])
        self.assertEqual(len(headers["cc"]), 1)

    def test_encryption_added_in_transit(self):
        """RFC 9788 section 10.2."""
        headers = self.sealed(FIELDS, payload(FIELDS, '; hp="clear"'))
        self.assertEqual(headers["confidential"], [])
        self.assertEqual(headers["intent"], "clear")
        self.assertEqual(headers["differing"], [])
        headers = self.sealed(HIDDEN, payload(FIELDS + outer(HIDDEN),
                                              '; hp="clear"'))
        self.assertEqual(headers["confidential"], [])
        self.assertEqual(headers["differing"], ["subject"])

    def test_cipher_without_encryption(self):
        headers = self.signed(HIDDEN, payload(FIELDS + outer(HIDDEN),
                                              '; hp="cipher"'))
        self.assertEqual(self.result["summary"]["encryption"], "none")
        self.assertEqual(headers["confidential"], [])
        self.assertEqual(headers["differing"], ["subject"])

    def test_encrypted_only(self):
        headers = self.sealed(HIDDEN, payload(FIELDS + outer(HIDDEN),
                                              '; hp="cipher"'), None)
        self.shows(headers, "Handling the Jones contract", "protected")
        self.verdict("none", "unauthenticated-encryption")
        self.assertEqual(headers["confidential"], ["subject"])

    def test_triple_wrap(self):
        inside = payload(FIELDS + outer(HIDDEN), '; hp="cipher"')
        headers = self.read(
            lines(HIDDEN + ["MIME-Version: 1.0"]) + self.openssl.sign(
                self.openssl.encrypt(self.openssl.sign(inside))))
        self.shows(headers, "Handling the Jones contract", "protected")
        self.verdict("valid")
        self.assertEqual(len(self.result["layers"]), 3)
        self.assertEqual(headers["confidential"], ["subject"])

    def test_elsewhere_it_means_nothing(self):
        plain = [FROM, TO, "Subject: Outer"] + REST
        nested = (b"--x\r\n" + payload(FIELDS, '; hp="clear"') +
                  b"\r\n--x--\r\n")
        for fields, parameters, body, kind in (
                (FIELDS, '; hp="maybe"', TEXT, "text/plain"),
                (FIELDS, "", TEXT, "text/plain"),
                (["X-None: 1"], "; boundary=x", nested, "multipart/mixed")):
            with self.subTest(parameters):
                headers = self.signed(plain, payload(
                    fields, parameters, body, kind))
                self.shows(headers, "Outer", "outer")
                self.assertEqual(headers["protection"], "none")
                self.assertNotIn("intent", headers)
                self.verdict("valid")
        headers = self.read(payload(FIELDS, '; hp="clear"'))
        self.shows(headers, "Handling the Jones contract", "outer")
        self.assertEqual(headers["protection"], "none")

    def test_hp_outer_is_no_field(self):
        headers = self.signed(FIELDS + ["HP-Outer: Subject: x"],
                              payload(FIELDS + ["HP-Outer: To: x"],
                                      '; hp="clear"'))
        self.assertEqual(headers["differing"], [])
        self.verdict("valid")


class From(Case):
    """RFC 9788 section 4.4 and 10.1."""

    OTHER = ["From: List <list@example.net>", TO, SUBJECT] + REST

    def other(self, headers):
        return [(box["address"], box["source"])
                for box in headers["otherFrom"]]

    def test_bound(self):
        headers = self.signed(self.OTHER, payload(FIELDS, '; hp="clear"'))
        self.shows(headers, "Handling the Jones contract", "protected")
        self.assertEqual(self.other(headers), [("list@example.net", "outer")])
        self.assertEqual(headers["differing"], ["from"])
        self.verdict("valid", "headers-differ")

    def test_same_person(self):
        headers = self.signed(
            ["From: \"Another name\" <ALICE@example.ORG>", TO, SUBJECT] +
            REST, payload(FIELDS, '; hp="clear"'))
        self.shows(headers, "Handling the Jones contract", "protected")
        self.assertNotIn("otherFrom", headers)
        self.assertEqual(headers["differing"], ["from"])

    def test_signer_of_the_outer(self):
        """Bob signs, and says inside that he is Alice."""
        outside = ["From: Bob <bob@example.org>", TO, SUBJECT] + REST
        for seal in self.signed, self.sealed:
            headers = seal(outside, payload(
                FIELDS + outer(outside), '; hp="%s"' % (
                    "clear" if seal == self.signed else "cipher")), "bob")
            self.shows(headers, "Handling the Jones contract", "protected",
                       "bob@example.org", "outer")
            self.assertEqual(self.other(headers),
                             [("alice@example.org", "protected")])
            self.assertEqual(self.result["summary"]["signature"], "invalid")
            self.assertIn("address-mismatch",
                          self.result["summary"]["reasons"])

    def test_unsigned(self):
        headers = self.sealed(self.OTHER, payload(
            FIELDS + outer(self.OTHER), '; hp="cipher"'), None)
        self.shows(headers, "Handling the Jones contract", "protected",
                   "list@example.net", "outer")
        self.assertEqual(self.other(headers),
                         [("alice@example.org", "protected")])
        self.verdict("none", "unauthenticated-encryption", "headers-differ")

    def test_broken(self):
        mail = lines(self.OTHER + ["MIME-Version: 1.0"]) + \
            self.openssl.sign(payload(FIELDS, '; hp="clear"'))
        headers = self.read(mail.replace(b"the text", b"another"))
        self.shows(headers, "Handling the Jones contract", "protected",
                   "list@example.net", "outer")
        self.verdict("invalid", "content-altered", "headers-differ")

    def test_untrusted(self):
        fields = ["From: mallory@example.org", TO, SUBJECT] + REST
        headers = self.signed(FIELDS, payload(fields, '; hp="clear"'),
                              "mallory")
        self.shows(headers, "Handling the Jones contract", "protected",
                   "alice@example.org", "outer")
        self.assertNotEqual(self.result["summary"]["signature"], "valid")

    def test_none_or_several_outside(self):
        inside = payload(FIELDS, '; hp="clear"')
        self.signed([TO, SUBJECT] + REST, inside)
        self.verdict("unknown", "no-from", "headers-differ")
        self.assertEqual(self.result["headers"]["from"], [])
        self.signed(["From: mallory@example.org"] + FIELDS, inside)
        self.verdict("unknown", "several-from", "headers-differ")

    def test_several_inside(self):
        self.signed(FIELDS, payload(["From: bob@example.org"] + FIELDS,
                                    '; hp="clear"'))
        self.assertEqual(self.result["summary"]["signature"], "unknown")
        self.assertIn("several-from", self.result["summary"]["reasons"])
        self.assertEqual(self.result["headers"]["from"][0]["source"], "outer")

    def test_none_inside(self):
        """Then it is the outer one that a signer is held against."""
        headers = self.signed(FIELDS, payload([SUBJECT], '; hp="clear"'))
        self.shows(headers, "Handling the Jones contract", "protected",
                   "alice@example.org", "outer")
        self.verdict("valid", "headers-differ")
        self.signed(["From: bob@example.org", TO, SUBJECT] + REST,
                    payload([SUBJECT], '; hp="clear"'))
        self.assertEqual(self.result["summary"]["signature"], "invalid")

    def test_entity(self):
        inside = payload(FIELDS, '; hp="clear"')
        mail = self.openssl.sign(inside)
        headers = self.read(mail, "entity", content={
            "context": {"from": "alice@example.org"}})
        self.shows(headers, "Handling the Jones contract", "protected")
        self.verdict("valid")
        headers = self.read(mail, "entity", content={
            "context": {"from": "list@example.net"}})
        self.shows(headers, "Handling the Jones contract", "protected")
        self.assertEqual(self.other(headers), [("list@example.net", "outer")])
        self.verdict("valid", "headers-differ")
        headers = self.read(mail, "entity")
        self.verdict("unknown", "no-from")

    def test_part(self):
        """A part alone is nobody's mail, and shows the mail's own fields."""
        body = b"--x\r\n\r\none\r\n--x\r\n\r\ntwo\r\n--x--\r\n"
        headers = self.sealed(HIDDEN, payload(
            FIELDS + outer(HIDDEN), '; hp="cipher"; boundary=x', body,
            "multipart/mixed"), part="2")
        self.shows(headers, "Handling the Jones contract", "protected")
        self.assertEqual(self.content, b"\r\ntwo")
        self.assertNotEqual(self.result["summary"]["signature"], "valid")


class Wrapped(Case):
    """RFC 8551 section 3.1, as RFC 9788 section 4.10 reads it."""

    def wrapped(self, fields, parameters="", inner="", kind="text/plain"):
        return payload([], parameters, payload(fields, inner, TEXT, kind),
                       "message/rfc822")

    def test_signed(self):
        headers = self.signed([FROM, TO, "Subject: Else"] + REST,
                              self.wrapped(FIELDS))
        self.shows(headers, "Handling the Jones contract", "protected")
        self.assertEqual(headers["protection"], "rfc8551")
        self.assertEqual(headers["intent"], "clear")
        self.assertEqual(headers["differing"], ["subject"])
        self.assertEqual(self.content, self.wrapped(FIELDS))
        self.verdict("valid", "headers-differ")

    def test_encrypted(self):
        headers = self.sealed(HIDDEN, self.wrapped(FIELDS))
        self.shows(headers, "Handling the Jones contract", "protected")
        self.assertEqual(headers["intent"], "cipher")
        self.assertEqual(headers["differing"], [])
        self.assertEqual(headers["confidential"], ["subject"])
        self.verdict("valid")

    def test_forwarded(self):
        """What someone else wrote is an attachment."""
        fields = ["From: carol@example.org", TO, SUBJECT] + REST
        for parameters, subject, source, signature in (
                ("", "Outer", "outer", "valid"),
                ("; forwarded=yes", "Outer", "outer", "valid"),
                ("; forwarded=no", "Handling the Jones contract",
                 "protected", "invalid"),
                ('; protected-headers="wrapped"',
                 "Handling the Jones contract", "protected", "invalid")):
            with self.subTest(parameters):
                headers = self.signed([FROM, TO, "Subject: Outer"] + REST,
                                      self.wrapped(fields, parameters))
                self.shows(headers, subject, source, "alice@example.org",
                           "outer")
                self.assertEqual(self.result["summary"]["signature"],
                                 signature)

    def test_no_forwarded_message_of_ones_own(self):
        headers = self.signed([FROM, TO, "Subject: Outer"] + REST,
                              self.wrapped(FIELDS, "; forwarded=yes"))
        self.shows(headers, "Outer", "outer")

    def test_not_its_form(self):
        """An hp on either, or S/MIME inside."""
        inner = self.openssl.sign(payload(FIELDS))
        for inside in (
                self.wrapped(FIELDS, "; hp=maybe"),
                self.wrapped(FIELDS, "", "; hp=clear"),
                payload([], "", lines(FIELDS) + inner, "message/rfc822")):
            headers = self.signed([FROM, TO, "Subject: Outer"] + REST,
                                  inside)
            self.shows(headers, "Outer", "outer")
            self.assertEqual(headers["protection"], "none")


class Draft(Case):
    """protected-headers="v1", as before RFC 9788."""

    def test_signed(self):
        headers = self.signed([FROM, TO, "Subject: Else"] + REST, payload(
            FIELDS, '; protected-headers="v1"'))
        self.shows(headers, "Handling the Jones contract", "protected")
        self.assertEqual(headers["protection"], "draft")
        self.assertEqual(headers["differing"], ["subject"])
        self.verdict("valid", "headers-differ")

    def test_subject_alone(self):
        """It need not have all fields: others are the outer ones."""
        headers = self.sealed(
            [FROM, TO, "Subject: ...", "Cc: carol@example.org"] + REST,
            payload([SUBJECT], '; protected-headers="v1"'))
        self.shows(headers, "Handling the Jones contract", "protected",
                   "alice@example.org", "outer")
        self.assertEqual(headers["cc"][0]["source"], "outer")
        self.assertEqual(headers["differing"], [])
        self.assertEqual(headers["confidential"], ["subject"])
        self.verdict("valid")

    def test_legacy_part(self):
        for kind in "text/plain", "text/rfc822-headers":
            body = (b"--x\r\nContent-Type: %s; protected-headers=\"v1\"\r\n"
                    b"Content-Disposition: inline\r\n\r\n%s\r\n--x\r\n"
                    b"Content-Type: text/plain\r\n\r\n%s\r\n--x--\r\n" % (
                        kind.encode(), lines([SUBJECT]), TEXT))
            self.sealed(HIDDEN, payload(
                FIELDS, '; protected-headers="v1"; boundary=x', body,
                "multipart/mixed"))
            self.assertEqual(self.result["legacyDisplay"],
                             [{"part": "1", "hide": "part"}])
            self.verdict("valid")

    def test_without_fields(self):
        headers = self.signed(FIELDS, payload([],
                                              '; protected-headers="v1"'))
        self.assertEqual(headers["protection"], "none")


class LegacyDisplay(Case):
    BODY = (b"--x\r\nContent-Type: text/plain; hp-legacy-display=\"1\"\r\n"
            b"\r\nSubject: s\r\n\r\ntext\r\n"
            b"--x\r\nContent-Type: text/html; hp-legacy-display=1\r\n\r\n"
            b"<div class=\"header-protection-legacy-display\">s</div>\r\n"
            b"--x\r\nContent-Type: text/enriched; hp-legacy-display=1\r\n\r\n"
            b"--x\r\nContent-Type: text/plain; hp-legacy-display=2\r\n\r\n"
            b"--x\r\nContent-Type: message/rfc822\r\n\r\n"
            b"Content-Type: text/plain; hp-legacy-display=1\r\n\r\nx\r\n"
            b"--x--\r\n")
    PARTS = [{"part": "1", "hide": "lines"}, {"part": "2", "hide": "element"}]

    def test_parts(self):
        inside = payload(FIELDS + outer(HIDDEN), '; hp="cipher"; boundary=x',
                         self.BODY, "multipart/alternative")
        self.sealed(HIDDEN, inside)
        self.assertEqual(self.result["legacyDisplay"], self.PARTS)
        self.assertEqual(self.content, inside)

    def test_single_part(self):
        self.sealed(HIDDEN, payload(
            FIELDS + outer(HIDDEN),
            '; hp-legacy-display="1"; hp="cipher"'))
        self.assertEqual(self.result["legacyDisplay"],
                         [{"part": "1", "hide": "lines"}])

    def test_nothing_is_hidden_that_is_not_shown(self):
        """Without an encryption, or without hp=cipher (section 4.5.3.1)."""
        for seal, hp in ((self.signed, "cipher"), (self.sealed, "clear"),
                         (self.sealed, "maybe")):
            seal(HIDDEN, payload(
                FIELDS + outer(HIDDEN), '; hp="%s"; boundary=x' % hp,
                self.BODY, "multipart/alternative"))
            self.assertEqual(self.result["legacyDisplay"], [])


class LegacyDisplayOmitted(Case):
    """"legacyDisplay": "omit"; the digests are of what was signed."""
    BODY = LegacyDisplay.BODY
    KEPT = (b"--x\r\nContent-Type: text/enriched; hp-legacy-display=1\r\n\r\n"
            b"--x\r\nContent-Type: text/plain; hp-legacy-display=2\r\n\r\n"
            b"--x\r\nContent-Type: message/rfc822\r\n\r\n"
            b"Content-Type: text/plain; hp-legacy-display=1\r\n\r\nx\r\n"
            b"--x--\r\n")

    def omitted(self, inside, seal=None, **params):
        (seal or self.sealed)(HIDDEN, inside, legacyDisplay="omit", **params)

    def test_parts(self):
        head = FIELDS + outer(HIDDEN)
        mime = '; hp="cipher"; boundary=x'
        self.omitted(payload(head, mime, self.BODY, "multipart/alternative"))
        self.verdict("valid")
        self.assertEqual(self.result["headers"]["protection"], "rfc9788")
        self.assertEqual(self.result["legacyDisplay"], [])
        self.assertEqual(self.content, payload(
            head, mime, b"--x\r\nContent-Type: text/plain\r\n\r\ntext\r\n"
            b"--x\r\nContent-Type: text/html\r\n\r\n\r\n" + self.KEPT,
            "multipart/alternative"))

    def test_part(self):
        """Of one that was asked for, the same."""
        inside = payload(FIELDS + outer(HIDDEN), '; hp="cipher"; boundary=x',
                         self.BODY, "multipart/alternative")
        for part, content in (("1", b"text"), ("2", b"")):
            self.omitted(inside, part=part)
            self.assertEqual(self.content.split(b"\r\n\r\n", 1)[1], content)
            self.assertNotIn(b"hp-legacy-display", self.content)
            self.assertEqual(self.result["legacyDisplay"], [])
        # and nothing is told of those beside it
        for part, hide in (("1", "lines"), ("2", "element")):
            self.sealed(HIDDEN, inside, part=part)
            self.assertEqual(self.result["legacyDisplay"],
                             [{"part": "1", "hide": hide}])
        self.omitted(inside, part="4")
        self.assertIn(b"hp-legacy-display=2", self.content)

    def test_single_part(self):
        for hp, expected in (
                ('; hp-legacy-display="1"; hp="cipher"', b"text\r\n"),
                ('; hp="cipher"', b"Subject: s\r\n\r\ntext\r\n")):
            self.omitted(payload(FIELDS + outer(HIDDEN), hp,
                                 b"Subject: s\r\n\r\ntext\r\n"))
            self.assertEqual(self.content.split(b"\r\n\r\n", 1)[1], expected)
            self.assertIn(b"hp=", self.content.replace(b'"', b""))
            self.verdict("valid")

    def test_evidence(self):
        """A record is of the content that was signed, not of what is left."""
        inside = payload(FIELDS + outer(HIDDEN),
                         '; hp-legacy-display="1"; hp="cipher"',
                         b"Subject: s\r\n\r\ntext\r\n")
        digests = []
        for params in ({}, {"legacyDisplay": "omit"}):
            self.sealed(HIDDEN, inside, evidence=True, **params)
            record = json.loads(base64.b64decode(
                self.result["evidence"]["data"]))
            digests.append(record["record"]["layers"][-1]["digests"])
        self.assertEqual(digests[0], digests[1])

    def test_what_stays_is_told(self):
        """In a charset without ASCII's bytes, or signed by itself."""
        utf16 = base64.encodebytes("Subject: s\n\ntext\n".encode("utf-16"))
        body = (b"--x\r\nContent-Type: text/plain; charset=utf-16; "
                b"hp-legacy-display=1\r\n"
                b"Content-Transfer-Encoding: base64\r\n\r\n" +
                utf16.replace(b"\n", b"\r\n") +
                b"--x\r\nContent-Type: multipart/signed; boundary=s; "
                b"protocol=\"application/pgp-signature\"\r\n\r\n--s\r\n"
                b"Content-Type: text/plain; hp-legacy-display=1\r\n\r\n"
                b"Subject: s\r\n\r\ntext\r\n--s\r\n\r\nx\r\n--s--\r\n"
                b"--x--\r\n")
        inside = payload(FIELDS + outer(HIDDEN), '; hp="cipher"; boundary=x',
                         body, "multipart/mixed")
        self.omitted(inside)
        self.assertEqual(self.content, inside)
        self.assertEqual(self.result["legacyDisplay"], [
            {"part": "1", "hide": "lines"}, {"part": "2.1", "hide": "lines"}])

    def test_nothing_is_left_out_that_is_not_shown(self):
        for seal, hp in ((self.signed, "cipher"), (self.sealed, "clear"),
                         (self.sealed, "maybe")):
            inside = payload(FIELDS + outer(HIDDEN),
                             '; hp="%s"; boundary=x' % hp, self.BODY,
                             "multipart/alternative")
            self.omitted(inside, seal)
            self.assertEqual(self.content, inside)

    def test_kept(self):
        inside = payload(FIELDS + outer(HIDDEN), '; hp="cipher"; boundary=x',
                         self.BODY, "multipart/alternative")
        self.sealed(HIDDEN, inside, legacyDisplay="keep")
        self.assertEqual(self.content, inside)
        self.assertEqual(self.result["legacyDisplay"], LegacyDisplay.PARTS)
        for wrong in ("hide", "", True):
            with self.assertRaises(HostError) as caught:
                self.sealed(HIDDEN, inside, legacyDisplay=wrong)
            self.assertEqual(caught.exception.kind, "invalid-params")


if __name__ == "__main__":
    unittest.main()
