#!/usr/bin/env python3
# SPDX-License-Identifier: MPL-2.0
"""When a path is checked: at the earlier of `at` and now, else at the Date
field, unless that is in the future."""

import email.utils
import time
import unittest

from case import tool
from mail_case import DATE, MailCase, address

NOW = time.time()
DAY = 86400


def zulu(moment):
    return time.strftime("%Y%m%d%H%M%SZ", time.gmtime(moment))


def date(moment):
    return email.utils.formatdate(moment)


def at(moment):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(moment))


class Time(MailCase):
    """root: for years; now: for a year around today; past: until 10 days
    ago; coming: from 10 days on."""

    @classmethod
    def prepare(cls):
        cls.pki.issue(cls.home, "root", None, "20100101000000Z",
                      "20400101000000Z")
        for name, start, end in (("now", -300, 65), ("past", -300, -10),
                                 ("coming", 10, 300)):
            cls.pki.issue(cls.home, name, address(name),
                          zulu(NOW + start * DAY), zulu(NOW + end * DAY),
                          issuer="root")
        tool("certutil", "-A", "-d", "sql:" + cls.database, "-n", "root",
             "-t", ",C,", "-i", cls.home + "/root.crt")

    def reasons(self, name, when=None, **params):
        message = self.cms_sign(name, folder=self.home)
        if when is not None:
            message = message.replace(DATE.encode(), when.encode())
        result, _ = self.read(message, **params)
        return result["summary"]["signature"], set(
            self.signer(result)["reasons"]) - {"time-mismatch"}

    def test_now(self):
        self.assertEqual(self.reasons("now"), ("valid", set()))
        self.assertEqual(self.reasons("past"), ("invalid", {"expired"}))
        self.assertEqual(self.reasons("coming"),
                         ("invalid", {"not-yet-valid"}))

    def test_at_the_date(self):
        self.assertEqual(self.reasons("past", date(NOW - 20 * DAY))[1],
                         {"expired-since"})
        self.assertEqual(self.reasons("past", date(NOW - 5 * DAY))[1],
                         {"expired"})
        self.assertEqual(self.reasons("now", date(NOW - 400 * DAY))[1],
                         {"not-yet-valid"})

    def test_date_in_the_future(self):
        """Counts for nothing: it would make any certificate good."""
        self.assertEqual(self.reasons("coming", date(NOW + 20 * DAY))[1],
                         {"not-yet-valid"})
        self.assertEqual(self.reasons("now", date(NOW + 400 * DAY))[1],
                         set())

    def test_date_that_is_none(self):
        for when in ("yesterday", "", "Thu, 99 Foo 2020 99:99:99 +9999"):
            self.assertEqual(self.reasons("past", when)[1], {"expired"})

    def test_when_it_was_received(self):
        self.assertEqual(self.reasons("past", at=at(NOW - 20 * DAY)),
                         ("valid", {"expired-since"}))
        self.assertEqual(self.reasons("past", at=at(NOW - 5 * DAY)),
                         ("invalid", {"expired"}))
        self.assertEqual(self.reasons("now", at=at(NOW - 400 * DAY)),
                         ("invalid", {"not-yet-valid"}))

    def test_received_outweighs_the_date(self):
        self.assertEqual(self.reasons("past", date(NOW - 20 * DAY),
                                      at=at(NOW - 5 * DAY))[1], {"expired"})

    def test_received_in_the_future(self):
        self.assertEqual(self.reasons("coming", at=at(NOW + 20 * DAY)),
                         ("invalid", {"not-yet-valid"}))

    def test_offsets(self):
        moment = time.strftime("%Y-%m-%dT%H:%M:%S",
                               time.gmtime(NOW - 10 * DAY))
        self.assertEqual(self.reasons("past", at=moment + "+12:00")[1],
                         {"expired-since"})
        self.assertEqual(self.reasons("past", at=moment + "-12:00")[1],
                         {"expired"})

    def test_claimed_time_decides_nothing(self):
        """It is reported, and differs from the Date where it does."""
        message = self.cms_sign("now", folder=self.home)
        result, _ = self.read(message.replace(
            DATE.encode(), date(NOW - 20 * DAY).encode()))
        signer = self.signer(result)
        claimed = signer["signingTime"]
        self.assertTrue(at(NOW - 1) <= claimed <= at(time.time()), claimed)
        self.assertIn("time-mismatch", signer["reasons"])
        self.summary(result, "unknown", reasons=["time-mismatch"])


if __name__ == "__main__":
    unittest.main()
