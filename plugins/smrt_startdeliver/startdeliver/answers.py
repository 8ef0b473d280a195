"""What an answer of Startdeliver's means: what it says, or why it says nothing."""

from __future__ import annotations

from typing import Any

import requests

from smrt_startdeliver.startdeliver import wire
from smrt_startdeliver.startdeliver.errors import Gone, KeyRefused, OutcomeUnknown, Refused, Unreachable
from smrt_startdeliver.startdeliver.request import Request
from smrt_startdeliver.startdeliver.retries import TryAgain, retry_after

_WORTH_RETRYING = frozenset({408, 423, 425})
_NOT_IMPLEMENTED = 501


def read_answer(response: requests.Response, request: Request, base_url: str) -> Any:
    """The JSON of an answer other than "not now" (429); {} where it has none.

    Raises TryAgain where another try may do, OutcomeUnknown where the request may have been done and is not to be
    repeated; else Refused or Gone, KeyRefused, or Unreachable where the host is not Startdeliver's.
    """
    status = response.status_code
    if status < requests.codes.multiple_choices:
        return _json(response, request)
    if status < requests.codes.bad_request:
        raise Unreachable(
            f"Startdeliver at {base_url} sends {request.name} elsewhere ({status}): put the address at which "
            "its API answers itself into the host of connection 'startdeliver'"
        )
    if status in (requests.codes.unauthorized, requests.codes.forbidden):
        raise KeyRefused(
            f"Startdeliver refuses the API key ({status} to {request.name}): put a key that is active and has "
            "admin permissions into the password of connection 'startdeliver'"
        )
    if status in _WORTH_RETRYING:
        raise TryAgain(str(status), retry_after=retry_after(response))
    if status >= requests.codes.server_error and status != _NOT_IMPLEMENTED:
        if request.repeatable:
            raise TryAgain(str(status), retry_after=retry_after(response))
        raise OutcomeUnknown(f"it was answered {status}", retry_after=retry_after(response))
    raise _refusal(response, request)


def _json(response: requests.Response, request: Request) -> Any:
    try:
        return response.json() if response.content else {}
    except requests.JSONDecodeError:
        if request.repeatable:
            raise TryAgain("the answer is no JSON") from None
        raise OutcomeUnknown("the answer is no JSON") from None


def _refusal(response: requests.Response, request: Request) -> Refused:
    try:
        alias, message = wire.refusal(response.json())
    except requests.JSONDecodeError:
        alias, message = None, response.reason or ""
    kind = Gone if response.status_code == requests.codes.not_found else Refused
    said = f"{response.status_code} to {request.name}: {message}"
    return kind(said, status=response.status_code, field=alias)
