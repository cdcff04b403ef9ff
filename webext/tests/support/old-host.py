#!/usr/bin/env python3
# SPDX-License-Identifier: MPL-2.0
"""A host on a system whose NSS is too old for the password of the database,
whatever the system is that the tests run on: it answers what the real one
answers then (tests/protocol/test_newer_nss.py), and nothing else."""

import json
import struct
import sys

DATABASE = {
    "id": "0123456789abcdef", "label": "Thunderbird, profile default-release",
    "kind": "thunderbird", "problemCode": "password-format",
    "problem": "The password of its keys was set by NSS 3.118 or newer, and "
               "there is only an older one here"}
RESULTS = {
    "hello": {"protocol": 1, "nss": {"version": "3.87.1"}, "limits": {},
              "host": {"name": "nssmime-host", "version": "0.1.0"},
              "methods": ["hello", "database.status", "database.candidates",
                          "certificate.list"]},
    "database.status": dict(
        DATABASE, writable=True, nss="3.87.1", tokens=[],
        algorithms={"signature": [], "digest": [], "keyManagement": [],
                    "contentEncryption": []}),
    "database.candidates": [
        dict(DATABASE, inUse=True),
        {"id": "fedcba9876543210", "label": "nssmime's own database",
         "kind": "own", "inUse": False}],
    "certificate.list": {"certificates": []},
}

while head := sys.stdin.buffer.read(4):
    frame = json.loads(sys.stdin.buffer.read(struct.unpack("=I", head)[0]))
    body = json.dumps({"jsonrpc": "2.0", "id": frame["id"],
                       "result": RESULTS[frame["method"]]}).encode()
    sys.stdout.buffer.write(struct.pack("=I", len(body)) + body)
    sys.stdout.buffer.flush()
