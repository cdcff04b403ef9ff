# SPDX-License-Identifier: MPL-2.0
"""SignerInfos put together by hand, under Alice's own signature: attributes
that do not say what they must (RFC 5652 sections 5.3 and 11, RFC 5035, RFC
6211), which must not be valid, and unusual ones that must be."""

import hashlib

import compose
from cell import Cell
from genuine import Genuine
from signing import run, tlv

MALFORMED = ("malformed",)
MISMATCH = ("signature-mismatch",)
UNKNOWN = ("unsupported-algorithm",)
NULL = bytes.fromhex("0500")
DATA = bytes.fromhex("06092a864886f70d010701")
RECEIPT = bytes.fromhex("060b2a864886f70d0109100101")
RSA = bytes.fromhex("06092a864886f70d010101")
SHA256_RSA = bytes.fromhex("06092a864886f70d01010b")
SHA512_RSA = bytes.fromhex("06092a864886f70d01010d")
SHA256 = bytes.fromhex("0609608648016503040201")
SHA512 = bytes.fromhex("0609608648016503040203")
SHA3_256 = bytes.fromhex("0609608648016503040208")
ML_DSA_65 = bytes.fromhex("0609608648016503040312")
ANY = bytes.fromhex("06032a0304")
CONTENT_TYPE, DIGEST, TIME, CAPABILITIES, PROTECTION = (
    bytes.fromhex("06092a864886f70d0109" + end)
    for end in ("03", "04", "05", "0f", "34"))
CERTIFICATE, CERTIFICATE_V2 = (
    bytes.fromhex("060b2a864886f70d01091002" + end) for end in ("0c", "2f"))


def algorithm(oid, parameters=b"", tag=0x30):
    return tlv(tag, oid + parameters)


def attribute(oid, *values):
    return tlv(0x30, oid + tlv(0x31, b"".join(values)))


class Hand:
    """What is signed, and how: each member may be another."""

    def __init__(self, signing, content):
        self.signing = signing
        self.content = content
        self.type = DATA
        self.digest = algorithm(SHA256)
        self.signature = algorithm(RSA, NULL)
        self.attributes = [self.of_type(), self.of_digest()]
        self.sorted = True
        self.certificates = signing.der("alice") + signing.der("intermediate")
        self.unsigned = b""
        self.more = b""

    def of_type(self, oid=DATA):
        return attribute(CONTENT_TYPE, oid)

    def of_digest(self):
        return attribute(DIGEST, self.hash())

    def hash(self):
        return tlv(0x04, hashlib.sha256(self.content).digest())

    def of_certificate(self, name, digest=hashlib.sha256, named=b"",
                       oid=CERTIFICATE_V2):
        own = tlv(0x04, digest(self.signing.der(name)).digest())
        return attribute(oid, tlv(0x30, tlv(0x30, tlv(0x30, named + own))))

    def signer(self, name="alice"):
        """A SignerInfo, signed by this one's key."""
        ordered = b"".join(sorted(self.attributes))
        value = run("openssl", "dgst", "-sha256", "-sign",
                    self.signing.path(name + ".key"),
                    self.signing.write(tlv(0x31, ordered)))
        sent = ordered if self.sorted else b"".join(self.attributes)
        return tlv(0x30, tlv(0x02, b"\x01") + tlv(
            0x30, self.signing.identifier(name)) + self.digest +
            tlv(0xa0, sent) + self.signature + tlv(0x04, value) + (
                tlv(0xa1, self.unsigned) if self.unsigned else b""))

    def der(self):
        inside = tlv(0x02, b"\x01") + tlv(0x31, self.digest) + tlv(
            0x30, self.type) + tlv(0xa0, self.certificates) + tlv(
                0x31, self.signer() + self.more)
        return tlv(0x30, bytes.fromhex("06092a864886f70d010702") + tlv(
            0xa0, tlv(0x30, inside)))


def _add(*attributes):
    def change(hand):
        hand.attributes += [make(hand) for make in attributes]
    return change


def _set(**members):
    def change(hand):
        for name, value in members.items():
            setattr(hand, name, value(hand) if callable(value) else value)
    return change


def _once(oid, *values):
    return lambda hand: attribute(oid, *values)


def _protection(digest, signature):
    return _once(PROTECTION, tlv(0x30, algorithm(digest) + algorithm(
        signature, NULL, tag=0xa1)))


# What is changed, and what must be told.
BAD = (
    ("no content type", _set(attributes=lambda h: [h.of_digest()]),
     MALFORMED),
    ("no digest", _set(attributes=lambda h: [h.of_type()]), MALFORMED),
    ("another content type", _set(attributes=lambda h: [
        h.of_type(RECEIPT), h.of_digest()]), MALFORMED),
    ("a content of another type", _set(type=RECEIPT), MALFORMED),
    ("the digest twice", _add(Hand.of_digest), MALFORMED),
    ("two values of the digest", _set(attributes=lambda h: [
        h.of_type(), attribute(DIGEST, h.hash(), tlv(0x04, bytes(32)))]),
     MALFORMED),
    ("no value of the digest", _set(attributes=lambda h: [
        h.of_type(), attribute(DIGEST)]), MALFORMED),
    ("the digest of nothing", _set(attributes=lambda h: [
        h.of_type(), attribute(DIGEST, tlv(
            0x04, hashlib.sha256(b"").digest()))]), ("content-altered",)),
    ("a time that is none", _add(_once(TIME, tlv(0x17, b"today"))),
     MALFORMED),
    ("a time with a fraction", _add(_once(TIME, tlv(
        0x18, b"20260101000000.5Z"))), MALFORMED),
    ("two times", _add(_once(TIME, tlv(0x17, b"260101000000Z"), tlv(
        0x17, b"270101000000Z"))), MALFORMED),
    ("the certificate of another", _add(
        lambda h: h.of_certificate("bob")), MISMATCH),
    ("the certificate of another, SHA-1", _add(
        lambda h: h.of_certificate("bob", hashlib.sha1, oid=CERTIFICATE)),
     MISMATCH),
    ("the certificate of another first, then hers by SHA-1", _add(
        lambda h: h.of_certificate("bob"), lambda h: h.of_certificate(
            "alice", hashlib.sha1, oid=CERTIFICATE)), MISMATCH),
    ("no certificate at all", _add(_once(CERTIFICATE_V2, tlv(
        0x30, tlv(0x30, b"")))), MALFORMED),
    ("a certificate by SHA-3", _add(lambda h: h.of_certificate(
        "alice", hashlib.sha3_256, algorithm(SHA3_256))), UNKNOWN),
    ("another digest protected", _add(_protection(SHA512, RSA)), MALFORMED),
    ("another signature protected", _add(_protection(SHA256, SHA256_RSA)),
     MALFORMED),
    ("signature over another digest", _set(
        signature=algorithm(SHA512_RSA, NULL)), MALFORMED),
    ("ML-DSA", _set(signature=algorithm(ML_DSA_65)), UNKNOWN),
    ("SHA-3", _set(digest=algorithm(SHA3_256)), UNKNOWN),
    ("ML-DSA beside hers", lambda h: _set(more=_other(
        h, signature=algorithm(ML_DSA_65)))(h), UNKNOWN),
    ("no digest beside hers", lambda h: _set(more=_other(
        h, attributes=[h.of_type()]))(h), MALFORMED),
)
GOOD = (
    ("nothing changed", lambda h: None),
    ("not sorted", _set(sorted=False, attributes=lambda h: [
        h.of_digest(), h.of_type()])),
    ("a time without seconds", _add(lambda h: attribute(
        TIME, tlv(0x17, compose.utc()[:-3] + b"Z")))),
    ("a time as of after 2049", _add(lambda h: attribute(
        TIME, tlv(0x18, b"20" + compose.utc())))),
    ("her certificate", _add(lambda h: h.of_certificate("alice"))),
    ("her certificate, SHA-256 said", _add(lambda h: h.of_certificate(
        "alice", named=algorithm(SHA256)))),
    ("her certificate, SHA-512", _add(lambda h: h.of_certificate(
        "alice", hashlib.sha512, algorithm(SHA512)))),
    ("her certificate, SHA-1", _add(lambda h: h.of_certificate(
        "alice", hashlib.sha1, oid=CERTIFICATE))),
    ("what nobody knows, twice", _add(_once(ANY, NULL), _once(ANY, NULL))),
    ("no capability", _add(_once(CAPABILITIES, tlv(0x30, b"")))),
    ("algorithms protected", _add(_protection(SHA256, RSA))),
    ("digest with parameters", _set(digest=algorithm(SHA256, NULL))),
    ("signature without parameters", _set(signature=algorithm(RSA))),
    ("signature with its digest", _set(
        signature=algorithm(SHA256_RSA, NULL))),
    ("a signature named as the digest", _set(
        digest=algorithm(SHA256_RSA, NULL))),
    ("an unsigned attribute that is none", _set(unsigned=NULL)),
    ("other forms of certificates", _set(certificates=lambda h: (
        tlv(0x30, NULL) + h.certificates + tlv(0xa2, NULL) +
        tlv(0xa3, ANY + NULL)))),
    ("no certificate in it", _set(certificates=b"")),
)


def _other(hand, **members):
    """A second SignerInfo of hers, with something else in it."""
    other = Hand(hand.signing, hand.content)
    _set(**members)(other)
    return other.signer()


def _mail(signing, change):
    hand = Hand(signing, compose.text())
    change(hand)
    return compose.message(compose.detached(hand.content, hand.der()))


def cells(signing):
    for what, change, reasons in BAD:
        yield Cell("attributes", what, _mail(signing, change), reasons)
    for what, change in GOOD:
        yield Genuine("attributes: " + what, _mail(signing, change),
                      "alice@example.org", compose.text())
