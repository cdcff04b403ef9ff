#!/usr/bin/python3
# SPDX-License-Identifier: MPL-2.0
"""Tries to pass for Alice in every way there is, and then as oneself.

    run.py [--only WORD] [--verbose]

Each attack of identity.py, signers.py, attributes.py and structure.py is
signed afresh and must not be called valid; it must be told why. Each mail of
genuine.py, and some of attributes.py, must be valid, so that refusing
everything does not pass. The exit status is 1 if one does not come out so.
"""

import argparse
import collections
import itertools
import os
import shutil
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
TESTS = os.path.dirname(HERE)
for folder in ("support", "protocol"):
    sys.path.insert(0, os.path.join(TESTS, folder))

import attributes  # noqa: E402
import genuine  # noqa: E402
import identity  # noqa: E402
import nssmime  # noqa: E402
import pki  # noqa: E402
import signers  # noqa: E402
import signing  # noqa: E402
import structure  # noqa: E402

# What the tables hold at the least: a table that came out empty proves
# nothing.
LEAST_ATTACKS = 200
LEAST_GENUINE = 40


def read(host, cell):
    try:
        return host.run("message.read", dict(cell.params, prompt="never"),
                        content=cell.mail)
    except nssmime.HostError as error:
        return error, None


def try_cell(host, cell):
    """None, or what is wrong."""
    result, content = read(host, cell)
    if isinstance(result, nssmime.HostError):
        return cell.judge_error(result)
    return cell.judge(result, content)


def summary(host, cell):
    result, _ = read(host, cell)
    if isinstance(result, nssmime.HostError):
        return str(result)
    return "%s; from %s; layers %s" % (
        result["summary"], result["headers"]["from"],
        [(layer["type"], layer.get("reasons"), [
            signer["reasons"] for signer in layer.get("signers", [])])
         for layer in result["layers"]])


def run(options, work):
    people = pki.Pki()
    env = nssmime.environment(
        os.path.join(work, "home"),
        database="sql:" + people.copy(os.path.join(work, "db")))
    by = signing.Signing(people.folder, work)
    tally = collections.defaultdict(collections.Counter)
    start = time.monotonic()
    with nssmime.Host(env=env) as host:
        signers.prepare(by)
        genuine.prepare(by, host)
        for cell in itertools.chain(identity.cells(by), signers.cells(by),
                                    attributes.cells(by), structure.cells(by),
                                    genuine.cells(by)):
            if options.only and options.only not in cell.name:
                continue
            wrong = try_cell(host, cell)
            tally[cell.attack]["wrong" if wrong else "right"] += 1
            if wrong:
                print("WRONG %s: %s\n    %s" % (
                    cell.name, wrong, summary(host, cell)), flush=True)
            elif options.verbose:
                print("right %s: %s" % (cell.name, summary(host, cell)))
    return summarise(tally, time.monotonic() - start, bool(options.only))


def summarise(tally, seconds, part):
    print("%-32s %6s %6s" % ("class", "right", "WRONG"))
    total = collections.Counter()
    for name in sorted(tally):
        total.update(tally[name])
        print("%-32s %6d %6d" % (name, tally[name]["right"],
                                 tally[name]["wrong"]))
    good = sum(tally[genuine.CLASS].values())
    attacks = sum(total.values()) - good
    print("%d attacks and %d genuine mails in %.1f s; %d wrong" % (
        attacks, good, seconds, total["wrong"]))
    if not part and (attacks < LEAST_ATTACKS or good < LEAST_GENUINE):
        print("the tables are not whole")
        return 1
    return 1 if total["wrong"] or not total else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--only", help="cells whose name has this in it")
    parser.add_argument("--verbose", action="store_true")
    work = tempfile.mkdtemp(prefix="nssmime-spoof-")
    try:
        return run(parser.parse_args(), work)
    finally:
        shutil.rmtree(work, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
