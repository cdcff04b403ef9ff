# SPDX-License-Identifier: MPL-2.0
"""A client of Marionette, by which Mozilla's programs are driven; Python's
standard library alone. Scripts run in the program's own windows."""

import base64
import json
import socket
import time


class ScriptError(Exception):
    """What a script, or Marionette itself, answered as an error."""


class Marionette:
    def __init__(self, port, alive, patience=90):
        self._socket = None
        self._buffer = b""
        self._id = 0
        end = time.monotonic() + patience
        while self._socket is None:
            try:
                self._socket = socket.create_connection(
                    ("127.0.0.1", port), timeout=5)
            except OSError:
                if not alive() or time.monotonic() > end:
                    raise
                time.sleep(0.1)
        self._socket.settimeout(180)
        self._receive()
        self.command("WebDriver:NewSession", {"capabilities": {}})
        self.command("Marionette:SetContext", {"value": "chrome"})
        self.command("WebDriver:SetTimeouts", {"script": 120000})

    def close(self):
        self._socket.close()

    def _receive(self):
        while True:
            size, colon, rest = self._buffer.partition(b":")
            if colon and len(rest) >= int(size):
                self._buffer = rest[int(size):]
                return json.loads(rest[:int(size)])
            more = self._socket.recv(65536)
            if not more:
                raise ConnectionError("the program closed the connection")
            self._buffer += more

    def command(self, name, params):
        self._id += 1
        text = json.dumps([0, self._id, name, params]).encode()
        self._socket.sendall(b"%d:%s" % (len(text), text))
        while True:
            kind, number, error, result = self._receive()
            if kind == 1 and number == self._id:
                break
        if error:
            raise ScriptError("%s: %s" % (error.get("error"),
                                          error.get("message")))
        if isinstance(result, dict) and "value" in result:
            return result["value"]
        return result

    def run(self, script, *args):
        """The value of an async script; `args` are its `args`."""
        return self.command("WebDriver:ExecuteAsyncScript", {
            "script": """
                const args = [...arguments];
                const done = args.pop();
                (async () => { %s })().then(
                    value => done({ value: value ?? null }),
                    error => done({ error: `${error}\\n${error?.stack}` }));
            """ % script, "args": list(args), "newSandbox": False,
            "sandbox": "system"})

    def evaluate(self, script, *args):
        result = self.run(script, *args)
        if "error" in result:
            raise ScriptError(result["error"])
        return result["value"]

    def install(self, path):
        """Installs an add-on as if from a file, until the program ends."""
        return self.command("Addon:Install", {"path": path,
                                              "temporary": True})

    def windows(self):
        return self.command("WebDriver:GetWindowHandles", {})

    def screenshot(self, path):
        """Of the window at hand."""
        data = self.command("WebDriver:TakeScreenshot", {
            "full": False, "hash": False, "scroll": False})
        with open(path, "wb") as file:
            file.write(base64.b64decode(data))
