#!/usr/bin/env python3
# SPDX-License-Identifier: MPL-2.0
"""A primary password that was set by a newer NSS than the system's: the host
starts with Thunderbird's NSS, if root alone can change that, and else says
what can be done."""

import os
import re
import shutil
import socket
import sqlite3
import stat
import subprocess
import tempfile
import unittest

from case import Case, children, until
from mail_case import TEXT, mail
from pki import Pki

from nssmime import FIREFOX, THUNDERBIRD, Closed, asked, host_program
from private_lib import PrivateLib, Unavailable

PASSWORD = "primary"
FOLDERS = ["thunderbird", "firefox-esr", "firefox"]  # below /usr/lib
LIBRARIES = ["libnss3.so", "libnssutil3.so", "libsmime3.so", "libsoftokn3.so",
             "libfreeblpriv3.so"]
NEWER = next((path for path in ("/usr/lib/%s" % name for name in FOLDERS)
              if os.path.exists(path + "/libsoftokn3.so")), None)


def change_password(database, old, new, libraries=None):
    """By certutil, with the NSS of that folder or the system's."""
    with tempfile.TemporaryDirectory() as folder:
        paths = [os.path.join(folder, name) for name in ("old", "new")]
        for path, text in zip(paths, (old, new)):
            with open(path, "w", encoding="utf-8") as file:
                file.write(text + "\n")
        env = dict(os.environ)
        if libraries is not None:
            env["LD_LIBRARY_PATH"] = libraries
        subprocess.run(
            ["certutil", "-W", "-d", "sql:" + database, "-f", paths[0], "-@",
             paths[1]], env=env, check=True, stdout=subprocess.PIPE)


def salt(database):
    """How long that of the password is; read-only."""
    with sqlite3.connect("file:%s/key4.db?mode=ro" % database,
                         uri=True) as db:
        return db.execute("SELECT length(item1) FROM metaData "
                          "WHERE id = 'password'").fetchone()[0]


def loaded(pid):
    """Name to folder of the libraries of NSS in a process."""
    with open("/proc/%d/maps" % pid, encoding="utf-8") as file:
        paths = {line.split()[-1] for line in file if ".so" in line}
    return {os.path.basename(path): os.path.dirname(path) for path in paths
            if os.path.basename(path) in LIBRARIES}


def system():
    """The folder of the system's NSS, by the linker."""
    linked = subprocess.run(["ldd", host_program()], stdout=subprocess.PIPE,
                            text=True, check=True).stdout
    path = re.search(r"libnss3\.so => (\S+)", linked)[1]
    return os.path.dirname(os.path.realpath(path))


class Newer(Case):
    @classmethod
    def setUpClass(cls):
        if NEWER is None:
            raise unittest.SkipTest("neither Thunderbird nor Firefox is here")
        cls.pki = Pki()
        cls.made = tempfile.mkdtemp(prefix="nssmime-newer-")
        cls.addClassCleanup(shutil.rmtree, cls.made, True)
        for name, libraries in (("newer", NEWER), ("older", None)):
            database = cls.pki.copy(os.path.join(cls.made, name))
            change_password(database, "", PASSWORD, libraries)
        assert salt(os.path.join(cls.made, "newer")) == 48

    def setUp(self):
        super().setUp()
        self.database = self.copy("newer")

    def copy(self, name):
        return shutil.copytree(os.path.join(self.made, name),
                               os.path.join(self.folder, name))

    def open(self, *answers, **more):
        if self.database is not None:
            more.setdefault("database", "sql:" + self.database)
        return self.start(program=more.pop("program", host_program()),
                          answers=answers, **more)

    def version(self):
        return tuple(map(int, self.host.request("hello", {})["nss"][
            "version"].split()[0].split(".")))

    def sign(self, **params):
        return self.host.run("message.protect", dict(sign={}, **params),
                             content=mail())

    def works(self):
        """Signs, encrypts and decrypts with the keys of the database."""
        _, text = self.sign(encrypt={"recipients": ["alice@example.org"]},
                            headerProtection="none")
        result, content = self.host.run("message.read", {}, content=text)
        self.assertEqual(result["summary"], {
            "signature": "valid", "encryption": "full", "reasons": []})
        self.assertEqual(content, TEXT)
        self.assertGreaterEqual(self.version(), (3, 118))


class Used(Newer):
    def test_used(self):
        self.open("pin " + PASSWORD)
        self.assertGreaterEqual(self.version(), (3, 118))
        status = self.host.request("database.status", {})
        self.assertEqual(
            self.version(),
            tuple(map(int, status["nss"].split()[0].split("."))))
        self.assertNotIn("problem", status)
        self.works()
        self.assertEqual(
            sum(line.startswith("GETPIN") for line in asked(self.env)), 1)
        libraries = loaded(self.engine())
        self.assertEqual(sorted(LIBRARIES), sorted(libraries))
        self.assertEqual(1, len(set(libraries.values())), libraries)
        # the broker needs no other
        self.assertNotIn("libsoftokn3.so", loaded(self.host.process.pid))

    def test_wrong(self):
        self.open("pin a", "pin b", "pin c", "pin " + PASSWORD)
        self.fails("wrong-password", self.host, "database.unlock")
        self.host.request("database.unlock", {})

    def test_change(self):
        self.open("pin " + PASSWORD, "pin other")
        self.host.request("database.changePassword", {})
        self.host.close()
        self.open("pin other")
        self.works()

    def test_end(self):
        """It ends with its input, and with the broker."""
        self.open()
        self.version()
        engine = self.engine()
        self.assertEqual(0, self.host.close())
        self.assertFalse(os.path.exists("/proc/%d" % engine))
        self.open()
        self.version()
        engine = self.engine()
        self.host.process.kill()
        self.assertTrue(until(
            lambda: not os.path.exists("/proc/%d" % engine)))

    def test_found_by_itself(self):
        """The caller's own database, without a setting."""
        profile = os.path.join(self.folder, ".thunderbird", "p")
        os.makedirs(os.path.dirname(profile))
        shutil.move(self.database, profile)
        self.database = None
        with open(os.path.join(os.path.dirname(profile), "profiles.ini"), "w",
                  encoding="utf-8") as file:
            file.write("[Profile0]\nName=p\nPath=p\n")
        self.open("pin " + PASSWORD)
        self.works()

    def test_the_users_libraries(self):
        """What the user has in LD_LIBRARY_PATH comes behind, and is not
        where a newer NSS is looked for."""
        shutil.copytree(system(), os.path.join(self.folder, "lib"),
                        ignore=lambda folder, names: set(names) -
                        set(LIBRARIES))
        self.start(program=host_program(), answers=["pin " + PASSWORD],
                   database="sql:" + self.database)
        self.end()
        self.env["LD_LIBRARY_PATH"] = os.path.join(self.folder, "lib")
        self.launch(program=host_program())
        self.works()
        self.assertNotIn(self.folder, " ".join(
            loaded(self.engine()).values()))

    def test_stranger(self):
        """Who is on no list is refused, whatever the database needs."""
        self.open()
        self.end()
        self.launch(("/x/nssmime.json", "x@example.org"), host_program())
        self.error("origin-not-allowed")
        self.assertEqual(1, self.host.wait())

    def test_not_by_hand(self):
        """The word of an engine that starts anew is nobody else's."""
        ours, theirs = socket.socketpair(socket.AF_UNIX,
                                         socket.SOCK_SEQPACKET)
        with ours, theirs:
            for fd in (theirs.fileno(), 0, 999, -1, "", "x", "4x"):
                for more in (THUNDERBIRD, FIREFOX, ()):
                    done = subprocess.run(
                        [host_program(), "engine-again", str(fd), *more],
                        stdin=subprocess.DEVNULL, capture_output=True,
                        pass_fds=[theirs.fileno()], check=False, timeout=30)
                    self.assertEqual((2, b""),
                                     (done.returncode, done.stdout), fd)


class OldSystem(Newer):
    """What is so only while the system's NSS is too old."""

    def setUp(self):
        super().setUp()
        self.open(database="sql:" + self.copy("older"))
        if self.version() >= (3, 118):
            self.skipTest("this system's NSS knows the newer passwords")
        self.host.close()

    def without(self, *names):
        """A program that sees none of them in /usr/lib."""
        try:
            self.lib = PrivateLib(hidden=names)
        except Unavailable as why:
            self.skipTest("this system gives no folder of one's own: %s" % why)
        self.addCleanup(self.lib.close)
        program = os.path.join(self.folder, "host")
        with open(program, "w", encoding="utf-8") as file:
            file.write('#!/bin/sh\nexec %s "%s" "$@"\n' % (
                " ".join(self.lib.prefix), host_program()))
        os.chmod(program, 0o700)
        return program

    def refused(self):
        """Nothing is asked that could not be answered; what to do is told."""
        for step in (lambda: self.host.request("database.unlock", {}),
                     lambda: self.host.request("database.changePassword", {}),
                     self.sign):
            error = self.failure(step)
            self.assertEqual("password-format-unsupported", error.kind)
            for way in ("install a newer NSS", "Thunderbird",
                        "take the password away", "another database"):
                self.assertIn(way, error.message)
        self.assertEqual([], asked(self.env))


class Old(OldSystem):
    def test_only_where_needed(self):
        for name in ("older", "plain"):
            database = os.path.join(self.folder, name)
            if name == "plain":
                self.pki.copy(database)
            self.open("pin " + PASSWORD, database="sql:" + database)
            self.assertLess(self.version(), (3, 118))
            self.sign()
            self.assertEqual({system()}, set(loaded(self.engine()).values()))

    def test_none(self):
        program = self.without(*FOLDERS)
        self.open("pin " + PASSWORD, program=program)
        self.refused()
        status = self.host.request("database.status", {})
        self.assertEqual("password-format", status["problemCode"])
        self.assertIn("3.118 or newer", status["problem"])
        used = [each for each in
                self.host.request("database.candidates", {}) if each["inUse"]]
        self.assertEqual("password-format", used[0]["problemCode"])
        # the certificates are of use all the same
        text = self.host.run("message.protect", {"encrypt": {}},
                             content=mail())[1]
        self.assertIn(b"smime.p7m", text)

    def test_with_one(self):
        """No problem in a database that is not the one in use."""
        self.open()
        self.assertNotIn("problem", self.host.request("database.status", {}))
        profile = os.path.join(self.folder, ".pki")
        os.makedirs(profile)
        shutil.move(self.database, os.path.join(profile, "nssdb"))
        self.open(database="sql:" + os.path.join(self.folder, "older"))
        candidates = self.host.request("database.candidates", {})
        self.assertLess(self.version(), (3, 118))
        self.assertIn("shared", [each["kind"] for each in candidates])
        self.assertEqual([], [each for each in candidates
                              if "problem" in each])

    def test_changed_meanwhile(self):
        """The next connection has what it takes."""
        database = os.path.join(self.folder, "older")
        self.open("pin " + PASSWORD, database="sql:" + database)
        self.assertLess(self.version(), (3, 118))
        self.host.request("certificate.list", {})
        change_password(database, PASSWORD, "other", NEWER)
        error = self.fails("password-format-unsupported", self.host,
                           "database.unlock")
        self.assertIn("try again", error.message)
        self.assertEqual([], asked(self.env))
        self.assertEqual(0, self.host.wait())
        with self.assertRaises((Closed, OSError)):
            self.host.request("hello", {})
        self.open("pin other", database="sql:" + database)
        self.works()


@unittest.skipUnless(os.geteuid() == 0,
                     "only root can make what root alone may change")
class Trusted(OldSystem):
    """Which folders count: /usr/lib/thunderbird is the test's here."""

    def setUp(self):
        super().setUp()
        self.program = self.without(*FOLDERS)
        self.real = self.lib.path("thunderbird")
        shutil.copytree(NEWER, self.real, ignore=self.others)

    @staticmethod
    def others(folder, names):
        return [name for name in names
                if name not in LIBRARIES + ["libmozsqlite3.so"]]

    def check(self, good):
        self.open("pin " + PASSWORD, program=self.program)
        if good:
            self.works()
        else:
            self.refused()
        self.host.close()

    def library(self, name):
        return os.path.join(self.real, name)

    def test_good(self):
        self.check(True)
        os.rename(self.real, self.lib.path("elsewhere"))
        os.symlink("elsewhere", self.real)
        self.check(True)

    def test_writable(self):
        libraries = ("libnss3.so", "libmozsqlite3.so", "libx.so.1")
        with open(self.library("libx.so.1"), "wb"):
            pass
        for path in (self.real, *map(self.library, libraries)):
            before = os.stat(path).st_mode
            for bits in (stat.S_IWGRP, stat.S_IWOTH):
                with self.subTest(path, bits=bits):
                    os.chmod(path, before | bits)
                    self.check(False)
            os.chmod(path, before)
        self.check(True)

    def test_anothers(self):
        for path in (self.real, self.library("libsoftokn3.so")):
            with self.subTest(path):
                os.chown(path, 65534, 65534)
                self.check(False)
                os.chown(path, 0, 0)
        self.check(True)

    def test_link_to_anothers(self):
        """A library, and the folder itself, that lead to a user's place."""
        copy = os.path.join(self.folder, "libsoftokn3.so")
        shutil.move(self.library("libsoftokn3.so"), copy)
        os.symlink(copy, self.library("libsoftokn3.so"))
        os.chmod(self.folder, 0o777)
        self.check(False)
        os.unlink(self.library("libsoftokn3.so"))
        shutil.move(copy, self.library("libsoftokn3.so"))
        shutil.move(self.real, os.path.join(self.folder, "thunderbird"))
        os.symlink(os.path.join(self.folder, "thunderbird"), self.real)
        self.check(False)

    def test_incomplete(self):
        for name in LIBRARIES:
            with self.subTest(name):
                os.rename(self.library(name), self.library("x"))
                self.check(False)
                os.rename(self.library("x"), self.library(name))

    def test_too_old(self):
        """libsoftokn3 is what checks passwords."""
        for names in (["libsoftokn3.so"], LIBRARIES):
            for name in names:
                shutil.copy(os.path.join(system(), name), self.library(name))
            with self.subTest(names):
                self.check(False)

    def test_broken(self):
        """What cannot be loaded costs nothing but the next folder's turn."""
        for name in ("libnss3.so", "libsoftokn3.so"):
            with self.subTest(name):
                with open(self.library(name), "r+b") as file:
                    file.truncate(5000)
                self.check(False)
                shutil.copytree(NEWER, self.lib.path("firefox"),
                                ignore=self.others)
                self.check(True)
                shutil.rmtree(self.lib.path("firefox"))
                shutil.copy(os.path.join(NEWER, name), self.library(name))


if __name__ == "__main__":
    unittest.main()
