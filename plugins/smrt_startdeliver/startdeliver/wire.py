"""Every assumption about Startdeliver's API, in one place: how our records become requests, and answers our records.

Source: startdeliver-api.md. What that page marks as assumed (A) is assumed here and nowhere else, so that one edit
follows a correction. Pure: no network.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Literal
from urllib.parse import quote

from smrt_startdeliver.startdeliver.errors import StartdeliverError

API_PATH = "/api/v1/"
PAGE_SIZE = 500
LONGEST_URL = 7_500
CLIENT_TIMEOUT_SECONDS = 120
OVERRIDE_HEADERS = {"X-HTTP-Method-Override": "GET"}

Entity = Literal["customer", "user", "usage"]
FieldType = Literal["text", "number", "date", "boolean"]
Json = dict[str, Any]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LONGEST_MESSAGE = 300
_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def base_url(host: str, scheme: str | None = None, port: int | None = None) -> str:
    """The base URL that a connection's host means, ending in a slash; without a path it gets `/api/v1/`."""
    host = host.strip()
    url = host if "://" in host else f"{scheme or 'https'}://{host}"
    start, _, path = url.partition("://")[2].partition("/")
    if port and ":" not in start.rpartition("]")[2]:
        start = f"{start}:{port}"
    return f"{url.partition('://')[0]}://{start}/{path.strip('/') or API_PATH.strip('/')}/"


def search_query(filters: Mapping[str, Any], *, limit: int = PAGE_SIZE, offset: int = 0) -> Json:
    """A search: a filter value is a scalar, a list (any of), or an object of gt gte lt lte eq ne."""
    return {"filter": dict(filters), "limit": limit, "offset": offset}


def search_path(entity: Entity, query: Json) -> str:
    """The path of a search in its short form; longer than `LONGEST_URL` with the base, it must go as a POST."""
    return f"{entity}?query={quote(compact_json(query), safe='')}"


def compact_json(value: Any) -> str:
    """JSON without spaces, as it is sent and counted."""
    return _ENCODER.encode(value)


def found(answer: Any) -> list[Json]:
    """The objects of a search's answer. Raises StartdeliverError where it is none."""
    objects = answer.get("result") if isinstance(answer, dict) else None
    if not isinstance(objects, list):
        raise StartdeliverError(
            "Startdeliver answered a search without a list of results: see that the host of connection "
            "'startdeliver' is that of its API"
        )
    return objects


def key_owner(answer: Any) -> str:
    """Whom a key belongs to, as the answer to `me` tells it."""
    told = [answer.get(key) for key in ("name", "email", "id")] if isinstance(answer, dict) else []
    return next((_one_line(value) for value in told if value), "somebody of whom it tells nothing")


def created_id(answer: Any) -> int:
    """The id of a created object, at the top level or under `result`. Raises ValueError where there is none."""
    try:
        created = answer["result"] if isinstance(answer.get("result"), dict) else answer
        return int(created["id"])
    except (AttributeError, KeyError, TypeError):
        raise ValueError("a created object has an id") from None


def refusal(answer: Any) -> tuple[str | None, str]:
    """The field that a 400 names, and what it says of it; any body is read, none is trusted to be well-formed."""
    if not isinstance(answer, dict):
        return None, _one_line(answer)
    error = answer.get("error", answer)
    if isinstance(error, dict):
        field, message = error.get("field"), error.get("message") or error.get("error") or error
    else:
        field, message = answer.get("field"), answer.get("message") or error
    return (_one_line(field) if field else None), _one_line(message)


def _one_line(said: Any) -> str:
    """What a server said, as text that any log and database takes: cut, in one line, of characters that can be seen."""
    text = said if isinstance(said, str) else json.dumps(said, ensure_ascii=False)
    return "".join(character if character.isprintable() else " " for character in text[:_LONGEST_MESSAGE])


def json_value(text: str | None, field_type: FieldType) -> Any:
    """A value of our frames (canonical text, None for null) as the JSON value of its type."""
    if text is None:
        return None
    if field_type == "number":
        return json.loads(text)
    if field_type == "boolean":
        return text == "true"
    return text


def update_body(object_id: int, fields: Json) -> Json:
    """A PATCH's body: the fields that change; the path's id is repeated, as Startdeliver's own client does."""
    return {"id": object_id, **fields}


def usage_body(event: Mapping[str, Any], match_field: str, match_value: Any, properties: Json) -> Json:
    """An event as a `usage` (settings.md, What is sent as an event). `event` has id, name, type and time."""
    return {
        "userId": match_value,
        "usageType": event["name"],
        "startdeliverUserFieldToMatchOn": match_field,
        "timestamp": milliseconds(event["time"]),
        "type": event["type"],
        "properties": properties,
        "messageId": event["id"],
    }


def usage_by_message(message_ids: Sequence[str]) -> Json:
    """The filter that finds the usages with these message ids."""
    return {"messageId": list(message_ids)}


def message_id(usage: Json) -> str:
    """The message id of a usage found."""
    return str(usage["messageId"])


def field_probe(fields: Mapping[str, FieldType]) -> Json:
    """A filter that names each alias with a value of its type: an alias that does not exist makes it a 400."""
    probes: dict[FieldType, Any] = {"text": "-", "number": 0, "date": "1970-01-01", "boolean": False}
    return {alias: probes[field_type] for alias, field_type in fields.items()}


def milliseconds(time: datetime) -> int:
    """Milliseconds since 1970, truncated."""
    return (time - _EPOCH) // timedelta(milliseconds=1)
