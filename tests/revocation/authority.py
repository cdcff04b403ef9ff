# SPDX-License-Identifier: MPL-2.0
"""Authorities by openssl ca, and openssl's own OCSP responder on their
index."""

import atexit
import os
import re
import shutil
import subprocess
import tempfile
import time

import answers

DAYS_BEFORE, DAYS_AFTER = 20, 30
CONFIG = """
[req]
distinguished_name = dn
[dn]
[ca]
default_ca = d
[d]
database = %(folder)s/%(name)s.index
new_certs_dir = %(folder)s/new
serial = %(folder)s/serial
crlnumber = %(folder)s/crlnumber
certificate = %(folder)s/%(name)s.crt
private_key = %(folder)s/%(name)s.key
default_md = sha256
default_crl_days = 1
unique_subject = no
email_in_dn = yes
policy = any
[any]
organizationName = optional
commonName = optional
[lists]
authorityKeyIdentifier = keyid
"""
ROOT = ("basicConstraints = critical,CA:true",
        "keyUsage = critical,keyCertSign,cRLSign",
        "subjectKeyIdentifier = hash")
PERSON = ("basicConstraints = critical,CA:false",
          "keyUsage = critical,digitalSignature,keyEncipherment",
          "extendedKeyUsage = emailProtection")
RESPONDER = ("basicConstraints = critical,CA:false",
             "keyUsage = critical,digitalSignature",
             "extendedKeyUsage = OCSPSigning")


def run(*args, data=None):
    done = subprocess.run(
        args, check=False, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        **({"stdin": subprocess.DEVNULL} if data is None else
           {"input": data}))
    if done.returncode != 0:
        raise AssertionError("%s: %s" % (
            " ".join(args), done.stderr.decode(errors="replace")))
    return done.stdout


def stamp(seconds):
    """As openssl ca has times, so far from now."""
    return time.strftime("%y%m%d%H%M%SZ", time.gmtime(time.time() + seconds))


def places(ocsp=(), lists=(), issuers=()):
    """The lines that say where more is known of a certificate."""
    found = ["OCSP;URI.%d = %s" % (i, u) for i, u in enumerate(ocsp)]
    found += ["caIssuers;URI.%d = %s" % (i, u) for i, u in enumerate(issuers)]
    lines, sections = [], []
    if found:
        lines.append("authorityInfoAccess = @access")
        sections += ["[access]"] + found
    if lists:
        lines.append("crlDistributionPoints = " + ",".join(
            "point%d" % i for i in range(len(lists))))
        for i, where in enumerate(lists):
            sections += ["[point%d]" % i, where if "=" in where else
                         "fullname = URI:" + where]
    return lines, sections


class Certificate(answers.Parts):
    def __init__(self, path, key):
        super().__init__(run("openssl", "x509", "-in", path, "-outform",
                             "DER"))
        self.path = path
        self.key = key

    def pem(self):
        with open(self.path, "rb") as file:
            return file.read()


class Folder:
    """Where they all live; one key for all persons is enough."""

    def __init__(self):
        self.path = tempfile.mkdtemp(prefix="nssmime-revocation-")
        atexit.register(shutil.rmtree, self.path, True)
        os.mkdir(self.file("new"))
        for name, text in (("serial", "1001"), ("crlnumber", "01")):
            with open(self.file(name), "w", encoding="ascii") as file:
                file.write(text)
        self.person_key = self.make_key("person")

    def file(self, name, data=None):
        path = os.path.join(self.path, name)
        if data is not None:
            with open(path, "wb") as file:
                file.write(data)
        return path

    def make_key(self, name):
        run("openssl", "genpkey", "-algorithm", "RSA", "-pkeyopt",
            "rsa_keygen_bits:2048", "-out", self.file(name + ".key"))
        return self.file(name + ".key")


class Authority:
    """`subject`: that of another one, whose name it bears without right."""

    def __init__(self, folder, name, by=None, subject=None, usage=ROOT,
                 where=((), ())):
        self.folder, self.name = folder, name
        self.config = folder.file(name + ".cnf", (
            CONFIG % {"folder": folder.path, "name": name}).encode())
        self.index = folder.file(name + ".index", b"")
        self.forgotten = set()
        key = folder.make_key(name)
        subject = subject or "/O=Example/CN=" + name
        self.certificate = (by or self).sign(name, subject, key, usage, where)
        # openssl ca lists a root among those that it issued
        folder.file(name + ".index", b"")

    @property
    def key(self):
        return self.certificate.key

    def sign(self, name, subject, key, extensions, where, since=None,
             until=None):
        lines, sections = where
        path = self.folder.file(name + ".crt")
        section = self.folder.file("extensions", "\n".join(
            ["[ca]", "extensions = all", "[all]", *extensions, *lines,
             *sections, ""]).encode())
        request = self.folder.file("request")
        run("openssl", "req", "-new", "-config", self.config, "-key", key,
            "-subj", subject, "-out", request)
        run("openssl", "ca", "-batch", "-notext", "-config", self.config,
            *(["-selfsign"] if name == self.name else []),
            "-extfile", section, "-extensions", "all", "-startdate",
            stamp(-DAYS_BEFORE * answers.DAY if since is None else since),
            "-enddate",
            stamp(DAYS_AFTER * answers.DAY if until is None else until),
            "-in", request, "-out", path)
        return Certificate(path, key)

    def person(self, name, ocsp=(), lists=(), issuers=(), usage=PERSON,
               **more):
        return self.sign(
            name, "/O=Example/CN=" + name, self.folder.person_key,
            (*usage, "subjectAltName = email:%s@example.org" % name),
            places(ocsp, lists, issuers), **more)

    # ---- what is known of them -------------------------------------------

    def _number(self, cert):
        return b"%X" % int.from_bytes(answers.elements(cert.serial)[0][1],
                                      "big")

    def _rewrite(self, cert, change):
        with open(self.index, "rb") as file:
            lines = file.read().splitlines()
        wanted = self._number(cert)
        out = []
        for line in lines:
            fields = line.split(b"\t")
            out += change(fields) if fields[3] == wanted else [line]
        self.folder.file(self.name + ".index",
                         b"".join(line + b"\n" for line in out))

    def revoke(self, cert, reason=None, ago=answers.DAY):
        date = stamp(-ago) + ("" if reason is None else "," + reason)
        self._rewrite(cert, lambda fields: [b"\t".join(
            [b"R", fields[1], date.encode(), *fields[3:]])])

    def forget(self, cert):
        self._rewrite(cert, lambda fields: [])

    def revocation_list(self, *options):
        """By openssl ca, of the index; DER."""
        pem = run("openssl", "ca", "-config", self.config, "-gencrl",
                  "-crlexts", "lists", *options)
        return run("openssl", "crl", "-outform", "DER", data=pem)


class Responder:
    """openssl ocsp, on an authority's index as it is now."""

    def __init__(self, authority, signer=None, options=()):
        signer = signer or authority.certificate
        self.process = subprocess.Popen(
            ["openssl", "ocsp", "-port", "0", "-index", authority.index,
             "-CA", authority.certificate.path, "-rsigner", signer.path,
             "-rkey", signer.key, "-ignore_err", *options],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL)
        atexit.register(self.close)
        line = self.process.stdout.readline().decode()
        self.port = int(re.search(r":(\d+) ", line).group(1))

    def close(self):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()
