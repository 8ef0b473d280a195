"""The routes under /api/v1/: thin, what they do is in `objects` and `searches`."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from .fields import ENTITIES, Schema
from .objects import Objects
from .payload import JsonText, object_of, parse
from .refusals import Refusal, answer_refusal
from .searches import Search, read_query, read_short_form
from .store import Store

OVERRIDE = "x-http-method-override"


class Api:
    """Startdeliver's API over a store."""

    def __init__(self, store: Store, schema: Schema) -> None:
        self._store = store
        self._schema = schema
        self._objects = Objects(store, schema)

    def app(self) -> Starlette:
        """The ASGI application; it answers every request, refusals and unknown paths included, with JSON."""
        return Starlette(
            routes=[
                Route("/me", self.me),
                Route("/{entity}", self.search, methods=["GET"]),
                Route("/{entity}", self.create, methods=["POST"]),
                Route("/{entity}/{id:int}", self.read, methods=["GET"]),
                Route("/{entity}/{id:int}", self.update, methods=["PATCH"]),
                Route("/{entity}/{id:int}", self.replace, methods=["PUT"]),
                Route("/{entity}/{id:int}", self.delete, methods=["DELETE"]),
            ],
            exception_handlers={
                Refusal: answer_refusal,
                HTTPException: _answer_unrouted,
                ClientDisconnect: _answer_nobody,
            },
        )

    async def me(self, _request: Request) -> Response:
        """Who am I: 200 for a valid key."""
        return JsonText('{"id":1,"name":"Sandbox"}')

    async def search(self, request: Request) -> Response:
        """The objects that a search finds, `{"result": [...]}`."""
        entity = _entity(request)
        parameters = request.query_params
        if "query" not in parameters:
            return self._found(read_short_form(self._schema, entity, parameters.multi_items()))
        if len(parameters.multi_items()) > 1:
            raise Refusal(400, "query= goes alone; put all of the search into it", "query")
        return self._found(read_query(self._schema, entity, parse(parameters["query"], "query")))

    async def create(self, request: Request) -> Response:
        """A new object; or, with the override header, a search too long for a URL."""
        entity = _entity(request)
        override = request.headers.get(OVERRIDE)
        given = await object_of(request)
        if override is None:
            return JsonText(self._objects.create(entity, given), 201)
        if override.upper() != "GET":
            raise Refusal(400, "X-HTTP-Method-Override can only be GET; for a write use its own method")
        if set(given) != {"query"}:
            raise Refusal(400, 'the body of a long search is {"query": {...}} and nothing else', "query")
        return self._found(read_query(self._schema, entity, given["query"]))

    async def read(self, request: Request) -> Response:
        """One object."""
        return JsonText(self._objects.read(_entity(request), request.path_params["id"]))

    async def update(self, request: Request) -> Response:
        """The object after the fields given were changed."""
        given = await object_of(request)
        return JsonText(self._objects.update(_entity(request), request.path_params["id"], given))

    async def replace(self, request: Request) -> Response:
        """The object after the fields given replaced all others."""
        given = await object_of(request)
        return JsonText(self._objects.replace(_entity(request), request.path_params["id"], given))

    async def delete(self, request: Request) -> Response:
        """Nothing, with 204."""
        self._objects.delete(_entity(request), request.path_params["id"])
        return Response(status_code=204)

    def _found(self, search: Search) -> Response:
        return JsonText('{"result":[' + ",".join(self._store.search(search)) + "]}")


def _entity(request: Request) -> str:
    entity: str = request.path_params["entity"]
    if entity not in ENTITIES:
        raise Refusal(404, f"there is no such entity; there are {', '.join(ENTITIES)}")
    return entity


async def _answer_unrouted(_request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - Starlette's signature says Exception  # nosec B101
    advice = {
        404: "no such path; there are me, <entity> and <entity>/<id>",
        405: "not with this method; <entity> takes GET and POST, <entity>/<id> takes GET, PATCH, PUT and DELETE",
    }
    return Refusal(error.status_code, advice.get(error.status_code, error.detail), headers=error.headers).response()


async def _answer_nobody(_request: Request, _error: Exception) -> Response:
    """The caller hung up before the request was whole: nothing was done, and nobody reads this."""
    return Response(status_code=400)
