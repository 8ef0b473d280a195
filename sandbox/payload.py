"""JSON in and out, stricter than Python's: no NaN or infinity, no broken text, an object at the top."""

from __future__ import annotations

import json
import math
from typing import Any, NoReturn

from starlette.requests import Request
from starlette.responses import Response

from .refusals import Refusal


class JsonText(Response):
    """An answer whose body is JSON text already: what the file holds goes out without being read and written anew."""

    media_type = "application/json"


def _finite(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise ValueError(digits)
    return number


def _not_json(constant: str) -> NoReturn:
    raise ValueError(constant)


_DECODER = json.JSONDecoder(parse_float=_finite, parse_constant=_not_json)
to_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode  # compact text of what `parse` gave


def parse(source: str | bytes, what: str) -> Any:
    """The value of JSON text; `what` names it in the refusal (400)."""
    try:
        text = source if isinstance(source, str) else source.decode()
        value = _DECODER.decode(text)
        if "\\u" in text:
            to_json(value).encode()  # half of a surrogate pair can only have been escaped, and has no UTF-8
    except (ValueError, RecursionError) as error:
        raise Refusal(400, f"{what} is not JSON that can be read ({type(error).__name__}); send valid JSON") from None
    return value


async def body_of(request: Request) -> Any:
    """The request's JSON body; without `Content-Type: application/json` 415 (Requests: body)."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise Refusal(415, "send the body as JSON with the header Content-Type: application/json")
    return parse(await request.body(), "the body")


async def object_of(request: Request) -> dict[str, Any]:
    """As `body_of`, and it must be an object."""
    value = await body_of(request)
    if not isinstance(value, dict):
        raise Refusal(400, "the body must be one JSON object; there is no batch write: send one object a request")
    return value
