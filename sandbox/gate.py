"""What every request to the API passes before its route: the URL's length, the key, the pace, a fault on demand."""

from __future__ import annotations

import asyncio
import hmac
from dataclasses import dataclass

from starlette.requests import ClientDisconnect, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .calls import DROPPED, Call, Tally, call_of
from .faults import Fault, Faults
from .pace import Pace
from .refusals import Refusal

LONGEST_URL = 8000
CONNECTION = "sandbox.connection"


@dataclass(frozen=True)
class Keys:
    """The API keys that are accepted."""

    full: str
    readonly: str | None = None

    def check(self, headers: dict[bytes, bytes], *, writes: bool) -> None:
        """Refuses a missing or wrong key with 401, a write with the read-only key with 403 (Requests: bad key)."""
        given = headers.get(b"authorization", b"")
        if hmac.compare_digest(given, self.full.encode()):
            return
        if self.readonly is None or not hmac.compare_digest(given, self.readonly.encode()):
            advice = "send it bare, without Bearer" if given.lower().startswith(b"bearer ") else "check it"
            raise Refusal(401, f"the header Authorization does not hold a valid API key; {advice}")
        if writes:
            raise Refusal(403, "this API key may only read; use one that may write")


@dataclass
class Gate:
    """Stands before the API: counts each request, and lets those through to `app` that nothing speaks against."""

    app: ASGIApp
    keys: Keys
    pace: Pace
    faults: Faults
    tally: Tally

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """An ASGI application."""
        headers = dict(scope["headers"])
        call = call_of(scope, headers)

        async def counted(message: Message) -> None:
            if message["type"] == "http.response.start":
                self.tally.add(call, message["status"])
            await send(message)

        try:
            _check_length(scope, headers)
            self.keys.check(headers, writes=call.writes)
            self.pace.admit()
        except Refusal as refusal:
            await refusal.response()(scope, receive, counted)
            return
        if self.faults:
            try:
                body = await Request(scope, receive).body()
            except ClientDisconnect:  # in the middle of it; nobody is there to be answered
                return
            receive = _again(body, receive)
            fault = self.faults.pick(call, scope["path"], body)
            if fault is not None:
                await self._fail(fault, call, scope, receive, counted)
                return
        await self.app(scope, receive, counted)

    async def _fail(self, fault: Fault, call: Call, scope: Scope, receive: Receive, send: Send) -> None:
        await asyncio.sleep(fault.delay_ms / 1000)
        if fault.drop is not None:
            if fault.drop == "after":
                await self.app(scope, receive, _unheard)
            self.tally.add(call, DROPPED)
            await _hang_up(scope, receive)
        elif fault.status is not None:
            await fault.refusal(fault.status).response()(scope, receive, send)
        else:
            await self.app(scope, receive, send)


def _check_length(scope: Scope, headers: dict[bytes, bytes]) -> None:
    host = headers.get(b"host", b"")
    if len("http://") + len(host) + len(scope["raw_path"]) + len("?") + len(scope["query_string"]) > LONGEST_URL:
        raise Refusal(
            414,
            f"the URL is over {LONGEST_URL} characters; POST the search with X-HTTP-Method-Override: GET instead",
        )


def _again(body: bytes, receive: Receive) -> Receive:
    """A body that was read already, to be received once more, and then what else comes."""
    messages: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive_again() -> Message:
        return messages.pop() if messages else await receive()

    return receive_again


async def _unheard(_message: Message) -> None:
    """Sends nothing."""


async def _hang_up(scope: Scope, receive: Receive) -> None:
    """Closes the connection without a word; returns when it is closed, so that the server does not answer itself."""
    scope[CONNECTION].abort()
    while (await receive())["type"] != "http.disconnect":
        pass
