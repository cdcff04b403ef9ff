# SPDX-License-Identifier: MPL-2.0
"""A scripted stand-in for Microsoft's extension for Outlook on the web.

It speaks what host/owa/PROTOCOL.md has, over the frames of native messaging:

    with Extension(env=environment(folder)) as owa:
        answer = owa.ask(SMIME, Smime="data:...")   # {"Data":, "ErrorCode":}

`ask` uploads a request in parts and fetches the result in parts, as many and
as large as the caller likes; `upload` and `fetch` do one of the two, and `send`
and `receive` are the frames.
"""

import itertools
import json
import os
import queue
import struct
import subprocess
import sys
import threading

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "support"))

from nssmime import host_program  # noqa: E402

OWA_ID = "maafgiompdekodanheihhgilkjchcakm"
EDGE_ID = "gamjhjfeblghkihfjdpmbpajhlpmobbp"
BES = ":#Microsoft.Exchange.Clients.BrowserExtension.Smime"
INITIALIZE = "InitializeParams" + BES
READ = "CreateMessageFromSmimeParams" + BES
READ_ITEM = "CreateMessageFromItemAttachmentParams" + BES
CREATE = "CreateSmimeFromMessageParams" + BES
CERTIFICATE = "GetSigningCertificateParams" + BES
PART = 4 * 1024 * 1024  # units of UTF-16


def units(text):
    """How many units of UTF-16 a string has, as the browser counts them."""
    return len(text) + sum(1 for c in text if ord(c) > 0xffff)


def split(text, size):
    """Pieces of at most `size` units, cut wherever that falls: a character of
    two units may be cut into its halves."""
    wide = text.encode("utf-16-le", "surrogatepass")
    for at in range(0, len(wide), 2 * size):
        yield wide[at:at + 2 * size].decode("utf-16-le", "surrogatepass")


class Closed(Exception):
    """The host ended."""


class Extension:
    def __init__(self, env=None, program=None, ident=OWA_ID, stderr=None):
        self._numbers = itertools.count(1)
        self._frames = queue.Queue()
        self.process = subprocess.Popen(
            [program or host_program(), "chrome-extension://%s/" % ident],
            env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=stderr)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self):
        while True:
            head = self.process.stdout.read(4)
            if len(head) < 4:
                break
            size, = struct.unpack("=I", head)
            body = self.process.stdout.read(size)
            if len(body) < size:
                break
            if size > 1024 * 1024:
                self._frames.put(AssertionError("a frame of %d" % size))
            # all that it sends is ASCII
            self._frames.put(json.loads(body.decode("ascii")))
        self._frames.put(None)

    def close(self, timeout=30):
        try:
            self.process.stdin.close()
        except BrokenPipeError:
            pass
        try:
            status = self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise
        self._reader.join(timeout)
        self.process.stdout.close()
        return status

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    # ---- frames ----------------------------------------------------------

    def send_text(self, data):
        self.process.stdin.write(struct.pack("=I", len(data)) + data)
        self.process.stdin.flush()

    def send(self, message):
        """Lone surrogates go as escapes, as browsers send them."""
        self.send_text(json.dumps(message).encode("ascii"))

    def receive(self, timeout=60):
        frame = self._frames.get(timeout=timeout)
        if frame is None:
            self._frames.put(None)
            raise Closed()
        if isinstance(frame, Exception):
            raise frame
        return frame

    def quiet(self, seconds=0.2):
        """Whether nothing comes."""
        try:
            frame = self._frames.get(timeout=seconds)
        except queue.Empty:
            return True
        self._frames.put(frame)
        return False

    # ---- requests ----------------------------------------------------------

    def settings(self):
        self.send({"__type": "ExtensionMessage" + BES,
                   "messageType": "GetSettings", "requestId": -1, "data": {}})
        return self.receive()

    def number(self):
        return next(self._numbers)

    @staticmethod
    def envelope(kind, port, request, data):
        message = {"__type": "ExtensionMessage" + BES, "messageType": kind}
        if port is not None:
            message["portId"] = port
        message.update(requestId=request, data=data)
        return message

    def send_part(self, text, start, last, port=7, request=1):
        self.send(self.envelope("UploadPartialRequest", port, request, {
            "__type": "PostPartialSmimeRequest" + BES, "StartOffset": start,
            "IsLastPart": last, "PartialData": text}))

    def send_fetch(self, size=100000, port=7, request=1):
        data = {"__type": "FetchPartialSmimeResult" + BES}
        if size is not None:
            data["MaxPartSize"] = size
        self.send(self.envelope("DownloadPartialResult", port, request, data))

    def answered(self, kind, port, request, timeout=60):
        """The next frame, which answers this request; its data."""
        frame = self.receive(timeout)
        wanted = {"messageType": kind, "requestId": request}
        if port is not None:
            wanted["portId"] = port
        data = frame.pop("data")
        if frame != wanted:
            raise AssertionError("%r, not %r" % (frame, wanted))
        return data

    def upload(self, request_text, port=7, request=1, size=PART, timeout=60):
        """Sends all parts, each acknowledged as it must be."""
        at = 0
        pieces = list(split(request_text, size)) or [""]
        for index, piece in enumerate(pieces):
            last = index == len(pieces) - 1
            self.send_part(piece, at, last, port, request)
            ack = self.answered("UploadPartialRequest", port, request, timeout)
            here = units(piece)
            wanted = {"__type": "AcknowledgePartialSmimeRequestArrived" + BES}
            if last:
                wanted.update(PartIndex=-1, StartOffset=-1,
                              NextStartOffset=-1, Status=1)
            else:
                wanted.update(PartIndex=index, StartOffset=at,
                              NextStartOffset=at + here, Status=0)
            if ack != wanted:
                raise AssertionError("%r, not %r" % (ack, wanted))
            at += here

    def fetch(self, port=7, request=1, size=100000, timeout=60):
        """The result's text, put together from its parts."""
        text = []
        at = index = 0
        while True:
            self.send_fetch(size, port, request)
            part = self.answered("DownloadPartialResult", port, request,
                                 timeout)
            piece = part.pop("PartialData")
            total = part.pop("TotalSize")
            last = part.pop("IsLastPart")
            wanted = {"__type": "ReturnPartialSmimeResult" + BES,
                      "PartIndex": index, "StartOffset": at,
                      "EndOffset": at + len(piece)}
            if part != wanted:
                raise AssertionError("%r, not %r" % (part, wanted))
            if not piece or (size and len(piece) > size):
                raise AssertionError("a part of %d" % len(piece))
            text.append(piece)
            at += len(piece)
            index += 1
            if last != (at == total):
                raise AssertionError("the last part is not the last")
            if last:
                return "".join(text)

    def ask_text(self, text, port=7, request=None, size=PART,
                 part=100000, timeout=60):
        request = self.number() if request is None else request
        self.upload(text, port, request, size, timeout)
        return json.loads(self.fetch(port, request, part, timeout))

    def ask(self, kind, port=7, request=None, size=PART, part=100000,
            timeout=60, **members):
        text = json.dumps(dict({"__type": kind}, **members))
        return self.ask_text(text, port, request, size, part, timeout)

    def initialize(self, port=7, version=None, **settings):
        """The page's settings, as a string of JSON."""
        more = {} if version is None else {"OwaControlVersion": version}
        return self.ask(INITIALIZE, port=port, Settings=json.dumps(settings),
                        **more)
