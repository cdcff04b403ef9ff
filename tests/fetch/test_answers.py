# SPDX-License-Identifier: MPL-2.0
"""nssmime-fetch against servers that answer well and badly."""

import base64
import json
import os
import subprocess
import tempfile
import time
import unittest
import urllib.parse

import server
from fetcher import (ANSWERED, CRL, ISSUER, LARGE, LOOPBACK, OCSP, REFUSED,
                     SMALL, TIMESTAMP, TOO_LARGE, TOO_SLOW, UNREACHABLE,
                     Fetcher, program)

REQUEST = b"0E0C0A0?0=0" + bytes(range(60))


class WithServer(unittest.TestCase):
    def setUp(self):
        self.server = self.enterContext(server.serving())

    def check(self, kind, path, end, request=b"", **options):
        with Fetcher(**options) as f:
            answer = f.get(kind, self.server.url(path), request)
        self.assertEqual(answer.end, end, (path, answer))
        if end != ANSWERED:
            self.assertEqual(answer.data, b"")
        return answer


class Answers(WithServer):
    def test_good(self):
        for path in ("/ok", "/chunked", "/unending"):
            for kind in (CRL, ISSUER):
                answer = self.check(kind, path, ANSWERED)
                self.assertEqual(answer.data, server.BODY)

    def test_bad(self):
        for path in ("/nothing", "/empty", "/status/204", "/status/206",
                     "/status/500", "/status/401", "/status/304",
                     "/truncated", "/broken"):
            self.check(CRL, path, UNREACHABLE)

    def test_nobody(self):
        with server.serving() as gone:
            url = gone.url()
        with Fetcher() as f:
            self.assertEqual(f.get(CRL, url).end, UNREACHABLE)

    def test_sizes(self):
        for kind, most in ((ISSUER, SMALL), (CRL, LARGE)):
            answer = self.check(kind, "/size/%d" % most, ANSWERED)
            self.assertEqual(answer.data, b"\x30" * most)
            self.check(kind, "/size/%d" % (most + 1), TOO_LARGE)

    def test_too_large(self):
        for path in ("/endless", "/huge", "/manyheaders"):
            self.check(CRL, path, TOO_LARGE)

    def test_encoding_is_not_undone(self):
        answer = self.check(CRL, "/gzip", ANSWERED)
        self.assertLess(len(answer.data), 1024 * 1024)
        self.assertEqual(answer.data[:2], b"\x1f\x8b")

    def test_what_is_said(self):
        """Nothing that tells one user from another."""
        names = []
        with Fetcher(env={"http_proxy": "http://127.0.0.1:1"}) as f:
            for kind, request in ((CRL, b""), (OCSP, b"x"), (OCSP, REQUEST * 4)):
                said = json.loads(f.get(kind, self.server.url("/echo"),
                                        request).data)
                headers = dict(said["headers"])
                self.assertEqual(headers["User-Agent"], "nssmime")
                names += headers
        self.assertLessEqual(set(names), {
            "Host", "User-Agent", "Accept", "Content-Type", "Content-Length"})


class Ocsp(WithServer):
    def test_get(self):
        with Fetcher() as f:
            for path in ("/ok", "/ok/"):
                answer = f.get(OCSP, self.server.url(path), REQUEST)
                self.assertEqual(answer.end, ANSWERED)
        hits = self.server.taken()
        self.assertEqual([hit[0] for hit in hits], ["GET", "GET"])
        self.assertEqual(hits[0][1], hits[1][1])
        last = hits[0][1].removeprefix("/ok/")
        self.assertNotRegex(last, "[+/=]")
        self.assertEqual(base64.b64decode(urllib.parse.unquote(last),
                                          validate=True), REQUEST)

    def test_length(self):
        """By GET up to 255 bytes of URL (RFC 5019 section 5)."""
        url = self.server.url("/echo/")
        room = 255 - len(url)
        methods = set()
        with Fetcher() as f:
            for size in range(room // 4 * 3 - 6, room // 4 * 3 + 6):
                request = b"a" * size
                said = json.loads(f.get(OCSP, url, request).data)
                escaped = urllib.parse.quote(base64.b64encode(request), "")
                by_get = len(url) + len(escaped) <= 255
                self.assertEqual(said["method"], "GET" if by_get else "POST")
                methods.add(said["method"])
        self.assertEqual(methods, {"GET", "POST"})

    def test_post(self):
        for path in ("/echo", "/echo?with=query"):
            request = REQUEST * 4 if "?" not in path else REQUEST
            with Fetcher() as f:
                said = json.loads(f.get(OCSP, self.server.url(path),
                                        request).data)
            self.assertEqual(said["method"], "POST")
            self.assertEqual(said["path"], path)
            self.assertEqual(base64.b64decode(said["body"]), request)
            self.assertEqual(dict(said["headers"])["Content-Type"],
                             "application/ocsp-request")

    def test_fallback(self):
        for status in (400, 404, 405, 500):
            self.check(OCSP, "/postonly/%d" % status, ANSWERED, REQUEST)
            self.assertEqual([hit[0] for hit in self.server.taken()],
                             ["GET", "POST"])

    def test_fallback_ends(self):
        self.check(OCSP, "/nothing", UNREACHABLE, REQUEST)
        self.assertEqual([hit[0] for hit in self.server.taken()],
                         ["GET", "POST"])

    def test_timestamp(self):
        """By POST alone, however small the request is (RFC 3161 3.4)."""
        with Fetcher() as f:
            said = json.loads(f.get(TIMESTAMP, self.server.url("/echo"),
                                    REQUEST).data)
        self.assertEqual(said["method"], "POST")
        self.assertEqual(base64.b64decode(said["body"]), REQUEST)
        self.assertEqual(dict(said["headers"])["Content-Type"],
                         "application/timestamp-query")
        self.server.taken()
        self.check(TIMESTAMP, "/nothing", UNREACHABLE, REQUEST)
        self.assertEqual([hit[0] for hit in self.server.taken()], ["POST"])
        self.check(TIMESTAMP, "/size/%d" % SMALL, ANSWERED, REQUEST)
        self.check(TIMESTAMP, "/size/%d" % (SMALL + 1), TOO_LARGE, REQUEST)

    def test_redirected_post(self):
        for status, method in ((301, "POST"), (302, "POST"), (303, "GET"),
                               (307, "POST"), (308, "POST")):
            to = urllib.parse.quote(self.server.url("/echo"), "")
            answer = self.check(OCSP, "/redirect/%d?%s" % (status, to),
                                ANSWERED, REQUEST * 4)
            said = json.loads(answer.data)
            self.assertEqual(said["method"], method, status)
            self.assertEqual(base64.b64decode(said["body"]),
                             REQUEST * 4 if method == "POST" else b"")


class Redirects(WithServer):
    def test_count(self):
        self.check(CRL, "/count/5", ANSWERED)
        for _, _, headers, _ in self.server.taken():
            self.assertNotIn("Cookie", dict(headers))
            self.assertNotIn("Referer", dict(headers))
        self.check(CRL, "/count/6", UNREACHABLE)
        self.check(CRL, "/redirect/302?/redirect/302?/", UNREACHABLE)

    def test_loop(self):
        with Fetcher() as f:
            url = self.server.url("/redirect/302?")
            answer = f.get(CRL, url + url)
        self.assertIn(answer.end, (UNREACHABLE, REFUSED))

    def test_elsewhere(self):
        port = self.server.port
        for to in ("file:///etc/passwd", "ftp://127.0.0.1/", "gopher://a/",
                   "dict://127.0.0.1:11211/", "ldap://127.0.0.1/",
                   "data:,x", "javascript:x", "unix:/run/x",
                   "http://127.0.0.2:%d/ok" % port,
                   "http://[::1]:%d/ok" % port,
                   "http://[::ffff:127.0.0.2]:%d/ok" % port,
                   "http://10.0.0.1/", "http://169.254.169.254/latest",
                   "http://2852039166/", "http://0xa9fea9fe/",
                   "http://user@127.0.0.1:%d/ok" % port,
                   "http://user:password@127.0.0.1:%d/ok" % port):
            self.check(CRL, "/redirect/302?" + urllib.parse.quote(to, ""),
                       REFUSED)
            self.assertEqual(len(self.server.taken()), 1, to)
        self.check(CRL, "/far/2048", REFUSED)
        self.assertEqual(len(self.server.taken()), 1)


class Times(WithServer):
    def test_slow(self):
        """Each has its time, and none holds up another."""
        with Fetcher() as f:
            slow = [f.ask(kind, self.server.url(path), request)
                    for path in ("/drip", "/headers", "/silent")
                    for kind, request in ((ISSUER, b""), (OCSP, REQUEST))]
            quick = f.get(CRL, self.server.url())
            self.assertEqual(quick.end, ANSWERED)
            self.assertLess(quick.seconds, 5)
            for ident in slow:
                answer = f.wait(ident)
                self.assertEqual(answer.end, TOO_SLOW)
                self.assertGreater(answer.seconds, 14)
                self.assertLess(answer.seconds, 20)
                self.assertEqual(answer.data, b"")

    def test_no_connection(self):
        """An address where nobody answers a packet, or none can be sent to."""
        with Fetcher(networks=("192.0.2.0/24",)) as f:
            answer = f.get(CRL, "http://192.0.2.1/")
            self.assertIn(answer.end, (TOO_SLOW, UNREACHABLE))
            self.assertLess(answer.seconds, 8)

    def test_many(self):
        with Fetcher() as f:
            began = time.monotonic()
            asked = [f.ask(CRL, self.server.url("/later/0.3"))
                     for _ in range(32)]
            for ident in asked:
                self.assertEqual(f.wait(ident).end, ANSWERED)
            self.assertLess(time.monotonic() - began, 5)

    def test_more_than_at_once(self):
        with Fetcher() as f:
            asked = [f.ask(ISSUER, self.server.url()) for _ in range(300)]
            for ident in asked:
                self.assertEqual(f.wait(ident).data, server.BODY)

    def test_dropped(self):
        with Fetcher() as f:
            dropped = f.ask(CRL, self.server.url("/silent"))
            self.assertTrue(server.wait_for(self.server.taken))
            f.drop(dropped)
            f.drop(12345)
            self.assertEqual(f.get(CRL, self.server.url()).end, ANSWERED)
            self.assertNotIn(dropped, f.answers)

    def test_end(self):
        """The program ends when its socket does, whatever is under way."""
        f = Fetcher()
        f.ask(CRL, self.server.url("/silent"))
        self.assertTrue(server.wait_for(self.server.taken))
        began = time.monotonic()
        self.assertEqual(f.close(), 0)
        self.assertLess(time.monotonic() - began, 3)


class Tls(unittest.TestCase):
    def test_authorities(self):
        folder = self.enterContext(tempfile.TemporaryDirectory())
        good, context = server.authority(folder, "good")
        other, _ = server.authority(folder, "other")
        tls = self.enterContext(server.serving(context=context))
        with Fetcher(authorities=good) as f:
            answer = f.get(CRL, tls.url())
            self.assertEqual((answer.end, answer.data),
                             (ANSWERED, server.BODY))
            # the name in the certificate is another one
            self.assertEqual(f.get(CRL, tls.url(host="localhost")).end,
                             UNREACHABLE)
        tls.taken()
        # the environment cannot say whom to trust
        env = {name: good for name in ("CURL_CA_BUNDLE", "SSL_CERT_FILE")}
        for options in ({"authorities": other}, {"env": env}):
            with Fetcher(**options) as f:
                self.assertEqual(f.get(CRL, tls.url()).end, UNREACHABLE)
        self.assertEqual(tls.taken(), [])

    def test_redirect_to_tls(self):
        folder = self.enterContext(tempfile.TemporaryDirectory())
        good, context = server.authority(folder, "good")
        tls = self.enterContext(server.serving(context=context))
        plain = self.enterContext(server.serving())
        with Fetcher(authorities=good) as f:
            answer = f.get(CRL, plain.url("/redirect/302?" + tls.url()))
        self.assertEqual(answer.data, server.BODY)


class Proxy(WithServer):
    def test_proxy(self):
        """Whatever is asked goes to the proxy, names and all."""
        proxy = "http://127.0.0.1:%d" % self.server.port
        with Fetcher(networks=(), proxy=proxy) as f:
            answer = f.get(CRL, "http://crl.example/ok")
            self.assertEqual(answer.end, UNREACHABLE)  # no such path there
            self.assertEqual([hit[1] for hit in self.server.taken()],
                             ["http://crl.example/ok"])
            # what is written as an address is judged all the same
            self.assertEqual(f.get(CRL, "http://10.0.0.1/").end, REFUSED)
            self.assertEqual(f.get(CRL, self.server.url()).end, REFUSED)
        self.assertEqual(self.server.taken(), [])


class Program(unittest.TestCase):
    def run_with(self, *args):
        return subprocess.run([program(), *args], stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=10)

    def test_version(self):
        done = self.run_with("--version")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertRegex(done.stdout, r"^nssmime-fetch \d+\.\d+")

    def test_refused(self):
        for args in (["--network", "10.0.0.1/8"], ["--network", "localhost"],
                     ["--proxy", "ftp://a:1"], ["--cache", "relative"],
                     ["--authorities", "relative"], ["--unknown"], ["word"],
                     []):
            done = self.run_with(*args)
            self.assertEqual(done.returncode, 2, args)
            self.assertNotEqual(done.stderr, "")

    def test_garbage(self):
        """The engine's packets are not believed either."""
        for packet in (b"", b"x" * 31, b"\xff" * 32, b"\0" * 64,
                       (1).to_bytes(4, "little") + bytes(28)):
            f = Fetcher()
            f.socket.send(packet)
            self.assertEqual(f.process.wait(10), 0)
            f.socket.close()


if __name__ == "__main__":
    unittest.main()
