# SPDX-License-Identifier: MPL-2.0
"""Records of evidence in tests: getting one, changing it so that its digest
fits again or not, and checking it by the command."""

import base64
import copy
import hashlib
import json
import os
import subprocess
import tempfile

from nssmime import environment


def canonical(value):
    """RFC 8785, for what a record holds."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"),
                      ensure_ascii=False).encode()


def digest(value):
    return hashlib.sha256(canonical(value)).hexdigest()


def sealed(evidence):
    """With the digest of the record as it is now."""
    evidence["digest"]["value"] = digest(evidence["record"])
    return evidence


def encode(data):
    return base64.b64encode(data).decode()


def flipped(text, at=-1):
    """Base64 of the same with a bit changed."""
    data = bytearray(base64.b64decode(text))
    data[at] ^= 1
    return encode(bytes(data))


class Evidence:
    """For a TestCase. Its `checker` is (program, a folder for homes, a
    database)."""

    def evidence(self, host, message, /, **params):
        """The record of a mail, as an object."""
        data = bytearray()
        read, _ = host.run("message.read", dict(
            params, evidence=True, evidenceOutput={
                "stream": host.open_output(data.extend)}), content=message,
                           timeout=120)
        self.assertEqual(set(read["evidence"]), {"stream"})
        evidence = json.loads(data.decode())
        self.assertEqual(bytes(data), canonical(evidence))
        return evidence

    def command(self, *args, database=None):
        """(exit status, standard output, standard error)."""
        program, folder, own = self.checker
        env = environment(tempfile.mkdtemp(dir=folder),
                          database="sql:" + (database or own))
        done = subprocess.run(
            [program, "check-evidence", *args], env=env,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, timeout=60, check=False)
        return done.returncode, done.stdout.decode(), done.stderr.decode()

    def written(self, data, name="evidence.json"):
        path = os.path.join(tempfile.mkdtemp(dir=self.checker[1]), name)
        with open(path, "wb") as file:
            file.write(data if isinstance(data, bytes)
                       else json.dumps(data).encode())
        return path

    def check(self, evidence, *args, status=0, trusted=True, **options):
        """The findings: {(about, what): finding}."""
        code, out, err = self.command("--json", *args, self.written(evidence),
                                      **options)
        self.assertEqual(err, "")
        report = json.loads(out)
        self.assertEqual(code, status, out)
        self.assertEqual(report["holds"], status == 0)
        if status == 0:
            self.assertEqual(report["trusted"], trusted, out)
        self.assertEqual(report["holds"], not any(
            f["holds"] is False for f in report["findings"]))
        found = {(f["about"], f["what"]): f for f in report["findings"]}
        self.assertEqual(len(found), len(report["findings"]))
        return found

    def broken(self, evidence, *expected, **options):
        """The record does not hold, because of these findings alone."""
        found = self.check(evidence, status=1, **options)
        self.assertEqual({key for key, f in found.items()
                          if f["holds"] is False}, set(expected))
        return found

    def changed(self, evidence, change):
        """A copy of a record that `change` was applied to, sealed again."""
        evidence = copy.deepcopy(evidence)
        change(evidence["record"])
        return sealed(evidence)
