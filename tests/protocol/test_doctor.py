# SPDX-License-Identifier: MPL-2.0
"""nssmime-host doctor: what is not as it has to be is told, each thing by its
own finding and with a command that mends it. Here its form, and what is about
the program and the user's own files."""

import os
import shutil
import unittest

from doctor_case import Doctor

from nssmime import host_program


class Frame(Doctor):
    def test_words(self):
        """The same in words, under titles."""
        self.write(self.config, "{}")
        done = self.run_host("doctor")
        self.assertEqual("", done.stderr)
        self.assertIn("Settings\n  [ok] %s is in order.\n" % self.config,
                      done.stdout)
        self.write(self.config, "{")
        done = self.run_host("doctor")
        self.assertEqual((1, ""), (done.returncode, done.stderr))
        self.assertIn("  [problem] config.json is not a JSON object",
                      done.stdout)
        self.assertIn("\n    try: ${EDITOR:-vi} %s\n" % self.config,
                      done.stdout)
        self.assertRegex(done.stdout, r"\n[0-9]+ problems?[.,]")

    def test_usage(self):
        for args in (["x"], ["--json", "--all"], ["--json=1"]):
            done = self.run_host("doctor", *args)
            self.assertEqual((2, ""), (done.returncode, done.stdout))
            self.assertIn("usage: nssmime-host doctor", done.stderr)

    def test_nothing_is_written(self):
        before = sorted(os.walk(self.home))
        self.examine()
        self.run_host("doctor")
        self.assertEqual(before, sorted(os.walk(self.home)))


class Program(Doctor):
    def test_version(self):
        version = self.run_host("version").stdout.strip()
        self.expect("program", "version", "ok", version,
                    os.path.realpath(host_program()))
        self.expect("program", "nss", self.finding("program", "nss")["level"],
                    "NSS 3.")

    def test_fetcher(self):
        """It belongs to the program, and lies beside it."""
        folder = os.path.dirname(os.path.realpath(host_program()))
        self.expect("program", "fetcher", "ok",
                    os.path.join(folder, "nssmime-fetch"))

    def test_half_of_it(self):
        """As after a copy of one file."""
        self.program = shutil.copy(host_program(), self.bin)
        self.expect("program", "fetcher", "problem",
                    self.bin + "/nssmime-fetch", "incomplete")


class Settings(Doctor):
    def test_none(self):
        self.expect("settings", "user", "ok", "There is no " + self.config)

    def test_members(self):
        for text, word in (('{"pinentrie": "x"}', "pinentrie"),
                           ('{"lockMinutes": "x"}', "lockMinutes"),
                           ('{"database": "relative"}', "database"),
                           ("[]", "not a JSON object")):
            with self.subTest(text):
                self.write(self.config, text)
                self.expect("settings", "user", "problem", "config.json", word,
                            remedy="${EDITOR:-vi} " + self.config)


if __name__ == "__main__":
    unittest.main()
