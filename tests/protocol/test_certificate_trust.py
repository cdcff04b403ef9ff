#!/usr/bin/env python3
# SPDX-License-Identifier: MPL-2.0
"""certificate.trust: what the user is asked, and what comes of it."""

import os
import unittest

from certificate_case import MEMBERS, PKI, CertificateCase
from pki import run

from nssmime import asked


class Trust(CertificateCase):
    def trust(self, name, trust, **more):
        return self.host.request("certificate.trust", {
            "fingerprint": PKI.fingerprint(name), "trust": trust,
            **more})["certificate"]

    def usable(self, name):
        """Whether one can encrypt to it, and why not."""
        result = self.host.request("certificate.check", {
            "fingerprint": PKI.fingerprint(name), "for": "encrypt"})
        return result["usable"], result["reasons"]

    def flags(self, nickname):
        """What certutil says of it: SSL, e-mail, code."""
        line, = (line for line in run(
            "certutil", "-L", "-d", "sql:" + self.database).decode(
            ).splitlines() if line.startswith(nickname + " "))
        return line.split()[-1]

    def nickname(self, name):
        """Whichever the database has it by."""
        serial = run("openssl", "x509", "-in", PKI.path(name + ".crt"),
                     "-noout", "-serial").decode().strip().split("=")[1]
        for line in run("certutil", "-L", "-d", "sql:" + self.database
                        ).decode().splitlines()[4:]:
            nickname = line.rsplit(maxsplit=1)[0].strip()
            pem = run("certutil", "-L", "-d", "sql:" + self.database, "-n",
                      nickname, "-a")
            if run("openssl", "x509", "-noout", "-serial", input=pem).decode(
                    ).strip().split("=")[1] == serial:
                return nickname
        raise AssertionError(name)

    def questions(self):
        return [line for line in asked(self.env)
                if line.startswith("CONFIRM")]

    def test_an_authority(self):
        self.start(answers=["confirm"] * 3)
        self.assertEqual(self.usable("bob"), (True, []))
        changed = self.trust("ca", "inherited")
        self.assertEqual(set(changed), MEMBERS | {"status"})
        self.assertEqual(changed["fingerprint"], PKI.fingerprint("ca"))
        self.assertEqual(changed["trust"], "inherited")
        self.assertEqual(self.usable("bob"), (False, ["issuer-untrusted"]))
        self.assertEqual(self.trust("ca", "untrusted")["trust"], "untrusted")
        self.assertEqual(self.usable("bob"), (False, ["issuer-untrusted"]))
        self.assertEqual(self.trust("ca", "trusted")["trust"], "trusted")
        self.assertEqual(self.usable("bob"), (True, []))

    def test_a_person(self):
        """Another chain than theirs is not touched."""
        self.start(answers=["confirm"] * 4)
        self.assertEqual(self.trust("bob", "untrusted")["trust"], "untrusted")
        self.assertEqual(self.usable("bob"), (False, ["issuer-untrusted"]))
        self.assertEqual(self.usable("carol"), (True, []))
        self.assertEqual(self.trust("bob", "inherited")["trust"], "inherited")
        self.assertEqual(self.usable("bob"), (True, []))
        self.trust("ca", "inherited")
        self.assertEqual(self.trust("bob", "trusted")["trust"], "trusted")
        self.assertEqual(self.usable("bob"), (True, []))
        self.assertEqual(self.usable("carol"), (False, ["issuer-untrusted"]))

    def test_other_purposes_stay(self):
        self.start(answers=["confirm"] * 2)
        nickname = self.nickname("ca")
        run("certutil", "-M", "-d", "sql:" + self.database, "-n", nickname,
            "-t", "CT,C,C")
        self.trust("ca", "inherited")
        self.host.close()
        self.assertEqual(self.flags(nickname), "CT,c,C")
        self.launch(program=self.host.program)
        self.trust("ca", "trusted")
        self.host.close()
        self.assertEqual(self.flags(nickname), "CT,C,C")

    def test_it_is_kept(self):
        host = self.start(answers=["confirm"])
        self.trust("ca", "untrusted")
        host.close()
        self.launch(program=host.program)
        listed = self.host.request("certificate.get", {
            "fingerprint": PKI.fingerprint("ca")})["certificate"]
        self.assertEqual(listed["trust"], "untrusted")
        self.assertEqual(self.usable("bob"), (False, ["issuer-untrusted"]))

    def test_what_is_asked(self):
        """In words that say what it comes to; who and which follow."""
        self.start(answers=["confirm"] * 6)
        for name in ("ca", "bob"):
            for trust in ("untrusted", "inherited", "trusted"):
                self.trust(name, trust)
        lines = self.questions()
        self.assertEqual(len(lines), 6)
        self.assertEqual(len({line.split("\\n")[0] for line in lines}), 5)
        for line in lines[:3]:
            self.assertIn("CN=Example Root", line)
        self.assertIn("Distrust this authority for e-mail", lines[0])
        self.assertIn("Trust this authority for e-mail?", lines[2])
        for line in lines[3:]:
            self.assertIn("CN=bob", line)
            self.assertIn("bob@example.org", line)
        self.assertIn("Distrust this certificate", lines[3])
        self.assertIn("Trust this certificate", lines[5])

    def test_declined(self):
        self.start(answers=["decline"])
        self.assertEqual(self.kind(self.trust, "ca", "untrusted"),
                         "user-declined")
        self.assertEqual(self.usable("bob"), (True, []))

    def test_nobody_may_be_asked(self):
        self.start()
        self.assertEqual(self.kind(self.trust, "ca", "untrusted",
                                   prompt="never"), "password-required")
        self.assertEqual(asked(self.env), [])
        self.assertEqual(self.usable("bob"), (True, []))

    def test_cancelled(self):
        host = self.start(answers=["hang"])
        pending = host.begin("certificate.trust", {
            "fingerprint": PKI.fingerprint("ca"), "trust": "untrusted"})
        self.cancel(pending)
        self.assertEqual(self.usable("bob"), (True, []))

    def test_with_a_password(self):
        """Trust lies under the database's key: it is unlocked first."""
        database = PKI.empty(os.path.join(self.folder, "db"), "secret")
        self.start(database, answers=["confirm", "pin wrong", "pin secret"])
        self.assertEqual(self.trust("ca", "untrusted")["trust"], "untrusted")
        self.assertEqual([line.split()[0] for line in asked(self.env)
                          if not line.startswith("OPTION")],
                         ["CONFIRM", "GETPIN", "GETPIN"])


if __name__ == "__main__":
    unittest.main()
