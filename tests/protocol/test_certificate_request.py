#!/usr/bin/env python3
# SPDX-License-Identifier: MPL-2.0
"""certificate.request and .withdraw, with openssl as the authority."""

import os
import re
import unittest

from case import tool, until
from certificate_case import PKI, CertificateCase, b64, unb64
from pki import PASSWORD, run

from nssmime import HostError, asked, environment, host_program

KEYS = {"rsa-2048": (2048, "sha256WithRSAEncryption"),
        "rsa-3072": (3072, "sha256WithRSAEncryption"),
        "rsa-4096": (4096, "sha256WithRSAEncryption"),
        "p-256": (256, "ecdsa-with-SHA256"),
        "p-384": (384, "ecdsa-with-SHA384"),
        "p-521": (521, "ecdsa-with-SHA512")}
ZOE = "zoe@example.org"
MAIL = (b"From: Zoe <zoe@example.org>\r\nTo: zoe@example.org\r\n"
        b"Subject: x\r\nContent-Type: text/plain\r\n\r\nHello\r\n")


class RequestCase(CertificateCase):
    def start(self, answers=(), password=""):
        return super().start(PKI.empty(os.path.join(self.folder, "db"),
                                       password), answers)

    def ask(self, key="p-256", subject="CN=Zoe,O=Example", addresses=(ZOE,),
            **more):
        return unb64(self.host.request("certificate.request", {
            "subject": subject, "addresses": list(addresses), "key": key,
            **more})["request"])

    def withdraw(self, request, **more):
        return self.host.request("certificate.withdraw",
                                 {"request": b64(request), **more})

    def shown(self, request):
        """What openssl reads in it, the signature being good."""
        return run("openssl", "req", "-inform", "DER", "-verify", "-noout",
                   "-text", "-nameopt", "utf8,sep_comma_plus",
                   input=request).decode()

    def issued(self, request, *more):
        """The certificate that an authority makes of it, PEM."""
        return run("openssl", "x509", "-req", "-inform", "DER", "-CA",
                   PKI.path("ca.crt"), "-CAkey", PKI.path("ca.key"),
                   "-days", "30", "-copy_extensions", "copyall", *more,
                   input=request)

    def imported(self, pem):
        one, = self.host.request("certificate.import",
                                 {"data": b64(pem)})["imported"]
        return one

    def keys(self, password="", token="NSS Certificate DB"):
        """How many private keys certutil finds."""
        path = os.path.join(self.folder, "keys-password")
        with open(path, "w", encoding="utf-8") as file:
            file.write(password + "\n")
        try:
            text = tool("certutil", "-K", "-d", "sql:" + self.database, "-f",
                        path, "-h", token).decode()
        except AssertionError as error:
            self.assertIn("no keys found", str(error))
            return 0
        return len(re.findall(r"^<", text, re.M))


class Request(RequestCase):
    def test_every_kind_of_key(self):
        self.start()
        for key, (bits, algorithm) in KEYS.items():
            with self.subTest(key):
                text = self.shown(self.ask(key))
                self.assertIn("Public-Key: (%d bit)" % bits, text)
                self.assertIn("Signature Algorithm: " + algorithm, text)
                self.assertIn("Subject: O=Example,CN=Zoe\n", text)
                self.assertIn("email:" + ZOE + "\n", text)
                self.assertIn("E-mail Protection", text)
                usage = ("Digital Signature, Key Encipherment"
                         if key.startswith("rsa") else
                         "Digital Signature, Key Agreement")
                self.assertRegex(
                    text, r"Key Usage: critical\n\s*%s\n" % usage)
        self.assertEqual(self.keys(), len(KEYS))

    def test_names(self):
        """As RFC 4514 writes them; what is not ASCII goes as UTF-8."""
        self.start()
        for subject, shown in (
                ("CN=Zoë Müller,O=Würth\\, Söhne,C=DE",
                 "C=DE,O=Würth\\, Söhne,CN=Zoë Müller"),
                ("CN=a+O=b", ("CN=a+O=b", "O=b+CN=a")),
                ("cn=Zoe", "CN=Zoe")):
            request = self.ask(subject=subject)
            found = run("openssl", "req", "-inform", "DER", "-noout",
                        "-subject", "-nameopt", "RFC2253,-esc_msb,utf8,"
                        "-dn_rev", input=request).decode().strip()
            if isinstance(shown, str):
                shown = (shown,)
            self.assertIn(found, ["subject=" + name for name in shown])

    def test_addresses(self):
        """A domain goes as its A-labels, and a local part that is not
        ASCII as an SmtpUTF8Mailbox (RFC 9598)."""
        self.start()
        text = self.shown(self.ask(addresses=[
            ZOE, "Zoe.Two@Example.ORG", "zoe@bücher.example",
            "zoë@bücher.example", '"zoe zoe"@example.org']))
        self.assertIn("email:zoe@example.org, email:Zoe.Two@example.org, "
                      "email:zoe@xn--bcher-kva.example, "
                      "othername: SmtpUTF8Mailbox::"
                      "zoë@xn--bcher-kva.example, "
                      'email:"zoe zoe"@example.org\n', text)

    def test_what_the_issued_certificate_is(self):
        self.start()
        addresses = [ZOE, "zoë@xn--bcher-kva.example"]
        one = self.imported(self.issued(self.ask(addresses=addresses)))
        self.assertIs(one["own"], True)
        self.assertEqual(one["addresses"], addresses)
        self.assertEqual(one["usages"], ["sign", "encrypt"])
        self.assertEqual(one["subject"], "CN=Zoe,O=Example")
        for status in one["status"].values():
            self.assertEqual(status, {"usable": True, "reasons": []})
        listed, = self.listed(self.host, kind="own")
        self.assertEqual(listed, one)

    def test_the_issued_certificate_finds_its_key(self):
        """What was signed and encrypted by it comes back valid; in a host
        that was started anew."""
        host = self.start()
        for key in ("rsa-2048", "p-384"):
            pem = self.issued(self.ask(key))
            host.close()
            host = self.launch(program=host_program())
            one = self.imported(pem)
            result, mail = host.run("message.protect", {
                "sign": {"certificate": one["fingerprint"]},
                "encrypt": {"recipients": [
                    {"certificate": one["fingerprint"]}]}}, content=MAIL)
            self.assertEqual(result["signedBy"], one["fingerprint"])
            result, _ = host.run("message.read", {}, content=mail)
            self.assertEqual(result["layers"][0]["decryptedWith"],
                             one["fingerprint"])
            signer, = result["layers"][1]["signers"]
            self.assertEqual(signer["status"], "valid")

    def test_the_key_can_be_kept_in_a_file(self):
        """Nothing is lost with the disk: it can be exported."""
        host = self.start(answers=["pin " + PASSWORD, "confirm"])
        one = self.imported(self.issued(self.ask()))
        saved = host.request("certificate.export", {
            "fingerprint": one["fingerprint"], "form": "pkcs12"})["saved"]
        text = run("openssl", "pkcs12", "-in", os.path.join(
            self.folder, "Downloads", saved), "-passin", "pass:" + PASSWORD,
            "-nodes").decode()
        self.assertIn("BEGIN PRIVATE KEY", text)

    def test_the_password_of_the_database(self):
        self.start(answers=["pin wrong", "pin secret"], password="secret")
        self.assertEqual(self.kind(self.ask, prompt="never"),
                         "password-required")
        self.assertEqual(asked(self.env), [])
        self.ask()
        self.assertEqual([line.split()[0] for line in asked(self.env)
                          if not line.startswith("OPTION")],
                         ["GETPIN", "GETPIN"])
        self.assertEqual(self.keys("secret"), 1)

    def test_nothing_is_made_of_bad_params(self):
        """No password is asked for, either."""
        self.start(password="secret")
        for more, wrong in (
                ({"subject": ""}, "subject"), ({"subject": "Zoe"}, "subject"),
                ({"subject": "CN="}, "subject"),
                ({"subject": "C=Germany"}, "subject"),
                ({"subject": "CN=a\nb"}, "subject"),
                ({"subject": "CN=\x7f"}, "subject"),
                ({"subject": "CN=" + 1100 * "x"}, "subject"),
                ({"addresses": []}, "addresses"),
                ({"addresses": [ZOE] * 101}, "addresses"),
                *(({"addresses": [ZOE, wrong]}, "addresses") for wrong in (
                    "", "zoe", "@example.org", "zoe@", "z@a b", "z@a>",
                    "z z@example.org", "z@[192.0.2.1]", "z@a..b", "z@-a.b",
                    "z@a.", "Zoe <zoe@example.org>", "z@" + 320 * "a"))):
            with self.subTest(more):
                failure = self.failure(self.ask, **more)
                self.assertEqual(failure.kind, "invalid-params")
                self.assertIn('"%s"' % wrong, failure.message)
        for token in ("", "nowhere", "NSS Generic Crypto Services"):
            self.assertEqual(self.kind(self.ask, token=token),
                             "token-absent")
        self.assertEqual(asked(self.env), [])
        self.assertEqual(self.keys("secret"), 0)

    def test_cancelled(self):
        """Of the key nothing stays."""
        host = self.start()
        pending = [host.begin("certificate.request", {
            "subject": "CN=Zoe", "addresses": [ZOE], "key": "rsa-4096"})
            for _ in range(3)]
        for one in pending:
            host.request("operation.cancel", {"id": one.id})
        made = 0
        for one in pending:
            try:
                host.finish(one)
                made += 1
            except HostError as error:
                self.assertEqual(error.kind, "cancelled")
        self.assertLess(made, 3)
        self.assertTrue(until(lambda: self.keys() == made, 120))

    def test_others_go_on(self):
        """While a key is made, short requests are answered."""
        host = self.start()
        pending = [host.begin("certificate.request", {
            "subject": "CN=Zoe", "addresses": [ZOE], "key": "rsa-4096"})
            for _ in range(2)]
        for _ in range(5):
            host.request("certificate.list", {})
        for one in pending:
            self.shown(unb64(host.finish(one, 120)["request"]))

    def test_on_a_token(self):
        """softhsm: the key is there, and the certificate finds it."""
        tokens = os.path.join(self.folder, "tokens")
        os.mkdir(tokens)
        conf = os.path.join(self.folder, "softhsm2.conf")
        with open(conf, "w", encoding="utf-8") as file:
            file.write("directories.tokendir = %s\n" % tokens)
        os.environ["SOFTHSM2_CONF"] = conf
        self.addCleanup(os.environ.pop, "SOFTHSM2_CONF")
        tool("softhsm2-util", "--init-token", "--free", "--label", "card",
             "--pin", "1234", "--so-pin", "5678")
        self.database = PKI.empty(os.path.join(self.folder, "db"))
        tool("modutil", "-force", "-add", "soft", "-libfile",
             "/usr/lib/softhsm/libsofthsm2.so", "-dbdir",
             "sql:" + self.database)
        self.env = environment(
            self.folder, answers=["pin 1234", "confirm"],
            database="sql:" + self.database)
        host = self.launch(program=host_program())
        for key in ("rsa-2048", "p-256"):
            request = self.ask(key, token="card")
            self.shown(request)
            one = self.imported(self.issued(request))
            self.assertIs(one["own"], True)
            _, mail = host.run("message.protect", {"sign": {
                "certificate": one["fingerprint"]}}, content=MAIL)
            result, _ = host.run("message.read", {}, content=mail)
            self.assertEqual(
                result["layers"][0]["signers"][0]["status"], "valid")
        self.assertEqual(self.keys(), 0)
        self.assertEqual(self.withdraw(self.ask(token="card")), {})


class Withdraw(RequestCase):
    def test_the_key_goes(self):
        self.start(answers=["confirm"])
        kept, given_up = self.ask(), self.ask("rsa-2048")
        self.assertEqual(self.keys(), 2)
        self.assertEqual(self.withdraw(given_up), {})
        self.assertEqual(self.keys(), 1)
        line, = (line for line in asked(self.env)
                 if line.startswith("CONFIRM"))
        self.assertIn("CN=Zoe,O=Example", line)
        self.assertEqual(self.kind(self.withdraw, given_up),
                         "no-private-key")
        self.assertIs(self.imported(self.issued(given_up))["own"], False)
        self.assertIs(self.imported(self.issued(kept))["own"], True)

    def test_declined(self):
        self.start(answers=["decline"])
        request = self.ask()
        self.assertEqual(self.kind(self.withdraw, request, prompt="never"),
                         "password-required")
        self.assertEqual(self.kind(self.withdraw, request), "user-declined")
        self.assertEqual(self.keys(), 1)

    def test_one_that_was_answered(self):
        """Its key belongs to the certificate by now."""
        self.start(answers=["confirm"])
        request = self.ask()
        one = self.imported(self.issued(request))
        self.assertEqual(self.kind(self.withdraw, request), "invalid-params")
        self.assertEqual(self.keys(), 1)
        self.host.request("certificate.delete", {
            "fingerprint": one["fingerprint"], "withKey": True})
        self.assertEqual(self.keys(), 0)
        self.assertEqual(self.kind(self.withdraw, request), "no-private-key")

    def test_of_another(self):
        self.start()
        run("openssl", "req", "-new", "-newkey", "ec", "-pkeyopt",
            "ec_paramgen_curve:P-256", "-nodes", "-keyout", "/dev/null",
            "-subj", "/CN=x", "-outform", "DER", "-out",
            os.path.join(self.folder, "x"))
        with open(os.path.join(self.folder, "x"), "rb") as file:
            self.assertEqual(self.kind(self.withdraw, file.read()),
                             "no-private-key")

    def test_nonsense(self):
        """Whatever of it is cut off or changed: never anything else."""
        self.start()
        request = self.ask()
        for data in (b"", b"0", b"\x30\x00", request[1:], request + b"\0",
                     PKI.bytes("ca.crt"), PKI.der("alice")):
            self.assertEqual(self.kind(self.withdraw, data),
                             "invalid-params")
        for i in range(0, len(request), 7):
            self.assertEqual(self.kind(self.withdraw, request[:i]),
                             "invalid-params")
        for i in range(0, 90):
            changed = bytearray(request)
            changed[i] ^= 0x55
            self.assertIn(self.kind(self.withdraw, bytes(changed),
                                    prompt="never"),
                          ("invalid-params", "no-private-key",
                           "password-required"))
        self.assertEqual(self.keys(), 1)

    def test_with_a_password(self):
        self.start(answers=["pin secret", "confirm", "pin secret"],
                   password="secret")
        request = self.ask()
        self.host.request("database.lock", {})
        self.withdraw(request)
        self.assertEqual(self.keys("secret"), 0)


if __name__ == "__main__":
    unittest.main()
