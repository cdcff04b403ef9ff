#!/usr/bin/python3
# SPDX-License-Identifier: MPL-2.0
"""Signatures and encryption, both ways, with GnuPG's gpgsm.

What the gpgsm in use cannot do (keys on elliptic curves in some versions) is
found by trying it on itself first, and left out by name.
"""

import base64
import os
import shutil
import subprocess
import sys
import tempfile

from peer import (ENTITY, PeerError, Suite, address, body_der, layer_types,
                  mail, multipart_parts, same, true, valid)

PEOPLE = ("alice", "bob", "carol", "dave")


class Gpgsm:
    def __init__(self, suite):
        self.suite = suite
        # The agent's socket has a short path of its own.
        self.home = tempfile.mkdtemp(prefix="gpgsm-", dir="/tmp")
        self.env = dict(os.environ, GNUPGHOME=self.home, LC_ALL="C")
        self.env.pop("GPG_AGENT_INFO", None)
        self._write("gpg-agent.conf", "allow-loopback-pinentry\n"
                    "default-cache-ttl 7200\nmax-cache-ttl 7200\n")
        self._write("gpgsm.conf", "disable-crl-checks\ndisable-dirmngr\n"
                    "disable-policy-checks\n")
        root = suite.openssl.run("x509", "-in", suite.openssl.path("ca.crt"),
                                 "-noout", "-fingerprint", "-sha1")
        self._write("trustlist.txt", root.decode().split("=")[1].strip() +
                    " S relax\n")
        for name in ("ca", "intermediate", "intermediate2"):
            self.run("--import", suite.openssl.path(name + ".crt"))
        for name in PEOPLE:
            self._import(name)

    def _write(self, name, text):
        with open(os.path.join(self.home, name), "w",
                  encoding="ascii") as file:
            file.write(text)

    def run(self, *args, data=None):
        """With `data` as the last argument's file; its output."""
        files = [] if data is None else \
            [self.suite.openssl.file("gpgsm.in", data)]
        done = subprocess.run(
            ["gpgsm", "--batch", "--yes", "--no-tty", "--pinentry-mode",
             "loopback", "--passphrase-fd", "0", *args, *files],
            input=b"nssmime\n", env=self.env, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, timeout=120, check=False)
        if done.returncode != 0:
            raise PeerError("gpgsm %s: %s" % (
                " ".join(args), done.stderr.decode(errors="replace")[-600:]))
        return done.stdout

    def _import(self, name):
        """Without a password in gpgsm's own store."""
        openssl = self.suite.openssl
        plain = openssl.file(name + ".p12")
        # gpgsm of Debian 12 reads the older PKCS #12 algorithms alone.
        openssl.run("pkcs12", "-export", "-inkey", openssl.path(name + ".key"),
                    "-in", openssl.path(name + ".crt"), "-passout",
                    "pass:nssmime", "-keypbe", "PBE-SHA1-3DES", "-certpbe",
                    "PBE-SHA1-3DES", "-macalg", "sha1", "-out", plain)
        try:
            self.run("--import", plain)
        except PeerError:
            # The certificate alone will do to verify.
            self.run("--import", openssl.path(name + ".crt"))

    def end(self):
        subprocess.run(["gpgconf", "--kill", "all"], env=self.env,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                       check=False)
        shutil.rmtree(self.home, ignore_errors=True)

    def sign(self, name, data, detached):
        return self.run("--local-user", address(name),
                        "--detach-sign" if detached else "--sign", data=data)

    def verify(self, data, content=None):
        if content is None:
            return self.run("--output", "-", "--verify", data=data)
        path = self.suite.openssl.file("gpgsm.p7s", data)
        return self.run("--verify", path,
                        self.suite.openssl.file("gpgsm.txt", content))

    def encrypt(self, names, data, *more):
        args = []
        for name in names:
            args += ["--recipient", address(name)]
        return self.run(*more, *args, "--encrypt", data=data)

    def decrypt(self, data):
        return self.run("--decrypt", data=data)

    def can_sign(self, name):
        try:
            self.verify(self.sign(name, b"a\r\n", False))
            return True
        except PeerError:
            return False

    def can_decrypt(self, name):
        try:
            return self.decrypt(self.encrypt([name], b"a\r\n")) == b"a\r\n"
        except PeerError:
            return False


def lines(data):
    return base64.encodebytes(data).replace(b"\n", b"\r\n")


def opaque(name, data, smime_type):
    return mail(name, "bob", b"Content-Type: application/pkcs7-mime; "
                b"smime-type=" + smime_type + b"; name=smime.p7m\r\n"
                b"Content-Transfer-Encoding: base64\r\n\r\n" + lines(data))


def detached(name, content, signature):
    return mail(name, "bob", b"Content-Type: multipart/signed; micalg=sha-256;"
                b"\r\n protocol=\"application/pkcs7-signature\"; "
                b"boundary=gpgsm\r\n\r\n--gpgsm\r\n" + content +
                b"\r\n--gpgsm\r\nContent-Type: application/pkcs7-signature; "
                b"name=smime.p7s\r\nContent-Transfer-Encoding: base64\r\n\r\n"
                + lines(signature) + b"--gpgsm--\r\n")


def theirs_signed(suite, gpgsm, name):
    with suite.check("gpgsm to host, %s signs opaquely" % name):
        result, content = suite.read(opaque(
            name, gpgsm.sign(name, ENTITY, False), b"signed-data"))
        same(content, ENTITY)
        valid(result)
    with suite.check("gpgsm to host, %s signs detached" % name):
        result, content = suite.read(detached(
            name, ENTITY, gpgsm.sign(name, ENTITY, True)))
        same(content, ENTITY)
        valid(result)


def ours_signed(suite, gpgsm, name):
    for digest in ("sha256", "sha384", "sha512"):
        with suite.check("host to gpgsm, %s %s detached" % (name, digest)):
            _, signed = suite.protect(mail(name, "bob"),
                                      sign={"digest": digest})
            content, signature = multipart_parts(signed)
            same(content, ENTITY)
            gpgsm.verify(signature, content)
            try:
                gpgsm.verify(signature, content + b"x")
            except PeerError:
                pass
            else:
                true(False, "gpgsm verifies anything")
        with suite.check("host to gpgsm, %s %s opaque" % (name, digest)):
            _, signed = suite.protect(mail(name, "bob"), sign={
                "digest": digest, "form": "opaque"})
            same(gpgsm.verify(body_der(signed)), ENTITY)


def main():
    suite = Suite("gpgsm")
    if shutil.which("gpgsm") is None:
        print("SKIPPED: there is no gpgsm")
        suite.end()
        return 77
    gpgsm = Gpgsm(suite)
    try:
        for name in PEOPLE:
            ours_signed(suite, gpgsm, name)
            if gpgsm.can_sign(name):
                theirs_signed(suite, gpgsm, name)
            else:
                suite.leave_out("gpgsm signs as " + name, "it cannot")
        for name in PEOPLE:
            if not gpgsm.can_decrypt(name):
                suite.leave_out("encryption for " + name,
                                "this gpgsm cannot do it")
                continue
            for cipher in ("aes-128-cbc", "aes-256-cbc"):
                with suite.check("host to gpgsm, %s %s" % (name, cipher)):
                    _, encrypted = suite.protect(
                        mail("alice", name), encrypt={
                            "cipher": cipher, "rsa": "pkcs1",
                            "recipients": [address(name)], "toSelf": False})
                    same(gpgsm.decrypt(body_der(encrypted)), ENTITY)
            for cipher in ("3DES", "AES", "AES192", "AES256"):
                with suite.check("gpgsm to host, %s %s" % (name, cipher)):
                    result, content = suite.read(opaque(
                        "alice", gpgsm.encrypt([name], ENTITY, "--cipher-algo",
                                               cipher), b"enveloped-data"))
                    same(content, ENTITY)
                    same(layer_types(result), ["enveloped"], "the layers")
    finally:
        gpgsm.end()
    return suite.end()


if __name__ == "__main__":
    sys.exit(main())
