#!/usr/bin/env python3
# SPDX-License-Identifier: MPL-2.0
"""The settings file, and the origins in it."""

import os
import shutil
import unittest

from case import Case

from nssmime import FIREFOX, environment


class Settings(Case):
    def fault(self, text):
        self.env = environment(self.folder)
        with open(os.path.join(self.folder, "config/nssmime/config.json"),
                  "w") as file:
            file.write(text)
        self.launch()
        self.host.request("hello", {})
        failure = self.failure(self.host.request, "test.sleep",
                               {"milliseconds": 1})
        self.assertEqual(failure.kind, "configuration-invalid")
        return failure.message

    def test_faults_name_file_and_member(self):
        for text, member in (
                ('{"colour": 1}', "colour"), ('{"callers": []}', "callers"),
                ('{"database": "/x"}', "database"),
                ('{"lockMinutes": -1}', "lockMinutes"),
                ('{"log": "loud"}', "log"), ('{"origins": ["x"]}', "origins"),
                ('{"pinentry": "a/b"}', "pinentry"),
                ('{"signatureScheme": "x"}', "signatureScheme"),
                ('{"keyManagement": 5}', "keyManagement"),
                ('{"maxDecompressed": 0}', "maxDecompressed")):
            message = self.fault(text)
            self.assertIn("config.json", message)
            self.assertIn(member, message)
        self.assertIn("number 2 in it", self.fault(
            '{"origins": ["https://mail.example", "http://mail.example"]}'))
        self.assertIn("config.json", self.fault("{"))
        self.assertIn("config.json", self.fault("[]"))

    def test_absent_file(self):
        self.env = environment(self.folder)
        shutil.rmtree(os.path.join(self.folder, "config"))
        self.launch()
        self.host.request("test.sleep", {"milliseconds": 1})

    def test_origins(self):
        self.start(FIREFOX, origins=["https://mail.example"])
        request = self.host.request
        request("test.origin", {"origin": "https://mail.example"})
        request("test.origin", {"origin": "HTTPS://Mail.Example:443"})
        for origin, kind in (("https://other.example", "origin-not-allowed"),
                             ("https://mail.example:444",
                              "origin-not-allowed"),
                             ("https://mail.example/x", "invalid-params"),
                             ("http://mail.example",
                              "origin-not-allowed")):
            self.assertEqual(self.kind(request, "test.origin",
                                       {"origin": origin}), kind)
        self.assertEqual(self.kind(request, "test.origin", {}),
                         "invalid-params")

    def test_origin_is_not_for_thunderbird(self):
        self.start()
        self.host.request("test.origin", {})
        self.assertEqual(self.kind(self.host.request, "test.origin",
                                   {"origin": "https://x.example"}),
                         "origin-not-allowed")


if __name__ == "__main__":
    unittest.main()
