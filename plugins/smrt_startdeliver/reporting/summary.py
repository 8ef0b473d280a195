"""What is known of a run once it has sent what it had to: read from the memory, counts alone."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from smrt_startdeliver.clock import Interval
from smrt_startdeliver.stages.audiences import AUDIENCE
from smrt_startdeliver.state.database import State

ROWS, REQUESTS = "rows ", "requests "
"""Begin the names of measures: of rows that were read of a table, of requests by what they were for."""


@dataclass(frozen=True)
class Summary:
    """One run.

    fates: (entity, fate, reason) -> rows; `reason` is empty where the fate has none.
    audiences: key -> members, entered, left, held -> customers.
    tables: table of the warehouse -> rows that were read of it.
    seconds: stage -> how long it took. requests: check, lookup, write, 429, retry -> how many.
    last_success: the end of the last run that was no dry run and succeeded; None where there was none. In UTC.
    """

    run: int
    kind: str
    state: str
    dry_run: bool
    full_resync: bool
    force: bool
    deferred: bool
    entities: tuple[str, ...]
    window: Interval
    guard: str | None
    fates: Mapping[tuple[str, str, str], int]
    audiences: Mapping[str, Mapping[str, int]]
    tables: Mapping[str, int]
    seconds: Mapping[str, float]
    requests: Mapping[str, int]
    last_success: datetime | None

    def rows(self, entity: str, *fates: str) -> int:
        """The rows of an entity that met one of these fates."""
        return sum(rows for (of, fate, _), rows in self.fates.items() if of == entity and fate in fates)

    def names(self) -> Iterator[str]:
        """The entities that are accounted for, in order of their names."""
        yield from sorted({entity for entity, _, _ in self.fates})


def read_summary(state: State, run: int) -> Summary:
    """What the memory holds of a run. Raises WarehouseError."""
    row = state.rows("run", run=run)[0]
    measures = [(one["stage"], one["name"], one["value"]) for one in state.rows("measures", run=run)]
    requests: Counter[str] = Counter()
    audiences: dict[str, dict[str, int]] = defaultdict(dict)
    for _, name, value in measures:
        if name.startswith(REQUESTS):
            requests[name.removeprefix(REQUESTS)] += int(value)
        elif name.startswith(f"{AUDIENCE} "):
            _, key, what = name.split(" ")
            audiences[key][what] = int(value)
    return Summary(
        run=run,
        kind=row["kind"],
        state=row["state"],
        dry_run=row["dry_run"],
        full_resync=row["full_resync"],
        force=row["force"],
        deferred=row["deferred"],
        entities=tuple(row["entities"]),
        window=Interval(row["window_start"], row["window_end"]),
        guard=row["guard"],
        fates={
            (one["entity"], one["fate"], one["reason"]): int(one["rows"]) for one in state.rows("accounts", run=run)
        },
        audiences=dict(audiences),
        tables={name.removeprefix(ROWS): int(value) for _, name, value in measures if name.startswith(ROWS)},
        seconds={stage: value for stage, name, value in measures if name == "seconds"},
        requests=dict(requests),
        last_success=state.rows("last_success")[0]["finished_at"],
    )
