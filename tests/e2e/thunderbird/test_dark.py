# SPDX-License-Identifier: MPL-2.0
"""The same in Thunderbird's dark theme: what is said can be read there, too."""

import unittest

from case import Case, needed
from peer import Peer

ROW = "aboutMessage().document.getElementById('nssmime-verdict')"


class Dark(Case):
    prefs = {"extensions.activeThemeID": "thunderbird-compact-dark@mozilla.org",
             "ui.systemUsesDarkTheme": 1}

    def test_verdicts(self):
        peer = Peer(needed("NSSMIME_TEST_PKI"))
        signed = peer.sign(peer.text("Pay 10 to Carol"))
        for name, level, entity, sender in (
                ("valid", "ok", signed, "bob"),
                ("tampered", "bad", signed.replace(b"10", b"99"), "bob"),
                ("unknown", "warn", peer.sign(peer.text("Hi"), "mallory"),
                 "mallory"),
                ("encrypted", "info", peer.encrypt(peer.text("Hi"), "alice"),
                 "bob")):
            self.imap.append(self.user, peer.mail(
                entity, name, sender=sender + "@example.org"))
            self.steps.open(name)
            self.steps.seen("seen.level == '%s'" % level)
            self.dark("aboutMessage()")
            self.assertEqual([], self.hurdles(ROW))
            self.picture("dark-reader-" + name)

    def dark(self, window):
        self.assertTrue(self.steps.run(
            "return %s.matchMedia('(prefers-color-scheme: dark)').matches;"
            % window))

    def test_composer(self):
        for name, level, to in (("ok", "ok", "bob@example.org"),
                                ("bad", "bad", "stranger@example.org")):
            self.steps.compose(to=to, subject="Dark", body="Text\n")
            if level == "bad":
                self.steps.press("encrypt")
            self.steps.bar("shown.level == '%s'" % level)
            self.dark("composers().at(-1)")
            self.assertEqual([], self.hurdles("bar(composers().at(-1))"))
            self.picture("dark-composer-" + name, "msgcompose")
            self.steps.discard()


if __name__ == "__main__":
    unittest.main()
