# SPDX-License-Identifier: MPL-2.0
"""What the interop tests share: the host, openssl as its peer, the mails."""

import base64
import contextlib
import email
import email.policy
import email.utils
import os
import re
import shutil
import subprocess
import sys
import tempfile
import traceback

HERE = os.path.dirname(os.path.abspath(__file__))
TESTS = os.path.dirname(HERE)
sys.path.insert(0, os.path.join(TESTS, "support"))
sys.path.insert(0, os.path.join(TESTS, "protocol"))

import nssmime  # noqa: E402
import pki  # noqa: E402

# What must come out as it went in: the MIME headers and the body.
ENTITY = (b"Content-Type: text/plain; charset=utf-8\r\n"
          b"Content-Transfer-Encoding: quoted-printable\r\n"
          b"\r\n"
          b"Dear all,\r\n"
          b"\r\n"
          b"-- \r\n"
          b"From here on it is a signature =3D trailing space=20\r\n"
          b".\r\n"
          b"\r\n")
# What the host makes of it: no line starts with "From " (RFC 8551 3.1.3).
SENT = ENTITY.replace(b"\r\nFrom ", b"\r\n=46rom ")
# What they are worth signs: SHA-1 and SHA-224 are read, not written.
SEND_DIGESTS = ("sha256", "sha384", "sha512")
READ_DIGESTS = ("sha1", "sha224") + SEND_DIGESTS
CIPHERS = ("aes-128-cbc", "aes-256-cbc", "aes-128-gcm", "aes-256-gcm")
KDFS = ("sha224", "sha256", "sha384", "sha512")
CURVES = {"carol": "P-256", "dave": "P-384", "erin": "P-521"}


class PeerError(Exception):
    """The peer refused."""


def address(name):
    return name + "@example.org"


def mail(sender, recipient, entity=ENTITY, more=b""):
    return (b"From: %s <%s>\r\nTo: <%s>\r\nSubject: Interop\r\n"
            b"Date: %s\r\n"
            b"Message-ID: <interop.1@example.org>\r\n%s"
            b"MIME-Version: 1.0\r\n" % (
                sender.encode(), address(sender).encode(),
                address(recipient).encode(),
                email.utils.formatdate().encode(), more)) + entity


def headers(data):
    """Of a mail: {lower-case name: [values]}"""
    parsed = email.message_from_bytes(data, policy=email.policy.SMTP)
    found = {}
    for name, value in parsed.raw_items():
        found.setdefault(name.lower(), []).append(value)
    return found


def body_der(data):
    """The CMS object of an application/pkcs7-mime mail or entity."""
    body = re.split(rb"\r?\n\r?\n", data, maxsplit=1)[1]
    return base64.b64decode(body)


def multipart_parts(data):
    """A multipart/signed mail's parts: (content as signed, signature DER)."""
    parsed = email.message_from_bytes(data, policy=email.policy.SMTP)
    boundary = b"--" + parsed.get_boundary().encode()
    pieces = re.split(rb"(?:^|\r\n)" + re.escape(boundary) +
                      rb"(?:--)?[ \t]*\r\n", data)
    return pieces[1], body_der(pieces[2])


def lines(data):
    return base64.encodebytes(data).replace(b"\n", b"\r\n")


def pkcs7_mime(name, data, smime_type, disposition=b""):
    """A mail that is one CMS object."""
    return mail(name, "bob", b"Content-Type: application/pkcs7-mime; "
                b"smime-type=" + smime_type + b"; name=smime.p7m\r\n" +
                disposition +
                b"Content-Transfer-Encoding: base64\r\n\r\n" + lines(data))


def element(tag, *contents):
    """A DER element around what `contents` are joined."""
    data = b"".join(contents)
    if len(data) < 128:
        return bytes((tag, len(data))) + data
    size = len(data).to_bytes((len(data).bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(size))) + size + data


def oid(text):
    first, second, *rest = (int(number) for number in text.split("."))
    data = bytearray()
    for number in (first * 40 + second, *rest):
        septets = [number & 127]
        while number > 127:
            number >>= 7
            septets.append(number & 127 | 128)
        data += bytes(reversed(septets))
    return element(6, bytes(data))


class Openssl:
    def __init__(self, folder, work):
        self.pki = folder
        self.work = work

    def path(self, name):
        return os.path.join(self.pki, name)

    def file(self, name, data=None):
        path = os.path.join(self.work, name)
        if data is not None:
            with open(path, "wb") as file:
                file.write(data)
        return path

    def run(self, *args, out=None):
        """Its standard output, or the file `out`."""
        path = self.file(out) if out else None
        done = subprocess.run(
            ["openssl", *args, *(["-out", path] if out else [])],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, check=False)
        if done.returncode != 0:
            raise PeerError("openssl %s: %s" % (
                " ".join(args), done.stderr.decode(errors="replace").strip()))
        if out is None:
            return done.stdout
        with open(path, "rb") as file:
            return file.read()

    def chain(self):
        """The intermediate certificates, as openssl's -certfile."""
        data = b""
        for name in ("intermediate.crt", "intermediate2.crt"):
            with open(self.path(name), "rb") as file:
                data += file.read()
        return self.file("chain.pem", data)

    def sign(self, name, entity, digest, form, pss=False, *more):
        args = ["cms", "-sign", "-in", self.file("in", entity), "-signer",
                self.path(name + ".crt"), "-inkey", self.path(name + ".key"),
                "-certfile", self.chain(), "-md", digest, "-outform", "SMIME",
                "-from", address(name), "-to", address("bob"), "-subject",
                "Interop"]
        if pss:
            args += ["-keyopt", "rsa_padding_mode:pss"]
        if form == "opaque":
            args += ["-nodetach"]
        return self.run(*args, *more, out="signed")

    def verify(self, data, form="SMIME", *more):
        """The content, if the signature and the path are good; without
        -binary, which would take the content with LF line ends."""
        return self.run("cms", "-verify", "-inform", form, "-in",
                        self.file("in", data), "-CAfile", self.path("ca.crt"),
                        *more, out="verified")

    def encrypt(self, names, entity, cipher, *keyopts, more=()):
        """`keyopts`: -keyopt arguments for each of `names`."""
        args = ["cms", "-encrypt", "-binary", "-in", self.file("in", entity),
                "-outform", "SMIME", "-from", address("alice"), "-to",
                address(names[0]), "-subject", "Interop", "-" + cipher, *more]
        for name in names:
            args += ["-recip", self.path(name + ".crt")]
            for option in keyopts:
                args += ["-keyopt", option]
        return self.run(*args, out="encrypted")

    def decrypt(self, name, data, form="SMIME"):
        return self.run("cms", "-decrypt", "-binary", "-inform", form, "-in",
                        self.file("in", data), "-inkey",
                        self.path(name + ".key"), "-recip",
                        self.path(name + ".crt"), out="decrypted")

    def printed(self, data, form="SMIME"):
        return self.run("cms", "-cmsout", "-print", "-noout", "-inform", form,
                        "-in", self.file("in", data)).decode(errors="replace")


class Failure(Exception):
    """A check that did not hold."""


class Suite:
    """Counts checks; each failure is told and the next one goes on."""

    def __init__(self, name):
        self.name = name
        self.good = 0
        self.bad = 0
        self.left_out = 0
        self.work = tempfile.mkdtemp(prefix="nssmime-interop-")
        self.pki = pki.Pki()
        self.folder = self.pki.copy(os.path.join(self.work, "db"))
        self.openssl = Openssl(self.pki.folder, self.work)
        self.env = nssmime.environment(os.path.join(self.work, "home"),
                                       database="sql:" + self.folder)
        self.host = nssmime.Host(env=self.env).start()

    def own(self):
        """The addresses that have a private key in the database."""
        found = set()
        cursor = {}
        while True:
            result = self.host.request("certificate.list",
                                       {"kind": "own", **cursor})
            for certificate in result["certificates"]:
                found.update(a.lower() for a in certificate["addresses"])
            if "cursor" not in result:
                return found
            cursor = {"cursor": result["cursor"]}

    @contextlib.contextmanager
    def check(self, what):
        try:
            yield
        except (Failure, PeerError, nssmime.HostError, KeyError, IndexError,
                ValueError, AttributeError) as error:
            self.bad += 1
            print("FAIL %s: %s: %s" % (what, type(error).__name__, error),
                  flush=True)
            if not isinstance(error, (Failure, PeerError, nssmime.HostError)):
                traceback.print_exc(file=sys.stdout)
        else:
            self.good += 1

    def leave_out(self, what, why):
        self.left_out += 1
        print("left out: %s: %s" % (what, why), flush=True)

    def protect(self, data, **params):
        """Without header protection, so that what comes out is ENTITY."""
        params.setdefault("headerProtection", "none")
        return self.host.run("message.protect", params, content=data)

    def read(self, data, kind="message", **params):
        params["content"] = {"kind": kind}
        return self.host.run("message.read", params, content=data)

    def end(self):
        """The exit status."""
        status = self.host.close()
        if status != 0:
            self.bad += 1
            print("FAIL the host ended with status %s" % status)
        shutil.rmtree(self.work, ignore_errors=True)
        print("%s: %d right, %d wrong, %d left out" % (
            self.name, self.good, self.bad, self.left_out))
        return 1 if self.bad or not self.good else 0


def same(found, wanted, what="the content"):
    if found != wanted:
        raise Failure("%s is not the same: %r" % (what, found if
                      len(repr(found)) < 400 else "%d bytes" % len(found)))


def true(condition, what):
    if not condition:
        raise Failure(what)


def valid(result, encryption="none"):
    summary = result["summary"]
    true(summary["signature"] == "valid" and
         summary["encryption"] == encryption, "summary %s, layers %s" % (
             summary, [[signer["reasons"] for signer in
                        layer.get("signers", [])]
                       for layer in result["layers"]]))


def layer_types(result):
    return [layer["type"] for layer in result["layers"]]
