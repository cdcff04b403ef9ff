# SPDX-License-Identifier: MPL-2.0
"""How long the host takes for a mail of 25 MB in the dialect of Outlook on the
web, beside the same operation over its own protocol, in one run. Processor
time, which other programs on the machine do not change much; the least of some
runs, without what it takes to start. tests/bench/run.sh runs it.

NSSMIME_HOST and NSSMIME_TEST_PKI name what is measured."""

import resource
import unittest

from large import Large

RUNS = 5


def seconds():
    """Of all programs that have ended, and of those that they had waited
    for."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


class Bench(Large):
    def timed(self, start, work):
        """Processor time of a host of its own."""
        before = seconds()
        host = start()
        work(host)
        self.assertEqual(host.close(), 0)
        return seconds() - before

    def compare(self, name, owa, own):
        """In turns, so that what else goes on is the same for both."""
        times = ([], [], [], [])
        for _ in range(RUNS):
            for index, (start, work) in enumerate((
                    (self.own_host, id), (self.own_host, own),
                    (self.owa_host, id), (self.owa_host, owa))):
                times[index].append(self.timed(start, work))
        own_start, own_all, owa_start, owa_all = map(min, times)
        of_own, of_owa = own_all - own_start, owa_all - owa_start
        print("Outlook on the web, %s 25 MB: %.3f s, own protocol %.3f s, "
              "ratio %.2f (at most 1.5 is wanted)" % (
                  name, of_owa, of_own, of_owa / of_own))

    def test_reading(self):
        self.compare("reading", *self.reading())

    def test_sending(self):
        self.compare("sending", *self.sending())


if __name__ == "__main__":
    unittest.main()
