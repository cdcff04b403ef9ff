# SPDX-License-Identifier: MPL-2.0
"""nssmime-host doctor: what is not as it has to be is told, each thing by its
own finding and with a command that mends it. Here its form, and what is about
the program and the user's own files."""

import grp
import os
import pwd
import shutil
import unittest

from case import has_landlock
from doctor_case import Doctor

from nssmime import ROOT, host_program


class Frame(Doctor):
    def test_words(self):
        """The same in words, under titles."""
        self.write(self.config, "{}")
        done = self.run_host("doctor")
        self.assertEqual("", done.stderr)
        self.assertIn("Settings\n  [ok] %s is in order.\n" % self.config,
                      done.stdout)
        self.write(self.config, "{")
        done = self.run_host("doctor")
        self.assertEqual((1, ""), (done.returncode, done.stderr))
        self.assertIn("  [problem] config.json is not a JSON object",
                      done.stdout)
        self.assertIn("\n    try: ${EDITOR:-vi} %s\n" % self.config,
                      done.stdout)
        self.assertRegex(done.stdout, r"\n[0-9]+ problems?[.,]")

    def test_usage(self):
        for args in (["x"], ["--json", "--all"], ["--json=1"]):
            done = self.run_host("doctor", *args)
            self.assertEqual((2, ""), (done.returncode, done.stdout))
            self.assertIn("usage: nssmime-host doctor", done.stderr)

    def test_no_home(self):
        """There is nothing to be looked at then."""
        for home in (None, "", "relative"):
            self.env.pop("HOME", None)
            if home is not None:
                self.env["HOME"] = home
            self.assertEqual(["home"], [
                f["id"] for f in self.examine()["findings"]])

    @unittest.skipUnless(os.geteuid() == 0, "only root can be in the way")
    def test_root_at_another_home(self):
        """No module that a user's database names is loaded by root."""
        os.chown(self.home, pwd.getpwnam("nobody").pw_uid, -1)
        self.expect("program", "root", "problem", self.home, remedy=(
            "sudo -u nobody %s doctor" % os.path.realpath(host_program())))
        self.assertEqual(1, len(self.examine()["findings"]))

    def test_nothing_is_written(self):
        before = sorted(os.walk(self.home))
        self.examine()
        self.run_host("doctor")
        self.assertEqual(before, sorted(os.walk(self.home)))


class Program(Doctor):
    def test_version(self):
        version = self.run_host("version").stdout.strip()
        self.expect("program", "version", "ok", version,
                    os.path.realpath(host_program()))
        self.expect("program", "nss", self.finding("program", "nss")["level"],
                    "NSS 3.")

    def test_fetcher(self):
        """It belongs to the program, and lies beside it."""
        folder = os.path.dirname(os.path.realpath(host_program()))
        self.expect("program", "fetcher", "ok",
                    os.path.join(folder, "nssmime-fetch"))

    def test_half_of_it(self):
        """As after a copy of one file."""
        self.program = shutil.copy(host_program(), self.bin)
        self.expect("program", "fetcher", "problem",
                    self.bin + "/nssmime-fetch", "incomplete")


class Settings(Doctor):
    def test_none(self):
        self.expect("settings", "user", "ok", "There is no " + self.config)

    def test_members(self):
        for text, word in (('{"pinentrie": "x"}', "pinentrie"),
                           ('{"lockMinutes": "x"}', "lockMinutes"),
                           ('{"database": "relative"}', "database"),
                           ("[]", "not a JSON object")):
            with self.subTest(text):
                self.write(self.config, text)
                self.expect("settings", "user", "problem", "config.json", word,
                            remedy="${EDITOR:-vi} " + self.config)


class Policy(Doctor):
    def setUp(self):
        super().setUp()
        said = self.finding("settings", "policy")["sentence"]
        self.file = said.split()[3].rstrip(",")
        self.assertTrue(self.file.endswith("/nssmime/policy.json"), said)
        self.lib = self.private(os.path.dirname(os.path.dirname(self.file)),
                                hidden=["nssmime"])

    def policy(self, text, mode=0o644):
        self.put(self.lib, "nssmime/policy.json", text, mode)

    def test_good(self):
        self.policy('{"userOrigins": false}')
        self.expect("settings", "policy", "ok", self.file, "in order")

    def test_member(self):
        """Of both files what is wrong is told."""
        self.write(self.config, '{"x": 1}')
        self.policy('{"userOrigins": 1}')
        self.expect("settings", "user", "problem", "config.json", '"x"')
        found = self.expect("settings", "policy", "problem", "policy.json",
                            "userOrigins")
        self.assertIn("${EDITOR:-vi} " + self.file, found["remedy"])

    def test_ignored(self):
        """What others may change counts for nothing, which is told."""
        self.policy('{"userOrigins": false}', 0o666)
        self.mend(self.expect("settings", "policy", "problem", self.file,
                              "counts for nothing"))
        self.expect("settings", "policy", "ok", "in order")


class Files(Doctor):
    def test_good(self):
        self.expect("files", "settings", "ok", os.path.dirname(self.config))

    def test_changeable(self):
        """Whoever may change the settings chooses the pinentry."""
        self.write(self.config, "{}", 0o666)
        found = self.expect("files", "changeable", "problem", self.config,
                            remedy="chmod go-w " + self.config)
        self.mend(found)
        os.chmod(os.path.dirname(self.config), 0o777)
        self.mend(self.expect("files", "changeable", "problem",
                              os.path.dirname(self.config)))

    @unittest.skipUnless(
        os.geteuid() == 0 and grp.getgrgid(0).gr_name == "root" and
        not set(grp.getgrgid(0).gr_mem) - {"root"},
        "the files of another group take root, in a group of its own")
    def test_private_group(self):
        """That nobody else is in: what users write is open to it, where that
        is how a distribution has it."""
        self.write(self.config, "{}", 0o664)
        os.chmod(os.path.dirname(self.config), 0o775)
        self.expect("files", "settings", "ok")
        os.chown(self.config, -1, grp.getgrnam("daemon").gr_gid)
        self.mend(self.expect("files", "changeable", "problem", self.config,
                              remedy="chmod go-w " + self.config))

    def test_read_only_home(self):
        """The settings' folder is not made, and cannot be."""
        shutil.rmtree(os.path.dirname(self.config))
        folder = os.path.join(self.home, "config")
        lib = self.private(folder)
        lib.run("mount", "-o", "remount,bind,ro", folder, check=True)
        self.expect("files", "read-only", "problem", folder,
                    "Read-only file system", "installed for everyone",
                    remedy="findmnt -T " + folder)


class Pinentry(Doctor):
    NONE = ("pinentry", "missing", "problem")

    def pinentry(self, script):
        self.write(self.config, '{"pinentry": "%s"}' % self.write(
            "bin/pin", "#!/bin/sh\n" + script, 0o755))

    def flavor(self, flavor):
        self.pinentry("""echo OK
while read -r command more; do
    [ "$command" != GETINFO ] || echo "D %s"
    echo OK
done
""" % flavor)

    def test_none(self):
        self.expect(*self.NONE, "There is no pinentry")
        self.write(self.config, '{"pinentry": "/nowhere/pin"}')
        self.expect(*self.NONE, "/nowhere/pin",
                    remedy="${EDITOR:-vi} " + self.config)

    def test_windows(self):
        self.flavor("gnome3")
        self.env["WAYLAND_DISPLAY"] = "wayland-0"
        found = self.findings("pinentry")
        self.assertEqual(["ok"], [f["level"] for f in found], found)
        self.assertIn("windows of gnome3", found[0]["sentence"])
        del self.env["WAYLAND_DISPLAY"]
        self.expect("pinentry", "display", "note", "There is no screen")

    def test_falls_back(self):
        self.flavor("gnome3:curses")
        self.expect("pinentry", "display", "note", "There is no screen")
        self.env["DISPLAY"] = ":9"
        self.expect("pinentry", "terminal", "problem", "gnome3:curses")

    def test_terminal(self):
        for flavor in ("tty", "curses"):
            self.flavor(flavor)
            self.env["DISPLAY"] = ":9"
            self.expect("pinentry", "terminal", "problem", flavor)
            del self.env["DISPLAY"]
            self.expect("pinentry", "terminal", "note", flavor)

    def test_no_flavor(self):
        """An old one, or the tests' own."""
        self.write(self.config, '{"pinentry": "%s"}' % os.path.join(
            ROOT, "tests/support/pinentry.py"))
        self.env["PATH"] = os.environ["PATH"]
        self.expect("pinentry", "answers", "ok", "pinentry.py")

    def test_something_else(self):
        self.pinentry("echo no\n")
        self.expect("pinentry", "silent", "problem", "does not speak")

    def test_falls(self):
        self.pinentry("kill -9 $PPID\n")
        self.expect("pinentry", "silent", "problem", "gave no answer")


class Protection(Doctor):
    def test_told(self):
        """Whatever the kernel has, something is said of both."""
        found = self.findings("protection")
        self.assertEqual(["landlock", "seccomp"], [f["id"] for f in found])
        self.assertNotIn("problem", [f["level"] for f in found])
        self.assertEqual("ok" if has_landlock() else "note",
                         found[0]["level"])


if __name__ == "__main__":
    unittest.main()
