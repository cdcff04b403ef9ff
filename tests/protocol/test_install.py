# SPDX-License-Identifier: MPL-2.0
"""nssmime-host install and uninstall: what Mozilla's programs find then."""

import json
import os
import shutil
import stat
import subprocess
import tempfile
import unittest

from case import tool  # noqa: F401  (puts tests/support on the path)

from nssmime import host_program
from private_lib import PrivateLib, Unavailable

FOLDER = ".mozilla/native-messaging-hosts"
EVERYONE = "/usr/lib/mozilla/native-messaging-hosts"
# option: name, the user's folder below ~/.config, the one for everyone
FAMILY = {
    "--chrome": ("Google Chrome", "google-chrome", "opt/chrome"),
    "--chromium": ("Chromium", "chromium", "chromium"),
    "--edge": ("Microsoft Edge", "microsoft-edge", "opt/edge"),
    "--brave": ("Brave", "BraveSoftware/Brave-Browser", "opt/chrome"),
    "--vivaldi": ("Vivaldi", "vivaldi", "opt/vivaldi"),
}
CHROMIUM_ID = "gejigdcljmkinaiihdaffecocdjoloci"


def of_chromium():
    return {
        "name": "nssmime", "type": "stdio",
        "description": "S/MIME with the NSS certificate database",
        "path": os.path.realpath(host_program()),
        "allowed_origins": ["chrome-extension://%s/" % CHROMIUM_ID],
    }


def read(path):
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def found(folder):
    """Every file below it."""
    return sorted(os.path.relpath(os.path.join(at, name), folder)
                  for at, _, names in os.walk(folder) for name in names)


class Install(unittest.TestCase):
    def setUp(self):
        self.home = tempfile.mkdtemp(prefix="nssmime-install-")
        self.addCleanup(shutil.rmtree, self.home)
        self.file = os.path.join(self.home, FOLDER, "nssmime.json")

    def run_host(self, *args, program=None, home=None, umask=0o022, **more):
        env = dict(os.environ, HOME=self.home if home is None else home)
        env.pop("XDG_CONFIG_HOME", None)
        env.update(more)
        return subprocess.run(
            [program or host_program(), *args], env=env, umask=umask,
            capture_output=True, text=True, check=False)

    def installed(self):
        return read(self.file)

    def test_install(self):
        done = self.run_host("install", "--thunderbird", umask=0o077)
        self.assertEqual((0, ""), (done.returncode, done.stderr))
        self.assertIn(self.file, done.stdout)
        self.assertEqual({
            "name": "nssmime", "type": "stdio",
            "description": "S/MIME with the NSS certificate database",
            "path": os.path.realpath(host_program()),
            "allowed_extensions": ["thunderbird@nssmime",
                                   "thunderbird-reduced@nssmime",
                                   "webmail@nssmime"],
        }, self.installed())
        self.assertEqual(0o644, stat.S_IMODE(os.stat(self.file).st_mode))
        self.assertEqual(["nssmime.json"],
                         os.listdir(os.path.dirname(self.file)))

    def put(self, text):
        os.makedirs(os.path.dirname(self.file), exist_ok=True)
        with open(self.file, "w", encoding="utf-8") as file:
            file.write(text)

    def test_again(self):
        """It replaces one of its own, also of a program that is gone."""
        for path in (None, "/opt/nssmime/nssmime-host", "nssmime-host"):
            if path is not None:
                self.put(json.dumps({"name": "nssmime", "path": path}))
            done = self.run_host("install", "--thunderbird")
            self.assertEqual((0, ""), (done.returncode, done.stderr))
            self.assertEqual(os.path.realpath(host_program()),
                             self.installed()["path"])

    def foreign(self):
        """What may lie there, each with what is said of it."""
        other = {"name": "nssmime", "path": "/opt/x/other"}
        self.put(json.dumps(other))
        yield "is for another program, /opt/x/other"
        self.put(json.dumps(dict(other, path="/opt/\x1b[2Jx")))
        yield "is for another program, /opt/ [2Jx"
        self.put(json.dumps({"name": "x", "path": "/bin/nssmime-host"}))
        yield "is for another program, /bin/nssmime-host"
        for text in ("", "kept", "[]", '{"name":"nssmime"}',
                     '{"path": 1}', " " * 65536 + "{}"):
            self.put(text)
            yield "is no manifest of a native-messaging host"
        os.unlink(self.file)
        victim = os.path.join(self.home, "victim")
        with open(victim, "w", encoding="utf-8") as file:
            file.write("kept")
        os.symlink(victim, self.file)
        yield "is a link to " + victim
        with open(victim, encoding="utf-8") as file:
            self.assertEqual("kept", file.read())
        os.unlink(self.file)
        os.mkfifo(self.file)
        yield "is no file"

    def state(self):
        st = os.lstat(self.file)
        return st.st_ino, st.st_mode, st.st_mtime_ns

    def test_foreign(self):
        """What is not ours makes way only where that was asked for."""
        for what in self.foreign():
            with self.subTest(what):
                before = self.state()
                for word, end in (("install", "--replace writes it anew"),
                                  ("uninstall", "left as it is")):
                    done = self.run_host(word, "--thunderbird")
                    self.assertEqual((1, ""), (done.returncode, done.stdout))
                    self.assertIn(self.file + " " + what, done.stderr)
                    self.assertIn(end, done.stderr)
                    self.assertEqual(before, self.state())
                done = self.run_host("install", "--thunderbird", "--replace")
                self.assertEqual((0, ""), (done.returncode, done.stderr))
                self.assertTrue(stat.S_ISREG(os.lstat(self.file).st_mode))
                self.assertEqual("nssmime", self.installed()["name"])

    def test_folder_in_the_way(self):
        os.makedirs(self.file)
        for args in (["install", "--replace"], ["install"], ["uninstall"]):
            done = self.run_host(args[0], "--thunderbird", *args[1:])
            self.assertEqual((1, ""), (done.returncode, done.stdout))
            self.assertIn(os.path.dirname(self.file), done.stderr)
        self.assertEqual(["nssmime.json"],
                         os.listdir(os.path.dirname(self.file)))

    def test_another_copy(self):
        """One that is there makes way only where that was asked for."""
        folder = os.path.join(self.home, "another")
        os.mkdir(folder)
        another = shutil.copy(host_program(), folder)
        self.run_host("install", "--thunderbird", program=another)
        before = self.state()
        done = self.run_host("install", "--thunderbird")
        self.assertEqual((1, ""), (done.returncode, done.stdout))
        self.assertIn("is for another copy of this program, %s: nothing was "
                      "changed; --replace writes it anew" % another,
                      done.stderr)
        self.assertEqual(before, self.state())
        done = self.run_host("install", "--thunderbird", "--replace")
        self.assertEqual((0, ""), (done.returncode, done.stderr))
        self.assertEqual(os.path.realpath(host_program()),
                         self.installed()["path"])
        # both are this program, and whoever takes it back means it
        done = self.run_host("uninstall", "--thunderbird", program=another)
        self.assertEqual((0, ""), (done.returncode, done.stderr))
        self.assertFalse(os.path.exists(self.file))
        # a link to this very one is no other
        self.run_host("install", "--thunderbird", program=another)
        os.unlink(another)
        os.symlink(host_program(), another)
        done = self.run_host("install", "--thunderbird")
        self.assertEqual((0, ""), (done.returncode, done.stderr))

    def test_odd_path(self):
        """A path that JSON has to escape."""
        folder = os.path.join(self.home, 'a "b" \\ ü')
        os.mkdir(folder)
        program = shutil.copy(host_program(), folder)
        done = self.run_host("install", "--thunderbird", program=program)
        self.assertEqual(0, done.returncode, done.stderr)
        self.assertEqual(program, self.installed()["path"])

    def test_uninstall(self):
        self.run_host("install", "--thunderbird")
        for word in ("Removed", "There is no"):
            done = self.run_host("uninstall", "--thunderbird")
            self.assertEqual((0, ""), (done.returncode, done.stderr))
            self.assertIn(word, done.stdout)
            self.assertFalse(os.path.exists(self.file))

    def test_nowhere(self):
        for home in ("", "relative"):
            done = self.run_host("install", "--thunderbird", home=home)
            self.assertEqual((1, ""), (done.returncode, done.stdout))
        with open(os.path.join(self.home, ".mozilla"), "wb"):
            pass
        done = self.run_host("install", "--thunderbird")
        self.assertEqual((1, ""), (done.returncode, done.stdout))
        self.assertIn(FOLDER, done.stderr)

    def test_usage(self):
        for word in ("install", "uninstall"):
            for args, said in (([], "name at least one program"),
                               (["--system"], "name at least one program"),
                               (["--thunderbird", "--all"],
                                "unknown option --all"),
                               (["--chrome=x"], "unknown option --chrome=x"),
                               (["thunderbird"],
                                "unknown option thunderbird"),
                               (["--edge", "--x\x1b[2J"],
                                "unknown option --x [2J")):
                done = self.run_host(word, *args)
                self.assertEqual((2, ""), (done.returncode, done.stdout))
                self.assertIn(said + "\n", done.stderr)
                self.assertIn(
                    "usage: nssmime-host %s --chrome|--chromium|--edge|"
                    "--brave|--vivaldi|--firefox|--librewolf|--thunderbird "
                    "... [--system]" % word, done.stderr)
        done = self.run_host("uninstall", "--thunderbird", "--replace")
        self.assertEqual((2, ""), (done.returncode, done.stdout))
        self.assertIn("unknown option --replace", done.stderr)
        self.assertEqual([], os.listdir(self.home))

    # ---- the other programs ----------------------------------------------

    def test_librewolf(self):
        """Firefox under another name, with a folder of its own."""
        done = self.run_host("install", "--librewolf", "--firefox")
        self.assertEqual((0, ""), (done.returncode, done.stderr))
        self.assertEqual([".librewolf/native-messaging-hosts/nssmime.json",
                          FOLDER + "/nssmime.json"], found(self.home))
        self.assertEqual(self.installed(), read(os.path.join(
            self.home, ".librewolf/native-messaging-hosts/nssmime.json")))

    def test_each(self):
        for option, (name, folder, _) in FAMILY.items():
            with self.subTest(option):
                file = os.path.join(self.home, ".config", folder,
                                    "NativeMessagingHosts/nssmime.json")
                done = self.run_host("install", option, umask=0o077)
                self.assertEqual((0, ""), (done.returncode, done.stderr))
                self.assertEqual("%s finds %s by %s\n" % (
                    name, os.path.realpath(host_program()), file),
                    done.stdout)
                self.assertEqual(of_chromium(), read(file))
                self.assertEqual(0o644, stat.S_IMODE(os.stat(file).st_mode))
                # a profile is nobody else's business
                self.assertEqual(0o700, stat.S_IMODE(os.stat(os.path.dirname(
                    os.path.dirname(file))).st_mode))
                self.assertEqual([os.path.relpath(file, self.home)],
                                 found(self.home))
                done = self.run_host("uninstall", option)
                self.assertEqual(
                    (0, "Removed %s, by which %s found nssmime-host\n" %
                     (file, name)), (done.returncode, done.stdout))
                self.assertEqual([], found(self.home))

    def test_several(self):
        done = self.run_host("install", *FAMILY, "--firefox", "--thunderbird")
        self.assertEqual((0, ""), (done.returncode, done.stderr))
        # the last two share theirs
        self.assertEqual(6, done.stdout.count("\n"))
        self.assertIn("Firefox and Thunderbird find " +
                      os.path.realpath(host_program()), done.stdout)
        self.assertEqual(6, len(found(self.home)))
        done = self.run_host("uninstall", "--edge", "--firefox")
        self.assertEqual((0, ""), (done.returncode, done.stderr))
        self.assertIn("by which Firefox and Thunderbird found", done.stdout)
        self.assertEqual(4, len(found(self.home)))
        done = self.run_host("uninstall", *FAMILY)
        self.assertEqual((0, ""), (done.returncode, done.stderr))
        self.assertEqual([4, 1], [done.stdout.count("Removed"),
                                  done.stdout.count("There is no")])
        self.assertEqual([], found(self.home))

    def test_one_fails(self):
        """The others are done all the same."""
        os.makedirs(os.path.join(self.home, ".config"))
        with open(os.path.join(self.home, ".config/chromium"), "wb"):
            pass
        done = self.run_host("install", "--chromium", "--vivaldi")
        self.assertEqual(1, done.returncode)
        self.assertIn(".config/chromium/NativeMessagingHosts", done.stderr)
        self.assertIn("Vivaldi finds", done.stdout)
        self.assertEqual(
            [".config/chromium",
             ".config/vivaldi/NativeMessagingHosts/nssmime.json"],
            found(self.home))

    def test_config_home(self):
        """Chromium's family goes by it, Mozilla's does not."""
        config = os.path.join(self.home, "elsewhere")
        os.mkdir(config)
        done = self.run_host("install", "--chromium", "--firefox",
                             XDG_CONFIG_HOME=config)
        self.assertEqual((0, ""), (done.returncode, done.stderr))
        self.assertEqual(
            [FOLDER + "/nssmime.json",
             "elsewhere/chromium/NativeMessagingHosts/nssmime.json"],
            found(self.home))
        # a relative one is to be ignored
        done = self.run_host("install", "--edge", XDG_CONFIG_HOME="elsewhere")
        self.assertIn(self.home + "/.config/microsoft-edge", done.stdout)

    def test_foreign_of_chromium(self):
        file = os.path.join(self.home, ".config/chromium/"
                            "NativeMessagingHosts/nssmime.json")
        os.makedirs(os.path.dirname(file))
        with open(file, "w", encoding="utf-8") as out:
            out.write('{"name": "nssmime", "path": "/usr/bin/other"}')
        for word in ("install", "uninstall"):
            done = self.run_host(word, "--chromium")
            self.assertEqual((1, ""), (done.returncode, done.stdout))
            self.assertIn("for another program, /usr/bin/other", done.stderr)
        self.run_host("install", "--chromium", "--replace")
        self.assertEqual(of_chromium(), read(file))


class InstallForEveryone(unittest.TestCase):
    def setUp(self):
        try:
            self.lib = PrivateLib(hidden=["mozilla"])
        except Unavailable as why:
            self.skipTest("this system gives no folder of one's own: %s" % why)
        self.addCleanup(self.lib.close)
        self.home = tempfile.mkdtemp(prefix="nssmime-install-")
        self.addCleanup(shutil.rmtree, self.home)
        self.file = self.lib.path(
            "mozilla/native-messaging-hosts/nssmime.json")

    def run_host(self, word, *args, before=()):
        return self.lib.run(
            *before, host_program(), word, "--thunderbird", "--system", *args,
            env=dict(os.environ, HOME=self.home), umask=0o077)

    def installed(self):
        with open(self.file, encoding="utf-8") as file:
            return json.load(file)

    def test_install(self):
        done = self.run_host("install")
        self.assertEqual((0, ""), (done.returncode, done.stderr))
        self.assertIn(EVERYONE + "/nssmime.json", done.stdout)
        self.assertEqual(os.path.realpath(host_program()),
                         self.installed()["path"])
        self.assertEqual(0o644, stat.S_IMODE(os.stat(self.file).st_mode))
        for folder in ("mozilla", "mozilla/native-messaging-hosts"):
            self.assertEqual(0o755, stat.S_IMODE(
                os.stat(self.lib.path(folder)).st_mode))
        self.assertEqual([], os.listdir(self.home))

    def test_uninstall(self):
        done = self.run_host("uninstall")
        self.assertEqual((0, ""), (done.returncode, done.stderr))
        self.assertIn("There is no " + EVERYONE, done.stdout)
        self.run_host("install")
        done = self.run_host("uninstall")
        self.assertEqual((0, ""), (done.returncode, done.stderr))
        self.assertIn("Removed " + EVERYONE, done.stdout)
        # the folder is other programs' too
        self.assertEqual([], os.listdir(os.path.dirname(self.file)))

    def test_foreign(self):
        self.run_host("install")
        with open(self.file, "w", encoding="utf-8") as file:
            file.write('{"name": "nssmime", "path": "/usr/bin/other"}')
        for word in ("install", "uninstall"):
            done = self.run_host(word)
            self.assertEqual((1, ""), (done.returncode, done.stdout))
            self.assertIn("for another program, /usr/bin/other", done.stderr)
            self.assertEqual("/usr/bin/other", self.installed()["path"])
        done = self.run_host("install", "--replace")
        self.assertEqual((0, ""), (done.returncode, done.stderr))
        self.assertEqual(os.path.realpath(host_program()),
                         self.installed()["path"])

    def test_read_only(self):
        self.run_host("install")
        for there in (True, False):
            if not there:
                self.run_host("uninstall")
            self.lib.run("mount", "-o", "remount,ro,bind", "/usr/lib",
                         check=True)
            for word in ("install", "uninstall"):
                if word == "uninstall" and not there:
                    continue
                done = self.run_host(word)
                self.assertEqual((1, ""), (done.returncode, done.stdout))
                self.assertIn(EVERYONE, done.stderr)
                self.assertIn("Read-only file system: without --system",
                              done.stderr)
                self.assertEqual(there, os.path.exists(self.file))
            self.lib.run("mount", "-o", "remount,rw,bind", "/usr/lib",
                         check=True)
            self.assertEqual(["nssmime.json"] if there else [],
                             os.listdir(os.path.dirname(self.file)))

    def test_not_the_administrator(self):
        """Root without its privileges stands for everyone else."""
        powerless = ["setpriv", "--bounding-set=-all"]
        os.chmod(self.lib.path("."), 0o555)
        done = self.run_host("install", before=powerless)
        self.assertEqual((1, ""), (done.returncode, done.stdout))
        self.assertIn("Permission denied: for everyone, only root",
                      done.stderr)
        self.assertFalse(os.path.exists(self.lib.path("mozilla")))
        self.run_host("install")
        os.chmod(os.path.dirname(self.file), 0o555)
        for word in ("install", "uninstall"):
            done = self.run_host(word, before=powerless)
            self.assertEqual((1, ""), (done.returncode, done.stdout))
            self.assertIn(EVERYONE, done.stderr)
            self.assertIn("Permission denied: for everyone, only root",
                          done.stderr)
        self.assertEqual("nssmime", self.installed()["name"])


class InstallForEveryBrowser(unittest.TestCase):
    def setUp(self):
        try:
            self.etc = PrivateLib(hidden=["chromium", "opt"], folder="/etc")
        except Unavailable as why:
            self.skipTest("this system gives no folder of one's own: %s" % why)
        self.addCleanup(self.etc.close)
        self.home = tempfile.mkdtemp(prefix="nssmime-install-")
        self.addCleanup(shutil.rmtree, self.home)

    def run_host(self, word, *args):
        return self.etc.run(
            host_program(), word, "--system", *args,
            env=dict(os.environ, HOME=self.home), umask=0o077)

    def found(self):
        return [file for folder in ("chromium", "opt")
                for file in found(self.etc.path(folder))]

    def test_each(self):
        for option, (name, _, folder) in FAMILY.items():
            with self.subTest(option):
                file = folder + "/native-messaging-hosts/nssmime.json"
                done = self.run_host("install", option)
                self.assertEqual((0, ""), (done.returncode, done.stderr))
                self.assertIn(name, done.stdout)
                self.assertIn("by /etc/%s\n" % file, done.stdout)
                self.assertEqual(of_chromium(), read(self.etc.path(file)))
                for at in (file, os.path.dirname(file), folder):
                    self.assertEqual(
                        0o644 if at == file else 0o755, stat.S_IMODE(
                            os.stat(self.etc.path(at)).st_mode))
                self.assertEqual(1, len(self.found()))
                done = self.run_host("uninstall", option)
                self.assertEqual(0, done.returncode)
                self.assertIn("Removed /etc/%s, by which" % file, done.stdout)
                self.assertEqual([], self.found())
        self.assertEqual([], os.listdir(self.home))

    def test_shared(self):
        """Brave looks where Chrome does."""
        done = self.run_host("install", "--brave", "--chrome")
        self.assertEqual((0, ""), (done.returncode, done.stderr))
        self.assertEqual(1, done.stdout.count("\n"))
        self.assertIn("Google Chrome and Brave find ", done.stdout)
        self.assertEqual(1, len(self.found()))


if __name__ == "__main__":
    unittest.main()
