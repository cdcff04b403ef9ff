#!/usr/bin/env python3
# SPDX-License-Identifier: MPL-2.0
"""Records of evidence: what is in them, that the command checks them again
without the mail and without servers, and that altered ones are told."""

import base64
import copy
import hashlib
import json
import os
import unittest

from case import tool
from mail_case import (MIXED, TEXT, MailCase, address, enclose, entity_of,
                       mail, multipart)

from evidence import Evidence, digest, encode, flipped
from nssmime import host_program

SIGNER = "layer 1, signer 1"
DIGEST = ("record", "digest")
VERDICT = ("message", "verdict")


class EvidenceCase(Evidence, MailCase):
    def setUp(self):
        super().setUp()
        self.checker = host_program(), self.folder, self.database


class Records(EvidenceCase):
    def test_what_is_in_it(self):
        message = self.cms_sign("alice", TEXT, "-md", "sha384")
        evidence = self.evidence(self.host, message)
        self.assertEqual(set(evidence), {"format", "version", "record",
                                         "digest", "time"})
        self.assertEqual((evidence["format"], evidence["version"]),
                         ("nssmime-evidence", 1))
        record = evidence["record"]
        self.assertEqual(evidence["digest"], {
            "algorithm": "sha256", "canonical": "RFC 8785",
            "value": digest(record)})
        self.assertEqual(evidence["time"], {
            "source": "own-clock",
            "problem": "The settings name no time-stamping authority"})
        self.assertEqual((record["signature"], record["reasons"]),
                         ("valid", []))
        self.assertEqual(record["from"], address("alice"))
        self.assertEqual(record["headers"]["from"][0]["address"],
                         address("alice"))
        self.assertIn("value", record["headers"]["date"])
        self.assertEqual(record["headers"]["messageId"]["value"],
                         "<1@example.org>")
        self.assertRegex(record["program"], r"^nssmime-host \d")
        self.assertRegex(record["nss"], r"^3\.\d")
        certificates = [base64.b64decode(c) for c in record["certificates"]]
        self.assertEqual(certificates, [
            self.pki.der(name) for name in ("alice", "intermediate", "ca")])
        layer, = record["layers"]
        signed, signature = multipart(message)
        self.assertEqual(
            layer["digests"], {
                name: encode(hashlib.new(name, signed).digest())
                for name in ("sha256", "sha384")})
        self.assertEqual(layer["digestAlgorithms"], ["sha384"])
        signer, = layer["signers"]
        self.assertIn(base64.b64decode(signer["signerInfo"]), signature)
        self.assertEqual(signer["chain"], [0, 1, 2])
        self.assertEqual(signer["addresses"], [address("alice")])
        self.assertEqual((signer["status"], signer["digest"],
                          signer["algorithm"]),
                         ("valid", "sha384", "rsa-pkcs1"))

    def test_nothing_without_asking(self):
        read, _ = self.read(self.cms_sign("alice"))
        self.assertNotIn("evidence", read)
        read, _ = self.read(self.cms_sign("alice"), evidence=False)
        self.assertNotIn("evidence", read)
        self.refused("invalid-params", self.read, self.cms_sign("alice"),
                     evidenceOutput={"stream": self.host.new_stream()})

    def test_inline(self):
        read, _ = self.read(self.cms_sign("alice"), evidence=True)
        evidence = json.loads(base64.b64decode(read["evidence"]["data"]))
        self.check(evidence)

    def test_same_verdict(self):
        """That of the answer, and borne out, for every kind of mail."""
        for name in ("alice", "bob", "carol", "dave", "erin", "pss", "many",
                     "mallory", "stranger", "expired", "future", "server",
                     "encryptonly"):
            for form in ("detached", "opaque"):
                with self.subTest(name=name, form=form):
                    message = self.cms_sign(name, MIXED, form=form)
                    read, _ = self.read(message)
                    evidence = self.evidence(self.host, message)
                    record = evidence["record"]
                    self.assertEqual(
                        (record["signature"], record["reasons"]),
                        (read["summary"]["signature"],
                         read["summary"]["reasons"]))
                    self.check(evidence)

    def test_no_attributes(self):
        self.check(self.evidence(
            self.host, self.cms_sign("alice", TEXT, "-noattr")))

    def test_several_signers(self):
        message = self.cms_sign(
            "alice", TEXT, "-signer", self.pki.path("bob.crt"),
            "-inkey", self.pki.path("bob.key"))
        evidence = self.evidence(self.host, message)
        self.assertEqual(evidence["record"]["signature"], "invalid")
        found = self.check(evidence)
        self.assertIn(("layer 1, signer 2", "verdict"), found)
        # each needs its own certificate alone
        self.assertEqual(len(evidence["record"]["certificates"]), 4)

    def test_without_a_certificate(self):
        evidence = self.evidence(
            self.host, self.cms_sign("mallory", TEXT, "-nocerts"))
        self.assertEqual(evidence["record"]["certificates"], [])
        found = self.check(evidence)
        self.assertNotIn((SIGNER, "certificate"), found)

    def test_nothing_signed(self):
        evidence = self.evidence(self.host, mail())
        self.assertEqual(evidence["record"]["signature"], "none")
        self.assertEqual(evidence["record"]["layers"], [])
        self.check(evidence)

    def test_several_from(self):
        message = self.cms_sign("alice").replace(
            b"From: Alice <alice@example.org>",
            b"From: bob@example.org, alice@example.org")
        evidence = self.evidence(self.host, message)
        self.assertIsNone(evidence["record"]["from"])
        self.check(evidence)

    def test_encrypted(self):
        """The signed layer inside is what the record is about."""
        _, message = self.protect(mail(), sign={}, encrypt={})
        evidence = self.evidence(self.host, message)
        layer, = evidence["record"]["layers"]
        self.assertEqual(layer["part"], "1.1")
        # With its space: four letters alone turn up in base64 by chance.
        self.assertIn(b"Dear B", mail())
        self.assertNotIn("Dear B", json.dumps(evidence))
        self.check(evidence, "--content", self.file(message, "mail"))

    def test_triple_wrap(self):
        _, message = self.protect(mail(), sign={}, encrypt={},
                                  order="triple-wrap")
        evidence = self.evidence(self.host, message)
        self.assertEqual(
            [layer["aroundEncryption"]
             for layer in evidence["record"]["layers"]], [True, False])
        self.check(evidence)

    def test_part(self):
        """Of a part, without the layers around."""
        inner = self.cms_sign("alice")
        outer = self.cms_sign("bob", enclose(TEXT, entity_of(inner)))
        evidence = self.evidence(self.host, outer, part="2")
        layer, = evidence["record"]["layers"]
        self.assertEqual(layer["signers"][0]["addresses"],
                         [address("alice")])
        self.assertIn("not-covered", evidence["record"]["reasons"])
        self.check(evidence)

    def test_received(self):
        """The time that the reader knows it came at counts again."""
        message = self.cms_sign("alice")
        evidence = self.evidence(self.host, message, at="2020-06-01T00:00:00Z")
        record = evidence["record"]
        self.assertEqual((record["certificatesAt"], record["received"]),
                         ("2020-06-01T00:00:00Z", True))
        self.assertEqual(record["signature"], "invalid")
        self.assertIn("not-yet-valid", record["reasons"])
        self.check(evidence)


class Content(EvidenceCase):
    def content(self, evidence, data, status):
        found = self.check(evidence, "--content", self.file(data, "mail"),
                           status=status)
        return found[("layer 1", "content")]["holds"]

    def test_the_mail(self):
        for form in ("detached", "opaque"):
            message = self.cms_sign("alice", form=form)
            evidence = self.evidence(self.host, message)
            self.assertTrue(self.content(evidence, message, 0))
            # whatever else has become of the mail
            self.assertTrue(self.content(
                evidence, b"X-Archived: yes\r\n" + message, 0))
            self.assertTrue(self.content(evidence, TEXT, 0))

    def test_another(self):
        message = self.cms_sign("alice")
        evidence = self.evidence(self.host, message)
        for other in (message.replace(b"Dear", b"Bear"),
                      self.cms_sign("alice", MIXED), TEXT[:-1], b"", b"\0",
                      mail()):
            self.assertFalse(self.content(evidence, other, 1))

    def test_no_file(self):
        evidence = self.written(
            self.evidence(self.host, self.cms_sign("alice")))
        status, out, err = self.command(
            "--content", os.path.join(self.folder, "nothing"), evidence)
        self.assertEqual((status, out), (2, ""))
        self.assertIn("nothing cannot be read", err)


class Altered(EvidenceCase):
    def setUp(self):
        super().setUp()
        self.made = self.evidence(self.host, self.cms_sign("alice"))

    def test_unsealed(self):
        """Whatever is changed: the digest does not fit."""
        def members(value, at=()):
            if isinstance(value, dict):
                for name in value:
                    yield from members(value[name], (*at, name))
            elif isinstance(value, list) and value:
                for i, item in enumerate(value):
                    yield from members(item, (*at, i))
            else:
                yield at
        other = {"layers": None, "certificates": None}
        places = [at for at in members(self.made["record"])
                  if at[0] not in other and
                  at[-1] in ("program", "nss", "value", "address", "name",
                             "source")]
        self.assertGreater(len(places), 5)
        for at in places:
            evidence = copy.deepcopy(self.made)
            inner = evidence["record"]
            for step in at[:-1]:
                inner = inner[step]
            inner[at[-1]] = str(inner[at[-1]]) + "x"
            with self.subTest(at):
                self.broken(evidence, DIGEST)

    def test_digest(self):
        for value in ("", "0" * 64, self.made["digest"]["value"].upper()):
            evidence = copy.deepcopy(self.made)
            evidence["digest"]["value"] = value
            self.broken(evidence, DIGEST)
        evidence = copy.deepcopy(self.made)
        evidence["digest"]["algorithm"] = "none"
        self.broken(evidence, DIGEST)

    def test_layout(self):
        """White space and the order of members are no change."""
        text = json.dumps(dict(reversed(list(self.made.items()))), indent=4)
        self.assertEqual(self.command(self.written(text.encode()))[0], 0)

    def test_sealed(self):
        """With a digest that fits again, the parts do not fit each other."""
        alice, bob = self.pki.der("alice"), self.pki.der("bob")
        signer = (SIGNER, "verdict")

        def set_layer(name, value):
            def change(record):
                record["layers"][0][name] = value
            return change

        def set_signer(name, value):
            def change(record):
                record["layers"][0]["signers"][0][name] = value
            return change

        def signature(record):
            s = record["layers"][0]["signers"][0]
            s["signerInfo"] = flipped(s["signerInfo"])

        def content(record):
            record["layers"][0]["digests"] = {
                "sha256": encode(hashlib.sha256(b"else").digest())}

        def certificate(record):
            self.assertEqual(record["certificates"][0], encode(alice))
            record["certificates"][0] = encode(bob)

        def certificate_bits(record):
            record["certificates"][0] = flipped(record["certificates"][0])

        def issuer_bits(record):
            record["certificates"][1] = flipped(record["certificates"][1])

        def anchor(record):
            record["certificates"][2] = encode(self.pki.der("otherca"))

        def sender(record):
            record["from"] = address("bob")

        def when(record):
            record["certificatesAt"] = "2020-01-01T00:00:00Z"

        for change, what in (
                (signature, {signer, VERDICT}),
                (content, {signer, VERDICT}),
                (set_layer("contentType", encode(b"\x2a\x03")),
                 {signer, VERDICT}),
                (set_layer("digestAlgorithms", ["sha512"]),
                 {signer, VERDICT}),
                (set_layer("digests", {}), {signer, VERDICT}),
                (set_layer("reasons", ["malformed"]), {VERDICT}),
                (set_layer("signers", []), {VERDICT}),
                (set_layer("aroundEncryption", True), {VERDICT}),
                (certificate, {signer, VERDICT}),
                (certificate_bits, {signer, VERDICT}),
                (issuer_bits, {signer, VERDICT}),
                (anchor, {signer, VERDICT}),
                (set_signer("chain", [1, 2]), {signer, VERDICT}),
                (set_signer("chain", []), {signer, VERDICT}),
                (set_signer("status", "invalid"), {signer, VERDICT}),
                (set_signer("reasons", ["revoked"]), {signer, VERDICT}),
                (sender, {signer, VERDICT}),
                (lambda record: record.update({"from": None}),
                 {signer, VERDICT}),
                (when, {signer, VERDICT}),
                (lambda record: record.update(layers=[]), {VERDICT}),
                (lambda record: record.update(signature="invalid"),
                 {VERDICT}),
                (lambda record: record.update(reasons=["revoked"]),
                 {VERDICT})):
            with self.subTest(change=change, what=what):
                self.broken(self.changed(self.made, change), *what)

    def test_whitewashed(self):
        """A record of a bad mail that says it was good."""
        message = self.cms_sign("alice")
        for bad in (message.replace(b"Dear", b"Bear"),
                    message.replace(b"alice@", b"bob@"),
                    self.cms_sign("mallory"), self.cms_sign("expired"),
                    self.cms_sign("stranger")):
            evidence = self.evidence(self.host, bad)
            self.assertNotEqual(evidence["record"]["signature"], "valid")
            self.check(evidence)

            def good(record):
                record.update(signature="valid", reasons=[])
                for signer in record["layers"][0]["signers"]:
                    signer.update(status="valid", reasons=[])
            name = evidence["record"]["layers"][0]["signers"][0]["subject"]
            name = name.split(",")[0]
            with self.subTest(name):
                if name.endswith(("mallory", "stranger")):
                    # whom it trusted, a record alone may say
                    found = self.check(self.changed(evidence, good),
                                       trusted=False)
                    self.assertIn("not trusted",
                                  found[(SIGNER, "trust")]["words"])
                else:
                    self.broken(self.changed(evidence, good),
                                (SIGNER, "verdict"), VERDICT)

    def test_no_record(self):
        made = json.dumps(self.made)

        def without(*names):
            evidence = copy.deepcopy(self.made)
            inner = evidence
            for name in names[:-1]:
                inner = inner[name]
            del inner[names[-1]]
            return json.dumps(evidence)

        def with_record(**members):
            return json.dumps(self.changed(
                self.made, lambda record: record.update(members)))

        def layer(**members):
            return json.dumps(self.changed(
                self.made, lambda r: r["layers"][0].update(members)))

        def signer(**members):
            return json.dumps(self.changed(
                self.made,
                lambda r: r["layers"][0]["signers"][0].update(members)))

        twice = made.replace('"from": "alice@', '"from": "bob@example.org", '
                             '"from": "alice@', 1)
        self.assertNotEqual(twice, made)
        for text in (
                "", "{}", "[]", "null", "1", made[:-1], made + "x", twice,
                made.replace("nssmime-evidence", "other"),
                made.replace('"version": 1', '"version": 2'),
                *(without(name) for name in self.made),
                *(without("record", name) for name in (
                    "checked", "certificatesAt", "received",
                    "revocationPolicy", "signature", "reasons", "from",
                    "layers", "certificates", "revocation")),
                without("time", "source"), without("time", "problem"),
                with_record(checked="yesterday"), with_record(received=1),
                with_record(revocationPolicy="none"),
                with_record(signature="good"), with_record(reasons=["x"]),
                with_record(reasons=[None]), with_record(reasons="expired"),
                with_record(certificates=["?"]),
                with_record(certificates=["AAAA", "AAAA"]),
                with_record(certificates=[1]), with_record(layers=[1]),
                with_record(layers=[{}] * 33),
                with_record(revocation=[{"kind": "x", "data": "AAAA"}]),
                with_record(revocation=[{"kind": "crl"}]),
                with_record(number=1.5),
                layer(part="1" * 100), layer(part=1), layer(digests=[]),
                layer(digests={"sha256": "AAAA"}),
                layer(digestAlgorithms=["md17"]),
                layer(digestAlgorithms=[None]), layer(contentType=None),
                layer(signers=[{}] * 33), layer(signers={}),
                signer(chain=[3]), signer(chain=[-1]), signer(chain=["0"]),
                signer(chain=[0] * 100), signer(status="good"),
                signer(signerInfo="AAAA"), signer(signerInfo=""),
                signer(signerInfo=1), signer(revocation="maybe")):
            with self.subTest(text[:60]):
                status, out, err = self.command(self.written(text.encode()))
                self.assertEqual((status, out), (2, ""), err)
                self.assertRegex(err, r"^nssmime-host: .+\n$")

    def test_members_of_no_kind(self):
        """What newer versions may add is no fault, once it is sealed."""
        self.check(self.changed(self.made,
                                lambda record: record.update(more=[{}])))


class Elsewhere(EvidenceCase):
    """A computer that has none of the certificates."""

    def test_recorded_anchor(self):
        evidence = self.evidence(self.host, self.cms_sign("alice"))
        found = self.check(evidence)
        self.assertIn("is trusted", found[(SIGNER, "trust")]["words"])
        database = os.path.join(self.folder, "empty")
        os.makedirs(database)
        tool("certutil", "-N", "-d", "sql:" + database, "--empty-password")
        found = self.check(evidence, trusted=False,
                           database=database)
        self.assertTrue(found[(SIGNER, "certificate")]["holds"])
        self.assertIn("Example Root",
                      found[(SIGNER, "certificate")]["words"])
        self.assertIn("not trusted", found[(SIGNER, "trust")]["words"])

    def test_distrusted_since(self):
        evidence = self.evidence(self.host, self.cms_sign("alice"))
        database = self.pki.copy(os.path.join(self.folder, "db"))
        tool("certutil", "-M", "-d", "sql:" + database, "-n", "ca", "-t",
             ",p,")
        found = self.check(evidence, trusted=False,
                           database=database)
        self.assertTrue(found[(SIGNER, "certificate")]["holds"])
        self.assertIn("not trusted", found[(SIGNER, "trust")]["words"])


class Command(EvidenceCase):
    def test_words(self):
        evidence = self.evidence(self.host, self.cms_sign("alice"))
        status, out, err = self.command(self.written(evidence))
        self.assertEqual((status, err), (0, ""))
        for words in ("The record has the digest", "nobody else vouches",
                      "name no time-stamping authority", "Example Root",
                      "alice@example.org", "borne out", "not checked"):
            self.assertIn(words, out)
        evidence["record"]["from"] = address("bob")
        status, out, err = self.command(self.written(evidence))
        self.assertEqual((status, err), (1, ""))
        self.assertIn("CHANGED", out)
        self.assertIn("DOES NOT HOLD", out)

    def test_usage(self):
        for args in ((), ("--json",), ("a", "b"), ("--content", "a"),
                     ("--other", "a"), ("--content",),
                     ("--content", "a", "--content", "b", "c")):
            status, out, err = self.command(*args)
            self.assertEqual((status, out), (2, ""))
            self.assertTrue(err.startswith("usage: "), err)

    def test_missing(self):
        status, out, err = self.command("/nonexistent")
        self.assertEqual((status, out), (2, ""))
        self.assertIn("cannot be read", err)

    def test_no_terminal_tricks(self):
        """What a record says is shown as text."""
        evidence = self.evidence(self.host, self.cms_sign("alice"))
        evidence["time"]["problem"] = "x\x1b[31m\u202ey"
        status, out, _ = self.command(self.written(evidence))
        self.assertEqual(status, 0)
        self.assertNotIn("\x1b", out)
        self.assertNotIn("\u202e", out)


if __name__ == "__main__":
    unittest.main()
