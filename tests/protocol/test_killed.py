#!/usr/bin/env python3
# SPDX-License-Identifier: MPL-2.0
"""Both processes killed at many moments of an operation: the database is
whole afterwards, for NSS's own tools and for the next host."""

import base64
import contextlib
import os
import shutil
import signal
import sqlite3
import time
import unittest

from case import Case, children, gone, tool
from mail_case import mail
from pki import Pki

from nssmime import host_program

POINTS = 10


def kill(host):
    """The broker and the engine at once."""
    pids = (host.process.pid, *children(host.process.pid))
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    host.process.wait()
    for pid in pids:
        assert gone(pid)


class Killed(Case):
    @classmethod
    def setUpClass(cls):
        cls.pki = Pki()

    def begin(self, answers=()):
        """A fresh database and a host that has opened it."""
        self.database = os.path.join(self.folder, "db")
        shutil.rmtree(self.database, True)
        self.pki.copy(self.database)
        self.start(program=host_program(), answers=answers,
                   database="sql:" + self.database)
        self.host.request("database.status", {})

    def content(self):
        """Certificates and keys by NSS's own tools."""
        names = tool("certutil", "-L", "-d", "sql:" + self.database)
        keys = tool("certutil", "-K", "-d", "sql:" + self.database)
        return names.decode(), keys.decode()

    def whole(self):
        for name in ("cert9.db", "key4.db"):
            with contextlib.closing(sqlite3.connect(
                    os.path.join(self.database, name))) as file:
                rows = file.execute("PRAGMA integrity_check").fetchall()
            self.assertEqual(rows, [("ok",)], name)
        names, keys = self.content()
        for name in ("bob", "carol"):
            self.assertIn(name, names)
            self.assertRegex(keys, r"[0-9a-f]{40}\s+.*" + name)
        host = self.launch(program=host_program())
        result, _ = host.run("message.protect", {
            "sign": {}, "encrypt": {}, "headerProtection": "none"},
            content=mail("bob", ("carol",)))
        self.assertEqual(result["signedBy"], self.pki.fingerprint("bob"))
        self.assertEqual(host.close(), 0)

    def play(self, method, params, answers=()):
        """Lets it end once, then kills it before that, later each time."""
        self.begin(answers)
        began = time.monotonic()
        self.host.request(method, params)
        length = time.monotonic() - began
        self.assertEqual(self.host.close(), 0)
        self.whole()
        for point in range(POINTS):
            with self.subTest(point=point):
                self.begin(answers)
                self.host.begin(method, params)
                time.sleep(length * point / (POINTS - 1))
                kill(self.host)
                self.whole()

    def inline(self, data):
        return {"data": base64.b64encode(data).decode()}

    def test_import(self):
        data = self.pki.base64("mallory.p12")
        self.play("certificate.import", {"data": data}, ["pin nssmime"])

    def test_delete(self):
        self.play("certificate.delete", {
            "fingerprint": self.pki.fingerprint("alice"), "withKey": True},
            ["confirm"])

    def test_change_password(self):
        """Also from none to one: the keys are encrypted anew."""
        self.begin(["pin new"])
        self.host.request("database.changePassword", {})
        self.host.close()
        for point in range(POINTS):
            with self.subTest(point=point):
                self.begin(["pin new"])
                self.host.begin("database.changePassword", {})
                time.sleep(0.02 * point)
                kill(self.host)
                with contextlib.closing(sqlite3.connect(os.path.join(
                        self.database, "key4.db"))) as file:
                    self.assertEqual(file.execute(
                        "PRAGMA integrity_check").fetchall(), [("ok",)])
                path = os.path.join(self.folder, "passwords")
                with open(path, "w", encoding="utf-8") as file:
                    file.write("new\n")
                keys = tool("certutil", "-K", "-d", "sql:" + self.database,
                            "-f", path).decode()
                self.assertIn("bob", keys)

    def test_protect(self):
        self.play("message.protect", {
            "content": self.inline(mail(entity=b"\r\n" + b"x" * 70000)),
            "sign": {}, "encrypt": {}, "headerProtection": "none"})

    def test_read(self):
        self.begin()
        _, text = self.host.run("message.protect", {
            "sign": {}, "encrypt": {"cipher": "aes-256-gcm"},
            "headerProtection": "none"}, content=mail())
        self.host.close()
        self.play("message.read", {"content": self.inline(text)})


if __name__ == "__main__":
    unittest.main()
