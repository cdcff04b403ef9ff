#!/usr/bin/env python3
# SPDX-License-Identifier: MPL-2.0
"""What the guides for people quote from the screens is what the screens say:
each text in quotation marks, and what stands bold at the start of a row of a
table, is a part of a message of the extensions."""

import os
import re
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)

from check_commands import locales  # noqa: E402
from check_links import CODE, FENCE, pages  # noqa: E402

GUIDES = ("README.md", "docs/users.md")
INDENTED = re.compile(r"^    .*$", re.M)
QUOTED = re.compile(r'"([^"]+)"|^\| (?:✔ )?\*\*([^*]+)\*\*', re.M)
# What others call things.
ELSEWHERE = {"CSR", "S/MIME certificate", "e-mail certificate"}


def quotes(text):
    plain = INDENTED.sub("", CODE.sub("", FENCE.sub("", text)))
    for found in QUOTED.finditer(plain):
        yield re.sub(r"\s+", " ", found[1] or found[2]).strip("… ")


def check(page, text, messages):
    for quote in quotes(text):
        if quote not in ELSEWHERE and \
                not any(quote in message for message in messages):
            yield "%s: no screen says \"%s\"" % (page, quote)


def itself():
    said = ["Import a file…", "Everything is ready", "$1 does not find it"]
    for good in ('"Import a file…"', '"Everything\nis ready"',
                 '"… does not find it"', '`"x"`', '    "x"',
                 "| ✔ **Everything is ready** | x |", "**bold**", '"CSR"'):
        assert list(check("x", good, said)) == [], good
    for bad in ('"Import a folder…"', '"Everything is done"',
                "| **Ready** | x |"):
        assert len(list(check("x", bad, said))) == 1, bad


def main():
    itself()
    messages = [text for name, text in locales() if "/de/" not in name]
    texts = {page: text for page, text in pages() if page in GUIDES}
    problems = [problem for page, text in texts.items()
                for problem in check(page, text, messages)]
    if sorted(texts) != sorted(GUIDES) or \
            sum(len(list(quotes(text))) for text in texts.values()) < 30:
        problems.append("the guides were not found")
    for problem in problems:
        print(problem)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
