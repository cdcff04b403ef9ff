# SPDX-License-Identifier: MPL-2.0
"""Which addresses nssmime-fetch connects to, however they are written.

A server waits on loopback; what counts is whether anybody comes."""

import socket
import unittest

import server
from fetcher import (ANSWERED, CRL, OCSP, REFUSED, UNREACHABLE, Fetcher)

# What resolvers and browsers take for 127.0.0.1, and for this host.
LOOPBACKS = (
    "127.0.0.1", "127.0.0.1.", "127.1", "127.0.1", "2130706433", "0x7f000001",
    "0x7F.1", "0x7f.0.0.1", "017700000001", "0177.0.0.1", "0177.1",
    "127.000.000.001", "%31%32%37.0.0.1", "127.0.0.%31", "0", "0.0.0.0",
    "0x0", "[::1]", "[0:0:0:0:0:0:0:1]", "[::]", "[::127.0.0.1]",
    "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[0:0:0:0:0:FFFF:7f00:0001]",
    "[64:ff9b::127.0.0.1]", "[2002:7f00:1::]", "localhost", "LOCALHOST",
    "localhost.", "ip6-localhost", "a.localhost")

# URLs that libcurl, or somebody, might read as one to loopback.
ODD = (
    "http://user@127.0.0.1:%d/ok", "http://user:word@127.0.0.1:%d/ok",
    "http://@127.0.0.1:%d/ok", "http://:@127.0.0.1:%d/ok",
    "http:127.0.0.1:%d/ok", "http:/127.0.0.1:%d/ok",
    "http:///127.0.0.1:%d/ok", "HTTP://127.0.0.1:%d/ok",
    "//127.0.0.1:%d/ok", "127.0.0.1:%d/ok", " http://127.0.0.1:%d/ok",
    "http://127.0.0.1:%d/ok ", "http://127.0.0.1:%d/\tok",
    "http://127.0.0.1:%d/\r\nX: y", "http://127.0.0.1\\@example.org:%d/ok",
    "http://example.org@127.0.0.1:%d/ok", "http://[::1%%25lo]:%d/ok",
    "http://[fe80::1%%25lo]:%d/ok", "http://[127.0.0.1]:%d/ok",
    "http://\u0661\u0662\u0667.0.0.1:%d/ok", "http://127\u30020.0.1:%d/ok",
    "http://\uff11\uff12\uff17.0.0.1:%d/ok", "ws://127.0.0.1:%d/ok",
    "ftp://127.0.0.1:%d/ok", "gopher://127.0.0.1:%d/_GET", "tftp://127.0.0.1:%d/",
    "dict://127.0.0.1:%d/", "telnet://127.0.0.1:%d/", "imap://127.0.0.1:%d/",
    "smtp://127.0.0.1:%d/", "ldap://127.0.0.1:%d/", "rtsp://127.0.0.1:%d/")

NOT_HTTP = ("file:///etc/passwd", "file://localhost/etc/passwd", "/etc/passwd",
            "FILE:/etc/passwd", "data:text/plain,x", "http://", "http:///",
            "https://", ":", "?", "http://:80/", "x" * 2048,
            "http://example.org:99999/", "http://exa mple.org/")


class Refused(unittest.TestCase):
    def test_loopback(self):
        with server.serving(address="127.0.0.1") as s, \
                Fetcher(networks=()) as f:
            asked = {}
            for host in LOOPBACKS:
                url = s.url(host=host)
                asked[f.ask(CRL, url)] = url
                asked[f.ask(OCSP, url, b"request")] = url
            for url in ODD:
                asked[f.ask(CRL, (url % s.port).encode())] = url
            for ident, url in asked.items():
                self.assertIn(f.wait(ident).end, (REFUSED, UNREACHABLE), url)
            self.assertEqual(s.taken(), [])

    def test_told(self):
        """What is an address is told to be refused, not to be silent."""
        with server.serving() as s, Fetcher(networks=()) as f:
            for host in LOOPBACKS[:22] + ("localhost",):
                self.assertEqual(f.get(CRL, s.url(host=host)).end, REFUSED,
                                 host)

    def test_not_http(self):
        with Fetcher(networks=("0.0.0.0/0", "::/0")) as f:
            for url in NOT_HTTP:
                self.assertIn(f.get(CRL, url).end, (REFUSED, UNREACHABLE), url)
                self.assertEqual(f.get(CRL, url).data, b"")

    def test_longest(self):
        with server.serving() as s, Fetcher() as f:
            url = s.url("/ok?")
            answer = f.get(CRL, url + "x" * (2048 - len(url)))
            self.assertEqual(answer.end, ANSWERED)

    def test_granted(self):
        """Only what the administrator allows, in whatever form."""
        with server.serving() as s:
            with Fetcher(networks=("127.0.0.1/32",)) as f:
                for host in ("127.0.0.1", "0x7f.1", "2130706433"):
                    self.assertEqual(f.get(CRL, s.url(host=host)).end,
                                     ANSWERED)
            s.taken()
            with Fetcher(networks=("127.0.0.2/31", "::1/128")) as f:
                for host in ("127.0.0.1", "0x7f.1", "[::ffff:127.0.0.1]"):
                    self.assertEqual(f.get(CRL, s.url(host=host)).end, REFUSED)
            self.assertEqual(s.taken(), [])

    def test_name_with_two_addresses(self):
        """A name that means an address that is allowed and one that is not:
        each is judged when it is connected to."""
        with server.serving() as s:
            with Fetcher(networks=("127.0.0.1/32",)) as f:
                answer = f.get(CRL, s.url(host="localhost"))
                self.assertEqual(answer.end, ANSWERED)
            s.taken()
            with Fetcher(networks=("::1/128",)) as f:
                answer = f.get(CRL, s.url(host="localhost"))
                self.assertIn(answer.end, (REFUSED, UNREACHABLE))
            self.assertEqual(s.taken(), [])

    def test_redirected_name(self):
        with server.serving() as s, server.serving(address="127.0.0.2") as t, \
                Fetcher(networks=("127.0.0.2/32",)) as f:
            for host in ("127.0.0.1", "localhost", "0x7f.1"):
                url = t.url("/redirect/302?" + s.url(host=host),
                            host="127.0.0.2")
                self.assertEqual(f.get(CRL, url).end, REFUSED, host)
            self.assertEqual(s.taken(), [])
            self.assertEqual(len(t.taken()), 3)


class Version6(unittest.TestCase):
    def test_granted(self):
        class Six(server.Server):
            address_family = socket.AF_INET6

        if not server.has_version_6():
            self.skipTest("this system has no IPv6")
        with server.serving(address="::1", kind=Six) as s:
            with Fetcher(networks=("::1/128",)) as f:
                self.assertEqual(f.get(CRL, s.url(host="[::1]")).end, ANSWERED)
            s.taken()
            with Fetcher(networks=("127.0.0.0/8",)) as f:
                self.assertEqual(f.get(CRL, s.url(host="[::1]")).end, REFUSED)
            self.assertEqual(s.taken(), [])


if __name__ == "__main__":
    unittest.main()
