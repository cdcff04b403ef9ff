# SPDX-License-Identifier: MPL-2.0
"""What nssmime-fetch keeps on disk: what the engine verified, and no longer
than that holds."""

import os
import stat
import struct
import tempfile
import threading
import time
import unittest

import server
from fetcher import ANSWERED, CRL, LARGE, OCSP, Fetcher, program

HEAD = struct.Struct("=8sIIIIqQ")
WEEK = 7 * 24 * 3600


def sanitized():
    """Whether the program keeps what it let go, as sanitizers do."""
    with open(program(), "rb") as file:
        return b"__asan_init" in file.read()


def later(seconds=3600):
    return int(time.time()) + seconds


class Cache(unittest.TestCase):
    def setUp(self):
        self.server = self.enterContext(server.serving())
        self.base = self.enterContext(tempfile.TemporaryDirectory())
        self.folder = os.path.join(self.base, "nssmime", "fetch")

    def ask(self, path="/ok", until=None, kind=CRL, request=b"", times=1):
        """Whether the server was asked; the answer."""
        self.server.taken()
        with Fetcher(cache=self.base) as f:
            for _ in range(times):
                ident = f.ask(kind, self.server.url(path), request)
                answer = f.wait(ident)
                if until is not None:
                    f.keep(ident, until)
        return bool(self.server.taken()), answer

    def files(self):
        return sorted(os.path.join(self.folder, name)
                      for name in os.listdir(self.folder))

    def test_kept(self):
        self.assertTrue(self.ask(until=later())[0])
        for _ in range(2):
            asked, answer = self.ask()
            self.assertFalse(asked)
            self.assertEqual((answer.end, answer.data),
                             (ANSWERED, server.BODY))

    def test_only_when_told(self):
        for until in (None, 0, -1, later(-1), -2 ** 63):
            self.assertTrue(self.ask(until=until)[0])
        self.assertEqual(self.files(), [])
        self.assertTrue(self.ask()[0])

    def test_bad_answers_are_not(self):
        for path in ("/nothing", "/truncated", "/size/%d" % (LARGE + 1)):
            self.ask(path, until=later())
        self.assertEqual(self.files(), [])

    def test_until(self):
        self.assertTrue(self.ask(until=later(2))[0])
        self.assertFalse(self.ask()[0])
        time.sleep(2.1)
        self.assertTrue(self.ask()[0])

    def test_at_most_a_week(self):
        self.ask(until=2 ** 62)
        with open(self.files()[0], "rb") as file:
            until = HEAD.unpack(file.read(HEAD.size))[5]
        self.assertLessEqual(until, later(WEEK))
        self.assertGreater(until, later(WEEK - 60))

    def test_the_whole_question(self):
        self.assertTrue(self.ask(kind=OCSP, request=b"one", until=later())[0])
        self.assertFalse(self.ask(kind=OCSP, request=b"one")[0])
        self.assertTrue(self.ask(kind=OCSP, request=b"two")[0])
        self.assertTrue(self.ask(kind=CRL)[0])
        self.assertTrue(self.ask(path="/ok?", kind=OCSP, request=b"one")[0])

    def test_private(self):
        self.ask(until=later())
        for path, mode in ((self.folder, 0o700), (self.files()[0], 0o600)):
            self.assertEqual(stat.S_IMODE(os.stat(path).st_mode), mode)

    def test_largest(self):
        path = "/size/%d" % LARGE
        self.assertTrue(self.ask(path, until=later())[0])
        asked, answer = self.ask(path)
        self.assertFalse(asked)
        self.assertEqual(answer.data, b"\x30" * LARGE)

    def test_corruption(self):
        """Whatever became of a file, it is an answer no more."""
        self.ask(until=later())
        name, = self.files()
        with open(name, "rb") as file:
            good = file.read()
        damages = [b"", good[:-1], good + b"\0", good[:HEAD.size],
                   good[:HEAD.size - 1], b"\0" * len(good), b"\xff" * 4096]
        for at in range(0, len(good), 7):
            damages.append(good[:at] + bytes([good[at] ^ 1]) + good[at + 1:])
        with Fetcher(cache=self.base) as f:
            for bad in damages:
                with open(name, "wb") as file:
                    file.write(bad)
                self.server.taken()
                self.assertEqual(f.get(CRL, self.server.url()).data,
                                 server.BODY)
                # a bit of the time itself may still be a time that fits
                if self.server.taken() == []:
                    until = HEAD.unpack(bad[:HEAD.size])[5]
                    self.assertGreater(until, time.time())
                    self.assertLessEqual(until, later(WEEK))
                    self.assertNotEqual(until,
                                        HEAD.unpack(good[:HEAD.size])[5])

    def test_not_a_file(self):
        self.ask(until=later())
        name, = self.files()
        for make in (os.mkdir, os.mkfifo,
                     lambda path: os.symlink("/etc/passwd", path)):
            if os.path.isdir(name):
                os.rmdir(name)
            else:
                os.unlink(name)
            make(name)
            self.assertTrue(self.ask(until=later())[0])

    def test_elsewhere(self):
        """A link in the place of the folder is not followed."""
        other = self.enterContext(tempfile.TemporaryDirectory())
        os.mkdir(os.path.join(self.base, "nssmime"))
        os.symlink(other, self.folder)
        self.assertTrue(self.ask(until=later())[0])
        self.assertEqual(os.listdir(other), [])
        self.assertTrue(self.ask()[0])

    def test_size(self):
        """64 MiB, and those that are over first go first."""
        with Fetcher(cache=self.base) as f:
            for i in range(5):
                ident = f.ask(CRL, self.server.url("/size/%d" % (LARGE - i)))
                f.wait(ident)
                f.keep(ident, later(3600 + 60 * i))
        sizes = [os.stat(name).st_size for name in self.files()]
        self.assertLessEqual(sum(sizes), 64 * 1024 * 1024 + 4096)
        self.assertGreaterEqual(len(sizes), 3)
        self.assertTrue(self.ask("/size/%d" % LARGE)[0])
        self.assertFalse(self.ask("/size/%d" % (LARGE - 4))[0])

    def test_memory(self):
        """Many large ones at once, of the disk or not, take turns."""
        path = "/size/%d" % LARGE
        self.ask(path, until=later())
        with Fetcher(cache=self.base) as f:
            asked = [f.ask(CRL, self.server.url(path)) for _ in range(20)]
            asked += [f.ask(CRL, self.server.url("/size/%d" % (LARGE - 1)))]
            for ident in asked:
                answer = f.wait(ident)
                self.assertEqual(answer.end, ANSWERED)
                self.assertGreaterEqual(len(answer.data), LARGE - 1)
                del f.answers[ident]
            with open("/proc/%d/status" % f.process.pid,
                      encoding="ascii") as file:
                status = dict(line.split(":\t", 1) for line in file)
        if not sanitized():
            self.assertLess(int(status["VmHWM"].split()[0]), 200 * 1024)

    def test_what_is_over_goes(self):
        self.ask(until=later(1))
        left = os.path.join(self.folder, ".new-1-1")
        foreign = os.path.join(self.folder, "README")
        for name in (left, foreign):
            with open(name, "wb") as file:
                file.write(b"x")
            os.utime(name, (0, 0))
        time.sleep(1.1)
        self.ask("/chunked", until=later())
        self.assertEqual(len(self.files()), 2)
        self.assertIn(foreign, self.files())

    def test_several_at_once(self):
        """Processes that keep and read the same, all at the same time."""
        failures = []

        def work():
            try:
                with Fetcher(cache=self.base) as f:
                    for i in range(40):
                        ident = f.ask(CRL, self.server.url(
                            "/size/%d" % (1000 + i % 4)))
                        answer = f.wait(ident)
                        if answer.data != b"\x30" * (1000 + i % 4):
                            failures.append(answer)
                        f.keep(ident, later())
            except Exception as failure:  # told below
                failures.append(failure)

        threads = [threading.Thread(target=work) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(failures, [])
        self.assertEqual(len(self.files()), 4)

    def test_no_folder(self):
        """Without a place to keep answers, they are fetched each time."""
        blocked = os.path.join(self.base, "file")
        with open(blocked, "wb"):
            pass
        for cache in (blocked, "/proc/nowhere", None):
            with Fetcher(cache=cache) as f:
                ident = f.ask(CRL, self.server.url())
                self.assertEqual(f.wait(ident).end, ANSWERED)
                f.keep(ident, later())
                self.server.taken()
                self.assertEqual(f.get(CRL, self.server.url()).end, ANSWERED)
                self.assertEqual(len(self.server.taken()), 1)


if __name__ == "__main__":
    unittest.main()
