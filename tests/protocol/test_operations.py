#!/usr/bin/env python3
# SPDX-License-Identifier: MPL-2.0
"""Operations beside each other: order, cancel, busy, progress."""

import base64
import time
import unittest

from case import LONG, Case


class Operations(Case):
    def test_long_does_not_hold_up_short(self):
        self.start()
        self.raw("test.sleep", {"milliseconds": LONG, "blocking": True}, "l")
        self.raw("test.sleep", {"milliseconds": 1}, "s")
        self.assertEqual(self.host.receive(30)["id"], "s")

    def test_cancel_blocked(self):
        self.start()
        self.raw("test.sleep", {"milliseconds": LONG, "blocking": True}, 7)
        self.assertEqual(self.host.request("operation.cancel", {"id": 7}),
                         {"cancelled": True})
        self.error("cancelled", 7)
        self.assertEqual(self.host.request("operation.cancel", {"id": 7}),
                         {"cancelled": False})

    def test_cancel_busy_thread(self):
        """Also one that does not give way."""
        self.start()
        self.raw("test.sleep", {"milliseconds": LONG}, "a")
        self.raw("test.sleep", {"milliseconds": 1}, "b")
        for ident in "ba":
            self.assertTrue(self.host.request(
                "operation.cancel", {"id": ident})["cancelled"])
            self.error("cancelled", ident)

    def test_cancel_committed(self):
        self.start()
        self.raw("test.sleep", {"milliseconds": 500, "commit": True,
                                "blocking": True}, "c")
        time.sleep(0.2)
        self.assertEqual(self.host.request("operation.cancel", {"id": "c"}),
                         {"cancelled": False})
        self.assertEqual(self.host.receive()["result"], {})

    def test_cancel_distinguishes_ids(self):
        self.start()
        self.raw("test.sleep", {"milliseconds": 300, "blocking": True}, "1")
        self.assertEqual(self.host.request("operation.cancel", {"id": 1}),
                         {"cancelled": False})
        self.assertEqual(self.host.receive()["id"], "1")

    def test_busy(self):
        self.start()
        for i in range(256):
            self.raw("test.echo", {"content": {"stream": i + 1}}, "n%d" % i)
        self.raw("test.sleep", {"milliseconds": 1}, "more")
        while True:
            frame = self.host.receive()
            if frame.get("id") == "more":
                break
        self.assertEqual(frame["error"]["data"]["kind"], "busy")
        for i in range(256):
            self.host.notify("stream.end", stream=i + 1)
        for i in range(256):
            self.assertEqual(self.host.receive()["result"],
                             {"content": {"data": ""}})
        self.assertEqual(self.host.request(
            "test.sleep", {"milliseconds": 1}), {})

    def test_same_id_again(self):
        self.start()
        for _ in range(2):
            self.raw("test.sleep", {"milliseconds": 100,
                                    "blocking": True}, "x")
        for _ in range(2):
            self.assertEqual(self.host.receive()["result"], {})

    def test_progress(self):
        self.start()
        pending = self.host.begin("test.echo", {
            "progress": True, "content": {"stream": 1, "size": 300000},
            "output": {"stream": 2}})
        self.host._streams = iter(range(3, 100))
        for _ in range(3):
            time.sleep(0.15)
            self.host.notify("stream.data", stream=1,
                             data=base64.b64encode(b"x" * 100000).decode())
        self.host.notify("stream.end", stream=1)
        self.host.finish(pending)
        self.assertGreaterEqual(len(pending.progress), 2)
        self.assertLessEqual(len(pending.progress), 8)
        done = [entry["done"] for entry in pending.progress]
        self.assertEqual(done, sorted(done))
        for entry in pending.progress:
            self.assertEqual(entry["total"], 300000)


if __name__ == "__main__":
    unittest.main()
