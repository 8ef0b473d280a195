"""HTTP to Startdeliver: one session, kept alive; waiting and trying again; every failure told apart.

Knows methods and headers; what a status code means is in `answers`, what bodies mean in `wire`.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar, get_args

import requests
from requests.adapters import HTTPAdapter
from tenacity import RetryCallState, Retrying, retry_if_exception_type

from smrt_startdeliver import __version__
from smrt_startdeliver.startdeliver import wire
from smrt_startdeliver.startdeliver.answers import read_answer
from smrt_startdeliver.startdeliver.breaker import ServerBreaker
from smrt_startdeliver.startdeliver.errors import OutcomeUnknown, Refused, ServerFailed, Unreachable
from smrt_startdeliver.startdeliver.key import BareKey
from smrt_startdeliver.startdeliver.pace import Pace
from smrt_startdeliver.startdeliver.request import Purpose, Request
from smrt_startdeliver.startdeliver.retries import (
    LONGEST_WAIT_SECONDS,
    TryAgain,
    enough_after,
    kind_of,
    may_retry,
    never_sent,
    retry_after,
    seconds_to_wait,
    was_reached,
)

A = TypeVar("A")
TRIES = 6
_DEFAULT_RETRY_AFTER_SECONDS = 30.0  # what an integrator's public script waits after a 429


class Client:
    """Carries JSON to Startdeliver and back. Threads may share one.

    `requests_made` counts by purpose, and `429` and `retry` beside them; it is what a run reports. `requests_before`
    and `retries_before` are those that earlier tasks of the run made: how often may be tried again is a matter of the
    run. `timeout_seconds`: how long an answer is waited for; by default as long as runs do. Raises KeyRefused where
    the key is none that can be sent.
    """

    def __init__(
        self,
        base_url: str,
        api_key: str,
        *,
        pace: Pace | None = None,
        breaker: ServerBreaker | None = None,
        max_in_flight: int = 8,
        tries: int = TRIES,
        timeout_seconds: float | None = None,
        requests_before: int = 0,
        retries_before: int = 0,
    ) -> None:
        self.base_url = base_url
        self.requests_made: Counter[str] = Counter()
        self._requests_before = requests_before
        self._retries_before = retries_before
        self._pace = pace or Pace()
        self._breaker = breaker or ServerBreaker()
        self._tries = tries
        self._timeout_seconds = timeout_seconds
        self._counting = threading.Lock()
        self._session = requests.Session()
        self._session.auth = BareKey(api_key)
        self._session.headers["User-Agent"] = f"smrt-startdeliver/{__version__}"
        adapter = HTTPAdapter(pool_maxsize=max_in_flight, pool_connections=2)
        self._session.mount("https://", adapter)
        self._session.mount("http://", adapter)
        _ask_environment_once(self._session, base_url)
        self._bare = self._session.prepare_request(requests.Request("GET", base_url))
        self._in_flight = threading.BoundedSemaphore(max_in_flight)

    def quota_spent(self) -> bool:
        """Whether the day's requests are used up (`daily_quota`)."""
        return self._pace.quota_spent

    def get(self, path: str, *, purpose: Purpose) -> Any:
        """The answer to a GET, tried until it is answered."""
        return self._persist(Request("GET", path, purpose))

    def search(self, entity: wire.Entity, query: wire.Json, *, purpose: Purpose) -> Any:
        """The answer to a search; one whose URL would be too long goes as an overridden POST."""
        path = wire.search_path(entity, query)
        if len(self.base_url) + len(path) <= wire.LONGEST_URL:
            return self.get(path, purpose=purpose)
        return self._persist(Request("POST", entity, purpose, {"query": query}, wire.OVERRIDE_HEADERS))

    def patch(self, path: str, body: wire.Json, *, suspect: bool = False) -> Any:
        """The answer to a PATCH: saying the same twice changes nothing, so it is tried until it is answered.

        A `suspect` had its tries in an earlier run: it is sent once, and that it fails says nothing of the server.
        """
        return self._persist(Request("PATCH", path, "write", body, suspect=suspect))

    def delete(self, path: str, *, suspect: bool = False) -> Any:
        """The answer to a DELETE: twice is as once, so it is tried until it is answered. `suspect` as of `patch`."""
        return self._persist(Request("DELETE", path, "write", suspect=suspect))

    def post(self, path: str, body: wire.Json, *, suspect: bool = False) -> Any:
        """The answer to a create. Raises OutcomeUnknown where it may have happened; only "not now" is tried again."""
        return self._persist(Request("POST", path, "write", body, repeatable=False, suspect=suspect))

    def until_done(self, call: Callable[[], A], failure: type[Exception], *, suspect: bool = False) -> A:
        """What a function returns once it does not raise `failure`, waiting between; raises the last one.

        Raises Unreachable where the run has tried again too often.
        """
        try:
            return call()  # nearly always all there is to it, and counting tries would cost as much as the request
        except failure as error:
            first = iter([error])

        def next_try() -> A:
            for failed in first:
                raise failed
            return call()

        tries = Retrying(
            retry=retry_if_exception_type(failure),
            stop=enough_after(self._tries, suspect=suspect),
            wait=seconds_to_wait,
            before_sleep=self._count_retry,
            reraise=True,
        )
        return tries(next_try)

    def _persist(self, request: Request) -> Any:
        try:
            return self.until_done(partial(self._try, request), TryAgain, suspect=request.suspect)
        except TryAgain as last:
            if last.reached and request.purpose == "write":
                raise ServerFailed(f"Startdeliver failed at all tries of {request.name} (the last: {last})") from None
            raise Unreachable(
                f"Startdeliver at {self.base_url} did not answer {request.name} "
                f"in {self._tries} tries ({last}): check the host of connection 'startdeliver' and its network"
            ) from None

    def _try(self, request: Request) -> Any:
        """One try; the breaker learns how writes fare."""
        if request.purpose != "write":
            return self._once(request)
        try:
            answer = self._once(request)
        except (TryAgain, OutcomeUnknown) as failure:
            if not request.suspect:
                self._breaker.failed(f"{request.name}: {failure}")
            raise
        except Refused:
            self._breaker.answered()
            raise
        self._breaker.answered()
        return answer

    def _once(self, request: Request) -> Any:
        prepared = self._prepared(request)
        held = 0.0
        while held <= LONGEST_WAIT_SECONDS:
            self._pace.wait()
            self._count(request.purpose)
            try:
                with self._in_flight:
                    response = self._session.send(
                        prepared,
                        proxies=self._session.proxies,
                        timeout=self._timeout_seconds or wire.CLIENT_TIMEOUT_SECONDS,
                        allow_redirects=False,
                    )
            except requests.RequestException as error:
                if request.repeatable or never_sent(error):
                    raise TryAgain(kind_of(error), reached=was_reached(error)) from None
                raise OutcomeUnknown(f"the answer was lost ({type(error).__name__})") from None
            if response.status_code != requests.codes.too_many_requests:
                self._pace.answered()
                return read_answer(response, request, self.base_url)
            # "Not now" is no failure and costs no try: the pace holds everybody, this request included.
            self._count("429")
            asked = retry_after(response)
            hold = _DEFAULT_RETRY_AFTER_SECONDS if asked is None else asked
            self._pace.too_many(hold)
            held += max(hold, 1.0)
        raise Unreachable(
            f"Startdeliver told {request.name} to wait for more than an hour in all: see whether its limit is used "
            "up by others; the next run goes on from here"
        )

    def _prepared(self, request: Request) -> requests.PreparedRequest:
        """The request as it goes out: all but these few lines is the same in each, and costs more than all else."""
        prepared = self._bare.copy()
        prepared.method = request.method
        prepared.url = f"{prepared.url}{request.path}"
        if request.body is not None:
            prepared.headers["Content-Type"] = "application/json"
            prepared.body = wire.compact_json(request.body).encode()
        prepared.headers.update(request.headers)
        prepared.prepare_content_length(prepared.body)
        return prepared

    def _count(self, what: str) -> None:
        with self._counting:
            self.requests_made[what] += 1

    def _count_retry(self, state: RetryCallState) -> None:
        with self._counting:
            made = self._requests_before + sum(self.requests_made[purpose] for purpose in get_args(Purpose))
            retries = self._retries_before + self.requests_made["retry"]
            if may_retry(made, retries):
                self.requests_made["retry"] += 1
                return
        last = state.outcome.exception() if state.outcome else None
        raise Unreachable(
            f"Startdeliver at {self.base_url} fails too often: {retries} of the run's {made} requests were retries, "
            f"and the last failed too ({last}): see whether it is well; the next run goes on from here"
        )


def _ask_environment_once(session: requests.Session, url: str) -> None:
    """Take proxy and certificates from the environment, as `requests` does, but not anew with each request.

    All requests go to one host, and looking through all variables is much of what a request costs this side.
    """
    settings = session.merge_environment_settings(url, {}, None, None, None)
    session.proxies, session.verify = settings["proxies"], settings["verify"]
    session.trust_env = False
