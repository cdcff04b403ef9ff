# SPDX-License-Identifier: MPL-2.0
"""An SMTP server on the loopback that keeps what it gets: (sender,
recipients, bytes). `refuse` are addresses that it does not take."""

import queue
import socketserver
import threading


class _Session(socketserver.StreamRequestHandler):
    def say(self, text):
        self.wfile.write(text.encode() + b"\r\n")

    def data(self):
        lines = []
        while True:
            line = self.rfile.readline()
            if line in (b".\r\n", b""):
                return b"".join(lines)
            lines.append(line[1:] if line.startswith(b".") else line)

    def handle(self):
        sender, recipients = "", []
        self.say("220 localhost ESMTP")
        while True:
            line = self.rfile.readline()
            if not line:
                return
            verb, _, rest = line.decode().strip().partition(" ")
            verb = verb.upper()
            address = rest[rest.find("<") + 1:rest.rfind(">")]
            if verb == "EHLO":
                self.say("250-localhost")
                self.say("250-8BITMIME")
                self.say("250 SIZE 100000000")
            elif verb == "MAIL":
                sender, recipients = address, []
                self.say("250 OK")
            elif verb == "RCPT" and address in self.server.refuse:
                self.say("550 No such user")
            elif verb == "RCPT":
                recipients.append(address)
                self.say("250 OK")
            elif verb == "DATA":
                self.say("354 Go on")
                self.server.mails.put((sender, recipients, self.data()))
                self.say("250 OK")
            elif verb == "QUIT":
                self.say("221 Bye")
                return
            else:
                self.say("250 OK")


class Smtp(socketserver.ThreadingTCPServer):
    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Session)
        self.port = self.server_address[1]
        self.mails = queue.Queue()
        self.refuse = set()
        self._thread = threading.Thread(target=self.serve_forever,
                                        daemon=True)
        self._thread.start()

    def next(self, timeout=60):
        """The next mail; waits for it."""
        return self.mails.get(timeout=timeout)

    def nothing(self):
        return self.mails.empty()

    def stop(self):
        self.shutdown()
        self.server_close()
        self._thread.join()
