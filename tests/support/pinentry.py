#!/usr/bin/env python3
# SPDX-License-Identifier: MPL-2.0
"""A pinentry for tests: speaks Assuan, answers from a file.

NSSMIME_TEST_PINENTRY names a file whose lines are the answers, one for each
question in its order (over all starts of this program):
    pin TEXT     a password (for GETPIN)
    confirm      yes (for CONFIRM)
    cancel       the window was closed
    decline      the button for no
    wait SECONDS waits before the next line answers
    hang         never answers
A GETPIN that asks for a repeated password takes one line. No line left:
cancel. What was asked goes to FILE.log: a line per question, e.g.
    GETPIN title=... desc=... prompt=... error=... repeat=...
    CONFIRM title=... desc=... ok=... cancel=...
"""

import fcntl
import os
import sys
import time
from urllib.parse import unquote

PATH = os.environ.get("NSSMIME_TEST_PINENTRY", "")
CANCELED = "ERR 83886179 Operation cancelled <Pinentry>"
NOT_CONFIRMED = "ERR 83886194 Not confirmed <Pinentry>"


def say(line):
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def log(line):
    if PATH:
        with open(PATH + ".log", "a", encoding="utf-8") as file:
            file.write(line + "\n")


def next_answer():
    """Takes the first line off the file; others may do so as well."""
    if not PATH:
        return "cancel"
    with open(PATH + ".lock", "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with open(PATH, encoding="utf-8") as file:
            lines = [line for line in file.read().split("\n") if line]
        if not lines:
            return "cancel"
        with open(PATH, "w", encoding="utf-8") as file:
            file.writelines(line + "\n" for line in lines[1:])
    return lines[0]


def answer(command, state):
    log(command + "".join(
        " %s=%s" % (name, state[name].replace("\n", "\\n"))
        for name in ("title", "desc", "prompt", "error", "repeat", "ok",
                     "cancel")
        if name in state))
    state.pop("error", None)
    repeated = state.pop("repeat", None) is not None
    word, _, rest = next_answer().partition(" ")
    while word == "wait":
        time.sleep(float(rest))
        word, _, rest = next_answer().partition(" ")
    if word == "hang":
        time.sleep(3600)
    if word == "pin" and command == "GETPIN":
        if repeated:
            say("S PIN_REPEATED")
        say("D " + rest.replace("%", "%25"))
        say("OK")
    elif word == "confirm" and command == "CONFIRM":
        say("OK")
    elif word == "decline":
        say(NOT_CONFIRMED)
    else:
        say(CANCELED)


def main():
    state = {}
    say("OK Pleased to meet you")
    for line in sys.stdin:
        command, _, rest = line.rstrip("\r\n").partition(" ")
        command = command.upper()
        if command in ("GETPIN", "CONFIRM"):
            answer(command, state)
            continue
        if command == "BYE":
            say("OK closing connection")
            return
        if command == "OPTION":
            log("OPTION " + rest)
        elif command.startswith("SET"):
            state[command[3:].lower()] = unquote(rest)
        say("OK")


main()
