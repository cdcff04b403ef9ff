# SPDX-License-Identifier: MPL-2.0
"""cmake --install: what it puts where, and that it works there."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tests", "support"))

from nssmime import Host, environment  # noqa: E402

BUILD = os.environ["NSSMIME_BUILD"]


def found(folder):
    return {"/" + os.path.relpath(os.path.join(at, name), folder)
            for at, _, names in os.walk(folder) for name in names}


class Install(unittest.TestCase):
    def setUp(self):
        self.folder = os.path.realpath(tempfile.mkdtemp(prefix="nssmime-in-"))
        self.addCleanup(shutil.rmtree, self.folder)

    def install(self, *more, destdir=None):
        env = dict(os.environ)
        env.pop("DESTDIR", None)
        if destdir is not None:
            env["DESTDIR"] = destdir
        subprocess.run(["cmake", "--install", BUILD, *more], env=env,
                       check=True, stdout=subprocess.DEVNULL)

    def hello(self, program):
        home = os.path.join(self.folder, "home")
        with Host(env=environment(home), program=program) as host:
            result = host.request("hello", {
                "client": {"name": "install", "version": "1"}})
        self.assertEqual("nssmime-host", result["host"]["name"])

    def check_tree(self, top, prefix):
        """All of it is below the prefix."""
        files = found(top)
        self.assertEqual(set(), {name for name in files
                                 if not name.startswith(prefix + "/")})
        for name in ("bin/nssmime-host", "libexec/nssmime/nssmime-host",
                     "libexec/nssmime/nssmime-fetch",
                     "share/man/man1/nssmime-host.1",
                     "share/man/man1/nssmime-fetch.1",
                     "share/nssmime/policy.schema.json",
                     "share/doc/nssmime/administrators.md",
                     "share/doc/nssmime/users.md",
                     "share/doc/nssmime/pictures/webmail-read.png",
                     "share/doc/nssmime/example/client.js",
                     "share/doc/nssmime/policies/host/policy.json",
                     "share/doc/nssmime/policies/chromium/nssmime.json"):
            self.assertIn("%s/%s" % (prefix, name), files)

    def test_prefix(self):
        prefix = os.path.join(self.folder, "a prefix")
        self.install("--prefix", prefix)
        self.check_tree(prefix, "")
        program = os.path.join(prefix, "bin", "nssmime-host")
        self.hello(program)
        # it finds itself behind the link, and beside it nssmime-fetch
        home = os.path.join(self.folder, "other")
        os.mkdir(home)
        env = dict(os.environ, HOME=home)
        env.pop("XDG_CONFIG_HOME", None)
        subprocess.run([program, "install", "--firefox"], check=True, env=env,
                       stdout=subprocess.DEVNULL)
        with open(os.path.join(home, ".mozilla", "native-messaging-hosts",
                               "nssmime.json"), encoding="utf-8") as file:
            path = json.load(file)["path"]
        self.assertEqual(os.path.join(prefix, "libexec", "nssmime",
                                      "nssmime-host"), path)

    def test_prefix_moved_as_a_whole(self):
        prefix = os.path.join(self.folder, "first")
        self.install("--prefix", prefix)
        moved = os.path.join(self.folder, "second")
        os.rename(prefix, moved)
        self.hello(os.path.join(moved, "bin", "nssmime-host"))

    def test_destdir(self):
        destdir = os.path.join(self.folder, "root")
        self.install("--prefix", "/opt/nssmime", destdir=destdir)
        self.check_tree(destdir, "/opt/nssmime")
        self.hello(destdir + "/opt/nssmime/bin/nssmime-host")

    def test_manifests_are_installed_when_they_are_asked_for(self):
        destdir = os.path.join(self.folder, "root")
        self.install("--prefix", "/opt/nssmime", "--component", "browsers",
                     destdir=destdir)
        files = found(destdir)
        self.assertEqual({"nssmime.json"},
                         {os.path.basename(name) for name in files})
        self.assertEqual(6, len(files))
        for name in files:
            with open(destdir + name, encoding="utf-8") as file:
                text = file.read()
            self.assertNotIn("@NSSMIME", text)
            manifest = json.loads(text)
            self.assertEqual("/opt/nssmime/libexec/nssmime/nssmime-host",
                             manifest["path"])
            member = "allowed_extensions" if "/usr/lib/" in name \
                else "allowed_origins"
            self.assertTrue(manifest[member], name)


if __name__ == "__main__":
    unittest.main()
