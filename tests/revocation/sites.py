# SPDX-License-Identifier: MPL-2.0
"""Servers on loopback whose paths do as they are told, and count."""

import http.client
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                os.pardir, "fetch"))
import server  # noqa: E402

HUGE = 100 * 1024 * 1024


class Handler(server.Handler):
    def handle_one(self, body):
        act = self.server.acts.get(self.path.split("/")[1])
        if act is None:
            super().handle_one(body)
            return
        self.record(body)
        try:
            act(self, body)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True


class Site(server.Server):
    def __init__(self, address="127.0.0.1"):
        super().__init__(address)
        self.RequestHandlerClass = Handler
        self.acts = {}

    def put(self, name, act):
        """What happens at /name and below; its URL."""
        self.acts[name] = act
        return self.place(name)

    def place(self, name):
        return self.url("/" + name, host=self.server_address[0])

    def count(self, *names):
        """How often it was asked there, or at all."""
        with self.lock:
            return sum(not names or hit[1].split("/")[1] in names
                       for hit in self.hits)

    def methods(self, name):
        with self.lock:
            return [hit[0] for hit in self.hits
                    if hit[1].split("/")[1] == name]


# ---- what a place does -----------------------------------------------------

def says(data):
    return lambda handler, body: handler.answer(data)


def fails(status):
    return lambda handler, body: handler.answer(b"no", status)


def moves(url):
    return lambda handler, body: handler.answer(
        b"elsewhere", 302, (("Location", url),))


def relays(responder):
    """Asks openssl's responder the same, by the same method."""
    def act(handler, body):
        link = http.client.HTTPConnection("127.0.0.1", responder.port,
                                          timeout=30)
        try:
            if handler.command == "POST":
                link.request("POST", "/", body, {
                    "Content-Type": handler.headers["Content-Type"]})
            else:
                link.request("GET", "/" + handler.path.split("/", 2)[2])
            answer = link.getresponse()
            handler.answer(answer.read(), answer.status)
        finally:
            link.close()
    return act


def by_post_only(act):
    def choose(handler, body):
        if handler.command == "POST":
            act(handler, body)
        else:
            handler.answer(b"post, please", 405)
    return choose


def never(handler, body):
    """Holds the line, and says nothing."""
    handler.on_silent([], "", body)


def drips(data):
    """Byte for byte, and never the last one."""
    def act(handler, body):
        handler.begin(("Content-Length", str(len(data))))
        for i in range(len(data) - 1):
            handler.wfile.write(data[i:i + 1])
            if handler.server.closing.wait(server.STEP):
                return
        handler.server.closing.wait(60)
    return act


def floods(data):
    """A good answer, and a hundred megabytes behind it."""
    def act(handler, body):
        handler.begin(("Content-Length", str(len(data) + HUGE)))
        handler.wfile.write(data)
        for _ in range(HUGE // 65536):
            handler.wfile.write(bytes(65536))
    return act
