# SPDX-License-Identifier: MPL-2.0
"""Operations that ask servers: settings, broker, engine and nssmime-fetch
together. The administrator's file is one in the build folder; it counts only
where root owns it."""

import base64
import json
import os
import shutil
import signal
import sys
import tempfile
import time
import unittest

import server
from fetcher import CRL, ISSUER, LARGE, OCSP

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                os.pardir, "support"))
from nssmime import FIREFOX, Host, HostError, environment  # noqa: E402

PROGRAM = os.environ["NSSMIME_FETCH_HOST"]
POLICY = os.environ["NSSMIME_FETCH_POLICY"]
NOTHING = ["nothing may be asked"]
LOOPBACK = {"revocation": "soft", "fetchNetworks": ["127.0.0.1/32"]}
GOOD = {"size": len(server.BODY), "first": server.BODY[0]}


def question(kind, url, request=None):
    q = {"kind": kind, "url": url}
    if request is not None:
        q["request"] = base64.b64encode(request).decode()
    return q


def fetchers(host):
    """The nssmime-fetch processes of a host: [pid]."""
    found = []
    for name in os.listdir("/proc"):
        try:
            with open("/proc/%s/stat" % name, encoding="ascii") as file:
                stat = file.read()
        except (OSError, UnicodeDecodeError):
            continue
        comm = stat[stat.index("(") + 1:stat.rindex(")")]
        state, parent = stat[stat.rindex(")") + 2:].split()[:2]
        if comm == "nssmime-fetch" and state != "Z" and \
                int(parent) == host.process.pid:
            found.append(int(name))
    return found


class WithPolicy(unittest.TestCase):
    def setUp(self):
        self.home = self.enterContext(tempfile.TemporaryDirectory())
        self.server = self.enterContext(server.serving())
        os.makedirs(os.path.dirname(POLICY), 0o755, exist_ok=True)
        self.addCleanup(self.policy, None)

    def policy(self, members):
        if members is None:
            if os.path.exists(POLICY):
                os.unlink(POLICY)
            return
        with open(POLICY, "w", encoding="utf-8") as file:
            json.dump(members, file)
        os.chmod(POLICY, 0o644)

    def host(self, policy=None, program=PROGRAM, **settings):
        self.policy(policy)
        env = environment(self.home, **settings)
        host = Host(args=FIREFOX, env=env, program=program)
        self.addCleanup(self.ended, host)  # after its end
        return self.enterContext(host)

    def ended(self, host):
        self.assertIn(host.process.poll(), (0, -signal.SIGKILL))

    def fetch(self, host, *questions, method="test.fetch", **params):
        return host.request(method, {"questions": list(questions), **params})

    def ok(self):
        return question(CRL, self.server.url())


class Settings(WithPolicy):
    def test_off(self):
        for settings in ({}, {"revocation": "off"}):
            host = self.host({"fetchNetworks": ["127.0.0.1/32"]}, **settings)
            self.assertEqual(self.fetch(host, self.ok()), NOTHING)
            self.assertEqual(fetchers(host), [])
        self.assertEqual(self.server.taken(), [])

    def test_on(self):
        for mode in ("soft", "hard"):
            host = self.host({"fetchNetworks": ["127.0.0.1/32"]},
                             revocation=mode)
            self.assertEqual(self.fetch(host, self.ok()), [GOOD])

    def test_loopback_needs_the_administrator(self):
        host = self.host(None, revocation="soft")
        self.assertEqual(self.fetch(host, self.ok()), [None])
        self.assertEqual(self.server.taken(), [])

    def test_the_administrator_wins(self):
        host = self.host(dict(LOOPBACK, revocation="off"), revocation="hard")
        self.assertEqual(self.fetch(host, self.ok()), NOTHING)
        host = self.host(LOOPBACK, revocation="off")
        self.assertEqual(self.fetch(host, self.ok()), [GOOD])

    def test_online(self):
        host = self.host(LOOPBACK)
        self.assertEqual(self.fetch(host, self.ok(), online=False), NOTHING)
        self.assertEqual(fetchers(host), [])
        self.assertEqual(self.fetch(host, self.ok(), online=True), [GOOD])

    def refused(self, host, member):
        with self.assertRaises(HostError) as caught:
            self.fetch(host, self.ok())
        self.assertEqual(caught.exception.kind, "configuration-invalid")
        self.assertIn('"%s"' % member, caught.exception.message)
        return caught.exception.message

    def test_wrong(self):
        for member, values in (
                ("revocation", ("", "on", "SOFT", True, None, 1, ["soft"])),
                ("ocspNonce", ("true", 1, None, []))):
            for value in values:
                said = self.refused(self.host(None, **{member: value}), member)
                self.assertIn("config.json", said)

    def test_wrong_policy(self):
        for member, values in (
                ("fetchNetworks",
                 ("10.0.0.0/8", None, ["10.0.0.0"], ["10.0.0.1/8"], [10],
                  ["10.0.0.0/33"], ["localhost/8"], ["fd00::/200"],
                  ["::ffff:10.0.0.0/104"], [""], ["10.0.0.0/8\0"],
                  ["10.0.0.0/8"] * 101)),
                ("fetchProxy",
                 ("", "proxy:80", "http://proxy", "http://u:p@proxy:80",
                  "https://proxy:80", "socks5://proxy:80", None, 80,
                  ["http://proxy:80"]))):
            for value in values:
                said = self.refused(self.host({member: value}), member)
                self.assertIn("policy.json", said)

    def test_the_administrator_alone(self):
        for member, value in (("fetchNetworks", ["127.0.0.1/32"]),
                              ("fetchProxy", "http://127.0.0.1:1")):
            said = self.refused(
                self.host(None, revocation="soft", **{member: value}), member)
            self.assertIn("unknown", said)

    def test_not_roots(self):
        """A policy that somebody else may write counts for nothing."""
        host_policy = dict(LOOPBACK)
        self.policy(host_policy)
        os.chmod(POLICY, 0o666)
        env = environment(self.home, revocation="soft")
        host = self.enterContext(Host(args=FIREFOX, env=env, program=PROGRAM))
        self.assertEqual(self.fetch(host, self.ok()), [None])
        self.assertEqual(self.server.taken(), [])

    def test_proxy(self):
        host = self.host({"revocation": "soft", "fetchProxy":
                          "http://127.0.0.1:%d" % self.server.port})
        self.assertEqual(
            self.fetch(host, question(CRL, "http://crl.example/ok")), [None])
        self.assertEqual([hit[1] for hit in self.server.taken()],
                         ["http://crl.example/ok"])


class Questions(WithPolicy):
    def test_side_by_side(self):
        host = self.host(LOOPBACK)
        url = self.server.url
        began = time.monotonic()
        answers = self.fetch(
            host, question(OCSP, url("/ok"), b"request"),
            question(CRL, url("/nothing")), question(ISSUER, url("/later/1")),
            question(CRL, url("/later/1")), question(CRL, "file:///etc/passwd"),
            question(CRL, url("/size/%d" % LARGE)),
            question(ISSUER, url("/size/300000")))
        self.assertEqual(answers, [GOOD, None, GOOD, GOOD, None,
                                   {"size": LARGE, "first": 0x30}, None])
        self.assertLess(time.monotonic() - began, 10)

    def test_not_askable(self):
        """What is no question at all is not even sent."""
        host = self.host(LOOPBACK)
        answers = self.fetch(
            host, question(OCSP, self.server.url()),
            question(CRL, self.server.url(), b"request"), question(CRL, ""),
            question(CRL, self.server.url("/" + "x" * 2048)),
            question(OCSP, self.server.url(), b"x" * 8193))
        self.assertEqual(answers, [None] * 5)
        self.assertEqual(fetchers(host), [])
        self.assertEqual(self.fetch(host), [])

    def test_with_a_database(self):
        """The confined engine as well."""
        host = self.host(LOOPBACK)
        for _ in range(2):
            self.assertEqual(self.fetch(host, self.ok(),
                                        method="test.confined"), [GOOD])

    def test_others_go_on(self):
        host = self.host(LOOPBACK)
        slow = host.begin("test.fetch", {"questions": [
            question(CRL, self.server.url("/later/2"))]})
        self.assertTrue(server.wait_for(self.server.taken))
        began = time.monotonic()
        self.assertEqual(host.request("test.ping", {}), {})
        self.assertEqual(self.fetch(host, self.ok()), [GOOD])
        self.assertLess(time.monotonic() - began, 1.5)
        self.assertEqual(host.finish(slow), [GOOD])

    def test_cancel(self):
        host = self.host(LOOPBACK)
        slow = host.begin("test.fetch", {"questions": [
            question(CRL, self.server.url("/silent")), self.ok()]})
        self.assertTrue(server.wait_for(
            lambda: any(h[1] == "/silent" for h in self.server.hits)))
        began = time.monotonic()
        self.assertTrue(host.request("operation.cancel",
                                     {"id": slow.id})["cancelled"])
        with self.assertRaises(HostError) as caught:
            host.finish(slow)
        self.assertEqual(caught.exception.kind, "cancelled")
        self.assertLess(time.monotonic() - began, 2)
        self.assertEqual(self.fetch(host, self.ok()), [GOOD])

    def test_kept(self):
        """What one host keeps, another finds, until its time is over."""
        for asked in (True, False):
            host = self.host(LOOPBACK)
            self.assertEqual(
                self.fetch(host, self.ok(), keep=int(time.time()) + 600),
                [GOOD])
            self.assertEqual(self.fetch(host, self.ok()), [GOOD])
            host.close()
            self.assertEqual(len(self.server.taken()), int(asked))
        self.assertEqual(len(os.listdir(os.path.join(
            self.home, "cache/nssmime/fetch"))), 1)


    def test_nonce(self):
        """What answers a nonce is not kept: nobody asks the same again."""
        kept = []
        for nonce in (True, False):
            host = self.host(dict(LOOPBACK, ocspNonce=nonce))
            self.fetch(host, question(OCSP, self.server.url(), b"request"),
                       keep=int(time.time()) + 600)
            host.close()
            kept.append(len(os.listdir(os.path.join(
                self.home, "cache/nssmime/fetch"))))
        self.assertEqual(kept, [0, 1])


class Processes(WithPolicy):
    def pid(self, host):
        pids = fetchers(host)
        self.assertEqual(len(pids), 1)
        return pids[0]

    def test_one_for_all(self):
        host = self.host(LOOPBACK)
        host.request("hello", {"client": {"name": "test", "version": "1"}})
        self.assertEqual(fetchers(host), [])
        self.fetch(host, self.ok())
        first = self.pid(host)
        self.fetch(host, self.ok())
        self.assertEqual(self.pid(host), first)

    def test_surroundings(self):
        host = self.host(LOOPBACK)
        self.fetch(host, self.ok())
        proc = "/proc/%d/" % self.pid(host)
        with open(proc + "environ", "rb") as file:
            self.assertEqual(file.read(), b"")
        with open(proc + "cmdline", "rb") as file:
            self.assertEqual(
                file.read().rstrip(b"\0").decode().split("\0"),
                ["nssmime-fetch", "--cache", os.path.join(self.home, "cache"),
                 "--network", "127.0.0.1/32"])
        with open(proc + "status", encoding="ascii") as file:
            status = dict(line.split(":\t", 1) for line in file)
        self.assertEqual(status["NoNewPrivs"].strip(), "1")
        self.assertEqual(status["Seccomp"].strip(), "2")
        with open(proc + "maps", encoding="ascii") as file:
            maps = file.read()
        for library in ("libnss3", "libsoftokn3", "libjson-c"):
            self.assertNotIn(library, maps)
        ends = {}
        for fd in os.listdir(proc + "fd"):
            ends[int(fd)] = os.readlink(proc + "fd/" + fd)
        self.assertTrue(ends[0].startswith("socket:"))
        self.assertEqual(ends[1], "/dev/null")

    def test_death(self):
        """What waits is told at once; the next question has a new one."""
        host = self.host(LOOPBACK)
        self.fetch(host, self.ok())
        for number in (signal.SIGKILL, signal.SIGTERM):
            first = self.pid(host)
            self.server.taken()
            slow = host.begin("test.fetch", {"questions": [
                question(CRL, self.server.url("/silent"))]})
            self.assertTrue(server.wait_for(self.server.taken))
            os.kill(first, number)
            began = time.monotonic()
            self.assertEqual(host.finish(slow), [None])
            self.assertLess(time.monotonic() - began, 2)
            self.assertEqual(self.fetch(host, self.ok()), [GOOD])
            self.assertNotEqual(self.pid(host), first)

    def test_missing(self):
        folder = self.enterContext(tempfile.TemporaryDirectory())
        program = shutil.copy(PROGRAM, folder)
        host = self.host(LOOPBACK, program=program)
        for _ in range(3):
            began = time.monotonic()
            self.assertEqual(self.fetch(host, self.ok()), [None])
            self.assertLess(time.monotonic() - began, 2)

    def test_impostor(self):
        """One that speaks nonsense is none."""
        folder = self.enterContext(tempfile.TemporaryDirectory())
        program = shutil.copy(PROGRAM, folder)
        fetch = os.path.join(folder, "nssmime-fetch")
        with open(fetch, "w", encoding="utf-8") as file:
            file.write("#!/bin/sh\necho nonsense >&0\nsleep 0.2\n")
        os.chmod(fetch, 0o755)
        host = self.host(LOOPBACK, program=program)
        self.assertEqual(self.fetch(host, self.ok()), [None])
        self.assertEqual(host.request("test.ping", {}), {})

    def test_end(self):
        """The end of input ends everything, whatever is under way."""
        host = self.host(LOOPBACK)
        host.begin("test.fetch", {"questions": [
            question(CRL, self.server.url("/silent"))]})
        self.assertTrue(server.wait_for(self.server.taken))
        pid = self.pid(host)
        began = time.monotonic()
        self.assertEqual(host.close(), 0)
        self.assertLess(time.monotonic() - began, 2)
        self.assertTrue(server.wait_for(
            lambda: not os.path.exists("/proc/%d" % pid)))

    def test_killed_host(self):
        host = self.host(LOOPBACK)
        self.fetch(host, self.ok())
        pid = self.pid(host)
        host.process.kill()
        host.wait()
        self.assertTrue(server.wait_for(
            lambda: not os.path.exists("/proc/%d" % pid)))


class Late(WithPolicy):
    def test_stopped(self):
        """A program that does not answer at all is given up on."""
        host = self.host(LOOPBACK)
        self.fetch(host, self.ok())
        first, = fetchers(host)
        os.kill(first, signal.SIGSTOP)
        slow = host.begin("test.fetch", {"questions": [
            question(ISSUER, self.server.url())]})
        self.assertEqual(host.request("test.ping", {}), {})
        began = time.monotonic()
        self.assertEqual(host.finish(slow), [None])
        self.assertLess(time.monotonic() - began, 25)
        self.assertEqual(self.fetch(host, self.ok()), [GOOD])
        self.assertTrue(server.wait_for(lambda: first not in fetchers(host)))


if __name__ == "__main__":
    if os.geteuid() != 0:
        print("SKIPPED: only root can write an administrator's file")
        sys.exit(77)
    unittest.main()
