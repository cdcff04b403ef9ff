# SPDX-License-Identifier: MPL-2.0
"""Nothing of a mail is left in memory that was let go, or on a disk."""

import base64
import json
import os
import unittest

from owa_case import (CLEAR, CREATE, ENCRYPTED, READ, OwaCase, der,
                      email_message, mailbox, uri)
from extension import Extension, split

SECRET = "xyzzy-Geheimnis-4711-plugh"
WATCHED = os.environ["NSSMIME_OWA_WATCHED"]


def shapes(text):
    """What the secret looks like in base64, wherever it stands in a group."""
    for shift in range(3):
        encoded = base64.b64encode(b"\0" * shift + text.encode()).decode()
        yield encoded[(shift * 4 + 2) // 3:-4]


class Privacy(OwaCase):
    def watched(self):
        path = os.path.join(self.folder, "watch")
        with open(path, "w", encoding="ascii") as file:
            file.write("\n".join([SECRET, *shapes(SECRET)]) + "\n")
        owa = Extension(dict(self.env, NSSMIME_WATCH=path), WATCHED)
        owa.watch = path
        self.addCleanup(self.stop, owa)
        return owa

    def lines(self, owa, suffix):
        with open(owa.watch + suffix, encoding="ascii") as file:
            return file.read().split("\n")[:-1]

    def clean(self, owa, least=1):
        """Nothing secret was let go, and secret things were wiped. Before the
        end of the host: after the last part."""
        self.assertEqual(self.lines(owa, ".found"), [])
        self.assertGreaterEqual(len(self.lines(owa, ".count")), least)
        self.assertEqual(owa.close(), 0)
        self.assertEqual(self.lines(owa, ".found"), [])

    def secret_mail(self, **more):
        return email_message(
            body="<p>%s</p>" % SECRET, attachments=[
                {"Name": "a.txt", "ContentType": "text/plain",
                 "Content": base64.b64encode(
                     (SECRET * 9).encode()).decode()},
                {"Name": SECRET, "ContentType": "image/png", "IsInline": True,
                 "ContentId": "a@b", "Content": "AAAA"}], **more)

    def entity(self, size=0):
        return (b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n'
                b"--b\r\nContent-Type: text/html\r\n\r\n%s\r\n"
                b"--b\r\nContent-Type: text/plain\r\n"
                b"Content-Disposition: attachment; filename=%s\r\n"
                b"Content-Transfer-Encoding: base64\r\n\r\n%s\r\n--b--\r\n" % (
                    SECRET.encode() + b"x" * size, SECRET.encode(),
                    base64.encodebytes((SECRET * 9).encode())))

    def test_the_watcher_sees(self):
        """A test of the test: what is shown on purpose is found."""
        owa = self.watched()
        owa.send({"messageType": "GetSettings", "x": SECRET})
        owa.receive()
        owa.send_part(SECRET, 0, False)
        owa.answered("UploadPartialRequest", 7, 1)
        self.assertGreater(len(self.lines(owa, ".count")), 0)

    def test_read(self):
        for size in (0, 300000):
            for name in ("bob", "carol"):
                for cipher in ("aes-256-cbc", "aes-256-gcm"):
                    owa = self.watched()
                    data = self.read_message(uri(der(self.cms_encrypt(
                        [name], self.entity(size), cipher))), owa)
                    self.assertIn(SECRET, json.dumps(data))
                    self.clean(owa)
        owa = self.watched()
        self.read_message(uri(self.cms_sign(
            "alice", self.entity()), "multipart/signed"), owa, size=1000,
            part=777)
        self.clean(owa)

    def test_create(self):
        for more in (dict(kind=ENCRYPTED, to=["bob"]),
                     dict(sign="alice", to=["carol"]), dict(kind=CLEAR)):
            for size in (100, 10 ** 6):
                owa = self.watched()
                self.create(self.secret_mail(), owa, size=size, **more)
                self.clean(owa)

    def create(self, text, owa, size, **more):
        answer = owa.ask(CREATE, size=size, **self.creating(text, **more))
        return self.data(answer)

    def test_never_finished(self):
        """Requests that nobody goes on with are wiped with the host."""
        owa = self.watched()
        text = json.dumps(dict(self.creating(self.secret_mail()),
                               __type=CREATE))
        for request, end in ((1, len(text) // 2), (2, len(text))):
            owa.send_part(text[:end], 0, request == 2, request=request)
            owa.answered("UploadPartialRequest", 7, request)
        owa.send_fetch(50, request=2)
        owa.answered("DownloadPartialResult", 7, 2)
        self.assertEqual(owa.close(), 0)
        self.assertEqual(self.lines(owa, ".found"), [])

    def test_errors(self):
        """Nothing stays of what could not be done."""
        owa = self.watched()
        for text in (self.secret_mail(), self.secret_mail()[:-1],
                     self.secret_mail(CcRecipients=[
                         {"EmailAddress": SECRET}])):
            answer = owa.ask(CREATE, **self.creating(text, to=["mallory"]))
            self.assertIsNone(answer["Data"])
        answer = owa.ask(READ, Smime=SECRET)
        self.assertEqual(answer["ErrorCode"], 53)
        text = json.dumps({"__type": CREATE, "EmailMessage": SECRET * 100})
        for index, piece in enumerate(split(text, 700)):
            owa.send_part(piece, 5 * index, False, request=9)
            owa.answered("UploadPartialRequest", 7, 9)
        self.clean(owa)

    def test_no_files(self):
        """What is opened for writing is a database, and a large ciphertext of
        GCM in a file without a name."""
        home = os.path.join(self.folder, "home")
        owa = self.begin(home=home)
        big = (b"Content-Type: text/plain\r\n\r\n" +
               (SECRET.encode() + b"\r\n") * 700000)
        data = der(self.cms_encrypt(["bob"], big, "aes-256-gcm"))
        text = json.dumps({"__type": READ, "Smime": uri(data)})
        owa.upload(text, size=2 ** 24)
        seen = self.written(owa)
        self.assertIn(SECRET, owa.fetch())
        owa.ask(CREATE, **self.creating(self.secret_mail(
            CcRecipients=[mailbox("carol")]), sign="alice",
            to=["bob", "carol"]))
        seen += self.written(owa)
        self.assertEqual(owa.close(), 0)
        self.assertEqual(seen, [])
        for folder in (home, "/var/tmp", "/tmp/nssmime"):
            for where, _, names in os.walk(folder):
                for name in names:
                    path = os.path.join(where, name)
                    if not os.path.isfile(path) or \
                            os.path.getsize(path) > 2 ** 27:
                        continue
                    with open(path, "rb") as file:
                        content = file.read()
                    for shape in (SECRET, *shapes(SECRET)):
                        self.assertNotIn(shape.encode(), content, path)

    def written(self, owa):
        """Files of other folders that a process of the host has open and that
        hold the secret."""
        from case import children
        found = []
        for pid in (owa.process.pid, *children(owa.process.pid)):
            for fd in os.listdir("/proc/%d/fd" % pid):
                path = "/proc/%d/fd/%s" % (pid, fd)
                try:
                    if not os.path.isfile(path) or os.path.getsize(
                            path) > 2 ** 27:
                        continue
                    with open(path, "rb") as file:
                        if SECRET.encode() in file.read():
                            found.append(os.readlink(path))
                except OSError:
                    continue
        return found


if __name__ == "__main__":
    unittest.main()
