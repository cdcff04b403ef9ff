#!/usr/bin/env python3
# SPDX-License-Identifier: MPL-2.0
"""The two processes: how they begin and end together."""

import os
import signal
import unittest

from case import LONG, Case, gone


class Processes(Case):
    def test_sigterm(self):
        self.start()
        self.host.request("hello", {})
        self.host.process.send_signal(signal.SIGTERM)
        self.assertEqual(self.host.wait(), 128 + signal.SIGTERM)

    def test_broker_killed(self):
        self.start()
        self.host.request("hello", {})
        engine = self.engine()
        self.host.process.kill()
        self.assertTrue(gone(engine))

    def test_engine_killed(self):
        self.start()
        self.host.request("hello", {})
        os.kill(self.engine(), signal.SIGKILL)
        self.assertEqual(self.host.wait(), 128 + signal.SIGKILL)

    def test_end_during_operation(self):
        self.start()
        self.raw("test.sleep", {"milliseconds": LONG, "blocking": True}, "x")
        self.host.request("hello", {})
        self.assertEqual(self.host.close(60), 0)

    def test_end_of_connection(self):
        self.start()
        self.assertEqual(self.host.request(
            "test.sleep", {"milliseconds": 1, "end": True}), {})
        self.assertEqual(self.host.wait(), 0)


if __name__ == "__main__":
    unittest.main()
