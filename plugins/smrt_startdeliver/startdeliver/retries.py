"""Trying again: when, how long to wait before it, and how often a run may."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import requests
import urllib3
from tenacity import RetryCallState, wait_random_exponential

from smrt_startdeliver.startdeliver.errors import OutcomeUnknown

LONGEST_WAIT_SECONDS = 3600.0
"""Whoever asks for more has another clock, or none."""

_RETRIES_ALWAYS = 100
_RETRIES_SHARE = 0.2
"""Of a run's requests so many may be retries, or this share, whichever is more: past it they only add to the load."""

_LOST = (urllib3.exceptions.ProtocolError, urllib3.exceptions.ReadTimeoutError)
_FULL_JITTER = wait_random_exponential(multiplier=0.5, max=60)


class TryAgain(Exception):
    """One try failed in a way that another may not; `reached`: the server had it, and did not answer well."""

    def __init__(self, why: str, *, reached: bool = True, retry_after: float | None = None) -> None:
        super().__init__(why)
        self.reached = reached
        self.retry_after = retry_after


def may_retry(requests_made: int, retries: int) -> bool:
    """Whether a run that made so many requests and retries may retry once more."""
    return retries < max(_RETRIES_ALWAYS, _RETRIES_SHARE * requests_made)


def enough_after(tries: int, *, suspect: bool) -> Callable[[RetryCallState], bool]:
    """Says after each try whether it was the last: a suspect had its tries in an earlier run, and is sent once."""

    def is_enough(state: RetryCallState) -> bool:
        error = state.outcome.exception() if state.outcome else None
        nobody_there = isinstance(error, TryAgain) and not error.reached
        return (suspect and not nobody_there) or state.attempt_number >= tries

    return is_enough


def seconds_to_wait(state: RetryCallState) -> float:
    """Full jitter, or what the server asked for where it did."""
    error = state.outcome.exception() if state.outcome else None
    if isinstance(error, TryAgain | OutcomeUnknown) and error.retry_after is not None:
        return error.retry_after
    return _FULL_JITTER(state)


def retry_after(response: requests.Response) -> float | None:
    """Seconds that `Retry-After` asks for, given as seconds or as a date; None where it says nothing readable."""
    value = response.headers.get("Retry-After", "").strip()
    try:
        seconds = float(value)
    except ValueError:
        try:
            seconds = (parsedate_to_datetime(value) - datetime.now(UTC)).total_seconds()
        except (ValueError, TypeError, OverflowError):
            return None
    return min(max(0.0, seconds), LONGEST_WAIT_SECONDS)


def never_sent(error: requests.RequestException) -> bool:
    """Whether the request surely did not reach the server: no connection was made."""
    cause = getattr(_cause(error), "reason", None)
    return isinstance(error, requests.ConnectTimeout) or isinstance(cause, urllib3.exceptions.NewConnectionError)


def was_reached(error: requests.RequestException) -> bool:
    """Whether a connection was made, and the server said nothing on it, or hung up."""
    answering = isinstance(error, requests.ReadTimeout | requests.exceptions.ChunkedEncodingError)
    return answering or isinstance(_cause(error), _LOST)


def kind_of(error: requests.RequestException) -> str:
    """What kind of failure it was. All else that the error says may hold a URL, and so a match value."""
    inner = getattr(getattr(_cause(error), "reason", None), "args", None)
    if inner and isinstance(inner[0], ssl.SSLCertVerificationError):
        return "its TLS certificate is not trusted: for an authority of your own set REQUESTS_CA_BUNDLE"
    return type(error).__name__


def _cause(error: requests.RequestException) -> object:
    return error.args[0] if error.args else None
