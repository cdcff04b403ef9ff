# SPDX-License-Identifier: MPL-2.0
"""An HTTP server on loopback that answers well and badly, by the path."""

import base64
import contextlib
import gzip
import http.server
import json
import os
import socket
import ssl
import subprocess
import threading
import time
import urllib.parse

BODY = b"\x30\x03\x02\x01\x05" * 40  # what the program takes for an answer
STEP = 0.05


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def record(self, body):
        with self.server.lock:
            self.server.hits.append(
                (self.command, self.path, list(self.headers.items()), body))

    def answer(self, body, status=200, headers=()):
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def begin(self, *headers):
        """An answer whose end is that of the connection."""
        self.close_connection = True
        self.send_response(200)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Connection", "close")
        self.end_headers()

    def drip(self, first, piece):
        """Never comes to its end."""
        self.close_connection = True
        self.wfile.write(first)
        while not self.server.closing.wait(STEP):
            self.wfile.write(piece)

    def do_GET(self):
        self.handle_one(b"")

    def do_POST(self):
        size = int(self.headers.get("Content-Length", "0"))
        self.handle_one(self.rfile.read(size))

    def handle_one(self, body):
        self.record(body)
        path, _, query = self.path.partition("?")
        parts = path.split("/")[1:]
        try:
            getattr(self, "on_" + parts[0], self.on_missing)(
                parts[1:], urllib.parse.unquote(query), body)
        except (BrokenPipeError, ConnectionResetError, ssl.SSLError):
            self.close_connection = True

    # ---- what there is ---------------------------------------------------

    def on_missing(self, parts, query, body):
        self.answer(b"nothing here", 404)

    def on_ok(self, parts, query, body):
        self.answer(BODY)

    def on_size(self, parts, query, body):
        self.answer(bytes([0x30]) * int(parts[0]))

    def on_status(self, parts, query, body):
        self.answer(BODY, int(parts[0]))

    def on_empty(self, parts, query, body):
        self.answer(b"")

    def on_chunked(self, parts, query, body):
        self.begin(("Transfer-Encoding", "chunked"))
        self.wfile.write(b"%x\r\n%s\r\n0\r\n\r\n" % (len(BODY), BODY))

    def on_unending(self, parts, query, body):
        """Without a length, with an end."""
        self.begin()
        self.wfile.write(BODY)

    def on_endless(self, parts, query, body):
        self.begin()
        while not self.server.closing.is_set():
            self.wfile.write(bytes(65536))

    def on_huge(self, parts, query, body):
        self.begin(("Content-Length", str(100 * 1024 ** 3)))
        self.wfile.write(BODY)

    def on_truncated(self, parts, query, body):
        self.begin(("Content-Length", str(len(BODY) + 1)))
        self.wfile.write(BODY)

    def on_broken(self, parts, query, body):
        self.close_connection = True
        self.wfile.write(b"\x15\x03\x01 not HTTP\r\n\r\n")

    def on_gzip(self, parts, query, body):
        bomb = gzip.compress(bytes(64 * 1024 * 1024), 9)
        self.answer(bomb, headers=(("Content-Encoding", "gzip"),))

    def on_drip(self, parts, query, body):
        self.begin()
        self.drip(b"\x30", b"\x30")

    def on_headers(self, parts, query, body):
        self.drip(b"HTTP/1.1 200 OK\r\n", b"X-More: 1\r\n")

    def on_manyheaders(self, parts, query, body):
        self.close_connection = True
        self.wfile.write(b"HTTP/1.1 200 OK\r\n")
        for _ in range(4000):
            self.wfile.write(b"X-More: " + b"x" * 200 + b"\r\n")
        self.wfile.write(b"\r\n")
        self.wfile.write(BODY)

    def on_silent(self, parts, query, body):
        self.close_connection = True
        self.server.closing.wait(60)

    def on_later(self, parts, query, body):
        self.server.closing.wait(float(parts[0]))
        self.answer(BODY)

    def on_redirect(self, parts, query, body):
        """/redirect/302?http://elsewhere"""
        self.answer(b"moved", int(parts[0]),
                    (("Location", query), ("Set-Cookie", "a=b")))

    def on_far(self, parts, query, body):
        """/far/100: to a path of that length."""
        self.answer(b"", 302, (("Location", "/" + "x" * int(parts[0])),))

    def on_count(self, parts, query, body):
        """/count/3: as many redirects, then the answer."""
        n = int(parts[0])
        if n == 0:
            self.answer(BODY)
        else:
            self.answer(b"", 302, (("Location", "/count/%d" % (n - 1)),
                                   ("Set-Cookie", "a=b; Path=/")))

    def on_echo(self, parts, query, body):
        self.answer(json.dumps({
            "method": self.command, "path": self.path,
            "headers": self.headers.items(),
            "body": base64.b64encode(body).decode()}).encode())

    def on_postonly(self, parts, query, body):
        if self.command == "POST":
            self.answer(BODY)
        else:
            self.answer(b"post, please", int(parts[0]))


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, address="127.0.0.1", context=None):
        super().__init__((address, 0), Handler)
        self.hits = []
        self.lock = threading.Lock()
        self.closing = threading.Event()
        self.scheme = "http"
        if context is not None:
            self.scheme = "https"
            self.socket = context.wrap_socket(
                self.socket, server_side=True, do_handshake_on_connect=False)

    def handle_error(self, request, client_address):
        pass  # clients that give up are what is tested

    @property
    def port(self):
        return self.server_address[1]

    def url(self, path="/ok", host="127.0.0.1"):
        return "%s://%s:%d%s" % (self.scheme, host, self.port, path)

    def taken(self):
        """What was asked since the last look."""
        with self.lock:
            hits, self.hits = self.hits, []
        return hits


def has_version_6():
    try:
        with socket.socket(socket.AF_INET6) as s:
            s.bind(("::1", 0))
        return True
    except OSError:
        return False


@contextlib.contextmanager
def serving(kind=Server, **options):
    server = kind(**options)
    threading.Thread(target=server.serve_forever, args=(0.02,),
                     daemon=True).start()
    try:
        yield server
    finally:
        server.closing.set()
        server.shutdown()
        server.server_close()


def authority(folder, name, address="127.0.0.1"):
    """A certificate that is its own authority: (file, server's context)."""
    cert = os.path.join(folder, name + ".pem")
    key = os.path.join(folder, name + ".key")
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
         "ec_paramgen_curve:P-256", "-nodes", "-keyout", key, "-out", cert,
         "-days", "2", "-subj", "/CN=" + name, "-addext",
         "subjectAltName=IP:" + address],
        check=True, stderr=subprocess.DEVNULL)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    return cert, context


def wait_for(condition, seconds=10):
    """Whether it came true in time."""
    until = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > until:
            return False
        time.sleep(0.01)
    return True
