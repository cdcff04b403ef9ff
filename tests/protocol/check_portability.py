#!/usr/bin/env python3
# SPDX-License-Identifier: MPL-2.0
"""Conditions of the preprocessor stand in host/platform/ alone, and
docs/porting.md names each file that uses what Linux alone has. The places of
macOS, which nobody builds here, are at least C."""

import os
import re
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
PLATFORM = "host/platform/"
CONDITION = re.compile(r"^\s*#\s*(if|ifdef|ifndef|elif)\b\s*(.*)", re.M)
LINUX = re.compile(
    r"\b(prctl|eventfd|signalfd|close_range|pipe2|mallopt|malloc_trim|"
    r"getrandom|memfd_create|epoll_create1|inotify_init1|renameat2|"
    r"strchrnul|gettid|syscall)\(|\b(SO_PEERCRED|SOCK_SEQPACKET|SOCK_CLOEXEC|"
    r"MSG_CMSG_CLOEXEC|MSG_NOSIGNAL|F_SETPIPE_SZ|O_PATH|O_TMPFILE|AF_VSOCK|"
    r"AF_PACKET|st_mtim|LD_LIBRARY_PATH|environ)\b|\"/proc/|SCMP_")
GUARD = re.compile(r"^#ifndef (\w+_H)\n(?=#define \1\n)", re.M)
COMMENT = re.compile(r"/\*.*?\*/", re.S)


def sources():
    for top in ("host", "nss-backend"):
        for at, _, names in os.walk(os.path.join(ROOT, top)):
            for name in sorted(names):
                if name.endswith((".c", ".h")):
                    path = os.path.join(at, name)
                    with open(path, encoding="utf-8") as file:
                        yield os.path.relpath(path, ROOT), file.read()


def conditions(path, text):
    """Those of the file that are no guard of a header."""
    if path.endswith(".h"):
        text = GUARD.sub("", text, count=1)
    return [" ".join(parts) for parts in CONDITION.findall(text)]


def check(files, page):
    named = set(re.findall(r"`((?:host|nss-backend)/[\w/.-]+\.[ch])`", page))
    for path, text in files.items():
        if not path.startswith(PLATFORM):
            for found in conditions(path, text):
                yield "%s: #%s: belongs in %s" % (path, found, PLATFORM)
        found = LINUX.search(COMMENT.sub("", text))
        if found and path not in named:
            yield "%s: %s: docs/porting.md does not name it" % (
                path, found[0])
    for path in sorted(named - set(files)):
        yield "docs/porting.md names %s, which is not there" % path


def itself():
    """It sees what it is to see."""
    guard = "#ifndef NSSMIME_X_H\n#define NSSMIME_X_H\n%s#endif\n"
    assert list(check({"host/x.h": guard % ""}, "")) == []
    for files, page in (({"host/x.h": guard % "#if A\n#endif\n"}, ""),
                        ({"host/x.c": "# ifdef A\n#endif\n"}, ""),
                        ({"host/x.c": "prctl(1);"}, "`host/y.c`"),
                        ({"host/x.c": 'f("/proc/self/exe");'}, ""),
                        ({}, "`host/x.c`")):
        assert list(check(files, page)), files


def main():
    itself()
    files = dict(sources())
    with open(os.path.join(ROOT, "docs", "porting.md"),
              encoding="utf-8") as file:
        problems = list(check(files, file.read()))
    if len(files) < 200:
        problems.append("the program's sources were not found")
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            ["cc", "-std=c11", "-Wall", "-Wextra", "-Werror", "-D__APPLE__",
             "-I" + os.path.join(ROOT, "host"), "-c", "-o",
             os.path.join(folder, "browsers.o"),
             os.path.join(ROOT, PLATFORM, "browsers.c")],
            capture_output=True, text=True, check=False)
    if done.returncode != 0:
        problems.append(done.stderr)
    for problem in problems:
        print(problem)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
