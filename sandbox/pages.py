"""The pages on which a person sees what is there: HTML without scripts, everything escaped by the templates."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Route

from .browse import Browse, Object
from .fields import SERVER_OWNED
from .gate import Gate

_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
_NEWEST = 8
_LONGEST_PAGE_NUMBER = 9  # digits


class Pages:
    """Overview, lists, and a page for each customer and user."""

    def __init__(self, browse: Browse, gate: Gate) -> None:
        self._browse = browse
        self._gate = gate
        folder = Path(__file__).parent / "templates"
        self._templates = Environment(
            loader=FileSystemLoader(folder), autoescape=True, undefined=StrictUndefined, trim_blocks=True
        )
        self._templates.filters |= {
            "title": title,
            "shown": shown,
            "short_time": short_time,
            "moment": moment,
            "clock": clock,
        }

    def routes(self) -> list[BaseRoute]:
        """The routes from the root on."""
        return [
            Route("/", self.overview),
            Route("/customers", self.customers),
            Route("/customers/{id:int}", self.customer),
            Route("/users", self.users),
            Route("/users/{id:int}", self.user),
        ]

    async def overview(self, _request: Request) -> Response:
        """Counts, the newest of each entity, and the requests so far."""
        return self._page(
            "overview.html",
            counts=self._browse.counts(),
            customers=self._browse.newest("customer", _NEWEST),
            users=self._browse.newest("user", _NEWEST),
            usage=[
                (event, self._browse.one("user", event["owner"])) for event in self._browse.newest("usage", _NEWEST)
            ],
            requests=self._gate.tally.summary(),
        )

    async def customers(self, request: Request) -> Response:
        """The customers, with search."""
        return self._list("customer", request)

    async def users(self, request: Request) -> Response:
        """The users, with search."""
        return self._list("user", request)

    async def customer(self, request: Request) -> Response:
        """A customer's fields and users."""
        customer = self._browse.one("customer", request.path_params["id"])
        if customer is None:
            return self._missing("customer")
        page = self._browse.users_of(customer["id"], _page_number(request))
        return self._page("customer.html", customer=customer, fields=fields_of(customer), page=page, words="")

    async def user(self, request: Request) -> Response:
        """A user's fields and timeline."""
        user = self._browse.one("user", request.path_params["id"])
        if user is None:
            return self._missing("user")
        page = self._browse.timeline(user["id"], _page_number(request))
        days = [
            (day, list(events)) for day, events in groupby(page.objects, key=lambda event: _day(event["timestamp"]))
        ]
        customer = self._browse.one("customer", user["owner"]) if user["owner"] is not None else None
        return self._page(
            "user.html", user=user, fields=fields_of(user), customer=customer, page=page, days=days, words=""
        )

    def _list(self, entity: str, request: Request) -> Response:
        words = request.query_params.get("q", "").strip()
        page = self._browse.matching(entity, words, _page_number(request))
        return self._page("list.html", entity=entity, words=words, page=page)

    def _missing(self, entity: str) -> Response:
        return self._page("missing.html", 404, entity=entity)

    def _page(self, template: str, status: int = 200, **values: Any) -> Response:
        html = self._templates.get_template(template).render(values)
        return HTMLResponse(html.encode(errors="replace"), status, _HEADERS)


def title(thing: Mapping[str, Any]) -> str:
    """What a person would call a customer or user: name, else email, else the first custom field, else the id."""
    custom = (str(value) for alias, value in thing.items() if alias.startswith("customfield"))
    named = (str(thing[alias]) for alias in ("name", "email") if thing.get(alias))
    return next(named, None) or next(custom, None) or f"#{thing['id']}"


def shown(value: Any) -> str:
    """A value as text: lists and objects as JSON, true and false as yes and no."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def short_time(iso: str) -> str:
    """`2025-01-31T08:00:00.000Z` as `2025-01-31 08:00`."""
    return iso[:16].replace("T", " ")


def moment(milliseconds: int) -> str:
    """Day and time in UTC of ms since 1970, as `2025-01-31 08:00`."""
    return _time(milliseconds).strftime("%Y-%m-%d %H:%M")


def clock(milliseconds: int) -> str:
    """The time of day in UTC of ms since 1970."""
    return _time(milliseconds).strftime("%H:%M:%S")


def fields_of(thing: Object) -> dict[str, Any]:
    """An object's own fields, without the server's."""
    return {alias: value for alias, value in thing.items() if alias not in (*SERVER_OWNED, "owner")}


def _day(milliseconds: int) -> str:
    return _time(milliseconds).strftime("%A, %-d %B %Y")


def _time(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


def _page_number(request: Request) -> int:
    text = request.query_params.get("page", "")
    return max(1, int(text)) if text.isdecimal() and len(text) <= _LONGEST_PAGE_NUMBER else 1
