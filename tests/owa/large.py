# SPDX-License-Identifier: MPL-2.0
"""A mail of 25 MB, read and sent in the dialect and in the host's own
protocol: what test_memory.py looks at and bench.py measures."""

import base64
import json
import os

from owa_case import (BOTH, CREATE, READ, Extension, OwaCase, der,
                      email_message, enclose, mail, uri)
from nssmime import Host

SIZE = 25 * 1024 * 1024


class Large(OwaCase):
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

    def drain(self, owa, text):
        """Uploads and fetches without looking at what comes."""
        owa.upload(text, size=100000)
        total, last = 0, False
        while not last:
            owa.send_fetch()
            part = owa.receive()["data"]
            total, last = part["EndOffset"], part["IsLastPart"]
        self.assertGreater(total, SIZE)

    def reading(self):
        """What reads a mail in the dialect, and in the protocol."""
        message = self.cms_encrypt(["bob"], self.entity)
        text = json.dumps({"__type": READ, "Smime": uri(der(message))})
        return (lambda owa: self.drain(owa, text),
                lambda host: host.run("message.read", {}, content=message,
                                      sink=len))

    def sending(self):
        """What makes a mail in the dialect, and in the protocol."""
        made = self.creating(email_message(attachments=[
            {"Name": "a.bin", "ContentType": "application/octet-stream",
             "Content": self.attachment}]), sign="alice", to=["bob"],
            kind=BOTH)
        text = json.dumps(dict(made, __type=CREATE))
        message = mail("alice", ("bob",), self.entity)
        return (lambda owa: self.drain(owa, text),
                lambda host: host.run(
                    "message.protect", {"sign": {}, "encrypt": {}},
                    content=message, sink=len))
