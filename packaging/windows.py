#!/usr/bin/env python3
# SPDX-License-Identifier: MPL-2.0
"""windows.py [--program PATH] FOLDER: what browsers and mail programs on
Windows need to find nssmime-host, as files in FOLDER.

PATH is where the program is to be there, by default
C:\\Program Files\\nssmime\\nssmime-host.exe. The two manifests belong beside
it. Each .reg file is for one way to install: install-user.reg for the user who
opens it, install-everyone.reg for all (that takes an administrator), and
uninstall-*.reg to take that back. Opening one replaces what was registered
under the name nssmime before."""

import argparse
import json
import ntpath
import os
import re
import sys

SOURCE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
PROGRAM = r"C:\Program Files\nssmime\nssmime-host.exe"
ROOTS = {"user": "HKEY_CURRENT_USER", "everyone": "HKEY_LOCAL_MACHINE"}
# Brave and Vivaldi look where Chrome does. Edge looks at its own first, and
# reads no other then.
KEYS = {"chromium": (r"Google\Chrome", "Chromium", r"Microsoft\Edge"),
        "mozilla": ("Mozilla",)}


def read(*path):
    with open(os.path.join(SOURCE, *path), encoding="utf-8") as file:
        return file.read()


def manifest(family, program):
    """The text that nssmime-host has for that family on other systems."""
    ident = re.search(r'define HOST_CHROMIUM_ID "(\w+)"',
                      read("host", "caller.h"))[1]
    text = read("manifest", family + ".json.in")
    text = text.replace("@NSSMIME_CHROMIUM_ID@", ident)
    return text.replace('"@NSSMIME_HOST_PROGRAM@"',
                        json.dumps(program, ensure_ascii=False))


def keys(root):
    for family, makers in KEYS.items():
        for maker in makers:
            yield family, r"%s\Software\%s\NativeMessagingHosts\nssmime" % (
                root, maker)


def quoted(text):
    return '"%s"' % text.replace("\\", "\\\\").replace('"', '\\"')


def registry(root, folder):
    """Adds, with a folder of manifests; removes, without."""
    lines = ["Windows Registry Editor Version 5.00", ""]
    for family, key in keys(root):
        if folder is None:
            lines += ["[-%s]" % key, ""]
        else:
            path = ntpath.join(folder, "nssmime-%s.json" % family)
            lines += ["[%s]" % key, "@=" + quoted(path), ""]
    return "\r\n".join(lines)


def windows_path(text):
    drive, rest = ntpath.splitdrive(text)
    if not re.fullmatch(r"[A-Za-z]:", drive) or not rest.startswith("\\") or \
            re.search(r'[\x00-\x1f"<>|?*/:]', rest) or \
            not ntpath.basename(rest):
        raise argparse.ArgumentTypeError(
            r"not a whole path of Windows, such as %s" % PROGRAM)
    return text


def main():
    parser = argparse.ArgumentParser(
        prog="packaging/windows.py", description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", type=windows_path, default=PROGRAM,
                        metavar="PATH")
    parser.add_argument("folder", metavar="FOLDER")
    chosen = parser.parse_args()
    os.makedirs(chosen.folder, exist_ok=True)

    def write(name, text, encoding):
        # with the lines' ends that are in the text
        with open(os.path.join(chosen.folder, name), "w", encoding=encoding,
                  newline="") as file:
            file.write(text)
        print(os.path.join(chosen.folder, name))

    for family in KEYS:
        write("nssmime-%s.json" % family, manifest(family, chosen.program),
              "utf-8")
    for who, root in ROOTS.items():
        # UTF-16 with its mark, as Windows writes such files itself
        write("install-%s.reg" % who,
              "\ufeff" + registry(root, ntpath.dirname(chosen.program)),
              "utf-16-le")
        write("uninstall-%s.reg" % who, "\ufeff" + registry(root, None),
              "utf-16-le")
    return 0


if __name__ == "__main__":
    sys.exit(main())
