# SPDX-License-Identifier: MPL-2.0
"""Each setting of Set-SmimeConfig that is a host's business, as it comes from
the page, and what it changes in a mail."""

import base64
import os
import re
import unittest

from owa_case import (CLEAR, CREATE, ENCRYPTED, OPAQUE, OwaCase, der,
                      email_message, inner, uri)

CIPHERS = {"aes-128-cbc": "2.16.840.1.101.3.4.1.2",
           "aes-192-cbc": "2.16.840.1.101.3.4.1.22",
           "aes-256-cbc": "2.16.840.1.101.3.4.1.42",
           "aes-256-gcm": "2.16.840.1.101.3.4.1.46"}


class PolicyCase(OwaCase):
    def asked(self, settings, owa=None, **request):
        """The answer on a port of its own with these settings."""
        owa = owa or self.owa
        port = owa.number()
        if settings is not None:
            answer = owa.initialize(port=port, **settings)
            self.assertEqual(answer["ErrorCode"], 0)
            self.assertNotIn("Notes", answer)
        return owa.ask(CREATE, port=port, **self.creating(**request))

    def made(self, settings, owa=None, **request):
        return self.data(self.asked(settings, owa, **request)).encode()

    def cipher(self, made):
        text = self.printed(der(made))
        found, = set(re.findall(
            r"contentEncryptionAlgorithm:\s+algorithm: (\S+)", text))
        return found

    def digest(self, made):
        return re.search(r"micalg=([^;\s]+)", made.decode()).group(1)

    def along(self, made):
        """Names of the certificates that a signature has along."""
        text = self.printed(made, "SMIME")
        return set(re.findall(r"subject: O=Example, CN=(.*)", text))

    def form(self, made):
        return inner(made).get_content_type()


class Settings(PolicyCase):
    def both(self, name, **request):
        """What is made where it is on, off, and not said."""
        return [self.made(settings, **request) for settings in (
            {name: True}, {name: False}, {})]

    def test_names_and_values(self):
        """With "OWA" before it and without, in any case, as whatever says yes
        or no."""
        for name in ("OWAClearSign", "ClearSign", "owaclearsign"):
            for value, form in ((False, "pkcs7"), ("false", "pkcs7"),
                                (0, "pkcs7"), ("$false", "pkcs7"),
                                (True, "signed"), ("True", "signed"),
                                ("1", "signed"), (None, "signed")):
                self.assertIn(form, self.form(self.made(
                    {name: value}, sign="alice")))

    def test_not_understood(self):
        """Nothing else of the settings is lost by it."""
        port = self.owa.number()
        answer = self.owa.initialize(port=port, OWAClearSign=False,
                                     OWAOther=1, OWAUseKeyIdentifier="x")
        self.assertEqual(sorted(answer["Notes"]),
                         ["setting-not-understood", "setting-unknown"])
        self.assertIn("pkcs7", self.form(self.create(sign="alice",
                                                     port=port)))

    def test_others_are_known(self):
        """The server's and the page's business: taken, and without effect."""
        made = self.made({
            "OWACopyRecipientHeaders": True, "OWACRLConnectionTimeout": 1,
            "OWACRLRetrievalTimeout": 1, "OWADisableCRLCheck": True,
            "OWADLExpansionTimeout": 1, "OWAEncryptTemporaryBuffers": False,
            "OWAForceSMIMEClientUpgrade": False, "NoSignOnReply": True,
            "OWAUseSecondaryProxiesWhenFindingCertificates": False,
            "SMIMECertificateIssuingCA": "AAAA"}, sign="alice")
        self.verified(made)

    def test_ports_have_their_own(self):
        self.owa.initialize(port="a", OWAClearSign=False)
        self.owa.initialize(port="b", OWAClearSign=True)
        for port, form in (("a", "pkcs7"), ("b", "signed"), ("c", "signed")):
            self.assertIn(form, self.form(self.create(sign="alice",
                                                      port=port)))
        # the last word of a port counts
        self.owa.initialize(port="a")
        self.assertIn("signed", self.form(self.create(sign="alice",
                                                      port="a")))

    def test_many_ports(self):
        for port in range(100):
            self.owa.initialize(port=port, OWAClearSign=False)
        self.assertIn("pkcs7", self.form(self.create(sign="alice", port=99)))
        self.assertIn("signed", self.form(self.create(sign="alice", port=0)))

    def test_always_sign(self):
        on, off, unset = self.both("OWAAlwaysSign", kind=ENCRYPTED,
                                   to=["bob"])
        self.assertIn(b"multipart/signed", self.decrypted("bob", on))
        self.assertIn(b"<p>Hello</p>", self.plain(on, "bob"))
        for made in (off, unset):
            self.assertNotIn(b"signed", self.decrypted("bob", made))

    def test_always_encrypt(self):
        on, off, unset = self.both("OWAAlwaysEncrypt", kind=CLEAR)
        self.assertIn("pkcs7-mime", self.form(on))
        self.assertIn(b"<p>Hello</p>", self.plain(on, "bob"))
        for made in (off, unset):
            self.assertEqual(self.form(made), "multipart/signed")
        # better no mail than one that others can read
        self.assertEqual(self.code(self.asked(
            {"OWAAlwaysEncrypt": True}, kind=CLEAR,
            mail_text=email_message(("nobody",)))), 16)

    def test_clear_sign(self):
        on, off, unset = self.both("OWAClearSign", sign="alice")
        self.assertEqual([self.form(made) for made in (on, off, unset)],
                         ["multipart/signed", "application/pkcs7-mime",
                          "multipart/signed"])
        self.assertEqual(self.form(self.made(
            {"OWAClearSign": True}, kind=OPAQUE)), "multipart/signed")
        self.assertEqual(self.form(self.made(
            {}, kind=OPAQUE)), "application/pkcs7-mime")

    def test_chains(self):
        chain = "OWAIncludeCertificateChainWithoutRootCertificate"
        root = "OWAIncludeCertificateChainAndRootCertificate"
        leaf, one = {"alice"}, {"alice", "Example Intermediate"}
        for settings, expected in (
                ({}, one), ({chain: True}, one), ({chain: False}, leaf),
                ({root: False}, one), ({chain: False, root: False}, leaf),
                ({root: True}, one | {"Example Root"}),
                ({chain: False, root: True}, one | {"Example Root"}),
                ({"OWASignedEmailCertificateInclusion": False}, set()),
                ({"OWASignedEmailCertificateInclusion": False, root: True},
                 set()),
                ({"OWASignedEmailCertificateInclusion": True}, one)):
            with self.subTest(settings=settings):
                self.assertEqual(self.along(self.made(
                    settings, sign="alice")), expected)

    def test_capabilities(self):
        on, off, unset = self.both("OWAIncludeSMIMECapabilitiesInMessage",
                                   sign="alice")
        self.assertEqual(["S/MIME Capabilities" in self.printed(
            made, "SMIME") for made in (on, off, unset)],
            [True, False, True])

    def test_triple_wrap(self):
        on, off, unset = self.both("OWATripleWrapSignedEncryptedMail",
                                   sign="alice", to=["bob"])
        self.assertEqual([self.form(made) for made in (on, off, unset)],
                         ["multipart/signed", "application/pkcs7-mime",
                          "application/pkcs7-mime"])
        self.assertIn(b"Hello", self.plain(self.verified(on), "bob"))
        # only what is both is wrapped
        self.assertEqual(self.form(self.made(
            {"OWATripleWrapSignedEncryptedMail": True}, to=["bob"])),
            "application/pkcs7-mime")

    def test_key_identifier(self):
        on, off, unset = self.both("OWAUseKeyIdentifier", to=["bob", "carol"])
        for made, count in ((on, 3), (off, 0), (unset, 0)):
            text = self.printed(der(made))
            self.assertEqual(len(re.findall(
                r"d\.(?:subjectKeyIdentifier|rKeyId)", text)), count)
            for name in ("alice", "bob", "carol"):
                self.assertIn(b"Hello", self.decrypted(name, made))

    def test_encryption_algorithms(self):
        oid = "2.16.840.1.101.3.4.1.46"
        for value, cipher, notes in (
                (None, "aes-256-cbc", []), ("", "aes-256-cbc", []),
                ("6610", "aes-256-cbc", []), ("660E", "aes-128-cbc", []),
                ("660f", "aes-192-cbc", []), ("0x660E", "aes-128-cbc", []),
                (" 660E ; 6610 ;", "aes-128-cbc", []),
                ("660E:128", "aes-128-cbc", []),
                ("660E,2.16.840.1.101.3.4.1.22", "aes-192-cbc", []),
                ("6610:256," + oid + ";660E", "aes-256-gcm", []),
                ("6610,1.2.3.4", "aes-256-cbc", []),
                # never sent, whatever a list says
                ("6601", "aes-256-cbc", ["encryption-algorithm-not-sent"]),
                ("6602:40;6602:128;6603", "aes-256-cbc",
                 ["encryption-algorithm-not-sent"]),
                ("6603;660E", "aes-128-cbc",
                 ["encryption-algorithm-not-sent"]),
                ("660E;6603", "aes-128-cbc", []),
                ("7777;660F", "aes-192-cbc",
                 ["encryption-algorithm-not-sent"]),
                # the published default where it is not understood
                ("x", "aes-256-cbc", ["encryption-algorithms-not-understood"]),
                ("660", "aes-256-cbc",
                 ["encryption-algorithms-not-understood"]),
                ("660E:", "aes-256-cbc",
                 ["encryption-algorithms-not-understood"]),
                ("660E,", "aes-256-cbc",
                 ["encryption-algorithms-not-understood"]),
                ("660E,3.1", "aes-256-cbc",
                 ["encryption-algorithms-not-understood"]),
                ("660E 6610", "aes-256-cbc",
                 ["encryption-algorithms-not-understood"])):
            with self.subTest(value=value):
                answer = self.asked({"OWAEncryptionAlgorithms": value},
                                    to=["bob"])
                made = self.data(answer).encode()
                text = self.printed(der(made))
                self.assertIn(CIPHERS[cipher], text)
                self.assertEqual(answer.get("Notes", []), notes)
                if "gcm" not in cipher:
                    self.assertIn(b"Hello", self.decrypted("bob", made))

    def test_signing_algorithms(self):
        for value, digest, notes in (
                (None, "sha-256", []), ("800C", "sha-256", []),
                ("800D", "sha-384", []), ("800e:512", "sha-512", []),
                ("800C,2.16.840.1.101.3.4.2.3", "sha-512", []),
                # what Exchange has unless somebody changes it
                ("8004", "sha-256", ["signing-algorithm-not-sent"]),
                ("8003;8004", "sha-256", ["signing-algorithm-not-sent"]),
                ("8004;800E", "sha-512", ["signing-algorithm-not-sent"]),
                ("800D;8004", "sha-384", []),
                ("sha1", "sha-256", ["signing-algorithms-not-understood"])):
            with self.subTest(value=value):
                answer = self.asked({"OWASigningAlgorithms": value},
                                    sign="alice")
                made = self.data(answer).encode()
                self.assertEqual(self.digest(made), digest)
                self.assertEqual(answer.get("Notes", []), notes)
                self.verified(made)

    def test_nothing_of_old_algorithms(self):
        """Over all lists: none of them is anywhere in a mail."""
        old = "6601;6602:40;6602:56;6602:64;6602:128;6603;8003;8004"
        made = self.made({"OWAEncryptionAlgorithms": old,
                          "OWASigningAlgorithms": "8003;8004"},
                         sign="alice", to=["bob"])
        text = self.printed(der(made)) + self.printed(
            self.decrypted("bob", made), "SMIME")
        head = text.split("signerInfos")[0]
        for word in ("md5", "sha1", "des", "rc2"):
            self.assertNotIn(" %s" % word, re.sub(
                r"(?s)certificates:.*?(?=crls|$)", "", head).lower())

    def test_check_crl_on_send(self):
        """Without a word on revocation a recipient gets nothing."""
        name = "OWACheckCRLOnSend"
        self.assertEqual(self.code(self.asked({name: True}, to=["bob"])), 16)
        for settings in ({name: False}, {}):
            self.assertIn(b"Hello", self.decrypted("bob", self.made(
                settings, to=["bob"])))

    def test_attributes_to_display(self):
        """Where the certificate is not the sender's."""
        message = self.cms_sign("alice", sender="bob")
        same = self.cms_sign("alice")

        def shown(value, data):
            port = self.owa.number()
            self.owa.initialize(
                port=port, OWASenderCertificateAttributesToDisplay=value)
            return self.read_message(
                uri(data, "multipart/signed"), port=port)[
                    "SmimeSignature"].get("SenderCertificateAttributes")
        self.assertEqual(shown("2.5.4.3, 2.5.4.10;2.5.4.11", message), [
            {"Oid": "2.5.4.3", "Value": "alice"},
            {"Oid": "2.5.4.10", "Value": "Example"}])
        self.assertIsNone(shown("2.5.4.3", same))
        self.assertIsNone(shown(None, message))
        self.assertEqual(shown("x,9.9.9,2.5", message), [])


class Choice(PolicyCase):
    """Two equally good certificates of one person."""

    @classmethod
    def prepare(cls):
        folder = os.path.join(cls.home, "twins")
        os.mkdir(folder)
        for name in ("one", "two"):
            cls.pki.issue(folder, name, "twin@example.org",
                          "20250101000000Z", "20990101000000Z")
            cls.pki.add(cls.database, folder, name)
        cls.folder_of_twins = folder

    def signer(self, made):
        """The other one goes along, to be encrypted to."""
        return self.read_message(uri(made, "multipart/signed"))[
            "SmimeSignature"]["CertIssuedTo"][3:6]

    def sent(self, owa, settings=None, **more):
        return self.asked(settings, owa, mail_text=email_message(
            sender="twin"), kind=CLEAR, **more)

    def test_no_choice(self):
        """Nobody is asked, and it is always the same one."""
        owa = self.begin()
        name = "OWAAllowUserChoiceOfSigningCertificate"
        chosen = {self.signer(self.data(self.sent(
            owa, {name: False})).encode()) for _ in range(3)}
        self.assertEqual(len(chosen), 1)
        # also where the request names the other one
        other = ({"one", "two"} - chosen).pop()
        given = base64.b64encode(self.pki.der(
            other, self.folder_of_twins)).decode()
        answer = self.sent(owa, {name: False}, SigningCertificate=given)
        self.assertEqual({self.signer(self.data(answer).encode())}, chosen)
        self.assertEqual(answer["Notes"], ["other-signing-certificate"])
        answer = self.sent(owa, {name: True}, SigningCertificate=given)
        self.assertEqual(self.signer(self.data(answer).encode()), other)

    def test_choice(self):
        first = self.begin(answers=["confirm"])
        second = self.begin(answers=["decline", "confirm"])
        one = self.signer(self.data(self.sent(first)).encode())
        two = self.signer(self.data(self.sent(second)).encode())
        self.assertNotEqual(one, two)
        neither = self.begin(answers=["decline", "decline"])
        self.assertEqual(self.code(self.sent(neither)), 68)


if __name__ == "__main__":
    unittest.main()
