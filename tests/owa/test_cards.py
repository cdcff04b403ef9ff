# SPDX-License-Identifier: MPL-2.0
"""Smart cards, SoftHSM being the card, and OWAOnlyUseSmartCard."""

import base64
import os
import unittest

from owa_case import (BOTH, CERTIFICATE, CLEAR, CREATE, ENCRYPTED, READ,
                      OwaCase, der, email_message, uri)
from case import tool
from pki import run

MODULE = "/usr/lib/softhsm/libsofthsm2.so"
ONLY = {"OWAOnlyUseSmartCard": True}


class Cards(OwaCase):
    @classmethod
    def prepare(cls):
        """Bob's key is on a card, alice's in the database."""
        cls.tokens = os.path.join(cls.home, "tokens")
        os.mkdir(cls.tokens)
        conf = os.path.join(cls.home, "softhsm2.conf")
        with open(conf, "w", encoding="ascii") as file:
            file.write("directories.tokendir = %s\n" % cls.tokens)
        os.environ["SOFTHSM2_CONF"] = conf
        cls.addClassCleanup(os.environ.pop, "SOFTHSM2_CONF")
        tool("softhsm2-util", "--init-token", "--free", "--label", "card",
             "--pin", "1234", "--so-pin", "5678")
        cls.mixed = cls.pki.empty(os.path.join(cls.home, "mixed"))
        tool("modutil", "-force", "-add", "soft", "-libfile", MODULE,
             "-dbdir", "sql:" + cls.mixed)
        run("certutil", "-A", "-d", "sql:" + cls.mixed, "-n", "intermediate",
            "-t", ",,", "-i", cls.pki.path("intermediate.crt"))
        run("pk12util", "-i", cls.pki.path("alice.p12"), "-d",
            "sql:" + cls.mixed, "-W", "nssmime", "-K", "")
        pin = os.path.join(cls.home, "pin")
        with open(pin, "w", encoding="ascii") as file:
            file.write("1234\n")
        run("pk12util", "-i", cls.pki.path("bob.p12"), "-d",
            "sql:" + cls.mixed, "-W", "nssmime", "-h", "card", "-k", pin)

    def card(self, *answers, settings=None):
        owa = self.begin(database="sql:" + self.mixed,
                         answers=list(answers))
        if settings is not None:
            owa.initialize(**settings)
        return owa

    def asked(self, owa):
        with open(owa.env["NSSMIME_TEST_PINENTRY"] + ".log",
                  encoding="utf-8") as file:
            return [line for line in file if line.startswith("GETPIN")]

    def smime(self, name):
        return uri(der(self.cms_encrypt([name])))

    def test_decrypted(self):
        """The PIN is asked for in a window that names the card, once."""
        owa = self.card("pin 1234")
        for _ in range(2):
            self.read_message(self.smime("bob"), owa)
        line, = self.asked(owa)
        self.assertIn("card", line)
        self.assertIn("Outlook on the web", line)

    def test_signed(self):
        owa = self.card("pin 1234")
        made = self.create(email_message(("alice",), "bob"), owa, kind=BOTH,
                           to=["alice"])
        self.assertIn(b"Hello", self.plain(made, "alice"))
        self.assertEqual(len(self.asked(owa)), 1)

    def test_wrong_pins(self):
        """A card counts: three tries and no more."""
        owa = self.card(*["pin 9"] * 9)
        self.assertEqual(self.code(owa.ask(READ, Smime=self.smime("bob"))),
                         69)
        self.assertEqual(len(self.asked(owa)), 3)

    def test_two_tabs_one_pin(self):
        owa = self.card("wait 0.5", "pin 1234")
        text = '{"__type":"%s","Smime":"%s"}' % (READ, self.smime("bob"))
        for port in (1, 2):
            owa.send_part(text, 0, True, port=port)
        for _ in range(2):
            self.assertEqual(owa.receive()["data"]["Status"], 1)
        for port in (1, 2):
            self.assertIn('"ErrorCode":0', owa.fetch(port=port))
        self.assertEqual(len(self.asked(owa)), 1)

    def test_only_cards_read(self):
        """A key in the database is as good as none then."""
        owa = self.card("pin 1234", settings=ONLY)
        self.assertEqual(self.code(owa.ask(
            READ, Smime=self.smime("alice"))), 69)
        self.assertEqual(self.asked(owa), [])
        self.read_message(self.smime("bob"), owa)
        # who reads by either may do so by the card
        self.read_message(uri(der(self.cms_encrypt(["alice", "bob"]))), owa)
        owa = self.card(settings={"OWAOnlyUseSmartCard": False})
        self.read_message(self.smime("alice"), owa)

    def test_only_cards_sign(self):
        owa = self.card("pin 1234", settings=ONLY)
        self.assertEqual(self.code(owa.ask(CREATE, **self.creating(
            email_message(("bob",), "alice"), kind=CLEAR))), 69)
        self.assertEqual(self.code(owa.ask(CREATE, **self.creating(
            email_message(("bob",), "alice"), sign="alice"))), 69)
        self.verified(self.create(email_message(("alice",), "bob"), owa,
                                  sign="bob"))

    def test_only_cards_are_offered(self):
        owa = self.card(settings=ONLY)
        self.assertEqual(base64.b64decode(self.data(owa.ask(CERTIFICATE))),
                         self.pki.der("bob"))
        self.assertEqual(self.code(owa.ask(
            CERTIFICATE, EmailAddress="alice@example.org")), 69)

    def test_only_cards_for_the_own_copy(self):
        """What is encrypted to oneself must be readable by the card."""
        for settings, count in (({}, 2), (ONLY, 1)):
            owa = self.card(settings=settings)
            made = self.create(email_message(("bob",), "alice"), owa,
                               kind=ENCRYPTED, to=["bob"])
            self.assertEqual(self.recipients(made)[0], count)

    def test_the_card_is_drawn(self):
        """A card that is not there when the host starts."""
        hidden = self.tokens + ".away"
        os.rename(self.tokens, hidden)
        os.mkdir(self.tokens)
        try:
            owa = self.card("pin 1234")
            self.assertEqual(self.code(owa.ask(
                READ, Smime=self.smime("bob"))), 67)
        finally:
            os.rmdir(self.tokens)
            os.rename(hidden, self.tokens)


if __name__ == "__main__":
    unittest.main()
