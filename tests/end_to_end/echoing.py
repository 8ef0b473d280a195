"""A way to the sandbox that refuses what it is told to, quoting all of it, as careless servers do."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import requests

from sandbox.testing import Sandbox


@contextmanager
def echoing(sandbox: Sandbox, refused: str) -> Iterator[str]:
    """The base URL of a server that refuses each body that holds the text `refused`, and passes the rest on."""

    class Handler(BaseHTTPRequestHandler):
        def pass_on(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            if refused.encode() in body:
                said = {"error": {"field": "name", "message": f"cannot take {body.decode()}"}}
                status, content = 400, json.dumps(said).encode()
            else:
                answer = requests.request(
                    self.command, sandbox.root + self.path, data=body, headers=dict(self.headers), timeout=30
                )
                status, content = answer.status_code, answer.content
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_PATCH = pass_on  # noqa: N815 - http.server's names

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/api/v1/"
        finally:
            server.shutdown()
            thread.join()
