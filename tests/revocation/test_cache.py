# SPDX-License-Identifier: MPL-2.0
"""What was answered is not asked for again before it ends, by whichever
process of the user's; nonces."""

import base64
import os
import time
import urllib.parse

import answers
import sites
from answers import DAY
from authority import Responder
from revocation_case import (VERDICTS, WORLD, RevocationCase, mail, main,
                             name_of)

# An answer lasts; the next where the machine was too slow for the one before.
SECONDS = (6, 20, 60)


def make(name, by, answer):
    cert = WORLD.root.person(name, **{by: [WORLD.site.place(name)]})
    WORLD.site.put(name, answer(cert))
    return cert


def said(function):
    """Made when it is asked for."""
    return lambda cert: lambda handler, body: handler.answer(
        function(cert, handler, body))


def question(handler, body):
    """The OCSPRequest: of the path, or of the body."""
    if body:
        return body
    return base64.b64decode(urllib.parse.unquote(
        handler.path.split("/", 2)[2]))


def nonce_of(request):
    """The nonce of an OCSPRequest, or None."""
    tbs = answers.elements(answers.elements(request)[0][1])[0][1]
    for tag, value, _ in answers.elements(tbs):
        if tag == 0xa2:
            one, = answers.elements(answers.elements(value)[0][1])
            kind, octets = answers.elements(one[1])
            assert kind[2] == answers.ID_NONCE
            return answers.elements(octets[1])[0][1]
    return None


class Kept(RevocationCase):
    def asked(self, home, cert, found, count, **settings):
        """A host of its own; how often it asks."""
        name = name_of(cert)
        self.site.taken()
        host = self.host("soft", home=home, **settings)
        for _ in range(2):
            self.assertEqual(self.read(host, mail(cert, WORLD.cms(cert))),
                             VERDICTS[found])
            self.assertEqual(self.check(host, cert)[2], found)
        self.assertEqual(host.close(60), 0)
        self.assertEqual(self.site.count(name), count, name)

    def ends(self, lasts):
        """Asked once, by the first of three processes; and once more when
        the answer has ended. False: it had ended before the second asked, on a
        machine with much to do, so that this says nothing."""
        certs = {}
        for kind, by, found in (
                ("kept", "ocsp", "good"), ("kept-revoked", "ocsp", "revoked"),
                ("kept-list", "lists", "good"),
                ("kept-listed", "lists", "revoked")):
            def answer(cert, _handler, _body, by=by, found=found):
                revoked = found == "revoked"
                if by == "ocsp":
                    return WORLD.ocsp(cert, answers.revoked(
                        DAY) if revoked else answers.GOOD, until=lasts)
                return WORLD.crl(*([answers.entry(cert)] if revoked else []),
                                 until=lasts)
            certs[make("%s-%d" % (kind, lasts), by, said(answer))] = found
        home = self.home()
        for cert, found in certs.items():
            began = time.monotonic()
            try:
                self.asked(home, cert, found, 1)
                self.asked(home, cert, found, 0)
            except AssertionError:
                if time.monotonic() - began < lasts:
                    raise
                return False
        time.sleep(lasts)
        for cert, found in certs.items():
            self.asked(home, cert, found, 1)
        return True

    def test_until_its_end(self):
        self.assertTrue(any(map(self.ends, SECONDS)), "too slow to tell")

    def test_another_home(self):
        cert = make("homes", "ocsp", lambda c: sites.says(WORLD.ocsp(c)))
        for _ in range(2):
            self.asked(self.home(), cert, "good", 1)

    def test_nothing_known_is_not_kept(self):
        """What tells nothing is asked for again."""
        for name, status in (("unknown", answers.UNKNOWN),):
            cert = make(name, "ocsp", lambda c, s=status: sites.says(
                WORLD.ocsp(c, s)))
            home = self.home()
            for _ in range(2):
                self.site.taken()
                host = self.host("soft", home=home)
                self.assertEqual(self.check(host, cert),
                                 (True, ["revocation-unknown"], "unknown"))
                host.close(60)
                self.assertEqual(self.site.count(name), 1)

    def test_a_spoiled_file(self):
        """What lies in the folder of answers is verified as if it came from
        a server: a good one of another certificate says nothing."""
        revoked = make("spoiled", "ocsp", lambda c: sites.says(
            WORLD.ocsp(c, answers.revoked(DAY))))
        good = make("goodone", "ocsp", lambda c: sites.says(WORLD.ocsp(c)))
        home = self.home()
        folder = os.path.join(home, "cache/nssmime/fetch")
        self.asked(home, revoked, "revoked", 1)
        name, = os.listdir(folder)
        self.asked(home, good, "good", 1)
        other, = set(os.listdir(folder)) - {name}
        os.replace(os.path.join(folder, other), os.path.join(folder, name))
        self.asked(home, revoked, "revoked", 1)


class Nonce(RevocationCase):
    def found(self, cert, nonce, home=None):
        host = self.host("soft", home=home, ocspNonce=nonce)
        found = self.check(host, cert)
        self.assertEqual(host.close(60), 0)
        return found[2]

    def test_openssl(self):
        """Echoes it; then nothing is kept, for nobody asks the same again."""
        cert = WORLD.root.person("openssl", [WORLD.site.place("openssl")])
        WORLD.site.put("openssl", sites.relays(
            Responder(WORLD.root, options=("-nmin", "60"))))
        home = self.home()
        for nonce, count in ((True, 1), (True, 1), (False, 1), (False, 0)):
            self.site.taken()
            self.assertEqual(self.found(cert, nonce, home), "good")
            self.assertEqual(self.site.count("openssl"), count)

    def test_questions(self):
        """32 bytes that differ each time (RFC 9654 2.1), or none."""
        seen = []

        def answer(cert, handler, body):
            seen.append(nonce_of(question(handler, body)))
            return WORLD.ocsp(cert, nonce=seen[-1])
        cert = make("seen", "ocsp", said(answer))
        for nonce in (True, True, False):
            self.assertEqual(self.found(cert, nonce), "good")
        self.assertEqual([n and len(n) for n in seen], [32, 32, None])
        self.assertNotEqual(seen[0], seen[1])

    def test_answers(self):
        """A nonce that is not ours is of an answer to somebody else: it is
        replayed. None at all may be, many responders have none."""
        replayed = []

        def replay(cert, handler, body):
            replayed.append(WORLD.ocsp(
                cert, nonce=nonce_of(question(handler, body))))
            return replayed[0]

        def same(cert, handler, body):
            return WORLD.ocsp(cert, nonce=nonce_of(question(handler, body)))

        def cut(cert, handler, body):
            return WORLD.ocsp(cert, nonce=same_nonce(handler, body)[:31])

        def same_nonce(handler, body):
            return nonce_of(question(handler, body))
        for name, answer, first, second in (
                ("replayed", replay, "good", "unknown"),
                ("echoed", same, "good", "good"),
                ("cut", cut, "unknown", "unknown"),
                ("other", lambda c, h, b: WORLD.ocsp(c, nonce=b"x" * 32),
                 "unknown", "unknown"),
                ("none", lambda c, h, b: WORLD.ocsp(c), "good", "good")):
            cert = make(name, "ocsp", said(answer))
            with self.subTest(name=name):
                self.assertEqual(self.found(cert, True), first)
                self.assertEqual(self.found(cert, True), second)

    def test_not_asked_for(self):
        """A nonce that nobody sent harms nothing."""
        cert = make("unasked", "ocsp", lambda c: sites.says(
            WORLD.ocsp(c, nonce=b"x" * 32)))
        self.assertEqual(self.found(cert, False), "good")


if __name__ == "__main__":
    main()
