#!/usr/bin/env python3
# SPDX-License-Identifier: MPL-2.0
"""database.* over the wire: finding, choosing, unlocking."""

import hashlib
import json
import os
import re
import unittest

from case import Case
from pki import PASSWORD, Pki, run

from nssmime import (FIREFOX, THUNDERBIRD, Closed, asked,
                     environment, host_program)

PKI = None
PRIMARY = "primär password"


def setUpModule():
    global PKI
    PKI = Pki()


def ident(folder):
    return hashlib.sha256(
        os.path.realpath(folder).encode()).hexdigest()[:16]


class DatabaseCase(Case):
    def setUp(self):
        super().setUp()
        self.folder = os.path.realpath(self.folder)

    def start(self, answers=(), caller=None, **settings):
        self.env = environment(self.folder, answers=answers, **settings)
        return self.again(caller)

    def again(self, caller=None):
        return self.launch(caller or THUNDERBIRD, host_program())

    def locked(self, answers=(), password=PRIMARY):
        """A host whose database has a primary password and bob's key."""
        database = PKI.empty(os.path.join(self.folder, "db"), password)
        run("pk12util", "-i", PKI.path("bob.p12"), "-d", "sql:" + database,
            "-W", PASSWORD, "-K", password)
        self.database = database
        return self.start(answers, database="sql:" + database)

    def questions(self):
        return [q for q in asked(self.env)
                if q.startswith(("GETPIN", "CONFIRM"))]

    def unlocked(self, host):
        return host.request("database.status", {})["tokens"][0]["unlocked"]

    def profiles(self, product, *names):
        """A product's profiles, the first the default; their folders."""
        root = os.path.join(self.folder, product)
        os.makedirs(root)
        lines, folders = [], []
        for number, name in enumerate(names):
            folders.append(os.path.join(root, "x." + name))
            lines += ["[Profile%d]" % number, "Name=" + name, "IsRelative=1",
                      "Path=x." + name] + ["Default=1"] * (number == 0) + [""]
        lines += ["[General]", "StartWithLastProfile=1", "Version=2", ""]
        with open(os.path.join(root, "profiles.ini"), "w",
                  encoding="utf-8") as file:
            file.write("\n".join(lines))
        return folders


class Status(DatabaseCase):
    def test_status(self):
        database = PKI.copy(os.path.join(self.folder, "db"))
        host = self.start(database="sql:" + database)
        status = host.request("database.status", {})
        self.assertEqual(set(status), {"id", "label", "kind", "writable",
                                       "nss", "algorithms", "tokens"})
        self.assertEqual(status["kind"], "configured")
        self.assertEqual(status["id"], ident(database))
        self.assertIs(status["writable"], True)
        self.assertRegex(status["nss"], r"^3\.\d+")
        self.assertEqual(set(status["algorithms"]), {
            "signature", "digest", "keyManagement", "contentEncryption"})
        self.assertIn("sha256", status["algorithms"]["digest"])
        self.assertIn("rsa-pkcs1", status["algorithms"]["signature"])
        self.assertIn("aes-256-gcm",
                      status["algorithms"]["contentEncryption"])
        for token in status["tokens"]:
            self.assertEqual(set(token), {"name", "needsPassword", "unlocked",
                                          "removable"})
        self.assertIs(status["tokens"][0]["needsPassword"], False)
        self.assertNotIn(self.folder, json.dumps(status))
        self.fails("invalid-params", host, "database.status", {"path": "/"})

    def test_looking_changes_nothing(self):
        database = PKI.copy(os.path.join(self.folder, "db"))

        def contents():
            found = {}
            for name in os.listdir(database):
                with open(os.path.join(database, name), "rb") as file:
                    found[name] = (os.fstat(file.fileno()).st_mtime_ns,
                                   file.read())
            return found
        before = contents()
        host = self.start(database="sql:" + database)
        host.request("database.status", {})
        host.request("certificate.list", {})
        host.request("database.candidates", {})
        host.close()
        self.assertEqual(contents(), before)

    def powerless(self):
        """A host that may write no more than the file's mode says, also
        where root runs it."""
        if os.geteuid() != 0:
            return self.again()
        return self.launch(("--bounding-set=-dac_override,-dac_read_search",
                            host_program(), *THUNDERBIRD), "setpriv")

    def test_read_only(self):
        database = PKI.copy(os.path.join(self.folder, "db"))
        for name in os.listdir(database):
            os.chmod(os.path.join(database, name), 0o400)
        os.chmod(database, 0o500)
        self.addCleanup(os.chmod, database, 0o700)
        self.env = environment(self.folder, answers=["confirm"],
                               database="sql:" + database)
        host = self.powerless()
        self.assertIs(host.request("database.status", {})["writable"], False)
        self.fails("database-read-only", host, "certificate.import",
                   {"data": PKI.base64("alice.crt")})
        self.fails("database-read-only", host, "certificate.delete",
                   {"fingerprint": PKI.fingerprint("alice")})
        self.fails("database-read-only", host, "certificate.trust",
                   {"fingerprint": PKI.fingerprint("ca"),
                    "trust": "untrusted"})
        self.fails("database-read-only", host, "certificate.request",
                   {"subject": "CN=x", "addresses": ["x@example.org"],
                    "key": "p-256"})
        self.assertEqual(self.questions(), [])

    def test_not_there(self):
        host = self.start(database="sql:" + self.folder + "/nowhere")
        failure = self.fails("database-unavailable", host, "database.status")
        self.assertIn('"database" of config.json', failure.message)
        hello = host.request("hello", {"client": {"name": "test",
                                                  "version": "1"}})
        self.assertEqual(hello["protocol"], 1)
        # What else there is can still be seen.
        configured, own = host.request("database.candidates", {})
        self.assertEqual(configured["kind"], "configured")
        self.assertEqual(configured["problemCode"], "no-database")
        self.assertEqual(own["kind"], "own")
        self.assertNotIn("problem", own)
        self.fails("database-unavailable", host, "database.use",
                   {"id": configured["id"]})

    def test_own_that_is_to_be_made(self):
        host = self.start(database="sql:" + self.folder + "/data/nssmime")
        only, = host.request("database.candidates", {})
        self.assertNotIn("problem", only)
        self.assertIs(host.request("database.status", {})["writable"], True)


class Candidates(DatabaseCase):
    def test_every_product(self):
        thunderbird = self.profiles(".thunderbird", "default-release", "work")
        firefox = self.profiles(".mozilla/firefox", "default")
        shared = os.path.join(self.folder, ".pki/nssdb")
        PKI.copy(thunderbird[0])
        for folder in (thunderbird[1], firefox[0], shared):
            PKI.empty(folder)
        host = self.start()
        status = host.request("database.status", {})
        candidates = host.request("database.candidates", {})
        by_id = {c["id"]: c for c in candidates}
        self.assertEqual(len(by_id), len(candidates))
        for folder, kind in ((thunderbird[0], "thunderbird"),
                             (thunderbird[1], "thunderbird"),
                             (firefox[0], "firefox"), (shared, "shared")):
            entry = by_id[ident(folder)]
            self.assertEqual(entry["kind"], kind)
            self.assertTrue(entry["label"])
            self.assertNotIn("problem", entry)
        self.assertIn("work", by_id[ident(thunderbird[1])]["label"])
        self.assertIn("own", [c["kind"] for c in candidates])
        self.assertEqual([c["id"] for c in candidates if c["inUse"]],
                         [status["id"]])
        # Thunderbird's own default profile, which has keys.
        self.assertEqual(status["id"], ident(thunderbird[0]))
        self.assertNotIn(self.folder, json.dumps(candidates))
        for entry in candidates:
            self.assertLessEqual(set(entry), {"id", "label", "kind", "inUse",
                                              "problem", "problemCode"})
            self.assertRegex(entry["id"], re.compile("^[0-9a-f]{16}$"))

    def test_the_one_with_a_key_comes_first(self):
        thunderbird = self.profiles(".thunderbird", "default-release")
        firefox = self.profiles(".mozilla/firefox", "default")
        PKI.empty(thunderbird[0])
        PKI.copy(firefox[0])
        host = self.start()
        self.assertEqual(host.request("database.status", {})["id"],
                         ident(firefox[0]))

    def test_the_callers_own_without_any_key(self):
        thunderbird = self.profiles(".thunderbird", "default-release")
        firefox = self.profiles(".mozilla/firefox", "default")
        PKI.empty(thunderbird[0])
        PKI.empty(firefox[0])
        host = self.start()
        self.assertEqual(host.request("database.status", {})["id"],
                         ident(thunderbird[0]))
        host.close()
        host = self.again(FIREFOX)
        self.assertEqual(host.request("database.status", {})["id"],
                         ident(firefox[0]))

    def test_nothing_at_all(self):
        host = self.start()
        status = host.request("database.status", {})
        self.assertEqual(status["kind"], "own")
        self.assertTrue(os.path.exists(os.path.join(
            self.folder, "data", "nssmime", "cert9.db")))
        self.assertEqual(os.stat(os.path.join(
            self.folder, "data", "nssmime")).st_mode & 0o077, 0)

    def test_problem(self):
        thunderbird = self.profiles(".thunderbird", "default-release")
        os.makedirs(thunderbird[0])
        with open(os.path.join(thunderbird[0], "cert8.db"), "wb"):
            pass
        host = self.start(["confirm"])
        entry = {c["id"]: c for c in host.request(
            "database.candidates", {})}[ident(thunderbird[0])]
        self.assertTrue(entry["problem"])
        self.assertEqual(entry["problemCode"], "old-form")
        self.fails("database-unavailable", host, "database.use",
                   {"id": entry["id"]})
        self.assertEqual(self.questions(), [])


class Use(DatabaseCase):
    def setUp(self):
        super().setUp()
        self.first, self.second = self.profiles(
            ".thunderbird", "default-release", "work")
        PKI.copy(self.first)
        PKI.empty(self.second)

    def test_use(self):
        host = self.start(["confirm"])
        self.assertEqual(host.request("database.status", {})["id"],
                         ident(self.first))
        self.assertEqual(host.request("database.use",
                                      {"id": ident(self.second)}), {})
        with self.assertRaises(Closed):
            host.receive()
        self.assertEqual(host.wait(), 0)
        # The user sees the folder, the client never does.
        self.assertEqual(len(self.questions()), 1)
        self.assertIn("desc=Use this certificate database from now on?"
                      "\\n\\nAsked for by Thunderbird.\\nConcerning: "
                      "Thunderbird, profile work, in " + self.second,
                      self.questions()[0])
        with open(os.path.join(self.folder, "config/nssmime/config.json"),
                  encoding="utf-8") as file:
            config = json.load(file)
        self.assertEqual(config["database"], "sql:" + self.second)
        self.assertIn("pinentry", config)  # the others are kept
        host = self.again()
        self.assertEqual(host.request("database.status", {})["id"],
                         ident(self.second))

    def test_declined(self):
        host = self.start(["decline"])
        self.fails("user-declined", host, "database.use",
                   {"id": ident(self.second)})
        self.fails("password-required", host, "database.use",
                   {"id": ident(self.second), "prompt": "never"})
        self.assertEqual(host.request("database.status", {})["id"],
                         ident(self.first))

    def test_unknown(self):
        host = self.start(["confirm"])
        self.fails("database-unavailable", host, "database.use",
                   {"id": "0" * 16})
        self.fails("database-unavailable", host, "database.use",
                   {"id": self.second})
        self.fails("invalid-params", host, "database.use", {})
        self.fails("invalid-params", host, "database.use",
                   {"path": self.second})
        self.assertEqual(self.questions(), [])


class Unlock(DatabaseCase):
    def test_unlock_and_lock(self):
        host = self.locked(["pin " + PRIMARY, "pin " + PRIMARY])
        status = host.request("database.status", {})
        self.assertIs(status["tokens"][0]["needsPassword"], True)
        self.assertIs(status["tokens"][0]["unlocked"], False)
        self.assertEqual(host.request("database.unlock", {}), {})
        self.assertIs(self.unlocked(host), True)
        host.request("database.unlock", {})  # nothing more to do
        self.assertEqual(len(self.questions()), 1)
        self.assertEqual(host.request("database.lock", {}), {})
        self.assertIs(self.unlocked(host), False)
        token = status["tokens"][0]["name"]
        host.request("database.unlock", {"token": token})
        self.assertIs(self.unlocked(host), True)
        self.assertNotIn(PRIMARY, "".join(asked(self.env)))

    def test_what_needs_no_key_never_prompts(self):
        host = self.locked()
        host.request("database.status", {})
        page = host.request("certificate.list", {"kind": "own"})
        self.assertEqual(len(page["certificates"]), 1)
        host.request("certificate.check", {
            "fingerprint": PKI.fingerprint("bob"), "for": "sign"})
        host.request("certificate.export", {
            "fingerprint": PKI.fingerprint("bob"), "form": "pem"})
        self.assertEqual(asked(self.env), [])

    def test_wrong_three_times(self):
        host = self.locked(["pin one", "pin two", "pin three",
                            "pin " + PRIMARY])
        self.fails("wrong-password", host, "database.unlock")
        self.assertEqual(len(self.questions()), 3)
        self.assertNotIn("error=", self.questions()[0])
        self.assertIn("error=", self.questions()[1])
        self.assertIs(self.unlocked(host), False)

    def test_wrong_then_right(self):
        host = self.locked(["pin one", "pin " + PRIMARY])
        host.request("database.unlock", {})
        self.assertIs(self.unlocked(host), True)

    def test_never(self):
        host = self.locked(["pin " + PRIMARY])
        self.fails("password-required", host, "database.unlock",
                   {"prompt": "never"})
        self.fails("password-required", host, "database.changePassword",
                   {"prompt": "never"})
        self.assertEqual(asked(self.env), [])

    def test_declined_twice(self):
        host = self.locked(["cancel", "cancel", "pin " + PRIMARY])
        for _ in range(4):
            self.fails("user-declined", host, "database.unlock")
        self.assertEqual(len(self.questions()), 2)
        self.assertIs(self.unlocked(host), False)

    def test_one_window_for_many(self):
        host = self.locked(["wait 1", "pin " + PRIMARY])
        pending = [host.begin("database.unlock", {}) for _ in range(5)]
        for p in pending:
            self.assertEqual(host.finish(p), {})
        self.assertEqual(len(self.questions()), 1)

    def test_short_operations_overtake(self):
        host = self.locked(["hang"])
        pending = host.begin("database.unlock", {})
        host.request("database.status", {}, timeout=20)
        host.request("certificate.list", {}, timeout=20)
        self.assertIsNone(pending.frame)
        self.cancel(pending)

    def test_no_such_token(self):
        host = self.locked()
        self.fails("token-absent", host, "database.unlock",
                   {"token": "no such token"})
        self.fails("token-absent", host, "database.changePassword",
                   {"token": "no such token"})
        self.fails("invalid-params", host, "database.unlock",
                   {"password": PRIMARY})
        self.assertEqual(self.questions(), [])


class ChangePassword(DatabaseCase):
    def opens(self, password):
        path = os.path.join(self.folder, "try")
        with open(path, "w", encoding="utf-8") as file:
            file.write(password + "\n")
        try:
            run("certutil", "-K", "-d", "sql:" + self.database, "-f", path)
        except Exception:  # pylint: disable=broad-except
            return False
        return True

    def test_change(self):
        host = self.locked(["pin " + PRIMARY, "pin another"])
        self.assertEqual(host.request("database.changePassword", {}), {})
        host.close()
        self.assertTrue(self.opens("another"))
        self.assertFalse(self.opens(PRIMARY))
        self.assertNotIn("another", "".join(asked(self.env)))

    def test_first_password(self):
        self.database = PKI.copy(os.path.join(self.folder, "db"))
        host = self.start(["pin first"], database="sql:" + self.database)
        host.request("database.changePassword", {})
        status = host.request("database.status", {})
        self.assertIs(status["tokens"][0]["needsPassword"], True)
        host.close()
        self.assertTrue(self.opens("first"))

    def test_declined(self):
        host = self.locked(["pin " + PRIMARY, "cancel"])
        self.fails("user-declined", host, "database.changePassword")
        host.close()
        self.assertTrue(self.opens(PRIMARY))

    def test_wrong_old_one(self):
        host = self.locked(["pin wrong"] * 3)
        self.fails("wrong-password", host, "database.changePassword")
        host.close()
        self.assertTrue(self.opens(PRIMARY))


if __name__ == "__main__":
    unittest.main()
