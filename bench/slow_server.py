"""`python -m bench.slow_server`: a Startdeliver that knows nobody, and takes 50 ms for each answer.

Says its port, then serves until its input ends. `GET /told` tells what it got since it was asked last: over how many
connections, and the bodies of the writes.
"""

from __future__ import annotations

import asyncio
import json
import sys
import threading
from itertools import count
from typing import Any

import uvicorn

SECONDS_AN_ANSWER = 0.05
_NOBODY = {"id": 1, "name": "nobody", "result": []}


class _Server:
    def __init__(self) -> None:
        self._ids = count(1)
        self._forget()

    def _forget(self) -> None:
        self._bodies: list[bytes] = []
        self._connections: set[Any] = set()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["path"] == "/told":
            told = {"connections": len(self._connections), "bodies": [json.loads(body) for body in self._bodies]}
            await self._answer(send, told)
            self._forget()
            return
        body = b""
        while True:
            message = await receive()
            body += message.get("body", b"")
            if not message.get("more_body"):
                break
        await asyncio.sleep(SECONDS_AN_ANSWER)
        searches = scope["method"] == "GET" or any(name == b"x-http-method-override" for name, _ in scope["headers"])
        if not searches:
            self._bodies.append(body)
            self._connections.add(scope["client"])
        await self._answer(send, _NOBODY if searches else {"id": next(self._ids)})

    async def _answer(self, send: Any, answer: dict[str, Any]) -> None:
        body = json.dumps(answer).encode()
        headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})


def main() -> None:
    """Serve."""
    config = uvicorn.Config(_Server(), port=0, log_level="error", lifespan="off", timeout_keep_alive=600)
    socket = config.bind_socket()
    server = uvicorn.Server(config)

    def end_with_input() -> None:
        sys.stdin.read()
        server.should_exit = True

    threading.Thread(target=end_with_input, daemon=True).start()
    sys.stdout.write(f"{socket.getsockname()[1]}\n")
    sys.stdout.flush()
    server.run([socket])


if __name__ == "__main__":
    main()
