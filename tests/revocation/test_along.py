# SPDX-License-Identifier: MPL-2.0
"""OCSP responses and lists that come with a message (RFC 5652 10.2.1, RFC
5940), beside a certificate, or lie in the database."""

import base64
import collections
import os

import answers
import sites
from answers import DAY, HOUR
from authority import Authority, run
from revocation_case import (MODES, VERDICTS, WORLD, RevocationCase, mail,
                             main, rfc3339, verdict)

REVOKED = answers.revoked(DAY)
TWIN = Authority(WORLD.folder, "twin", subject="/O=Example/CN=root")
SOMEBODY = WORLD.root.person("somebody")

# what comes along; what is found out without a server, None: nothing, so that
# the server is asked, which says the opposite; when it was received
Row = collections.namedtuple("Row", "name along found server at",
                             defaults=("revoked", None))


def ocsp(cert, *more, **options):
    return answers.stapled(WORLD.ocsp(cert, *more, **options))


ROWS = [
    Row("response", lambda c: [ocsp(c)], "good"),
    Row("response-revoked", lambda c: [ocsp(c, REVOKED)], "revoked", "good"),
    Row("list", lambda c: [WORLD.crl()], "good"),
    Row("listed", lambda c: [WORLD.crl(answers.entry(c))], "revoked", "good"),
    Row("both", lambda c: [ocsp(c), WORLD.crl()], "good"),
    # the worse of two that are known
    Row("good-and-listed",
        lambda c: [ocsp(c), WORLD.crl(answers.entry(c))], "revoked", "good"),
    Row("listed-and-good",
        lambda c: [WORLD.crl(answers.entry(c)), ocsp(c)], "revoked", "good"),
    # what a sender might choose
    Row("old", lambda c: [ocsp(c, since=-6 * DAY, until=-4 * DAY)], None),
    Row("old-but-good-then",
        lambda c: [ocsp(c, since=-6 * DAY, until=-4 * DAY)], "good",
        at=-5 * DAY),
    Row("too-old-then", lambda c: [ocsp(c, since=-9 * DAY, until=-7 * DAY)],
        None, at=-5 * DAY),
    Row("too-new-then", lambda c: [ocsp(c, since=-3 * DAY, until=-2 * DAY)],
        None, at=-5 * DAY),
    Row("old-list", lambda c: [WORLD.crl(since=-6 * DAY, until=-4 * DAY)],
        None),
    Row("old-revoked",
        lambda c: [ocsp(c, REVOKED, since=-6 * DAY, until=-4 * DAY)],
        "revoked", "good"),
    Row("of-the-future", lambda c: [ocsp(c, since=HOUR)], None),
    Row("of-another", lambda c: [ocsp(SOMEBODY)], None),
    Row("forged", lambda c: [ocsp(c, signer=TWIN.certificate,
                                  certs=[TWIN.certificate.der])], None),
    Row("forged-list", lambda c: [WORLD.crl(issuer=TWIN.certificate)], None),
    Row("forged-revoked", lambda c: [ocsp(c, REVOKED, signer=c,
                                          certs=[c.der])], None, "good"),
    Row("altered", lambda c: [answers.flipped(ocsp(c))], None),
    Row("nonsense", lambda c: [answers.stapled(b"\x30\0"),
                               answers.tlv(0x30, answers.NULL)], None),
    Row("of-another-kind", lambda c: [answers.tlv(
        0xa1, answers.UNKNOWN_EXTENSION, WORLD.ocsp(c))], None),
    Row("in-a-crowd", lambda c: [ocsp(SOMEBODY)] * 50 + [ocsp(c)], "good"),
]


def make(row):
    cert = WORLD.root.person(row.name, [WORLD.site.place(row.name)])
    WORLD.site.put(row.name, sites.says(WORLD.ocsp(
        cert, REVOKED if row.server == "revoked" else answers.GOOD)))
    return cert


CERTIFICATES = {row.name: make(row) for row in ROWS}


class Along(RevocationCase):
    def expected(self, mode, row):
        if row.found is not None:
            return VERDICTS[row.found], 0
        return verdict(mode, row.server), 0 if mode == "off" else 1

    def test_table(self):
        for mode in MODES:
            host = self.host(mode)
            for row in ROWS:
                cert = CERTIFICATES[row.name]
                message = mail(cert, answers.with_revocation(
                    WORLD.cms(cert), *row.along(cert)))
                params = {} if row.at is None else {"at": rfc3339(row.at)}
                with self.subTest(mode=mode, row=row.name):
                    found, asked = self.expected(mode, row)
                    self.assertEqual(self.read(host, message, **params),
                                     found)
                    self.assertEqual(self.site.count(row.name), asked)
                self.site.taken()
            host.close(60)

    def test_another_time(self):
        """What came along and held then does not hold now."""
        cert = WORLD.root.person("now-and-then")
        message = mail(cert, answers.with_revocation(
            WORLD.cms(cert), ocsp(cert, since=-6 * DAY, until=-4 * DAY)))
        host = self.host("hard")
        for at, found in ((-5 * DAY, "good"), (0, "required"),
                          (-5 * DAY, "good"), (-3 * DAY, "required")):
            self.assertEqual(self.read(host, message, at=rfc3339(at)),
                             VERDICTS[found])

    def test_another_mail(self):
        """What one mail brings is nothing to the next."""
        cert = WORLD.root.person("twice")
        cms = WORLD.cms(cert)
        host = self.host("off")
        for message, found in (
                (cms, "not-checked"),
                (answers.with_revocation(cms, ocsp(cert, REVOKED)),
                 "revoked"),
                (cms, "not-checked"),
                (answers.with_revocation(cms, ocsp(cert)), "good"),
                (cms, "not-checked")):
            self.assertEqual(self.read(host, mail(cert, message)),
                             VERDICTS[found])

    def test_openssl_reads_them(self):
        """They are SignedData as others know it."""
        cert = CERTIFICATES["both"]
        der = answers.with_revocation(WORLD.cms(cert), ocsp(cert),
                                      WORLD.crl())
        self.assertEqual(run(
            "openssl", "cms", "-verify", "-binary", "-inform", "DER",
            "-CAfile", WORLD.ca.path, "-purpose", "any", data=der)[:12],
            b"Content-Type")
        printed = run("openssl", "cms", "-cmsout", "-print", "-noout",
                      "-inform", "DER", data=der).decode(errors="replace")
        self.assertIn("1.3.6.1.5.5.7.16.2", printed)
        self.assertIn("d.crl:", printed)


class Beside(RevocationCase):
    def test_a_certificate(self):
        """A list in the same PKCS #7 counts."""
        cert = WORLD.root.person("beside")
        for entries, found in (((), "good"),
                               ((answers.entry(cert),), "revoked")):
            pem = run("openssl", "crl", "-inform", "DER",
                      data=WORLD.crl(*entries))
            both = run("openssl", "crl2pkcs7", "-certfile", cert.path,
                       "-outform", "DER", data=pem)
            host = self.host("off")
            result = host.request("certificate.check", {
                "data": base64.b64encode(both).decode(), "for": "sign"})
            self.assertEqual(
                (result["usable"], result["reasons"], result["revocation"]),
                (found == "good", VERDICTS[found][1], found))


class Stored(RevocationCase):
    def stored(self, der, *certificates):
        database = WORLD.database(*certificates)
        path = WORLD.folder.file("stored.crl", der)
        run("crlutil", "-I", "-i", path, "-d", "sql:" + database)
        os.unlink(path)
        return database

    def test_the_databases_list(self):
        """It is there whatever the settings are, and no server outdoes it."""
        listed = WORLD.root.person("stored", [WORLD.site.place("stored")])
        WORLD.site.put("stored", sites.says(WORLD.ocsp(listed)))
        other = WORLD.root.person("unlisted")
        database = self.stored(WORLD.crl(answers.entry(listed)), listed,
                               other)
        for mode in MODES:
            host = self.host(mode, database)
            for cert, found in ((listed, "revoked"), (other, "good")):
                with self.subTest(mode=mode, found=found):
                    for cms in (WORLD.cms(cert), answers.with_revocation(
                            WORLD.cms(cert), ocsp(cert))):
                        self.assertEqual(self.read(host, mail(cert, cms)),
                                         VERDICTS[found])
                    self.assertEqual(
                        self.protect(host, cert),
                        VERDICTS[found][1] or None)
            host.close(60)
        self.assertEqual(self.site.count("stored"), 0)

    def test_a_forged_one(self):
        """NSS keeps it only where it can check it; we check it again."""
        cert = WORLD.root.person("slandered")
        path = WORLD.folder.file("stored.crl", WORLD.crl(
            answers.entry(cert), key=TWIN.key))
        database = WORLD.database()
        run("crlutil", "-I", "-B", "-i", path, "-d", "sql:" + database)
        self.assertIn(b"root", run("crlutil", "-L", "-d", "sql:" + database))
        host = self.host("off", database)
        self.assertEqual(self.read(host, mail(cert, WORLD.cms(cert))),
                         VERDICTS["not-checked"])


if __name__ == "__main__":
    main()
