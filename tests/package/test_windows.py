# SPDX-License-Identifier: MPL-2.0
"""packaging/windows.py: the manifests and the registry's keys for Windows,
read as it reads them."""

import json
import ntpath
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
SCRIPT = os.path.join(ROOT, "packaging", "windows.py")
DEFAULT = r"C:\Program Files\nssmime\nssmime-host.exe"
ODD = r"D:\Prögramme\it's (x86)\nssmime-host.exe"


def text(*path):
    with open(os.path.join(ROOT, *path), encoding="utf-8") as file:
        return file.read()


def documented():
    """By docs/porting.md: each key, and the programs that look there."""
    rows = re.findall(r"^\| ([A-Z][^|]*) \| `(Software\\[^`]*)`",
                      text("docs", "porting.md"), re.M)
    return {key: names.split(", ") for names, key in rows}


class Windows(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="nssmime-windows-")
        self.addCleanup(shutil.rmtree, self.folder)

    def make(self, *args):
        return subprocess.run(
            [sys.executable, "-B", SCRIPT, *args, self.folder],
            capture_output=True, text=True, check=False)

    def registry(self, name):
        """[(key, its default value or None where the key goes)]"""
        with open(os.path.join(self.folder, name), "rb") as file:
            data = file.read()
        self.assertEqual(b"\xff\xfe", data[:2])
        lines = data.decode("utf-16").split("\r\n")
        self.assertFalse([line for line in lines if "\n" in line])
        self.assertEqual(["Windows Registry Editor Version 5.00", ""],
                         lines[:2])
        found = []
        blocks = [block.split("\n")
                  for block in "\n".join(lines[2:]).strip().split("\n\n")]
        for block in blocks:
            gone = re.fullmatch(r"\[-(HKEY_[^\]]+)\]", block[0])
            if gone:
                self.assertEqual(1, len(block))
                found.append((gone[1], None))
                continue
            key = re.fullmatch(r"\[(HKEY_[^\]]+)\]", block[0])[1]
            self.assertEqual(2, len(block))
            value = re.fullmatch(r'@="((?:[^"\\]|\\["\\])*)"', block[1])[1]
            found.append((key, re.sub(r"\\(.)", r"\1", value)))
        return found

    def manifest(self, name):
        with open(os.path.join(self.folder, name), encoding="utf-8") as file:
            return json.load(file)

    def check(self, program):
        folder = ntpath.dirname(program)
        for who, root in (("user", "HKEY_CURRENT_USER"),
                          ("everyone", "HKEY_LOCAL_MACHINE")):
            added = dict(self.registry("install-%s.reg" % who))
            self.assertEqual({root + "\\" + key for key in documented()},
                             set(added))
            self.assertEqual(
                [(key, None) for key in added],
                self.registry("uninstall-%s.reg" % who))
            for key, path in added.items():
                self.assertEqual(folder, ntpath.dirname(path))
                said = self.manifest(ntpath.basename(path))
                self.assertEqual(program, said["path"])
                self.assertEqual(("nssmime", "stdio"),
                                 (said["name"], said["type"]))
                self.assertIn("allowed_extensions" if "Mozilla" in key
                              else "allowed_origins", said)

    def test_keys(self):
        for args, program in (((), DEFAULT), (("--program", ODD), ODD)):
            with self.subTest(program):
                done = self.make(*args)
                self.assertEqual((0, ""), (done.returncode, done.stderr))
                self.assertEqual(
                    sorted(os.listdir(self.folder)),
                    sorted(map(os.path.basename, done.stdout.splitlines())))
                self.check(program)

    def test_every_program_is_there(self):
        """Those that nssmime-host knows on other systems."""
        known = re.findall(r'\{ "--\w+", "([\w ]+)"',
                           text("host", "platform", "browsers.c"))
        names = {name.split()[-1] for name in known}
        self.assertEqual({"Chrome", "Chromium", "Edge", "Brave", "Vivaldi",
                          "Firefox", "LibreWolf", "Thunderbird"}, names)
        # where LibreWolf looks is not known
        self.assertEqual(
            names - {"LibreWolf"}, {name for group in documented().values()
                    for name in group})

    def test_who_may_start_it(self):
        """The same extensions as on other systems."""
        self.make()
        ident = re.search(r'HOST_CHROMIUM_ID "(\w+)"',
                          text("host", "caller.h"))[1]
        self.assertEqual(["chrome-extension://%s/" % ident],
                         self.manifest("nssmime-chromium.json")
                         ["allowed_origins"])
        self.assertEqual(
            json.loads(text("manifest", "mozilla.json.in"))
            ["allowed_extensions"],
            self.manifest("nssmime-mozilla.json")["allowed_extensions"])

    def test_what_is_no_path_of_windows(self):
        for path in ("nssmime-host.exe", "/usr/bin/nssmime-host", "C:",
                     "C:nssmime-host.exe", "C:\\nssmime\\",
                     "\\\\server\\share\\nssmime-host.exe",
                     'C:\\a"b\\nssmime-host.exe', "C:\\a\nb.exe",
                     "C:\\a/b.exe"):
            done = self.make("--program", path)
            self.assertEqual((2, ""), (done.returncode, done.stdout))
            self.assertIn("not a whole path of Windows", done.stderr)
        self.assertEqual([], os.listdir(self.folder))


if __name__ == "__main__":
    unittest.main()
