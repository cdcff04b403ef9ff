# SPDX-License-Identifier: MPL-2.0
"""What the tests of frames share: a home, a host, and what to ask of it."""

import ctypes
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "support"))

from nssmime import (FIREFOX, ROOT, THUNDERBIRD, Host,  # noqa: E402
                     HostError, environment)

CALLERS = {"thunderbird": THUNDERBIRD, "firefox": FIREFOX,
           "reduced": (THUNDERBIRD[0], "thunderbird-reduced@nssmime"),
           "chromium": ("chrome-extension://gejigdcljmkinaiihdaffecocdjoloci/",
                        "--parent-window=0")}
LONG = 600000  # milliseconds of an operation that does not end by itself


def test_program():
    """The host with the methods of test_host.c."""
    return os.environ.get("NSSMIME_TEST_HOST") or os.path.join(
        ROOT, "build", "tests", "protocol", "nssmime-test-host")


def sanitized(host):
    """Whether the host was built with a sanitizer: large and slow."""
    with open("/proc/%d/maps" % host.process.pid, encoding="utf-8") as file:
        maps = file.read()
    return "libasan" in maps or "libtsan" in maps


def children(pid):
    try:
        with open("/proc/%d/task/%d/children" % (pid, pid),
                  encoding="utf-8") as file:
            return [int(word) for word in file.read().split()]
    except FileNotFoundError:
        return []


def memory(host, name="VmHWM"):
    """KiB of both processes together: VmRSS, or VmHWM for the peak."""
    total = 0
    for pid in (host.process.pid, *children(host.process.pid)):
        with open("/proc/%d/status" % pid, encoding="utf-8") as file:
            total += sum(int(line.split()[1]) for line in file
                         if line.startswith(name + ":"))
    return total


def gone(pid):
    """Whether the process ends, or is but waited for."""
    def ended():
        try:
            with open("/proc/%d/stat" % pid, encoding="utf-8") as file:
                return file.read().rsplit(")", 1)[1].split()[0] == "Z"
        except (FileNotFoundError, ProcessLookupError):
            return True
    return until(ended)


def until(condition, seconds=30):
    """Waits for the condition; whether it came."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True


def files(folder):
    """Name to digest of every file in it."""
    found = {}
    for name in os.listdir(folder):
        with open(os.path.join(folder, name), "rb") as file:
            found[name] = hashlib.sha256(file.read()).hexdigest()
    return found


def has_landlock():
    return ctypes.CDLL(None).syscall(444, None, 0, 1) > 0


def tool(*command):
    done = subprocess.run(command, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          timeout=60, check=False)
    if done.returncode != 0:
        raise AssertionError("%s: %s" % (command[0], done.stdout))
    return done.stdout


class Case(unittest.TestCase):
    maxDiff = 4000

    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="nssmime-test-")
        self.addCleanup(shutil.rmtree, self.folder, True)
        self.host = None

    def start(self, caller=THUNDERBIRD, program=None, answers=None,
              **settings):
        self.env = environment(self.folder, answers=answers, **settings)
        return self.launch(caller, program)

    def launch(self, caller=THUNDERBIRD, program=None):
        """A host in the home that is there."""
        self.host = Host(caller, self.env, program or test_program()).start()
        self.addCleanup(self.end, self.host)
        return self.host

    def end(self, host=None):
        host = host or self.host
        if host.process.poll() is None:
            host.process.kill()
            host.process.wait()
        try:
            host.process.stdin.close()
        except BrokenPipeError:
            pass

    def engine(self):
        """The process that reads the frames; the broker started it."""
        return children(self.host.process.pid)[0]

    def alive(self):
        """The connection goes on: the next frame is the answer to this."""
        self.raw("hello", {}, "alive")
        frame = self.host.receive()
        self.assertEqual(frame["id"], "alive")
        self.assertEqual(frame["result"]["protocol"], 1)

    def failure(self, function, *args, **more):
        """The error that the call raises."""
        with self.assertRaises(HostError) as caught:
            function(*args, **more)
        return caught.exception

    def kind(self, function, *args, **more):
        return self.failure(function, *args, **more).kind

    def fails(self, kind, host, method, params=None):
        """The error of a request, which is of this kind."""
        failure = self.failure(host.request, method, params or {})
        self.assertEqual(failure.kind, kind, failure.message)
        return failure

    def cancel(self, pending):
        """Cancels a request: it ends with that at once."""
        self.assertEqual(self.host.request(
            "operation.cancel", {"id": pending.id}), {"cancelled": True})
        self.assertEqual(self.kind(self.host.finish, pending), "cancelled")

    def error(self, kind, ident=None, timeout=30):
        """The next frame is this error."""
        frame = self.host.receive(timeout)
        self.assertIn("error", frame)
        self.assertEqual(frame["error"]["data"]["kind"], kind)
        self.assertEqual(frame["id"], ident)
        return frame["error"]

    def raw(self, method, params, ident):
        self.host.send({"jsonrpc": "2.0", "id": ident, "method": method,
                        "params": params})

    def reply(self, ident, timeout=30):
        """The next frame that answers `ident`."""
        while True:
            frame = self.host.receive(timeout)
            if frame.get("id") == ident and "method" not in frame:
                return frame

    def credited(self, stream):
        """Waits for the first credit for a stream; how much it is."""
        until(lambda: self.host.credit(stream) != 0)
        return self.host.credit(stream)
