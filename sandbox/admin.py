"""The routes under /sandbox/: what a test or a demo sets and asks, with the same key. No part of Startdeliver."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from .calls import Tally
from .custom_fields import declare, declared
from .faults import Faults, read_rules
from .fields import ENTITIES, Schema
from .gate import Gate
from .pace import read_limit
from .payload import body_of
from .refusals import Refusal, answer_refusal
from .store import Store


class Admin:
    """Custom fields, the limit, faults, counts and the export of one sandbox."""

    def __init__(self, store: Store, schema: Schema, gate: Gate) -> None:
        self._store = store
        self._schema = schema
        self._gate = gate
        self._routes = Starlette(
            routes=[
                Route("/fields", self.fields, methods=["GET", "PUT"]),
                Route("/limit", self.limit, methods=["GET", "PUT"]),
                Route("/faults", self.faults, methods=["GET", "POST", "DELETE"]),
                Route("/requests", self.requests, methods=["GET", "DELETE"]),
                Route("/export", self.export),
            ],
            exception_handlers={Refusal: answer_refusal},
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """An ASGI application."""
        try:
            self._gate.keys.check(dict(scope["headers"]), writes=scope["method"] not in ("GET", "HEAD"))
        except Refusal as refusal:
            await refusal.response()(scope, receive, send)
            return
        await self._routes(scope, receive, send)

    async def fields(self, request: Request) -> Response:
        """GET: the custom fields declared. PUT: declares other ones in their place, `{entity: {alias: type}}`."""
        if request.method == "PUT":
            declare(self._store, self._schema, await body_of(request))
        return JSONResponse(declared(self._store))

    async def limit(self, request: Request) -> Response:
        """GET: the limit. PUT: another one, `{"rate": requests a second or null, "burst": at once}`."""
        if request.method == "PUT":
            self._gate.pace = read_limit(await body_of(request))
        return JSONResponse(self._gate.pace.limit())

    async def faults(self, request: Request) -> Response:
        """GET: the rules with their hits. POST: adds a list of rules (see `faults.Fault`). DELETE: clears all."""
        if request.method == "POST":
            self._gate.faults.add(read_rules(await body_of(request)))
        elif request.method == "DELETE":
            self._gate.faults = Faults()
        return JSONResponse(self._gate.faults.summary())

    async def requests(self, request: Request) -> Response:
        """GET: how many requests to the API there were since the start or since DELETE, by kind and status."""
        if request.method == "DELETE":
            self._gate.tally = Tally()
        return JSONResponse(self._gate.tally.summary())

    async def export(self, request: Request) -> Response:
        """All objects as JSON lines `{"entity": ..., "object": {...}}`, by id; `?entity=` gives one entity's."""
        wanted = request.query_params.get("entity")
        if wanted not in (None, *ENTITIES):
            raise Refusal(400, f"entity must be one of: {', '.join(ENTITIES)}", "entity")
        lines = [
            f'{{"entity":"{entity}","object":{text}}}\n'
            for entity in ENTITIES
            if wanted in (None, entity)
            for text in self._store.everything(entity)
        ]
        return PlainTextResponse("".join(lines), media_type="application/x-ndjson")
