#!/usr/bin/env python3
# SPDX-License-Identifier: MPL-2.0
"""JSON in, JSON out: pairs/NAME.in.json against pairs/NAME.out.json.

NAME.in.json: {"host": "real"|"test", "caller": "thunderbird"|"firefox"|
"chromium"|[arguments], "database": "pki", "settings": {...},
"answers": [...], "frames": [...]}. The test host is the one with the methods
of test_host.c; "pki" is a copy of the database that pki.sh makes. A frame is
a message, or one of
    {"$text": "..."}   a frame with this text
    {"$hex": "..."}    a frame with these bytes
    {"$expect": N}     waits for N frames before it goes on
    {"$credit": S}     waits for credit for stream S (which no list shows)
and in it, anywhere, {"$fingerprint": "alice"} stands for that certificate's,
{"$mail": "..."} for the base64 of that text with CRLF line ends.

NAME.out.json: {"frames": [...], "status": 0, "unordered": false}. In it
    "$any" matches everything, "$string", "$number", "$list" any of the kind,
    {"$some": {...}} an object with at least these members,
    {"$contains": "..."} a string with this in it,
    {"$fingerprint": "alice"} as above,
    {"$invalid": "..."} an invalid-params error whose message says this,
    {"$error": "kind"} an error of this kind.
"""

import base64
import glob
import json
import os
import queue
import unittest

from case import CALLERS, HERE, Case, test_program
from pki import Pki

from nssmime import Closed, host_program

PAIRS = os.path.join(HERE, "pairs")
CODES = {"parse-error": -32700, "invalid-request": -32600,
         "unknown-method": -32601, "invalid-params": -32602,
         "internal": -32603}


def fill(value, pki):
    """The value with what stands for something else replaced."""
    if isinstance(value, list):
        return [fill(item, pki) for item in value]
    if not isinstance(value, dict):
        return value
    if set(value) == {"$fingerprint"}:
        return pki.fingerprint(value["$fingerprint"])
    if set(value) == {"$mail"}:
        text = value["$mail"].replace("\n", "\r\n").encode()
        return base64.b64encode(text).decode()
    return {name: fill(item, pki) for name, item in value.items()}


def is_error(kind, text, got):
    """An error reply's `error`: its code, its sentence, its kind."""
    return (isinstance(got, dict) and got.get("data", {}).get("kind") == kind
            and got["code"] == CODES.get(kind, -32000)
            and isinstance(got["message"], str) and text in got["message"])


def matches(wanted, got):
    kinds = {"$string": str, "$list": list}
    if wanted == "$any":
        return True
    if isinstance(wanted, str) and wanted in kinds:
        return isinstance(got, kinds[wanted])
    if wanted == "$number":
        return isinstance(got, (int, float)) and not isinstance(got, bool)
    if isinstance(wanted, list):
        return isinstance(got, list) and len(wanted) == len(got) and all(
            map(matches, wanted, got))
    if not isinstance(wanted, dict):
        return type(wanted) is type(got) and wanted == got
    if "$contains" in wanted:
        return isinstance(got, str) and wanted["$contains"] in got
    if "$invalid" in wanted:
        return is_error("invalid-params", wanted["$invalid"], got)
    if "$error" in wanted:
        return is_error(wanted["$error"], "", got)
    if "$some" in wanted:
        return isinstance(got, dict) and all(
            name in got and matches(value, got[name])
            for name, value in wanted["$some"].items())
    return isinstance(got, dict) and wanted.keys() == got.keys() and all(
        matches(value, got[name]) for name, value in wanted.items())


class Pairs(Case):
    """One test for each NAME.in.json, made below."""

    @classmethod
    def setUpClass(cls):
        cls.pki = Pki()

    def given(self, name, way):
        path = os.path.join(PAIRS, "%s.%s.json" % (name, way))
        with open(path, encoding="utf-8") as file:
            return fill(json.load(file), self.pki)

    def start_as(self, given):
        settings = given.get("settings", {})
        if given.get("database") == "pki":
            settings["database"] = "sql:" + self.pki.copy(
                os.path.join(self.folder, "db"))
        caller = given.get("caller", "thunderbird")
        return self.start(
            CALLERS[caller] if isinstance(caller, str) else tuple(caller),
            {"real": host_program, "test": test_program}[given["host"]](),
            given.get("answers"), **settings)

    def come(self, host, most, timeout=30):
        """The frames that come, up to `most`."""
        got = []
        while len(got) < most:
            try:
                got.append(host.receive(timeout))
            except (queue.Empty, Closed):
                break
        return got

    def play(self, name):
        given, wanted = self.given(name, "in"), self.given(name, "out")
        host = self.start_as(given)
        got = []
        for frame in given["frames"]:
            if "$expect" in frame:
                got += self.come(host, frame["$expect"])
            elif "$credit" in frame:
                self.assertTrue(self.credited(frame["$credit"]))
            elif "$text" in frame:
                host.send_text(frame["$text"])
            elif "$hex" in frame:
                host.send_text(bytes.fromhex(frame["$hex"]))
            else:
                host.send(frame)
        got += self.come(host, len(wanted["frames"]) - len(got))
        status = host.close()
        got += self.come(host, 1000)
        self.assertEqual(status, wanted.get("status", 0))
        rest = list(got)
        for frame in wanted["frames"]:
            among = rest if wanted.get("unordered") else rest[:1]
            found = [other for other in among if matches(frame, other)]
            self.assertTrue(found, "%s not found; came:\n%s" % (
                json.dumps(frame), "\n".join(map(json.dumps, rest))))
            rest.remove(found[0])
        self.assertEqual(rest, [], "more came")


def add_pairs():
    paths = glob.glob(os.path.join(PAIRS, "*.in.json"))
    if not paths:
        raise FileNotFoundError(PAIRS)
    for path in sorted(paths):
        name = os.path.basename(path)[:-len(".in.json")]
        setattr(Pairs, "test_" + name.replace("-", "_").replace(".", "_"),
                lambda self, name=name: self.play(name))


add_pairs()


if __name__ == "__main__":
    unittest.main()
