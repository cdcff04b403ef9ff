#!/usr/bin/env python3
# SPDX-License-Identifier: MPL-2.0
"""certificate.find: people's certificates by their addresses."""

import os
import unittest

from certificate_case import MEMBERS, PKI, CertificateCase, b64
from pki import run


class Find(CertificateCase):
    def find(self, *addresses, **more):
        return self.host.request("certificate.find", {
            "addresses": list(addresses), **more})

    def found(self, *addresses, **more):
        """Fingerprints by address, where nothing failed."""
        result = self.find(*addresses, **more)
        self.assertEqual(set(result), {"found", "failures"})
        self.assertEqual(result["failures"], [])
        return {address: [c["fingerprint"] for c in certificates]
                for address, certificates in result["found"].items()}

    def test_each_address(self):
        self.start()
        self.assertEqual(
            self.found("alice@example.org", "nobody@example.org",
                       "BOB@Example.ORG"),
            {"alice@example.org": [PKI.fingerprint("alice")],
             "nobody@example.org": [],
             "BOB@Example.ORG": [PKI.fingerprint("bob")]})
        self.assertEqual(self.found(), {})
        self.assertEqual(self.found("carol@example.org", "carol@example.org"),
                         {"carol@example.org": [PKI.fingerprint("carol")]})

    def test_addresses_in_either_form(self):
        self.start()
        names = ("many3@bücher.example", "many3@xn--bcher-kva.example",
                 "jürgen@bücher.example")
        self.assertEqual(self.found(*names), {
            name: [PKI.fingerprint("many")] for name in names})

    def test_what_is_said_of_one(self):
        self.start()
        one, = self.find("expired@example.org")["found"][
            "expired@example.org"]
        self.assertEqual(set(one), MEMBERS | {"status"})
        self.assertEqual(one["status"]["encrypt"],
                         {"usable": False, "reasons": ["expired"]})

    def test_the_best_first(self):
        """Those that can be encrypted to, then the newest."""
        folder = os.path.join(self.folder, "made")
        os.makedirs(folder)
        times = {"old": ("20240101000000Z", "20400101000000Z"),
                 "new": ("20250101000000Z", "20400101000000Z"),
                 "over": ("20260101000000Z", "20260102000000Z"),
                 "older": ("20230101000000Z", "20400101000000Z")}
        for name, (start, end) in times.items():
            PKI.issue(folder, name, "zoe@example.org", start, end)
        self.start()
        for name in times:
            self.host.request("certificate.import", {
                "data": b64(PKI.der(name, folder))})
        self.assertEqual(self.found("zoe@example.org")["zoe@example.org"], [
            PKI.fingerprint(name, folder)
            for name in ("new", "old", "older", "over")])

    def test_where(self):
        """Nothing but the database and the tokens is set up."""
        self.start()
        alice = {"alice@example.org": [PKI.fingerprint("alice")]}
        self.assertEqual(self.found("alice@example.org", where=["local"]),
                         alice)
        result = self.find("alice@example.org", "nobody@example.org",
                           where=["dns", "local", "ldap", "ldap"])
        self.assertEqual([c["fingerprint"] for c in
                          result["found"]["alice@example.org"]],
                         alice["alice@example.org"])
        self.assertEqual([(f["where"], f["kind"])
                          for f in result["failures"]],
                         [("ldap", "directory-unreachable"),
                          ("dns", "directory-unreachable")])
        for failure in result["failures"]:
            self.assertEqual(set(failure), {"where", "kind", "message"})
            self.assertIn("set up", failure["message"])
        result = self.find("alice@example.org", where=["ldap"])
        self.assertEqual(result["found"], {"alice@example.org": []})
        self.assertEqual(len(result["failures"]), 1)
        self.assertEqual(self.found("alice@example.org", where=[]),
                         {"alice@example.org": []})

    def test_no_address(self):
        self.start()
        for wrong in ("", "alice", "@example.org", "alice@",
                      "Alice <alice@example.org>", "a@" + "b" * 320):
            with self.subTest(wrong):
                failure = self.fails(
                    "invalid-params", self.host, "certificate.find",
                    {"addresses": ["bob@example.org", wrong]})
                self.assertIn('"addresses"', failure.message)

    def test_more_than_a_reply_holds(self):
        """The rest is left out, and that is told of the address."""
        self.start()
        for _ in range(16):
            self.host.request("certificate.import", {
                "data": b64(self.long_certificate())})
        result = self.find("zoe@example.org", "x@example.org")
        found = len(result["found"]["zoe@example.org"])
        self.assertGreater(found, 8)
        self.assertLess(found, 16)
        failure, = result["failures"]
        self.assertEqual(
            {name: failure[name] for name in ("where", "address", "kind")},
            {"where": "local", "address": "zoe@example.org",
             "kind": "too-large"})
        self.assertEqual(result["found"]["x@example.org"], [])

    def long_certificate(self):
        """Zoe's, who has a hundred long addresses besides."""
        names = ["zoe@example.org"] + [
            "%d%s@%s.example.org" % (i, "z" * 60, ".".join(["z" * 60] * 3))
            for i in range(100)]
        return run(
            "openssl", "req", "-new", "-x509", "-newkey", "ec", "-pkeyopt",
            "ec_paramgen_curve:P-256", "-nodes", "-keyout", "/dev/null",
            "-subj", "/CN=Zoe", "-addext", "subjectAltName=" + ",".join(
                "email:" + name for name in names),
            "-CA", PKI.path("ca.crt"), "-CAkey", PKI.path("ca.key"))

    def test_a_hundred_addresses(self):
        self.start()
        names = ["p%d@example.org" % i for i in range(101)]
        self.assertEqual(len(self.found(*names[:100])), 100)
        self.fails("invalid-params", self.host, "certificate.find",
                   {"addresses": names})

    def test_nothing_is_asked(self):
        self.start()
        self.assertEqual(
            self.found("alice@example.org", prompt="never"),
            {"alice@example.org": [PKI.fingerprint("alice")]})


if __name__ == "__main__":
    unittest.main()
