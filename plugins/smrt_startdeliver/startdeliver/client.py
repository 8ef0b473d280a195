"""HTTP to Startdeliver: one session, kept alive; waiting and trying again; every failure told apart.

Knows methods, status codes and headers; what requests and answers mean is in `wire`.
"""

from __future__ import annotations

import threading
from collections import Counter
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Literal

import requests
import urllib3
from requests.adapters import HTTPAdapter
from tenacity import RetryCallState, Retrying, retry_if_exception_type, stop_after_attempt, wait_random_exponential

from smrt_startdeliver import __version__
from smrt_startdeliver.startdeliver import wire
from smrt_startdeliver.startdeliver.errors import Gone, KeyRefused, OutcomeUnknown, Refused, Unreachable
from smrt_startdeliver.startdeliver.pace import Pace

Purpose = Literal["check", "lookup", "write"]
"""What a request is for, as runs count them."""

TRIES = 6
_WORTH_RETRYING = frozenset({408, 423, 425})
_NOT_IMPLEMENTED = 501
_DEFAULT_RETRY_AFTER_SECONDS = 30.0  # what an integrator's public script waits after a 429
_LONGEST_WAIT_SECONDS = 3600.0  # whoever asks for more has another clock, or none


class _TryAgain(Exception):
    """One try failed in a way that another may not."""

    def __init__(self, why: str, *, wait: float | None = None) -> None:
        super().__init__(why)
        self.why = why
        self.wait = wait


class _BareKey(requests.auth.AuthBase):
    """`Authorization: <key>`, without `Bearer`. Being an `auth`, it keeps a .netrc from putting its own in place."""

    def __init__(self, key: str) -> None:
        if not (key.isascii() and key.isprintable()):  # it would be refused later, in a message that shows the key
            raise KeyRefused(
                "the API key has characters that no key has, as the end of a line: copy it anew into the password of "
                "connection 'startdeliver'"
            )
        self._key = key

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = self._key
        return request


class Client:
    """Carries JSON to Startdeliver and back. Threads may share one.

    `requests_made` counts by purpose, and `429` and `retry` beside them; it is what a run reports. Raises KeyRefused
    where the key is none that can be sent.
    """

    def __init__(
        self, base_url: str, api_key: str, *, pace: Pace | None = None, max_in_flight: int = 8, tries: int = TRIES
    ) -> None:
        self.base_url = base_url
        self.requests_made: Counter[str] = Counter()
        self._pace = pace or Pace()
        self._tries = tries
        self._counting = threading.Lock()
        self._session = requests.Session()
        self._session.auth = _BareKey(api_key)
        self._session.headers["User-Agent"] = f"smrt-startdeliver/{__version__}"
        adapter = HTTPAdapter(pool_maxsize=max_in_flight, pool_connections=2)
        self._session.mount("https://", adapter)
        self._session.mount("http://", adapter)

    def get(self, path: str, *, purpose: Purpose) -> Any:
        """The answer to a GET, tried until it is answered."""
        return self._persist("GET", path, purpose=purpose)

    def search(self, entity: wire.Entity, query: wire.Json, *, purpose: Purpose) -> Any:
        """The answer to a search; one whose URL would be too long goes as an overridden POST."""
        path = wire.search_path(entity, query)
        if len(self.base_url) + len(path) <= wire.LONGEST_URL:
            return self.get(path, purpose=purpose)
        return self._persist("POST", entity, {"query": query}, purpose=purpose, headers=wire.OVERRIDE_HEADERS)

    def patch(self, path: str, body: wire.Json) -> Any:
        """The answer to a PATCH: saying the same twice changes nothing, so it is tried until it is answered."""
        return self._persist("PATCH", path, body, purpose="write")

    def post(self, path: str, body: wire.Json) -> Any:
        """The answer to a create. Raises OutcomeUnknown where it may have happened; only a refusal is tried again."""
        return self._persist("POST", path, body, purpose="write", repeatable=False)

    def _persist(
        self,
        method: str,
        path: str,
        body: wire.Json | None = None,
        *,
        purpose: Purpose,
        headers: dict[str, str] | None = None,
        repeatable: bool = True,
    ) -> Any:
        tries = Retrying(
            retry=retry_if_exception_type(_TryAgain),
            stop=stop_after_attempt(self._tries),
            wait=_wait,
            before_sleep=lambda _: self._count("retry"),
            reraise=True,
        )
        try:
            return tries(self._once, method, path, body, purpose, headers or {}, repeatable)
        except _TryAgain as last:
            raise Unreachable(
                f"Startdeliver at {self.base_url} did not answer {method} {path.partition('?')[0]} "
                f"in {self._tries} tries ({last.why}): check the host of connection 'startdeliver' and its network"
            ) from None

    def _once(
        self,
        method: str,
        path: str,
        body: wire.Json | None,
        purpose: Purpose,
        headers: dict[str, str],
        repeatable: bool,
    ) -> Any:
        data = None if body is None else wire.compact_json(body).encode()
        if data is not None:
            headers = {"Content-Type": "application/json", **headers}
        while True:
            self._pace.wait()
            self._count(purpose)
            try:
                response = self._session.request(
                    method,
                    self.base_url + path,
                    data=data,
                    headers=headers,
                    timeout=wire.CLIENT_TIMEOUT_SECONDS,
                    allow_redirects=False,
                )
            except requests.RequestException as error:
                if repeatable or _never_sent(error):
                    raise _TryAgain(type(error).__name__) from None
                raise OutcomeUnknown(f"the answer to {method} {path} was lost ({type(error).__name__})") from None
            if response.status_code != requests.codes.too_many_requests:
                self._pace.answered()
                return self._read(response, f"{method} {path.partition('?')[0]}", repeatable)
            # "Not now" is no failure and costs no try: the pace holds everybody, this request included.
            self._count("429")
            retry_after = _retry_after(response)
            self._pace.too_many(_DEFAULT_RETRY_AFTER_SECONDS if retry_after is None else retry_after)

    def _read(self, response: requests.Response, what: str, repeatable: bool) -> Any:
        status = response.status_code
        if status < requests.codes.multiple_choices:
            return self._json(response, what, repeatable)
        if status < requests.codes.bad_request:
            raise Unreachable(
                f"Startdeliver at {self.base_url} sends {what} elsewhere ({status}): put the address at which its API "
                "answers itself into the host of connection 'startdeliver'"
            )
        if status in (requests.codes.unauthorized, requests.codes.forbidden):
            raise KeyRefused(
                f"Startdeliver refuses the API key ({status} to {what}): put a key that is active and has admin "
                "permissions into the password of connection 'startdeliver'"
            )
        if status in _WORTH_RETRYING:
            raise _TryAgain(str(status), wait=_retry_after(response))
        if status >= requests.codes.server_error and status != _NOT_IMPLEMENTED:
            if repeatable:
                raise _TryAgain(str(status), wait=_retry_after(response))
            raise OutcomeUnknown(f"{what} was answered {status}")
        raise _refusal(response, what)

    def _json(self, response: requests.Response, what: str, repeatable: bool) -> Any:
        try:
            return response.json() if response.content else {}
        except requests.JSONDecodeError:
            if repeatable:
                raise _TryAgain("the answer is no JSON") from None
            raise OutcomeUnknown(f"the answer to {what} is no JSON") from None

    def _count(self, what: str) -> None:
        with self._counting:
            self.requests_made[what] += 1


def _refusal(response: requests.Response, what: str) -> Refused:
    try:
        field, message = wire.refusal(response.json())
    except requests.JSONDecodeError:
        field, message = None, response.reason or ""
    kind = Gone if response.status_code == requests.codes.not_found else Refused
    return kind(f"{response.status_code} to {what}: {message}", status=response.status_code, field=field)


def _never_sent(error: requests.RequestException) -> bool:
    """Whether the request surely did not reach the server: no connection was made."""
    cause = getattr(error.args[0], "reason", None) if error.args else None
    return isinstance(error, requests.ConnectTimeout) or isinstance(cause, urllib3.exceptions.NewConnectionError)


def _wait(state: RetryCallState) -> float:
    """Full jitter, or what the server asked for where it did."""
    error = state.outcome.exception() if state.outcome else None
    if isinstance(error, _TryAgain) and error.wait is not None:
        return error.wait
    return wait_random_exponential(multiplier=0.5, max=60)(state)


def _retry_after(response: requests.Response) -> float | None:
    """Seconds that `Retry-After` asks for, given as seconds or as a date; None where it says nothing readable."""
    value = response.headers.get("Retry-After", "").strip()
    try:
        seconds = float(value)
    except ValueError:
        try:
            seconds = (parsedate_to_datetime(value) - datetime.now(UTC)).total_seconds()
        except (ValueError, TypeError, OverflowError):
            return None
    return min(max(0.0, seconds), _LONGEST_WAIT_SECONDS)
