#!/usr/bin/env python3
# SPDX-License-Identifier: MPL-2.0
"""host/PROTOCOL.md says what the program does: its methods, error kinds with
their codes, reasons with their effects, and bounds."""

import json
import os
import re
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, os.path.join(ROOT, "tests", "support"))

from nssmime import Host, environment  # noqa: E402

CODES = {"parse-error": "-32700", "invalid-request": "-32600",
         "unknown-method": "-32601", "invalid-params": "-32602",
         "internal": "-32603"}


def read(*path):
    with open(os.path.join(ROOT, *path), encoding="utf-8") as file:
        return file.read()


def section(text, title):
    return re.split(r"^## ", text.split("\n## %s\n" % title)[1],
                    flags=re.M)[0]


def rows(text):
    """The rows of tables whose first cell is one `word`."""
    return re.findall(r"^\| `([A-Za-z0-9.-]+)` \| ([^|]*?) \|", text, re.M)


def same(what, documented, real):
    problems = []
    for item in sorted(set(documented) - set(real)):
        problems.append("%s: PROTOCOL.md has %s, the program does not" %
                        (what, item))
    for item in sorted(set(real) - set(documented)):
        problems.append("%s: the program has %s, PROTOCOL.md does not" %
                        (what, item))
    if len(documented) != len(set(documented)):
        problems.append("%s: PROTOCOL.md has one twice" % what)
    return problems


def examples(text):
    """Every line of an example that begins a frame or ends one is JSON."""
    problems = []
    for block in re.findall(r"```json\n(.*?)```", text, re.S):
        decoder, at = json.JSONDecoder(), 0
        while block[at:].strip():
            at += len(block[at:]) - len(block[at:].lstrip())
            try:
                _, at = decoder.raw_decode(block, at)
            except ValueError as error:
                problems.append("an example is not JSON: %s: %s" %
                                (error, block[at:at + 60]))
                break
    return problems


def main():
    page = read("host", "PROTOCOL.md")
    with tempfile.TemporaryDirectory() as folder:
        with Host(env=environment(folder)) as host:
            hello = host.request("hello", {"client": {"name": "check",
                                                      "version": "1"}})
    problems = same("methods", re.findall(r"^### `([a-z]+\.?\w*)`$", page,
                                          re.M), hello["methods"])

    kinds = re.findall(r"\[NM_ERR_\w+\] = \{ \"([a-z-]+)\"",
                       read("nss-backend", "base", "error.c"))
    problems += same("error kinds", rows(section(page, "Errors")),
                     [(k, CODES.get(k, "-32000")) for k in kinds])

    reasons = re.findall(
        r"\[NM_REASON_\w+\] = \{ \"([a-z-]+)\",\s*NM_EFFECT_(\w+) \}",
        read("nss-backend", "base", "reason.c"))
    problems += same("reasons", rows(section(page, "Verdicts and reasons")),
                     [(name, effect.lower()) for name, effect in reasons])

    limits = [(name, str(value)) for name, value in hello["limits"].items()]
    problems += same("bounds", [(n, v.replace(",", "")) for n, v in
                                rows(section(page, "Bounds"))], limits)
    problems += examples(page)

    if len(kinds) < 20 or len(reasons) < 20 or len(limits) < 5:
        problems.append("the program's own tables were not found")
    for problem in problems:
        print(problem)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
