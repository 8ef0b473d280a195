"""The whole sandbox as one ASGI application: the API behind its gate, the routes under /sandbox/, the pages."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.routing import Mount

from .admin import Admin
from .api import Api
from .browse import Browse
from .calls import Tally
from .faults import Faults
from .fields import Schema
from .gate import Gate, Keys
from .pace import Pace
from .pages import Pages
from .store import Store

API_ROOT = "/api/v1"


def build_app(store: Store, schema: Schema, keys: Keys, pace: Pace) -> Starlette:
    """The application over a store; it closes the store when the server stops."""
    gate = Gate(Api(store, schema).app(), keys, pace, Faults(), Tally())

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        yield
        store.close()

    return Starlette(
        routes=[
            Mount(API_ROOT, gate),
            Mount("/sandbox", Admin(store, schema, gate)),
            *Pages(Browse(store.db), gate).routes(),
        ],
        lifespan=lifespan,
    )
