# SPDX-License-Identifier: MPL-2.0
"""nssmime-host install --owa and doctor --owa: whether Microsoft's extension
finds the program."""

import json
import os
import subprocess
import sys
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "protocol"))

from doctor_case import Doctor  # noqa: E402
from pki import Pki  # noqa: E402

from extension import EDGE_ID, OWA_ID, Extension  # noqa: E402

NAME = "com.microsoft.outlook.smime.chromenativeapp"
FILE = "NativeMessagingHosts/%s.json" % NAME
FOLDERS = {"--chrome": "google-chrome", "--chromium": "chromium",
           "--edge": "microsoft-edge", "--vivaldi": "vivaldi",
           "--brave": "BraveSoftware/Brave-Browser"}
POLICIES = {"chrome": "opt/chrome", "chromium": "chromium",
            "edge": "opt/edge"}


class Owa(Doctor):
    def setUp(self):
        super().setUp()
        self.call = os.path.realpath(self.program)

    def path(self, option="--chrome"):
        return os.path.join(self.home, "config", FOLDERS[option], FILE)

    def install(self, *args, word="install"):
        done = self.run_host(word, *args)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return done.stdout

    def manifest(self, **more):
        return dict({
            "name": NAME, "type": "stdio", "path": self.call,
            "description": "S/MIME with the NSS certificate database, for "
                           "Outlook on the web",
            "allowed_origins": ["chrome-extension://%s/" % ident
                                for ident in (OWA_ID, EDGE_ID)]}, **more)

    def findings(self, check, about=None, *args):
        return [f for f in self.examine("--owa", *args)["findings"]
                if f["check"] == check and about in (None, f.get("about"))]


class Install(Owa):
    def test_each(self):
        for option in FOLDERS:
            said = self.install("--owa", option)
            self.assertIn("Outlook on the web", said)
            with open(self.path(option), encoding="utf-8") as file:
                self.assertEqual(json.load(file), self.manifest())
            # our own extension's is another file
            self.assertEqual(os.listdir(os.path.dirname(self.path(option))),
                             [NAME + ".json"])
            self.install(option)
            self.install("--owa", option, word="uninstall")
            self.assertEqual(os.listdir(os.path.dirname(self.path(option))),
                             ["nssmime.json"])

    def test_status(self):
        self.install("--owa", "--edge")
        self.assertIn("Microsoft Edge and Outlook on the web, for you, by " +
                      self.path("--edge") + ": this program\n",
                      self.install(word="status"))

    def test_never_by_itself(self):
        """Only where it is asked for."""
        self.install(*FOLDERS)
        for option in FOLDERS:
            self.assertFalse(os.path.exists(self.path(option)))

    def test_those_that_are_here(self):
        """Without a browser's name those that have been used."""
        done = self.run_host("install", "--owa")
        self.assertEqual(done.returncode, 2)
        self.assertIn("name at least one", done.stderr)
        for option in ("--edge", "--chromium"):
            os.makedirs(os.path.join(self.home, "config", FOLDERS[option]))
        self.install("--owa")
        self.assertEqual([os.path.exists(self.path(option))
                          for option in FOLDERS],
                         [False, True, True, False, False])
        self.install("--owa", word="uninstall")
        self.assertFalse(any(os.path.exists(self.path(option))
                             for option in FOLDERS))

    def test_not_for_others(self):
        for option in ("--firefox", "--thunderbird"):
            done = self.run_host("install", "--owa", "--chrome", option)
            self.assertEqual(done.returncode, 2)
            self.assertIn("no extension for Outlook on the web", done.stderr)
            self.assertFalse(os.path.exists(self.path()))

    def test_what_is_anothers(self):
        """Another re-implementation's stays, unless it is said to go."""
        path = self.write("config/google-chrome/" + FILE,
                          json.dumps(self.manifest(path="/opt/other/smime")))
        done = self.run_host("install", "--owa", "--chrome")
        self.assertEqual(done.returncode, 1)
        self.assertIn("/opt/other/smime", done.stderr)
        done = self.run_host("uninstall", "--owa", "--chrome")
        self.assertEqual(done.returncode, 1)
        self.assertTrue(os.path.exists(path))
        self.install("--owa", "--chrome", "--replace")
        with open(path, encoding="utf-8") as file:
            self.assertEqual(json.load(file), self.manifest())

    def test_it_starts(self):
        """What the file names answers the extension that it names."""
        self.install("--owa", "--edge")
        with open(self.path("--edge"), encoding="utf-8") as file:
            said = json.load(file)
        for origin in said["allowed_origins"]:
            owa = Extension(self.env, said["path"],
                            origin.split("/")[2])
            self.assertEqual(owa.settings(), {"AllowedDomainsByPolicy": []})
            self.assertEqual(owa.close(), 0)


class Examine(Owa):
    def test_only_where_asked_for(self):
        self.programs("google-chrome")
        for finding in self.examine()["findings"]:
            self.assertNotIn(finding["check"], ("owa", "mailbox"))

    def test_none(self):
        self.assertEqual([], self.findings("owa"))
        self.programs("google-chrome")
        found = self.expect(
            "owa", "none", "note", "Google Chrome is here", about="chrome",
            remedy=self.call + " install --owa --chrome --replace")
        subprocess.run(found["remedy"], shell=True, env=dict(
            self.env, PATH=os.environ["PATH"]), check=True,
            capture_output=True)
        self.expect("owa", "found", "ok", self.path(), about="chrome")

    def test_wrong_files(self):
        for more, word in (
                ({"path": "/nowhere/nssmime-host"}, "not there"),
                ({"path": "/bin/true"}, "another program"),
                ({"name": "nssmime"}, "none that a browser"),
                ({"type": "x"}, "none that a browser"),
                ({"allowed_origins": ["chrome-extension://%s/" % OWA_ID]},
                 "both of Microsoft's"),
                ({"allowed_origins": []}, "both of Microsoft's")):
            self.write("config/chromium/" + FILE,
                       json.dumps(self.manifest(**more)))
            found = self.expect("owa", "manifest", "problem", "Chromium",
                                word, about="chromium")
            subprocess.run(found["remedy"], shell=True, env=dict(
                self.env, PATH=os.environ["PATH"]), check=True,
                capture_output=True)
            self.expect("owa", "found", "ok", about="chromium")
        self.write("config/chromium/" + FILE, "{")
        self.expect("owa", "manifest", "problem", about="chromium")

    def test_policies(self):
        """Files of the administrator's that stand in the way."""
        etc = self.private("/etc", hidden=["chromium", "opt"])
        self.install("--owa", "--chrome", "--chromium", "--edge")
        self.programs("google-chrome", "chromium", "microsoft-edge")
        for name, folder in POLICIES.items():
            path = folder + "/policies/managed/test.json"
            for policy, ident, level in (
                    ({"NativeMessagingUserLevelHosts": False}, "user-hosts",
                     "problem"),
                    ({"NativeMessagingBlocklist": ["*"]}, "host", "problem"),
                    ({"NativeMessagingBlocklist": [NAME]}, "host", "problem"),
                    ({"ExtensionInstallBlocklist": ["*"]}, "extension",
                     "problem"),
                    ({"NativeMessagingBlocklist": ["*"],
                      "NativeMessagingAllowlist": [NAME]}, None, None),
                    ({"NativeMessagingBlocklist": ["nssmime"]}, None, None),
                    ({"ExtensionInstallBlocklist": ["*"],
                      "ExtensionInstallForcelist": [
                          OWA_ID + ";https://outlook.office.com/owa/"
                          "SmimeCrxUpdate.ashx"]}, None, None),
                    ({"ExtensionInstallBlocklist": ["*"],
                      "ExtensionInstallAllowlist": [EDGE_ID]}, None, None)):
                self.put(etc, path, json.dumps(policy))
                found = [f for f in self.findings("owa", name)
                         if f["id"] != "found"]
                with self.subTest(name=name, policy=policy):
                    if ident is None:
                        self.assertEqual([], found)
                    else:
                        one, = found
                        self.assertEqual((one["id"], one["level"]),
                                         (ident, level))
                        self.assertIn("/etc/" + path, one["sentence"])
            self.put(etc, path, "{}")

    def test_the_mailbox(self):
        pki = Pki()
        database = pki.copy(os.path.join(self.home, "db"))
        self.write("config/nssmime/config.json",
                   json.dumps({"database": "sql:" + database}))
        for name, level, word in (
                ("alice", "ok", "signs for alice@example.org"),
                ("ALICE", "ok", "signs for"),
                ("expired", "problem", "cannot be used"),
                ("nobody", "problem", "no certificate with a private key")):
            found, = self.findings("mailbox", None, name + "@example.org")
            self.assertEqual(found["level"], level)
            self.assertIn(word, found["sentence"])
        self.assertEqual([], self.findings("mailbox"))

    def test_usage(self):
        for args in (["alice@example.org"], ["--owa", "alice"],
                     ["--owa", "a@b", "c@d"]):
            self.assertEqual(self.run_host("doctor", *args).returncode, 2)


if __name__ == "__main__":
    unittest.main()
