# SPDX-License-Identifier: MPL-2.0
"""The completions of bash, zsh and fish: each shell, asked for what may stand
next, names every command and option that the program has, and no other."""

import os
import pty
import re
import select
import shutil
import subprocess
import tempfile
import time
import unittest

from case import tool  # noqa: F401  (puts tests/support on the path)

from nssmime import ROOT, host_program

FOLDER = os.path.join(ROOT, "packaging", "completions")
BASH = """
source "$1"
COMP_WORDS=(nssmime-host "${@:2}") COMP_CWORD=$(($# - 1))
_nssmime_host
printf '%s\\n' "${COMPREPLY[@]}"
"""


def said(*args):
    done = subprocess.run([host_program(), *args], capture_output=True,
                          text=True, check=False)
    return done.stdout + done.stderr


def commands():
    """Command to its options, by the program's own words."""
    found = {}
    for line in re.findall(r"nssmime-host (\S+.*)", said("help")):
        word, _, rest = line.partition(" ")
        found[word] = set(re.findall(r"--[a-z]+", rest))
        if "PROGRAM" in rest:
            found[word] |= set(re.findall(r"--[a-z]+", said(word)))
    return found


class Completions(unittest.TestCase):
    def setUp(self):
        self.commands = commands()
        self.assertLess(8, len(self.commands))
        self.assertIn("--thunderbird", self.commands["install"])
        self.empty = tempfile.mkdtemp(prefix="nssmime-completions-")
        self.addCleanup(shutil.rmtree, self.empty)

    def check(self, complete):
        """`complete` gets the words so far, the last of them not whole."""
        self.assertEqual(set(self.commands), complete(""))
        self.assertEqual({"methods"}, complete("met"))
        for command, options in self.commands.items():
            with self.subTest(command):
                self.assertEqual(options, complete(command, "--"))

    def test_bash(self):
        def complete(*words):
            done = subprocess.run(
                ["bash", "--norc", "-c", BASH, "bash",
                 os.path.join(FOLDER, "nssmime-host.bash"), *words],
                cwd=self.empty, capture_output=True, text=True, check=True)
            return set(done.stdout.split())
        self.check(complete)
        with open(os.path.join(self.empty, "record.json"), "wb"):
            pass
        self.assertEqual({"record.json"}, complete("check-evidence", "rec"))
        self.assertEqual({"record.json"}, complete(
            "check-evidence", "--content", ""))

    def test_fish(self):
        def complete(*words):
            done = subprocess.run(
                ["fish", "--no-config", "-c",
                 "source $argv[1]; complete -C $argv[2]",
                 os.path.join(FOLDER, "nssmime-host.fish"),
                 " ".join(["nssmime-host", *words])],
                cwd=self.empty, capture_output=True, text=True, check=True,
                env=dict(os.environ, HOME=self.empty))
            return {line.split("\t")[0] for line in done.stdout.splitlines()}
        self.check(complete)
        with open(os.path.join(self.empty, "record.json"), "wb"):
            pass
        self.assertIn("record.json", complete("check-evidence", "rec"))

    def test_zsh(self):
        with Zsh(self.empty) as zsh:
            self.check(zsh.complete)


class Zsh:
    """An interactive zsh, since nothing else completes there: what its
    completion adds goes to a file, instead of to the screen."""

    START = """unsetopt beep list_beep
fpath=(%(completions)s $fpath)
autoload -Uz compinit
compinit -u -D
compadd() {
    local -a hits
    if [[ " ${@[1,(i)--]} " != *" -"[a-zA-Z]#[OAD]" "* ]]; then
        builtin compadd -A hits "$@"
        all+=($hits)
    fi
    builtin compadd "$@"
}
told() { print -l -- "${all[@]}" >%(folder)s/new
    mv %(folder)s/new %(folder)s/told; BUFFER=; }
asked() { all=(); zle complete-word; told; }
zle -C complete-word complete-word _main_complete
zle -N asked
bindkey "^I" asked
: >%(folder)s/told
"""

    def __init__(self, folder):
        self.folder = folder
        self.told = os.path.join(folder, "told")
        script = os.path.join(folder, "start")
        with open(script, "w", encoding="utf-8") as file:
            file.write(self.START % {"completions": FOLDER, "folder": folder})
        pid, self.terminal = pty.fork()
        if pid == 0:
            os.chdir(folder)
            os.execvpe("zsh", ["zsh", "-f", "-i"],
                       dict(os.environ, HOME=folder, TERM="dumb"))
        self.pid = pid
        self.answer("source %s\n" % script)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        os.close(self.terminal)
        os.waitpid(self.pid, 0)

    def complete(self, *words):
        return self.answer(" ".join(["nssmime-host", *words]) + "\t")

    def answer(self, keys, seconds=60):
        """What it tells when these have been pressed."""
        os.write(self.terminal, keys.encode())
        deadline = time.monotonic() + seconds
        while not os.path.exists(self.told):
            if time.monotonic() > deadline:
                raise AssertionError("zsh does not answer")
            if select.select([self.terminal], [], [], 0.01)[0]:
                os.read(self.terminal, 65536)
        with open(self.told, encoding="utf-8") as file:
            found = set(file.read().split())
        os.unlink(self.told)
        return found


if __name__ == "__main__":
    unittest.main()
