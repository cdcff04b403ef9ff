# SPDX-License-Identifier: MPL-2.0
"""What the tests of message.protect and message.read share: mails, a host on
a database with everyone of pki.sh in it, and openssl as the peer."""

import base64
import email
import email.policy
import email.utils
import os
import re
import shutil
import subprocess
import tempfile

from case import Case, tool
from pki import Pki

from nssmime import Host, environment, host_program

PKI = Pki()
DATE = email.utils.formatdate()  # after PKI: all of its certificates began
TEXT = (b"Content-Type: text/plain; charset=utf-8\r\n"
        b"Content-Transfer-Encoding: quoted-printable\r\n"
        b"\r\n"
        b"Dear B=C3=B6b,\r\n"
        b"\r\n"
        b"-- \r\n"
        b"see you=20\r\n"
        b"\r\n")
MIXED = (b'Content-Type: multipart/mixed; boundary="=_b"\r\n'
         b"\r\n"
         b"preamble\r\n"
         b"--=_b\r\n"
         b"Content-Type: text/plain\r\n"
         b"\r\n"
         b"one\r\n"
         b"--=_b\r\n"
         b"Content-Type: application/octet-stream\r\n"
         b"Content-Transfer-Encoding: base64\r\n"
         b"\r\n"
         b"AAECAwQ=\r\n"
         b"--=_b--\r\n"
         b"epilogue\r\n")


def address(name):
    return name + "@example.org"


def mail(sender="alice", to=("bob",), entity=TEXT, more="", date=DATE):
    """A message; `sender` and `to` are names of pki.sh, or None."""
    text = "" if sender is None else "From: %s <%s>\r\n" % (
        sender.capitalize(), address(sender))
    if to:
        text += "To: %s\r\n" % ", ".join(map(address, to))
    if date:
        text += "Date: %s\r\n" % date
    text += "Message-ID: <1@example.org>\r\nSubject: Hello\r\n" + more
    return text.encode() + b"MIME-Version: 1.0\r\n" + entity


def fields(data):
    """The header of a message or an entity: [(name, value)] unfolded."""
    head = re.split(rb"\r?\n\r?\n", data, maxsplit=1)[0].decode()
    return [tuple(re.split(r":\s*", line, maxsplit=1))
            for line in re.sub(r"\r?\n(?=[ \t])", "", head).splitlines()]


def values(data, name):
    return [value for field, value in fields(data)
            if field.lower() == name.lower()]


def body(data):
    return data.split(b"\r\n\r\n", 1)[1]


def der(data):
    """The CMS object of an application/pkcs7-mime message."""
    return base64.b64decode(body(data))


def multipart(data):
    """multipart/signed: (what was signed, byte for byte; signature's DER)."""
    boundary = email.message_from_bytes(
        data, policy=email.policy.SMTP).get_boundary().encode()
    _, signed, signature, _ = re.split(
        rb"(?:^|\r\n)--%s(?:--)?\r\n" % re.escape(boundary), data)
    return signed, der(signature)


def enclose(entity, *more, outer=b"multipart/mixed"):
    """A multipart around entities."""
    text = b'Content-Type: %s; boundary="=_outer"\r\n\r\n' % outer
    for part in (entity, *more):
        text += b"--=_outer\r\n" + part + b"\r\n"
    return text + b"--=_outer--\r\n"


def entity_of(message):
    """The MIME fields and the body of a message: a part of another."""
    head = b"".join(b"%s: %s\r\n" % (name.encode(), value.encode())
                    for name, value in fields(message)
                    if name.lower().startswith("content-"))
    return head + b"\r\n" + body(message)


class MailCase(Case):
    """One host for all tests of a class: no message leaves anything."""

    settings = {}

    @classmethod
    def setUpClass(cls):
        cls.pki = PKI
        cls.home = tempfile.mkdtemp(prefix="nssmime-mail-")
        cls.addClassCleanup(shutil.rmtree, cls.home, True)
        cls.database = cls.pki.copy(os.path.join(cls.home, "db"))
        cls.prepare()
        cls.shared = Host(program=host_program(), env=environment(
            cls.home, database="sql:" + cls.database, **cls.settings)).start()
        cls.addClassCleanup(cls.finish)

    @classmethod
    def prepare(cls):
        """What else the database needs."""

    @classmethod
    def finish(cls):
        """Ends the host, which had no fault and lost no memory: else the
        sanitizers' status comes."""
        status = cls.shared.close(60)
        if status != 0:
            raise AssertionError("the host ended with status %d" % status)

    def setUp(self):
        super().setUp()
        self.host = self.shared

    # ---- the host --------------------------------------------------------

    def protect(self, content, /, **params):
        """(result, message); without header protection, if not asked for."""
        params.setdefault("headerProtection", "none")
        return self.host.run("message.protect", params, content=content)

    def read(self, content, /, **params):
        return self.host.run("message.read", params, content=content)

    def refused(self, kind, function, /, *args, **params):
        """The error, of this kind."""
        failure = self.failure(function, *args, **params)
        self.assertEqual(failure.kind, kind, failure.message)
        return failure

    def fingerprint(self, name):
        return self.pki.fingerprint(name)

    def summary(self, result, signature="none", encryption="none",
                reasons=()):
        self.assertEqual(result["summary"], {
            "signature": signature, "encryption": encryption,
            "reasons": list(reasons)})

    def signer(self, result, layer=0):
        """The one signer of a layer."""
        signer, = result["layers"][layer]["signers"]
        return signer

    # ---- openssl ---------------------------------------------------------

    def file(self, data, name="in"):
        path = os.path.join(self.folder, name)
        with open(path, "wb") as file:
            file.write(data)
        return path

    def openssl(self, *args, data=None):
        """The output of openssl for the input `data`."""
        done = subprocess.run(
            ["openssl", *args], stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, check=False, timeout=60,
            **({"stdin": subprocess.DEVNULL} if data is None
               else {"input": data}))
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        return done.stdout

    def cms_sign(self, name, entity=TEXT, *more, sender=None, to="bob",
                 form="detached", folder=None):
        """A message that openssl signed; `entity` with CRLF."""
        person = os.path.join(folder or self.pki.folder, name)
        if name == "pss":  # else openssl takes it for a usual RSA key
            more = ("-keyopt", "rsa_padding_mode:pss", *more)
        chain = self.file(self.pki.bytes("intermediate.crt") +
                          self.pki.bytes("intermediate2.crt"), "chain")
        return self.mailed(self.openssl(
            "cms", "-sign", "-binary", "-signer", person + ".crt",
            "-inkey", person + ".key", "-certfile", chain,
            "-outform", "SMIME", *(["-nodetach"] if form == "opaque" else []),
            *more, data=entity), sender or name, to)

    def cms_encrypt(self, names, entity=TEXT, cipher="aes-256-cbc",
                    sender="alice", *more):
        return self.mailed(self.openssl(
            "cms", "-encrypt", "-binary", "-outform", "SMIME", "-" + cipher,
            *more, *(self.pki.path(name + ".crt") for name in names),
            data=entity), sender, names[0])

    def mailed(self, smime, sender, to, date=DATE):
        """What openssl wrote, as a mail; openssl's own lines end in LF."""
        entity = re.sub(rb"\r?\n", b"\r\n", smime)
        self.assertTrue(entity.startswith(b"MIME-Version: 1.0\r\n"))
        return mail(sender, (to,), entity.split(b"\r\n", 1)[1], date=date)

    def verified(self, data, *more, form="SMIME"):
        """The content, once openssl finds path and signature good."""
        return self.openssl(
            "cms", "-verify", "-inform", form, "-in", self.file(data),
            "-CAfile", self.pki.path("ca.crt"), *more)

    def decrypted(self, name, data, form="SMIME"):
        return self.openssl(
            "cms", "-decrypt", "-binary", "-inform", form, "-in",
            self.file(data), "-inkey", self.pki.path(name + ".key"),
            "-recip", self.pki.path(name + ".crt"))

    def printed(self, data, form="DER"):
        """The CMS object as openssl prints it."""
        return self.openssl("cms", "-cmsout", "-print", "-noout", "-inform",
                            form, data=data).decode(errors="replace")

    def recipients(self, data):
        """How many RecipientInfos, and the serial numbers in them."""
        text = self.printed(der(data))
        self.assertIn("recipientInfos", text)
        infos = re.findall(r"d\.(?:ktri|kari):", text)
        serials = re.findall(r"serialNumber: (?:0x)?([0-9A-Fa-f]+)",
                             text.split("recipientInfos")[1])
        return len(infos), {int(serial, 16) for serial in serials}

    def serial(self, name):
        text = tool("openssl", "x509", "-in", self.pki.path(name + ".crt"),
                    "-noout", "-serial").decode()
        return int(text.split("=")[1], 16)
