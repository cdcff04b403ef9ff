# SPDX-License-Identifier: MPL-2.0
"""A client of nssmime-host for tests; Python's standard library alone.

    with Host(env=environment(folder, database="sql:/x")) as host:
        host.request("hello", {})
        result, output = host.run("message.read", {}, content=mail)

`request` sends one request and waits for its reply; an error reply raises
HostError (.kind, .message, .data). `run` also carries a content of any size
in, and the output out, with credit both ways. `send`, `send_bytes` and
`receive` are the frames themselves, for tests of the protocol.
"""

import base64
import collections
import itertools
import json
import os
import queue
import struct
import subprocess
import threading

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
THUNDERBIRD = ("/usr/lib/mozilla/native-messaging-hosts/nssmime.json",
               "thunderbird@nssmime")
FIREFOX = ("/usr/lib/mozilla/native-messaging-hosts/nssmime.json",
           "webmail@nssmime")
CHUNK = 512 * 1024
CREDIT = 4 * 1024 * 1024


def host_program():
    return os.environ.get("NSSMIME_HOST") or os.path.join(
        ROOT, "build", "host", "nssmime-host")


def environment(folder, pinentry=None, answers=None, **settings):
    """A home of its own in `folder`, with a config.json of `settings`.

    `answers` are the lines for the test pinentry (see pinentry.py), which is
    then the pinentry, unless another is named.
    """
    folder = os.path.abspath(folder)
    for name in ("config/nssmime", "data", "cache", "Downloads"):
        os.makedirs(os.path.join(folder, name), exist_ok=True)
    env = {name: value for name, value in os.environ.items()
           if not name.startswith(("XDG_", "NSSMIME_TEST"))
           and name not in ("DISPLAY", "WAYLAND_DISPLAY", "GPG_TTY")}
    env.update(HOME=folder,
               XDG_CONFIG_HOME=os.path.join(folder, "config"),
               XDG_DATA_HOME=os.path.join(folder, "data"),
               XDG_CACHE_HOME=os.path.join(folder, "cache"))
    if answers is not None:
        path = os.path.join(folder, "answers")
        with open(path, "w", encoding="utf-8") as file:
            file.writelines(line + "\n" for line in answers)
        with open(path + ".log", "w", encoding="utf-8"):
            pass
        env["NSSMIME_TEST_PINENTRY"] = path
        if pinentry is None:
            pinentry = os.path.join(ROOT, "tests", "support", "pinentry.py")
    if pinentry is not None:
        settings["pinentry"] = pinentry
    with open(os.path.join(folder, "config/nssmime/config.json"), "w",
              encoding="utf-8") as file:
        json.dump(settings, file)
    return env


def asked(env):
    """What the test pinentry was asked, as a list of lines."""
    with open(env["NSSMIME_TEST_PINENTRY"] + ".log", encoding="utf-8") as file:
        return file.read().splitlines()


class HostError(Exception):
    def __init__(self, error):
        super().__init__("%s: %s" % (error.get("data", {}).get("kind"),
                                     error.get("message")))
        self.code = error.get("code")
        self.message = error.get("message")
        self.data = error.get("data", {})
        self.kind = self.data.get("kind")


class Closed(Exception):
    """The host ended before it answered."""


class _Pending:
    def __init__(self, ident):
        self.id = ident
        self.frame = None
        self.progress = []


class _Out:
    """An output stream as it comes in."""

    def __init__(self, sink, credit):
        self.sink = sink
        self.credit = credit
        self.taken = 0
        self.ended = False


class Host:
    def __init__(self, args=THUNDERBIRD, env=None, program=None,
                 stderr=None):
        self._lock = threading.Condition()
        self._write_lock = threading.Lock()
        self._ids = itertools.count(1)
        self._streams = itertools.count(1)
        self._pending = {}
        self._credit = collections.Counter()
        self._outs = {}
        self._dead = False
        self.frames = queue.Queue()  # what nobody in here waits for
        self.process = None
        self.failure = None
        self.args = args
        self.env = env
        self.program = program or host_program()
        self.stderr = stderr

    # ---- the process -----------------------------------------------------

    def start(self, args=None, env=None):
        if args is not None:
            self.args = args
        if env is not None:
            self.env = env
        self.process = subprocess.Popen(
            [self.program, *self.args], env=self.env, stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=self.stderr)
        threading.Thread(target=self._read, daemon=True).start()
        return self

    def close(self, timeout=10):
        """Ends the input; returns the exit status."""
        try:
            self.process.stdin.close()
        except BrokenPipeError:
            pass
        return self.wait(timeout)

    def wait(self, timeout=10):
        try:
            return self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise

    def __enter__(self):
        return self if self.process else self.start()

    def __exit__(self, *_):
        self.close()

    # ---- frames ----------------------------------------------------------

    def send_bytes(self, data):
        """Bytes as they are, without a length."""
        with self._write_lock:
            self.process.stdin.write(data)
            self.process.stdin.flush()

    def send_text(self, text):
        data = text.encode("utf-8") if isinstance(text, str) else text
        self.send_bytes(struct.pack("=I", len(data)) + data)

    def send(self, message):
        self.send_text(json.dumps(message, separators=(",", ":")))

    def notify(self, method, **params):
        self.send({"jsonrpc": "2.0", "method": method, "params": params})

    def receive(self, timeout=10):
        """The next frame that no request in here waits for."""
        frame = self.frames.get(timeout=timeout)
        if frame is None:
            self.frames.put(None)
            self._closed()
        return frame

    def _exactly(self, size):
        data = self.process.stdout.read(size)
        return data if data is not None and len(data) == size else None

    def _read(self):
        try:
            while True:
                head = self._exactly(4)
                body = head and self._exactly(struct.unpack("=I", head)[0])
                if body is None:
                    break
                if len(body) > 1024 * 1024:
                    raise AssertionError("a frame of %d bytes" % len(body))
                self._take(json.loads(body.decode("utf-8")))
        except BrokenPipeError:
            pass
        except Exception as failure:  # told to whoever waits
            self.failure = failure
        self.process.stdout.close()
        with self._lock:
            self._dead = True
            self._lock.notify_all()
        self.frames.put(None)

    def _closed(self):
        if self.failure is not None:
            raise self.failure
        raise Closed()

    def _take(self, frame):
        params = frame.get("params", {})
        method = frame.get("method")
        with self._lock:
            if method == "stream.credit":
                self._credit[params["stream"]] += params["bytes"]
            elif method in ("stream.data", "stream.end") and \
                    params["stream"] in self._outs:
                self._take_output(method, params)
            elif method == "operation.progress" and \
                    params["id"] in self._pending:
                self._pending[params["id"]].progress.append(params)
            elif "id" in frame and frame["id"] in self._pending:
                self._pending.pop(frame["id"]).frame = frame
            else:
                self.frames.put(frame)
            self._lock.notify_all()

    def _take_output(self, method, params):
        out = self._outs[params["stream"]]
        if out.ended:
            raise AssertionError("a frame after stream.end")
        if method == "stream.end":
            out.ended = True
            return
        data = base64.b64decode(params["data"], validate=True)
        out.credit -= len(data)
        if out.credit < 0 or len(data) > CHUNK:
            raise AssertionError("more bytes than there was credit for")
        out.sink(data)
        out.taken += len(data)
        if out.taken >= CREDIT // 4:
            self.notify("stream.credit", stream=params["stream"],
                        bytes=out.taken)
            out.credit += out.taken
            out.taken = 0

    # ---- requests --------------------------------------------------------

    def begin(self, method, params=None):
        """Sends a request; `finish` waits for its reply."""
        pending = _Pending(next(self._ids))
        with self._lock:
            self._pending[pending.id] = pending
        message = {"jsonrpc": "2.0", "id": pending.id, "method": method}
        if params is not None:
            message["params"] = params
        self.send(message)
        return pending

    def finish(self, pending, timeout=60):
        with self._lock:
            if not self._lock.wait_for(
                    lambda: pending.frame is not None or self._dead, timeout):
                raise TimeoutError("no reply")
        if pending.frame is None:
            self._closed()
        if "error" in pending.frame:
            raise HostError(pending.frame["error"])
        return pending.frame["result"]

    def request(self, method, params=None, timeout=60):
        return self.finish(self.begin(method, params), timeout)

    def credit(self, stream):
        """Bytes that may be sent on a stream now."""
        with self._lock:
            return self._credit[stream]

    def new_stream(self):
        return next(self._streams)

    def open_output(self, sink, credit=CREDIT):
        """A stream id whose data goes to `sink`, with credit given."""
        stream = self.new_stream()
        with self._lock:
            self._outs[stream] = _Out(sink, credit)
        return stream

    def feed(self, stream, pieces, pending=None, timeout=60):
        """Sends `pieces` on a stream as credit comes in."""
        for piece in pieces:
            view = memoryview(piece)
            while view:
                with self._lock:
                    if not self._lock.wait_for(
                            lambda: self._credit[stream] > 0 or self._dead or
                            (pending and pending.frame is not None), timeout):
                        raise TimeoutError("no credit")
                    if self._dead or (pending and pending.frame is not None):
                        return
                    size = min(len(view), self._credit[stream], CHUNK)
                    self._credit[stream] -= size
                data = base64.b64encode(view[:size])
                self.send_text(
                    b'{"jsonrpc":"2.0","method":"stream.data","params":'
                    b'{"stream":%d,"data":"%s"}}' % (stream, data))
                view = view[size:]
        self.notify("stream.end", stream=stream)

    def run(self, method, params=None, content=None, sink=None, inline=False,
            timeout=60):
        """One operation with content: returns (result, output bytes).

        `content` is bytes or an iterable of bytes; `sink` takes the output
        as it comes (the second value is None then). inline=True puts content
        and output into the frames of request and reply.
        """
        params = dict(params or {})
        stream = None
        collected = bytearray()
        if content is not None:
            if inline:
                entry = {"data": base64.b64encode(content).decode()}
            else:
                stream = self.new_stream()
                entry = {"stream": stream}
                if isinstance(content, (bytes, bytearray)):
                    entry["size"] = len(content)
                    content = (content,)
            params["content"] = dict(params.get("content", {}), **entry)
        if not inline and "output" not in params:
            params["output"] = {
                "stream": self.open_output(sink or collected.extend),
                "credit": CREDIT}
        pending = self.begin(method, params)
        if stream is not None:
            self.feed(stream, content, pending, timeout)
        result = self.finish(pending, timeout)
        if inline:
            data = result.get("content", {}).get("data")
            return result, None if data is None else base64.b64decode(data)
        return result, None if sink else bytes(collected)
