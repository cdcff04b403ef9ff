# SPDX-License-Identifier: MPL-2.0
"""Certificates put together from DER, byte by byte where that is needed:
what openssl's configuration cannot say, and what no authority should issue.
The keys and the signatures are openssl's."""

import base64
import itertools
import os

from ber import oid, tlv
from pki import run

SEQUENCE, SET, OCTETS, BITS, INTEGER = 0x30, 0x31, 0x04, 0x03, 0x02
UTF8, NUMERIC, PRINTABLE, TELETEX, IA5, UNIVERSAL, BMP = (
    0x0c, 0x12, 0x13, 0x14, 0x16, 0x1c, 0x1e)
CN, C, O, OU, MAIL, DC = ("2.5.4.3", "2.5.4.6", "2.5.4.10", "2.5.4.11",
                          "1.2.840.113549.1.9.1",
                          "0.9.2342.19200300.100.1.25")
MAILBOX = "1.3.6.1.5.5.7.8.9"            # SmtpUTF8Mailbox, RFC 9598
PRINCIPAL = "1.3.6.1.4.1.311.20.2.3"     # Microsoft's logon name
EMAIL_PROTECTION = "1.3.6.1.5.5.7.3.4"
ECDSA_SHA256 = tlv(SEQUENCE, oid("1.2.840.10045.4.3.2"))
TRUE = b"\x01\x01\xff"


def attribute(kind, value, tag=UTF8):
    if isinstance(value, str):
        value = value.encode()
    return tlv(SEQUENCE, oid(kind), tlv(tag, value))


def rdn(*attributes):
    return tlv(SET, *attributes)


def name(*rdns):
    """Of (type, value[, tag]), each an RDN of its own, or of ready RDNs."""
    return tlv(SEQUENCE, *(one if isinstance(one, bytes)
                           else rdn(attribute(*one)) for one in rdns))


# ---- GeneralName (RFC 5280 section 4.2.1.6) -------------------------------

def email(text):
    return tlv(0x81, text if isinstance(text, bytes) else text.encode())


def host(text):
    return tlv(0x82, text if isinstance(text, bytes) else text.encode())


def uri(text):
    return tlv(0x86, text.encode())


def directory(*rdns):
    return tlv(0xa4, name(*rdns))


def other(kind, text, tag=UTF8):
    value = text if isinstance(text, bytes) else text.encode()
    return tlv(0xa0, oid(kind), tlv(0xa0, tlv(tag, value)))


def mailbox(text, tag=UTF8):
    return other(MAILBOX, text, tag)


# ---- extensions (RFC 5280 section 4.2) -------------------------------------

def extension(kind, *contents, critical=False):
    return tlv(SEQUENCE, oid(kind), TRUE if critical else b"",
               tlv(OCTETS, *contents))


def alternative(*names):
    return extension("2.5.29.17", tlv(SEQUENCE, *names))


def named_key(subject, above=None):
    """The identifiers of a certificate's key and of its issuer's."""
    found = extension("2.5.29.14", tlv(OCTETS, subject)),
    if above is not None:
        found += extension("2.5.29.35", tlv(SEQUENCE, tlv(0x80, above))),
    return found


def subtree(base, *distances):
    return tlv(SEQUENCE, base, *distances)


def constraints(permitted=(), excluded=(), critical=True):
    """Of GeneralNames, or of what `subtree` makes."""
    def trees(tag, names):
        return tlv(tag, *(one if one[0] == SEQUENCE else subtree(one)
                          for one in names)) if names else b""
    return extension("2.5.29.30", tlv(
        SEQUENCE, trees(0xa0, permitted), trees(0xa1, excluded)),
        critical=critical)


def authority(length=None):
    return extension("2.5.29.19", tlv(
        SEQUENCE, TRUE, b"" if length is None else tlv(
            INTEGER, bytes((length,)))), critical=True)


def key_usage(*bits):
    value = 0
    for bit in bits:
        value |= 0x80 >> bit
    unused = 7 - max(bits)
    return extension("2.5.29.15", tlv(BITS, bytes((unused, value))),
                     critical=True)


def extended(*kinds, critical=False):
    return extension("2.5.29.37", tlv(SEQUENCE, *map(oid, kinds)),
                     critical=critical)


SIGNING = key_usage(0)
CERT_SIGN = key_usage(5, 6)
FOR_MAIL = extended(EMAIL_PROTECTION)
AUTHORITY = (authority(), CERT_SIGN)
PERSON = (SIGNING, FOR_MAIL)


# ---- certificates ----------------------------------------------------------

class Key:
    def __init__(self, path, *options):
        self.path = path
        run("openssl", "genpkey", "-out", path, *(options or (
            "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256")))
        self.spki = run("openssl", "pkey", "-in", path, "-pubout",
                        "-outform", "DER")

    def sign(self, data, digest="sha256"):
        return run("openssl", "dgst", "-" + digest, "-sign", self.path,
                   input=data)


def pem(der):
    return (b"-----BEGIN CERTIFICATE-----\n" + base64.encodebytes(der) +
            b"-----END CERTIFICATE-----\n")


class Certificate:
    """`by`: who issues it, or None. `changes` are the fields of TBSCertificate
    as they shall be instead, each a whole element; `outer` and `digest`, with
    what and how it says that it is signed."""

    numbers = itertools.count(0x5001)
    dates = tlv(SEQUENCE, tlv(0x17, b"200101000000Z"),
                tlv(0x17, b"400101000000Z"))

    def __init__(self, key, subject, by, extensions, outer=ECDSA_SHA256,
                 digest="sha256", **changes):
        self.key = key
        self.subject = subject
        fields = {
            "version": tlv(0xa0, b"\x02\x01\x02"),
            "serial": tlv(INTEGER, next(self.numbers).to_bytes(2, "big")),
            "algorithm": outer,
            "issuer": (by or self).subject,
            "validity": self.dates,
            "subject": subject,
            "spki": key.spki,
            "extensions": tlv(0xa3, tlv(SEQUENCE, *extensions))
            if extensions else b""}
        for part, value in changes.items():
            if part not in fields:
                raise KeyError(part)
            fields[part] = value
        tbs = tlv(SEQUENCE, *fields.values())
        self.der = tlv(SEQUENCE, tbs, outer, tlv(
            BITS, b"\0", (by or self).key.sign(tbs, digest)))
        self.pem = pem(self.der)


class Forge:
    """A folder with two keys, one of authorities and one of persons, and a
    root. Every authority has a name of its own: NSS remembers them by it."""

    def __init__(self, folder):
        self.folder = folder
        self.above = Key(os.path.join(folder, "above.key"))
        self.below = Key(os.path.join(folder, "below.key"))
        self.root = Certificate(self.above, name((O, "Forge"), (CN, "Root")),
                                None, AUTHORITY)
        self._count = itertools.count(1)

    def database(self, folder, *roots):
        """A database that trusts the root, or these, for e-mail."""
        os.makedirs(folder)
        run("certutil", "-N", "-d", "sql:" + folder, "--empty-password")
        for number, root in enumerate(roots or (self.root,)):
            run("certutil", "-A", "-d", "sql:" + folder, "-n",
                "root %d" % number, "-t", ",C,", input=root.der)
        return folder

    def issue_authority(self, *extensions, by=None, subject=(), key=None,
                        **changes):
        """`subject` are RDNs before its own."""
        return Certificate(
            key or self.above,
            name(*subject, (CN, "Authority %d" % next(self._count))),
            by or self.root, AUTHORITY + extensions, **changes)

    def person(self, by, *names, subject=((CN, "Person"),), more=PERSON,
               key=None, **changes):
        """`names`: of subjectAltName; `more`: the other extensions."""
        return Certificate(
            key or self.below, name(*subject), by,
            (*more, alternative(*names)) if names else more, **changes)
