#!/usr/bin/python3
# SPDX-License-Identifier: MPL-2.0
"""How fast the host is beside `openssl cms`, on the same files in one run.

    bench.py HOST CLIENT [--large MIB] [--huge MIB] [--count N] [--only WORD]

Times are of the whole way: the host's with its content in base64 in JSON
through pipes, from a client in C that makes and reads these frames; openssl's
from file to file, with a process for each operation. Ratios are openssl's time
by the host's: above 1 the host is faster. "plain" is a mail without S/MIME
that is read: what the frames and the MIME parser take alone.
"""

import argparse
import base64
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time

TESTS = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(TESTS, "support"))

import nssmime  # noqa: E402

MIB = 1024 * 1024
BOUND = 32 * 1024  # KiB of memory that the engine may take
SMALL = 10 * 1024
# (what, who signs or decrypts, cipher)
SIGN = (("RSA-2048", "alice"), ("EC P-256", "carol"))
ENCRYPT = tuple((key, name, "aes-256-" + mode)
                for key, name in (("RSA-2048", "bob"), ("EC P-256", "carol"))
                for mode in ("cbc", "gcm"))


def address(name):
    return name + "@example.org"


def entity(path, size):
    """A MIME entity of that size as most large ones are: base64 in lines."""
    noise = random.Random(1).randbytes(57 * 1024)
    lines = base64.encodebytes(noise).replace(b"\n", b"\r\n")
    with open(path, "wb") as file:
        file.write(b"Content-Type: application/octet-stream\r\n"
                   b"Content-Transfer-Encoding: base64\r\n\r\n")
        while file.tell() + len(lines) < size:
            file.write(lines)
        file.write(lines[:(size - file.tell()) // 78 * 78])


def mail(path, entity_path, sender, recipient):
    with open(path, "wb") as out, open(entity_path, "rb") as file:
        out.write(b"From: %s\r\nTo: %s\r\nSubject: bench\r\nDate: %s\r\n"
                  b"MIME-Version: 1.0\r\n" % (
                      address(sender).encode(), address(recipient).encode(),
                      time.strftime("%a, %d %b %Y %H:%M:%S +0000",
                                    time.gmtime()).encode()))
        shutil.copyfileobj(file, out, MIB)


class Bench:
    def __init__(self, options, work):
        self.options = options
        self.work = work
        self.pki = os.path.join(work, "pki")
        subprocess.run(["bash", os.path.join(TESTS, "support", "pki.sh"),
                        self.pki], check=True)
        self.env = nssmime.environment(
            os.path.join(work, "home"),
            database="sql:" + os.path.join(self.pki, "db"))
        self.hello = []
        self.peaks = []

    def path(self, *names):
        return os.path.join(self.work, *names)

    def host(self, method, params, source, count):
        """Seconds of one operation; the output is the file "host.out"."""
        done = subprocess.run(
            [self.options.client, self.options.host, method,
             json.dumps(params), source, self.path("host.out"), str(count)],
            env=self.env, stdout=subprocess.PIPE, check=True)
        told = json.loads(done.stdout)
        self.hello.append(told["hello"])
        self.peaks.append((told["peak"], method, os.path.getsize(source)))
        return told["all"] / count

    def openssl(self, *args, count):
        """Seconds of one operation; the output is the file "openssl.out"."""
        begun = time.monotonic()
        for _ in range(count):
            subprocess.run(
                ["openssl", "cms", *args, "-out", self.path("openssl.out")],
                check=True, stderr=subprocess.DEVNULL)
        return (time.monotonic() - begun) / count

    def tell(self, what, size, ours, theirs=None):
        rate = "%8.0f/s" % (1 / ours) if size < MIB else \
            "%5.0f MiB/s" % (size / MIB / ours)
        ratio = "" if theirs is None else "%9.2f ms %8.2f" % (
            theirs * 1e3, theirs / ours)
        print("%-34s %10.2f ms %12s %s" % (what, ours * 1e3, rate, ratio),
              flush=True)

    def sign(self, plain, size, counts, what, name):
        key = self.path("pki", name)
        mail(self.path("mail"), plain, name, "bob")
        ours = self.host("message.protect", {"sign": {}}, self.path("mail"),
                         counts[0])
        os.replace(self.path("host.out"), self.path("signed"))
        theirs = self.openssl(
            "-sign", "-binary", "-in", plain, "-signer", key + ".crt",
            "-inkey", key + ".key", "-md", "sha256", count=counts[1])
        self.tell("sign %s" % what, size, ours, theirs)
        ours = self.host("message.read", {}, self.path("signed"), counts[0])
        theirs = self.openssl(
            "-verify", "-in", self.path("signed"), "-CAfile",
            self.path("pki", "ca.crt"), count=counts[1])
        self.tell("verify %s" % what, size, ours, theirs)

    def encrypt(self, plain, size, counts, what, name, cipher):
        key = self.path("pki", name)
        mail(self.path("mail"), plain, "alice", name)
        ours = self.host("message.protect", {"encrypt": {
            "cipher": cipher, "toSelf": False}}, self.path("mail"), counts[0])
        os.replace(self.path("host.out"), self.path("encrypted"))
        theirs = self.openssl(
            "-encrypt", "-binary", "-in", plain, "-" + cipher, "-recip",
            key + ".crt", count=counts[1])
        self.tell("encrypt %s %s" % (what, cipher), size, ours, theirs)
        ours = self.host("message.read", {}, self.path("encrypted"),
                         counts[0])
        theirs = self.openssl(
            "-decrypt", "-binary", "-in", self.path("encrypted"), "-inkey",
            key + ".key", "-recip", key + ".crt", count=counts[1])
        self.tell("decrypt %s %s" % (what, cipher), size, ours, theirs)

    def wanted(self, what):
        return self.options.only in what

    def compare(self, size, counts):
        plain = self.path("plain")
        entity(plain, size)
        if self.wanted("plain"):
            mail(self.path("mail"), plain, "alice", "bob")
            self.tell("plain", size, self.host(
                "message.read", {}, self.path("mail"), counts[0]))
        for what, name in SIGN:
            if self.wanted("sign " + what):
                self.sign(plain, size, counts, what, name)
        for what, name, cipher in ENCRYPT:
            if self.wanted("encrypt %s %s" % (what, cipher)):
                self.encrypt(plain, size, counts, what, name, cipher)

    def memory(self, size):
        """False: the engine took more than it may."""
        plain = self.path("plain")
        entity(plain, size)
        mail(self.path("mail"), plain, "alice", "bob")
        os.remove(plain)
        del self.peaks[:]
        for params in ({"sign": {}}, {"sign": {}, "encrypt": {
                "cipher": "aes-256-cbc"}}, {"sign": {"form": "opaque"},
                                            "encrypt": {"cipher":
                                                        "aes-256-gcm"}}):
            for method in ("message.protect", "message.read"):
                source = self.path("mail" if method == "message.protect"
                                   else "protected")
                self.host(method, params if method == "message.protect"
                          else {}, source, 1)
                if method == "message.protect":
                    os.replace(self.path("host.out"), self.path("protected"))
                peak, _, length = self.peaks[-1]
                print("%-16s of %5d MiB %-40s %6.1f MiB" % (
                    method, length // MIB, json.dumps(params).replace(
                        '"', "") if method == "message.protect" else "",
                    peak / 1024), flush=True)
        return all(0 < peak <= BOUND for peak, _, _ in self.peaks)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("host")
    parser.add_argument("client")
    parser.add_argument("--large", type=int, default=100)
    parser.add_argument("--huge", type=int, default=1024)
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--only", default="")
    options = parser.parse_args()
    work = tempfile.mkdtemp(prefix="nssmime-bench-", dir=os.environ.get(
        "TMPDIR", "/var/tmp"))
    good = True
    try:
        bench = Bench(options, work)
        runs = []
        if options.count:
            runs.append((SMALL, (options.count, 20)))
        if options.large:
            runs.append((options.large * MIB, (1, 1)))
        for size, counts in runs:
            print("\n%-34s %13s %12s %12s %8s" % (
                "%d KiB" % (size // 1024) if size < MIB else
                "%d MiB" % (size // MIB), "host", "", "openssl cms",
                "ratio"))
            bench.compare(size, counts)
        if bench.hello:
            print("\nfrom start to the reply to hello: %.1f ms at best, "
                  "%.1f ms at worst" % (min(bench.hello) * 1e3,
                                        max(bench.hello) * 1e3))
        if options.huge:
            print("\nthe engine's memory at its greatest (bound: 32 MiB)")
            good = bench.memory(options.huge * MIB)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
