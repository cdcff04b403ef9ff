# SPDX-License-Identifier: MPL-2.0
"""Pictures of Thunderbird for the documentation, as the tests run it: see
docs/pictures.sh."""

import os
import sys
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__)))))
sys.path.insert(0, os.path.join(ROOT, "tests", "e2e", "thunderbird"))

from case import ME, Case, needed  # noqa: E402
from peer import Peer  # noqa: E402

OFFER = """Dear Alice,

here is the offer that we talked about on Monday. Please keep the figures
between us until the board has met.

Kind regards
Bob
"""
ANSWER = """Dear Bob,

thank you. I have looked at it, and agree to all of it but the dates in part 3.

Alice
"""
FORGED = """Dear Alice,

our bank has changed. Please pay to the new account from today on.

Carol
"""


class Pictures(Case):
    prefs = {"mail.identity.id1.fullName": "Alice Winter",
             "mailnews.mark_message_read.auto": True}

    def text(self, body):
        return self.peer.text(body.replace("\n", "\r\n"))

    def receive(self, entity, subject, sender):
        self.imap.append(self.user, self.peer.mail(
            entity, subject, sender=sender, to="Alice Winter <%s>" % ME))

    def show(self, subject, level):
        self.steps.open(subject)
        self.assertEqual(level, self.steps.seen("seen.level")["level"])

    def test_pictures(self):
        self.peer = Peer(needed("NSSMIME_TEST_PKI"))
        sign = self.peer.sign
        self.receive(self.text("Shall we meet at one?\n"), "Lunch on Friday",
                     "Frank Berger <frank@example.org>")
        self.receive(sign(self.text("As agreed.\n"), "dave"),
                     "Minutes of the meeting",
                     "Dave Lang <dave@example.org>")
        self.receive(sign(self.text(FORGED)), "Our new bank account",
                     "Carol Stone <carol@example.org>")
        offer = sign(self.text(OFFER))
        self.receive(self.peer.encrypt(offer, "alice", gcm=True),
                     "The offer", "Bob Miller <bob@example.org>")
        self.show("Our new bank account", "bad")
        self.picture("thunderbird-forged")
        self.show("The offer", "ok")
        self.picture("thunderbird-read")
        bar = self.steps.compose(
            to="Bob Miller <bob@example.org>", subject="Re: The offer",
            body=ANSWER)
        self.assertEqual("ok", bar["level"])
        self.picture("thunderbird-write", "msgcompose")


if __name__ == "__main__":
    unittest.main()
