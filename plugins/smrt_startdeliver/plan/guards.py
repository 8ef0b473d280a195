"""Guards: whether a run's change is too large to be meant. Counts in, tripped guards out.

Counts go by their names in table `measures`: `rows <table>` that were read; and of each entity, `customers` or `users`,
the records that are `wanted`, those of them that are `tied` to an object of Startdeliver, those that are `new`, those
that have `vanished`, those `with <alias>`, and those whose acknowledged value is `changed <alias>`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from smrt_startdeliver.settings import Settings

Counts = Mapping[str, float]
"""Name -> number; what is absent was not counted."""

Guard = Literal["fewer_rows", "many_new", "many_nulls", "field_changes", "many_vanished"]

FEW = 10
"""Fewer than so many are let through, whatever their share: a small shop's Monday is no accident."""

_CUSTOMERS_READ = "rows users"
_ADVICE: dict[Guard, str] = {
    "fewer_rows": "see whether the loader still fills SMRT's tables",
    "many_new": "see whether SMRT's customers still have the ids that they had",
    "many_nulls": "see whether SMRT still fills what these fields are mapped from",
    "field_changes": "see whether these fields are still mapped from what they should hold",
    "many_vanished": "see whether SMRT's tables are whole",
}
_LISTED = 5


@dataclass(frozen=True)
class Finding:
    """One count that is beyond its share: what was seen of it, and against what (`usually`, `beside` or `of`)."""

    count: str
    seen: float
    relation: Literal["usually", "beside", "of"]
    against: float

    def __str__(self) -> str:
        return f"{self.count} {self.seen:,.0f}, {self.relation} {self.against:,.0f}"


@dataclass(frozen=True)
class Tripped:
    """A guard that stops the run, with all that it found; as text it is one sentence."""

    guard: Guard
    findings: tuple[Finding, ...]

    def __str__(self) -> str:
        listed = "; ".join(map(str, self.findings[:_LISTED]))
        more = len(self.findings) - _LISTED
        return f"{self.guard} ({listed}{f'; and {more} more' if more > 0 else ''}): {_ADVICE[self.guard]}"


def tripped_guards(now: Counts, usual: Counts, undone: Counts, settings: Settings) -> list[Tripped]:
    """The guards that trip.

    `usual`: the same counts in the last runs, where there were any. `undone`: how much of a change the run before was
    let through with and left undone, because it was refused, or there was no time; that is no change of this run's.
    """
    found: dict[Guard, Iterable[Finding]] = {
        "fewer_rows": fewer_rows(now, usual, settings.guard_fall),
        "many_new": many_new(now, undone, settings.guard_growth),
        "many_nulls": many_nulls(now, usual, settings.guard_fall),
        "field_changes": field_changes(now, undone, settings.guard_field_change),
        "many_vanished": many_vanished(now, undone, settings.guard_fall),
    }
    tripped = (Tripped(guard, tuple(findings)) for guard, findings in found.items())
    return [one for one in tripped if one.findings]


def fewer_rows(now: Counts, usual: Counts, share: float) -> Iterator[Finding]:
    """Tables and entities of which more than the share of the usual rows is gone; all of them is beyond any share.

    `users` without a row trips however few there were: without customers nothing is left to say of anybody.
    """
    for count, before in usual.items():
        if count.startswith("rows ") or count.endswith(" wanted"):
            seen = now.get(count, 0)
            nobody_left = count == _CUSTOMERS_READ and seen == 0 < before
            if nobody_left or _has_fallen(seen, before, share):
                yield Finding(count, seen, "usually", before)


def many_new(now: Counts, undone: Counts, share: float) -> Iterator[Finding]:
    """Entities of which more records are new than the share of those that are tied."""
    for count, entity in _named(now, "new"):
        yield from _too_many(count, now[count] - undone.get(count, 0), "beside", now[f"{entity} tied"], share)


def many_nulls(now: Counts, usual: Counts, share: float) -> Iterator[Finding]:
    """Fields that more than the share of the records that usually have a value have lost it."""
    for count, _ in _named(now, "with"):
        before = usual.get(count, 0)
        if _has_fallen(now[count], before, share):
            yield Finding(count, now[count], "usually", before)


def field_changes(now: Counts, undone: Counts, share: float) -> Iterator[Finding]:
    """Fields that change for more than the share of the tied records."""
    for count, entity in _named(now, "changed"):
        yield from _too_many(count, now[count] - undone.get(count, 0), "of", now[f"{entity} tied"], share)


def many_vanished(now: Counts, undone: Counts, share: float) -> Iterator[Finding]:
    """Entities of which more than the share of the records that were there have vanished."""
    for count, entity in _named(now, "vanished"):
        before = now.get(f"{entity} tied", 0) + now[count]
        yield from _too_many(count, now[count] - undone.get(count, 0), "of", before, share)


def _named(counts: Counts, kind: str) -> Iterator[tuple[str, str]]:
    """The counts of a kind, each with its entity: the first two words of their names."""
    for count in counts:
        entity, _, about = count.partition(" ")
        if about.partition(" ")[0] == kind:
            yield count, entity


def _has_fallen(seen: float, before: float, share: float) -> bool:
    fall = before - seen
    return fall >= FEW and (seen == 0 or fall > share * before)


def _too_many(
    count: str, seen: float, relation: Literal["beside", "of"], against: float, share: float
) -> Iterator[Finding]:
    if seen >= FEW and seen > share * against:
        yield Finding(count, seen, relation, against)
