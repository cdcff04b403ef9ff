# SPDX-License-Identifier: MPL-2.0
"""The trace of names: what it says, and what it never says."""

import json
import os
import unittest

from owa_case import (CREATE, READ, OwaCase, email_message, mailbox, uri)

SECRET = "Geheimnis"


class Trace(OwaCase):
    def traced(self, *steps, **settings):
        home = os.path.join(self.folder, "home")
        owa = self.begin(home=home, **settings)
        for step in steps:
            step(owa)
        self.assertEqual(owa.close(), 0)
        path = os.path.join(home, "cache", "nssmime", "owa-trace.txt")
        if not os.path.exists(path):
            return None
        self.assertEqual(os.stat(path).st_mode & 0o777, 0o600)
        with open(path, encoding="ascii") as file:
            return file.read()

    def test_off(self):
        for settings in ({}, {"owaTrace": False}):
            self.assertIsNone(self.traced(
                lambda owa: owa.initialize(OWAClearSign=True), **settings))

    def test_names_kinds_and_lengths(self):
        text = self.traced(
            lambda owa: owa.initialize(
                port=5, version="1.2", OWAClearSign=True, Unknown=[1, {}],
                OWAEncryptionAlgorithms="6610"),
            lambda owa: owa.ask(READ, Smime="data:,x", More=None),
            owaTrace=True)
        for line in (
                "frame: object", "frame.portId: number, 1",
                "frame.messageType: string, 20",
                "frame.data.StartOffset: number, 1",
                "frame.data.IsLastPart: boolean",
                "frame.data.__type: string, 74, PostPartialSmimeRequest:"
                "#Microsoft.Exchange.Clients.BrowserExtension.Smime",
                "request.OwaControlVersion: string, 3",
                "request.Settings >.OWAClearSign: boolean",
                "request.Settings >.OWAEncryptionAlgorithms: string, 4",
                "request.Settings >.Unknown: array",
                "request.Settings >.Unknown[1]: object",
                "request.Settings >.Unknown: 2 elements",
                "request.Smime: string, 7", "request.More: null",
                "frame.data.MaxPartSize: number, 6"):
            self.assertIn(line + "\n", text)

    def test_never_values(self):
        """Secrets wherever a value or a name can be."""
        def secret(owa):
            message = json.loads(email_message(
                ("bob",), body=SECRET, Subject=SECRET, attachments=[{
                    "Name": SECRET, "ContentType": "text/" + SECRET,
                    "Content": "R2VoZWltbmlz", "__type": SECRET}],
                CcRecipients=[dict(mailbox("carol"), Name=SECRET)]))
            message[SECRET + " " + SECRET] = SECRET
            message["\u20ac" + SECRET] = {SECRET + "@x": [SECRET]}
            message["x" * 65] = SECRET
            message["__type"] = SECRET + " x:#Exchange"
            owa.ask(CREATE, EmailMessage=json.dumps(message),
                    SmimeType=11, SigningCertificate=SECRET,
                    Settings=json.dumps({SECRET + "!": SECRET}))
            owa.ask(READ, Smime=uri(self.cms_sign(
                "alice", b"\r\n" + SECRET.encode()), "multipart/signed"))
            for frame in (SECRET, {SECRET + "?": SECRET},
                          {"messageType": SECRET, "portId": SECRET,
                           "requestId": SECRET, "data": {"__type": SECRET}},
                          {"data": {"__type": SECRET + ":#Other"}},
                          {"data": {"__type": SECRET + ":#Exchange" + "1"}}):
                owa.send(frame)
                owa.receive()
        text = self.traced(secret, owaTrace=True)
        self.assertNotIn(SECRET, text)
        self.assertNotIn("xxxxx", text)
        for word in ("Hello", "alice", "bob", "carol", "example"):
            self.assertNotIn(word, text)
        for line in ("EmailMessage.Body.Value: string, 9",
                     "EmailMessage.Attachments[0].Content: string, 12",
                     "EmailMessage.(19 bytes): string, 9"):
            self.assertIn(line, text)

    def test_bounded(self):
        def much(owa):
            for index in range(40):
                owa.ask("X", **{"n%d" % n: index for n in range(2000)})
        text = self.traced(much, owaTrace=True)
        self.assertLessEqual(len(text), 1024 * 1024)
        self.assertGreater(len(text), 900 * 1024)
        self.assertTrue(text.endswith("\n\n"))
        # many elements are told of by their number
        text = self.traced(lambda owa: owa.ask("X", a=[{"b": 1}] * 5000),
                           owaTrace=True)
        self.assertIn("request.a: 5000 elements", text)
        self.assertIn("request.a[19].b", text)
        self.assertNotIn("request.a[20].b", text)

    def test_wrong_setting(self):
        owa = self.begin(owaTrace="yes")
        self.assertEqual(self.code(owa.ask(READ, Smime="x")), 11)


if __name__ == "__main__":
    unittest.main()
