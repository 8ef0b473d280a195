"""How numbers, times and spans read."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from markupsafe import Markup

_MINUTE, _HOUR, _DAY = 60, 3_600, 86_400


def count(value: float | None) -> str:
    """`1,200`; nothing for None."""
    return "" if value is None else f"{value:,.0f}"


def moment(value: datetime | None) -> Markup | str:
    """A moment in UTC, as HTML; nothing for None."""
    if value is None:
        return ""
    time = value.astimezone(UTC)
    return Markup('<time datetime="{}">{}</time>').format(f"{time:%Y-%m-%dT%H:%M:%SZ}", f"{time:%Y-%m-%d %H:%M} UTC")


def span(seconds: float | None) -> str:
    """A span in its two largest units, as `2 h 5 min`; nothing for None."""
    if seconds is None:
        return ""
    whole = max(round(seconds), 0)
    for size, name, smaller, part in ((_DAY, "d", _HOUR, "h"), (_HOUR, "h", _MINUTE, "min"), (_MINUTE, "min", 1, "s")):
        if whole >= size:
            rest = whole % size // smaller
            return f"{whole // size} {name}" + (f" {rest} {part}" if rest else "")
    return f"{whole} s"


FILTERS: dict[str, Callable[..., Any]] = {"count": count, "moment": moment, "span": span}
"""The filters of the templates."""
