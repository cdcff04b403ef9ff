#!/usr/bin/env python3
# SPDX-License-Identifier: MPL-2.0
"""A native-messaging host that does nothing: each frame goes back as it came."""

import struct
import sys

while head := sys.stdin.buffer.read(4):
    frame = sys.stdin.buffer.read(struct.unpack("@I", head)[0])
    sys.stdout.buffer.write(head + frame)
    sys.stdout.buffer.flush()
