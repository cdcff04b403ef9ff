# SPDX-License-Identifier: MPL-2.0
"""nssmime-host doctor: the databases, the certificates in them, and tokens."""

import datetime
import os
import shutil
import unittest

from case import files, tool
from doctor_case import Doctor
from pki import PASSWORD, Pki, run

SOFTHSM = "/usr/lib/softhsm/libsofthsm2.so"


def day(days):
    when = datetime.datetime.now(datetime.timezone.utc)
    return when + datetime.timedelta(days)


class DatabaseCase(Doctor):
    @classmethod
    def setUpClass(cls):
        cls.pki = Pki()

    def setUp(self):
        super().setUp()
        self.folder = os.path.join(self.home, "data/pki/nssdb")

    def make(self, *names, password="", folder=None):
        """A database with the certificates of these people."""
        folder = folder or self.folder
        self.pki.empty(folder, password)
        for name in names:
            run("pk12util", "-i", self.pki.path(name + ".p12"), "-d",
                "sql:" + folder, "-W", PASSWORD, "-K", password)
        return folder


class Database(DatabaseCase):
    def test_none(self):
        own = os.path.join(self.home, "data/nssmime")
        self.expect("database", "used", "ok", "no database for any program",
                    own, about=own)
        self.assertFalse(os.path.exists(own))

    def test_one(self):
        self.make("alice", password="secret")
        before = files(self.folder)
        self.expect("database", "used", "ok", "All programs use",
                    about=self.folder)
        self.expect("database", "password", "ok", "A password protects")
        self.expect("database", "files", "ok")
        self.assertEqual(before, files(self.folder))

    def test_no_password(self):
        self.make("alice")
        self.expect("database", "password", "note", "No password protects",
                    remedy="certutil -W -d sql:" + self.folder)

    def test_each_its_own(self):
        """Thunderbird's profile beside the shared database."""
        profile = os.path.join(self.home, ".thunderbird/x.default")
        os.makedirs(os.path.dirname(profile))
        self.make("alice", folder=profile)
        self.make("bob")
        self.write(".thunderbird/profiles.ini", "[Profile0]\nName=default\n"
                   "IsRelative=1\nPath=x.default\nDefault=1\n")
        self.expect("database", "used", "ok", "Thunderbird and Firefox use",
                    about=profile)
        self.expect("database", "used", "ok", "Chromium's family uses",
                    about=self.folder)
        self.assertEqual(
            ["alice@example.org", "bob@example.org"],
            [f["about"] for f in self.findings("certificates")])

    def test_configured(self):
        self.write(self.config, '{"database": "sql:/nowhere"}')
        self.expect("database", "open", "problem", "/nowhere",
                    remedy="ls -la /nowhere")

    def test_unusable(self):
        """One that misses its certificates learns where they lie."""
        self.make("alice")
        old = os.path.join(self.home, ".pki/nssdb")
        self.write(old + "/cert8.db", "")
        self.expect("database", "unusable", "note", old, "cert8.db")

    def test_destroyed(self):
        self.make("alice")
        self.write(self.folder + "/cert9.db", "x" * 4096)
        self.expect("database", "open", "problem", self.folder)

    def test_readable(self):
        self.make("alice")
        os.chmod(self.folder, 0o755)
        os.chmod(self.folder + "/key4.db", 0o644)
        self.mend(self.expect("database", "readable", "problem", "key4.db"))
        os.chmod(self.folder + "/pkcs11.txt", 0o666)
        self.mend(self.expect("database", "changeable", "problem",
                              "pkcs11.txt"))

    def test_read_only(self):
        self.make("alice")
        lib = self.private(self.folder)
        lib.run("mount", "-o", "remount,bind,ro", self.folder, check=True)
        self.expect("database", "read-only", "note", "Read-only file system")
        self.expect("certificates", "usable", "ok", "alice@example.org")


class Certificates(DatabaseCase):
    def issue(self, days):
        self.make()
        folder = os.path.join(self.home, "issued")
        os.mkdir(folder)
        self.pki.issue(folder, "soon", "soon@example.org",
                       day(-10).strftime("%Y%m%d000000Z"),
                       day(days).strftime("%Y%m%d%H%M%SZ"))
        self.pki.add(self.folder, folder, "soon")
        return day(days).strftime("%Y-%m-%d")

    def test_none(self):
        self.make()
        self.expect("certificates", "none", "note", self.folder,
                    remedy="pk12util -d sql:%s -i certificate.p12" %
                    self.folder)

    def test_usable(self):
        self.make("alice", "many")
        found = self.findings("certificates")
        self.assertEqual({"usable"}, {f["id"] for f in found})
        self.assertIn("alice@example.org", [f["about"] for f in found])
        self.assertIn("many.two@example.org", [f["about"] for f in found])

    def test_expires(self):
        until = self.issue(29)
        found = self.expect("certificates", "expires", "note", until,
                            about="soon@example.org")
        self.assertEqual(
            "certutil -R -d sql:%s -s CN=soon@example.org "
            "-7 soon@example.org -g 3072 -a -o request.pem" % self.folder,
            found["remedy"])

    def test_expires_later(self):
        until = self.issue(32)
        self.expect("certificates", "usable", "ok", until,
                    about="soon@example.org")

    def test_unusable(self):
        self.make("expired", "future", "server", "stranger")
        for name, words in (("expired", "it has expired"),
                            ("future", "not valid yet"),
                            ("server", "not issued for that use"),
                            ("stranger", "issued it")):
            self.expect("certificates", "unusable", "problem", words,
                        about=name + "@example.org")
        self.assertEqual("timedatectl", self.finding(
            "certificates", "unusable", "future@example.org")["remedy"])
        self.assertIn("certutil -A", self.finding(
            "certificates", "unusable", "stranger@example.org")["remedy"])

    def test_half(self):
        self.make("signonly", "encryptonly")
        self.expect("certificates", "signs", "note",
                    about="signonly@example.org")
        self.expect("certificates", "opens", "note",
                    about="encryptonly@example.org")


class Tokens(DatabaseCase):
    def add(self, name, library):
        with open(self.folder + "/pkcs11.txt", "a", encoding="ascii") as file:
            file.write("library=%s\nname=%s\n\n" % (library, name))

    def test_missing(self):
        """The others work all the same."""
        self.make("alice")
        self.add("card", "/nowhere/card.so")
        self.mend(self.expect(
            "tokens", "module", "problem", "card", "/nowhere/card.so",
            remedy="modutil -dbdir sql:%s -delete card" % self.folder))
        self.add("opensc", "/nowhere/opensc-pkcs11.so")
        self.assertIn("opensc", self.finding("tokens", "module")["remedy"])
        self.expect("certificates", "usable", "ok")

    def softhsm(self):
        self.env["SOFTHSM2_CONF"] = self.write(
            "softhsm2.conf", "directories.tokendir = %s/tokens\n" % self.home)
        os.mkdir(os.path.join(self.home, "tokens"))
        self.make("alice")
        self.add("soft", SOFTHSM)

    def test_empty(self):
        self.softhsm()
        self.expect("tokens", "empty", "note", SOFTHSM)

    def test_present(self):
        self.softhsm()
        os.environ["SOFTHSM2_CONF"] = self.env["SOFTHSM2_CONF"]
        self.addCleanup(os.environ.pop, "SOFTHSM2_CONF")
        tool("softhsm2-util", "--init-token", "--free", "--label", "my card",
             "--pin", "1234", "--so-pin", "5678")
        self.expect("tokens", "token", "ok", "my card", "its PIN")

    def test_falls(self):
        """A module that ends whoever loads it ends one process of doctor's."""
        self.make("alice")
        source = self.write("fall.c", "#include <stdlib.h>\n"
                            "__attribute__((constructor)) static void "
                            "fall(void) { abort(); }\n")
        library = os.path.join(self.home, "fall.so")
        tool(shutil.which("cc"), "-shared", "-fPIC", "-o", library, source)
        self.add("fall", library)
        self.expect("database", "open", "problem", "ends the program",
                    remedy="modutil -rawlist -dbdir sql:" + self.folder)
        self.expect("protection", "seccomp",
                    self.finding("protection", "seccomp")["level"])


if __name__ == "__main__":
    unittest.main()
