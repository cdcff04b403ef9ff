#!/usr/bin/env python3
# SPDX-License-Identifier: MPL-2.0
"""message.protect and message.read on a database with a password: when it is
asked for, and what comes of wrong answers."""

import os
import shutil
import subprocess
import tempfile
import unittest

from case import Case, files, tool
from mail_case import TEXT, mail
from pki import Pki

from nssmime import asked, host_program

PASSWORD = "primary"


class Locked(Case):
    @classmethod
    def setUpClass(cls):
        cls.pki = Pki()
        cls.made = tempfile.mkdtemp(prefix="nssmime-locked-")
        cls.addClassCleanup(shutil.rmtree, cls.made, True)
        database = cls.pki.copy(os.path.join(cls.made, "db"))
        passwords = [os.path.join(cls.made, name) for name in ("old", "new")]
        for path, text in zip(passwords, ("\n", PASSWORD + "\n")):
            with open(path, "w", encoding="utf-8") as file:
                file.write(text)
        tool("certutil", "-W", "-d", "sql:" + database, "-f", passwords[0],
             "-@", passwords[1])

    def setUp(self):
        super().setUp()
        self.database = shutil.copytree(os.path.join(self.made, "db"),
                                        os.path.join(self.folder, "db"))

    def open(self, *answers):
        return self.start(program=host_program(), answers=answers,
                          database="sql:" + self.database)

    def windows(self):
        return sum(line.startswith("GETPIN") for line in asked(self.env))

    def sign(self, **params):
        return self.host.run("message.protect", dict(sign={}, **params),
                             content=mail())

    def encrypt(self, **params):
        """Needs no key, so that nothing is asked."""
        return self.host.run("message.protect", dict(
            encrypt={}, headerProtection="none", **params), content=mail())[1]

    def read(self, text, **params):
        return self.host.run("message.read", params, content=text)

    def test_asked_once(self):
        self.open("pin " + PASSWORD)
        text = self.encrypt()
        self.assertEqual(self.windows(), 0)
        result, content = self.read(text)
        self.assertEqual(content, TEXT)
        self.assertEqual(result["summary"]["encryption"], "full")
        self.sign()
        self.read(text)
        self.assertEqual(self.windows(), 1)
        self.host.request("database.lock", {})
        self.assertEqual(self.kind(self.read, text), "user-declined")
        self.assertEqual(self.windows(), 2)

    def test_verifying_asks_for_nothing(self):
        self.open("pin " + PASSWORD)
        _, text = self.sign()
        self.host.request("database.lock", {})
        result, _ = self.read(text, prompt="never")
        self.assertEqual(result["summary"]["signature"], "valid")
        self.assertEqual(self.windows(), 1)

    def test_wrong(self):
        before = files(self.database)
        for step in ("sign", "read"):
            with self.subTest(step):
                self.open("pin a", "pin b", "pin c", "pin " + PASSWORD)
                text = self.encrypt()
                failure = self.failure(self.sign) if step == "sign" \
                    else self.failure(self.read, text)
                self.assertEqual(failure.kind, "wrong-password")
                self.assertNotIn("data", failure.data)
                self.assertEqual(self.windows(), 3)
                self.assertEqual(files(self.database), before)
                self.alive()
                self.read(text)  # the fourth answer is right

    def test_declined(self):
        self.open("cancel", "cancel")
        text = self.encrypt()
        for call in (self.sign, lambda: self.read(text), self.sign):
            self.assertEqual(self.kind(call), "user-declined")
        self.assertEqual(self.windows(), 2)
        self.alive()

    def test_never(self):
        self.open("pin " + PASSWORD)
        text = self.encrypt(prompt="never")
        self.assertEqual(self.kind(self.sign, prompt="never"),
                         "password-required")
        self.assertEqual(self.kind(self.read, text, prompt="never"),
                         "password-required")
        self.assertEqual(asked(self.env), [])

    def test_no_window_for_what_cannot_be(self):
        """Recipients are looked for first, the key of a mail as well."""
        self.open("pin " + PASSWORD)
        self.assertEqual(self.kind(self.sign, encrypt={
            "recipients": ["nobody@example.org"]}), "certificate-not-found")
        stranger = subprocess.run(
            ["openssl", "cms", "-encrypt", "-binary", "-outform", "DER",
             self.pki.path("stranger.crt")], input=TEXT, check=True,
            stdout=subprocess.PIPE).stdout
        self.assertEqual(self.kind(self.read, stranger, kind="cms"),
                         "no-private-key")
        self.assertEqual(asked(self.env), [])

    def test_one_window_for_many(self):
        self.open("wait 1", "pin " + PASSWORD)
        pending = [self.host.begin("message.protect", {
            "content": {"data": ""}, "sign": {
                "certificate": self.pki.fingerprint("alice")}})
                   for _ in range(6)]
        for one in pending:
            self.assertEqual(self.host.finish(one)["signedBy"],
                             self.pki.fingerprint("alice"))
        self.assertEqual(self.windows(), 1)

    def test_cancelled_while_asking(self):
        self.open("hang")
        pending = self.host.begin("message.protect", {
            "content": {"data": ""}, "sign": {
                "certificate": self.pki.fingerprint("alice")}})
        self.cancel(pending)
        self.alive()


if __name__ == "__main__":
    unittest.main()
