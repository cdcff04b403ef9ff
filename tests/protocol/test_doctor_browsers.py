# SPDX-License-Identifier: MPL-2.0
"""nssmime-host doctor: whether browsers and mail programs find the program,
as each of them would see what is installed."""

import json
import os
import shutil
import subprocess
import unittest

from doctor_case import Doctor

from nssmime import host_program

MOZILLA = ".mozilla/native-messaging-hosts/nssmime.json"
CHROMIUM = "config/chromium/NativeMessagingHosts/nssmime.json"
SYSTEM = "mozilla/native-messaging-hosts/nssmime.json"  # below /usr/lib
IDS = ["thunderbird@nssmime", "webmail@nssmime"]
ORIGIN = "chrome-extension://gejigdcljmkinaiihdaffecocdjoloci/"


class Browsers(Doctor):
    def setUp(self):
        super().setUp()
        self.file = os.path.join(self.home, MOZILLA)
        self.call = os.path.realpath(host_program())

    def manifest(self, path=None, **more):
        said = {"name": "nssmime", "description": "", "type": "stdio",
                "path": path or self.call, "allowed_extensions": IDS,
                "allowed_origins": [ORIGIN]}
        said.update(more)
        return json.dumps(said)

    def install(self, *args):
        subprocess.run([self.program, "install", *args], env=self.env,
                       check=True, capture_output=True)

    def others(self, text="#!/bin/sh\necho nssmime-host 0.0.1\n"):
        """Another copy of the program."""
        return self.write("other/nssmime-host", text, 0o755)


class Manifests(Browsers):
    def test_none(self):
        """Only of those that are here is said that they find nothing."""
        self.assertEqual([], self.findings("browsers"))
        self.programs("thunderbird", "chromium")
        self.mend(self.expect(
            "browsers", "none", "note", "Thunderbird is here",
            about="thunderbird",
            remedy=self.call + " install --thunderbird"))
        self.expect("browsers", "found", "ok", self.file,
                    about="thunderbird")
        self.expect("browsers", "none", "note", about="chromium")
        # for it and for Thunderbird it is one file
        self.expect("browsers", "found", "ok", about="firefox")

    def test_found(self):
        self.install("--thunderbird", "--chromium", "--chrome", "--edge",
                     "--brave", "--vivaldi", "--librewolf")
        found = self.findings("browsers")
        self.assertEqual(["found"] * 8, [f["id"] for f in found], found)

    def test_called_by_name(self):
        """Where PATH leads to this very program, the remedy is short."""
        self.programs("firefox")
        os.symlink(host_program(), os.path.join(self.bin, "nssmime-host"))
        self.expect("browsers", "none", "note",
                    remedy="nssmime-host install --firefox")
        os.unlink(os.path.join(self.bin, "nssmime-host"))
        self.programs("nssmime-host")
        self.expect("browsers", "none", "note",
                    remedy=self.call + " install --firefox")

    def test_half_removed(self):
        """The file names a program that is gone."""
        for path, about in ((MOZILLA, "firefox"), (CHROMIUM, "chromium")):
            self.write(path, self.manifest("/nowhere/nssmime-host"))
            self.mend(self.expect(
                "browsers", "gone", "problem", "/nowhere/nssmime-host",
                path, about=about,
                remedy="%s install --%s" % (self.call, about)))

    def test_foreign(self):
        """It is never overwritten unless that is asked for."""
        text = self.manifest("/usr/bin/other")
        self.write(MOZILLA, text)
        found = self.expect(
            "browsers", "foreign", "problem", "/usr/bin/other", MOZILLA,
            about="firefox",
            remedy=self.call + " install --firefox --replace")
        done = self.run_host("install", "--firefox")
        self.assertEqual(1, done.returncode)
        with open(self.file, encoding="utf-8") as file:
            self.assertEqual(text, file.read())
        self.mend(found)

    def test_broken(self):
        """What no browser makes anything of."""
        for text in ("", "{", "[]", "{}", self.manifest(name="x"),
                     self.manifest(type="pipe"), self.manifest("nssmime-host"),
                     self.manifest() + " " * 65536):
            with self.subTest(text[:40]):
                self.write(MOZILLA, text)
                self.write(CHROMIUM, text)
                for about in ("thunderbird", "chromium"):
                    self.expect("browsers", "broken", "problem", about=about,
                                remedy="%s install --%s --replace" %
                                (self.call, about))

    def test_links(self):
        """Browsers follow them."""
        target = self.write("target", self.manifest())
        os.makedirs(os.path.dirname(self.file))
        os.symlink(target, self.file)
        self.expect("browsers", "found", "ok", about="firefox")
        os.unlink(target)
        self.mend(self.expect(
            "browsers", "broken", "problem", about="firefox",
            remedy=self.call + " install --firefox --replace"))

    def test_callers(self):
        """As of a version that knew fewer extensions."""
        self.write(MOZILLA, self.manifest(
            allowed_extensions=["thunderbird@nssmime"]))
        self.expect("browsers", "found", "ok", about="thunderbird")
        self.mend(self.expect("browsers", "callers", "problem",
                              about="firefox"))
        self.write(CHROMIUM, self.manifest(
            allowed_origins=["chrome-extension://x/", 1]))
        self.mend(self.expect("browsers", "callers", "problem",
                              about="chromium"))

    def test_not_executable(self):
        other = self.others()
        os.chmod(other, 0o644)
        self.write(MOZILLA, self.manifest(other))
        self.mend(self.expect("browsers", "not-executable", "problem", other,
                              about="firefox"))

    def test_another_version(self):
        self.write(MOZILLA, self.manifest(self.others()))
        self.mend(self.expect(
            "browsers", "version", "problem", "other/nssmime-host", "0.0.1",
            about="firefox",
            remedy=self.call + " install --firefox --replace"))

    def test_another_copy(self):
        """It is not overwritten unless that is asked for, either."""
        other = self.others("")
        shutil.copy(host_program(), other)
        self.write(MOZILLA, self.manifest(other))
        found = self.expect("browsers", "copy", "note", other,
                            about="firefox")
        self.assertEqual(1, self.run_host("install", "--firefox").returncode)
        self.assertIn(found, self.findings("browsers"))
        self.mend(found)

    def test_callers_of_another_copy(self):
        self.write(MOZILLA, self.manifest(self.others(),
                                          allowed_extensions=[]))
        self.mend(self.expect(
            "browsers", "callers", "problem", about="firefox",
            remedy=self.call + " install --firefox --replace"))

    def test_read_only_home(self):
        """Then it takes what is for everyone."""
        self.programs("firefox", "chromium")
        lib = self.private(self.home)
        for folder in (self.home, os.path.join(self.home, "config")):
            lib.run("mount", "-o", "remount,bind,ro", folder, check=True)
        for about in ("firefox", "chromium"):
            found = self.expect("browsers", "none", "note", about=about)
            self.assertTrue(found["remedy"].endswith(
                self.call + " install --%s --system" % about), found)
        done = self.run_host("install", "--firefox", "--chromium")
        self.assertEqual((1, ""), (done.returncode, done.stdout))
        self.assertEqual(2, done.stderr.count(
            ": Read-only file system: with --system root can do it for "
            "everyone\n"))

    def test_untrusted_copy(self):
        """What anybody may change is not started, by root least of all."""
        trap = os.path.join(self.home, "sprung")
        other = self.others("#!/bin/sh\n: >%s\n" % trap)
        os.chmod(other, 0o777)
        self.write(MOZILLA, self.manifest(other))
        self.expect("browsers", "version", "problem", "does not say which",
                    about="firefox")
        self.assertFalse(os.path.exists(trap))

    def test_odd_path(self):
        """What a terminal would obey, and the shell would."""
        self.write(MOZILLA, self.manifest("/x/\x1b[2J"))
        self.expect("browsers", "foreign", "problem", "/x/ [2J",
                    about="firefox")
        self.env["HOME"] = os.path.join(self.home, "it's a $(home)")
        self.write(self.env["HOME"] + "/" + MOZILLA, self.manifest(
            self.others("")))
        os.chmod(os.path.join(self.home, "other/nssmime-host"), 0o644)
        self.expect("browsers", "not-executable", "problem", about="firefox")
        target = os.path.join(self.env["HOME"], MOZILLA)
        os.chmod(target, 0)
        if os.geteuid() != 0:
            self.mend(self.expect("browsers", "unreadable", "problem",
                                  about="firefox"))


class Status(Browsers):
    def status(self, *lines):
        """After its own place, these lines."""
        done = self.run_host("status")
        self.assertEqual((0, ""), (done.returncode, done.stderr))
        version = self.run_host("version").stdout.strip()
        self.assertEqual([version + " in " + self.call, *lines],
                         done.stdout.splitlines())

    def test_none(self):
        self.status("No program finds it yet: see nssmime-host help")

    def test_each(self):
        both = "Firefox and Thunderbird, for you, by %s: " % self.file
        chromium = os.path.join(self.home, CHROMIUM)
        self.install("--firefox", "--chromium")
        self.status("Chromium, for you, by %s: this program" % chromium,
                    both + "this program")
        os.unlink(chromium)
        other = self.others()
        for text, words in (
                ("{", "no browser makes anything of it"),
                (self.manifest("/x/other"), "another program, /x/other"),
                (self.manifest("/x/\x1b[2J"), "another program, /x/ [2J"),
                (self.manifest("/x/nssmime-host"),
                 "not there any more, /x/nssmime-host"),
                (self.manifest(allowed_extensions=[]),
                 "does not let all of nssmime's extensions"),
                (self.manifest(other), "another copy, %s, 0.0.1" % other)):
            self.write(MOZILLA, text)
            self.status(both + words)
        os.chmod(other, 0o644)
        self.status(both + "not executable, " + other)

    def test_for_everyone(self):
        lib = self.private("/usr/lib", hidden=["mozilla"])
        self.put(lib, SYSTEM, self.manifest())
        self.status("Firefox and Thunderbird, for everyone, by /usr/lib/%s: "
                    "this program" % SYSTEM)

    def test_failures(self):
        done = self.run_host("status", "x")
        self.assertEqual((2, "", "usage: nssmime-host status\n"),
                         (done.returncode, done.stdout, done.stderr))
        del self.env["HOME"]
        done = self.run_host("status")
        self.assertEqual(1, done.returncode)
        self.assertIn("no home folder", done.stderr)


class ForEveryone(Browsers):
    def setUp(self):
        super().setUp()
        self.lib = self.private("/usr/lib", hidden=["mozilla"])

    def test_found(self):
        self.put(self.lib, SYSTEM, self.manifest())
        self.expect("browsers", "found", "ok", "/usr/lib/" + SYSTEM,
                    about="firefox")

    def test_users_before_everyones(self):
        """Two versions at once."""
        other = self.others()
        self.put(self.lib, SYSTEM, self.manifest())
        self.write(MOZILLA, self.manifest(other))
        self.mend(self.expect(
            "browsers", "version", "problem", "in spite of what is installed",
            about="firefox", remedy=self.call + " uninstall --firefox"))
        # and the other way round
        self.put(self.lib, SYSTEM, self.manifest(other))
        self.write(MOZILLA, self.manifest())
        self.mend(self.expect(
            "browsers", "hides", "note", other, about="firefox",
            remedy=self.call + " uninstall --firefox"))

    def test_half_removed_in_front(self):
        self.put(self.lib, SYSTEM, self.manifest())
        self.write(MOZILLA, self.manifest("/nowhere/nssmime-host"))
        self.mend(self.expect(
            "browsers", "gone", "problem", about="thunderbird",
            remedy=self.call + " uninstall --thunderbird"))

    def test_foreign_in_front(self):
        self.put(self.lib, SYSTEM, self.manifest())
        self.write(MOZILLA, self.manifest("/usr/bin/other"))
        self.mend(self.expect("browsers", "foreign", "problem",
                              about="firefox", remedy="rm " + self.file))

    def test_mozilla_goes_on(self):
        """From what it makes nothing of; Chromium does not."""
        self.put(self.lib, SYSTEM, self.manifest())
        self.write(MOZILLA, "{")
        self.expect("browsers", "found", "ok", "/usr/lib/" + SYSTEM,
                    about="firefox")

    def test_half_removed_for_everyone(self):
        self.put(self.lib, SYSTEM, self.manifest("/nowhere/nssmime-host"))
        found = self.expect("browsers", "gone", "problem", about="firefox")
        self.assertIn(self.call + " install --firefox --system",
                      found["remedy"])
        self.mend(found)


class Policies(Browsers):
    MANAGED = "chromium/policies/managed/"

    def setUp(self):
        super().setUp()
        self.lib = self.private(
            "/etc", hidden=["chromium", "firefox", "thunderbird", "opt"])
        self.programs("chromium", "firefox", "thunderbird")

    def policy(self, name, **members):
        self.put(self.lib, name, json.dumps(members))

    def test_none(self):
        self.assertEqual([], self.findings("policies"))

    def test_user_level(self):
        """Then what is installed for one's own is not seen."""
        self.install("--chromium")
        self.expect("browsers", "found", "ok", about="chromium")
        self.policy(self.MANAGED + "a.json",
                    NativeMessagingUserLevelHosts=False)
        self.expect("policies", "user-hosts", "note", "/etc/" + self.MANAGED +
                    "a.json", about="chromium")
        found = self.expect("browsers", "user-hosts", "problem", CHROMIUM,
                            about="chromium")
        self.assertTrue(found["remedy"].endswith(
            self.call + " install --chromium --system"))
        # the last file in the order of names wins
        self.policy(self.MANAGED + "b.json",
                    NativeMessagingUserLevelHosts=True)
        self.assertEqual([], self.findings("policies"))
        self.expect("browsers", "found", "ok", about="chromium")

    def test_host(self):
        for blocked in (["*"], ["x", "nssmime"]):
            self.policy(self.MANAGED + "a.json",
                        NativeMessagingBlocklist=blocked)
            found = self.expect("policies", "host", "problem",
                                "NativeMessagingAllowlist", about="chromium")
            self.assertIn("${EDITOR:-vi} /etc/%sa.json" % self.MANAGED,
                          found["remedy"])
        self.policy(self.MANAGED + "b.json",
                    NativeMessagingAllowlist=["nssmime"])
        self.assertEqual([], self.findings("policies"))

    def test_extension(self):
        own = ORIGIN.split("/")[2]
        for members, blocked in (
                ({"ExtensionInstallBlocklist": ["*"]}, True),
                ({"ExtensionInstallBlocklist": [own]}, True),
                ({"ExtensionInstallBlocklist": ["other"]}, False),
                ({"ExtensionInstallBlocklist": ["*"],
                  "ExtensionInstallAllowlist": [own]}, False),
                ({"ExtensionInstallBlocklist": ["*"],
                  "ExtensionInstallForcelist": [own + ";https://x/"]}, False),
                ({"ExtensionSettings":
                  {"*": {"installation_mode": "blocked"}}}, True),
                ({"ExtensionSettings":
                  {"*": {"installation_mode": "blocked"},
                   own: {"installation_mode": "allowed"}}}, False)):
            with self.subTest(members):
                self.policy(self.MANAGED + "a.json", **members)
                self.assertEqual(["extension"] if blocked else [],
                                 [f["id"] for f in self.findings("policies")])

    def test_mozilla(self):
        for name, own in (("firefox", "webmail@nssmime"),
                          ("thunderbird", "thunderbird@nssmime")):
            modes = {"*": {"installation_mode": "blocked"}}
            self.policy(name + "/policies/policies.json",
                        policies={"ExtensionSettings": modes})
            self.expect("policies", "extension", "problem",
                        "/etc/%s/policies/policies.json" % name, about=name)
            modes[own] = {"installation_mode": "force_installed"}
            self.policy(name + "/policies/policies.json",
                        policies={"ExtensionSettings": modes})
            self.assertEqual([], self.findings("policies", name))

    def test_not_here(self):
        """Of a browser that is not here its policies do not matter."""
        self.policy("opt/chrome/policies/managed/a.json",
                    NativeMessagingBlocklist=["*"])
        self.assertEqual([], self.findings("policies"))
        self.programs("google-chrome")
        self.expect("policies", "host", "problem", about="chrome")

    def test_broken(self):
        for text in ("", "{", "[]", '{"NativeMessagingBlocklist": 1}'):
            self.put(self.lib, self.MANAGED + "a.json", text)
            self.put(self.lib, "firefox/policies/policies.json", text)
            self.assertEqual([], self.findings("policies"))


class Sandboxes(Browsers):
    def test_flatpak(self):
        os.makedirs(os.path.join(
            self.home, "data/flatpak/app/org.mozilla.firefox"))
        self.expect("sandboxes", "flatpak", "note", "org.mozilla.firefox",
                    about="firefox")
        # the other Firefox that is here works
        self.programs("firefox-esr")
        self.assertEqual([], self.findings("sandboxes"))

    def test_snap(self):
        lib = self.private("/var/lib", hidden=["snapd"])
        self.put(lib, "snapd/snap/bin/firefox", "", 0o755)
        self.put(lib, "snapd/snap/bin/chromium", "", 0o755)
        # as distributions lead to it
        self.write("bin/firefox", "#!/bin/sh\nexec /snap/bin/firefox\n", 0o755)
        self.expect("sandboxes", "snap", "note", "asks once", about="firefox")
        self.expect("sandboxes", "snap", "note", "cannot start",
                    about="chromium")
        self.assertEqual([], self.findings("browsers"))


if __name__ == "__main__":
    unittest.main()
