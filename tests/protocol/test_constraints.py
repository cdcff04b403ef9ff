#!/usr/bin/env python3
# SPDX-License-Identifier: MPL-2.0
"""Name constraints (RFC 5280 sections 4.2.1.10 and 6.1, RFC 9549, RFC 9598) by
certificate.check, in certificates that are put together byte by byte."""

import unittest

import forge
from ber import tlv
from forge import (BMP, CN, DC, IA5, MAIL, MAILBOX, O, OCTETS, OU, PERSON,
                   PRINCIPAL, PRINTABLE, SEQUENCE, TELETEX, UNIVERSAL, UTF8,
                   alternative, attribute, constraints, directory, email,
                   extension, host, mailbox, other, rdn, subtree)
from forge_case import ForgeCase

GOOD, OUT = "- | - | -", "name-constraint | - | -"
MALFORMED = "name-constraint | malformed | -"
ALICE = email("a@example.org")
NAME_CONSTRAINTS = "2.5.29.30"
PERMIT_ORG = constraints([email("example.org")])


def permit(*names, **more):
    return constraints(permitted=names, **more)


def exclude(*names, **more):
    return constraints(excluded=names, **more)


def written(*elements):
    """The extension, of what its SEQUENCE is to have in it."""
    return extension(NAME_CONSTRAINTS, tlv(SEQUENCE, *elements),
                     critical=True)


def list_of(tag, *names):
    return tlv(tag, *map(subtree, names))


class ConstraintCase(ForgeCase):
    def judge(self, wanted, constraint, *names, subject=((CN, "Person"),),
              more=PERSON):
        """A person below an authority with that constraint."""
        authority = self.forge.issue_authority(constraint)
        person = self.forge.person(authority, *names, subject=subject,
                                   more=more)
        self.assertEqual(self.reasons(person, authority), wanted)

    def table(self, rows):
        for title, wanted, constraint, *names in rows:
            with self.subTest(title):
                self.judge(wanted, constraint, *names)

    def subjects(self, rows):
        for title, wanted, constraint, *rdns in rows:
            with self.subTest(title):
                self.judge(wanted, constraint, subject=rdns)


class Mailboxes(ConstraintCase):
    def test_hosts(self):
        self.table((
            ("the host", GOOD, PERMIT_ORG, ALICE),
            ("letter case", GOOD, permit(email("EXAMPLE.Org")), ALICE),
            ("another", OUT, permit(email("example.com")), ALICE),
            ("not critical", OUT, permit(email("example.com"),
                                         critical=False), ALICE),
            ("excluded", OUT, exclude(email("example.org")), ALICE),
            ("excluded, letter case", OUT, exclude(email("EXAMPLE.org")),
             ALICE),
            ("another excluded", GOOD, exclude(email("example.com")), ALICE),
            ("a host below", OUT, PERMIT_ORG, email("a@x.example.org")),
            ("domain", OUT, permit(email(".example.org")), ALICE),
            ("domain, a host below", GOOD, permit(email(".example.org")),
             email("a@x.example.org")),
            ("domain, two below", GOOD, permit(email(".example.org")),
             email("a@y.x.example.org")),
            ("domain excluded", GOOD, exclude(email(".example.org")), ALICE),
            ("no label's border", OUT, permit(email(".example.org")),
             email("a@x.badexample.org")),
            ("underscore", GOOD, permit(email("ex_ample.org")),
             email("a@ex_ample.org")),
            ("one of two outside", OUT, PERMIT_ORG, ALICE,
             email("a@example.com")),
            ("permitted and excluded", OUT, constraints(
                [email("example.org")], [email("example.org")]), ALICE),
            ("permitted but for one", OUT, constraints(
                [email("example.org")], [email("a@example.org")]), ALICE),
            ("permitted but for another", GOOD, constraints(
                [email("example.org")], [email("b@example.org")]), ALICE),
            ("twice", GOOD, permit(email("example.org"),
                                   email("example.org")), ALICE),
        ))

    def test_local_parts(self):
        """They are compared as they are (RFC 5280 section 7.5); but where
        one is excluded, so are those that are taken for it in a From."""
        self.table((
            ("the mailbox", GOOD, permit(ALICE), ALICE),
            ("letter case of the host", GOOD, permit(email("a@EXAMPLE.org")),
             ALICE),
            ("letter case", OUT, permit(email("A@example.org")), ALICE),
            ("letter case, excluded", OUT, exclude(email("A@example.org")),
             ALICE),
            ("another, excluded", GOOD, exclude(email("b@example.org")),
             ALICE),
            ("the same at another host", OUT, permit(email("a@example.com")),
             ALICE),
        ))

    def test_no_mailboxes(self):
        """What cannot be compared is inside of nothing that is permitted, and
        may be inside of what is excluded."""
        for text in ("example.org", "@example.org", "a@", "a@b@example.org",
                     "a@[192.0.2.1]", "a@x..example.org", "a@.example.org",
                     "a@example.org.", "a@example.org ", "a@example.org\0",
                     "a\0@example.org", "a@example.org\0.example.com",
                     '"a@example.com"@example.org', "", "ü@example.org",
                     "a@bücher.example"):
            with self.subTest(text):
                self.judge(OUT, PERMIT_ORG, email(text))
                self.judge(OUT, exclude(email("example.com")), email(text))

    def test_no_constraints(self):
        for text in ("", "@example.org", ".", "a@.example.org",
                     "example.org.", "example.org ", "example.org\0.example",
                     "a@b@example.org", "bücher.example", "ü@example.org",
                     "x..example.org"):
            with self.subTest(text):
                self.judge(MALFORMED, permit(email(text)), ALICE)
                self.judge(MALFORMED, exclude(email(text)), ALICE)

    def test_internationalised(self):
        """RFC 9598 section 6: constraints are rfc822Names, for both forms."""
        label = "xn--bcher-kva.example"
        self.table((
            ("the host", GOOD, PERMIT_ORG, mailbox("ü@example.org")),
            ("another", OUT, PERMIT_ORG, mailbox("ü@example.com")),
            ("beside a good one", OUT, PERMIT_ORG, ALICE,
             mailbox("ü@example.com")),
            ("excluded", OUT, exclude(email("example.org")),
             mailbox("ü@example.org")),
            ("ASCII alone", GOOD, PERMIT_ORG, mailbox("a@example.org")),
            ("A-label", GOOD, permit(email(label)), mailbox("ü@" + label)),
            ("U-label", GOOD, permit(email(label)),
             mailbox("ü@bücher.example")),
            ("U-label, decomposed", GOOD, permit(email(label)),
             mailbox("ü@bu\u0308cher.example")),
            ("U-label, excluded", OUT, exclude(email(label)),
             mailbox("ü@bücher.example")),
            ("A-label, letter case", GOOD, permit(email(label.upper())),
             email("a@" + label)),
            ("below", GOOD, permit(email("." + label)),
             mailbox("ü@x.bücher.example")),
            ("one mailbox is no other", OUT, permit(ALICE),
             mailbox("ü@example.org")),
            ("no UTF-8", OUT, PERMIT_ORG, mailbox(b"\xfc@example.org")),
            ("too long UTF-8", OUT, PERMIT_ORG,
             mailbox(b"\xc1\xa1@example.org")),
            ("NUL", OUT, PERMIT_ORG, mailbox("ü@example.org\0")),
            ("another kind of string", OUT, PERMIT_ORG, ALICE,
             mailbox("a@example.org", IA5)),
            ("of a form of its own", OUT, permit(other(
                MAILBOX, "example.org")), mailbox("ü@example.org")),
        ))

    def test_of_the_subject(self):
        """PKCS #9's emailAddress, whatever string it is."""
        def mail(text, tag=IA5):
            return (MAIL, text, tag)
        wide = "a@example.%s".__mod__
        self.subjects((
            ("inside", GOOD, PERMIT_ORG, mail("a@example.org")),
            ("outside", OUT, PERMIT_ORG, mail("a@example.com")),
            ("excluded", OUT, exclude(email("example.org")),
             mail("a@example.org")),
            ("letter case, excluded", OUT, exclude(email("A@example.org")),
             mail("a@example.org")),
            ("UTF8String", GOOD, PERMIT_ORG, mail("a@example.org", UTF8)),
            ("PrintableString", OUT, PERMIT_ORG,
             mail("a@example.com", PRINTABLE)),
            ("BMPString", GOOD, PERMIT_ORG,
             mail(wide("org").encode("utf-16-be"), BMP)),
            ("BMPString outside", OUT, PERMIT_ORG,
             mail(wide("com").encode("utf-16-be"), BMP)),
            ("no string", OUT, PERMIT_ORG, mail("a@example.com", OCTETS)),
            ("NUL", OUT, PERMIT_ORG, mail("a@example.org\0")),
            ("two at", OUT, PERMIT_ORG, mail("a@example.com@example.org")),
            ("the second", OUT, PERMIT_ORG, mail("a@example.org"),
             mail("a@example.com")),
            ("in an RDN of two", OUT, PERMIT_ORG, rdn(
                attribute(CN, "P"), attribute(*mail("a@example.com")))),
            ("the common name is none", GOOD, PERMIT_ORG,
             (CN, "a@example.com")),
        ))
        self.judge(OUT, PERMIT_ORG, ALICE, subject=(mail("a@example.com"),))


class Forms(ConstraintCase):
    def test_others_are_not_touched(self):
        principal = other(PRINCIPAL, "a@example.com")
        self.table((
            ("host name", GOOD, PERMIT_ORG, host("example.com")),
            ("logon name", GOOD, PERMIT_ORG, ALICE, principal),
            ("host names are constrained", GOOD,
             permit(host("example.com")), ALICE),
            ("logon names are constrained, none there", GOOD,
             permit(other(PRINCIPAL, "example.com")), ALICE),
        ))

    def test_common_names(self):
        """One that is a host's name or address, where no others are."""
        net = tlv(0x87, bytes((192, 0, 2, 0, 255, 255, 255, 0)))
        wide = tlv(0x87, bytes.fromhex("20010db8") + bytes(12) +
                   b"\xff" * 4 + bytes(12))
        self.subjects((
            ("host", GOOD, permit(host("example.org")), (CN, "x.example.org")),
            ("another", OUT, permit(host("example.org")),
             (CN, "x.example.com")),
            ("any of a domain", OUT, exclude(host("x.example.org")),
             (CN, "*.example.org")),
            ("no host", GOOD, permit(host("example.org")), (CN, "Dr. P")),
            ("address", GOOD, permit(net), (CN, "192.0.2.7")),
            ("another address", OUT, permit(net), (CN, "192.0.3.7")),
            ("long address", GOOD, permit(wide), (CN, "2001:db8::7")),
            ("another long address", OUT, permit(wide), (CN, "2001:db9::7")),
            ("no host's name", GOOD, permit(host("example.org")),
             (CN, "192.0.2.7")),
        ))
        self.judge(GOOD, permit(host("example.org")), ALICE,
                   subject=((CN, "x.example.com"),))

    def test_not_processed(self):
        """RFC 5280 section 4.2.1.10: rejected, if such a name is there."""
        identifier = tlv(0x88, b"\x2a\x03")
        self.table((
            ("logon name", OUT, permit(other(PRINCIPAL, "example.com")),
             ALICE, other(PRINCIPAL, "a@example.com")),
            ("registeredID", OUT, permit(identifier), ALICE, identifier),
            ("registeredID, none there", GOOD, permit(identifier), ALICE),
            ("minimum", OUT, permit(subtree(email("example.org"),
                                            tlv(0x80, b"\1"))), ALICE),
            ("minimum of 0", GOOD, permit(subtree(
                email("example.org"), tlv(0x80, b"\0"))), ALICE),
            ("maximum", OUT, permit(subtree(email("example.org"),
                                            tlv(0x81, b"\0"))), ALICE),
            ("maximum of another form", GOOD, permit(subtree(
                host("example.org"), tlv(0x81, b"\0"))), ALICE),
        ))

    def test_malformed(self):
        good = list_of(0xa0, email("example.org"))
        self.table((
            ("empty", MALFORMED, written(), ALICE),
            ("empty lists", MALFORMED, written(tlv(0xa0), tlv(0xa1)), ALICE),
            ("an empty list", MALFORMED, written(good, tlv(0xa1)), ALICE),
            ("more in it", MALFORMED, written(good, b"\5\0"), ALICE),
            ("more behind", MALFORMED, extension(
                NAME_CONSTRAINTS, tlv(SEQUENCE, good), b"\5\0"), ALICE),
            ("turned round", MALFORMED, written(list_of(
                0xa1, email("example.com")), good), ALICE),
            ("an address without mask", MALFORMED, permit(
                tlv(0x87, b"\xc0\0\2\0")), ALICE),
            ("no such form", MALFORMED, permit(tlv(0x89, b"x")), ALICE),
            ("class", MALFORMED, permit(tlv(0x41, b"example.org")), ALICE),
            ("universal", MALFORMED, permit(tlv(IA5, b"example.org")), ALICE),
            ("constructed", MALFORMED, permit(tlv(0xa1, b"example.org")),
             ALICE),
            ("not constructed", MALFORMED, permit(
                tlv(0x84, forge.name((O, "Example")))), ALICE),
            ("no extension", MALFORMED, extension(
                NAME_CONSTRAINTS, b"example.org", critical=True), ALICE),
        ))

    def test_names_of_no_form(self):
        for name in (tlv(0xa1, tlv(IA5, b"a@example.org")), tlv(0x89, b"x"),
                     tlv(0x41, b"a@example.org")):
            with self.subTest(name):
                self.judge("malformed name-constraint | - | -", PERMIT_ORG,
                           name)

    def test_many(self):
        self.judge(GOOD, exclude(*(email("h%d.example.com" % i)
                                   for i in range(200))),
                   *(email("a%d@example.org" % i) for i in range(200)))
        # more comparisons than anybody honest needs
        self.judge(OUT, exclude(*(email("h%d.example.com" % i)
                                  for i in range(800))),
                   *(email("a%d@example.org" % i) for i in range(800)))


EXAMPLE, PERSON_NAME = (O, "Example"), (CN, "P")
BOTH = rdn(attribute(O, "Example"), attribute(OU, "Unit"))
TURNED = rdn(attribute(OU, "UNIT"), attribute(O, "example", PRINTABLE))


class Directories(ConstraintCase):
    """directoryName: a Name below another one (RFC 5280 section 7.1)."""

    def test_prefix(self):
        org = permit(directory(EXAMPLE))
        self.subjects((
            ("inside", GOOD, org, EXAMPLE, PERSON_NAME),
            ("the same", GOOD, permit(directory(EXAMPLE, PERSON_NAME)),
             EXAMPLE, PERSON_NAME),
            ("another", OUT, org, (O, "Other"), PERSON_NAME),
            ("another attribute", OUT, org, (OU, "Example"), PERSON_NAME),
            ("not in front", OUT, org, PERSON_NAME, EXAMPLE),
            ("shorter", OUT, permit(directory(EXAMPLE, PERSON_NAME)),
             EXAMPLE),
            ("excluded", OUT, exclude(directory(EXAMPLE)), EXAMPLE,
             PERSON_NAME),
            ("excluded, turned round", GOOD, exclude(directory(
                EXAMPLE, PERSON_NAME)), PERSON_NAME, EXAMPLE),
            ("empty", MALFORMED, permit(directory()), EXAMPLE),
            ("empty, excluded", MALFORMED, exclude(directory()), EXAMPLE),
        ))

    def test_text(self):
        def org(text, tag=UTF8):
            return directory((O, text, tag))
        utf16 = "Example".encode("utf-16-be")
        rows = (
            ("letter case", org("EXAMPLE"), (O, "example")),
            ("white space", org("Example  Ltd"), (O, " example ltd ")),
            ("other white space", org("Example Ltd"),
             (O, "Example\u00a0\u3000Ltd")),
            ("line feed", org("Example Ltd"), (O, "Example\nLtd")),
            ("PrintableString", org("Example", PRINTABLE), EXAMPLE),
            ("BMPString", org(utf16, BMP), EXAMPLE),
            ("UniversalString", org("Example".encode("utf-32-be"), UNIVERSAL),
             EXAMPLE),
            ("TeletexString", org(b"B\xfccher", TELETEX), (O, "Bücher")),
            ("letter case and another string", org(utf16, BMP),
             (O, "EXAMPLE")),
            ("Greek", org("Σίσυφος"), (O, "ΣΊΣΥΦΟΣ")),
            ("sharp s", org("Straße"), (O, "STRASSE")),
            ("full width", org("Example"), (O, "Ｅｘａｍｐｌｅ")),
            ("soft hyphen", org("Example"), (O, "Exam\u00adple")),
            ("zero width", org("Example"), (O, "Exam\u200bple\ufeff")),
            ("domainComponent", directory((DC, "example", IA5)),
             (DC, "EXAMPLE", IA5)),
            ("address", directory((MAIL, "A@EXAMPLE.org", IA5)),
             (MAIL, "a@example.org", IA5)),
        )
        for title, base, found in rows:
            with self.subTest(title):
                self.judge(GOOD, permit(base), subject=(found, PERSON_NAME))
                self.judge(OUT, exclude(base), subject=(found, PERSON_NAME))

    def test_not_comparable(self):
        """NFKC would compose the one and not the other; NUL is no text."""
        for base, found in (("Bücher", "Bu\u0308cher"), ("Example",
                                                        "Example\0")):
            with self.subTest(found):
                for constraint in permit, exclude:
                    self.judge(OUT, constraint(directory((O, base))),
                               subject=((O, found),))

    def test_several_attributes(self):
        self.subjects((
            ("the same", GOOD, permit(directory(BOTH)), BOTH, PERSON_NAME),
            ("another order", GOOD, permit(directory(BOTH)), TURNED),
            ("another order, excluded", OUT, exclude(directory(BOTH)),
             TURNED),
            ("one of them", OUT, permit(directory(EXAMPLE)), BOTH),
            ("one more", OUT, permit(directory(BOTH)), EXAMPLE),
            ("one of them, excluded", GOOD, exclude(directory(EXAMPLE)),
             BOTH),
            ("one twice", OUT, permit(directory(rdn(
                attribute(CN, "a"), attribute(CN, "b")))), rdn(
                    attribute(CN, "a"), attribute(CN, "a"))),
            ("another value of it", OUT, permit(directory((CN, "a"))), rdn(
                attribute(CN, "a"), attribute(CN, "b"))),
            ("behind", GOOD, permit(directory(EXAMPLE)), EXAMPLE, BOTH),
        ))

    def test_alternative_names(self):
        org = permit(directory(EXAMPLE))
        for title, wanted, constraint, subject, names in (
                ("no subject", GOOD, org, (), (ALICE,)),
                ("no subject, excluded", GOOD, exclude(directory(EXAMPLE)),
                 (), (ALICE,)),
                ("inside", GOOD, org, (), (ALICE, directory(EXAMPLE))),
                ("outside", OUT, org, (), (ALICE, directory((O, "Other")))),
                ("beside a good subject", OUT, org, (EXAMPLE,),
                 (ALICE, directory((O, "Other")))),
                ("excluded", OUT, exclude(directory(EXAMPLE)),
                 (PERSON_NAME,), (ALICE, directory(EXAMPLE)))):
            with self.subTest(title):
                self.judge(wanted, constraint, *names, subject=subject)


class Paths(ConstraintCase):
    """RFC 5280 section 6.1: what is collected on the way down."""

    def below(self, wanted, name, *extensions):
        """A person below authorities, each of which issued the next."""
        chain = []
        for more in extensions:
            chain.insert(0, self.forge.issue_authority(
                *more, by=chain[0] if chain else None))
        person = self.forge.person(chain[0], name, subject=(EXAMPLE,))
        self.assertEqual(self.reasons(person, *chain), wanted)

    def test_several(self):
        two = GOOD + " | -", OUT + " | -"
        org, below = (PERMIT_ORG,), (permit(email("x.example.org")),)
        self.below(two[0], email("a@x.example.org"),
                   (permit(email(".example.org")),), below)
        self.below(two[1], email("a@x.example.org"), org, below)
        self.below(two[1], ALICE, org, (permit(email("example.com")),))
        self.below(two[1], email("a@example.com"), org,
                   (permit(email("example.com")),))
        self.below(two[1], ALICE, (exclude(email("example.org")),), org)
        self.below(two[0], ALICE, org, (permit(host("example.com")),))
        self.below(two[1], ALICE, (permit(email("example.com")),), ())

    def test_authorities_have_names_too(self):
        self.below("- | name-constraint | - | -", ALICE, (PERMIT_ORG,),
                   (alternative(email("ca@example.com")),))
        self.below("- | name-constraint | - | -", ALICE,
                   (permit(directory(EXAMPLE)),), ())

    def test_own_name(self):
        """A self-issued certificate need not be inside, unless it is the
        last; what it demands holds."""
        org = directory(EXAMPLE)
        for more, wanted in ((), GOOD + " | -"), (
                (permit(email("example.com")),), OUT + " | -"):
            upper = self.forge.issue_authority(
                permit(org), *forge.named_key(b"old"))
            rolled = forge.Certificate(
                self.forge.below, upper.subject, upper, forge.AUTHORITY +
                more + forge.named_key(b"new", b"old"))
            person = forge.Certificate(
                self.forge.above, forge.name(EXAMPLE), rolled,
                PERSON + (alternative(ALICE),) +
                forge.named_key(b"person", b"new"))
            self.assertEqual(self.reasons(person, rolled, upper), wanted)

    def test_who_may_have_them(self):
        """4.2.1.10: authorities alone."""
        authority = self.forge.issue_authority(PERMIT_ORG)
        person = self.forge.person(authority, ALICE,
                                   more=PERSON + (PERMIT_ORG,))
        self.assertEqual(self.reasons(person, authority), OUT)
        # which is not for mail, and nothing else is wrong with it
        self.assertEqual(self.reasons(authority), "usage-not-permitted | -")

    def test_twice(self):
        """4.2: the second might say what the first does not."""
        self.below("- | malformed | -", ALICE, (PERMIT_ORG, PERMIT_ORG))

    def test_of_a_root(self):
        root = forge.Certificate(
            self.forge.above, forge.name((CN, "Constrained")), None,
            forge.AUTHORITY + (PERMIT_ORG,))
        self.host = self.with_roots("constrained", root)
        below = self.forge.issue_authority(by=root)
        for issuer in root, below:
            rest = " | -" * (1 if issuer is root else 2)
            along = () if issuer is root else (below,)
            self.assertEqual(self.reasons(self.forge.person(
                issuer, ALICE), *along), "-" + rest)
            self.assertEqual(self.reasons(self.forge.person(
                issuer, email("a@example.com")), *along),
                "name-constraint" + rest)

    def test_one_authority_for_good_and_bad(self):
        """What was found of one person is not taken for another's."""
        org = self.forge.issue_authority(permit(directory(EXAMPLE)))

        def judged(text):
            return self.reasons(self.forge.person(
                org, ALICE, subject=((O, text), PERSON_NAME)), org)
        for text, wanted in (("Other", OUT), ("EXAMPLE ", None),
                             ("Other", OUT), ("Example", GOOD),
                             ("Other", OUT)):
            got = judged(text)
            if wanted is not None:
                self.assertEqual(got, wanted)


if __name__ == "__main__":
    unittest.main()
