# SPDX-License-Identifier: MPL-2.0
"""nssmime-host doctor: what is not as it has to be is told, each thing by its
own finding and with a command that mends it."""

import json
import os
import shutil
import subprocess
import tempfile
import unittest

from case import tool  # noqa: F401  (puts tests/support on the path)

from nssmime import environment, host_program

LEVELS = ("ok", "note", "problem")


class Doctor(unittest.TestCase):
    maxDiff = 4000

    def setUp(self):
        self.home = tempfile.mkdtemp(prefix="nssmime-doctor-")
        self.addCleanup(shutil.rmtree, self.home)
        self.env = environment(self.home)
        self.config = os.path.join(self.home, "config/nssmime/config.json")
        os.unlink(self.config)

    def write(self, path, text, mode=0o644):
        path = os.path.join(self.home, path)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(path, mode)
        return path

    def run_host(self, *args):
        return subprocess.run([host_program(), *args], env=self.env,
                              capture_output=True, text=True, check=False)

    def examine(self, *args):
        """What `doctor --json` says, its shape checked."""
        done = self.run_host("doctor", "--json", *args)
        self.assertEqual("", done.stderr)
        said = json.loads(done.stdout)
        self.assertEqual({"version", "healthy", "findings"}, set(said))
        for finding in said["findings"]:
            self.assertIn(finding["level"], LEVELS)
            self.assertEqual(
                {"check", "id", "level", "sentence"} | (
                    set() if finding["level"] == "ok" else {"remedy"}),
                set(finding), finding)
            self.assertTrue(finding["sentence"])
            self.assertFalse(finding["sentence"].endswith("."), finding)
        problems = [f for f in said["findings"] if f["level"] == "problem"]
        self.assertEqual(not problems, said["healthy"])
        self.assertEqual(1 if problems else 0, done.returncode)
        return said

    def findings(self, check, ident):
        return [f for f in self.examine()["findings"]
                if (f["check"], f["id"]) == (check, ident)]

    def finding(self, check, ident):
        found = self.findings(check, ident)
        self.assertEqual(1, len(found), found)
        return found[0]

    def expect(self, check, ident, level, *words, remedy=None):
        """The one finding of that name; the shell runs its remedy."""
        found = self.finding(check, ident)
        self.assertEqual(level, found["level"], found)
        for word in words:
            self.assertIn(word, found["sentence"])
        if remedy is not None:
            self.assertEqual(remedy, found["remedy"])
        return found


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
        self.expect("program", "fetcher", "ok", os.path.join(
            os.path.dirname(os.path.realpath(host_program())),
            "nssmime-fetch"))


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
