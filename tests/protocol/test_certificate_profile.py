#!/usr/bin/env python3
# SPDX-License-Identifier: MPL-2.0
"""Certificates as nobody should issue them (RFC 5280 section 4), by
certificate.check and in mails: each is refused, for its own fault and not for
another's, unless it does no harm."""

import email.utils
import os
import time
import unittest

import forge
from ber import oid, tlv
from forge import (BITS, CN, IA5, INTEGER, MAIL, OCTETS, PERSON, SEQUENCE,
                   UTF8, alternative, attribute, authority, extended,
                   extension, key_usage, name, rdn)
from forge_case import ForgeCase
from pki import run

GOOD, MALFORMED = "- | -", "malformed | -"
USAGE = "usage-not-permitted | -"
ALICE = alternative(forge.email("alice@example.org"))
ALL = PERSON + (ALICE,)
NULL = b"\5\0"
ECDSA_SHA1 = tlv(SEQUENCE, oid("1.2.840.10045.4.1"))
UNKNOWN = "1.2.3.4"
(SUBJECT_KEY, KEY_USAGE, SUBJECT_NAMES, BASIC, POLICIES, MAPPINGS,
 AUTHORITY_KEY, POLICY_CONSTRAINTS, EXTENDED, INHIBIT_ANY) = (
     "2.5.29.%d" % arc for arc in (14, 15, 17, 19, 32, 33, 35, 36, 37, 54))
ACCESS = "1.3.6.1.5.5.7.1.1"


def critical(kind, *value):
    return extension(kind, *value, critical=True)


def validity(since, until, tags=(0x17, 0x17)):
    return tlv(SEQUENCE, tlv(tags[0], since), tlv(tags[1], until))


def list_of(kind, *members):
    return extension(kind, tlv(SEQUENCE, *members))


class ProfileCase(ForgeCase):
    def person(self, *extensions, key=None, subject=name((CN, "Person")),
               **changes):
        return forge.Certificate(
            key or self.forge.below, subject, self.forge.root,
            extensions or ALL, **changes)

    def table(self, rows):
        """(title, what is told, extensions, fields)"""
        for title, wanted, extensions, changes in rows:
            with self.subTest(title):
                self.assertEqual(self.reasons(self.person(
                    *extensions, **changes)), wanted)

    def extensions(self, rows):
        self.table((title, wanted, more, {}) for title, wanted, *more in rows)

    def fields(self, rows):
        self.table((title, wanted, ALL, changes)
                   for title, wanted, changes in rows)

    def authority(self, wanted, *extensions, **changes):
        """What is told of a person below such an authority."""
        above = self.forge.issue_authority(**changes)
        above = forge.Certificate(self.forge.above, above.subject,
                                  self.forge.root, extensions, **changes)
        person = self.forge.person(above, forge.email("alice@example.org"))
        self.assertEqual(self.reasons(person, above), wanted)


class Fields(ProfileCase):
    def test_serial_numbers(self):
        """Old ones are longer than 20 octets, negative, or zero."""
        self.fields((
            ("20 octets", GOOD, {"serial": tlv(INTEGER, b"\x7f" * 20)}),
            ("64 octets", GOOD, {"serial": tlv(INTEGER, b"\x7f" * 64)}),
            ("negative", GOOD, {"serial": tlv(INTEGER, b"\x80\1")}),
            ("zero", GOOD, {"serial": tlv(INTEGER, b"\0")}),
            ("65 octets", "invalid-params",
             {"serial": tlv(INTEGER, b"\x7f" * 65)}),
            ("none", "invalid-params", {"serial": tlv(INTEGER)}),
        ))

    def test_versions(self):
        """4.1.2.9: extensions are those of version 3."""
        version = "version"
        self.table((
            ("3", GOOD, ALL, {}),
            ("2", MALFORMED, ALL, {version: tlv(0xa0, b"\2\1\1")}),
            ("1", MALFORMED, ALL, {version: b""}),
            ("4", MALFORMED, ALL, {version: tlv(0xa0, b"\2\1\3")}),
            ("no number", "invalid-params", ALL,
             {version: tlv(0xa0, tlv(UTF8, b"3"))}),
        ))
        plain = forge.Certificate(
            self.forge.below, name((CN, "P"), (MAIL, "a@example.org", IA5)),
            self.forge.root, (), version=b"")
        self.assertEqual(self.reasons(plain), GOOD)

    def test_times(self):
        """4.1.2.5: seconds, no zone, no fractions, a day of the calendar."""
        rows = [("reversed", "not-yet-valid | -", {"validity": validity(
            b"400101000000Z", b"200101000000Z")})]
        for since in (b"2001010000Z", b"200101000000+0100", b"200101000000",
                      b"201301000000Z", b"200001000000Z", b"200100000000Z",
                      b"200230000000Z", b"210229000000Z", b"200101240000Z",
                      b"200101006000Z", b"200101000060Z", b"20010100000AZ",
                      b"2001010000000Z"):
            rows.append((since, MALFORMED, {"validity": validity(
                since, b"400101000000Z")}))
        for until in (b"20400101000000.5Z", b"20400101000000+0100",
                      b"20400101000000", b"204001010000Z",
                      b"21000229000000Z"):
            rows.append((until, MALFORMED, {"validity": validity(
                b"200101000000Z", until, (0x17, 0x18))}))
        for since, until, tags in (
                (b"200229000000Z", b"400229235959Z", (0x17, 0x17)),
                # authorities must not, readers need not care
                (b"20200101000000Z", b"20400229000000Z", (0x18, 0x18)),
                (b"500101000000Z", b"99991231235959Z", (0x17, 0x18))):
            rows.append((since, GOOD, {"validity": validity(
                since, until, tags)}))
        self.fields(rows)

    def test_names(self):
        """4.1.2.4: no RDN without an attribute."""
        self.fields((
            ("empty RDN", MALFORMED, {"subject": name((CN, "P"), rdn())}),
            ("empty RDN first", MALFORMED, {"subject": name(rdn(),
                                                           (CN, "P"))}),
            ("two in an RDN", GOOD, {"subject": name(rdn(
                attribute(CN, "P"), attribute(MAIL, "b@example.org", IA5)))}),
            ("none", GOOD, {"subject": name()}),
        ))

    def test_algorithms(self):
        """4.1.1.2: the one that is signed, and the one that verifies."""
        hidden = {"algorithm": forge.ECDSA_SHA256}
        self.fields((
            ("SHA-1 behind SHA-256", MALFORMED,
             dict(hidden, outer=ECDSA_SHA1, digest="sha1")),
            ("SHA-256 behind SHA-1", "malformed weak-digest | -",
             {"algorithm": ECDSA_SHA1}),
            ("SHA-1", "weak-digest | -",
             {"outer": ECDSA_SHA1, "digest": "sha1"}),
            ("parameters", MALFORMED, {"algorithm": tlv(
                SEQUENCE, oid("1.2.840.10045.4.3.2"), tlv(OCTETS, b"x"))}),
            ("no parameters, or NULL", GOOD, {"algorithm": tlv(
                SEQUENCE, oid("1.2.840.10045.4.3.2"), NULL)}),
            ("nobody's", "unsupported-algorithm | -",
             {"outer": tlv(SEQUENCE, oid("1.2.3.4"))}),
            ("another signature", "signature-mismatch | -",
             {"digest": "sha384"}),
        ))


class Extensions(ProfileCase):
    def test_twice(self):
        """4.2: which of the two one reader sees, another does not."""
        self.extensions((
            ("names", MALFORMED, *ALL, alternative(forge.email("b@x.org"))),
            ("extended key usage", MALFORMED, *ALL,
             extended("1.3.6.1.5.5.7.3.1")),
            ("key usage", MALFORMED, *ALL, key_usage(4)),
            ("unknown", MALFORMED, *ALL, extension(UNKNOWN, NULL),
             extension(UNKNOWN, NULL)),
        ))

    def test_critical(self):
        """4.2: what is not processed, and what is."""
        self.extensions((
            ("unknown", MALFORMED, *ALL, critical(UNKNOWN, NULL)),
            ("unknown, not critical", GOOD, *ALL, extension(UNKNOWN, NULL)),
            ("access", MALFORMED, *ALL, critical(ACCESS, tlv(SEQUENCE, tlv(
                SEQUENCE, oid("1.3.6.1.5.5.7.48.1"),
                forge.uri("http://example.org/"))))),
            ("names", GOOD, *PERSON, critical(
                SUBJECT_NAMES, tlv(SEQUENCE, forge.email("a@example.org")))),
            ("extended key usage", GOOD, forge.SIGNING, ALICE, extended(
                forge.EMAIL_PROTECTION, critical=True)),
            ("policies", GOOD, *ALL, critical(POLICIES, tlv(SEQUENCE, tlv(
                SEQUENCE, oid(UNKNOWN))))),
        ))

    def test_unreadable(self):
        """What NSS would take for absent, or for whatever it can read."""
        empty = tlv(SEQUENCE)
        rows = [("no value", "invalid-params", *ALL,
                 tlv(SEQUENCE, oid(UNKNOWN))),
                ("no bounds", "invalid-params", *PERSON, extension(
                    SUBJECT_NAMES, tlv(SEQUENCE, b"\x81\x7fa@x.org")))]
        for kind, values in (
                (KEY_USAGE, (NULL, b"", tlv(BITS), b"\3\2\x09\x80",
                             b"\3\1\7", b"\3\2\7\x80x")),
                (SUBJECT_NAMES, (NULL, b"alice@example.org", empty + b"x",
                                 tlv(SEQUENCE, tlv(IA5, b"a@x.org")))),
                (BASIC, (NULL, empty + b"x", tlv(SEQUENCE, NULL),
                         tlv(SEQUENCE, b"\1\0"))),
                (AUTHORITY_KEY, (NULL, b"zz", tlv(SEQUENCE, NULL))),
                (SUBJECT_KEY, (NULL, b"x" * 20)),
                (POLICIES, (NULL, empty, tlv(SEQUENCE, oid(UNKNOWN))))):
            others = [one for one in ALL if oid(kind) not in one]
            for value in values:
                rows.append(("%s %r" % (kind, value), MALFORMED, *others,
                             extension(kind, value)))
        rows += [("extended key usage", "invalid-params", *PERSON[:1], ALICE,
                  extension(EXTENDED, value))
                 for value in (NULL, tlv(SEQUENCE, NULL), empty + b"x")]
        self.extensions(rows)

    def test_usages(self):
        server = "1.3.6.1.5.5.7.3.1"
        self.extensions((
            ("any", GOOD, forge.SIGNING, ALICE, extended("2.5.29.37.0")),
            ("for servers and any", GOOD, forge.SIGNING, ALICE,
             extended(server, "2.5.29.37.0")),
            ("for servers", USAGE, forge.SIGNING, ALICE, extended(server)),
            ("for nothing", USAGE, forge.SIGNING, ALICE, extended()),
            ("unsaid", GOOD, forge.SIGNING, ALICE),
            ("nonRepudiation", GOOD, key_usage(1), forge.FOR_MAIL, ALICE),
            ("keyAgreement", USAGE, key_usage(4), forge.FOR_MAIL, ALICE),
            ("no bit", USAGE, critical(KEY_USAGE, b"\3\1\0"), ALICE),
            ("no key usage", GOOD, forge.FOR_MAIL, ALICE),
        ))

    def test_policies(self):
        """An explicit policy that the person does not have (6.1.5)."""
        self.authority("usage-not-permitted | - | -", *forge.AUTHORITY,
                       critical(POLICY_CONSTRAINTS, tlv(
                           SEQUENCE, tlv(0x80, b"\0"))))


class Authorities(ProfileCase):
    def test_who_is_one(self):
        good, usage = GOOD + " | -", "- | usage-not-permitted | -"
        sign = forge.CERT_SIGN
        for title, wanted, *more in (
                ("usual", good, *forge.AUTHORITY),
                ("not critical", good, extension(BASIC, tlv(
                    SEQUENCE, forge.TRUE)), sign),
                ("unsaid", usage, sign),
                ("none", usage, critical(BASIC, tlv(SEQUENCE)), sign),
                ("no key usage", good, authority()),
                ("may not sign", usage, authority(), key_usage(0)),
                ("none below", good, authority(0), sign),
                ("for servers", usage, *forge.AUTHORITY,
                 extended("1.3.6.1.5.5.7.3.1")),
                ("for anything", good, *forge.AUTHORITY,
                 extended("2.5.29.37.0"))):
            with self.subTest(title):
                self.authority(wanted, *more)
        with self.subTest("a person"):
            person = self.person(subject=name((CN, "Another")))
            self.assertEqual(self.reasons(self.forge.person(
                person, forge.email("b@example.org")), person), usage)

    def test_malformed(self):
        basic = critical(BASIC, tlv(SEQUENCE))
        for title, *more in (
                ("twice", *forge.AUTHORITY, basic),
                ("unknown", *forge.AUTHORITY, critical(UNKNOWN, NULL)),
                ("policy constraints", *forge.AUTHORITY,
                 critical(POLICY_CONSTRAINTS, NULL)),
                ("inhibitAnyPolicy", *forge.AUTHORITY,
                 critical(INHIBIT_ANY, tlv(SEQUENCE)))):
            with self.subTest(title):
                self.authority("- | malformed | -", *more)
        with self.subTest("version 1 with extensions"):
            self.authority("- | malformed | -", *forge.AUTHORITY, version=b"")
        with self.subTest("version 1"):
            self.authority("- | usage-not-permitted | -", version=b"")


class Keys(ProfileCase):
    def key(self, file, *options):
        return forge.Key(os.path.join(self.folder, file), *options)

    def rsa(self, modulus, exponent):
        """A SubjectPublicKeyInfo."""
        key = self.key("plain.key", "-algorithm", "RSA", "-pkeyopt",
                       "rsa_keygen_bits:2048")
        numbers = tlv(SEQUENCE, tlv(INTEGER, modulus.to_bytes(257, "big")),
                      tlv(INTEGER, exponent.to_bytes(
                          exponent.bit_length() // 8 + 1, "big")))
        key.spki = tlv(SEQUENCE, tlv(SEQUENCE, oid("1.2.840.113549.1.1.1"),
                                     NULL), tlv(BITS, b"\0", numbers))
        return key

    def test_rsa(self):
        """RFC 8017 section 3.1: an exponent of 3 or more, and odd."""
        odd = (1 << 2047) + 1 + (1 << 900)
        for modulus, exponent, wanted in (
                (odd, 65537, GOOD), (odd, 3, GOOD), (odd, 1, MALFORMED),
                (odd, 65536, MALFORMED), (odd, 2, MALFORMED),
                (odd - 1, 65537, MALFORMED), (odd, 0, "invalid-params")):
            with self.subTest(modulus=modulus % 4, exponent=exponent):
                self.assertEqual(self.reasons(self.person(
                    key=self.rsa(modulus, exponent))), wanted)

    def test_curves(self):
        for curve in "secp224r1", "secp256k1", "brainpoolP256r1":
            key = self.key(curve, "-algorithm", "EC", "-pkeyopt",
                           "ec_paramgen_curve:" + curve)
            with self.subTest(curve):
                self.assertIn("unsupported-algorithm", self.reasons(
                    self.person(key=key)))
        key = self.key("explicit", "-algorithm", "EC", "-pkeyopt",
                       "ec_paramgen_curve:P-256", "-pkeyopt",
                       "ec_param_enc:explicit")
        with self.subTest("explicit parameters"):
            self.assertIn(self.reasons(self.person(key=key)), (
                "unsupported-algorithm | -",
                "unsupported-algorithm usage-not-permitted | -"))


class Bounds(ProfileCase):
    """What NSS takes apart by recursion, or compares each with each."""

    def bounded(self, *chain):
        before = time.monotonic()
        self.assertEqual(self.reasons(*chain), "invalid-params")
        self.assertLess(time.monotonic() - before, 20)

    def test_lists(self):
        many = range(4000)
        self.bounded(self.person(*PERSON, alternative(*(
            forge.email("a%d@example.org" % i) for i in many))))
        self.bounded(self.person(*ALL, *(
            critical("1.2.3.%d" % i, NULL) for i in many)))
        self.bounded(self.person(*ALL, list_of(EXTENDED, *(
            oid("1.2.3.%d" % i) for i in many))))
        self.bounded(self.person(subject=name(*(
            (MAIL, "a%d@example.org" % i, IA5) for i in many))))
        self.bounded(self.person(subject=name(rdn(*(
            attribute(CN, "a%d" % i) for i in many)))))

    def test_mappings(self):
        above = self.forge.issue_authority(list_of(MAPPINGS, *(
            tlv(SEQUENCE, oid("1.2.3.%d" % i), oid("1.2.4.%d" % i))
            for i in range(2000))))
        self.bounded(self.forge.person(
            above, forge.email("a@example.org")), above)

    def test_what_is_not_too_much(self):
        self.assertEqual(self.reasons(self.person(
            *PERSON, alternative(*(forge.email("a%d@example.org" % i)
                                   for i in range(400))),
            *(extension("1.2.3.%d" % i, NULL) for i in range(40)))), GOOD)


class Mails(ProfileCase):
    """Signed with such a certificate: told, and never valid."""

    def read(self, person):
        paths = [os.path.join(self.folder, one) for one in ("crt", "content")]
        for path, data in zip(paths, (person.pem, b"Hello\r\n")):
            with open(path, "wb") as file:
                file.write(data)
        text = run("openssl", "cms", "-sign", "-binary", "-signer", paths[0],
                   "-inkey", person.key.path, "-in", paths[1], "-outform",
                   "SMIME").replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
        mail = b"From: alice@example.org\r\nDate: %s\r\n%s" % (
            email.utils.formatdate().encode(), text)
        return self.host.run("message.read", {}, content=mail)[0]["summary"]

    def test_summaries(self):
        good = self.read(self.person())
        self.assertEqual(good["signature"], "valid", good)
        for title, reason, extensions, changes in (
                ("names twice", "malformed", ALL + (alternative(
                    forge.email("b@example.org")),), {}),
                ("hidden digest", "malformed", ALL, {
                    "algorithm": forge.ECDSA_SHA256, "outer": ECDSA_SHA1,
                    "digest": "sha1"}),
                ("critical", "malformed", ALL + (critical(UNKNOWN, NULL),),
                 {}),
                ("key usage", "malformed", (extension(KEY_USAGE, NULL),
                                            forge.FOR_MAIL, ALICE), {}),
                ("day", "malformed", ALL, {"validity": validity(
                    b"200230000000Z", b"400101000000Z")})):
            with self.subTest(title):
                got = self.read(self.person(*extensions, **changes))
                self.assertNotEqual(got["signature"], "valid")
                self.assertIn(reason, got["reasons"])


if __name__ == "__main__":
    unittest.main()
