# SPDX-License-Identifier: MPL-2.0
"""Mails as others send them: openssl signs and encrypts, as its own program
does, and what is outside is written here."""

import email.utils
import os
import subprocess


def run(*args, data):
    done = subprocess.run(["openssl", *args], input=data, capture_output=True,
                          check=True)
    return done.stdout


class Peer:
    def __init__(self, pki):
        self._pki = pki

    def _of(self, person, kind):
        return os.path.join(self._pki, "%s.%s" % (person, kind))

    @staticmethod
    def text(body, more=b""):
        return (b"Content-Type: text/plain; charset=utf-8\r\n" + more +
                b"\r\n" + body.encode() + b"\r\n")

    def sign(self, entity, person="bob", opaque=False):
        args = ["cms", "-sign", "-binary", "-signer",
                self._of(person, "crt"), "-inkey", self._of(person, "key"),
                "-md", "sha256"]
        if person in ("alice", "dave"):
            chain = "intermediate" if person == "alice" else "intermediate2"
            args += ["-certfile", self._of(chain, "crt")]
        if opaque:
            args.append("-nodetach")
        return run(*args, data=entity)

    def encrypt(self, entity, *people, gcm=False):
        return run("cms", "-encrypt", "-binary",
                   "-aes-256-gcm" if gcm else "-aes-256-cbc",
                   *(self._of(person, "crt") for person in people),
                   data=entity)

    @staticmethod
    def mail(entity, subject, sender="bob@example.org",
             to="alice@example.org"):
        """openssl writes bare line feeds around what it signs; mail has
        none."""
        head = ("From: %s\r\nTo: %s\r\nSubject: %s\r\nDate: %s\r\n"
                "Message-ID: %s\r\n" % (
                    sender, to, subject, email.utils.formatdate(),
                    email.utils.make_msgid(domain="example.org"))).encode()
        body = entity.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
        if body.startswith(b"MIME-Version"):
            return head + body
        return head + b"MIME-Version: 1.0\r\n" + body
