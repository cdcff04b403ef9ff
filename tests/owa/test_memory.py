# SPDX-License-Identifier: MPL-2.0
"""What the host takes of memory for a mail of 25 MB: the parts of one request
and of one result, and no more."""

import unittest

from large import SIZE, Large
from case import memory, sanitized

MOST = 5  # times the mail


class Memory(Large):
    def peak(self, work):
        host = self.owa_host()
        if sanitized(host):
            host.close()
            self.skipTest("a sanitizer measures something else")
        work(host)
        used = memory(host) * 1024
        self.assertEqual(host.close(), 0)
        self.assertGreater(used, SIZE)
        self.assertLess(used, MOST * SIZE)

    def test_reading(self):
        self.peak(self.reading()[0])

    def test_sending(self):
        self.peak(self.sending()[0])


if __name__ == "__main__":
    unittest.main()
