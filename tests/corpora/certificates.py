#!/usr/bin/python3
# SPDX-License-Identifier: MPL-2.0
"""Checks every certificate of the corpora with certificate.check.

    certificates.py [--host PROGRAM] [--corpora FOLDER] [--file END] [--verbose]

The rows of the manifest whose class begins with "cert-": paths as Botan
judges them, certificates that zlint complains about. policy.md says how their
words are read. Rows whose files are not in this copy of the corpora are
counted as absent, by name, and never as passed. The exit status is 1 if a row
differs, 77 ("skipped") without corpora.
"""

import argparse
import base64
import collections
import datetime
import os
import re
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
SOURCE = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, os.path.join(SOURCE, "tests", "support"))
sys.path.insert(0, HERE)

import lint  # noqa: E402
import nssmime  # noqa: E402
import run as mails  # noqa: E402

# When the certificates of a class are valid, but for those of the rows that
# are about that; of others, just after the last of a row's is.
AT = {"cert-nist": "2016-06-01T00:00:00Z",
      "cert-x509test": "2016-06-01T00:00:00Z",
      "cert-extended": "2017-09-01T00:00:00Z",
      "cert-zlint": lint.AT}
# Botan's words, and the reasons of which one must be told; none: usable.
WORDS = {
    "Verified": (),
    "Certificate is not yet valid": ("not-yet-valid",),
    "Certificate has expired": ("expired",),
    "Certificate issuer not found": ("issuer-unknown",),
    "Cannot establish trust": ("issuer-untrusted",),
    "CA certificate not allowed to issue certs": ("usage-not-permitted",),
    "Certificate chain too long": ("usage-not-permitted",),
    "Loop in certificate chain": ("issuer-unknown", "issuer-untrusted"),
    "Certificate does not pass name constraint": ("name-constraint",),
    "Certificate is revoked": ("revoked",),
    "Unknown critical extension encountered": ("malformed",),
    "Certificate failed to decode": ("malformed",),
    "Certificate extension encoding error": ("malformed", "name-constraint"),
    "IP Address Blocks extension invalid": ("malformed",),
}
# What a mail program does not look at, and so says nothing against.
OF_SERVERS = {"Certificate does not match provided name"}
OF_CRLS = {"No revocation data", "CRL has expired",
           "CRL contains a critical extension that could not be processed",
           "CA certificate not allowed to issue CRLs"}
# Rows where what is right for e-mail is not what the words say (policy.md):
# the reasons of which one must be told; none: usable.
POLICY = {
    "x509test/InvalidWildcardMidAltName.pem": (),
    "x509test/InvalidWildcardMidMixedAltName.pem": (),
    "nist/test17": ("issuer-unknown",),
    "nist/test18": ("issuer-unknown",),
    "nist/test47": ("usage-not-permitted",),
}
# Authorities that go by one name with keys of their own: no database of
# anyone's trusts them all, and each row is checked by itself. See policy.md.
ALONE = {"cert-x509test"}
TOLD = {"expired-since", "revocation-unknown"}
# What holds of every certificate of a folder, beside what its row is about:
# it must be told, and is then left out of account. RSA of 1024 bits in 2015.
THROUGHOUT = {"cert-x509test": {"weak-key"}}
# The same of the first certificate of each row: it is a server's.
SERVERS = {"cert-name_constraints": {"usage-not-permitted"}}


def pem(der):
    return (b"-----BEGIN CERTIFICATE-----\n" + base64.encodebytes(der) +
            b"-----END CERTIFICATE-----\n")


def tool(*args, data=None):
    return subprocess.run(args, input=data, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, check=False)


class Certificate:
    """One as openssl reads it."""

    def __init__(self, data):
        if b"-----BEGIN" not in data:
            data = pem(data)
        self.pem = data
        lines = tool("openssl", "x509", "-noout", "-subject_hash",
                     "-issuer_hash", "-startdate",
                     data=data).stdout.decode().split("\n")
        # None: openssl cannot read it, which the row may be about.
        self.subject = self.issuer = self.begins = None
        if len(lines) >= 3:
            self.subject, self.issuer = lines[:2]
            self.begins = datetime.datetime.strptime(
                lines[2], "notBefore=%b %d %H:%M:%S %Y GMT")


def read_certificates(path):
    """[the certificate, those that come along], from a file or a folder"""
    if not os.path.isdir(path):
        with open(path, "rb") as file:
            data = file.read()
        found = re.findall(rb"-----BEGIN CERTIFICATE-----.*?"
                           rb"-----END CERTIFICATE-----\n?", data, re.S)
        return [Certificate(one) for one in found or [data]]
    names = sorted(name for name in os.listdir(path)
                   if name.endswith((".crt", ".pem", ".cer")))
    found = []
    for name in names:
        found += read_certificates(os.path.join(path, name))
    # First whoever has issued nothing.
    issuers = {one.issuer for one in found if one.issuer != one.subject}
    return sorted(found, key=lambda one: one.subject in issuers)


def anchors(certificates):
    """Those that nobody else in the folder has issued: the roots, or where
    the corpora leave those out, what they have issued. Of two with one name,
    of which another has issued one, the other is an authority's new key."""
    subjects = {one.subject for one in certificates}
    issued = {one.subject for one in certificates
              if one.issuer != one.subject}
    return [one for one in certificates[1:] if one.subject is not None and
            (one.issuer == one.subject and one.subject not in issued or
             one.issuer not in subjects)]


class Row:
    def __init__(self, manifest, corpora):
        self.cls = manifest["cls"]
        self.corpus = manifest["corpus"]
        self.name = manifest["file"].replace("src/tests/data/x509/", "")
        self.words = manifest["expected"]
        self.path = os.path.join(corpora, self.corpus, manifest["file"])
        self.absent = not os.path.exists(self.path)
        self.certificates = [] if self.absent else \
            read_certificates(self.path)
        self.anchors = anchors(self.certificates)
        self.rootless = bool(self.anchors) and not any(
            one.subject == one.issuer for one in self.anchors)
        # Whoever signed himself in the middle, or is no authority, is what
        # the row is about: nobody trusts him.
        if self.words == "Cannot establish trust" or self.rootless and \
                self.words == "CA certificate not allowed to issue certs":
            self.anchors = []

    def at(self):
        begins = [one.begins for one in self.certificates if one.begins]
        if self.cls in AT or not begins:
            return AT.get(self.cls, AT["cert-zlint"])
        return (max(begins) + datetime.timedelta(minutes=1)).strftime(
            "%Y-%m-%dT%H:%M:%SZ")

    def wanted(self):
        """The reasons of which one must be told; empty: usable."""
        if self.name in POLICY:
            return POLICY[self.name]
        if self.words in OF_SERVERS or self.words in OF_CRLS:
            return ()
        return WORDS[self.words]


def make_database(folder, rows):
    """Trusts the rows' anchors for e-mail; holds their CRLs."""
    os.makedirs(folder)
    base = "sql:" + folder
    done = tool("certutil", "-N", "-d", base, "--empty-password")
    if done.returncode != 0:
        raise SystemExit(done.stderr.decode())
    seen = set()
    for row in rows:
        for anchor in row.anchors:
            if anchor.pem in seen:
                continue
            seen.add(anchor.pem)
            done = tool("certutil", "-A", "-d", base, "-a", "-n",
                        "anchor %d" % len(seen), "-t", ",C,",
                        data=anchor.pem)
            if done.returncode != 0:
                print("not in the database: the anchor of %s: %s" % (
                    row.name, done.stderr.decode().strip()))
        if row.words == "Certificate is revoked":
            for name in sorted(os.listdir(row.path)):
                if name.endswith(".crl"):
                    done = tool("crlutil", "-I", "-d", base, "-i",
                                os.path.join(row.path, name))
                    if done.returncode != 0:
                        raise SystemExit("%s: %s" % (
                            name, done.stderr.decode()))
    return folder


def check(host, row, purpose):
    data = b"".join(one.pem for one in row.certificates)
    return host.request("certificate.check", {
        "data": base64.b64encode(data).decode(), "for": purpose,
        "at": row.at()})


def judge_path(host, row):
    """(what differs or None, the outcome's words)"""
    try:
        got = check(host, row, "sign")
    except nssmime.HostError as error:
        words = "error " + error.kind
        good = error.kind in ("invalid-params", "malformed-message") and \
            "malformed" in row.wanted()
        return None if good else "an error", words
    told = [set(got["table"][one]["reasons"]) for one in got["chain"]]
    reasons = set(got["reasons"])
    words = "usable" if got["usable"] else "not usable"
    words += ": " + (", ".join(sorted(reasons)) or "no reason")
    throughout = THROUGHOUT.get(row.cls, set())
    servers = SERVERS.get(row.cls, set())
    if got["usable"] != (not reasons - TOLD):
        return "usable and the reasons do not agree", words
    if throughout - reasons or servers - told[0]:
        return "not told: " + ", ".join(throughout | servers), words
    wanted = row.wanted()
    reasons -= servers - set().union(*told[1:]) | throughout | TOLD
    if bool(reasons) != bool(wanted):
        return "expected to be %s (%s)" % (
            "not usable: " + " or ".join(wanted) if wanted else "usable",
            row.words), words
    if wanted and not reasons & set(wanted):
        return "none of %s is told" % ", ".join(wanted), words
    return None, words


def judge_lint(host, row):
    return lint.judge(row.name, row.path,
                      lambda purpose: check(host, row, purpose))


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--host", default=None, help="the program")
    parser.add_argument("--corpora", default=os.environ.get(
        "NSSMIME_CORPORA") or os.path.join(SOURCE, "..", "shared", "corpora"))
    parser.add_argument("--file", help="rows whose file ends so")
    parser.add_argument("--verbose", action="store_true")
    return parser.parse_args()


def worlds(rows):
    """The rows that one database and one host are for."""
    together = [row for row in rows if row.cls not in ALONE]
    return ([together] if together else []) + [
        [row] for row in rows if row.cls in ALONE]


def judge_world(options, rows, work, tally):
    folder = tempfile.mkdtemp(dir=work)
    env = nssmime.environment(
        os.path.join(folder, "home"), database="sql:" + make_database(
            os.path.join(folder, "db"), rows))
    with nssmime.Host(env=env, program=options.host) as host:
        for row in rows:
            judge = judge_lint if row.cls == "cert-zlint" else judge_path
            differs, words = judge(host, row)
            if row.rootless:
                tally[row.cls]["rootless"] += 1
            tally[row.cls]["WRONG" if differs else "right"] += 1
            if differs:
                print("WRONG %s: %s\n    host %s" % (
                    row.name, differs, words), flush=True)
            elif options.verbose:
                print("right %s: %s" % (row.name, words), flush=True)


def run(options, corpora, work):
    rows = [Row(row, corpora) for row in mails.manifest(corpora)
            if row["cls"].startswith("cert-") and
            (options.file is None or row["file"].endswith(options.file))]
    tally = collections.defaultdict(collections.Counter)
    for row in rows:
        tally[row.cls]["absent"] += row.absent
    for world in worlds([row for row in rows if not row.absent]):
        judge_world(options, world, work, tally)
    return summarise(tally, [row.name for row in rows if row.absent])


def summarise(tally, absent):
    columns = ("right", "WRONG", "absent", "rootless")
    print("%-24s %8s %8s %8s %8s" % (("class",) + columns))
    total = collections.Counter()
    for name in sorted(tally):
        total.update(tally[name])
        print("%-24s %8d %8d %8d %8d" % (
            (name,) + tuple(tally[name][column] for column in columns)))
    print("rootless: judged, but their root is not in the corpora; what it "
          "issued is trusted in its stead")
    if absent:
        print("=" * 72)
        print("ABSENT, not judged: %d rows, %s ... %s.\nTheir files are not "
              "in this copy of the corpora." % (
                  len(absent), absent[0], absent[-1]))
        print("=" * 72)
    return 1 if total["WRONG"] or not total["right"] else 0


def main():
    options = arguments()
    corpora = os.path.abspath(options.corpora)
    if not mails.have(corpora):
        return mails.SKIPPED
    work = tempfile.mkdtemp(prefix="nssmime-certificates-")
    try:
        return run(options, corpora, work)
    finally:
        shutil.rmtree(work, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
