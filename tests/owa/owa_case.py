# SPDX-License-Identifier: MPL-2.0
"""What the tests of the dialect for Outlook on the web share."""

import base64
import email
import email.policy
import json
import os
import re
import shutil
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "protocol"))
sys.path.insert(0, os.path.join(HERE, "..", "support"))

from mail_case import (MIXED, PKI, TEXT, MailCase, address, der,  # noqa: E402
                       enclose, entity_of, mail)
from extension import (CERTIFICATE, CREATE, INITIALIZE, READ,  # noqa: E402
                       READ_ITEM, Extension)
from nssmime import environment  # noqa: E402
from pki import run  # noqa: E402

__all__ = ["BOTH", "CERTIFICATE", "CLEAR", "CREATE", "ENCRYPTED",
           "INITIALIZE", "MIXED", "OPAQUE", "PKI", "READ", "READ_ITEM", "TEXT",
           "TRIPLE", "Extension", "OwaCase", "address", "der", "email_message",
           "enclose", "entity_of", "environment", "inner", "mail", "mailbox",
           "uri"]

ENCRYPTED, OPAQUE, CLEAR, BOTH, TRIPLE = 6, 10, 11, 12, 14


def uri(data, kind="application/pkcs7-mime"):
    return "data:%s;base64,%s" % (kind, base64.b64encode(data).decode())


def mailbox(name):
    return {"Name": name.capitalize(), "EmailAddress": address(name)}


def email_message(to=("bob",), sender="alice", body="<p>Hello</p>",
                  kind="HTML", attachments=None, **more):
    """What the page has of a mail that was written, as a string."""
    message = {
        "__type": "Message:#Exchange",
        "From": {"Mailbox": mailbox(sender)},
        "ToRecipients": [mailbox(name) for name in to],
        "Subject": "Gr\u00fc\u00dfe \U0001f600",
        "Importance": "Normal", "Sensitivity": "Normal",
        "Body": {"BodyType": kind, "Value": body},
        "Attachments": attachments}
    message.update(more)
    return json.dumps(message)


def inner(data):
    """The MIME tree of what was sent, by Python's own parser."""
    return email.message_from_bytes(data, policy=email.policy.SMTP)


class OwaCase(MailCase):
    """A host of its own for each class, on a database with everyone in it."""

    @classmethod
    def setUpClass(cls):
        cls.pki = PKI
        cls.home = tempfile.mkdtemp(prefix="nssmime-owa-")
        cls.addClassCleanup(shutil.rmtree, cls.home, True)
        cls.database = cls.pki.copy(os.path.join(cls.home, "db"))
        cls.prepare()
        cls.env = environment(cls.home, database="sql:" + cls.database,
                              **cls.settings)
        cls.owa = Extension(cls.env)
        cls.addClassCleanup(cls.finish)

    @classmethod
    def finish(cls):
        status = cls.owa.close(60)
        if status != 0:
            raise AssertionError("the host ended with status %d" % status)

    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="nssmime-test-")
        self.addCleanup(shutil.rmtree, self.folder, True)

    def begin(self, program=None, home=None, answers=None, **settings):
        """A host of one test's own."""
        home = home or tempfile.mkdtemp(prefix="home-", dir=self.folder)
        settings.setdefault("database", "sql:" + self.database)
        if settings["database"] is None:
            del settings["database"]
        env = environment(home, answers=answers, **settings)
        owa = Extension(env, program)
        owa.env = env
        self.addCleanup(self.stop, owa)
        return owa

    def stop(self, owa):
        if owa.process.poll() is None:
            self.assertEqual(owa.close(60), 0)

    def locked(self, name="bob"):
        """A database with a password, and somebody's key in it."""
        database = self.pki.empty(os.path.join(self.folder, "locked"),
                                  "secret")
        path = os.path.join(self.folder, "password")
        with open(path, "w", encoding="ascii") as file:
            file.write("secret\n")
        run("pk12util", "-i", self.pki.path(name + ".p12"), "-d",
            "sql:" + database, "-W", "nssmime", "-k", path)
        return "sql:" + database

    # ---- asking -------------------------------------------------------------

    def data(self, answer):
        self.assertEqual(answer["ErrorCode"], 0, answer)
        return answer["Data"]

    def read_message(self, smime, owa=None, kind=READ, **more):
        return self.data((owa or self.owa).ask(kind, Smime=smime, **more))

    def code(self, answer):
        self.assertIsNone(answer["Data"])
        return answer["ErrorCode"]

    def create(self, mail_text=None, owa=None, sign=None, to=(), kind=None,
               port=7, answer=None, **more):
        """The mail that is made, as bytes."""
        answer = answer if answer is not None else (owa or self.owa).ask(
            CREATE, port=port,
            **self.creating(mail_text, sign, to, kind, **more))
        data = self.data(answer)
        self.assertNotIn("\n", data.replace("\r\n", ""))
        return data.encode("ascii")

    def creating(self, mail_text=None, sign=None, to=(), kind=None, **more):
        params = dict(EmailMessage=email_message() if mail_text is None
                      else mail_text, **more)
        if kind is not None:
            params["SmimeType"] = kind
        if sign is not None:
            params["SigningCertificate"] = base64.b64encode(
                self.pki.der(sign)).decode()
        if to:
            params["EncryptionCertificates"] = json.dumps(
                [base64.b64encode(self.pki.der(name)).decode()
                 for name in to])
        return params

    # ---- openssl --------------------------------------------------------------

    def cms(self, *args, data=None):
        return self.openssl("cms", *args, data=data)

    def plain(self, data, name=None):
        """What is inside of a mail that was made, checked by openssl."""
        if name is not None:
            data = self.decrypted(name, data)
        if b"signed" in data.split(b"\n\r\n")[0].split(b"\n\n")[0]:
            data = self.verified(data)
        return data

    def header(self, data, name):
        return inner(data)[name]

    def signed_part(self, data):
        """Of a multipart/signed, the entity as it was signed."""
        boundary = inner(data).get_boundary().encode()
        return re.split(rb"(?:^|\r\n)--%s(?:--)?\r\n" % re.escape(boundary),
                        data)[1]
