# SPDX-License-Identifier: MPL-2.0
"""A mail of 25 MB: the host's time and memory, beside those of the same
operation over its own protocol. Processor time, which other programs on the
machine do not change much; the least of some runs."""

import base64
import json
import os
import unittest

from owa_case import (BOTH, CREATE, READ, Extension, OwaCase, der,
                      email_message, enclose, mail, uri)
from case import children, memory, sanitized
from nssmime import Host

SIZE = 25 * 1024 * 1024
RUNS = 3
TICK = os.sysconf("SC_CLK_TCK")
MOST = 1.5
MEMORY = 7  # times the mail
SLACK = 0.03  # seconds: what a clock of ticks may be wrong


def seconds(process):
    total = 0
    for pid in (process.pid, *children(process.pid)):
        with open("/proc/%d/stat" % pid, encoding="utf-8") as file:
            fields = file.read().rsplit(")", 1)[1].split()
        total += int(fields[11]) + int(fields[12])
    return total / TICK


class Speed(OwaCase):
    @classmethod
    def prepare(cls):
        content = base64.encodebytes(os.urandom(SIZE)).replace(b"\n", b"\r\n")
        cls.attachment = content.replace(b"\r\n", b"").decode()
        cls.entity = enclose(
            b"Content-Type: text/plain\r\n\r\nHello\r\n",
            b"Content-Type: application/octet-stream\r\n"
            b"Content-Transfer-Encoding: base64\r\n"
            b"Content-Disposition: attachment; filename=a.bin\r\n\r\n" +
            content)

    def timed(self, start, run):
        """The least processor time of a run in a host of its own, and its
        peak of memory."""
        least, peak = None, None
        for _ in range(RUNS):
            host = start()
            before = seconds(host.process)
            run(host)
            used = seconds(host.process) - before
            if sanitized(host):
                self.skipTest("a sanitizer measures something else")
            if least is None or used < least:
                least, peak = used, memory(host)
            self.assertEqual(host.close(), 0)
        return least, peak * 1024

    def warm(self, owa):
        """The database is opened before the clock starts."""
        self.data(owa.ask("GetSigningCertificateParams",
                          Address="alice@example.org"))
        return owa

    def owa_host(self):
        return self.warm(Extension(self.env))

    def own_host(self):
        host = Host(env=self.env).start()
        host.request("database.status", {})
        host.request("certificate.list", {})
        return host

    def compare(self, name, owa, own):
        of_owa, peak = self.timed(self.owa_host, owa)
        of_own, _ = self.timed(self.own_host, own)
        print("%s: %.2f s, its own protocol %.2f s; peak %.0f MB" % (
            name, of_owa, of_own, peak / 1e6))
        self.assertLessEqual(of_owa, MOST * of_own + SLACK)
        self.assertLess(peak, MEMORY * SIZE)

    def drain(self, owa, text):
        """Uploads and fetches without looking at what comes."""
        owa.upload(text, size=2 ** 22)
        total, last = 0, False
        while not last:
            owa.send_fetch()
            part = owa.receive()["data"]
            total, last = part["EndOffset"], part["IsLastPart"]
        self.assertGreater(total, SIZE)

    def test_read(self):
        message = self.cms_encrypt(["bob"], self.entity)
        text = json.dumps({"__type": READ, "Smime": uri(der(message))})
        self.compare(
            "reading", lambda owa: self.drain(owa, text),
            lambda host: host.run("message.read", {}, content=message,
                                  sink=len))

    def test_create(self):
        made = self.creating(email_message(attachments=[
            {"Name": "a.bin", "ContentType": "application/octet-stream",
             "Content": self.attachment}]), sign="alice", to=["bob"],
            kind=BOTH)
        text = json.dumps(dict(made, __type=CREATE))
        message = mail("alice", ("bob",), self.entity)
        self.compare(
            "sending", lambda owa: self.drain(owa, text),
            lambda host: host.run(
                "message.protect", {"sign": {}, "encrypt": {}},
                content=message, sink=len))


if __name__ == "__main__":
    unittest.main()
