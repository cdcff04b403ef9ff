#!/usr/bin/env python3
# SPDX-License-Identifier: MPL-2.0
"""Streams: data, end, abort, and credit both ways."""

import base64
import os
import queue
import threading
import time
import unittest

from case import Case, memory, sanitized, until

from nssmime import CHUNK


class Streams(Case):
    def open(self, ident="x", stream=1, **more):
        self.start()
        self.raw("test.echo", dict({"content": {"stream": stream}}, **more),
                 ident)

    def data(self, stream, data):
        self.host.notify("stream.data", stream=stream,
                         data=base64.b64encode(data).decode())

    def test_100_mebibytes(self):
        self.start()
        block = os.urandom(1024 * 1024)
        taken = []
        self.host.run("test.echo", {}, (block for _ in range(100)),
                      sink=lambda data: taken.append(len(data)), timeout=120)
        self.assertEqual(sum(taken), 100 * 1024 * 1024)
        if not sanitized(self.host):
            self.assertLess(memory(self.host), 32 * 1024)

    def test_bytes_come_back(self):
        self.start()
        for size in (0, 1, 2, 3, 524285, 524286, 524287, 524288, 524289,
                     3000001):
            content = os.urandom(size)
            self.assertEqual(self.host.run("test.echo", {}, content)[1],
                             content)

    def test_many_at_once(self):
        self.start()
        results = {}

        def one(i):
            content = os.urandom(1500000 + i)
            results[i] = self.host.run("test.echo", {}, content)[1] == content
        threads = [threading.Thread(target=one, args=(i,)) for i in range(12)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(results, {i: True for i in range(12)})

    def test_credit_overrun(self):
        self.open()
        credit = self.credited(1)
        # faster than it can be consumed: the operation waits for its turn
        self.raw("test.sleep", {"milliseconds": 1500}, "s")
        time.sleep(0.3)
        while credit >= 0:
            self.data(1, b"x" * CHUNK)
            credit -= CHUNK
        self.error("invalid-request", "x")
        self.data(1, b"x")
        self.host.notify("stream.end", stream=1)
        self.assertEqual(self.reply("s")["result"], {})

    def test_data_after_end(self):
        self.open()
        self.raw("test.sleep", {"milliseconds": 800}, "s")
        time.sleep(0.2)
        self.host.notify("stream.end", stream=1)
        self.data(1, b"x")
        self.error("invalid-request", "x")

    def test_no_base64(self):
        for data in ("abc", "ab=c", "a b=", "ab\ncd===", "\u00e4bcd", "ab-_"):
            with self.subTest(data=data):
                self.open()
                self.host.notify("stream.data", stream=1, data=data)
                self.error("invalid-request", "x")

    def test_escaped_base64(self):
        self.open()
        self.host.send_text('{"jsonrpc":"2.0","method":"stream.data","params":'
                            '{"stream":1,"data":"\\/\\/\\u0041B"}}')
        self.host.notify("stream.end", stream=1)
        self.assertEqual(self.reply("x")["result"],
                         {"content": {"data": "//AB"}})

    def test_shapes_of_data(self):
        self.open()
        for text in (
                '{"jsonrpc":"2.0","method":"stream.data",'
                '"params":{"data":"YQ==","stream":1}}',
                ' { "params" : { "stream" : 1 , "data" : "Yg==" } , '
                '"method" : "stream.data" , "jsonrpc" : "2.0" } \n',
                '{"jsonrpc":"2.0","method":"stream.data",'
                '"params":{"data":"","stream":1}}'):
            self.host.send_text(text)
        self.host.notify("stream.end", stream=1)
        self.assertEqual(self.reply("x")["result"],
                         {"content": {"data": "YWI="}})

    def test_malformed_notifications(self):
        self.start()
        for text in (
                '{"jsonrpc":"2.0","method":"stream.data",'
                '"params":{"stream":1}}',
                '{"jsonrpc":"2.0","method":"stream.data",'
                '"params":{"stream":0,"data":""}}',
                '{"jsonrpc":"2.0","method":"stream.data",'
                '"params":{"stream":1,"data":"","more":1}}',
                '{"jsonrpc":"2.0","method":"stream.end"}',
                '{"jsonrpc":"2.0","method":"stream.credit",'
                '"params":{"stream":1,"bytes":-1}}'):
            self.host.send_text(text)
            self.error("invalid-params")

    def test_refused_frames(self):
        """Whatever is not taken would be a hole in the content."""
        data = '{"jsonrpc":"2.0","method":"stream.data","params":{"stream":1'
        for kind, text in (
                ("invalid-params", data + ',"data":"Yg==","more":1}}'),
                ("invalid-params", data + '}}'),
                ("invalid-params", data + ',"data":5}}'),
                ("unknown-method", data + ',"data":"Yg=="},"id":5}'),
                ("invalid-request", data + ',"data":"Yg=="},"id":null}'),
                ("invalid-request", data.replace("2.0", "1.0") +
                 ',"data":"Yg=="}}'),
                ("parse-error", data + ',"data":"Yg=="}'),
                ("parse-error", data + ',"data":"Y\ng=="}}'),
                ("too-large", data + ',"data":"' + "A" * 9000000 + '"}}'),
                ("invalid-params", data.replace("data", "end") +
                 ',"more":1}}')):
            with self.subTest(kind=kind, text=text[:100]):
                self.open()
                self.credited(1)
                self.data(1, b"abc")
                self.host.send_text(text)
                self.error(kind, 5 if '"id":5' in text else None)
                self.error("invalid-request", "x")
                self.host.notify("stream.end", stream=1)
                self.alive()

    def test_abort(self):
        self.open()
        self.data(1, b"abc")
        self.host.notify("stream.abort", stream=1)
        self.error("cancelled", "x")

    def test_never_ended(self):
        """Ten minutes without a frame; less is borne."""
        self.open()
        self.credited(1)
        self.data(1, b"abc")
        self.host.request("test.clock", {"seconds": 599})
        self.alive()
        self.data(1, b"abc")
        self.host.request("test.clock", {"seconds": 599})
        self.alive()
        self.host.request("test.clock", {"seconds": 10})
        self.error("cancelled", "x")
        self.data(1, b"abc")
        self.host.notify("stream.end", stream=1)
        self.alive()

    def test_output_never_taken(self):
        self.open(output={"stream": 2, "credit": 0})
        self.data(1, b"abc")
        self.host.notify("stream.end", stream=1)

        def expired():
            self.host.request("test.clock", {"seconds": 610})
            return not self.host.frames.empty()
        self.assertTrue(until(expired))
        self.error("cancelled", "x")
        self.alive()

    def test_unknown_and_finished(self):
        self.open()
        for stream in (99, 1):
            self.host.notify("stream.end", stream=stream)
        self.reply("x")
        self.data(1, b"abc")
        self.host.notify("stream.abort", stream=1)
        self.host.notify("stream.credit", stream=1, bytes=5)
        self.data(99, b"abc")
        self.assertEqual(self.host.request("hello", {})["protocol"], 1)
        self.assertTrue(self.host.frames.empty())

    def test_stream_used_twice(self):
        self.open()
        self.raw("test.echo", {"content": {"stream": 1}}, "y")
        self.error("invalid-params", "y")
        self.raw("test.echo", {"content": {"stream": 2},
                               "output": {"stream": 2}}, "z")
        self.error("invalid-params", "z")
        self.host.notify("stream.end", stream=1)
        self.reply("x")
        self.raw("test.echo", {"content": {"stream": 1}}, "y")
        self.error("invalid-params", "y")

    def test_wrong_way(self):
        self.open(output={"stream": 2, "credit": 10})
        self.data(2, b"abc")
        self.error("invalid-request", "x")

    def test_both_or_neither(self):
        self.start()
        for content in ({}, {"data": "", "stream": 1}, {"size": 5}):
            self.raw("test.echo", {"content": content}, "x")
            self.error("invalid-params", "x")

    def test_order_and_credit_of_output(self):
        self.open(output={"stream": 2, "credit": 0})
        self.data(1, b"0123456789")
        self.host.notify("stream.end", stream=1)
        with self.assertRaises(queue.Empty):
            self.host.receive(0.5)
        frames = []
        for credit in (1, 4, 0, 2, 100):
            self.host.notify("stream.credit", stream=2, bytes=credit)
            time.sleep(0.1)
        for _ in range(10):
            frames.append(self.host.receive())
            if "result" in frames[-1]:
                break
        methods = [frame.get("method") for frame in frames]
        self.assertEqual(methods[-2:], ["stream.end", None])
        pieces = [base64.b64decode(frame["params"]["data"])
                  for frame in frames[:-2]]
        self.assertEqual(b"".join(pieces), b"0123456789")
        self.assertEqual([len(piece) for piece in pieces], [1, 4, 2, 3])

    def test_nothing_after_cancel(self):
        self.open(output={"stream": 2, "credit": 3})
        self.data(1, b"0123456789")
        self.assertEqual(self.host.receive()["method"], "stream.data")
        self.assertTrue(self.host.request(
            "operation.cancel", {"id": "x"})["cancelled"])
        self.error("cancelled", "x")
        self.host.notify("stream.credit", stream=2, bytes=100)
        self.host.notify("stream.end", stream=1)
        self.host.request("hello", {})
        self.assertTrue(self.host.frames.empty())

    def test_inline_too_large(self):
        self.start()
        content = b"x" * (CHUNK + 1)
        self.raw("test.echo", {"content": {
            "data": base64.b64encode(content).decode()}}, "x")
        self.error("too-large", "x")
        self.raw("test.echo", {"content": {"stream": 1}}, "y")
        self.host.feed(1, (content,))
        self.error("too-large", "y")

    def test_inline_largest(self):
        self.start()
        content = os.urandom(CHUNK)
        self.assertEqual(self.host.run("test.echo", {}, content,
                                       inline=True)[1], content)

    def test_copies(self):
        self.start()
        taken = {"a": bytearray(), "b": bytearray()}
        copies = {name: {"stream": self.host.open_output(sink.extend)}
                  for name, sink in taken.items()}
        self.host.run("test.echo", {"copyStreams": copies}, b"x")
        self.assertEqual(taken, {"a": b"copy", "b": b"copy"})


if __name__ == "__main__":
    unittest.main()
