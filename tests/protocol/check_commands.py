#!/usr/bin/env python3
# SPDX-License-Identifier: MPL-2.0
"""The commands of nssmime-host that pages of documentation, and the pages of
the extensions, tell people to type are those that it has."""

import json
import os
import re
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
sys.path.insert(0, os.path.join(HERE, "..", "support"))

from check_links import ROOT, pages  # noqa: E402

from nssmime import host_program  # noqa: E402

CALL = re.compile(r"nssmime-host\s+([a-z-]+)((?:\s+(?:--[a-z-]+))*)")


def told():
    """By the program: {command: its options}."""
    said = subprocess.run([host_program(), "help"], capture_output=True,
                          text=True, check=True).stdout
    programs = re.findall(r"--[a-z]+", said.split("A PROGRAM is")[1]
                          .split("\n")[0])
    found = {}
    for word, rest in re.findall(r"nssmime-host (\S+)(.*)", said):
        found[word] = set(re.findall(r"--[a-z]+", rest)) | set(
            programs if "PROGRAM" in rest else ())
    return found


def calls(text):
    """Those within code or at the start of a line; in prose the words after
    the program's name are just words."""
    code = re.findall(r"`([^`]+)`", re.sub(r"```", "", text))
    code += [line.strip() for line in text.split("\n")]
    for piece in code:
        call = re.sub(r"^(?:sudo )?(?:\S*/)?(?=nssmime-host )", "",
                      re.sub(r"\s+", " ", piece.strip()))
        found = CALL.match(call)
        if found and (found[2] or found[0] == call):
            yield found[1], found[2].split()


def check(page, text, known):
    for word, options in calls(text):
        if word not in known:
            yield "%s: nssmime-host %s: there is no such command" % (
                page, word)
            continue
        for option in sorted(set(options) - known[word]):
            yield "%s: nssmime-host %s %s: there is no such option" % (
                page, word, option)


def itself(known):
    for good in ("nssmime-host status", "`nssmime-host install --chromium\n"
                 "--firefox`", "    sudo nssmime-host install --owa --system"):
        assert list(check("x", good, known)) == [], good
        assert list(calls(good)), good
    for bad in ("nssmime-host nothing", "    sudo nssmime-host nothing",
                "`nssmime-host install --firefix`",
                "sudo nssmime-host status --system",
                "    build/host/nssmime-host doctor --jsno"):
        assert len(list(check("x", bad, known))) >= 1, bad


def locales():
    for at, folders, names in os.walk(os.path.join(ROOT, "webext")):
        folders[:] = [name for name in folders
                      if name not in ("node_modules", "build")]
        if "messages.json" in names:
            path = os.path.join(at, "messages.json")
            with open(path, encoding="utf-8") as file:
                for name, message in json.load(file).items():
                    yield "%s: %s" % (os.path.relpath(path, ROOT), name), \
                        message["message"]


def main():
    known = told()
    itself(known)
    problems, seen = [], 0
    for page, text in [*pages(), *locales()]:
        seen += len(list(calls(text)))
        problems += check(page, text, known)
    if seen < 15:
        problems.append("the commands were not found")
    for problem in sorted(set(problems)):
        print(problem)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
