#!/usr/bin/env python3
# SPDX-License-Identifier: MPL-2.0
"""Windows of the pinentry: what they say, and when there is none."""

import os
import unittest

from case import Case, until

from nssmime import FIREFOX, asked


class Prompts(Case):
    def ask(self, **params):
        return self.host.request("test.ask", params)

    def shown(self, word="GETPIN"):
        return [line for line in asked(self.env) if line.startswith(word)]

    def test_password(self):
        self.start(answers=["pin  p%sw\u00f6rd 1"])
        self.assertEqual(self.ask(asking="password", what="Unlock it",
                                  detail="NSS\u202e\nDB", again=1),
                         {"answer": " p%sw\u00f6rd 1"})
        line, = self.shown()
        self.assertIn("title=nssmime", line)
        self.assertIn("desc=Unlock it\\n\\nAsked for by Thunderbird.\\n"
                      "Concerning: NSS DB", line)
        self.assertIn("error=That was not the right password", line)

    def test_origin_in_both_forms(self):
        self.start(FIREFOX, answers=["confirm"],
                   origins=["https://b\u00fccher.example"])
        self.ask(asking="confirm", origin="https://xn--bcher-kva.example")
        line, = self.shown("CONFIRM")
        self.assertIn("https://xn--bcher-kva.example (b\u00fccher.example)",
                      line)
        self.assertIn("the nssmime extension in Firefox", line)

    def test_long_text(self):
        self.start(answers=["confirm"])
        self.ask(asking="confirm", detail="\u00e4" * 5000)
        line, = self.shown("CONFIRM")
        self.assertIn("\u2026", line)

    def test_new_password(self):
        self.start(answers=["pin new"])
        self.assertEqual(self.ask(asking="new"), {"answer": "new"})

    def test_declined(self):
        self.start(answers=["cancel", "decline", "confirm"])
        for asking in ("password", "confirm", "confirm", "password"):
            self.assertEqual(self.kind(self.ask, asking=asking),
                             "user-declined")
        # after two, nothing was asked for a while
        self.assertEqual(len(self.shown()) + len(self.shown("CONFIRM")), 2)

    def test_never(self):
        self.start(answers=["pin x"])
        for asking in ("password", "confirm", "save"):
            self.assertEqual(self.kind(self.ask, asking=asking, detail="x",
                                       prompt="never"), "password-required")
        self.assertEqual(asked(self.env), [])

    def test_no_program(self):
        self.start(pinentry="/nonexistent/pinentry")
        self.assertEqual(self.kind(self.ask, asking="confirm"),
                         "prompt-unavailable")

    def test_broken_program(self):
        self.start(pinentry="/bin/true")
        self.assertEqual(self.kind(self.ask, asking="confirm"),
                         "prompt-unavailable")

    def test_one_window_at_a_time(self):
        self.start(answers=["wait 1", "pin one", "pin two", "pin three"])
        pending = [self.host.begin("test.ask", {"asking": "password",
                                                "detail": str(i)})
                   for i in range(3)]
        # others go on meanwhile
        self.host.request("test.sleep", {"milliseconds": 1})
        self.assertIsNone(pending[0].frame)
        self.assertEqual([self.host.finish(p)["answer"] for p in pending],
                         ["one", "two", "three"])

    def test_cancelled_window_goes(self):
        self.start(answers=["hang", "pin two"])
        self.raw("test.ask", {"asking": "password"}, "x")
        self.assertTrue(until(self.shown))
        self.assertTrue(self.host.request(
            "operation.cancel", {"id": "x"})["cancelled"])
        self.error("cancelled", "x")
        self.assertEqual(self.ask(asking="password"), {"answer": "two"})

    def test_end_while_asking(self):
        self.start(answers=["hang"])
        self.raw("test.ask", {"asking": "password"}, "x")
        self.assertTrue(until(self.shown))
        self.assertEqual(self.host.close(), 0)

    def test_save(self):
        self.start(answers=["confirm", "confirm", "decline"])
        folder = os.path.join(self.folder, "Downloads")
        self.assertEqual(self.ask(asking="save", detail="a.p12"),
                         {"answer": "a.p12"})
        self.assertEqual(self.ask(asking="save", detail="/../a.p12"),
                         {"answer": "_.._a.p12"})
        self.assertEqual(self.kind(self.ask, asking="save", detail="b"),
                         "user-declined")
        self.assertEqual(sorted(os.listdir(folder)), ["_.._a.p12", "a.p12"])
        path = os.path.join(folder, "a.p12")
        with open(path, "rb") as file:
            self.assertEqual(file.read(), b"contents")
        self.assertEqual(os.stat(path).st_mode & 0o777, 0o600)

    def test_save_never_overwrites(self):
        self.start(answers=["confirm", "confirm"])
        folder = os.path.join(self.folder, "Downloads")
        other = os.path.join(self.folder, "other")
        os.symlink(other, os.path.join(folder, "a.p12"))
        self.assertEqual(self.ask(asking="save", detail="a.p12"),
                         {"answer": "a-2.p12"})
        self.assertEqual(self.ask(asking="save", detail="a.p12"),
                         {"answer": "a-3.p12"})
        self.assertFalse(os.path.exists(other))


if __name__ == "__main__":
    unittest.main()
