# SPDX-License-Identifier: MPL-2.0
"""What a server does, and what comes of it: for signed mails, certificates
and recipients, in each setting. One row has one certificate and its servers.
"""

import collections
import unittest

import answers
import sites
from answers import DAY, HOUR, MINUTE
from authority import RESPONDER, Authority, Responder
from revocation_case import (MODES, VERDICTS, WORLD, RevocationCase, mail,
                             main, verdict)
from sites import by_post_only, fails, moves, relays, says

# name; what is found out; how many questions that takes; what each place of
# the certificate does: a function of the certificate and of the place's URL
Row = collections.namedtuple("Row", "name found asked ocsp lists")


def row(name, found, asked, ocsp=(), lists=()):
    return Row(name, found, asked, ocsp, lists)


# ---- others beside the root ------------------------------------------------

OTHER = Authority(WORLD.folder, "other")
TWIN = Authority(WORLD.folder, "twin", subject="/O=Example/CN=root")
DELEGATE = WORLD.root.sign("delegate", "/O=Example/CN=delegate", WORLD.folder.
                           make_key("delegate"), RESPONDER, ((), ()))
WITHOUT_RIGHT = WORLD.root.person("without-right")
TOO_LATE = WORLD.root.sign("too-late", "/O=Example/CN=too late",
                           WORLD.folder.person_key, RESPONDER, ((), ()),
                           until=-DAY)
STRANGE = OTHER.sign("strange", "/O=Example/CN=delegate", WORLD.folder.
                     person_key, RESPONDER, ((), ()))
SOMEBODY = WORLD.root.person("somebody")
FORBIDDEN = WORLD.serve("127.0.0.2")  # loopback, but not what is allowed
REVOKED = answers.revoked(DAY)
_RESPONDERS = {}


# ---- what a place does -----------------------------------------------------

def openssl(kind="root"):
    """openssl's responder; on an index that knows all rows by then."""
    return lambda cert, url: lambda handler, body: relays(
        responder(kind))(handler, body)


def responder(kind):
    if kind not in _RESPONDERS:
        _RESPONDERS[kind] = Responder(WORLD.root, {
            "root": None, "delegate": DELEGATE,
            "without-right": WITHOUT_RIGHT,
            "stranger": OTHER.certificate}[kind], ("-nmin", "60"))
    return _RESPONDERS[kind]


def after(change, place):
    """The authority does something with the certificate first."""
    def make(cert, url):
        change(cert)
        return place(cert, url)
    return make


def revoke(reason=None):
    return lambda cert: WORLD.root.revoke(cert, reason)


def ocsp(status=answers.GOOD, **more):
    return lambda cert, url: says(WORLD.ocsp(cert, status, **more))


def crl(*more, by=None, key=None, listed=False, entry=(), **options):
    """`more` are extensions: functions of the place's URL, or as they are."""
    def make(cert, url):
        entries = [answers.entry(cert, DAY, *entry)] if listed else []
        extensions = [e(url) if callable(e) else e for e in more]
        return says(WORLD.crl(*entries, issuer=by, key=key,
                              extensions=extensions, **options))
    return make


def by_openssl_ca(*options):
    """The root's list, of the index as it is when asked."""
    return lambda cert, url: lambda handler, body: handler.answer(
        WORLD.root.revocation_list(*options))


def always(act):
    return lambda cert, url: act


def data(maker):
    """What a maker's place would answer, as bytes."""
    class Taken:
        def answer(self, body):
            self.body = body

    def take(cert, url):
        taken = Taken()
        maker(cert, url)(taken, b"")
        return taken.body
    return take


def spoiled(maker, change):
    return lambda cert, url: says(change(data(maker)(cert, url)))


def about_another(cert, url):
    return says(WORLD.ocsp(SOMEBODY))


def same_number_elsewhere(cert, url):
    """By the root, of a certificate of another authority."""
    return says(answers.response(
        [answers.single(cert, OTHER.certificate)], WORLD.ca, WORLD.ca.key))


def among_others(cert, url):
    return says(answers.response(
        [answers.single(SOMEBODY, WORLD.ca, REVOKED),
         answers.single(cert, WORLD.ca)], WORLD.ca, WORLD.ca.key))


def forged_root(cert, url):
    """By one who bears the root's name, certificate included."""
    return says(WORLD.ocsp(cert, signer=TWIN.certificate,
                           certs=[TWIN.certificate.der]))


def to_forbidden(cert, url):
    """A good answer, where nobody may ask."""
    return moves(FORBIDDEN.put(url.rsplit("/", 1)[1],
                               says(WORLD.ocsp(cert))))


def to_good(cert, url):
    return moves(WORLD.site.put("good-elsewhere", says(WORLD.ocsp(cert))))


def to_itself(cert, url):
    return moves(url)


def part(url):
    return answers.point(answers.part_of(url))


def only(*members):
    return answers.point(*members)


CRITICAL = answers.extension(answers.UNKNOWN_EXTENSION, answers.NULL, True)
HARMLESS = answers.extension(answers.UNKNOWN_EXTENSION, answers.NULL)
BASE = answers.extension(answers.DELTA, answers.integer(1), True)
OTHERS_ENTRY = answers.extension(
    answers.CERT_ISSUER,
    answers.tlv(0x30, answers.tlv(0xa4, OTHER.certificate.subject)), True)
DOWN = always(fails(503))
LONG = "by-post-for-length"  # no GET has room for a question to its place

OCSP_ROWS = [
    # by openssl ocsp
    row("good", "good", 1, [openssl()]),
    row("unknown", "unknown", 1, [after(WORLD.root.forget, openssl())]),
    row("revoked", "revoked", 1, [after(revoke(), openssl())]),
    *(row("revoked-" + reason, "revoked", 1,
          [after(revoke(reason), openssl())]) for reason in answers.REASONS),
    row("delegated", "good", 1, [openssl("delegate")]),
    row("delegated-revoked", "revoked", 1,
        [after(revoke(), openssl("delegate"))]),
    row("no-delegate", "unknown", 1, [openssl("without-right")]),
    row("stranger", "unknown", 1, [openssl("stranger")]),
    row("by-post-only", "good", 2,
        [lambda cert, url: by_post_only(openssl()(cert, url))]),
    row(LONG, "good", 1, [openssl()]),
    # times
    row("expired", "unknown", 1, [ocsp(since=-2 * DAY, until=-DAY)]),
    row("replayed-without-end", "unknown", 1,
        [ocsp(since=-2 * DAY, until=None)]),
    row("recent-without-end", "good", 1, [ocsp(since=-HOUR, until=None)]),
    row("of-the-future", "unknown", 1, [ocsp(since=HOUR, until=DAY)]),
    row("clock-ahead", "good", 1, [ocsp(since=2 * MINUTE)]),
    row("expired-revoked", "revoked", 1,
        [ocsp(REVOKED, since=-2 * DAY, until=-DAY)]),
    row("expired-on-hold", "unknown", 1,
        [ocsp(answers.revoked(DAY, answers.REASONS["certificateHold"]),
              since=-2 * DAY, until=-DAY)]),
    row("revoked-in-the-future", "unknown", 1,
        [ocsp(REVOKED, since=HOUR, until=DAY)]),
    # signers
    row("by-key", "good", 1, [ocsp(by_key=True)]),
    row("delegated-by-key", "good", 1,
        [ocsp(signer=DELEGATE, certs=[DELEGATE.der], by_key=True)]),
    row("delegate-unnamed", "unknown", 1, [ocsp(signer=DELEGATE)]),
    row("delegate-too-late", "unknown", 1,
        [ocsp(signer=TOO_LATE, certs=[TOO_LATE.der])]),
    row("delegate-of-another", "unknown", 1,
        [ocsp(signer=STRANGE, certs=[STRANGE.der])]),
    row("delegate-among-others", "good", 1,
        [ocsp(signer=DELEGATE, certs=[STRANGE.der, DELEGATE.der])]),
    row("holder-itself", "unknown", 1,
        [lambda cert, url: says(WORLD.ocsp(cert, signer=cert,
                                           certs=[cert.der]))]),
    row("forged-root", "unknown", 1, [forged_root]),
    row("signature-altered", "unknown", 1,
        [spoiled(ocsp(), answers.flipped)]),
    row("md5", "unknown", 1, [ocsp(digest="md5")]),
    # contents
    row("of-another", "unknown", 1, [about_another]),
    row("of-another-issuer", "unknown", 1, [same_number_elsewhere]),
    row("among-others", "good", 1, [among_others]),
    row("unknown-status", "unknown", 1, [ocsp(answers.UNKNOWN)]),
    *(row("refusal-%d" % status, "unknown", 1,
          [always(says(answers.refusal(status)))])
      for status in (1, 2, 3, 5, 6)),
    row("success-and-nothing", "unknown", 1,
        [always(says(answers.refusal(0)))]),
    row("failure-with-good", "unknown", 1,
        [spoiled(ocsp(), lambda der: der.replace(b"\x0a\1\0", b"\x0a\1\3",
                                                 1))]),
    row("trailing", "unknown", 1, [spoiled(ocsp(), lambda der: der + b"\0")]),
    row("cut", "unknown", 1, [spoiled(ocsp(), lambda der: der[:-20])]),
    row("text", "unknown", 1, [always(says(b"<html>good</html>"))]),
    # transport
    row("empty", "unknown", 2, [always(says(b""))]),
    row("missing", "unknown", 2, [always(fails(404))]),
    row("broken", "unknown", 2, [DOWN]),
    row("redirect-to-file", "unknown", 1,
        [always(moves("file:///etc/passwd"))]),
    row("redirect-to-ftp", "unknown", 1,
        [always(moves("ftp://127.0.0.1/x"))]),
    row("redirect-to-loopback", "unknown", 1, [to_forbidden]),
    row("redirect-to-decimal", "unknown", 1,
        [always(moves("http://2130706434:%d/x" % FORBIDDEN.port))]),
    row("redirect-to-loopback-6", "unknown", 1,
        [always(moves("http://[::1]:%d/x" % FORBIDDEN.port))]),
    row("redirect-to-mapped", "unknown", 1,
        [always(moves("http://[::ffff:127.0.0.2]:%d/x" % FORBIDDEN.port))]),
    row("redirect-to-private", "unknown", 1,
        [always(moves("http://10.0.0.1/x"))]),
    row("redirect-with-password", "unknown", 1,
        [always(moves("http://a:b@127.0.0.1/x"))]),
    row("redirect-to-good", "good", 1, [to_good]),
    row("redirect-for-ever", "unknown", 6, [to_itself]),
    row("second-place", "good", 3, [DOWN, ocsp()]),
]

LIST_ROWS = [
    # by openssl ca
    row("list", "good", 1, (), [by_openssl_ca()]),
    row("listed", "revoked", 1, (), [after(revoke(), by_openssl_ca())]),
    row("listed-superseded", "revoked", 1, (),
        [after(revoke("superseded"), by_openssl_ca())]),
    row("listed-on-hold", "revoked", 1, (),
        [after(revoke("certificateHold"), by_openssl_ca())]),
    # times
    row("list-expired", "unknown", 1, (), [crl(since=-2 * DAY, until=-DAY)]),
    row("list-without-end", "unknown", 1, (), [crl(until=None)]),
    row("list-of-the-future", "unknown", 1, (), [crl(since=HOUR)]),
    row("listed-in-an-old-one", "revoked", 1, (),
        [crl(listed=True, since=-2 * DAY, until=-DAY)]),
    row("on-hold-in-an-old-one", "unknown", 1, (),
        [crl(listed=True, since=-2 * DAY, until=-DAY,
             entry=[answers.reason_extension(6)])]),
    # signers
    row("list-altered", "unknown", 1, (), [spoiled(crl(), answers.flipped)]),
    row("list-by-twin", "unknown", 1, (),
        [crl(by=TWIN.certificate, listed=True)]),
    row("list-by-other", "unknown", 1, (),
        [crl(by=OTHER.certificate, listed=True)]),
    row("list-by-another-key", "unknown", 1, (), [crl(key=DELEGATE.key)]),
    row("list-md5", "unknown", 1, (), [crl(digest="md5")]),
    # what it speaks of
    row("part", "good", 1, (), [crl(part)]),
    row("part-listed", "revoked", 1, (), [crl(part, listed=True)]),
    row("part-of-elsewhere", "unknown", 1, (),
        [crl(part("http://127.0.0.1/other.crl"))]),
    row("only-users", "good", 1, (), [crl(only(answers.ONLY_USERS))]),
    row("only-authorities", "unknown", 1, (),
        [crl(only(answers.ONLY_AUTHORITIES))]),
    row("some-reasons", "unknown", 1, (), [crl(only(answers.SOME_REASONS))]),
    row("some-reasons-listed", "revoked", 1, (),
        [crl(only(answers.SOME_REASONS), listed=True)]),
    row("indirect", "unknown", 1, (), [crl(only(answers.INDIRECT))]),
    row("indirect-listed", "revoked", 1, (),
        [crl(only(answers.INDIRECT), listed=True)]),
    row("indirect-of-another", "unknown", 1, (),
        [crl(only(answers.INDIRECT), listed=True, entry=[OTHERS_ENTRY])]),
    row("delta", "unknown", 1, (), [crl(BASE)]),
    row("critical-extension", "unknown", 1, (), [crl(CRITICAL)]),
    row("harmless-extension", "good", 1, (), [crl(HARMLESS)]),
    row("critical-in-entry", "unknown", 1, (),
        [crl(listed=True, entry=[CRITICAL])]),
    # transport
    row("list-missing", "unknown", 1, (), [always(fails(404))]),
    row("list-redirect-to-file", "unknown", 1, (),
        [always(moves("file:///etc/passwd"))]),
    row("list-redirect-to-loopback", "unknown", 1, (),
        [always(moves(FORBIDDEN.url("/ok", "127.0.0.2")))]),
    row("list-second-place", "good", 2, (), [DOWN, crl()]),
    row("list-text", "unknown", 1, (), [always(says(b"<html></html>"))]),
]

BOTH_ROWS = [
    row("nowhere", "not-checked", 0),
    row("list-if-broken", "good", 3, [DOWN], [crl()]),
    row("list-if-unknown", "good", 2, [ocsp(answers.UNKNOWN)], [crl()]),
    row("listed-if-expired", "revoked", 2,
        [ocsp(since=-2 * DAY, until=-DAY)], [crl(listed=True)]),
    row("no-list-if-good", "good", 1, [ocsp()], [crl(listed=True)]),
    row("both-broken", "unknown", 3, [DOWN], [DOWN]),
]

ROWS = OCSP_ROWS + LIST_ROWS + BOTH_ROWS


def make(r):
    """The certificate of a row, and its places."""
    names = [r.name + "-o%d" % i for i in range(len(r.ocsp))]
    lists = [r.name + "-l%d" % i for i in range(len(r.lists))]
    tail = "/" + "x" * 200 if r.name == LONG else ""
    cert = WORLD.root.person(
        r.name, [WORLD.site.place(n) + tail for n in names],
        [WORLD.site.place(n) for n in lists])
    for name, maker in zip(names + lists, (*r.ocsp, *r.lists)):
        WORLD.site.put(name, maker(cert, WORLD.site.place(name)))
    return cert


CERTIFICATES = {r.name: make(r) for r in ROWS}


def places(r):
    return ([r.name + "-o%d" % i for i in range(len(r.ocsp))] +
            [r.name + "-l%d" % i for i in range(len(r.lists))])


class Table(RevocationCase):
    def asked(self, mode, r):
        """As many questions came as were expected."""
        self.assertEqual(self.site.count(*places(r)) if places(r) else 0,
                         0 if mode == "off" else r.asked)

    def each(self, test, **options):
        for mode in MODES:
            host = self.host(mode, **options)
            for r in ROWS:
                with self.subTest(mode=mode, row=r.name):
                    self.site.taken()
                    test(host, mode, r, CERTIFICATES[r.name])
            host.close(60)
        self.assertEqual(FORBIDDEN.count(), 0)

    def test_mails(self):
        mails = {r.name: mail(cert, WORLD.cms(cert), sender=r.name)
                 for r, cert in zip(ROWS, CERTIFICATES.values())}

        def read(host, mode, r, cert):
            self.assertEqual(self.read(host, mails[r.name]),
                             verdict(mode, r.found))
            self.asked(mode, r)
        self.each(read)

    def test_mails_offline(self):
        """Whatever the server would say: it is not asked."""
        message = {r.name: mail(cert, WORLD.cms(cert)) for r, cert in zip(
            ROWS, CERTIFICATES.values()) if r.name in (
                "good", "revoked", "list", "listed", "nowhere")}

        def read(host, mode, r, cert):
            if r.name not in message:
                return
            found = "not-checked" if r.found == "not-checked" else "unknown"
            self.assertEqual(
                self.read(host, message[r.name], online=False),
                verdict(mode, found))
            self.asked("off", r)
        self.each(read)

    def test_certificates(self):
        def check(host, mode, r, cert):
            summary, reasons, revocation = verdict(mode, r.found)
            expected = summary == "valid", reasons, revocation
            self.assertEqual(self.check(host, cert), expected)
            self.asked(mode, r)
            self.assertEqual(self.check(host, cert, purpose="encrypt"),
                             expected)
        self.each(check)

    def test_recipients(self):
        database = WORLD.database(*CERTIFICATES.values())

        def protect(host, mode, r, cert):
            summary, reasons, _ = verdict(mode, r.found)
            self.assertEqual(self.protect(host, cert),
                             None if summary == "valid" else reasons)
            self.asked(mode, r)
        self.each(protect, database=database)

    def test_verdicts_differ(self):
        """The table would notice: no two outcomes look the same."""
        self.assertEqual(len({str(v) for v in VERDICTS.values()}),
                         len(VERDICTS))
        self.assertEqual({r.found for r in ROWS},
                         set(VERDICTS) - {"required"})
        self.assertEqual(len(CERTIFICATES), len(ROWS))


class Transport(RevocationCase):
    def test_get_and_post(self):
        host = self.host("soft")
        for name, methods in (("good", ["GET"]), ("by-post-only",
                                                  ["GET", "POST"]),
                              (LONG, ["POST"])):
            cert = CERTIFICATES[name]
            self.assertEqual(self.check(host, cert), (True, [], "good"))
            self.assertEqual(WORLD.site.methods(name + "-o0"), methods)


if __name__ == "__main__":
    main()
