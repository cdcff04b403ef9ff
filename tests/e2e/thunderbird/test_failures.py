# SPDX-License-Identifier: MPL-2.0
"""What goes wrong: mail stays readable as it came, nothing is sent
unprotected, and it is said what to do."""

import os
import shutil
import signal
import subprocess
import time
import unittest

from case import Case, needed
from peer import Peer


def hosts(folder):
    """The processes of the host of this Thunderbird."""
    found = []
    for name in os.listdir("/proc"):
        try:
            with open("/proc/%s/environ" % name, "rb") as file:
                environment = file.read()
            program = os.readlink("/proc/%s/exe" % name)
        except OSError:
            continue
        if (folder.encode() in environment and
                program == os.path.realpath(needed("NSSMIME_HOST"))):
            found.append(int(name))
    return found


class Failures(Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.peer = Peer(needed("NSSMIME_TEST_PKI"))

    def kill(self):
        found = hosts(self.folder)
        self.assertTrue(found)
        for process in found:
            try:
                os.kill(process, signal.SIGKILL)
            except ProcessLookupError:
                pass  # the one ends with the other
        end = time.monotonic() + 10
        while hosts(self.folder) and time.monotonic() < end:
            time.sleep(0.02)
        self.assertEqual([], hosts(self.folder))

    def set_up(self):
        """Mail was protected before."""
        self.steps.compose(to="bob@example.org", subject="x", body="x\n")
        self.steps.bar("shown.level == 'ok'")
        self.steps.discard()

    def deliver_encrypted(self, subject, text="Hidden"):
        self.imap.append(self.user, self.peer.mail(self.peer.encrypt(
            self.peer.sign(self.peer.text(text)), "alice"), subject))

    def test_killed(self):
        """It is started anew for the next mail."""
        self.deliver_encrypted("before")
        self.steps.open("before")
        self.steps.seen("seen.level == 'ok'")
        self.kill()
        self.deliver_encrypted("after", "Again")
        self.steps.open("after")
        self.assertIn("Again", self.steps.seen("seen.level == 'ok'")["body"])

    def test_killed_while_sending(self):
        """Nothing leaves, and the composer stays."""
        self.steps.compose(to="bob@example.org", subject="Killed",
                           body="Text\n")
        pids = hosts(self.folder)
        self.assertTrue(pids)
        for process in pids:
            os.kill(process, signal.SIGSTOP)
        self.steps.send(closes=False)
        # until the mail is with the host, which has stopped to answer
        time.sleep(3)
        for process in pids:
            os.kill(process, signal.SIGKILL)
        bar = self.steps.bar("/^Not sent/.test(shown.text)")
        self.assertEqual("bad", bar["level"])
        self.assertIn("ended unexpectedly", bar["text"])
        self.assertTrue(self.smtp.nothing())
        self.assertIn("Text", self.steps.written()["body"])
        # and then it works
        self.steps.send()
        self.decrypt(self.sent(["bob@example.org"]), "bob")

    def test_silent(self):
        """What does not go on can be given up, and so it is by closing the
        composer."""
        self.deliver_encrypted("wakes it")
        self.steps.open("wakes it")
        self.steps.seen("seen.level == 'ok'")
        self.steps.compose(to="bob@example.org", subject="Silent",
                           body="Text\n")
        self.deliver_encrypted("never opened")
        self.imap.append(self.user, self.peer.mail(
            self.peer.sign(self.peer.text("Readable")), "never checked"))
        pids = hosts(self.folder)
        self.assertTrue(pids)
        for process in pids:
            os.kill(process, signal.SIGSTOP)
        try:
            self.steps.open("never opened")
            self.steps.stop("row", 0)
            seen = self.steps.seen("seen.level")
            self.assertIn("You stopped it", seen["title"])
            self.assertIn("You stopped it", seen["body"])
            self.picture("reader-stopped")
            self.steps.open("never checked")
            self.steps.stop("row", 0)
            seen = self.steps.seen("seen.level")
            self.assertEqual(["tbTryAgain"], seen["buttons"])
            # as it came
            self.assertIn("Readable", seen["body"])

            self.steps.send(closes=False)
            self.steps.stop("bar", 0)
            bar = self.steps.bar("/^Not sent/.test(shown.text)")
            self.assertEqual("info", bar["level"])
            self.picture("composer-stopped", "msgcompose")
            self.steps.send(closes=False)
            self.steps.run("""
                const win = composers().at(-1);
                await until(() => bar(win).querySelector("button.cancel")
                    .getClientRects().length, "progress");
            """)
            self.steps.discard()
        finally:
            for process in pids:
                os.kill(process, signal.SIGCONT)
        self.steps.try_again()
        self.steps.seen("seen.level == 'ok'")
        self.assertTrue(self.smtp.nothing())

    def test_switched_off(self):
        """It leaves nothing in Thunderbird, and comes back as it was."""
        self.deliver_encrypted("off and on")
        self.steps.open("off and on")
        self.steps.seen("seen.level == 'ok'")
        self.steps.compose(to="bob@example.org", subject="Off", body="x\n")
        left = self.steps.run("""
            const { AddonManager } = ChromeUtils.importESModule(
                "resource://gre/modules/AddonManager.sys.mjs");
            const addon = await AddonManager.getAddonByID(
                "thunderbird@nssmime");
            await addon.disable();
            const registrar = Components.manager.QueryInterface(
                Ci.nsIComponentRegistrar);
            const win = aboutMessage();
            const left = [bar(composers().at(-1)),
                win.document.getElementById("nssmime-verdict"),
                win.document.getElementById("nssmime-verdict-style"),
                win.smimeSink.nssmime,
                registrar.isContractIDRegistered(
                    "@mozilla.org/mimecth;1?type=application/pkcs7-mime"),
                !(MailServices.compose instanceof Ci.nsIMsgComposeService),
            ].filter(Boolean).length;
            await addon.enable();
            return left;
        """)
        self.assertEqual(0, left)
        self.assertTrue(self.steps.bar()["encrypt"])
        self.steps.open("off and on")
        self.assertIn("Hidden", self.steps.seen("seen.level == 'ok'")["body"])

    def test_killed_while_reading(self):
        self.deliver_encrypted("let it start")
        self.steps.open("let it start")
        self.steps.seen("seen.level == 'ok'")
        self.deliver_encrypted("killed", "Opened later")
        pids = hosts(self.folder)
        for process in pids:
            os.kill(process, signal.SIGSTOP)
        self.steps.open("killed")
        self.steps.run("await until(() => aboutMessage().document"
                       ".querySelector('#nssmime-verdict .cancel'), 'it')")
        for process in pids:
            os.kill(process, signal.SIGKILL)
        seen = self.steps.seen("seen.level")
        self.assertEqual("warn", seen["level"])
        self.assertIn("ended unexpectedly", seen["title"])
        self.assertIn("tbTryAgain", seen["buttons"])
        self.picture("reader-host-lost")
        self.steps.try_again()
        self.assertIn("Opened later", self.steps.seen(
            "seen.level == 'ok'")["body"])

    def other_host(self, text):
        """A program that is not what is expected, until the test ends."""
        program = os.path.join(self.folder, "other-host")
        with open(program, "w", encoding="utf-8") as file:
            file.write("#!/usr/bin/env python3\n" + text)
        os.chmod(program, 0o755)
        self.thunderbird.manifest_of(program)
        self.addCleanup(self.thunderbird.manifest, needed("NSSMIME_HOST"))
        if hosts(self.folder):
            self.kill()

    def test_too_old(self):
        """One sentence and the remedy; and nothing leaves."""
        self.set_up()
        self.other_host("""
import json, struct, sys
size = struct.unpack("=I", sys.stdin.buffer.read(4))[0]
asked = json.loads(sys.stdin.buffer.read(size))
answer = json.dumps({"jsonrpc": "2.0", "id": asked["id"], "result": {
    "protocol": 0, "host": {"name": "nssmime-host", "version": "0.0"}}})
sys.stdout.buffer.write(struct.pack("=I", len(answer)) + answer.encode())
sys.stdout.buffer.flush()
sys.stdin.buffer.read()
""")
        self.refuses_all("too old")
        self.picture("reader-too-old")

    def test_crashed_at_once(self):
        self.set_up()
        self.other_host("import os\nos.abort()\n")
        self.refuses_all("does not start")

    def refuses_all(self, words):
        self.deliver_encrypted("refused: " + words)
        self.imap.append(self.user, self.peer.mail(self.peer.sign(
            self.peer.text("Readable")), "readable: " + words))
        self.steps.compose(to="bob@example.org", subject="No", body="Text\n")
        bar = self.steps.bar("shown.level == 'bad'")
        self.assertIn(words, bar["text"])
        self.steps.send(closes=False)
        self.steps.bar("/^Not sent/.test(shown.text)")
        self.assertTrue(self.smtp.nothing())
        self.steps.press("setUp")
        self.assertIn(words, self.steps.inside(
            "document.querySelector('.step .command') &&"
            " document.body.innerText"))
        self.picture("first-run-" + words.replace(" ", "-"),
                     "mail:extensionPopup")
        self.steps.close_popup()
        self.steps.open("readable: " + words)
        seen = self.steps.seen("seen.level")
        self.assertIn("Readable", seen["body"])
        self.steps.open("refused: " + words)
        seen = self.steps.seen("seen.level")
        self.assertEqual("warn", seen["level"])
        self.assertIn(words, seen["title"])
        self.assertIn("tbSetUp", seen["buttons"])

    def test_missing(self):
        self.set_up()
        self.thunderbird.manifest(None)
        self.addCleanup(self.thunderbird.manifest, needed("NSSMIME_HOST"))
        if hosts(self.folder):
            self.kill()
        self.deliver_encrypted("no host")
        self.steps.open("no host")
        seen = self.steps.seen("seen.level")
        self.assertIn("does not find the helper program", seen["title"])
        self.assertEqual(["tbSetUp", "tbTryAgain"], seen["buttons"])
        self.assertIn("does not find the helper program", seen["body"])
        self.picture("reader-no-host")

        # what is only signed is as readable as it ever was
        self.imap.append(self.user, self.peer.mail(
            self.peer.sign(self.peer.text("Readable")), "signed, no host"))
        self.steps.open("signed, no host")
        seen = self.steps.seen("seen.level")
        self.assertEqual("warn", seen["level"])
        self.assertIn("Readable", seen["body"])

        # what would have been protected is held back
        bar = self.steps.compose(to="bob@example.org", subject="Hm",
                                 body="Text\n")
        self.assertEqual((True, True, "bad"),
                         (bar["sign"], bar["encrypt"], bar["level"]))
        self.assertIn("does not find the helper program", bar["text"])
        self.picture("composer-no-host", "msgcompose")
        self.steps.send(closes=False)
        bar = self.steps.bar("/^Not sent/.test(shown.text)")
        self.assertTrue(self.smtp.nothing())
        # until its writer says otherwise
        for name in ("sign", "encrypt"):
            self.steps.press(name)
            self.steps.bar("!shown.%s" % name)
        self.steps.send()
        self.assertIn(b"Text", self.sent(["bob@example.org"]))


class Password(Case):
    """The host's database has a password, which it asks for itself."""

    @classmethod
    def settings(cls):
        folder = os.path.join(cls.folder, "locked")
        shutil.copytree(cls.database(), folder)
        password = os.path.join(cls.folder, "password")
        empty = os.path.join(cls.folder, "empty")
        with open(password, "w", encoding="utf-8") as file:
            file.write("sesame\n")
        with open(empty, "w", encoding="utf-8") as file:
            file.write("\n")
        subprocess.run(["certutil", "-W", "-d", "sql:" + folder, "-f", empty,
                        "-@", password], check=True, capture_output=True)
        return {"database": "sql:" + folder}

    def test_password(self):
        peer = Peer(needed("NSSMIME_TEST_PKI"))
        self.imap.append(self.user, peer.mail(peer.encrypt(
            peer.sign(peer.text("Behind a password")), "alice"), "locked"))
        self.thunderbird.answer("cancel")
        self.steps.open("locked")
        seen = self.steps.seen("seen.level")
        self.assertEqual(("warn", ["tbTryAgain"]),
                         (seen["level"], seen["buttons"]))
        self.assertNotIn("Behind", seen["body"])
        self.assertIn("asked for a password", seen["title"])
        self.picture("reader-declined")

        self.steps.compose(to="bob@example.org", subject="No", body="Text\n")
        self.steps.press("encrypt")
        self.steps.bar("!shown.encrypt")
        self.thunderbird.answer("cancel")
        self.steps.send(closes=False)
        self.steps.bar("/^Not sent/.test(shown.text)")
        self.assertTrue(self.smtp.nothing())
        self.assertEqual(2, len(self.thunderbird.asked()))

        self.steps.discard()
        # it does not ask again for a minute
        time.sleep(61)
        self.thunderbird.answer("pin sesame")
        self.steps.try_again()
        seen = self.steps.seen("seen.level == 'ok'")
        self.assertIn("Behind a password", seen["body"])


if __name__ == "__main__":
    unittest.main()
