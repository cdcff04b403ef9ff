# SPDX-License-Identifier: MPL-2.0
"""When a certificate was revoked, why, and when the mail was received. Only
the reader's word for the time of receipt counts."""

import time

import answers
import sites
from answers import DAY
from authority import Responder
from revocation_case import (VERDICTS, WORLD, RevocationCase, mail, main,
                             rfc3339)

REVOKED_AGO = 10 * DAY
BEFORE, AFTER = rfc3339(-15 * DAY), rfc3339(-5 * DAY)
# What happened to the holder takes nothing from what was signed before; a key
# may have been stolen for longer than anyone knows (RFC 5280 5.3.1).
HARMLESS = {"affiliationChanged", "superseded", "cessationOfOperation"}


def make(reason, by):
    """A certificate that was revoked, told by OCSP or by list."""
    name = "%s-%s" % (reason, by)
    where = {by: [WORLD.site.place(name)]}
    cert = WORLD.root.person(name, **where)
    WORLD.root.revoke(cert, reason, REVOKED_AGO)
    return cert


CERTIFICATES = {(reason, by): make(reason, by)
                for reason in answers.REASONS for by in ("ocsp", "lists")}
GOOD = WORLD.root.person("good", [WORLD.site.place("good")])
RESPONDER = Responder(WORLD.root, options=("-nmin", "60"))
LIST = WORLD.root.revocation_list()
for (_reason, _by), _cert in CERTIFICATES.items():
    WORLD.site.put("%s-%s" % (_reason, _by), sites.relays(RESPONDER)
                   if _by == "ocsp" else sites.says(LIST))
WORLD.site.put("good", sites.relays(RESPONDER))


class Reasons(RevocationCase):
    def times(self, reason):
        """(time of receipt, what is found out)"""
        then = "good" if reason in HARMLESS else "revoked"
        return [({}, "revoked"), ({"at": BEFORE}, then),
                ({"at": AFTER}, "revoked"), ({"at": rfc3339(0)}, "revoked"),
                ({"at": BEFORE}, then)]

    def test_mails(self):
        """One host: what was found for one time is not said for another."""
        for order in (1, -1):
            host = self.host("hard")
            for (reason, by), cert in CERTIFICATES.items():
                message = mail(cert, WORLD.cms(cert))
                for params, found in self.times(reason)[::order]:
                    with self.subTest(reason=reason, by=by, params=params,
                                      order=order):
                        self.assertEqual(self.read(host, message, **params),
                                         VERDICTS[found])
            host.close(60)

    def test_certificates(self):
        host = self.host("hard")
        for (reason, by), cert in CERTIFICATES.items():
            for params, found in self.times(reason):
                with self.subTest(reason=reason, by=by, params=params):
                    self.assertEqual(
                        self.check(host, cert, **params),
                        (found == "good", VERDICTS[found][1], found))

    def test_good_then_and_now(self):
        host = self.host("hard")
        message = mail(GOOD, WORLD.cms(GOOD))
        for params in ({}, {"at": BEFORE}, {"at": rfc3339(DAY)}):
            self.assertEqual(self.read(host, message, **params),
                             VERDICTS["good"])

    def test_the_senders_dates_prove_nothing(self):
        """A Date before the revocation, and no time in the signature that
        would gainsay it."""
        host = self.host("soft")
        for reason in answers.REASONS:
            cert = CERTIFICATES[reason, "ocsp"]
            message = mail(cert, WORLD.cms(cert, "-noattr"),
                           date=time.time() - 15 * DAY)
            with self.subTest(reason=reason):
                self.assertEqual(self.read(host, message),
                                 VERDICTS["revoked"])
                self.assertEqual(
                    self.read(host, message, at=BEFORE),
                    VERDICTS["good" if reason in HARMLESS else "revoked"])


class Recipients(RevocationCase):
    def test_recipients(self):
        """Nothing is encrypted to a certificate that is revoked by now."""
        host = self.host("soft", WORLD.database(*CERTIFICATES.values(), GOOD))
        for (reason, by), cert in CERTIFICATES.items():
            with self.subTest(reason=reason, by=by):
                self.assertEqual(self.protect(host, cert), ["revoked"])
        self.assertIsNone(self.protect(host, GOOD))


if __name__ == "__main__":
    main()
