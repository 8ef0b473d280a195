"""What notifiers talk to: a mail server and a web server on this machine, which keep what they are sent."""

from __future__ import annotations

import json
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@contextmanager
def serving(server: socketserver.TCPServer) -> Iterator[int]:
    """A server at work; its port."""
    with server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            thread.join()


def web_server(received: list[tuple[str, Any]], status: int = 200) -> ThreadingHTTPServer:
    """Keeps the path and the JSON of each POST."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            received.append((self.path, json.loads(self.rfile.read(int(self.headers["Content-Length"])))))
            self.send_response(status)
            self.end_headers()
            self.wfile.write(b"ok")

        def log_message(self, *_: Any) -> None:
            pass

    return ThreadingHTTPServer(("127.0.0.1", 0), Handler)


def mail_server(received: list[EmailMessage]) -> socketserver.ThreadingTCPServer:
    """Takes every mail: as much of SMTP (RFC 5321) as a client needs that neither encrypts nor logs in."""

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.say("220 tests")
            while line := self.rfile.readline():
                match line.strip().upper().split(b" ")[0]:
                    case b"DATA":
                        self.say("354 go on")
                        lines = iter(self.rfile.readline, b".\r\n")
                        received.append(message_from_bytes(b"".join(lines), policy=policy.default))
                        self.say("250 taken")
                    case b"QUIT":
                        self.say("221 bye")
                        return
                    case _:
                        self.say("250 fine")

        def say(self, line: str) -> None:
            self.wfile.write(f"{line}\r\n".encode())

    return socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
