# SPDX-License-Identifier: MPL-2.0
"""A mail of 25 MB: the host's time and memory, beside those of the same
operation over its own protocol. Processor time, which other programs on the
machine do not change much; the least of some runs."""

import base64
import json
import os
import resource
import unittest

from owa_case import (BOTH, CREATE, READ, Extension, OwaCase, der,
                      email_message, enclose, mail, uri)
from case import memory, sanitized
from nssmime import Host

SIZE = 25 * 1024 * 1024
RUNS = 5
MOST = 1.5
MEMORY = 5  # times the mail


def seconds():
    """Of all programs that have ended, and of those that they had waited
    for."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


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
        """Processor time of a host of its own, and its peak of memory."""
        before = seconds()
        host = start()
        if sanitized(host):
            host.close()
            self.skipTest("a sanitizer measures something else")
        run(host)
        peak = memory(host) * 1024
        self.assertEqual(host.close(), 0)
        return seconds() - before, peak

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
        """In turns, so that what else goes on is the same for both; without
        what it takes to start."""
        times, peaks = ([], [], [], []), []
        for _ in range(RUNS):
            for index, (start, run) in enumerate((
                    (self.own_host, id), (self.own_host, own),
                    (self.owa_host, id), (self.owa_host, owa))):
                used, peak = self.timed(start, run)
                times[index].append(used)
                peaks.append(peak)
        own_start, own_all, owa_start, owa_all = map(min, times)
        of_own, of_owa = own_all - own_start, owa_all - owa_start
        print("%s: %.3f s, its own protocol %.3f s; peak %.0f MB" % (
            name, of_owa, of_own, max(peaks) / 1e6))
        self.assertLessEqual(of_owa, MOST * of_own)
        self.assertLess(max(peaks), MEMORY * SIZE)

    def drain(self, owa, text):
        """Uploads and fetches without looking at what comes."""
        owa.upload(text, size=100000)
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
