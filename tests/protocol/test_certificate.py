#!/usr/bin/env python3
# SPDX-License-Identifier: MPL-2.0
"""certificate.* over the wire, with openssl as the peer."""

import base64
import os
import re
import shutil
import subprocess
import tempfile
import unittest

from pki import PASSWORD, Pki, run

from nssmime import Host, HostError, asked, environment

PKI = None
MEMBERS = {"fingerprint", "subject", "issuer", "serial", "addresses",
           "notBefore", "notAfter", "key", "usages", "own", "token", "trust"}
TIME = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")


def setUpModule():
    global PKI
    PKI = Pki()


def b64(data):
    return base64.b64encode(data).decode()


def unb64(text):
    return base64.b64decode(text, validate=True)


class Case(unittest.TestCase):
    """One home, one database and one host for each test."""

    answers = ()

    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="nssmime-test-")
        self.addCleanup(shutil.rmtree, self.folder, True)

    def start(self, database=None, answers=(), **options):
        if database is None:
            database = PKI.copy(os.path.join(self.folder, "db"))
        self.database = database
        self.env = environment(self.folder, answers=answers,
                               database="sql:" + database)
        host = Host(env=self.env, **options)
        host.start()
        self.addCleanup(host.close)
        return host

    def fails(self, kind, host, method, params):
        with self.assertRaises(HostError) as caught:
            host.request(method, params)
        self.assertEqual(caught.exception.kind, kind, caught.exception.message)
        return caught.exception

    def listed(self, host, **params):
        """Every certificate of a list, page by page."""
        found = []
        while True:
            page = host.request("certificate.list", params)
            found += page["certificates"]
            if "cursor" not in page:
                return found
            self.assertTrue(page["certificates"])
            params = dict(params, cursor=page["cursor"])

    def addresses(self, certificates):
        return {a for c in certificates for a in c["addresses"]}


class List(Case):
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


class Get(Case):
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


class Import(Case):
    def own(self, host):
        return self.addresses(self.listed(host, kind="own"))

    def test_pkcs12(self):
        database = PKI.empty(os.path.join(self.folder, "db"))
        host = self.start(database, ["pin " + PASSWORD])
        result = host.request("certificate.import", {
            "data": PKI.base64("alice.p12")})
        found = {c["fingerprint"]: c for c in result["imported"]}
        alice = PKI.fingerprint("alice")
        self.assertIn(alice, found)
        self.assertIs(found[alice]["own"], True)
        self.assertIn(PKI.fingerprint("intermediate"), found)
        self.assertEqual(self.own(host), {"alice@example.org"})
        # NSS's own tool sees what was stored.
        self.assertIn(b"alice", run("certutil", "-K", "-d",
                                    "sql:" + database))
        questions = [q for q in asked(self.env) if q.startswith("GETPIN")]
        self.assertEqual(len(questions), 1)

    def test_pkcs12_into_a_locked_database(self):
        database = PKI.empty(os.path.join(self.folder, "db"), "primary")
        host = self.start(database, ["pin primary", "pin " + PASSWORD])
        host.request("certificate.import", {"data": PKI.base64("bob.p12")})
        self.assertEqual(self.own(host), {"bob@example.org"})
        questions = [q for q in asked(self.env) if q.startswith("GETPIN")]
        self.assertEqual(len(questions), 2)
        self.assertNotIn("primary", "".join(questions))

    def test_wrong_password_then_right(self):
        database = PKI.empty(os.path.join(self.folder, "db"))
        host = self.start(database, ["pin wrong", "pin " + PASSWORD])
        result = host.request("certificate.import", {
            "data": PKI.base64("bob.p12"), "form": "pkcs12"})
        self.assertIn(PKI.fingerprint("bob"),
                      [c["fingerprint"] for c in result["imported"]])

    def test_wrong_password(self):
        database = PKI.empty(os.path.join(self.folder, "db"))
        host = self.start(database, ["pin wrong"] * 3 + ["pin " + PASSWORD])
        self.fails("wrong-password", host, "certificate.import",
                   {"data": PKI.base64("bob.p12")})
        self.assertEqual(self.own(host), set())

    def test_declined(self):
        database = PKI.empty(os.path.join(self.folder, "db"))
        host = self.start(database, ["cancel"])
        self.fails("user-declined", host, "certificate.import",
                   {"data": PKI.base64("bob.p12")})
        self.assertEqual(self.own(host), set())

    def test_never_asks(self):
        database = PKI.empty(os.path.join(self.folder, "db"))
        host = self.start(database)
        self.fails("password-required", host, "certificate.import",
                   {"data": PKI.base64("bob.p12"), "prompt": "never"})
        self.assertEqual(asked(self.env), [])

    def test_cancel_in_the_prompt(self):
        database = PKI.empty(os.path.join(self.folder, "db"))
        host = self.start(database, ["hang"])
        pending = host.begin("certificate.import",
                             {"data": PKI.base64("bob.p12")})
        for _ in range(200):
            if any(q.startswith("GETPIN") for q in asked(self.env)):
                break
            host.request("hello", {"client": {"name": "t", "version": "1"}})
        self.assertEqual(host.request("operation.cancel",
                                      {"id": pending.id}),
                         {"cancelled": True})
        with self.assertRaises(HostError) as caught:
            host.finish(pending)
        self.assertEqual(caught.exception.kind, "cancelled")
        self.assertEqual(self.own(host), set())

    def test_certificates(self):
        database = PKI.empty(os.path.join(self.folder, "db"))
        host = self.start(database)
        bundle = run("openssl", "crl2pkcs7", "-nocrl", "-outform", "DER",
                     "-certfile", PKI.path("dave.crt"),
                     "-certfile", PKI.path("intermediate2.crt"))
        cases = [("pem", PKI.bytes("alice.crt"), {"alice"}),
                 ("der", PKI.der("bob"), {"bob"}),
                 ("pkcs7", bundle, {"dave", "intermediate2"}),
                 ("auto", PKI.der("carol"), {"carol"})]
        for form, data, names in cases:
            with self.subTest(form):
                result = host.request("certificate.import", {
                    "data": b64(data), "form": form})
                self.assertEqual({c["fingerprint"]
                                  for c in result["imported"]},
                                 {PKI.fingerprint(n) for n in names})
                self.assertEqual(result["skipped"], [])
        again = host.request("certificate.import", {
            "data": b64(PKI.der("bob"))})
        self.assertEqual(again["imported"], [])
        self.assertEqual([s["fingerprint"] for s in again["skipped"]],
                         [PKI.fingerprint("bob")])
        self.assertTrue(again["skipped"][0]["reason"])
        self.assertEqual(asked(self.env), [])

    def test_authorities_come_without_trust(self):
        database = PKI.empty(os.path.join(self.folder, "db"))
        host = self.start(database)
        result = host.request("certificate.import", {
            "data": PKI.base64("otherca.crt")})
        self.assertNotEqual(result["imported"][0]["trust"], "trusted")
        host.request("certificate.import",
                     {"data": PKI.base64("mallory.crt")})
        result = host.request("certificate.check", {
            "fingerprint": PKI.fingerprint("mallory"), "for": "sign"})
        self.assertIs(result["usable"], False)
        self.assertIn("issuer-untrusted", result["reasons"])

    def test_rubbish(self):
        host = self.start()
        for data in (b"", b"rubbish", b"\x30", b"\x30\x82\xff\xff\x30",
                     b"-----BEGIN CERTIFICATE-----\nAAAA\n",
                     PKI.der("alice")[:-1], PKI.bytes("alice.key")):
            with self.subTest(data[:20]):
                with self.assertRaises(HostError) as caught:
                    host.request("certificate.import", {"data": b64(data)})
                self.assertNotEqual(caught.exception.kind, "internal")
        self.fails("invalid-params", host, "certificate.import",
                   {"data": "AAA"})
        self.fails("invalid-params", host, "certificate.import",
                   {"data": "AAAA", "password": "x"})
        self.fails("too-large", host, "certificate.import",
                   {"data": b64(bytes(512 * 1024 + 1))})


class Export(Case):
    def test_public_forms(self):
        host = self.start()
        fingerprint = PKI.fingerprint("alice")
        for form in ("pem", "der", "pkcs7"):
            with self.subTest(form):
                result = host.request("certificate.export", {
                    "fingerprint": fingerprint, "form": form})
                self.assertEqual(set(result), {"data"})
                data = unb64(result["data"])
                if form == "der":
                    self.assertEqual(data, PKI.der("alice"))
                elif form == "pem":
                    self.assertTrue(data.startswith(
                        b"-----BEGIN CERTIFICATE-----"))
                else:
                    names = run("openssl", "pkcs7", "-inform", "DER",
                                "-print_certs", "-noout", input=data)
                    self.assertIn(b"alice", names)
                    self.assertIn(b"Intermediate", names)
                other = Host(env=environment(
                    os.path.join(self.folder, form),
                    answers=[], database="sql:" + PKI.empty(
                        os.path.join(self.folder, form + "-db"))))
                with other:
                    again = other.request("certificate.import",
                                          {"data": result["data"]})
                self.assertIn(fingerprint, [c["fingerprint"]
                                            for c in again["imported"]])
        self.assertEqual(asked(self.env), [])

    def saved(self, result):
        self.assertEqual(set(result), {"saved"})
        self.assertNotIn("/", result["saved"])
        found = [os.path.join(where, result["saved"])
                 for where, _, names in os.walk(self.folder)
                 if result["saved"] in names]
        self.assertEqual(len(found), 1)
        return found[0]

    def test_pkcs12(self):
        # Whatever order they come in: a new password and a consent.
        host = self.start(answers=["pin secret word", "confirm"])
        result = host.request("certificate.export", {
            "fingerprint": PKI.fingerprint("alice"), "form": "pkcs12"})
        path = self.saved(result)
        self.assertEqual(os.stat(path).st_mode & 0o077, 0)
        text = run("openssl", "pkcs12", "-in", path, "-nodes", "-passin",
                   "pass:secret word", "-legacy")
        self.assertIn(b"PRIVATE KEY", text)
        self.assertIn(b"CN = alice", text)
        self.assertIn(b"Example Intermediate", text)
        with self.assertRaises(subprocess.CalledProcessError):
            run("openssl", "pkcs12", "-in", path, "-nodes", "-passin",
                "pass:secret", "-legacy")
        # Back into a fresh database, by NSS's own tool.
        other = PKI.empty(os.path.join(self.folder, "other"))
        run("pk12util", "-i", path, "-d", "sql:" + other, "-W",
            "secret word", "-K", "")
        self.assertIn(b"alice", run("certutil", "-K", "-d", "sql:" + other))

    def test_pkcs12_declined(self):
        host = self.start(answers=["pin secret word", "decline"])
        self.fails("user-declined", host, "certificate.export", {
            "fingerprint": PKI.fingerprint("alice"), "form": "pkcs12"})
        self.assertEqual([n for _, _, names in os.walk(self.folder)
                          for n in names if n.endswith(".p12")], [])

    def test_pkcs12_needs_the_key_and_the_user(self):
        host = self.start()
        self.fails("no-private-key", host, "certificate.export", {
            "fingerprint": PKI.fingerprint("ca"), "form": "pkcs12"})
        self.fails("password-required", host, "certificate.export", {
            "fingerprint": PKI.fingerprint("alice"), "form": "pkcs12",
            "prompt": "never"})
        self.assertEqual(asked(self.env), [])
        self.fails("invalid-params", host, "certificate.export", {
            "fingerprint": PKI.fingerprint("alice")})


class Delete(Case):
    def test_with_its_key(self):
        host = self.start(answers=["confirm"])
        fingerprint = PKI.fingerprint("bob")
        self.assertEqual(host.request("certificate.delete", {
            "fingerprint": fingerprint, "withKey": True}), {})
        self.fails("certificate-not-found", host, "certificate.get",
                   {"fingerprint": fingerprint})
        questions = [q for q in asked(self.env) if q.startswith("CONFIRM")]
        self.assertEqual(len(questions), 1)
        self.assertIn("bob@example.org", questions[0])
        keys = run("certutil", "-K", "-d", "sql:" + self.database)
        self.assertNotIn(b" bob", keys)
        self.assertIn(b" alice", keys)

    def test_the_key_stays(self):
        host = self.start(answers=["confirm"])
        fingerprint = PKI.fingerprint("bob")
        host.request("certificate.delete", {"fingerprint": fingerprint})
        result = host.request("certificate.import",
                              {"data": PKI.base64("bob.crt")})
        self.assertIs(result["imported"][0]["own"], True)

    def test_declined(self):
        host = self.start(answers=["decline"])
        fingerprint = PKI.fingerprint("bob")
        self.fails("user-declined", host, "certificate.delete",
                   {"fingerprint": fingerprint})
        self.fails("password-required", host, "certificate.delete",
                   {"fingerprint": fingerprint, "prompt": "never"})
        host.request("certificate.get", {"fingerprint": fingerprint})

    def test_what_is_not_asked(self):
        host = self.start(answers=["confirm"])
        self.fails("certificate-not-found", host, "certificate.delete",
                   {"fingerprint": "0" * 64})
        self.fails("no-private-key", host, "certificate.delete",
                   {"fingerprint": PKI.fingerprint("ca"), "withKey": True})
        self.assertEqual(asked(self.env), [])


class Check(Case):
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
