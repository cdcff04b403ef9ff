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

from nssmime import Closed, asked, host_program

PASSWORD = "primary"


class LockedCase(Case):
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


class Locked(LockedCase):
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


class ChangedMeanwhile(LockedCase):
    """Another program sets the first password, or another one."""

    def change(self, old, new):
        paths = [os.path.join(self.folder, name) for name in ("old", "new")]
        for path, text in zip(paths, (old, new)):
            with open(path, "w", encoding="utf-8") as file:
                file.write(text + "\n")
        tool("certutil", "-W", "-d", "sql:" + self.database, "-f", paths[0],
             "-@", paths[1])

    def open_without(self, *answers):
        shutil.rmtree(self.database)
        self.pki.copy(self.database)
        return self.open(*answers)

    def next(self):
        """The connection has ended: another one."""
        with self.assertRaises(Closed):
            self.host.receive()
        self.assertEqual(self.host.wait(), 0)
        self.launch(program=host_program())

    def token(self):
        return self.host.request("database.status", {})["tokens"][0]

    def test_first(self):
        """NSS cannot use the keys any more: the next connection can."""
        for step in ("sign", "read", "unlock", "request"):
            with self.subTest(step):
                self.open_without("pin " + PASSWORD)
                text = self.encrypt()
                self.sign()
                self.change("", PASSWORD)
                before = files(self.database)
                action = {
                    "sign": self.sign,
                    "read": lambda: self.read(text),
                    "unlock": lambda: self.host.request(
                        "database.unlock", {}),
                    "request": lambda: self.host.request(
                        "certificate.request", {
                            "subject": "CN=A", "key": "rsa-2048",
                            "addresses": ["a@example.org"]})}[step]
                failure = self.failure(action)
                self.assertEqual(failure.kind, "password-required")
                self.assertIn("try again", failure.message)
                self.assertEqual(files(self.database), before)
                self.assertEqual(self.windows(), 0)
                self.next()
                action()
                self.assertEqual(self.windows(), 1)
                self.end()
                os.unlink(self.env["NSSMIME_TEST_PINENTRY"] + ".log")

    def test_first_is_told(self):
        """Also to who only looks, and then the connection ends as well."""
        self.open_without("pin " + PASSWORD)
        self.assertEqual(self.token()["unlocked"], True)
        self.change("", PASSWORD)
        token = self.token()
        self.assertEqual(token["needsPassword"], True)
        self.assertEqual(token["unlocked"], False)
        self.next()
        self.host.request("database.unlock", {})
        self.assertEqual(self.windows(), 1)

    def test_first_disturbs_nobody(self):
        """What needs no key goes on, and is not cut off for others."""
        self.open_without()
        self.assertEqual(self.token()["unlocked"], True)
        pending = self.host.begin("message.read", {
            "content": {"stream": 77}})
        self.change("", PASSWORD)
        for _ in range(2):
            self.assertEqual(self.token()["unlocked"], False)
        self.cancel(pending)

    def test_another(self):
        """It is asked for, where the old one was there."""
        self.open("pin " + PASSWORD, "pin other")
        text = self.encrypt()
        self.sign()
        self.change(PASSWORD, "other")
        self.assertEqual(self.token()["unlocked"], False)
        self.sign()
        self.read(text)
        self.assertEqual(self.windows(), 2)
        self.change("other", "")
        self.assertEqual(self.token()["needsPassword"], False)
        self.sign()
        self.assertEqual(self.windows(), 2)


if __name__ == "__main__":
    unittest.main()
