"""What a check found, one line each."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Literal, TypeVar

from smrt_startdeliver.errors import SmrtStartdeliverError

T = TypeVar("T")

State = Literal["ok", "wrong", "note", "unknown"]


@dataclass(frozen=True)
class Finding:
    """One line: what was looked at, how it is, and, where it is wrong, what to do.

    state: `note` is worth knowing and no mistake; `unknown` could not be looked at, for something else that is wrong.
    """

    about: str
    state: State
    said: str


Findings = Generator[Finding, None, T]
"""Findings as they are made; what comes back in the end is what later checks work with."""


def attempt(about: str, work: Callable[[], T], said: Callable[[T], str]) -> Findings[T | None]:
    """What `work` gives, and what is said of it; None, and its error, where it fails with one of ours."""
    try:
        result = work()
    except SmrtStartdeliverError as error:
        yield Finding(about, "wrong", str(error))
        return None
    yield Finding(about, "ok", said(result))
    return result


def listed(names: list[str]) -> str:
    """Names as the end of a sentence: `none`, where there are none."""
    return ", ".join(names) if names else "none"
