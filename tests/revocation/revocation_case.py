# SPDX-License-Identifier: MPL-2.0
"""What the tests of revocation share: an authority, a server, mails, and
hosts that may ask on loopback. The administrator's file is one in the build
folder, the same for all of them; it counts only where root owns it."""

import atexit
import base64
import email.utils
import json
import os
import sys
import tempfile
import time
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, os.pardir, "support"))

import answers  # noqa: E402
import sites  # noqa: E402
from authority import Authority, Folder, run  # noqa: E402
from nssmime import Host, HostError, environment  # noqa: E402

PROGRAM = os.environ["NSSMIME_REVOCATION_HOST"]
POLICY = os.environ["NSSMIME_REVOCATION_POLICY"]
MODES = ("off", "soft", "hard")
TEXT = b"Content-Type: text/plain\r\n\r\nHello\r\n"
ALLOWED = {"fetchNetworks": ["127.0.0.1/32"]}  # and not 127.0.0.2

# What follows from what is found out: summary, reasons, revocation.
VERDICTS = {
    "good": ("valid", [], "good"),
    "revoked": ("invalid", ["revoked"], "revoked"),
    "unknown": ("valid", ["revocation-unknown"], "unknown"),
    "required": ("unknown", ["revocation-unknown"], "unknown"),
    "not-checked": ("valid", [], "not-checked"),
}


def verdict(mode, found):
    """By the setting: off asks nobody, hard must know."""
    if mode == "off":
        return VERDICTS["not-checked"]
    if mode == "hard" and found in ("unknown", "not-checked"):
        return VERDICTS["required"]
    return VERDICTS[found]


class World:
    """Made once for a script: a root that is trusted, a server for it."""

    def __init__(self):
        self.folder = Folder()
        self.root = Authority(self.folder, "root")
        self.site = self.serve()
        self.ca = self.root.certificate

    def serve(self, address="127.0.0.1"):
        context = sites.server.serving(sites.Site, address=address)
        served = context.__enter__()
        atexit.register(context.__exit__, None, None, None)
        return served

    def ocsp(self, cert, status=answers.GOOD, *, signer=None, certs=(),
             by_key=False, nonce=None, digest="sha256", produced=-60, **when):
        """A response about it, by the root or by another."""
        signer = signer or self.ca
        return answers.response(
            [answers.single(cert, self.ca, status, **when)], signer,
            signer.key, certs, by_key, nonce, digest, produced)

    def crl(self, *entries, issuer=None, key=None, **more):
        issuer = issuer or self.ca
        return answers.revocation_list(issuer, key or issuer.key, entries,
                                       **more)

    def database(self, *certificates, trusted=None):
        """A new one that trusts the root for e-mail."""
        folder = tempfile.mkdtemp(dir=self.folder.path)
        run("certutil", "-N", "-d", "sql:" + folder, "--empty-password")
        self.add(folder, trusted or self.ca, ",C,")
        for cert in certificates:
            self.add(folder, cert)
        return folder

    @staticmethod
    def add(folder, cert, trust=",,"):
        run("certutil", "-A", "-d", "sql:" + folder, "-n",
            os.path.basename(cert.path), "-t", trust, "-i", cert.path)

    # ---- mails -----------------------------------------------------------

    def cms(self, cert, *options, chain=(), content=TEXT):
        more = self.folder.file("chain", b"".join(c.pem() for c in chain))
        return run("openssl", "cms", "-sign", "-binary", "-nodetach",
                   "-outform", "DER", "-signer", cert.path, "-inkey",
                   cert.key, *(["-certfile", more] if chain else []),
                   *options, data=content)


def name_of(cert):
    return os.path.basename(cert.path).rsplit(".", 1)[0]


def mail(cert, cms, date=None, sender=None):
    """From whom the certificate is for, unless another is named."""
    return ("From: %s@example.org\r\nDate: %s\r\nSubject: Hello\r\n"
            "MIME-Version: 1.0\r\nContent-Type: application/pkcs7-mime; "
            "smime-type=signed-data\r\nContent-Transfer-Encoding: base64"
            "\r\n\r\n" % (sender or name_of(cert),
                          email.utils.formatdate(date))).encode() + \
        base64.encodebytes(cms).replace(b"\n", b"\r\n")


def rfc3339(seconds):
    """So far from now."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ",
                         time.gmtime(time.time() + seconds))


class RevocationCase(unittest.TestCase):
    maxDiff = 4000

    @classmethod
    def setUpClass(cls):
        if os.geteuid() == 0:
            os.makedirs(os.path.dirname(POLICY), 0o755, exist_ok=True)
            with open(POLICY + ".new", "w", encoding="utf-8") as file:
                json.dump(ALLOWED, file)
            os.chmod(POLICY + ".new", 0o644)
            os.rename(POLICY + ".new", POLICY)

    def setUp(self):
        self.site = WORLD.site
        self.site.taken()

    def home(self):
        return tempfile.mkdtemp(dir=WORLD.folder.path)

    def host(self, mode, database=None, home=None, program=PROGRAM,
             **settings):
        database = database or shared_database()
        env = environment(home or self.home(), revocation=mode,
                          database="sql:" + database, **settings)
        host = Host(env=env, program=program).start()
        self.addCleanup(self.ended, host)
        return host

    def ended(self, host):
        """Without a fault and without memory lost: else the sanitizers'
        status comes."""
        if host.process.poll() is None:
            self.assertEqual(host.close(60), 0)

    # ---- what is found out -----------------------------------------------

    def read(self, host, message, **params):
        params["content"] = {"data": base64.b64encode(message).decode()}
        return self.shown(host.request("message.read", params, timeout=120))

    @staticmethod
    def shown(result):
        """(summary, reasons, revocation) of a mail of one signer."""
        signer, = result["layers"][0]["signers"]
        return (result["summary"]["signature"], result["summary"]["reasons"],
                signer["revocation"])

    @staticmethod
    def check(host, cert, *chain, purpose="sign", **params):
        pem = b"".join(c.pem() for c in (cert, *chain))
        result = host.request("certificate.check", dict(
            params, data=base64.b64encode(pem).decode(), **{"for": purpose}),
            timeout=120)
        return result["usable"], result["reasons"], result["revocation"]

    @staticmethod
    def protect(host, cert, **params):
        """None if it can be encrypted to, else why it cannot."""
        text = ("From: nobody@example.org\r\nTo: %s@example.org\r\n"
                "Subject: Hello\r\n\r\nHello\r\n" % name_of(cert)).encode()
        try:
            host.request("message.protect", dict(
                params, encrypt={"toSelf": False}, headerProtection="none",
                content={"data": base64.b64encode(text).decode()}),
                timeout=120)
        except HostError as error:
            if error.kind != "certificate-unusable":
                raise
            problem, = error.data["addresses"]
            return problem["reasons"]
        return None


_databases = []


def shared_database():
    """With the root, and nobody under it; no test writes into it."""
    if not _databases:
        _databases.append(WORLD.database())
    return _databases[0]


def main():
    if os.geteuid() != 0:
        print("SKIPPED: only root can write an administrator's file")
        sys.exit(77)
    unittest.main()


WORLD = World()
