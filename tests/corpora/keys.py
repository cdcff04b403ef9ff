# SPDX-License-Identifier: MPL-2.0
"""An NSS database made of the corpora's KEYS folder."""

import os
import re
import subprocess

# KEYS/README.txt names these; the last one is an intermediate that is
# trusted as it stands ("partial chain").
ANCHORS = ("thunderbird-TestCA.pem", "lampsca.pem", "carl.pem", "rt-ca.pem",
           "bc-validator-root.pem", "intermediate_ca.crt")
# In KEYS/README.txt but not in the folder of every release of the corpora.
OPTIONAL_ANCHORS = ("notmuch-ca.pem", "nextcloud-ca.pem")
PASSWORD = "corpora"
_CERTIFICATE = re.compile(
    r"-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----\n?", re.S)


def _run(args, **more):
    return subprocess.run(args, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, check=False, **more)


def _public(args):
    done = subprocess.run(args, stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL, check=False)
    return done.stdout if done.returncode == 0 else None


def _write(path, text):
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    return path


class Database:
    """`folder` is the database; `problems` says what would not go in."""

    def __init__(self, corpora, work):
        self.keys = os.path.join(corpora, "KEYS")
        self.work = work
        self.folder = os.path.join(work, "db")
        self.problems = []
        os.makedirs(self.folder)
        self._must(["certutil", "-N", "-d", "sql:" + self.folder,
                    "--empty-password"])
        for name in sorted(os.listdir(self.keys)):
            if name.endswith((".pem", ".crt")):
                self._add(name)
        # A signature of draft-ireland-cms comes without certificates, which
        # are those of RFC 9216.
        more = os.path.join(corpora, "rfc9216")
        if os.path.isdir(more):
            for name in sorted(os.listdir(more)):
                if name.endswith(".crt") and not name.startswith("ca."):
                    self._add_certificates(os.path.join(more, name), ",,")

    def _must(self, args):
        done = _run(args)
        if done.returncode != 0:
            raise SystemExit("%s: %s" % (" ".join(args), done.stdout.decode()))

    def _add(self, name):
        path = os.path.join(self.keys, name)
        with open(path, encoding="utf-8", errors="replace") as file:
            text = file.read()
        anchor = name in ANCHORS or name in OPTIONAL_ANCHORS
        if "PRIVATE KEY-----" in text:
            self._add_key(name, path, text)
        else:
            self._add_certificates(path, ",C," if anchor else ",,")

    def _add_certificates(self, path, trust):
        with open(path, encoding="utf-8", errors="replace") as file:
            certificates = _CERTIFICATE.findall(file.read())
        for i, pem in enumerate(certificates):
            one = _write(os.path.join(self.work, "one.pem"), pem)
            nick = "%s %d" % (os.path.basename(path), i)
            done = _run(["certutil", "-A", "-d", "sql:" + self.folder, "-a",
                         "-n", nick, "-t", trust, "-i", one])
            if done.returncode != 0:
                self.problems.append("%s: %s" % (
                    nick, done.stdout.decode(errors="replace").strip()))

    def _add_key(self, name, path, text):
        public = _public(["openssl", "pkey", "-in", path, "-pubout"])
        others = []
        own = None
        for pem in _CERTIFICATE.findall(text):
            one = _write(os.path.join(self.work, "one.pem"), pem)
            if _public(["openssl", "x509", "-in", one, "-noout",
                        "-pubkey"]) == public:
                own = pem
            else:
                others.append(pem)
        if public is None or own is None:
            self.problems.append("%s: the key is not the certificate's" % name)
            return
        one = _write(os.path.join(self.work, "one.pem"), own)
        p12 = os.path.join(self.work, "one.p12")
        done = _run(["openssl", "pkcs12", "-export", "-inkey", path, "-in",
                     one, "-name", name, "-passout", "pass:" + PASSWORD,
                     "-out", p12])
        if done.returncode == 0:
            done = _run(["pk12util", "-i", p12, "-d", "sql:" + self.folder,
                         "-W", PASSWORD, "-K", ""])
        if done.returncode != 0:
            self.problems.append("%s: %s" % (
                name, done.stdout.decode(errors="replace").strip()))
            # The certificate alone: the host must tell who it is for.
            self._add_certificates(one, ",,")
