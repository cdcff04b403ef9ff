# SPDX-License-Identifier: MPL-2.0
"""The member "owa" of policy.json, and what comes of it and of the page's
settings together: the stricter counts."""

import json
import os
import re
import sys
import unittest

from owa_case import (CERTIFICATE, CLEAR, CREATE, ENCRYPTED, Extension, OwaCase,
                      der, email_message, inner, mailbox, uri)

POLICY = os.environ["NSSMIME_OWA_POLICY"]
PROGRAM = os.environ["NSSMIME_OWA_HOST"]


class Administrator(OwaCase):
    def setUp(self):
        super().setUp()
        os.makedirs(os.path.dirname(POLICY), 0o755, exist_ok=True)
        self.addCleanup(self.forget)

    @staticmethod
    def forget():
        if os.path.exists(POLICY):
            os.unlink(POLICY)

    def policy(self, mode=0o644, **owa):
        """A host of its own under this file."""
        with open(POLICY, "w", encoding="utf-8") as file:
            json.dump({"owa": owa}, file)
        os.chmod(POLICY, mode)
        return self.begin(PROGRAM)

    def test_domains(self):
        domains = ["mail.example.org", "https://x.example", "*.example.org"]
        owa = self.policy(allowedDomains=domains)
        self.assertEqual(owa.settings(), {"AllowedDomainsByPolicy": domains})
        # a file that anybody may write is nobody's word
        owa = self.policy(0o666, allowedDomains=domains)
        self.assertEqual(owa.settings(), {"AllowedDomainsByPolicy": []})

    def test_not_the_users(self):
        """The user's own file cannot have it."""
        owa = self.begin(owa={"allowedDomains": ["x"]})
        self.assertEqual(owa.settings(), {"AllowedDomainsByPolicy": []})
        self.assertEqual(self.code(owa.ask(
            CREATE, **self.creating(kind=CLEAR))), 11)

    def test_mistakes(self):
        """A file that is wrong is an error, never half of it."""
        for name, value in (
                ("surprise", 1), ("OWAClearSign", "x"), ("ClearSign", 2),
                ("BCCEncryptedEmailForking", 3),
                ("EncryptionAlgorithms", 5), ("EncryptionAlgorithms", "AES"),
                ("SigningAlgorithms", "800C,x"), ("allowedDomains", "x"),
                ("allowedDomains", [1]), ("allowedDomains", [""]),
                ("allowedDomains", ["a b"]), ("allowedDomains", ["x" * 300]),
                ("AllowedDomains", [])):
            with self.subTest(name=name, value=value):
                path = os.path.join(self.folder, "log")
                with open(POLICY, "w", encoding="utf-8") as file:
                    json.dump({"owa": {name: value}}, file)
                os.chmod(POLICY, 0o644)
                with open(path, "wb") as log:
                    owa = Extension(self.env, PROGRAM, stderr=log)
                self.assertEqual(self.code(owa.ask(
                    CREATE, **self.creating(kind=CLEAR))), 11)
                self.assertEqual(owa.close(), 0)
                with open(path, encoding="utf-8") as log:
                    text = log.read()
                self.assertIn("policy.json", text)
                self.assertIn(name, text)

    def created(self, policy, settings, **request):
        owa = self.policy(**policy)
        answer = owa.initialize(**settings)
        self.assertNotIn("Notes", answer)
        return owa.ask(CREATE, **self.creating(**request))

    def bytes(self, answer):
        return self.data(answer).encode()

    def both(self, name, check, strict, **request):
        """For each pair of what the two say: the stricter; alone each
        counts."""
        for admin in (None, True, False):
            for page in (None, True, False):
                policy = {} if admin is None else {name: admin}
                settings = {} if page is None else {"OWA" + name: page}
                said = {admin, page} - {None}
                if len(said) == 2:
                    expected = admin if strict is None else strict
                else:
                    expected = said.pop() if said else None
                with self.subTest(name=name, admin=admin, page=page):
                    check(self.created(policy, settings, **request), expected)

    def test_always_sign(self):
        def check(answer, on):
            text = self.decrypted("bob", self.bytes(answer))
            self.assertEqual(b"multipart/signed" in text, on is True)
        self.both("AlwaysSign", check, True, kind=ENCRYPTED, to=["bob"])

    def test_always_encrypt(self):
        def check(answer, on):
            self.assertEqual(b"enveloped-data" in self.bytes(answer),
                             on is True)
        self.both("AlwaysEncrypt", check, True, kind=CLEAR)

    def test_check_crl(self):
        def check(answer, on):
            self.assertEqual(answer["ErrorCode"], 16 if on else 0)
        self.both("CheckCRLOnSend", check, True, to=["bob"])

    def test_only_cards(self):
        def check(answer, on):
            self.assertEqual(answer["ErrorCode"], 69 if on else 0)
        self.both("OnlyUseSmartCard", check, True, kind=CLEAR)

    def test_triple_wrap(self):
        def check(answer, on):
            self.assertEqual(inner(self.bytes(answer)).is_multipart(),
                             on is True)
        self.both("TripleWrapSignedEncryptedMail", check, True,
                  sign="alice", to=["bob"])

    def test_clear_sign(self):
        """Neither is stricter: the administrator's."""
        def check(answer, on):
            self.assertEqual(inner(self.bytes(answer)).is_multipart(),
                             on is not False)
        self.both("ClearSign", check, None, sign="alice")

    def test_others(self):
        def along(answer):
            return set(re.findall(r"subject: O=Example, CN=(.*)",
                                  self.printed(self.bytes(answer), "SMIME")))
        for name, check in (
                ("IncludeCertificateChainAndRootCertificate",
                 lambda a, on: self.assertEqual(
                     "Example Root" in along(a), on is True)),
                ("IncludeCertificateChainWithoutRootCertificate",
                 lambda a, on: self.assertEqual(
                     "Example Intermediate" in along(a), on is not False)),
                ("SignedEmailCertificateInclusion",
                 lambda a, on: self.assertEqual(
                     "alice" in along(a), on is not False)),
                ("IncludeSMIMECapabilitiesInMessage",
                 lambda a, on: self.assertEqual(
                     "S/MIME Capabilities" in self.printed(
                         self.bytes(a), "SMIME"), on is not False))):
            self.both(name, check, None, sign="alice")

        def named(answer, on):
            text = self.printed(der(self.bytes(answer)))
            self.assertEqual("subjectKeyIdentifier" in text, on is True)
        self.both("UseKeyIdentifier", named, None, to=["bob"])

    def test_algorithms(self):
        """The stronger one of what the two choose."""
        for admin, page, cipher in (
                ("660E", "6610", "42"), ("6610", "660E", "42"),
                ("660E", "660E", "2"), ("660E", None, "2"),
                (None, "660E", "2"), ("6603;660E", "6603", "42")):
            policy = {} if admin is None else {"EncryptionAlgorithms": admin}
            answer = self.created(
                policy, {"OWAEncryptionAlgorithms": page}, to=["bob"])
            self.assertIn("2.16.840.1.101.3.4.1.%s)" % cipher,
                          self.printed(der(self.bytes(answer))))
        for admin, page, digest in (
                ("800C", "800E", "sha-512"), ("800E", "8004", "sha-512"),
                ("800D", None, "sha-384")):
            answer = self.created({"SigningAlgorithms": admin},
                                  {"OWASigningAlgorithms": page},
                                  sign="alice")
            self.assertIn("micalg=" + digest, self.data(answer))

    def test_forking(self):
        message = email_message(("bob",), BccRecipients=[mailbox("erin")])
        for admin, page, count in ((2, 2, 3), (2, 0, 2), (0, 2, 2),
                                   (2, None, 3), (None, 2, 3), (1, 2, 2)):
            policy = {} if admin is None else {
                "BCCEncryptedEmailForking": admin}
            answer = self.created(
                policy, {"OWABCCEncryptedEmailForking": page},
                mail_text=message, to=["bob", "erin"])
            self.assertEqual(self.recipients(self.bytes(answer))[0], count)

    def test_attributes(self):
        owa = self.policy(SenderCertificateAttributesToDisplay="2.5.4.10")
        owa.initialize(OWASenderCertificateAttributesToDisplay="2.5.4.3")
        data = self.read_message(uri(self.cms_sign(
            "alice", sender="bob"), "multipart/signed"), owa)
        self.assertEqual(
            data["SmimeSignature"]["SenderCertificateAttributes"],
            [{"Oid": "2.5.4.10", "Value": "Example"}])

    def test_no_choice(self):
        """One that the user may not choose."""
        for policy, page, asked in (({}, True, True), ({}, False, False),
                                    ({"AllowUserChoiceOfSigningCertificate":
                                      False}, True, False),
                                    ({"AllowUserChoiceOfSigningCertificate":
                                      True}, False, False)):
            with open(POLICY, "w", encoding="utf-8") as file:
                json.dump({"owa": policy}, file)
            os.chmod(POLICY, 0o644)
            owa = self.begin(PROGRAM, answers=["confirm"])
            owa.initialize(OWAAllowUserChoiceOfSigningCertificate=page)
            self.data(owa.ask(CERTIFICATE))
            with open(owa.env["NSSMIME_TEST_PINENTRY"] + ".log",
                      encoding="utf-8") as file:
                self.assertEqual("CONFIRM" in file.read(), asked)


if __name__ == "__main__":
    if os.geteuid() != 0:
        print("SKIPPED: only root can write an administrator's file")
        sys.exit(77)
    unittest.main()
