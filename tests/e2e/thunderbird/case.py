# SPDX-License-Identifier: MPL-2.0
"""What the tests of one file share: one Thunderbird with its servers, and the
peer on the other side, which is openssl.

NSSMIME_HOST, NSSMIME_XPI, NSSMIME_REDUCED_XPI, NSSMIME_TEST_PKI (what pki.sh
makes) and NSSMIME_SCREENSHOTS (a folder) name what is tested and where pictures
go."""

import email
import email.policy
import os
import shutil
import subprocess
import tempfile
import unittest

from dovecot import Dovecot
from smtp import Smtp
from steps import Steps
from thunderbird import Thunderbird

ME = "alice@example.org"


def needed(name):
    value = os.environ.get(name)
    if not value:
        raise RuntimeError("%s is not set" % name)
    return os.path.abspath(value)


class Case(unittest.TestCase):
    user = ME
    prefs = {}

    @classmethod
    def database(cls):
        return os.path.join(needed("NSSMIME_TEST_PKI"), "db")

    @classmethod
    def parts(cls):
        """The host and the add-on; None: what the system has."""
        return needed("NSSMIME_HOST"), needed("NSSMIME_XPI")

    @classmethod
    def settings(cls):
        """More of them for the host."""
        return {}

    @classmethod
    def addons(cls):
        """What lies in the profile, by id."""
        return {}

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(prefix="nssmime-tb-")
        # dovecot may run as somebody else
        os.chmod(cls.folder, 0o755)
        cls.addClassCleanup(shutil.rmtree, cls.folder, ignore_errors=True)
        imap = os.path.join(cls.folder, "imap")
        os.mkdir(imap)
        cls.imap = Dovecot(imap)
        cls.addClassCleanup(cls.imap.stop)
        cls.smtp = Smtp()
        cls.addClassCleanup(cls.smtp.stop)
        cls.thunderbird = Thunderbird(
            cls.folder, cls.user, cls.imap.port, cls.smtp.port,
            cls.database(), *cls.parts(), cls.prefs, cls.settings(),
            cls.addons())
        cls.addClassCleanup(cls.thunderbird.stop)
        cls.thunderbird.start()
        cls.steps = Steps(cls.thunderbird)

    def setUp(self):
        self.addCleanup(self._end)

    def _end(self):
        outcome = self._outcome.result
        failed = [test for test, _ in outcome.errors + outcome.failures]
        if self in failed:
            print(self.thunderbird.log()[-4000:])
        self.steps.discard()
        self.assertEqual([], self.leaks(), "plaintext in temporary files")

    def leaks(self):
        """Files that libmime and the composer make, and must not leave."""
        return [name for name in os.listdir(self.thunderbird.temporary)
                if name.startswith(("nsmail", "nsemail"))]

    def hurdles(self, where=None):
        """What axe-core finds that keeps people from using the page that is
        open, as `inside` has it; or `where`, an expression for an element
        among Thunderbird's own."""
        root = os.path.join(os.path.dirname(os.path.abspath(__file__)),
                            "..", "..", "..", "webext", "node_modules")
        with open(os.path.join(root, "axe-core", "axe.min.js"),
                  encoding="utf-8") as file:
            axe = file.read()
        if where is None:
            found = self.steps.inside(
                "axe.run(document).then(({ violations, passes }) =>"
                " ({ violations, passes: passes.length }))", axe)
        else:
            found = self.steps.run("""
                const [axe] = args;
                const element = %s;
                const win = element.ownerDocument.defaultView;
                const box = new Cu.Sandbox(win, { sandboxPrototype: win,
                    wantXrays: false });
                Cu.evalInSandbox(axe, box);
                const { violations, passes } = await (box.axe ?? win.axe).run(
                    element, { runOnly: ["wcag2a", "wcag2aa"] });
                return { violations, passes: passes.length };
            """ % where, axe)
        self.assertGreater(found["passes"], 0)
        return [(each["id"], [node["html"] for node in each["nodes"]])
                for each in found["violations"]]

    def picture(self, name, kind="mail:3pane"):
        folder = needed("NSSMIME_SCREENSHOTS")
        os.makedirs(folder, exist_ok=True)
        path = os.path.join(folder, name + ".png")
        self.steps.picture(path, kind)
        self.assertGreater(os.path.getsize(path), 2000)

    def deliver(self, mail, **fields):
        """Into the inbox; `fields` replace those that are outside."""
        for name, value in fields.items():
            head, end, body = mail.partition(b"\r\n\r\n")
            lines = head.split(b"\r\n")
            at = next(i for i, line in enumerate(lines) if line.lower()
                      .startswith(name.lower().encode() + b":"))
            lines[at] = b"%s: %s" % (name.encode(), value.encode())
            mail = b"\r\n".join(lines) + end + body
        self.imap.append(self.user, mail)

    # ---- the peer

    @staticmethod
    def pki(name):
        return os.path.join(needed("NSSMIME_TEST_PKI"), name)

    def openssl(self, *args, data=b""):
        done = subprocess.run(["openssl", *args], input=data,
                              capture_output=True, check=False)
        self.assertEqual(0, done.returncode, done.stderr.decode())
        return done.stdout

    def decrypt(self, mail, person):
        return self.openssl("cms", "-decrypt", "-inkey",
                            self.pki(person + ".key"), "-recip",
                            self.pki(person + ".crt"), data=mail)

    def refuses(self, mail, person):
        """`person` has no way in."""
        done = subprocess.run(
            ["openssl", "cms", "-decrypt", "-inkey", self.pki(person + ".key"),
             "-recip", self.pki(person + ".crt")], input=mail,
            capture_output=True, check=False)
        self.assertNotEqual(0, done.returncode)

    def verify(self, mail, signer=ME):
        """The signed entity, once the signature is proven."""
        certificate = os.path.join(self.folder, "signer.pem")
        content = self.openssl(
            "cms", "-verify", "-CAfile", self.pki("ca.crt"), "-purpose",
            "smimesign", "-signer", certificate, data=mail)
        self.assertIn(signer, self.openssl(
            "x509", "-in", certificate, "-noout", "-email").decode())
        return content

    @staticmethod
    def parse(mail):
        return email.message_from_bytes(mail, policy=email.policy.default)

    def sent(self, to):
        """The next mail on the wire, which has to go to `to`."""
        sender, recipients, mail = self.smtp.next()
        self.assertEqual(self.user, sender)
        self.assertEqual(sorted(to), sorted(recipients))
        return mail
