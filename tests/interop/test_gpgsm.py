#!/usr/bin/python3
# SPDX-License-Identifier: MPL-2.0
"""Signatures and encryption, both ways, with GnuPG's gpgsm.

What the gpgsm in use cannot do (elliptic curves and GCM in some versions) is
found by trying it on itself or on openssl first, and left out by name.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile

from peer import (CIPHERS, CURVES, ENTITY, SEND_DIGESTS, SENT, PeerError,
                  Suite, address, body_der, layer_types, lines, mail,
                  multipart_parts, pkcs7_mime, same, true, valid)

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

    def begin(self):
        # Before gpgsm has to wait for it, which it does not do for long.
        subprocess.run(["gpgconf", "--launch", "gpg-agent"], env=self.env,
                       stdout=subprocess.DEVNULL, check=True)
        for name in ("ca", "intermediate", "intermediate2"):
            self.run("--import", self.suite.openssl.path(name + ".crt"))
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
            if name not in CURVES:
                raise
            # It does not read a key on an elliptic curve out of PKCS #12.
            self.run("--import", openssl.path(name + ".crt"))
            self._write_key(name)

    def _write_key(self, name):
        """The key as the agent keeps it, in its folder."""
        text = self.suite.openssl.run(
            "ec", "-in", self.suite.openssl.path(name + ".key"), "-noout",
            "-text").decode()

        def value(of):
            digits = re.search(of + r":\s*\n((?:\s+[0-9a-f:]+\n)+)", text)
            return bytes.fromhex(re.sub(r"[\s:]", "", digits.group(1)))

        def atom(data):
            return b"%d:%s" % (len(data), data)

        key = b"(11:private-key(3:ecc(5:curve%s)(1:q%s)(1:d%s)))" % (
            atom(b"NIST " + CURVES[name].encode()), atom(value("pub")),
            atom(value("priv")))
        told = self.run("--with-keygrip", "--list-keys", address(name))
        grip = re.search(rb"keygrip: ([0-9A-F]{40})", told).group(1).decode()
        folder = os.path.join(self.home, "private-keys-v1.d")
        os.makedirs(folder, 0o700, exist_ok=True)
        with open(os.path.join(folder, grip + ".key"), "wb") as file:
            file.write(key)

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

    def can_encrypt(self, name):
        try:
            self.encrypt([name], b"a\r\n")
            return True
        except PeerError:
            return False

    def can_decrypt(self, name, cipher):
        """Whether it reads what openssl encrypts."""
        encrypted = self.suite.openssl.encrypt([name], b"a\r\n", cipher)
        try:
            return self.decrypt(body_der(encrypted)) == b"a\r\n"
        except PeerError:
            return False


def detached(name, content, signature):
    return mail(name, "bob", b"Content-Type: multipart/signed; micalg=sha-256;"
                b"\r\n protocol=\"application/pkcs7-signature\"; "
                b"boundary=gpgsm\r\n\r\n--gpgsm\r\n" + content +
                b"\r\n--gpgsm\r\nContent-Type: application/pkcs7-signature; "
                b"name=smime.p7s\r\nContent-Transfer-Encoding: base64\r\n\r\n"
                + lines(signature) + b"--gpgsm--\r\n")


def theirs_signed(suite, gpgsm, name):
    with suite.check("gpgsm to host, %s signs opaquely" % name):
        result, content = suite.read(pkcs7_mime(
            name, gpgsm.sign(name, ENTITY, False), b"signed-data"))
        same(content, ENTITY)
        valid(result)
    with suite.check("gpgsm to host, %s signs detached" % name):
        result, content = suite.read(detached(
            name, ENTITY, gpgsm.sign(name, ENTITY, True)))
        same(content, ENTITY)
        valid(result)


def ours_signed(suite, gpgsm, name):
    for digest in SEND_DIGESTS:
        what = "host to gpgsm, %s %s" % (name, digest)
        if int(digest[3:]) < int(CURVES.get(name, "P-0")[2:]):
            suite.leave_out(what, "gpgsm wants a digest as long as the curve")
            continue
        with suite.check(what + " detached"):
            _, signed = suite.protect(mail(name, "bob"),
                                      sign={"digest": digest})
            content, signature = multipart_parts(signed)
            same(content, SENT)
            gpgsm.verify(signature, content)
            try:
                gpgsm.verify(signature, content + b"x")
            except PeerError:
                pass
            else:
                true(False, "gpgsm verifies anything")
        with suite.check(what + " opaque"):
            _, signed = suite.protect(mail(name, "bob"), sign={
                "digest": digest, "form": "opaque"})
            same(gpgsm.verify(body_der(signed)), SENT)


def ours_encrypted(suite, gpgsm, name):
    for cipher in CIPHERS:
        what = "host to gpgsm, %s %s" % (name, cipher)
        if not gpgsm.can_decrypt(name, cipher):
            suite.leave_out(what, "it does not read openssl's either")
            continue
        with suite.check(what):
            _, encrypted = suite.protect(mail("alice", name), encrypt={
                "cipher": cipher, "rsa": "pkcs1",
                "recipients": [address(name)], "toSelf": False})
            same(gpgsm.decrypt(body_der(encrypted)), SENT)


def theirs_encrypted(suite, gpgsm, name):
    if not gpgsm.can_encrypt(name):
        suite.leave_out("gpgsm encrypts for " + name, "it cannot")
        return
    for cipher in ("3DES", "AES", "AES192", "AES256"):
        with suite.check("gpgsm to host, %s %s" % (name, cipher)):
            result, content = suite.read(pkcs7_mime(
                "alice", gpgsm.encrypt([name], ENTITY, "--cipher-algo",
                                       cipher), b"enveloped-data"))
            same(content, ENTITY)
            same(layer_types(result), ["enveloped"], "the layers")
    with suite.check("gpgsm to host, all together"):
        result, content = suite.read(pkcs7_mime(
            "alice", gpgsm.encrypt(["alice", "bob"], ENTITY),
            b"enveloped-data"))
        same(content, ENTITY)
        same(result["layers"][0]["recipients"], 2, "the recipients")


def main():
    suite = Suite("gpgsm")
    gpgsm = Gpgsm(suite)
    try:
        gpgsm.begin()
        for name in PEOPLE:
            ours_signed(suite, gpgsm, name)
            if gpgsm.can_sign(name):
                theirs_signed(suite, gpgsm, name)
            else:
                suite.leave_out("gpgsm signs as " + name, "it cannot")
            ours_encrypted(suite, gpgsm, name)
            theirs_encrypted(suite, gpgsm, name)
    finally:
        gpgsm.end()
    return suite.end()


if __name__ == "__main__":
    sys.exit(main())
