# SPDX-License-Identifier: MPL-2.0
"""Signs and encrypts with openssl, by the PKI of tests/support/pki.sh and by
further certificates that are issued as the tests need them."""

import base64
import os
import re
import subprocess


def run(*args):
    done = subprocess.run(args, stdin=subprocess.DEVNULL, check=False,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    if done.returncode != 0:
        raise SystemExit("%s: %s" % (
            " ".join(args), done.stderr.decode(errors="replace")))
    return done.stdout


class Signing:
    def __init__(self, pki, work):
        self.pki = pki
        self.work = work
        self._kept = {}
        self._count = 0

    # ---- files -----------------------------------------------------------

    def path(self, name):
        """One of the PKI's files, or of those that were issued here."""
        own = os.path.join(self.work, name)
        return own if os.path.exists(own) else os.path.join(self.pki, name)

    def _fresh(self, suffix=""):
        self._count += 1
        return os.path.join(self.work, "tmp%d%s" % (self._count, suffix))

    def write(self, data, suffix=""):
        path = self._fresh(suffix)
        with open(path, "wb") as file:
            file.write(data)
        return path

    def der(self, name):
        return run("openssl", "x509", "-in", self.path(name + ".crt"),
                   "-outform", "DER")

    def identifier(self, name):
        """What issuerAndSerialNumber of a certificate holds."""
        inside = read_tlv(read_tlv(self.der(name))[1])[1]
        issuer, serial = read_tlv(inside, 3)[1], read_tlv(inside, 1)[1]
        return tlv(0x30, issuer) + tlv(0x02, serial)

    # ---- certificates ----------------------------------------------------

    def make_key(self, name, *options):
        run("openssl", "genpkey", "-out", os.path.join(
            self.work, name + ".key"), *(options or (
                "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256")))

    def issue(self, name, issuer, extensions, subject=None, dates=None,
              serial=None, key=(), again=False):
        """A certificate and its key; `issuer` None: it signs itself.

        `extensions` are lines of an openssl section, `dates` two times as
        openssl ca has them, `again`: for the key that it has.
        """
        if not again:
            self.make_key(name, *key)
        section = self.write(("[ca]\nextensions = ext\n[ext]\n" + "".join(
            line + "\n" for line in extensions)).encode(), ".cnf")
        request = self._fresh(".csr")
        run("openssl", "req", "-new", "-utf8", "-config", self.write(
            b"[req]\ndistinguished_name = dn\n[dn]\n"), "-subj",
            subject or "/O=Example/CN=" + name, "-key",
            self.path(name + ".key"), "-out", request)
        out = os.path.join(self.work, name + ".crt")
        number = serial or "0x%x" % (0x5001 + self._count)
        signer = ("-signkey", self.path(name + ".key")) if issuer is None \
            else ("-CA", self.path(issuer + ".crt"), "-CAkey",
                  self.path(issuer + ".key"))
        if dates is not None:
            self._issue_dated(request, section, signer, dates, out)
            return name
        run("openssl", "x509", "-req", "-in", request, "-days", "365",
            "-set_serial", number, "-extfile", section, "-extensions", "ext",
            "-out", out, *signer)
        return name

    def _issue_dated(self, request, section, signer, dates, out):
        """openssl x509 of Debian 12 cannot choose the beginning."""
        folder = self._fresh()
        os.makedirs(folder)
        with open(os.path.join(folder, "index"), "wb"):
            pass
        config = self.write((
            "[ca]\ndefault_ca = d\n[d]\ndatabase = %s/index\n"
            "new_certs_dir = %s\nrand_serial = yes\ndefault_md = sha256\n"
            "policy = p\nemail_in_dn = yes\n[p]\norganizationName = optional\n"
            "commonName = optional\n" % (folder, folder)).encode(), ".cnf")
        run("openssl", "ca", "-batch", "-notext", "-config", config,
            "-extfile", section, "-extensions", "ext", "-startdate", dates[0],
            "-enddate", dates[1], "-cert", signer[1], "-keyfile", signer[3],
            "-in", request, "-out", out)

    def person(self, name, san, issuer="ca", more=(), **options):
        """A certificate for e-mail; `san` as openssl writes it, or None."""
        extensions = ["basicConstraints = critical,CA:false",
                      "subjectKeyIdentifier = hash"]
        if not any(line.startswith("keyUsage") for line in more):
            extensions.append("keyUsage = critical,digitalSignature")
        if not any(line.startswith("extendedKeyUsage") for line in more):
            extensions.append("extendedKeyUsage = emailProtection")
        if san is not None:
            extensions.append("subjectAltName = " + san)
        return self.issue(name, issuer, extensions + list(more), **options)

    # ---- CMS -------------------------------------------------------------

    def sign(self, content, *names, opaque=False, digest="sha256", more=(),
             options=()):
        """SignedData over `content`, as DER; `more` are the names of further
        certificates to put in."""
        key = (content, names, opaque, digest, tuple(more), tuple(options))
        if key in self._kept:
            return self._kept[key]
        args = ["openssl", "cms", "-sign", "-binary", "-outform", "DER",
                "-in", self.write(content), "-md", digest]
        for name in names:
            args += ["-signer", self.path(name + ".crt"), "-inkey",
                     self.path(name + ".key")]
        chain = b""
        for name in ("intermediate", "intermediate2") + tuple(more):
            with open(self.path(name + ".crt"), "rb") as file:
                chain += file.read()
        args += ["-certfile", self.write(chain)]
        if opaque:
            args += ["-nodetach"]
        self._kept[key] = run(*args, *options)
        return self._kept[key]

    def encrypt(self, content, *names, cipher="aes-256-cbc"):
        key = (content, names, cipher)
        if key not in self._kept:
            self._kept[key] = run(
                "openssl", "cms", "-encrypt", "-binary", "-outform", "DER",
                "-in", self.write(content), "-" + cipher,
                *(self.path(name + ".crt") for name in names))
        return self._kept[key]

    def without_signers(self, names, content=None):
        """A SignedData with certificates and nobody who signed."""
        args = []
        for name in names:
            args += ["-certfile", self.path(name + ".crt")]
        data = run("openssl", "crl2pkcs7", "-nocrl", "-outform", "DER", *args)
        if content is None:
            return data
        # ContentInfo { SEQUENCE { oid data } }: with the content inside.
        empty = bytes.fromhex("300b06092a864886f70d010701")
        inner = bytes.fromhex("06092a864886f70d010701") + tlv(
            0xa0, tlv(0x04, content))
        outer = read_tlv(read_tlv(read_tlv(data)[1], 1)[1])[1]
        signed = outer.replace(empty, tlv(0x30, inner), 1)
        return tlv(0x30, bytes.fromhex("06092a864886f70d010702") +
                   tlv(0xa0, tlv(0x30, signed)))


# ---- DER ------------------------------------------------------------------

def tlv(tag, value):
    size = len(value)
    if size < 0x80:
        length = bytes([size])
    else:
        length = size.to_bytes((size.bit_length() + 7) // 8, "big")
        length = bytes([0x80 | len(length)]) + length
    return bytes([tag]) + length + value


def read_tlv(data, skip=0):
    """(tag, value) of the element after `skip` others."""
    at = 0
    while True:
        tag, size, at = data[at], data[at + 1], at + 2
        if size & 0x80:
            count = size & 0x7f
            size = int.from_bytes(data[at:at + count], "big")
            at += count
        if skip == 0:
            return tag, data[at:at + size]
        at += size
        skip -= 1


def base64_lines(data):
    return base64.encodebytes(data).replace(b"\n", b"\r\n")


def crlf(text):
    return re.sub(rb"\r?\n", b"\r\n", text)
