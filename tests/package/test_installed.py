# SPDX-License-Identifier: MPL-2.0
"""The installed package, on this system: run by installed.sh."""

import os
import subprocess
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
TESTS = os.path.join(ROOT, "packaging", "debian", "tests")
PROGRAM = "/usr/bin/nssmime-host"
EVERY = ("--thunderbird", "--firefox", "--chromium", "--chrome", "--edge",
         "--brave", "--vivaldi", "--librewolf")


def tests():
    """Those of the package's own, by what debian/tests/control lists."""
    with open(os.path.join(TESTS, "control"), encoding="utf-8") as file:
        return [line.split()[1] for line in file
                if line.startswith("Tests:")]


def manifests():
    listed = subprocess.run(["dpkg", "-L", "nssmime"], check=True, text=True,
                            stdout=subprocess.PIPE).stdout.splitlines()
    found = {}
    for path in listed:
        if path.endswith("native-messaging-hosts/nssmime.json") and \
                os.path.exists(path):
            with open(path, "rb") as file:
                found[path] = file.read()
    return found


class Installed(unittest.TestCase):
    def test_its_own_tests_pass(self):
        self.assertTrue(tests())
        self.assertEqual(sorted(tests() + ["control"]),
                         sorted(os.listdir(TESTS)))
        for name in tests():
            with self.subTest(name):
                done = subprocess.run(
                    [os.path.join(TESTS, name)], cwd=ROOT, check=False,
                    text=True, stdout=subprocess.PIPE,
                    stderr=subprocess.STDOUT)
                self.assertEqual(0, done.returncode, done.stdout)

    def test_manifests_are_those_the_program_would_write(self):
        before = manifests()
        self.assertEqual(6, len(before))
        self.run_host("uninstall")
        self.assertEqual({}, manifests())
        self.run_host("install")
        self.assertEqual(before, manifests())

    def run_host(self, command):
        subprocess.run([PROGRAM, command, *EVERY, "--system"], check=True,
                       stdout=subprocess.DEVNULL)


if __name__ == "__main__":
    unittest.main()
