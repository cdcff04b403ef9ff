# SPDX-License-Identifier: MPL-2.0
"""What servers say of certificates, written by hand: OCSP responses (RFC
6960), revocation lists (RFC 5280 section 5) and SignedData that carries them
(RFC 5940). What openssl would never sign is what is tested."""

import hashlib
import os
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                os.pardir, "protocol"))
from ber import ID_SIGNED, OCTETS, SEQUENCE, oid, tlv  # noqa: E402

MINUTE, HOUR, DAY = 60, 3600, 86400
NULL = b"\5\0"
SHA1 = tlv(SEQUENCE, oid("1.3.14.3.2.26"), NULL)
SIGNATURES = {"sha256": oid("1.2.840.113549.1.1.11"),
              "sha1": oid("1.2.840.113549.1.1.5"),
              "md5": oid("1.2.840.113549.1.1.4")}
ID_BASIC = oid("1.3.6.1.5.5.7.48.1.1")
ID_NONCE = oid("1.3.6.1.5.5.7.48.1.2")
ID_RI_OCSP = oid("1.3.6.1.5.5.7.16.2")
CRL_NUMBER, DELTA, POINT, REASON, CERT_ISSUER = (
    oid("2.5.29.%d" % n) for n in (20, 27, 28, 21, 29))
UNKNOWN_EXTENSION = oid("1.3.6.1.4.1.99999.1")

# CRLReason, RFC 5280 5.3.1, as openssl's index names them
REASONS = {"unspecified": 0, "keyCompromise": 1, "CACompromise": 2,
           "affiliationChanged": 3, "superseded": 4,
           "cessationOfOperation": 5, "certificateHold": 6}


def elements(data):
    """[(tag, value, the whole)] of what stands side by side."""
    found = []
    while data:
        size, at = data[1], 2
        if size & 0x80:
            at += size & 0x7f
            size = int.from_bytes(data[2:at], "big")
        found.append((data[0], data[at:at + size], data[:at + size]))
        data = data[at + size:]
    return found


def integer(number):
    return tlv(2, number.to_bytes(number.bit_length() // 8 + 1, "big"))


def enumerated(number):
    return tlv(10, bytes((number,)))


def at(seconds):
    """GeneralizedTime, so far from now."""
    return tlv(0x18, time.strftime("%Y%m%d%H%M%SZ", time.gmtime(
        time.time() + seconds)).encode())


def extension(kind, value, critical=False):
    return tlv(SEQUENCE, kind, tlv(1, b"\xff") if critical else b"",
               tlv(OCTETS, value))


class Parts:
    """Of a certificate."""

    def __init__(self, der):
        fields = elements(elements(elements(der)[0][1])[0][1])
        self.der = der
        self.serial = fields[1][2]
        self.issuer = fields[3][2]
        self.subject = fields[5][2]
        self.key_hash = hashlib.sha1(
            elements(fields[6][1])[1][1][1:]).digest()


def signed(tbs, key, *more, digest="sha256"):
    """SIGNED: the data, the algorithm, the signature, and what follows."""
    signature = subprocess.run(
        ["openssl", "dgst", "-" + digest, "-sign", key], input=tbs,
        check=True, stdout=subprocess.PIPE).stdout
    return tlv(SEQUENCE, tbs, tlv(SEQUENCE, SIGNATURES[digest], NULL),
               tlv(3, b"\0" + signature), *more)


# ---- OCSP ------------------------------------------------------------------

GOOD, UNKNOWN = tlv(0x80), tlv(0x82)


def revoked(ago, reason=None):
    return tlv(0xa1, at(-ago), b"" if reason is None else tlv(
        0xa0, enumerated(reason)))


def single(cert, issuer, status=GOOD, since=-MINUTE, until=DAY):
    """SingleResponse; `until` None: newer ones are always there."""
    name = tlv(SEQUENCE, SHA1,
               tlv(OCTETS, hashlib.sha1(cert.issuer).digest()),
               tlv(OCTETS, issuer.key_hash), cert.serial)
    return tlv(SEQUENCE, name, status, at(since),
               b"" if until is None else tlv(0xa0, at(until)))


def nonce_extension(nonce):
    return tlv(0xa1, tlv(SEQUENCE, extension(ID_NONCE, tlv(OCTETS, nonce))))


def response(singles, responder, key, certs=(), by_key=False, nonce=None,
             digest="sha256", produced=-MINUTE):
    """OCSPResponse by the responder, whose certificate is given."""
    name = tlv(0xa2, tlv(OCTETS, responder.key_hash)) if by_key else tlv(
        0xa1, responder.subject)
    tbs = tlv(SEQUENCE, name, at(produced), tlv(SEQUENCE, *singles),
              b"" if nonce is None else nonce_extension(nonce))
    more = [tlv(0xa0, tlv(SEQUENCE, *certs))] if certs else []
    return wrapped(signed(tbs, key, *more, digest=digest))


def wrapped(basic, status=0):
    return tlv(SEQUENCE, enumerated(status), tlv(0xa0, tlv(
        SEQUENCE, ID_BASIC, tlv(OCTETS, basic))))


def refusal(status):
    """tryLater and the like."""
    return tlv(SEQUENCE, enumerated(status))


def flipped(data):
    """The last bit is another: of a signature, where that comes last."""
    return data[:-1] + bytes((data[-1] ^ 1,))


# ---- lists -----------------------------------------------------------------

def entry(cert, ago=DAY, *extensions):
    return tlv(SEQUENCE, cert.serial, at(-ago), tlv(
        SEQUENCE, *extensions) if extensions else b"")


def reason_extension(reason):
    return extension(REASON, enumerated(reason))


def url_name(url):
    return tlv(0x86, url.encode())


def point(*members):
    """IssuingDistributionPoint (5.2.5)."""
    return extension(POINT, tlv(SEQUENCE, *members), critical=True)


def part_of(url):
    return tlv(0xa0, tlv(0xa0, url_name(url)))


ONLY_USERS, ONLY_AUTHORITIES, INDIRECT = (
    tlv(tag, b"\xff") for tag in (0x81, 0x82, 0x84))
SOME_REASONS = tlv(0x83, b"\x06\x40")  # keyCompromise


def revocation_list(issuer, key, entries=(), since=-MINUTE, until=DAY,
                    extensions=(), digest="sha256"):
    tbs = tlv(SEQUENCE, integer(1), tlv(
        SEQUENCE, SIGNATURES[digest], NULL), issuer.subject, at(since),
        b"" if until is None else at(until),
        tlv(SEQUENCE, *entries) if entries else b"",
        tlv(0xa0, tlv(SEQUENCE, extension(CRL_NUMBER, integer(7)),
                      *extensions)))
    return signed(tbs, key, digest=digest)


# ---- along -----------------------------------------------------------------

def with_revocation(cms, *infos):
    """SignedData with RevocationInfoChoices put in (RFC 5652 5.1)."""
    fields = elements(elements(elements(elements(cms)[0][1])[1][1])[0][1])
    whole = [field[2] for field in fields]
    if any(info[0] == 0xa1 for info in infos):
        whole[0] = integer(5)  # something that is no list
    whole.insert(-1, tlv(0xa1, *infos))
    return tlv(SEQUENCE, ID_SIGNED, tlv(0xa0, tlv(SEQUENCE, *whole)))


def stapled(ocsp):
    """OtherRevocationInfoFormat of an OCSPResponse (RFC 5940 2.1)."""
    return tlv(0xa1, ID_RI_OCSP, ocsp)


