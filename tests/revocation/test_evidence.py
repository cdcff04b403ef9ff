# SPDX-License-Identifier: MPL-2.0
"""Records of evidence under real servers: what showed that nobody was
revoked is in them and is enough later; time stamps by openssl ts make their
time more than a word, and altered ones are told."""

import base64
import copy

import answers
import sites
import stamping
from answers import DAY, HOUR
from authority import ROOT, Authority, Responder, run
from revocation_case import (MODES, PROGRAM, WORLD, RevocationCase, mail,
                             main, rfc3339, shared_database)

from evidence import Evidence, encode, flipped

SIGNER = "layer 1, signer 1"
VERDICT = (SIGNER, "verdict")
MESSAGE = ("message", "verdict")
STAMP = ("time", "timestamp")


class EvidenceCase(Evidence, RevocationCase):
    def setUp(self):
        super().setUp()
        self.checker = PROGRAM, WORLD.folder.path, shared_database()


# ---- revocation ------------------------------------------------------------

RESPONDER = Responder(WORLD.root)
WORLD.site.put("status", sites.relays(RESPONDER))
WORLD.site.put("list", lambda handler, body: handler.answer(
    WORLD.root.revocation_list()))
GOOD = WORLD.root.person("good", ocsp=[WORLD.site.place("status")])
LISTED = WORLD.root.person("listed", lists=[WORLD.site.place("list")])
BAD = WORLD.root.person("bad", ocsp=[WORLD.site.place("status")])
SILENT = WORLD.root.person("silent", ocsp=[WORLD.site.place("nothing")])
WORLD.root.revoke(BAD, "keyCompromise")
RESPONDER = Responder(WORLD.root)  # with the index as it is now
WORLD.site.put("status", sites.relays(RESPONDER))


class Revocation(EvidenceCase):
    def made(self, cert, mode="soft", **more):
        return self.evidence(self.host(mode),
                             mail(cert, WORLD.cms(cert, **more)))

    def offline(self, evidence, **options):
        """Nobody is asked."""
        self.site.taken()
        found = self.check(evidence, **options)
        self.assertEqual(self.site.taken(), [])
        return found

    def test_good(self):
        for cert, kind in ((GOOD, "ocsp"), (LISTED, "crl")):
            for mode in MODES[1:]:
                evidence = self.made(cert, mode)
                record = evidence["record"]
                self.assertEqual(record["signature"], "valid")
                self.assertEqual(record["revocationPolicy"], mode)
                signer, = record["layers"][0]["signers"]
                self.assertEqual(signer["revocation"], "good")
                material, = record["revocation"]
                self.assertEqual(material["kind"], kind)
                statement, = record["statements"]
                self.assertEqual(
                    (statement["revocation"], statement["certificate"],
                     statement["status"]), (0, 0, "good"))
                found = self.offline(evidence)
                self.assertTrue(found[(SIGNER, "revocation")]["holds"])

    def test_what_it_says(self):
        """openssl reads the same in it."""
        data = base64.b64decode(self.made(GOOD)["record"]["revocation"][0]
                                ["data"])
        text = run("openssl", "ocsp", "-respin",
                   WORLD.folder.file("response", data), "-resp_text",
                   "-noverify").decode()
        self.assertIn("Cert Status: good", text)

    def test_revoked(self):
        evidence = self.made(BAD)
        record = evidence["record"]
        self.assertEqual((record["signature"], record["reasons"]),
                         ("invalid", ["revoked"]))
        statement, = record["statements"]
        self.assertEqual((statement["status"], statement["reason"]),
                         ("revoked", 1))
        self.assertRegex(statement["revokedAt"], r"^\d{4}-")
        self.offline(evidence)

        def good(record):
            record.update(signature="valid", reasons=[])
            record["layers"][0]["signers"][0].update(
                status="valid", reasons=[], revocation="good")
        found = self.broken(self.changed(evidence, good), VERDICT, MESSAGE)
        self.assertEqual(found[VERDICT]["reasons"], ["revoked"])

    def test_unknown(self):
        evidence = self.made(SILENT)
        self.assertEqual(evidence["record"]["reasons"],
                         ["revocation-unknown"])
        self.assertEqual(evidence["record"]["revocation"], [])
        self.offline(evidence)
        evidence = self.made(SILENT, "hard")
        self.assertEqual(evidence["record"]["signature"], "unknown")
        self.offline(evidence)

    def test_not_asked(self):
        evidence = self.made(GOOD, "off")
        self.assertEqual(evidence["record"]["revocation"], [])
        found = self.offline(evidence)
        self.assertIn("not checked", found[(SIGNER, "revocation")]["words"])

    def test_taken_away(self):
        """Where it was needed, the record does not hold without it."""
        evidence = self.made(GOOD, "hard")

        def drop(record):
            record.update(revocation=[], statements=[])

        def flip(record):
            material = record["revocation"][0]
            material["data"] = flipped(material["data"], 120)

        def old(record):
            record["checked"] = "2030-01-01T00:00:00Z"

        for change in (drop, flip, old):
            found = self.broken(self.changed(evidence, change), VERDICT,
                                MESSAGE)
            self.assertEqual(found[VERDICT]["reasons"],
                             ["revocation-unknown"])

    def test_at_that_time(self):
        """What was fresh then is enough, however late the check is; what was
        not is not."""
        old = WORLD.ocsp(GOOD, since=-25 * HOUR, until=-23 * HOUR,
                         produced=-25 * HOUR)
        made = self.made(GOOD, "hard")

        def yesterday(record):
            record["checked"] = rfc3339(-DAY)
            record["revocation"][0]["data"] = encode(old)
        self.offline(self.changed(made, yesterday))

        def today(record):
            record["revocation"][0]["data"] = encode(old)
        self.broken(self.changed(made, today), VERDICT, MESSAGE)

    def test_along(self):
        """What the mail brought is kept as what servers say."""
        for cert, info, kind in (
                (LISTED, WORLD.root.revocation_list(), "crl"),
                (GOOD, answers.stapled(WORLD.ocsp(GOOD)), "ocsp")):
            evidence = self.evidence(self.host("off"), mail(
                cert, answers.with_revocation(WORLD.cms(cert), info)))
            material, = evidence["record"]["revocation"]
            self.assertEqual(material["kind"], kind)
            found = self.offline(evidence)
            self.assertTrue(found[(SIGNER, "revocation")]["holds"])

    def test_met_before(self):
        """A verdict that was remembered has its evidence all the same."""
        host = self.host("soft")
        message = mail(GOOD, WORLD.cms(GOOD))
        for _ in range(2):
            evidence = self.evidence(host, message)
            self.assertEqual(len(evidence["record"]["revocation"]), 1)
            self.offline(evidence)

    def test_issuer_from_a_server(self):
        """A chain is whole, wherever its certificates were from."""
        between = Authority(WORLD.folder, "between", by=WORLD.root,
                            where=((), ()))
        place = WORLD.site.put("issuer", sites.says(between.certificate.der))
        known = WORLD.root.person("known", issuers=[place])
        database = WORLD.database(known)
        cert = between.person("far", issuers=[place])
        evidence = self.evidence(self.host("soft", database),
                                 mail(cert, WORLD.cms(cert)))
        record = evidence["record"]
        self.assertEqual(record["signature"], "valid", record["reasons"])
        self.assertEqual(len(record["certificates"]), 3)
        self.offline(evidence)


# ---- time stamps -------------------------------------------------------------

TSA = WORLD.root.person("tsa", usage=stamping.STAMPS)
STAMPER = stamping.Stamper(WORLD.folder, TSA)
PLACE = WORLD.site.put("tsa", stamping.stamps(STAMPER))
SIGNED = mail(GOOD, WORLD.cms(GOOD))


class Timestamps(EvidenceCase):
    def made(self, place=PLACE, mode="off", **params):
        host = self.host(mode, timestampAuthority=place)
        return self.evidence(host, SIGNED, **params)

    def test_good(self):
        evidence = self.made()
        self.assertEqual(evidence["time"]["source"], "authority")
        STAMPER.verified(evidence["time"]["token"],
                         evidence["digest"]["value"], WORLD.ca)
        method, _, headers, body = self.site.taken()[-1]
        self.assertEqual(method, "POST")
        self.assertEqual(dict(headers)["Content-Type"],
                         "application/timestamp-query")
        # the digest goes there, and nothing else of the mail
        self.assertIn(bytes.fromhex(evidence["digest"]["value"]), body)
        self.assertLess(len(body), 100)
        found = self.check(evidence)
        self.assertTrue(found[STAMP]["holds"])
        self.assertIn("CN=tsa", found[STAMP]["words"])
        self.assertNotIn(("time", "order"), found)

    def test_chain_and_old_binding(self):
        """With its issuers in the token; ESSCertID by SHA-1 (RFC 3161)."""
        between = Authority(
            WORLD.folder, "stamps-ca", by=WORLD.root,
            usage=(*ROOT[:2], "extendedKeyUsage = timeStamping"))
        cert = between.person("stamps", usage=stamping.STAMPS)
        for ess in ("sha1", "sha256"):
            place = WORLD.site.put("chain", stamping.stamps(stamping.Stamper(
                WORLD.folder, cert, [between.certificate], ess)))
            evidence = self.made(place)
            self.assertEqual(evidence["time"]["source"], "authority",
                             evidence["time"])
            self.assertEqual(len(evidence["time"]["chain"]), 3)
            self.check(evidence)

    def test_elsewhere(self):
        """Where nobody is known, the recorded authorities count."""
        folder = self.home()
        run("certutil", "-N", "-d", "sql:" + folder, "--empty-password")
        found = self.check(self.made(), trusted=False, database=folder)
        self.assertTrue(found[STAMP]["holds"])
        self.assertIn("not trusted", found[("time", "trust")]["words"])

    def test_none(self):
        for place, words in (
                (WORLD.site.place("nothing"), "did not answer"),
                (WORLD.site.put("empty", sites.says(b"")), "did not answer"),
                (WORLD.site.put("nonsense", sites.says(b"nonsense")),
                 "gave no time stamp"),
                (WORLD.site.put("refuses", stamping.stamps(
                    STAMPER, query=lambda q: b"nonsense")),
                 "gave no time stamp"),
                ("http://127.0.0.2:1/", "did not answer")):
            evidence = self.made(place)
            self.assertEqual(evidence["time"]["source"], "own-clock")
            self.assertIn(words, evidence["time"]["problem"])
            self.check(evidence)

    def test_offline(self):
        evidence = self.made(online=False)
        self.assertIn("No server was to be asked",
                      evidence["time"]["problem"])
        self.assertEqual(self.site.taken(), [])

    def test_not_good(self):
        """What the authority sends is not taken on trust."""
        other = WORLD.root.person("no-stamps")
        loose = WORLD.root.person("loose", usage=(
            *stamping.STAMPS[:2], "extendedKeyUsage = timeStamping"))
        both = WORLD.root.person("both", usage=(
            *stamping.STAMPS[:2],
            "extendedKeyUsage = critical,timeStamping,emailProtection"))
        late = WORLD.root.person("late", usage=stamping.STAMPS,
                                 since=-10 * DAY, until=-DAY)
        stray = STAMPER.query(b"something else")

        def flip(at):
            def change(reply):
                data = bytearray(reply)
                data[at] ^= 1
                return bytes(data)
            return change

        acts = {
            "signature": stamping.stamps(STAMPER, flip(-1)),
            "another": stamping.stamps(STAMPER, query=lambda q: stray),
            "replayed": sites.says(STAMPER.reply(stray)),
        }
        for name, act in acts.items():
            with self.subTest(name):
                evidence = self.made(WORLD.site.put("x-" + name, act))
                self.assertEqual(evidence["time"]["source"], "own-clock",
                                 name)
        for cert in (other, loose, both, late):
            with self.subTest(cert.path):
                evidence = self.made(WORLD.site.put("x", forged(cert)))
                self.assertEqual(evidence["time"]["source"], "own-clock")
                self.assertIn("not valid", evidence["time"]["problem"])
        evidence = self.made(WORLD.site.put("x", forged(TSA)))
        self.assertEqual(evidence["time"]["source"], "authority")
        evidence = self.made(WORLD.site.put("x", forged(TSA, ess=False)))
        self.assertEqual(evidence["time"]["source"], "own-clock")
        evidence = self.made(WORLD.site.put("x", forged(TSA, nonce=False)))
        self.assertEqual(evidence["time"]["source"], "own-clock")
        evidence = self.made(WORLD.site.put("x", forged(
            TSA, kind="1.2.840.113549.1.7.1")))
        self.assertEqual(evidence["time"]["source"], "own-clock")

    def test_altered(self):
        made = self.made()
        self.check(made)
        for at in (-1, -200, 300, 10):
            evidence = copy.deepcopy(made)
            evidence["time"]["token"] = flipped(evidence["time"]["token"], at)
            self.broken(evidence, STAMP)
        # that of another record
        other = self.changed(made, lambda record: record.update(nss="x"))
        found = self.broken(other, STAMP)
        self.assertIn("something else", found[STAMP]["words"])
        # its chain
        evidence = copy.deepcopy(made)
        evidence["time"]["certificates"][1] = encode(GOOD.der)
        self.broken(evidence, STAMP)
        evidence = copy.deepcopy(made)
        evidence["time"]["certificates"] = []
        evidence["time"]["chain"] = []
        self.check(evidence)  # the database knows the root

    def test_order(self):
        """A record cannot be younger than the stamp on it."""
        made = self.made()

        def later(record):
            record["checked"] = "2040-01-01T00:00:00Z"
        evidence = self.changed(made, later)
        evidence["time"]["token"] = encode(token_of(STAMPER.reply(
            forged_query(evidence["digest"]["value"]))))
        self.broken(evidence, ("time", "order"))

    def test_revocation_of_the_authority(self):
        place = WORLD.site.place("status")
        good = WORLD.root.person("tsa-good", ocsp=[place],
                                 usage=stamping.STAMPS)
        bad = WORLD.root.person("tsa-bad", ocsp=[place],
                                usage=stamping.STAMPS)
        WORLD.root.revoke(bad)
        WORLD.site.put("status", sites.relays(Responder(WORLD.root)))
        for cert, source in ((good, "authority"), (bad, "own-clock")):
            evidence = self.made(WORLD.site.put("tsa-x", stamping.stamps(
                stamping.Stamper(WORLD.folder, cert))), "soft")
            self.assertEqual(evidence["time"]["source"], source)
            if source == "authority":
                self.assertEqual(
                    evidence["time"]["revocation"][0]["kind"], "ocsp")
                self.site.taken()
                self.check(evidence)
                self.assertEqual(self.site.taken(), [])


# ---- tokens by hand ------------------------------------------------------------

def token_of(reply):
    """Behind the status."""
    return answers.elements(answers.elements(reply)[0][1])[1][2]


def forged_query(digest):
    """A request over that digest, without a nonce."""
    return run("openssl", "ts", "-query", "-digest", digest, "-sha256",
               "-cert", "-no_nonce")


def forged(cert, ess=True, nonce=True, kind="1.2.840.113549.1.9.16.1.4"):
    """A place that stamps with any certificate: openssl ts would refuse."""
    def act(handler, body):
        query = answers.elements(answers.elements(body)[0][1])
        info = answers.tlv(
            answers.SEQUENCE, answers.integer(1),
            answers.oid("1.3.6.1.4.1.99999.2"), query[1][2],
            answers.integer(7), answers.at(0),
            query[2][2] if nonce else b"")
        token = run("openssl", "cms", "-sign", "-binary", "-nodetach",
                    "-outform", "DER", "-econtent_type", kind, "-signer",
                    cert.path, "-inkey", cert.key,
                    *(["-cades"] if ess else []), data=info)
        handler.answer(answers.tlv(
            answers.SEQUENCE,
            answers.tlv(answers.SEQUENCE, answers.integer(0)), token))
    return act


if __name__ == "__main__":
    main()
