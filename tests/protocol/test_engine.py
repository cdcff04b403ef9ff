#!/usr/bin/env python3
# SPDX-License-Identifier: MPL-2.0
"""The engine with a database: confinement, one window for all, tokens."""

import os
import unittest

from case import Case, has_landlock, tool, until

from nssmime import HostError, asked


class Engine(Case):
    def test_new_one_and_confinement(self):
        self.start()
        self.host.request("test.database", {})
        self.assertTrue(os.path.exists(os.path.join(
            self.folder, "data/nssmime/cert9.db")))
        engine = self.engine()
        with open("/proc/%d/status" % engine) as file:
            status = dict(line.split(":", 1) for line in file)
        self.assertEqual(status["NoNewPrivs"].strip(), "1")
        self.assertIn(status.get("Seccomp", "2").strip(), ("2", "0"))

    def test_configured_must_exist(self):
        self.start(database="sql:" + os.path.join(self.folder, "none"))
        self.assertEqual(self.kind(self.host.request, "test.database", {}),
                         "database-unavailable")
        self.assertFalse(os.path.exists(os.path.join(self.folder, "none")))

    def test_forbidden(self):
        """In the thread that opened the database, and in later ones."""
        self.start(log="info")
        landlock = has_landlock()
        for outside in ("file1", "file2", "file3",
                        "config/nssmime/config.json"):
            outside = os.path.join(self.folder, outside)
            self.assertEqual(
                self.host.request("test.forbidden", {"file": outside}),
                {"network": False, "unix": False, "programs": False,
                 "files": not landlock})
        inside = os.path.join(self.folder, "cache", "file")
        self.assertTrue(self.host.request("test.forbidden",
                                          {"file": inside})["files"])

    def make(self, password):
        """A database with a password."""
        folder = os.path.join(self.folder, "nss")
        os.mkdir(folder)
        path = os.path.join(self.folder, "password")
        with open(path, "w", encoding="utf-8") as file:
            file.write(password + "\n")
        tool("certutil", "-N", "-d", "sql:" + folder, "-f", path)
        return "sql:" + folder

    def unlock(self, count=5, token=None):
        """Unlocks at once; the kinds of failures, and how many windows."""
        pending = [self.host.begin("test.unlock", dict(
            {} if token is None else {"token": token}))
                   for _ in range(count)]
        kinds = []
        for one in pending:
            try:
                self.host.finish(one)
            except HostError as error:
                kinds.append(error.kind)
        return kinds, sum(line.startswith("GETPIN")
                          for line in asked(self.env))

    def test_one_window_for_all(self):
        database = self.make("right")
        self.start(answers=["wait 0.5", "pin right"], database=database)
        self.assertEqual(self.unlock(5), ([], 1))

    def test_wrong_password_is_tried_once(self):
        database = self.make("right")
        self.start(answers=["wait 0.5", "pin wrong", "wait 0.2", "pin wrong",
                            "pin right"], database=database)
        self.assertEqual(self.unlock(5), ([], 3))

    def test_wrong_three_times(self):
        database = self.make("right")
        self.start(answers=["wait 0.5", "pin a", "pin b", "pin c"],
                   database=database)
        kinds, windows = self.unlock(1)
        self.assertEqual((kinds, windows), (["wrong-password"], 3))

    def test_one_declines_for_all(self):
        database = self.make("right")
        self.start(answers=["wait 0.5", "cancel", "pin right"],
                   database=database)
        self.assertEqual(self.unlock(5), (["user-declined"] * 5, 1))
        self.assertEqual(self.unlock(1)[0], [])

    def test_leader_is_cancelled(self):
        """The window stays for the others."""
        database = self.make("right")
        self.start(answers=["wait 1", "pin right"], database=database)
        self.raw("test.unlock", {}, "first")
        self.assertTrue(until(lambda: asked(self.env)))
        second = self.host.begin("test.unlock", {})
        self.host.request("operation.cancel", {"id": "first"})
        self.error("cancelled", "first")
        self.assertEqual(self.host.finish(second), {"open": 1})
        self.assertEqual(sum(line.startswith("GETPIN")
                             for line in asked(self.env)), 1)

    def test_locks_after_a_while(self):
        """lockMinutes after the last use of a key, and not before."""
        database = self.make("right")
        self.start(answers=["pin right", "pin right"], database=database,
                   lockMinutes=5)
        for _ in range(3):  # each use begins the time anew
            self.assertEqual(self.unlock(1), ([], 1))
            self.host.request("test.clock", {"seconds": 290})

        def locked():
            # a use that comes before the lock has begun puts it off again
            self.host.request("test.clock", {"seconds": 310})
            return self.unlock(1) == ([], 2)
        self.assertTrue(until(locked))

    def test_softhsm(self):
        """An external token works in the confined engine."""
        module = "/usr/lib/softhsm/libsofthsm2.so"
        tokens = os.path.join(self.folder, "tokens")
        conf = os.path.join(self.folder, "softhsm2.conf")
        os.mkdir(tokens)
        with open(conf, "w") as file:
            file.write("directories.tokendir = %s\n" % tokens)
        database = self.make("right")
        os.environ["SOFTHSM2_CONF"] = conf
        self.addCleanup(os.environ.pop, "SOFTHSM2_CONF")
        tool("softhsm2-util", "--init-token", "--free", "--label", "card",
             "--pin", "1234", "--so-pin", "5678")
        tool("modutil", "-force", "-add", "soft", "-libfile", module,
             "-dbdir", database)
        self.start(answers=["wait 0.3", "pin 1234", "pin 1234",
                            "pin right"], database=database)
        self.assertEqual(self.unlock(3, "card"), ([], 1))
        # and once more after it was locked in the confined engine
        self.assertEqual(self.host.request(
            "test.unlock", {"token": "card", "lock": True}), {"open": 1})
        self.assertEqual(self.host.request("test.unlock", {}), {"open": 2})
        # a reader of cards would be behind a local socket
        self.assertTrue(self.host.request("test.forbidden", {
            "file": os.path.join(self.folder, "x")})["unix"])


if __name__ == "__main__":
    unittest.main()
