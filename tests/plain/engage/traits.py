"""declarations.md, traits.yaml: the seven kinds of computed trait."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from zoneinfo import ZoneInfo

from smrt_startdeliver.vocabulary import snake_case

from .records import PlainHappening
from .values import at_path, number_of, text_of
from .windows import events_of

UTC_ZONE = ZoneInfo("UTC")

Value = int | Decimal | str | list[str] | None


def key_of(declaration: dict) -> str:
    """Rule: Names become keys by Segment's snake case; `key:` sets another."""
    return declaration.get("key") or snake_case(declaration["name"])


def computed_trait(
    declaration: dict,
    history: list[PlainHappening],
    customers: list[str],
    end: datetime,
    zone: ZoneInfo = UTC_ZONE,
) -> dict[str, Value]:
    """The trait of each customer as of `end`. The zone is asked for by conditions on dates in `where` alone."""
    return {
        user_id: value_of(declaration, events_of(user_id, declaration, history, end, zone)) for user_id in customers
    }


def value_of(declaration: dict, events: list[PlainHappening]) -> Value:
    """Rule: Results: event_counter and unique_list_count are 0 where there is none; the others null.

    The events are one customer's, those that count, in order of time, then id.
    """
    if declaration["kind"] == "event_counter":
        return len(events)
    values = [at_path(event.properties, declaration["property"]) for event in events]
    if declaration["kind"] == "aggregation":
        return aggregation(declaration["function"], values)
    return of_texts(declaration["kind"], [text for text in map(text_of, values) if text is not None])


def of_texts(kind: str, texts: list[str]) -> Value:
    """Rule: First and last are by event time, then id, among events that have the property. A unique list is sorted
    text.
    """
    match kind:
        case "most_frequent":
            return most_frequent(texts)
        case "first":
            return texts[0] if texts else None
        case "last":
            return texts[-1] if texts else None
        case "unique_list":
            return sorted(set(texts)) or None
        case "unique_list_count":
            return len(set(texts))
    raise ValueError(kind)


def aggregation(function: str, values: list[object]) -> Decimal | None:
    """Rule: sum average minimum maximum. Aggregation reads numbers, from text too, and passes over what is none;
    rounded to 6 decimals.
    """
    numbers = [Fraction(number) for number in map(number_of, values) if number is not None]
    if not numbers:
        return None
    match function:
        case "sum":
            return rounded(sum(numbers))
        case "average":
            return rounded(sum(numbers) / len(numbers))
        case "minimum":
            return rounded(min(numbers))
        case "maximum":
            return rounded(max(numbers))
    raise ValueError(function)


def rounded(number: Fraction) -> Decimal:
    """Rule: rounded to 6 decimals. Of two that are equally near, the even one."""
    return Decimal(f"{round(number * 10**6)}e-6")


def most_frequent(texts: list[str]) -> str | None:
    """Rule: Most frequent needs 2 occurrences, ties go to the first in order of text."""
    counts = Counter(texts)
    most = max(counts.values(), default=0)
    return min(text for text, count in counts.items() if count == most) if most >= 2 else None
