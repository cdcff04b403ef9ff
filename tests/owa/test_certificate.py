# SPDX-License-Identifier: MPL-2.0
"""GetSigningCertificate: which one the page gets."""

import base64
import os
import re
import unittest

from owa_case import CERTIFICATE, OwaCase


class Certificate(OwaCase):
    @classmethod
    def prepare(cls):
        """One person with several certificates, in a database of her own."""
        cls.one = os.path.join(cls.home, "one")
        os.mkdir(cls.one)
        cls.alone = cls.pki.empty(os.path.join(cls.home, "alone"))
        for name, start, end in (
                ("old", "20200101000000Z", "20210101000000Z"),
                ("first", "20240101000000Z", "20990101000000Z"),
                ("newest", "20250101000000Z", "20990101000000Z"),
                ("future", "20900101000000Z", "20990101000000Z")):
            cls.pki.issue(cls.one, name, "one@example.org", start, end)
            cls.pki.add(cls.alone, cls.one, name)

    def got(self, answer):
        return base64.b64decode(self.data(answer), validate=True)

    def key_id(self, name):
        text = self.openssl("x509", "-in", self.pki.path(name + ".crt"),
                            "-noout", "-ext", "subjectKeyIdentifier").decode()
        return bytes.fromhex(re.search(
            r"([0-9A-F]{2}(?::[0-9A-F]{2})+)", text).group(1).replace(
                ":", ""))

    def test_the_newest_that_is_usable(self):
        owa = self.begin(database="sql:" + self.alone)
        for more in ({}, {"EmailAddress": "ONE@example.org"}, {"x": None}):
            self.assertEqual(self.got(owa.ask(CERTIFICATE, **more)),
                             self.pki.der("newest", self.one))

    def test_by_address(self):
        for name in ("alice", "bob", "carol"):
            for member in ("EmailAddress", "Address", "whatever"):
                self.assertEqual(self.got(self.owa.ask(
                    CERTIFICATE, **{member: name + "@example.org"})),
                    self.pki.der(name))

    def test_by_key_identifier(self):
        for name in ("alice", "bob"):
            ident = self.key_id(name)
            for value in (ident.hex(), ident.hex().upper(),
                          base64.b64encode(ident).decode(),
                          base64.b64encode(self.pki.der(name)).decode()):
                self.assertEqual(self.got(self.owa.ask(
                    CERTIFICATE, SubjectKeyIdentifier=value)),
                    self.pki.der(name))

    def test_several_people(self):
        """A database of a household: the user says who she is; where she may
        not, it is always the same."""
        owa = self.begin(answers=["decline", "confirm"])
        chosen = self.got(owa.ask(CERTIFICATE))
        with open(owa.env["NSSMIME_TEST_PINENTRY"] + ".log",
                  encoding="utf-8") as file:
            asked = [line for line in file if line.startswith("CONFIRM")]
        self.assertEqual(len(asked), 2)
        for line in asked:
            self.assertIn("desc=Sign with this certificate", line)
            self.assertIn("Outlook on the web", line)
            self.assertIn("@", line)
        owa = self.begin()
        owa.initialize(OWAAllowUserChoiceOfSigningCertificate=False)
        first = self.got(owa.ask(CERTIFICATE))
        self.assertNotEqual(first, chosen)
        self.assertEqual(self.got(owa.ask(CERTIFICATE)), first)

    def test_nobody_is_asked_without_need(self):
        """Choosing needs no key and no password."""
        owa = self.begin(database="sql:" + self.alone, answers=[])
        self.got(owa.ask(CERTIFICATE))
        with open(owa.env["NSSMIME_TEST_PINENTRY"] + ".log",
                  encoding="utf-8") as file:
            self.assertEqual(file.read(), "")


if __name__ == "__main__":
    unittest.main()
