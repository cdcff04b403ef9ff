#!/usr/bin/env python3
# SPDX-License-Identifier: MPL-2.0
"""Frames: their lengths, their text, and what is none."""

import struct
import threading
import time
import unittest

from case import Case, memory, sanitized


class Frames(Case):
    def test_end_of_input(self):
        self.start()
        self.assertEqual(self.host.close(), 0)

    def test_truncated_frame(self):
        self.start()
        self.host.send_bytes(struct.pack("=I", 100) + b'{"jsonrpc"')
        self.assertEqual(self.host.close(), 0)

    def test_truncated_head(self):
        self.start()
        self.host.send_bytes(b"\x02\x00")
        self.assertEqual(self.host.close(), 0)

    def test_byte_by_byte(self):
        self.start()
        text = b'{"jsonrpc":"2.0","id":"x","method":"hello","params":{}}'
        for byte in struct.pack("=I", len(text)) + text:
            self.host.send_bytes(bytes((byte,)))
        self.assertEqual(self.reply("x")["result"]["protocol"], 1)

    def test_two_frames_at_once(self):
        self.start()
        text = b'{"jsonrpc":"2.0","id":"x","method":"hello","params":{}}'
        self.host.send_bytes((struct.pack("=I", len(text)) + text) * 2)
        self.reply("x")
        self.reply("x")

    def test_empty_frame(self):
        self.start()
        self.host.send_bytes(struct.pack("=I", 0))
        self.error("parse-error")
        self.alive()

    def test_oversized_frame_is_skipped(self):
        self.start()
        size = 8 * 1024 * 1024 + 1
        self.host.send_bytes(struct.pack("=I", size))
        self.error("too-large")  # before the bytes are there
        for _ in range(8):
            self.host.send_bytes(b"{" * (1024 * 1024))
        self.host.send_bytes(b"}")
        self.alive()

    def test_largest_frame_is_taken(self):
        self.start()
        text = b'{"jsonrpc":"2.0","id":"x","method":"hello","params":{}}'
        self.host.send_text(text.ljust(8 * 1024 * 1024))
        self.assertEqual(self.reply("x")["result"]["protocol"], 1)

    def test_hostile_length(self):
        self.start()
        self.host.send_bytes(struct.pack("=I", 0xffffffff) + b"x" * 100000)
        self.error("too-large")
        self.assertEqual(self.host.close(), 0)

    def test_many_values(self):
        self.start()
        self.host.send_text("[" + "1," * 200000 + "1]")
        self.error("too-large")
        self.alive()

    def test_deep_nesting(self):
        self.start()
        for depth in (33, 1000, 100000):
            self.host.send_text('{"a":' * depth + "1" + "}" * depth)
            self.assertIn(self.host.receive()["error"]["data"]["kind"],
                          ("parse-error", "too-large"))
        self.alive()

    def test_result_too_large(self):
        self.start()
        self.assertEqual(self.kind(self.host.request, "test.big",
                                   {"size": 1024 * 1024}), "too-large")
        room = 1024 * 1024 - 100
        self.assertEqual(len(self.host.request(
            "test.big", {"size": room})["text"]), room)

    def test_output_is_utf8(self):
        self.start()
        self.assertEqual(self.host.request("test.garbage", {})["text"],
                         "a\ufffd\ufffdz")

    def test_client_that_does_not_read(self):
        """Replies wait in the host up to a bound, then it stops reading."""
        self.start()
        with self.host._lock:  # stops the reading thread
            sent = threading.Event()

            def send():
                try:
                    for i in range(300):
                        self.raw("test.big", {"size": 900000}, "n%d" % i)
                    sent.set()
                except (BrokenPipeError, ValueError):
                    pass
            thread = threading.Thread(target=send, daemon=True)
            thread.start()
            before = None
            while before != memory(self.host, "VmRSS"):  # until it stops
                before = memory(self.host, "VmRSS")
                time.sleep(0.5)
            if not sanitized(self.host):
                self.assertLess(before, 300 * 1024)
        sent.wait(60)
        for i in range(300):
            self.host.receive()
        thread.join()


if __name__ == "__main__":
    unittest.main()
