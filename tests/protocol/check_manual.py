#!/usr/bin/env python3
# SPDX-License-Identifier: MPL-2.0
"""The manual page against the program: its commands with their options, the
settings of both files, and what doctor looks at. The administrators' page has
all settings, too."""

import os
import re
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "support"))

from nssmime import ROOT, host_program  # noqa: E402

# How the page ends the list of each file's members.
USERS = (r"config\.json$", r"^\.It Pa ~/\.mozilla/native")
ADMINS = (r"^\.It Pa /etc/nssmime/policy\.json", r"^\.It Pa ~/\.thunderbird")


def read(*path):
    with open(os.path.join(ROOT, *path), encoding="utf-8") as file:
        return file.read()


def same(what, documented, real):
    for item in sorted(set(documented) - set(real)):
        yield "%s: the manual has %s, the program does not" % (what, item)
    for item in sorted(set(real) - set(documented)):
        yield "%s: the program has %s, the manual does not" % (what, item)
    if not real:
        yield "%s: the program's own were not found" % what


def told_commands():
    """Command and option, by the program's own words."""
    said = subprocess.run([host_program(), "help"], capture_output=True,
                          text=True, check=True).stdout
    for word, rest in re.findall(r"nssmime-host (\S+)(.*)", said):
        yield word
        for option in re.findall(r"--[a-z]+", rest):
            yield word + " " + option


def written_commands(page):
    synopsis = page.split(".Sh SYNOPSIS\n")[1].split("\n.Sh ")[0]
    for call in synopsis.split(".Nm\n")[1:]:
        words = re.match(r"\.Cm ([a-z| -]+)\n", call + "\n")
        for word in words[1].split(" | ") if words else []:
            yield word
            for option in re.findall(r"^\.Op Fl -([a-z]+)", call, re.M):
                yield word + " --" + option


def told_settings(admin):
    names = dict(re.findall(r"#define (HOST_SETTING_\w+)\s+(\"\w+\")",
                            read("host", "settings_member.h")))
    table = read("host", "settings_member.c").split("} members[] = {")[1]
    for name, flag in re.findall(r"\{ (\"\w+\"|HOST_\w+),\s*\w+,\s*(\w+) \}",
                                 table):
        if (flag == "true") == admin:
            yield names.get(name, name).strip('"')


def between(page, start, end):
    lines = page.split(".Sh FILES\n")[1].splitlines()
    first = next(i for i, x in enumerate(lines) if re.search(start, x))
    last = next(i for i, x in enumerate(lines) if re.search(end, x))
    return re.findall(r"^\.It Cm (\w+)", "\n".join(lines[first:last]), re.M)


def administrators():
    """The settings that their page explains."""
    page = read("docs", "administrators.md")
    table = page.split("\n## Your settings")[1].split("\n## ")[0]
    return re.findall(r"^\| `(\w+)` \|", table, re.M)


def main():
    page = read("packaging", "man", "nssmime-host.1")
    checks = page.split("Looked at are,")[1].split("\n.El\n")[0]
    problems = [
        *same("commands", list(written_commands(page)),
              list(told_commands())),
        *same("settings", between(page, *USERS), list(told_settings(False))),
        *same("the administrator's settings", between(page, *ADMINS),
              list(told_settings(True))),
        *same("settings in docs/administrators.md", administrators(),
              [*told_settings(False), *told_settings(True)]),
        *same("checks of doctor", re.findall(
            r"\w+", " ".join(re.findall(r"^\.It Cm (.*)", checks, re.M))),
              re.findall(r"^\t\{ \"(\w+)\",", read("host", "doctor.c"),
                         re.M)),
    ]
    for problem in problems:
        print(problem)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
