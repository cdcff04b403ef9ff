#!/usr/bin/env python3
# SPDX-License-Identifier: MPL-2.0
"""Protocol tests: frames in, frames out.

    run.py [-v] [TEST...]

Plays every NAME.in.json against the host and compares what comes out with
NAME.out.json; then the cases below, which need bytes or time. Programs:
NSSMIME_HOST (the host) and NSSMIME_TEST_HOST (the same with the methods of
test_operations.c).

NAME.in.json: {"host": "test"|"real", "caller": "thunderbird"|"firefox"|
[arguments], "settings": {...}, "answers": [...], "frames": [...]}. A frame is
a message, or one of
    {"$text": "..."}   a frame with this text
    {"$hex": "..."}    a frame with these bytes
    {"$expect": N}     waits for N frames before it goes on
NAME.out.json: {"frames": [...], "status": 0, "unordered": false}. In it
    "$any" matches everything, "$string" and "$number" any of the kind,
    {"$some": {...}} an object with at least these members,
    {"$contains": "..."} a string with this in it.
"""

import base64
import glob
import json
import os
import queue
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import threading
import time
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "support"))

from nssmime import (CHUNK, FIREFOX, ROOT, THUNDERBIRD, Closed,  # noqa: E402
                     Host, HostError, asked, environment, host_program)

CALLERS = {"thunderbird": THUNDERBIRD, "firefox": FIREFOX,
           "chromium": ("chrome-extension://gejigdcljmkinaiihdaffecocdjoloci/",
                        "--parent-window=0")}


def test_program():
    return os.environ.get("NSSMIME_TEST_HOST") or os.path.join(
        ROOT, "build", "tests", "nssmime-test-host")


def matches(wanted, got):
    if wanted == "$any":
        return True
    if wanted == "$string":
        return isinstance(got, str)
    if wanted == "$number":
        return isinstance(got, (int, float)) and not isinstance(got, bool)
    if isinstance(wanted, dict) and "$contains" in wanted:
        return isinstance(got, str) and wanted["$contains"] in got
    if isinstance(wanted, dict) and "$some" in wanted:
        return isinstance(got, dict) and all(
            name in got and matches(value, got[name])
            for name, value in wanted["$some"].items())
    if isinstance(wanted, dict):
        return isinstance(got, dict) and wanted.keys() == got.keys() and all(
            matches(value, got[name]) for name, value in wanted.items())
    if isinstance(wanted, list):
        return isinstance(got, list) and len(wanted) == len(got) and all(
            map(matches, wanted, got))
    return type(wanted) is type(got) and wanted == got


class Case(unittest.TestCase):
    maxDiff = 4000

    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="nssmime-test-")
        self.addCleanup(shutil.rmtree, self.folder, True)
        self.host = None

    def start(self, caller=THUNDERBIRD, program=None, answers=None,
              **settings):
        self.env = environment(self.folder, answers=answers, **settings)
        self.host = Host(caller, self.env, program or test_program()).start()
        self.addCleanup(self.end)
        return self.host

    def end(self):
        if self.host.process.poll() is None:
            self.host.process.kill()
            self.host.process.wait()
        for file in (self.host.process.stdin, self.host.process.stdout):
            try:
                file.close()
            except BrokenPipeError:
                pass

    def kind(self, function, *args, **more):
        with self.assertRaises(HostError) as caught:
            function(*args, **more)
        return caught.exception.kind

    def error(self, kind, ident=None, timeout=10):
        """The next frame is this error."""
        frame = self.host.receive(timeout)
        self.assertIn("error", frame)
        self.assertEqual(frame["error"]["data"]["kind"], kind)
        self.assertEqual(frame["id"], ident)
        return frame["error"]

    def raw(self, method, params, ident):
        self.host.send({"jsonrpc": "2.0", "id": ident, "method": method,
                        "params": params})

    def reply(self, ident, timeout=10):
        """The next frame that answers `ident`."""
        while True:
            frame = self.host.receive(timeout)
            if frame.get("id") == ident and "method" not in frame:
                return frame


class Pairs(Case):
    """One test for each NAME.in.json, made below."""

    def play(self, name):
        with open(name + ".in.json", encoding="utf-8") as file:
            given = json.load(file)
        with open(name + ".out.json", encoding="utf-8") as file:
            wanted = json.load(file)
        program = test_program()
        if given.get("host") == "real":
            program = host_program()
            if not os.path.exists(program):
                self.skipTest("the host is not built")
        caller = given.get("caller", "thunderbird")
        host = self.start(CALLERS.get(caller, caller)
                          if isinstance(caller, str) else tuple(caller),
                          program, given.get("answers"),
                          **given.get("settings", {}))
        got = []
        for frame in given["frames"]:
            if "$expect" in frame:
                got.extend(host.receive() for _ in range(frame["$expect"]))
            elif "$text" in frame:
                host.send_text(frame["$text"])
            elif "$hex" in frame:
                host.send_text(bytes.fromhex(frame["$hex"]))
            else:
                host.send(frame)
        while len(got) < len(wanted["frames"]):
            try:
                got.append(host.receive())
            except (queue.Empty, Closed):
                break
        status = host.close()
        while True:
            try:
                got.append(host.receive(1))
            except (queue.Empty, Closed):
                break
        self.assertEqual(status, wanted.get("status", 0))
        rest = list(got)
        for frame in wanted["frames"]:
            found = [other for other in rest if matches(frame, other)]
            if not wanted.get("unordered"):
                found = found if rest and found and found[0] is rest[0] else []
            self.assertTrue(found, "%s not found; came:\n%s" % (
                json.dumps(frame), json.dumps(got, indent=1)))
            rest.remove(found[0])
        self.assertEqual(rest, [], "more came")


def add_pairs():
    for path in sorted(glob.glob(os.path.join(HERE, "*.in.json"))):
        name = path[:-len(".in.json")]
        setattr(Pairs, "test_" + os.path.basename(name).replace("-", "_"),
                lambda self, name=name: self.play(name))


add_pairs()


class Frames(Case):
    def alive(self):
        self.assertEqual(self.host.request("hello", {})["protocol"], 1)

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
            time.sleep(2)
            self.assertLess(engine_memory(self.host), 300 * 1024)
        sent.wait(60)
        for i in range(300):
            self.host.receive()
        thread.join()


def sanitized(host):
    """Whether the host was built with a sanitizer: large and slow."""
    with open("/proc/%d/maps" % host.process.pid) as file:
        maps = file.read()
    return "libasan" in maps or "libtsan" in maps


def engine_memory(host, name="VmRSS"):
    """KiB of both processes; 0 where it says nothing."""
    if sanitized(host):
        return 0
    pid = host.process.pid
    with open("/proc/%d/task/%d/children" % (pid, pid)) as file:
        pids = [str(pid), *file.read().split()]
    total = 0
    for pid in pids:
        with open("/proc/%s/status" % pid) as file:
            total += sum(int(line.split()[1]) for line in file
                         if line.startswith(name + ":"))
    return total


class Callers(Case):
    def refused(self, *args):
        self.start(args)
        self.error("origin-not-allowed")
        self.assertEqual(self.host.wait(), 1)

    def test_unknown_extension(self):
        self.refused("chrome-extension://" + "a" * 32 + "/")

    def test_extension_with_path(self):
        self.refused("chrome-extension://gejigdcljmkinaiihdaffecocdjoloci/x/")

    def test_unknown_addon(self):
        self.refused("/x.json", "other@nssmime")

    def test_addon_as_extension(self):
        self.refused("chrome-extension://thunderbird@nssmime/")

    def test_extension_as_addon(self):
        self.refused("/x.json", "gejigdcljmkinaiihdaffecocdjoloci")

    def test_empty(self):
        self.refused("/x.json", "")

    def test_known(self):
        for caller in CALLERS.values():
            self.start(caller)
            self.host.request("hello", {"client": {"name": "x",
                                                   "version": "1"}})
            self.assertEqual(self.host.close(), 0)
            self.end()

    def test_commands(self):
        for words, status, text in ((("version",), 0, b"nssmime-host"),
                                    (("help",), 0, b"usage"),
                                    (("methods",), 0, b"hello"),
                                    (("nonsense",), 2, b""),
                                    ((), 2, b"")):
            done = subprocess.run([test_program(), *words], timeout=10,
                                  stdin=subprocess.DEVNULL,
                                  stdout=subprocess.PIPE,
                                  stderr=subprocess.DEVNULL, check=False)
            self.assertEqual(done.returncode, status)
            self.assertIn(text, done.stdout)

    def test_key(self):
        """The id in the program follows from the key for the manifest."""
        import hashlib
        with open(os.path.join(ROOT, "manifest", "chromium-key.txt")) as file:
            key = base64.b64decode(file.read())
        ident = "".join(chr(ord("a") + int(digit, 16)) for digit
                        in hashlib.sha256(key).hexdigest()[:32])
        self.assertIn(ident, CALLERS["chromium"][0])


class Processes(Case):
    def test_sigterm(self):
        self.start()
        self.host.request("hello", {})
        self.host.process.send_signal(signal.SIGTERM)
        self.assertEqual(self.host.wait(), 128 + signal.SIGTERM)

    def engine(self):
        pid = self.host.process.pid
        with open("/proc/%d/task/%d/children" % (pid, pid)) as file:
            return int(file.read().split()[0])

    def gone(self, pid):
        for _ in range(50):
            try:
                with open("/proc/%d/stat" % pid) as file:
                    if file.read().split()[2] == "Z":
                        return True
            except FileNotFoundError:
                return True
            time.sleep(0.1)
        return False

    def test_broker_killed(self):
        self.start()
        self.host.request("hello", {})
        engine = self.engine()
        self.host.process.kill()
        self.assertTrue(self.gone(engine))

    def test_engine_killed(self):
        self.start()
        self.host.request("hello", {})
        os.kill(self.engine(), signal.SIGKILL)
        self.assertEqual(self.host.wait(), 128 + signal.SIGKILL)

    def test_end_during_operation(self):
        self.start()
        self.raw("test.sleep", {"milliseconds": 60000, "blocking": True}, "x")
        self.host.request("hello", {})
        begun = time.time()
        slow = sanitized(self.host)
        self.assertEqual(self.host.close(), 0)
        self.assertLess(time.time() - begun, 10 if slow else 3)

    def test_end_of_connection(self):
        self.start()
        self.assertEqual(self.host.request(
            "test.sleep", {"milliseconds": 1, "end": True}), {})
        self.assertEqual(self.host.wait(), 0)


class Operations(Case):
    def test_long_does_not_hold_up_short(self):
        self.start()
        self.raw("test.sleep", {"milliseconds": 2000, "blocking": True}, "l")
        self.raw("test.sleep", {"milliseconds": 1}, "s")
        self.assertEqual(self.host.receive()["id"], "s")
        self.assertEqual(self.host.receive()["id"], "l")

    def test_cancel_blocked(self):
        self.start()
        self.raw("test.sleep", {"milliseconds": 3000, "blocking": True}, 7)
        begun = time.time()
        self.assertEqual(self.host.request("operation.cancel", {"id": 7}),
                         {"cancelled": True})
        self.error("cancelled", 7)
        self.assertLess(time.time() - begun, 1)
        self.assertEqual(self.host.request("operation.cancel", {"id": 7}),
                         {"cancelled": False})

    def test_cancel_busy_thread(self):
        """Also one that does not give way."""
        self.start()
        self.raw("test.sleep", {"milliseconds": 1500}, "a")
        self.raw("test.sleep", {"milliseconds": 1}, "b")
        begun = time.time()
        for ident in "ba":
            self.assertTrue(self.host.request(
                "operation.cancel", {"id": ident})["cancelled"])
            self.error("cancelled", ident)
        self.assertLess(time.time() - begun, 1)

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


class Streams(Case):
    def open(self, ident="x", stream=1, **more):
        self.start()
        self.raw("test.echo", dict({"content": {"stream": stream}}, **more),
                 ident)

    def data(self, stream, data):
        self.host.notify("stream.data", stream=stream,
                         data=base64.b64encode(data).decode())

    def drain(self):
        """Waits for the credit given at the beginning."""
        deadline = time.time() + 10
        while self.host._credit[1] == 0 and time.time() < deadline:
            time.sleep(0.01)
        return self.host._credit[1]

    def test_100_mebibytes(self):
        self.start()
        block = os.urandom(1024 * 1024)
        taken = []
        self.host.run("test.echo", {}, (block for _ in range(100)),
                      sink=lambda data: taken.append(len(data)), timeout=120)
        self.assertEqual(sum(taken), 100 * 1024 * 1024)
        self.assertLess(engine_memory(self.host, "VmHWM"), 32 * 1024)

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
        credit = self.drain()
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
                self.end()

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

    def test_abort(self):
        self.open()
        self.data(1, b"abc")
        self.host.notify("stream.abort", stream=1)
        self.error("cancelled", "x")

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
        self.start(answers=["wait 0.5", "pin one", "pin two", "pin three"])
        begun = time.time()
        pending = [self.host.begin("test.ask", {"asking": "password",
                                                "detail": str(i)})
                   for i in range(3)]
        # others go on meanwhile
        self.host.request("test.sleep", {"milliseconds": 1})
        self.assertLess(time.time() - begun, 0.5)
        self.assertEqual([self.host.finish(p)["answer"] for p in pending],
                         ["one", "two", "three"])

    def test_cancelled_window_goes(self):
        self.start(answers=["hang", "pin two"])
        self.raw("test.ask", {"asking": "password"}, "x")
        while not self.shown():
            time.sleep(0.05)
        self.assertTrue(self.host.request(
            "operation.cancel", {"id": "x"})["cancelled"])
        self.error("cancelled", "x")
        self.assertEqual(self.ask(asking="password"), {"answer": "two"})

    def test_end_while_asking(self):
        self.start(answers=["hang"])
        self.raw("test.ask", {"asking": "password"}, "x")
        while not self.shown():
            time.sleep(0.05)
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


class Settings(Case):
    def fault(self, text, kind="configuration-invalid"):
        env = environment(self.folder)
        with open(os.path.join(self.folder, "config/nssmime/config.json"),
                  "w") as file:
            file.write(text)
        self.host = Host(THUNDERBIRD, env, test_program()).start()
        self.host.request("hello", {})
        with self.assertRaises(HostError) as caught:
            self.host.request("test.sleep", {"milliseconds": 1})
        self.end()
        self.assertEqual(caught.exception.kind, kind)
        return caught.exception.message

    def test_faults_name_file_and_member(self):
        for text, member in (
                ('{"colour": 1}', "colour"), ('{"callers": []}', "callers"),
                ('{"database": "/x"}', "database"),
                ('{"lockMinutes": -1}', "lockMinutes"),
                ('{"log": "loud"}', "log"), ('{"origins": ["x"]}', "origins"),
                ('{"pinentry": "a/b"}', "pinentry"),
                ('{"signatureScheme": "x"}', "signatureScheme"),
                ('{"keyManagement": 5}', "keyManagement"),
                ('{"maxDecompressed": 0}', "maxDecompressed")):
            message = self.fault(text)
            self.assertIn("config.json", message)
            self.assertIn(member, message)
        self.assertIn("config.json", self.fault("{"))
        self.assertIn("config.json", self.fault("[]"))

    def test_absent_file(self):
        self.env = environment(self.folder)
        shutil.rmtree(os.path.join(self.folder, "config"))
        self.host = Host(THUNDERBIRD, self.env, test_program()).start()
        self.addCleanup(self.end)
        self.host.request("test.sleep", {"milliseconds": 1})

    def test_origins(self):
        self.start(FIREFOX, origins=["https://mail.example"])
        request = self.host.request
        request("test.origin", {"origin": "https://mail.example"})
        request("test.origin", {"origin": "HTTPS://Mail.Example:443"})
        for origin, kind in (("https://other.example", "origin-not-allowed"),
                             ("https://mail.example:444",
                              "origin-not-allowed"),
                             ("https://mail.example/x", "invalid-params"),
                             ("http://mail.example", "invalid-params")):
            self.assertEqual(self.kind(request, "test.origin",
                                       {"origin": origin}), kind)
        self.assertEqual(self.kind(request, "test.origin", {}),
                         "invalid-params")

    def test_origin_is_not_for_thunderbird(self):
        self.start()
        self.host.request("test.origin", {})
        self.assertEqual(self.kind(self.host.request, "test.origin",
                                   {"origin": "https://x.example"}),
                         "origin-not-allowed")


class Database(Case):
    def test_new_one_and_confinement(self):
        self.start()
        self.host.request("test.database", {})
        self.assertTrue(os.path.exists(os.path.join(
            self.folder, "data/nssmime/cert9.db")))
        engine = Processes.engine(self)
        with open("/proc/%d/status" % engine) as file:
            status = dict(line.split(":", 1) for line in file)
        self.assertEqual(status["NoNewPrivs"].strip(), "1")
        self.assertIn(status.get("Seccomp", "2").strip(), ("2", "0"))

    def test_configured_must_exist(self):
        self.start(database="sql:" + os.path.join(self.folder, "none"))
        self.assertEqual(self.kind(self.host.request, "test.database", {}),
                         "database-unavailable")
        self.assertFalse(os.path.exists(os.path.join(self.folder, "none")))

    def test_forbidden(self):
        """In the thread that opened the database, and in later ones."""
        self.start(log="info")
        landlock = has_landlock()
        for i in range(3):
            outside = os.path.join(self.folder, "file%d" % i)
            self.assertEqual(
                self.host.request("test.forbidden", {"file": outside}),
                {"network": False, "unix": True, "programs": False,
                 "files": not landlock})
        inside = os.path.join(self.folder, "cache", "file")
        self.assertTrue(self.host.request("test.forbidden",
                                          {"file": inside})["files"])

    def make(self, password):
        """A database with a password."""
        folder = os.path.join(self.folder, "nss")
        os.mkdir(folder)
        path = os.path.join(self.folder, "password")
        with open(path, "w", encoding="utf-8") as file:
            file.write(password + "\n")
        tool("certutil", "-N", "-d", "sql:" + folder, "-f", path)
        return "sql:" + folder

    def unlock(self, count=5, token=None):
        """Unlocks at once; the kinds of failures, and how many windows."""
        pending = [self.host.begin("test.unlock", dict(
            {} if token is None else {"token": token}))
                   for _ in range(count)]
        kinds = []
        for one in pending:
            try:
                self.host.finish(one)
            except HostError as error:
                kinds.append(error.kind)
        return kinds, sum(line.startswith("GETPIN")
                          for line in asked(self.env))

    def test_one_window_for_all(self):
        database = self.make("right")
        self.start(answers=["wait 0.5", "pin right"], database=database)
        self.assertEqual(self.unlock(5), ([], 1))

    def test_wrong_password_is_tried_once(self):
        database = self.make("right")
        self.start(answers=["wait 0.5", "pin wrong", "wait 0.2", "pin wrong",
                            "pin right"], database=database)
        self.assertEqual(self.unlock(5), ([], 3))

    def test_wrong_three_times(self):
        database = self.make("right")
        self.start(answers=["wait 0.5", "pin a", "pin b", "pin c"],
                   database=database)
        kinds, windows = self.unlock(1)
        self.assertEqual((kinds, windows), (["wrong-password"], 3))

    def test_one_declines_for_all(self):
        database = self.make("right")
        self.start(answers=["wait 0.5", "cancel", "pin right"],
                   database=database)
        self.assertEqual(self.unlock(5), (["user-declined"] * 5, 1))
        self.assertEqual(self.unlock(1)[0], [])

    def test_leader_is_cancelled(self):
        """The window stays for the others."""
        database = self.make("right")
        self.start(answers=["wait 1", "pin right"], database=database)
        self.raw("test.unlock", {}, "first")
        while not asked(self.env):
            time.sleep(0.05)
        second = self.host.begin("test.unlock", {})
        self.host.request("operation.cancel", {"id": "first"})
        self.error("cancelled", "first")
        self.assertEqual(self.host.finish(second), {"open": 1})
        self.assertEqual(sum(line.startswith("GETPIN")
                             for line in asked(self.env)), 1)

    def test_softhsm(self):
        """An external token works in the confined engine."""
        module = "/usr/lib/softhsm/libsofthsm2.so"
        if not os.path.exists(module) or not shutil.which("softhsm2-util"):
            self.skipTest("SoftHSM is not there")
        tokens = os.path.join(self.folder, "tokens")
        conf = os.path.join(self.folder, "softhsm2.conf")
        os.mkdir(tokens)
        with open(conf, "w") as file:
            file.write("directories.tokendir = %s\n" % tokens)
        database = self.make("right")
        os.environ["SOFTHSM2_CONF"] = conf
        self.addCleanup(os.environ.pop, "SOFTHSM2_CONF")
        tool("softhsm2-util", "--init-token", "--free", "--label", "card",
             "--pin", "1234", "--so-pin", "5678")
        tool("modutil", "-force", "-add", "soft", "-libfile", module,
             "-dbdir", database)
        self.start(answers=["wait 0.3", "pin 1234", "pin 1234",
                            "pin right"], database=database)
        self.assertEqual(self.unlock(3, "card"), ([], 1))
        # and once more after it was locked in the confined engine
        self.assertEqual(self.host.request(
            "test.unlock", {"token": "card", "lock": True}), {"open": 1})
        self.assertEqual(self.host.request("test.unlock", {}), {"open": 2})


def has_landlock():
    import ctypes
    return ctypes.CDLL(None).syscall(444, None, 0, 1) > 0


def tool(*command):
    done = subprocess.run(command, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          timeout=60, check=False)
    if done.returncode != 0:
        raise AssertionError("%s: %s" % (command[0], done.stdout))


if __name__ == "__main__":
    unittest.main()
