#!/usr/bin/env python3
# SPDX-License-Identifier: MPL-2.0
"""Who may start the host, and the commands for people."""

import base64
import hashlib
import os
import subprocess
import unittest

from case import CALLERS, ROOT, Case, test_program


class Callers(Case):
    def refused(self, *args):
        self.start(args)
        error = self.error("origin-not-allowed")
        self.assertIn('"callers" of policy.json', error["message"])
        self.assertEqual(self.host.wait(), 1)

    def test_unknown_extension(self):
        self.refused("chrome-extension://" + "a" * 32 + "/")

    def test_extension_with_path(self):
        self.refused("chrome-extension://gejigdcljmkinaiihdaffecocdjoloci/x/")

    def test_unknown_addon(self):
        self.refused("/x.json", "other@nssmime")

    def test_addon_as_extension(self):
        self.refused("chrome-extension://thunderbird@nssmime/")

    def test_extension_as_addon(self):
        self.refused("/x.json", "gejigdcljmkinaiihdaffecocdjoloci")

    def test_empty(self):
        self.refused("/x.json", "")

    def test_known(self):
        for caller in CALLERS.values():
            self.start(caller)
            self.host.request("hello", {"client": {"name": "x",
                                                   "version": "1"}})
            self.assertEqual(self.host.close(), 0)

    def test_commands(self):
        for words, status, text in ((("version",), 0, b"nssmime-host"),
                                    (("help",), 0, b"usage"),
                                    (("methods",), 0, b"hello"),
                                    (("nonsense",), 2, b""),
                                    ((), 2, b"")):
            done = subprocess.run([test_program(), *words], timeout=10,
                                  stdin=subprocess.DEVNULL,
                                  stdout=subprocess.PIPE,
                                  stderr=subprocess.DEVNULL, check=False)
            self.assertEqual(done.returncode, status)
            self.assertIn(text, done.stdout)

    def test_key(self):
        """The id in the program follows from the key for the manifest."""
        with open(os.path.join(ROOT, "manifest", "chromium-key.txt")) as file:
            key = base64.b64decode(file.read())
        ident = "".join(chr(ord("a") + int(digit, 16)) for digit
                        in hashlib.sha256(key).hexdigest()[:32])
        self.assertIn(ident, CALLERS["chromium"][0])


if __name__ == "__main__":
    unittest.main()
