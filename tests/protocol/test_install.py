# SPDX-License-Identifier: MPL-2.0
"""nssmime-host install and uninstall: what Mozilla's programs find then."""

import json
import os
import shutil
import stat
import subprocess
import tempfile
import unittest

from case import tool  # noqa: F401  (puts tests/support on the path)

from nssmime import host_program

FOLDER = ".mozilla/native-messaging-hosts"


class Install(unittest.TestCase):
    def setUp(self):
        self.home = tempfile.mkdtemp(prefix="nssmime-install-")
        self.addCleanup(shutil.rmtree, self.home)
        self.file = os.path.join(self.home, FOLDER, "nssmime.json")

    def run_host(self, *args, program=None, home=None, umask=0o022):
        env = dict(os.environ, HOME=self.home if home is None else home)
        return subprocess.run(
            [program or host_program(), *args], env=env, umask=umask,
            capture_output=True, text=True, check=False)

    def installed(self):
        with open(self.file, encoding="utf-8") as file:
            return json.load(file)

    def test_install(self):
        done = self.run_host("install", "--thunderbird", umask=0o077)
        self.assertEqual((0, ""), (done.returncode, done.stderr))
        self.assertIn(self.file, done.stdout)
        self.assertEqual({
            "name": "nssmime", "type": "stdio",
            "description": "S/MIME with the NSS certificate database",
            "path": os.path.realpath(host_program()),
            "allowed_extensions": ["thunderbird@nssmime", "webmail@nssmime"],
        }, self.installed())
        self.assertEqual(0o644, stat.S_IMODE(os.stat(self.file).st_mode))
        self.assertEqual(["nssmime.json"],
                         os.listdir(os.path.dirname(self.file)))

    def test_again(self):
        """It replaces what is there, also what cannot be followed."""
        os.makedirs(os.path.dirname(self.file))
        victim = os.path.join(self.home, "victim")
        with open(victim, "w", encoding="utf-8") as file:
            file.write("kept")
        os.symlink(victim, self.file)
        for _ in range(2):
            self.assertEqual(
                0, self.run_host("install", "--thunderbird").returncode)
        self.assertEqual("nssmime", self.installed()["name"])
        with open(victim, encoding="utf-8") as file:
            self.assertEqual("kept", file.read())

    def test_odd_path(self):
        """A path that JSON has to escape."""
        folder = os.path.join(self.home, 'a "b" \\ ü')
        os.mkdir(folder)
        program = shutil.copy(host_program(), folder)
        done = self.run_host("install", "--thunderbird", program=program)
        self.assertEqual(0, done.returncode, done.stderr)
        self.assertEqual(program, self.installed()["path"])

    def test_uninstall(self):
        self.run_host("install", "--thunderbird")
        for word in ("Removed", "There is no"):
            done = self.run_host("uninstall", "--thunderbird")
            self.assertEqual((0, ""), (done.returncode, done.stderr))
            self.assertIn(word, done.stdout)
            self.assertFalse(os.path.exists(self.file))

    def test_nowhere(self):
        for home in ("", "relative"):
            done = self.run_host("install", "--thunderbird", home=home)
            self.assertEqual((1, ""), (done.returncode, done.stdout))
        with open(os.path.join(self.home, ".mozilla"), "wb"):
            pass
        done = self.run_host("install", "--thunderbird")
        self.assertEqual((1, ""), (done.returncode, done.stdout))
        self.assertIn(FOLDER, done.stderr)

    def test_usage(self):
        for word in ("install", "uninstall"):
            for args in ([], ["--system"], ["--thunderbird", "--all"]):
                done = self.run_host(word, *args)
                self.assertEqual((2, ""), (done.returncode, done.stdout))
                self.assertIn("--thunderbird [--system]", done.stderr)
        self.assertEqual([], os.listdir(self.home))


if __name__ == "__main__":
    unittest.main()
