# SPDX-License-Identifier: MPL-2.0
"""Speaks to nssmime-fetch as the engine does (host/common/question.h)."""

import collections
import os
import socket
import struct
import subprocess
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
HEAD = struct.Struct("=IIIIqQ")
ASK, DROP, KEEP, DATA, END = 1, 2, 3, 4, 5
OCSP, CRL, ISSUER, TIMESTAMP = 0, 1, 2, 3
ANSWERED, UNREACHABLE, REFUSED, TOO_LARGE, TOO_SLOW = range(5)
SMALL = 256 * 1024
LARGE = 16 * 1024 * 1024
LOOPBACK = ("127.0.0.1/32",)

Answer = collections.namedtuple("Answer", "end data seconds")


def program():
    return os.environ.get("NSSMIME_FETCH") or os.path.join(
        ROOT, "build", "host", "nssmime-fetch")


class Fetcher:
    def __init__(self, networks=LOOPBACK, cache=None, proxy=None,
                 authorities=None, env=None):
        args = [program()]
        for network in networks:
            args += ["--network", network]
        for name, value in (("--cache", cache), ("--proxy", proxy),
                            ("--authorities", authorities)):
            if value is not None:
                args += [name, value]
        self.socket, end = socket.socketpair(socket.AF_UNIX,
                                             socket.SOCK_SEQPACKET)
        self.process = subprocess.Popen(args, stdin=end, env=env or {})
        end.close()
        self.count = 0
        self.begun = {}
        self.parts = {}
        self.answers = {}

    def send(self, kind_of_packet, ident, kind=0, until=0, url=b"", data=b""):
        self.socket.send(HEAD.pack(kind_of_packet, ident, kind, 0, until,
                                   len(url)) + url + data)

    def ask(self, kind, url, request=b""):
        """Begins a question; returns its id."""
        self.count += 1
        self.begun[self.count] = time.monotonic()
        self.parts[self.count] = bytearray()
        self.send(ASK, self.count, kind, 0,
                  url.encode() if isinstance(url, str) else url, request)
        return self.count

    def keep(self, ident, until):
        self.send(KEEP, ident, until=int(until))

    def drop(self, ident):
        self.send(DROP, ident)

    def wait(self, ident, timeout=60):
        self.socket.settimeout(timeout)
        while ident not in self.answers:
            packet = self.socket.recv(1 << 17)
            if not packet:
                raise EOFError("nssmime-fetch is gone")
            what, which, _, end, _, _ = HEAD.unpack_from(packet)
            if what == DATA:
                self.parts[which] += packet[HEAD.size:]
            elif what == END:
                self.answers[which] = Answer(
                    end, bytes(self.parts.pop(which)),
                    time.monotonic() - self.begun[which])
            else:
                raise AssertionError("packet %d" % what)
        return self.answers[ident]

    def get(self, kind, url, request=b"", timeout=60):
        return self.wait(self.ask(kind, url, request), timeout)

    def close(self):
        self.socket.close()
        try:
            return self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        status = self.close()
        if kind is None and status != 0:
            raise AssertionError("nssmime-fetch ended with %d" % status)
