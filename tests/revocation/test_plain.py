# SPDX-License-Identifier: MPL-2.0
"""The program as it is installed, with nothing but the user's own settings:
it refuses loopback. Beside it, the one that is allowed to."""

import answers
import sites
from answers import DAY
from revocation_case import (MODES, WORLD, RevocationCase, mail, main,
                             verdict)

from nssmime import Host, HostError, environment, host_program

LOCAL = ("127.0.0.1", "localhost", "127.1", "0x7f000001", "2130706433",
         "127.0.0.1.", "0", "0.0.0.0")


def make(name, by, answer, host="127.0.0.1"):
    url = WORLD.site.url("/" + name, host=host)
    cert = WORLD.root.person(name, **{by: [url]})
    WORLD.site.put(name, sites.says(answer(cert)))
    return cert


CERTIFICATES = {
    ("good", "ocsp"): make("good", "ocsp", WORLD.ocsp),
    ("revoked", "ocsp"): make("revoked", "ocsp", lambda c: WORLD.ocsp(
        c, answers.revoked(DAY))),
    ("good", "lists"): make("list", "lists", lambda c: WORLD.crl()),
    ("revoked", "lists"): make("listed", "lists", lambda c: WORLD.crl(
        answers.entry(c))),
}


class Plain(RevocationCase):
    def test_loopback_is_refused(self):
        for mode in MODES:
            plain = self.host(mode, program=host_program())
            allowed = self.host(mode)
            for (found, by), cert in CERTIFICATES.items():
                message = mail(cert, WORLD.cms(cert))
                with self.subTest(mode=mode, found=found, by=by):
                    self.assertEqual(self.read(plain, message),
                                     verdict(mode, "unknown"))
                    self.assertEqual(self.site.taken(), [])
                    self.assertEqual(self.read(allowed, message),
                                     verdict(mode, found))
                    self.assertEqual(len(self.site.taken()), mode != "off")
            plain.close(60)
            allowed.close(60)

    def test_by_any_other_name(self):
        for mode in ("soft", "hard"):
            plain = self.host(mode, program=host_program())
            for i, host in enumerate(LOCAL):
                cert = make("name%d-%s" % (i, mode), "ocsp", WORLD.ocsp, host)
                with self.subTest(mode=mode, host=host):
                    self.assertEqual(
                        self.read(plain, mail(cert, WORLD.cms(cert))),
                        verdict(mode, "unknown"))
            self.assertEqual(self.site.taken(), [])
            plain.close(60)

    def test_the_user_cannot_allow_it(self):
        env = environment(self.home(), revocation="soft",
                          database="sql:" + WORLD.database(),
                          fetchNetworks=["127.0.0.1/32"])
        with Host(env=env) as host:
            with self.assertRaises(HostError) as caught:
                self.check(host, CERTIFICATES["good", "ocsp"])
        self.assertEqual(caught.exception.kind, "configuration-invalid")
        self.assertEqual(self.site.taken(), [])


if __name__ == "__main__":
    main()
