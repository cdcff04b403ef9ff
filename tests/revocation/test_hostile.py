# SPDX-License-Identifier: MPL-2.0
"""Servers that hold, flood or lie: they delay an answer no longer than their
limit, hold up nothing else, and make nothing valid."""

import base64
import socket
import time

import answers
import sites
from answers import DAY
from revocation_case import (VERDICTS, WORLD, HostError, RevocationCase,
                             mail, main, verdict)

LIMITS = {"ocsp": 15, "lists": 30}  # seconds; host/PROTOCOL.md
SLACK = 5
SOON = 3


def make(name, by, act):
    """`act`: of the certificate."""
    cert = WORLD.root.person(name, **{by: [WORLD.site.place(name)]})
    WORLD.site.put(name, act(cert))
    return cert


def begin(host, cert):
    """A mail of the holder's, on its way."""
    message = mail(cert, WORLD.cms(cert))
    return host.begin("message.read", {
        "content": {"data": base64.b64encode(message).decode()}})


class Slow(RevocationCase):
    def test_no_longer_than_its_limit(self):
        """All at once, for it takes that long; other requests of the same
        connections are answered meanwhile."""
        quick = make("quick", "ocsp", lambda c: sites.says(WORLD.ocsp(c)))
        kinds = {
            "silent": lambda by, cert: sites.never,
            "dripping": lambda by, cert: sites.drips(
                WORLD.ocsp(cert) if by == "ocsp" else WORLD.crl()),
            "endless-header": lambda by, cert: lambda handler, body:
                handler.on_headers([], "", body),
        }
        waiting = []
        for mode in ("soft", "hard"):
            host = self.host(mode)
            for by in LIMITS:
                for kind, act in kinds.items():
                    cert = make("%s-%s-%s" % (kind, by, mode), by,
                                lambda c, a=act, b=by: a(b, c))
                    waiting.append((mode, by, kind, host, time.monotonic(),
                                    begin(host, cert)))
        for host in {w[3] for w in waiting}:
            self.goes_on(host, quick)
        for mode, by, kind, host, began, pending in sorted(
                waiting, key=lambda w: LIMITS[w[1]]):
            with self.subTest(mode=mode, by=by, kind=kind):
                self.assertEqual(self.shown(host.finish(pending, 60)),
                                 verdict(mode, "unknown"))
                self.assertLess(time.monotonic() - began, LIMITS[by] + SLACK)

    def goes_on(self, host, cert):
        began = time.monotonic()
        host.request("hello", {"client": {"name": "test", "version": "1"}})
        host.request("database.status", {})
        self.assertEqual(self.check(host, cert), (True, [], "good"))
        self.assertEqual(self.read(host, mail(cert, WORLD.cms(cert))),
                         VERDICTS["good"])
        self.assertLess(time.monotonic() - began, SOON)

    def test_slow_but_in_time(self):
        def later(cert):
            def act(handler, body):
                handler.server.closing.wait(1.5)
                handler.answer(WORLD.ocsp(cert))
            return act
        cert = make("later", "ocsp", later)
        self.assertEqual(self.check(self.host("hard"), cert),
                         (True, [], "good"))

    def test_cancel(self):
        """While a server is asked: at once, and nothing else is disturbed;
        the same can be asked again."""
        silent = make("held", "ocsp", lambda c: sites.never)
        quick = make("quick2", "ocsp", lambda c: sites.says(WORLD.ocsp(c)))
        host = self.host("soft")
        pending = begin(host, silent)
        self.assertTrue(sites.server.wait_for(
            lambda: self.site.count("held")))
        began = time.monotonic()
        self.assertEqual(host.request("operation.cancel",
                                      {"id": pending.id}),
                         {"cancelled": True})
        with self.assertRaises(HostError) as caught:
            host.finish(pending)
        self.assertEqual(caught.exception.kind, "cancelled")
        self.goes_on(host, quick)
        self.assertLess(time.monotonic() - began, SOON)
        WORLD.site.put("held", sites.says(WORLD.ocsp(silent)))
        self.assertEqual(self.check(host, silent), (True, [], "good"))

    def test_end_of_input(self):
        """The end of the connection waits for no server."""
        cert = make("last", "ocsp", lambda c: sites.never)
        host = self.host("soft")
        begin(host, cert)
        self.assertTrue(sites.server.wait_for(
            lambda: self.site.count("last")))
        began = time.monotonic()
        self.assertEqual(host.close(), 0)
        self.assertLess(time.monotonic() - began, SOON)


class Large(RevocationCase):
    def test_a_hundred_megabytes(self):
        """Behind a good answer; nobody waits for their end."""
        for by, answer in (("ocsp", WORLD.ocsp),
                           ("lists", lambda cert: WORLD.crl())):
            cert = make("flood-" + by, by, lambda c, a=answer: sites.floods(
                a(c)))
            for mode in ("soft", "hard"):
                host = self.host(mode)
                began = time.monotonic()
                with self.subTest(by=by, mode=mode):
                    self.assertEqual(
                        self.read(host, mail(cert, WORLD.cms(cert))),
                        verdict(mode, "unknown"))
                    self.assertLess(time.monotonic() - began, LIMITS["ocsp"])

    def test_a_long_list(self):
        """Of 100,000 others: read, and no more than that."""
        others = [answers.tlv(0x30, answers.integer(1 << 80 | i),
                              answers.at(-DAY)) for i in range(100000)]
        for listed in (False, True):
            cert = make("long-%d" % listed, "lists", lambda c: sites.says(
                WORLD.crl(*others, *([answers.entry(c)] if listed else []))))
            began = time.monotonic()
            self.assertEqual(self.check(self.host("hard"), cert)[2],
                             "revoked" if listed else "good")
            self.assertLess(time.monotonic() - began, LIMITS["ocsp"])


class Gone(RevocationCase):
    def test_unreachable(self):
        """Nobody listens there: that is known at once."""
        with socket.socket() as closed:
            closed.bind(("127.0.0.1", 0))
            url = "http://127.0.0.1:%d/x" % closed.getsockname()[1]
            cert = WORLD.root.person("gone", [url])
            listed = WORLD.root.person("gone-list", lists=[url])
            unnamed = WORLD.root.person(
                "no-such-name", ["http://no-such-host.invalid/"])
            for mode in ("soft", "hard"):
                for c in (cert, listed, unnamed):
                    with self.subTest(mode=mode, cert=c.path):
                        began = time.monotonic()
                        self.assertEqual(
                            self.read(self.host(mode),
                                      mail(c, WORLD.cms(c))),
                            verdict(mode, "unknown"))
                        self.assertLess(time.monotonic() - began,
                                        LIMITS["ocsp"] + SLACK)

    def test_no_web_address(self):
        """Places of other kinds are none."""
        for i, where in enumerate((
                {"ocsp": ["ldap://127.0.0.1/x"]},
                {"lists": ["ldap://127.0.0.1/x"]},
                {"lists": ["file:///etc/passwd"]},
                {"ocsp": ["file:///etc/passwd"]})):
            cert = WORLD.root.person("odd%d" % i, **where)
            for mode in ("soft", "hard"):
                with self.subTest(where=where, mode=mode):
                    self.assertEqual(
                        self.read(self.host(mode), mail(cert,
                                                        WORLD.cms(cert))),
                        verdict(mode, "not-checked"))

    def test_points_that_tell_too_little(self):
        """Lists for some reasons only, or by somebody else: not asked for."""
        url = "fullname = URI:" + self.site.place("little")
        self.site.put("little", sites.says(WORLD.crl()))
        for i, more in enumerate((
                "reasons = keyCompromise",
                "CRLissuer = dirName:clerk\n[clerk]\nO = Clerk")):
            cert = WORLD.root.person("little%d" % i, lists=[
                url + "\n" + more])
            for mode in ("soft", "hard"):
                with self.subTest(more=more, mode=mode):
                    self.assertEqual(self.check(self.host(mode), cert)[1:],
                                     verdict(mode, "not-checked")[1:])
        self.assertEqual(self.site.count("little"), 0)


class NeverValid(RevocationCase):
    """A server that vouches for everybody changes nothing else."""

    def test_what_is_wrong_stays_wrong(self):
        cert = make("vouched", "ocsp", lambda c: sites.says(WORLD.ocsp(c)))
        cms = WORLD.cms(cert)
        altered = cms.replace(b"Hello", b"HELLO")
        self.assertNotEqual(cms, altered)
        ended = WORLD.root.person("ended", [WORLD.site.place("ended")],
                                  until=-DAY)
        unfit = WORLD.root.person(
            "unfit", [WORLD.site.place("unfit")], usage=(
                "keyUsage = critical,digitalSignature",
                "extendedKeyUsage = serverAuth"))
        for c in (ended, unfit):
            WORLD.site.put(c.path.rsplit("/", 1)[1][:-4],
                           sites.says(WORLD.ocsp(c)))
        for mode in ("off", "soft", "hard"):
            host = self.host(mode)
            for message, reason in (
                    (mail(cert, altered), "content-altered"),
                    (mail(cert, cms, sender="boss"), "address-mismatch"),
                    (mail(ended, WORLD.cms(ended)), "expired"),
                    (mail(unfit, WORLD.cms(unfit)), "usage-not-permitted")):
                with self.subTest(mode=mode, reason=reason):
                    summary, reasons, _ = self.read(host, message)
                    self.assertEqual(summary, "invalid")
                    self.assertIn(reason, reasons)


if __name__ == "__main__":
    main()
