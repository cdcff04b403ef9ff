#!/usr/bin/python3
# SPDX-License-Identifier: MPL-2.0
"""Reads every mail of the corpora with nssmime-host and compares.

    run.py [--only cms|mime|fuzz] [--corpus NAME] [--file END] [--verbose]

The corpora are not part of the source: they are looked for in --corpora,
else in $NSSMIME_CORPORA, else in ../shared/corpora beside the source tree.
Without them the exit status is 77 ("skipped"). policy.md says how rows are
judged. The exit status is 1 if a scored row differs or the host dies.
"""

import argparse
import collections
import hashlib
import json
import os
import re
import shutil
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
SOURCE = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, os.path.join(SOURCE, "tests", "support"))
sys.path.insert(0, HERE)

import deliver  # noqa: E402
import expect  # noqa: E402
import keys  # noqa: E402
import nssmime  # noqa: E402
import verdicts  # noqa: E402

SKIPPED = 77
SECONDS = 20  # for one row; beyond it the host hangs
FUZZ_SECONDS = 2
# Times of verification where KEYS/README.txt or the certificates ask for one.
AT = {
    "rub-johnny-fired": "2019-04-01T00:00:00Z",
    "rub-covert-content": "2019-04-01T00:00:00Z",
    "bc-mail": "2006-09-06T00:00:00Z",
    "thunderbird-smime": "2026-02-01T00:00:00Z",
}
# What makes a signature bad, or not checked; anything else (expired, issuer
# unknown, weak digest, ...) is about the certificate, not about the bytes.
BAD = {"content-altered", "signature-mismatch", "malformed", "no-signer"}
UNCHECKED = {"unsupported-algorithm", "signer-certificate-missing"}


def manifest(corpora):
    with open(os.path.join(corpora, "manifest.tsv"), encoding="utf-8") as file:
        names = file.readline().rstrip("\n").split("\t")
        for line in file:
            cells = line.rstrip("\n").split("\t")
            yield dict(zip(names, cells + [""] * (len(names) - len(cells))))


def group(row):
    if row["cls"].startswith("cert-"):
        return "certificates"
    if row["corpus"] == "openssl-fuzz-cms":
        return "fuzz"
    if row["corpus"] in ("stalwart-mime", "mime-tools"):
        return "mime"
    return "cms"


class Outcome:
    """What the host made of a row."""

    def __init__(self, result=None, plain=None, error=None, seconds=0.0):
        self.result = result
        self.plain = plain
        self.error = error  # a HostError
        self.seconds = seconds

    @property
    def summary(self):
        return self.result["summary"]["signature"] if self.result else "error"

    def layers(self):
        """Each layer as "good", "bad", "unchecked", "dec" or "other"."""
        return [self._layer(layer) for layer in
                (self.result or {}).get("layers", [])]

    @staticmethod
    def _layer(layer):
        if layer["type"] in ("enveloped", "auth-enveloped"):
            return "dec"
        if layer["type"] != "signed":
            return "other"
        if layer.get("certificatesOnly"):
            return "certificates"
        signers = [set(signer["reasons"]) for signer in layer["signers"]]
        everything = set(layer.get("reasons", [])).union(*signers)
        if not signers or everything & BAD:
            return "bad"
        return "unchecked" if everything & UNCHECKED else "good"

    def reasons(self):
        found = set()
        for layer in (self.result or {}).get("layers", []):
            found.update(layer.get("reasons", []))
            for signer in layer.get("signers", []):
                found.update(signer["reasons"])
        return found

    def __str__(self):
        if self.error:
            return "error %s (%s)" % (self.error.kind, self.error.message)
        return "%s; %s; %s" % (
            " > ".join(self.layers()) or "no layer", self.summary,
            ", ".join(sorted(self.reasons() |
                             set(self.result["summary"]["reasons"]))) or
            "no reason")


def judge(want, got):
    """None, or what differs."""
    if want.kind == expect.UNSCORED:
        return None
    if want.never_valid and got.summary == "valid":
        return "shown as valid"
    if want.kind == expect.ERROR:
        if got.error and got.error.kind in want.kinds:
            return None
        return "an error was expected"
    if want.kind == expect.REJECT:
        if got.error or got.summary in ("invalid", "unknown"):
            bad = got.error or "good" not in got.layers()
            return None if bad else "the signature counts as good"
        return "not rejected"
    if want.kind == expect.PLAIN:
        if got.error:
            return None if got.error.kind == "malformed-message" else \
                "an error that is none of the message's"
        return None if not got.layers() else "a layer of S/MIME"
    if got.error:
        return None if got.error.kind in want.or_error else "an error"
    return _judge_chain(want, got)


def _covered_badly(layers):
    """A bad signature inside of all encryption: outside, as in a triple
    wrap, it is reported only (protocol.md, "message.read")."""
    inner = len(layers) - 1 - layers[::-1].index("dec") \
        if "dec" in layers else 0
    return "bad" in layers[inner:]


def _judge_chain(want, got):
    layers = [layer for layer in got.layers() if layer != "certificates"]
    for i, wanted in enumerate(want.layers):
        found = layers[i] if i < len(layers) else "nothing"
        if wanted == "signed" and found in ("good", "bad", "unchecked"):
            continue
        if wanted == "bad" and found == "unchecked":
            continue  # as no good signature, too
        if found != wanted:
            return "layer %d is %s" % (i + 1, found)
    # Inside of a bad layer there may be more than OpenSSL has looked at.
    if len(layers) > len(want.layers) and "bad" not in want.layers:
        return "more layers than expected"
    if _covered_badly(want.layers) and got.summary == "valid":
        return "shown as valid"
    missing = set(want.reasons) - got.reasons()
    if missing:
        return "no reason " + ", ".join(sorted(missing))
    if want.plain:
        found = hashlib.sha256(got.plain or b"").hexdigest()
        if not found.startswith(want.plain):
            return "the content differs (%d bytes)" % len(got.plain or b"")
    return None


class Runner:
    def __init__(self, options, corpora, work):
        self.options = options
        self.corpora = corpora
        self.database = keys.Database(corpora, work)
        self.env = nssmime.environment(
            os.path.join(work, "home"), database="sql:" + self.database.folder)
        self.host = None
        self.deaths = 0
        self.slow = float(os.environ.get("NSSMIME_TEST_SLOWER", "1"))

    def drive(self, row):
        path = os.path.join(self.corpora, row["corpus"], row["file"])
        with open(path, "rb") as file:
            data = file.read()
        kind, data = deliver.deliver(row, data, self.corpora)
        params = {"content": {"kind": kind}, "prompt": "never"}
        if row["corpus"] in AT:
            params["at"] = AT[row["corpus"]]
        limit = SECONDS * self.slow
        if self.host is None:
            self.host = nssmime.Host(env=self.env,
                                     program=self.options.host).start()
            self.host.request("database.status", {}, timeout=limit)
        start = time.monotonic()
        try:
            result, plain = self.host.run("message.read", params,
                                          content=data, timeout=limit)
            return Outcome(result, plain, seconds=time.monotonic() - start)
        except nssmime.HostError as error:
            return Outcome(error=error, seconds=time.monotonic() - start)

    def row(self, row):
        """(what differs or None, the outcome's words)"""
        want = expect.expect(row)
        try:
            got = self.drive(row)
        except (nssmime.Closed, TimeoutError, BrokenPipeError) as error:
            self.deaths += 1
            self.end()
            return "the host hangs" if isinstance(error, TimeoutError) else \
                "the host died", type(error).__name__
        if group(row) == "fuzz" and got.seconds > FUZZ_SECONDS * self.slow:
            return "took %.1f s" % got.seconds, str(got)
        if got.error and got.error.kind == "internal":
            return "an internal error", str(got)
        verdict = verdicts.of_row(row)
        return judge(want, got) or (verdict and verdict.judge(got)), str(got)

    def end(self):
        if self.host is None:
            return
        try:
            self.host.close()
        except Exception:  # it was killed by close()
            pass
        self.host = None


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--host", default=None, help="the program")
    parser.add_argument("--corpora", default=os.environ.get(
        "NSSMIME_CORPORA") or os.path.join(SOURCE, "..", "shared", "corpora"))
    parser.add_argument("--only", choices=("cms", "mime", "fuzz"))
    parser.add_argument("--corpus")
    parser.add_argument("--file", help="rows whose file ends so")
    parser.add_argument("--verbose", action="store_true")
    parser.add_argument("--report", help="a file for the outcomes, as JSON")
    return parser.parse_args()


def chosen(options, row):
    return (options.only in (None, group(row)) and
            group(row) != "certificates" and
            options.corpus in (None, row["corpus"]) and
            (options.file is None or row["file"].endswith(options.file)))


def run(options, corpora, work):
    runner = Runner(options, corpora, work)
    tally = collections.defaultdict(collections.Counter)
    report = []
    for problem in runner.database.problems:
        print("not in the database: " + re.sub(r"\s+", " ", problem))
    for row in manifest(corpora):
        if not chosen(options, row):
            continue
        want = expect.expect(row)
        differs, outcome = runner.row(row)
        name = "%s %s" % (row["corpus"], row["file"])
        column = "unscored" if want.kind == expect.UNSCORED and \
            verdicts.of_row(row) is None else "right"
        tally[row["cls"]]["WRONG" if differs else column] += 1
        report.append(dict(row, want=str(want), outcome=outcome,
                           differs=differs))
        if differs:
            print("WRONG %s: %s\n    expected %s\n    host     %s" % (
                name, differs, want, outcome), flush=True)
        elif options.verbose:
            print("%s %s: %s" % (column, name, outcome), flush=True)
    runner.end()
    if options.report:
        with open(options.report, "w", encoding="utf-8") as file:
            json.dump(report, file, indent=1)
    return summarise(tally, runner.deaths)


def summarise(tally, deaths):
    columns = ("right", "WRONG", "unscored")
    print("%-32s %8s %8s %8s" % (("class",) + columns))
    total = collections.Counter()
    for name in sorted(tally):
        total.update(tally[name])
        print("%-32s %8d %8d %8d" % (
            (name,) + tuple(tally[name][column] for column in columns)))
    print("%-32s %8d %8d %8d" % (
        ("all",) + tuple(total[column] for column in columns)))
    if deaths:
        print("the host died or hung %d times" % deaths)
    return 1 if total["WRONG"] or not sum(total.values()) else 0


def have(corpora):
    """Says it loudly if they are not there."""
    if os.path.exists(os.path.join(corpora, "manifest.tsv")):
        return True
    print("=" * 72)
    print("SKIPPED: there are no corpora in %s.\nSet NSSMIME_CORPORA to "
          "the folder with manifest.tsv to run these tests." % corpora)
    print("=" * 72)
    return False


def main():
    options = arguments()
    corpora = os.path.abspath(options.corpora)
    if not have(corpora):
        return SKIPPED
    work = tempfile.mkdtemp(prefix="nssmime-corpora-")
    try:
        return run(options, corpora, work)
    finally:
        shutil.rmtree(work, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
