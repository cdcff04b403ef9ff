#!/usr/bin/env python3
# SPDX-License-Identifier: MPL-2.0
"""Every relative link and picture in a page of documentation goes to a file
that is there, and to a heading that it has; so does every page that is named
like `docs/users.md`."""

import os
import re
import sys
import urllib.parse

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
ELSEWHERE = re.compile(r"[a-z][a-z0-9+.-]*:|//")
LINK = re.compile(r"\]\(\s*<?([^)\s>]+)>?[^)]*\)|"
                  r"\b(?:src|srcset|href)=\"([^\"]+)\"")
NAMED = re.compile(r"`([\w./-]*\w\.md)`")
FENCE = re.compile(r"^ *(```|~~~).*?^ *\1 *$", re.M | re.S)
CODE = re.compile(r"`[^`\n]+`")


def pages():
    for at, folders, names in os.walk(ROOT):
        folders[:] = sorted(
            name for name in folders
            if name not in ("node_modules", "_build") and
            not name.startswith(("build", ".")))
        for name in sorted(names):
            if name.endswith(".md"):
                path = os.path.join(at, name)
                with open(path, encoding="utf-8") as file:
                    yield os.path.relpath(path, ROOT), file.read()


def anchors(text):
    """Of the headings, as the common hosts of repositories make them."""
    found = set()
    for title in re.findall(r"^#{1,6} +(.*?) *#*$", FENCE.sub("", text),
                            re.M):
        plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", title)
        slug = re.sub(r"[^\w\- ]", "", plain.lower()).replace(" ", "-")
        number, first = 0, slug
        while slug in found:
            number += 1
            slug = "%s-%d" % (first, number)
        found.add(slug)
    return found


def check(page, text, exists, read):
    """What is wrong; `exists` and `read` take paths below the root."""
    folder = os.path.dirname(page)
    plain = CODE.sub("", FENCE.sub("", text))
    for link in LINK.findall(plain):
        target = (link[0] or link[1]).split()[0]
        if ELSEWHERE.match(target):
            continue
        path, _, anchor = urllib.parse.unquote(target).partition("#")
        where = os.path.normpath(os.path.join(folder, path)) if path else page
        if where.startswith("..") or os.path.isabs(path) or \
                not exists(where):
            yield "%s: %s goes nowhere" % (page, target)
        elif anchor and where.endswith(".md") and \
                anchor not in anchors(read(where)):
            yield "%s: %s: there is no such heading" % (page, target)
    for name in NAMED.findall(FENCE.sub("", text)):
        if not any(exists(os.path.normpath(os.path.join(base, name)))
                   for base in (folder, "")):
            yield "%s: `%s` is not there" % (page, name)


def itself():
    """It sees what it is to see."""
    files = {"a.md": "# One `two` [three](d/b.md)\n## One\n## One\n",
             "d/b.md": ""}

    def found(page, text):
        return list(check(page, text, files.__contains__, files.get))

    for good in ("[x](a.md)", "[x](a.md#one-two-three)", "[x](a.md#one-1)",
                 "[x](d/b.md 'y')", "[x](https://example.org/z)", "`a.md`",
                 "```\n[x](z)\n```", "`[x](z)`", "[x](#one)",
                 '<img src="d/b.md">'):
        text = files["a.md"] + good if good.startswith("[x](#") else good
        assert found("a.md", text) == [], good
    assert found("d/b.md", "[x](../a.md) `a.md` `b.md`") == []
    for bad in ("[x](z.md)", "![x](z.png)", "[x](a.md#two)", "[x](#z)",
                "[x](../a.md)", "[x](/a.md)", "`z.md`", '<img src="z">'):
        assert len(found("a.md", bad)) == 1, bad


def main():
    itself()
    all_pages = dict(pages())

    def read(path):
        with open(os.path.join(ROOT, path), encoding="utf-8") as file:
            return file.read()

    problems = [problem for page, text in all_pages.items()
                for problem in check(
                    page, text,
                    lambda path: os.path.exists(os.path.join(ROOT, path)),
                    read)]
    if len(all_pages) < 8:
        problems.append("the pages were not found")
    for problem in problems:
        print(problem)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
