#!/usr/bin/env python3
# SPDX-License-Identifier: MPL-2.0
"""A large mail passes through the engine, it is not kept there: 256 MiB are
protected by one host and read by another at the same time, and neither grows
past 32 MiB."""

import queue
import threading
import unittest

from case import children, sanitized
from mail_case import MailCase, mail

from nssmime import Host, host_program

MIB = 1024 * 1024
SIZE = 256  # with a sanitizer less, as it says nothing of memory then
LIMIT = 32 * 1024  # KiB
LINE = b"0123456789 abcdefghijklmnopqrstuvwxyz ABCDEFGHIJKLMNOPQRST\r\n"
BLOCK = LINE * (MIB // len(LINE))


def peak(host):
    """KiB that the engine had in memory at most."""
    with open("/proc/%d/status" % children(host.process.pid)[0],
              encoding="utf-8") as file:
        return next(int(line.split()[1]) for line in file
                    if line.startswith("VmHWM:"))


# Said so that nobody need look at the body first; there is no "=" in it.
HEAD = (b"Content-Type: text/plain\r\n"
        b"Content-Transfer-Encoding: quoted-printable\r\n\r\n")


class Memory(MailCase):
    def setUp(self):
        super().setUp()
        self.hosts = [Host(env=self.shared.env, program=host_program()).start()
                      for _ in range(2)]
        for host in self.hosts:
            self.addCleanup(host.close)
            host.request("database.status", {})
        self.sanitized = sanitized(self.hosts[0])
        self.size = 24 if self.sanitized else SIZE

    def pieces(self):
        yield mail(entity=HEAD)
        for _ in range(self.size):
            yield BLOCK

    def play(self, **params):
        """The result of reading what was protected."""
        pipe, taken, results = queue.Queue(8), [], {}
        params["headerProtection"] = "none"

        def protect():
            try:
                results["protect"] = self.hosts[0].run(
                    "message.protect", params, content=self.pieces(),
                    sink=pipe.put, timeout=300)
            finally:
                pipe.put(None)
        thread = threading.Thread(target=protect, daemon=True)
        thread.start()
        result, _ = self.hosts[1].run(
            "message.read", {}, content=iter(pipe.get, None), timeout=300,
            sink=lambda data: taken.append(len(data)))
        thread.join(60)
        self.assertIn("protect", results)
        self.assertEqual(sum(taken), len(HEAD) + self.size * len(BLOCK))
        for host, name in zip(self.hosts, ("protect", "read")):
            if not self.sanitized:
                self.assertLess(peak(host), LIMIT, name)
        return result

    def test_detached(self):
        self.summary(self.play(sign={}), "valid")

    def test_opaque(self):
        self.summary(self.play(sign={"form": "opaque"}), "valid")

    def test_cbc(self):
        self.summary(self.play(encrypt={}), "none", "full",
                     ["unauthenticated-encryption"])

    def test_gcm(self):
        """Above 8 MiB it is spooled, and decrypted once the tag is right."""
        self.summary(self.play(encrypt={"cipher": "aes-256-gcm"}), "none",
                     "full")


if __name__ == "__main__":
    unittest.main()
