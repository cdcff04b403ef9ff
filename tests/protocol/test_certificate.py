#!/usr/bin/env python3
# SPDX-License-Identifier: MPL-2.0
"""certificate.list, .get and .check, with openssl as the peer."""

import os
import unittest

from certificate_case import (MEMBERS, PKI, TIME, CertificateCase, b64,
                              unb64)
from pki import run


class List(CertificateCase):
    def test_kinds_divide_the_whole(self):
        host = self.start()
        everything = {c["fingerprint"] for c in self.listed(host)}
        kinds = [{c["fingerprint"] for c in self.listed(host, kind=kind)}
                 for kind in ("own", "people", "authorities")]
        self.assertEqual(set.union(*kinds), everything)
        self.assertEqual(sum(map(len, kinds)), len(everything))
        self.assertIn(PKI.fingerprint("alice"), kinds[0])
        self.assertIn(PKI.fingerprint("ca"), kinds[2])
        self.assertIn(PKI.fingerprint("intermediate"), kinds[2])

    def test_what_a_certificate_says(self):
        host = self.start()
        page = host.request("certificate.list",
                            {"address": "alice@example.org"})
        self.assertNotIn("cursor", page)
        self.assertEqual(len(page["certificates"]), 1)
        c = page["certificates"][0]
        self.assertEqual(set(c), MEMBERS | {"status"})
        self.assertEqual(c["fingerprint"], PKI.fingerprint("alice"))
        self.assertIn("CN=alice", c["subject"])
        self.assertIn("CN=Example Intermediate", c["issuer"])
        self.assertEqual(c["addresses"], ["alice@example.org"])
        self.assertEqual(c["key"], {"type": "rsa", "bits": 2048})
        self.assertEqual(set(c["usages"]), {"sign", "encrypt"})
        self.assertIs(c["own"], True)
        self.assertEqual(c["trust"], "inherited")
        self.assertRegex(c["notBefore"], TIME)
        self.assertRegex(c["notAfter"], TIME)
        serial = run("openssl", "x509", "-in", PKI.path("alice.crt"),
                     "-noout", "-serial").decode().strip().split("=")[1]
        self.assertEqual(int(c["serial"], 16), int(serial, 16))
        for purpose in ("sign", "encrypt"):
            self.assertEqual(c["status"][purpose],
                             {"usable": True, "reasons": []})

    def test_dates_are_those_of_openssl(self):
        host = self.start()
        c = host.request("certificate.get", {
            "fingerprint": PKI.fingerprint("expired")})["certificate"]
        self.assertEqual(c["notBefore"], "2020-01-01T00:00:00Z")
        self.assertEqual(c["notAfter"], "2021-01-01T00:00:00Z")
        self.assertIs(c["status"]["sign"]["usable"], False)
        self.assertIn("expired", c["status"]["sign"]["reasons"])

    def test_by_address(self):
        host = self.start()
        many = PKI.fingerprint("many")
        for address in ("many@example.org", "MANY.two@example.org",
                        "many3@bücher.example", "many3@xn--bcher-kva.example",
                        "jürgen@bücher.example",
                        "jürgen@xn--bcher-kva.example",
                        "bob-subject@example.org"):
            with self.subTest(address):
                page = host.request("certificate.list", {"address": address})
                self.assertEqual(
                    [c["fingerprint"] for c in page["certificates"]], [many])
        for address in ("nobody@example.org", "many", "", "@", "a@b@c"):
            with self.subTest(address):
                page = host.request("certificate.list", {"address": address})
                self.assertEqual(page, {"certificates": []})
        page = host.request("certificate.list", {
            "address": "alice@example.org", "kind": "people"})
        self.assertEqual(page, {"certificates": []})

    def test_by_text(self):
        host = self.start()
        found = self.listed(host, text="cn=CAROL")
        self.assertEqual([c["fingerprint"] for c in found],
                         [PKI.fingerprint("carol")])
        found = self.listed(host, text="dave@example")
        self.assertEqual(self.addresses(found), {"dave@example.org"})
        self.assertEqual(self.listed(host, text="no such text"), [])

    def test_pages_of_250(self):
        database = PKI.empty(os.path.join(self.folder, "db"))
        host = self.start(database)
        people = []
        for first in (0, 125):
            bundle = PKI.people(range(first, first + 125), self.folder)
            result = host.request("certificate.import", {"data": b64(bundle)})
            self.assertEqual(len(result["imported"]), 125)
            self.assertEqual(result["skipped"], [])
            people += [c["fingerprint"] for c in result["imported"]]
        self.assertEqual(len(set(people)), 250)
        params = {"kind": "people"}
        sizes, seen = [], []
        while True:
            page = host.request("certificate.list", params)
            sizes.append(len(page["certificates"]))
            seen += [c["fingerprint"] for c in page["certificates"]]
            if "cursor" not in page:
                break
            params["cursor"] = page["cursor"]
        self.assertEqual(sizes, [100, 100, 50])
        self.assertEqual(sorted(seen), sorted(people))
        self.assertEqual(len(self.listed(host, kind="people", limit=7)), 250)
        found = self.listed(host, text="person17@")
        self.assertEqual(self.addresses(found), {"person17@example.org"})

    def test_a_list_survives_changes(self):
        host = self.start(answers=["confirm"])
        before = {c["fingerprint"] for c in self.listed(host, kind="own")}
        page = host.request("certificate.list", {"kind": "own", "limit": 3})
        seen = [c["fingerprint"] for c in page["certificates"]]
        self.assertEqual(len(seen), 3)
        # The one that the cursor stands on goes.
        host.request("certificate.delete", {"fingerprint": seen[-1]})
        seen += [c["fingerprint"] for c in self.listed(
            host, kind="own", limit=3, cursor=page["cursor"])]
        self.assertEqual(sorted(seen), sorted(before))

    def test_wrong_params(self):
        host = self.start()
        for params in ({"kind": "servers"}, {"limit": 0}, {"limit": "9"},
                       {"cursor": "x"}, {"cursor": ""}, {"text": 5},
                       {"cursor": "f" * 63}, {"cursor": "F" * 64},
                       {"colour": "red"}):
            with self.subTest(params):
                self.fails("invalid-params", host, "certificate.list", params)


class Get(CertificateCase):
    def test_forms(self):
        host = self.start()
        fingerprint = PKI.fingerprint("dave")
        result = host.request("certificate.get", {"fingerprint": fingerprint})
        self.assertEqual(set(result), {"certificate", "chain", "table"})
        self.assertEqual(result["certificate"]["key"],
                         {"type": "ec", "curve": "P-384"})
        result = host.request("certificate.get", {
            "fingerprint": fingerprint, "form": "der"})
        self.assertEqual(unb64(result["data"]), PKI.der("dave"))
        result = host.request("certificate.get", {
            "fingerprint": fingerprint, "form": "pem"})
        der = run("openssl", "x509", "-outform", "DER",
                  input=unb64(result["data"]))
        self.assertEqual(der, PKI.der("dave"))

    def test_chain(self):
        host = self.start()
        result = host.request("certificate.get", {
            "fingerprint": PKI.fingerprint("alice")})
        chain = [PKI.fingerprint(n) for n in ("alice", "intermediate", "ca")]
        self.assertEqual(result["chain"], chain)
        self.assertEqual(set(result["table"]), set(chain))
        for fingerprint, entry in result["table"].items():
            self.assertEqual(set(entry), MEMBERS | {"reasons"})
            self.assertEqual(entry["fingerprint"], fingerprint)
            self.assertEqual(entry["reasons"], [])
        self.assertEqual(result["table"][chain[2]]["trust"], "trusted")

    def test_unknown(self):
        host = self.start()
        for fingerprint in ("0" * 64, "", "zz",
                            PKI.fingerprint("alice").upper()):
            with self.subTest(fingerprint):
                self.fails("certificate-not-found", host, "certificate.get",
                           {"fingerprint": fingerprint})
        self.fails("invalid-params", host, "certificate.get", {})
        self.fails("invalid-params", host, "certificate.get",
                   {"fingerprint": "0" * 64, "form": "pkcs12"})


class Check(CertificateCase):
    def check(self, host, purpose, name, **more):
        return host.request("certificate.check", dict(
            {"fingerprint": PKI.fingerprint(name), "for": purpose}, **more))

    def test_good(self):
        host = self.start()
        for name in ("alice", "bob", "carol", "dave", "erin", "anyeku"):
            for purpose in ("sign", "encrypt"):
                if name == "anyeku" and purpose == "encrypt":
                    continue
                with self.subTest(name=name, purpose=purpose):
                    result = self.check(host, purpose, name)
                    self.assertEqual(set(result), {
                        "usable", "reasons", "chain", "table", "revocation"})
                    self.assertEqual(result["reasons"], [])
                    self.assertIs(result["usable"], True)
                    self.assertEqual(result["chain"][0],
                                     PKI.fingerprint(name))
                    self.assertEqual(result["chain"][-1],
                                     PKI.fingerprint("ca"))
                    self.assertIn(result["revocation"],
                                  ("not-checked", "unknown"))

    def test_times(self):
        host = self.start()
        result = self.check(host, "sign", "expired")
        self.assertIs(result["usable"], False)
        self.assertIn("expired", result["reasons"])
        result = self.check(host, "sign", "future")
        self.assertIs(result["usable"], False)
        self.assertIn("not-yet-valid", result["reasons"])
        result = self.check(host, "sign", "future",
                            at="2090-06-01T00:00:00Z")
        self.assertNotIn("not-yet-valid", result["reasons"])
        result = self.check(host, "sign", "alice",
                            at="2000-01-01T00:00:00+01:00")
        self.assertIn("not-yet-valid", result["reasons"])

    def test_usages(self):
        host = self.start()
        for name, purpose, usable in (
                ("server", "sign", False), ("server", "encrypt", False),
                ("signonly", "sign", True), ("signonly", "encrypt", False),
                ("encryptonly", "sign", False),
                ("encryptonly", "encrypt", True)):
            with self.subTest(name=name, purpose=purpose):
                result = self.check(host, purpose, name)
                self.assertIs(result["usable"], usable, result)
                self.assertEqual("usage-not-permitted" in result["reasons"],
                                 not usable)

    def test_data(self):
        host = self.start()
        # Not in the database; PEM and DER come to the same.
        results = [host.request("certificate.check", {
            "data": b64(data), "for": "sign"})
            for data in (PKI.bytes("mallory.crt"), PKI.der("mallory"))]
        self.assertEqual(results[0], results[1])
        self.assertIs(results[0]["usable"], False)
        self.assertIn("issuer-unknown", results[0]["reasons"])
        self.assertEqual(results[0]["chain"][0], PKI.fingerprint("mallory"))
        result = host.request("certificate.check", {
            "data": b64(PKI.bytes("mallory.crt") + PKI.bytes("otherca.crt")),
            "for": "sign"})
        self.assertIs(result["usable"], False)
        self.assertIn("issuer-untrusted", result["reasons"])
        result = host.request("certificate.check", {
            "data": b64(PKI.der("bob")), "for": "encrypt", "online": True})
        self.assertIs(result["usable"], True)
        # Looking at a certificate does not store it.
        self.fails("certificate-not-found", host, "certificate.get",
                   {"fingerprint": PKI.fingerprint("mallory")})

    def test_intermediate_that_comes_along(self):
        database = PKI.empty(os.path.join(self.folder, "db"))
        host = self.start(database)
        data = PKI.bytes("alice.crt")
        result = host.request("certificate.check",
                              {"data": b64(data), "for": "sign"})
        self.assertIn("issuer-unknown", result["reasons"])
        result = host.request("certificate.check", {
            "data": b64(data + PKI.bytes("intermediate.crt")), "for": "sign"})
        self.assertIs(result["usable"], True, result)
        # What came with one request completes no chain in the next.
        result = host.request("certificate.check",
                              {"data": b64(data), "for": "sign"})
        self.assertIn("issuer-unknown", result["reasons"])

    def test_wrong_params(self):
        host = self.start()
        alice = PKI.fingerprint("alice")
        for params in ({"for": "sign"}, {"fingerprint": alice},
                       {"fingerprint": alice, "data": "AAAA", "for": "sign"},
                       {"fingerprint": alice, "for": "sing"},
                       {"fingerprint": alice, "for": "sign", "at": "today"},
                       {"data": "AAAA", "for": "sign"},
                       {"data": "", "for": "sign"},
                       {"data": b64(PKI.der("bob")[:-9]), "for": "sign"}):
            with self.subTest(params):
                self.fails("invalid-params", host, "certificate.check",
                           params)


if __name__ == "__main__":
    unittest.main()
