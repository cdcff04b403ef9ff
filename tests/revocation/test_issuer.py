# SPDX-License-Identifier: MPL-2.0
"""Issuers that a mail does not bring, authorities that were revoked, and who
is asked about at all: a mail is no means to learn when it is read."""

import answers
import sites
from answers import DAY
from authority import PERSON, Authority, places, run
from revocation_case import (MODES, VERDICTS, WORLD, RevocationCase, mail,
                             main, verdict)

BELOW = ("basicConstraints = critical,CA:true,pathlen:0",
         "keyUsage = critical,keyCertSign,cRLSign",
         "subjectKeyIdentifier = hash")
UNKNOWN_ISSUER = ("unknown", ["issuer-unknown"], "not-checked")
UNTRUSTED = ("unknown", ["issuer-untrusted"], "not-checked")
STRANGER = Authority(WORLD.folder, "stranger")


def below(name, **where):
    """An intermediate authority under the root."""
    return Authority(WORLD.folder, name, by=WORLD.root, usage=BELOW,
                     where=places(**where))


class Fetched(RevocationCase):
    """An authority whose certificate only its server has."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.inter = below("fetched")
        cls.twin = Authority(WORLD.folder, "fetched-twin",
                             subject="/O=Example/CN=fetched")

    def case(self, name, site, *named, bring=None, **settings):
        """(host, mail): of a holder under the authority; `named` are the
        certificates at hand, the site's answer is `bring`."""
        cert = self.inter.person(name, [site.place(name + "-ocsp")],
                                 issuers=[site.place(name)])
        site.put(name, sites.says(self.inter.certificate.der
                                  if bring is None else bring))
        site.put(name + "-ocsp", sites.says(answers.response(
            [answers.single(cert, self.inter.certificate)],
            self.inter.certificate, self.inter.key)))
        return (self.host("soft", WORLD.database(*named), **settings),
                mail(cert, WORLD.cms(cert)))

    def named(self, site, name, authority=None):
        """A certificate at hand that names the server."""
        return (authority or WORLD.root).person(
            name, lists=[site.place("whatever.crl")])

    def test_of_a_known_server(self):
        """The issuer is asked for, then whether its holder was revoked."""
        site = WORLD.serve()
        host, message = self.case("known", site, self.named(site, "namer"))
        self.assertEqual(self.read(host, message), VERDICTS["good"])
        self.assertEqual((site.count("known"), site.count("known-ocsp"),
                          site.count()), (1, 1, 2))

    def test_of_a_certs_only(self):
        site = WORLD.serve()
        bag = run("openssl", "crl2pkcs7", "-nocrl", "-certfile",
                  self.inter.certificate.path, "-outform", "DER")
        host, message = self.case("bag", site, self.named(site, "bag-namer"),
                                  bring=bag)
        self.assertEqual(self.read(host, message), VERDICTS["good"])

    def refused(self, site, case):
        host, message = case
        self.assertEqual(self.read(host, message), UNKNOWN_ISSUER)
        self.assertEqual(site.count(), 0)

    def test_of_a_server_that_nobody_named(self):
        site = WORLD.serve()
        self.refused(site, self.case("nobody", site))

    def test_of_another_port(self):
        site, other = WORLD.serve(), WORLD.serve()
        self.refused(site, self.case("port", site,
                                     self.named(other, "other-namer")))

    def test_of_a_server_that_only_a_stranger_named(self):
        """In the database, but under nobody who is trusted."""
        site = WORLD.serve()
        self.refused(site, self.case("by-stranger", site, self.named(
            site, "strange-namer", STRANGER)))

    def test_off_and_offline(self):
        site = WORLD.serve()
        host, message = self.case("off", site, self.named(site, "off-namer"))
        self.assertEqual(self.read(host, message, online=False),
                         UNKNOWN_ISSUER)
        host.close(60)
        quiet = self.host("off", WORLD.database(self.named(site, "off2")))
        self.assertEqual(self.read(quiet, message), UNKNOWN_ISSUER)
        self.assertEqual(site.count(), 0)

    def test_what_is_no_issuer(self):
        """What the server brings completes a path, or it is nothing."""
        for name, bring in (
                ("stranger", STRANGER.certificate.der),
                ("twin", self.twin.certificate.der),
                ("text", b"<html></html>"),
                ("cut", self.inter.certificate.der[:-9])):
            site = WORLD.serve()
            host, message = self.case(
                "brings-" + name, site, self.named(site, "namer-" + name),
                bring=bring)
            with self.subTest(name=name):
                self.assertEqual(self.read(host, message), UNKNOWN_ISSUER)
                self.assertEqual(site.count(), 1)

    def test_not_for_another_mail(self):
        """An issuer that was fetched for one mail completes no other."""
        site, elsewhere = WORLD.serve(), WORLD.serve()
        host, message = self.case("first", site, self.named(site, "namer1"))
        second = self.inter.person("second",
                                   issuers=[elsewhere.place("second")])
        for _ in range(2):
            self.assertEqual(self.read(host, message), VERDICTS["good"])
            self.assertEqual(self.read(host, mail(second, WORLD.cms(second))),
                             UNKNOWN_ISSUER)
        self.assertEqual(elsewhere.count(), 0)


class Chain(RevocationCase):
    """(what is said of the authority, of the holder, what is found out)"""

    ROWS = (
        ("good", "good", "good"),
        ("good", "revoked", "revoked"),
        ("revoked", "good", "revoked"),
        ("revoked", "unknown", "revoked"),
        ("unknown", "good", "unknown"),
        ("unknown", "revoked", "revoked"),
        ("unknown", "unknown", "unknown"),
    )

    @staticmethod
    def said(cert, issuer, status):
        if status == "unknown":
            return sites.fails(404)
        return sites.says(answers.response(
            [answers.single(cert, issuer, answers.revoked(DAY)
                            if status == "revoked" else answers.GOOD)],
            issuer, issuer.key))

    def test_table(self):
        for i, (authority, holder, found) in enumerate(self.ROWS):
            names = "auth%d" % i, "holder%d" % i
            inter = below(names[0], ocsp=[self.site.place(names[0])])
            cert = inter.person(names[1], [self.site.place(names[1])])
            self.site.put(names[0], self.said(inter.certificate, WORLD.ca,
                                              authority))
            self.site.put(names[1], self.said(cert, inter.certificate,
                                              holder))
            message = mail(cert, WORLD.cms(cert, chain=[inter.certificate]))
            for mode in MODES:
                host = self.host(mode)
                with self.subTest(authority=authority, holder=holder,
                                  mode=mode):
                    summary, reasons, revocation = self.read(host, message)
                    expected = verdict(mode, found)
                    self.assertEqual((summary, revocation),
                                     (expected[0], expected[2]))
                    self.assertLessEqual(set(expected[1]), set(reasons))
                    self.assertLessEqual(set(reasons), {
                        "revoked", "revocation-unknown"})
                host.close(60)


class Silence(RevocationCase):
    """Nothing is asked for a mail that is under nobody trusted."""

    def everywhere(self, name):
        return {"ocsp": [self.site.place(name)], "lists": [
            self.site.place(name)], "issuers": [self.site.place(name)]}

    def silent(self, message, expected, database=None):
        for mode in ("soft", "hard"):
            host = self.host(mode, database)
            self.assertEqual(self.read(host, message), expected)
            host.close(60)
        self.assertEqual(self.site.count(), 0)

    def test_unknown_issuer(self):
        cert = STRANGER.person("bug", **self.everywhere("bug"))
        self.silent(mail(cert, WORLD.cms(cert)), UNKNOWN_ISSUER)

    def test_untrusted_root(self):
        """Which the mail brings along."""
        cert = STRANGER.person("bug2", **self.everywhere("bug2"))
        self.silent(mail(cert, WORLD.cms(cert, chain=[
            STRANGER.certificate])), UNTRUSTED)

    def test_root_in_the_database(self):
        cert = STRANGER.person("bug3", **self.everywhere("bug3"))
        self.silent(mail(cert, WORLD.cms(cert)), UNTRUSTED,
                    WORLD.database(STRANGER.certificate))

    def test_self_signed(self):
        alone = Authority(WORLD.folder, "alone", usage=(
            *PERSON, "subjectAltName = email:alone@example.org"),
            where=places(**self.everywhere("alone")))
        self.silent(mail(alone.certificate, WORLD.cms(alone.certificate)),
                    UNTRUSTED)

    def test_distrusted_authority(self):
        inter = below("banned")
        cert = inter.person("bug4", **self.everywhere("bug4"))
        database = WORLD.database()
        WORLD.add(database, inter.certificate, ",p,")
        self.silent(mail(cert, WORLD.cms(cert, chain=[inter.certificate])),
                    UNTRUSTED, database)

    def test_others_in_the_bag(self):
        """Certificates that only lie beside are nobody's business."""
        signer = WORLD.root.person("signer")
        others = [WORLD.root.person("beside%d" % i,
                                    **self.everywhere("beside"))
                  for i in range(3)]
        host = self.host("soft")
        self.assertEqual(self.read(host, mail(signer, WORLD.cms(
            signer, chain=others))), VERDICTS["not-checked"])
        self.assertEqual(self.site.count(), 0)

    def test_own_certificate(self):
        """Nobody hears that somebody is about to sign."""
        cert = WORLD.root.person("own", **self.everywhere("own"))
        database = WORLD.database()
        p12 = WORLD.folder.file("own.p12")
        run("openssl", "pkcs12", "-export", "-in", cert.path, "-inkey",
            cert.key, "-passout", "pass:x", "-name", "own", "-out", p12)
        run("pk12util", "-i", p12, "-d", "sql:" + database, "-W", "x", "-K",
            "")
        host = self.host("soft", database)
        result, _ = host.run(
            "message.protect", {"sign": {}, "headerProtection": "none"},
            content=b"From: own@example.org\r\nTo: x@example.org\r\n\r\nHi"
                    b"\r\n")
        self.assertIn("signedBy", result)
        self.assertEqual(self.site.count(), 0)


if __name__ == "__main__":
    main()
