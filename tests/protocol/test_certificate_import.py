#!/usr/bin/env python3
# SPDX-License-Identifier: MPL-2.0
"""certificate.import, .export and .delete, with openssl as the peer."""

import os
import subprocess
import unittest

from certificate_case import PKI, CertificateCase, b64, unb64
from pki import PASSWORD, run

from nssmime import Host, HostError, asked, environment


class Import(CertificateCase):
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
        self.cancel(pending)
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
        self.assertEqual(again["skipped"][0]["code"], "already-there")
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


class Export(CertificateCase):
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


class Delete(CertificateCase):
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


if __name__ == "__main__":
    unittest.main()
