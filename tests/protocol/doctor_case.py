# SPDX-License-Identifier: MPL-2.0
"""What the tests of nssmime-host doctor share: a home of one's own, in which
nothing is found but what the test has put there."""

import json
import os
import shutil
import subprocess
import tempfile
import unittest

from case import tool  # noqa: F401  (puts tests/support on the path)

from nssmime import environment, host_program
from private_lib import PrivateLib, Unavailable

LEVELS = ("ok", "note", "problem")


class Doctor(unittest.TestCase):
    maxDiff = 4000

    def setUp(self):
        self.home = tempfile.mkdtemp(prefix="nssmime-doctor-")
        self.addCleanup(shutil.rmtree, self.home)
        self.env = environment(self.home)
        self.config = os.path.join(self.home, "config/nssmime/config.json")
        os.unlink(self.config)
        self.bin = os.path.join(self.home, "bin")
        os.mkdir(self.bin)
        self.env["PATH"] = self.bin
        self.prefix = []
        self.program = host_program()

    def programs(self, *names):
        """Has programs of these names found, and no others."""
        for name in names:
            self.write("bin/" + name, "", 0o755)

    def write(self, path, text, mode=0o644):
        path = os.path.join(self.home, path)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(path, mode)
        return path

    def run_host(self, *args):
        return subprocess.run(
            [*self.prefix, self.program, *args], env=self.env,
            capture_output=True, text=True, check=False)

    def mend(self, finding):
        """What the remedy is for: the finding is gone after it."""
        env = dict(self.env, PATH=os.environ["PATH"])
        subprocess.run([*self.prefix, "sh", "-c", finding["remedy"]], env=env,
                       check=True, capture_output=True)
        self.assertNotIn(finding, self.examine()["findings"])

    def private(self, folder, hidden=()):
        """Has the program see a folder of its own there."""
        try:
            lib = PrivateLib(hidden=hidden, folder=folder)
        except Unavailable as why:
            self.skipTest("this system gives no folder of one's own: %s" % why)
        self.addCleanup(lib.close)
        self.prefix = [shutil.which(lib.prefix[0]), *lib.prefix[1:]]
        return lib

    def put(self, lib, path, text, mode=0o644):
        """The same as write(), in such a folder."""
        path = lib.path(path)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(path, mode)

    def examine(self, *args):
        """What `doctor --json` says, its shape checked."""
        done = self.run_host("doctor", "--json", *args)
        self.assertEqual("", done.stderr, done.stderr)
        said = json.loads(done.stdout)
        self.assertEqual({"version", "healthy", "findings"}, set(said))
        for finding in said["findings"]:
            self.assertIn(finding["level"], LEVELS)
            self.assertEqual(
                {"check", "id", "level", "sentence"} | (
                    set() if finding["level"] == "ok" else {"remedy"}),
                set(finding) - {"about"}, finding)
            self.assertTrue(finding["sentence"])
            self.assertFalse(finding["sentence"].endswith("."), finding)
        problems = [f for f in said["findings"] if f["level"] == "problem"]
        self.assertEqual(not problems, said["healthy"])
        self.assertEqual(1 if problems else 0, done.returncode)
        return said

    def findings(self, check, about=None):
        return [f for f in self.examine()["findings"]
                if f["check"] == check and about in (None, f.get("about"))]

    def finding(self, check, ident, about=None):
        found = [f for f in self.findings(check, about) if f["id"] == ident]
        self.assertEqual(1, len(found), self.findings(check))
        return found[0]

    def expect(self, check, ident, level, *words, about=None, remedy=None):
        """The one finding of that name."""
        found = self.finding(check, ident, about)
        self.assertEqual(level, found["level"], found)
        for word in words:
            self.assertIn(word, found["sentence"])
        if remedy is not None:
            self.assertEqual(remedy, found["remedy"])
        return found
