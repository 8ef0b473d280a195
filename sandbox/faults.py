"""Faults on demand: what goes wrong for which requests."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from random import Random
from typing import Any, Literal

from .calls import Call
from .payload import parse
from .refusals import Refusal


@dataclass
class Fault:
    """A rule: requests that fit it are delayed, answered with `status`, or dropped.

    `method` is the one after the override header (a long search is a GET); `path` is a regular expression found
    anywhere in the path; `where` must equal the body's fields of these names. `drop` closes the connection without an
    answer, "before" or "after" the request took effect. With `delay_ms` alone the request is served late, even if the
    caller hung up meanwhile. `probability` is drawn from a fixed seed; after `times` hits the rule is spent.
    """

    method: str | None = None
    path: str | None = None
    status: int | None = None
    retry_after: float | None = None
    delay_ms: float = 0
    drop: Literal["before", "after"] | None = None
    probability: float = 1
    times: int | None = None
    where: dict[str, Any] = field(default_factory=dict)
    hits: int = 0

    def fits(self, call: Call, path: str, body: bytes) -> bool:
        """Whether the rule is about this request."""
        if self.times is not None and self.hits >= self.times:
            return False
        if self.method not in (None, call.method) or not re.search(self.path or "", path):
            return False
        return not self.where or _holds(self.where, body)

    def refusal(self, status: int) -> Refusal:
        """The answer instead of the real one."""
        headers = {} if self.retry_after is None else {"Retry-After": f"{self.retry_after:g}"}
        return Refusal(status, "a fault, as demanded through /sandbox/faults", headers=headers)


def _holds(where: dict[str, Any], body: bytes) -> bool:
    try:
        given = parse(body, "the body")
    except Refusal:
        return False
    return isinstance(given, dict) and all(name in given and given[name] == value for name, value in where.items())


class Faults:
    """The rules in force, in the order in which they were given; the first that fits a request has it."""

    def __init__(self) -> None:
        self._rules: list[Fault] = []
        self._random = Random(0)  # noqa: S311 - the same faults on every run, nothing is secret  # nosec B311

    def __bool__(self) -> bool:
        return bool(self._rules)

    def add(self, rules: list[Fault]) -> None:
        """Appends rules."""
        self._rules.extend(rules)

    def pick(self, call: Call, path: str, body: bytes) -> Fault | None:
        """The rule that has this request, counted as a hit; None where nothing goes wrong."""
        for rule in self._rules:
            if rule.fits(call, path, body) and self._random.random() < rule.probability:
                rule.hits += 1
                return rule
        return None

    def summary(self) -> list[dict[str, Any]]:
        """The rules with how often each hit."""
        return [asdict(rule) for rule in self._rules]


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value >= 0


def _is_whole(value: Any) -> bool:
    return _is_number(value) and isinstance(value, int)


_ALLOWED: dict[str, tuple[Callable[[Any], bool], str]] = {
    "method": (lambda value: value in ("GET", "POST", "PATCH", "PUT", "DELETE"), "GET, POST, PATCH, PUT or DELETE"),
    "path": (lambda value: isinstance(value, str), "a regular expression"),
    "status": (lambda value: _is_whole(value) and 400 <= value <= 599, "from 400 to 599"),
    "retry_after": (_is_number, "seconds"),
    "delay_ms": (_is_number, "milliseconds"),
    "drop": (lambda value: value in ("before", "after"), "before or after"),
    "probability": (lambda value: _is_number(value) and value <= 1, "from 0 to 1"),
    "times": (_is_whole, "a whole number"),
    "where": (lambda value: isinstance(value, dict), "an object of the body's fields"),
}


def read_rules(document: Any) -> list[Fault]:
    """The rules of a list; 400 names the key that cannot be."""
    if not isinstance(document, list):
        raise Refusal(400, 'send a list of rules, as [{"method": "POST", "path": "/user$", "status": 500}]')
    return [_read_rule(rule) for rule in document]


def _read_rule(rule: Any) -> Fault:
    if not isinstance(rule, dict):
        raise Refusal(400, "each rule must be an object")
    for name, value in rule.items():
        if name not in _ALLOWED:
            raise Refusal(400, f"a rule has no {name!r}; it takes {', '.join(_ALLOWED)}", name)
        fits, says = _ALLOWED[name]
        if not fits(value):
            raise Refusal(400, f"{name} must be {says}", name)
    try:
        re.compile(rule.get("path", ""))
    except re.error as error:
        raise Refusal(400, f"path is no regular expression: {error}", "path") from None
    if not {"status", "drop", "delay_ms"} & set(rule):
        raise Refusal(400, "say what goes wrong: status, drop or delay_ms")
    return Fault(**rule)
