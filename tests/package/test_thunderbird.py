# SPDX-License-Identifier: MPL-2.0
"""Thunderbird with the installed package and nothing else: run by
installed.sh. It takes the add-on from the system's folder, unasked, and that
finds the host by the system's manifest."""

import os
import sys
import unittest

sys.path.insert(0, os.path.join(
    os.path.dirname(os.path.dirname(os.path.abspath(__file__))),
    "e2e", "thunderbird"))

from case import Case, needed  # noqa: E402
from peer import Peer  # noqa: E402


class Installed(Case):
    # As Debian has it, and nobody changed it.
    prefs = {"extensions.autoDisableScopes": 3}

    @classmethod
    def parts(cls):
        return None, None

    def test_a_mail_is_read(self):
        addon = self.steps.run("""
            const { AddonManager } = ChromeUtils.importESModule(
                "resource://gre/modules/AddonManager.sys.mjs");
            const addon = await AddonManager.getAddonByID(
                "thunderbird@nssmime");
            return addon && { active: addon.isActive,
                system: addon.scope == AddonManager.SCOPE_SYSTEM };
            """)
        self.assertEqual({"active": True, "system": True}, addon)
        self.assertFalse(os.path.exists(
            os.path.join(self.thunderbird.home, ".mozilla")))
        peer = Peer(needed("NSSMIME_TEST_PKI"))
        self.imap.append(self.user, peer.mail(peer.encrypt(
            peer.sign(peer.text("As it was installed")), "alice"), "both"))
        self.steps.open("both")
        seen = self.steps.seen("seen.level")
        self.assertEqual(
            ("ok", "Signed by bob@example.org · Encrypted"),
            (seen["level"], seen["title"]))
        self.assertIn("As it was installed", seen["body"])


if __name__ == "__main__":
    unittest.main()
