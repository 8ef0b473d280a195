"""What the pipeline's own schema says of a run."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg
from psycopg.rows import dict_row

from smrt_startdeliver.settings import Settings

_LAST_RUN = """
    SELECT run, state, message, window_end, extract(epoch FROM finished_at - started_at)::float AS seconds
    FROM runs ORDER BY run DESC LIMIT 1
"""
_COUNTS = """
    SELECT entity, fate, reason, sum(rows)::int AS rows FROM counts WHERE run = %s
    GROUP BY entity, fate, reason ORDER BY entity, fate, reason
"""
_REQUESTS = """
    SELECT substr(name, length('requests ') + 1) AS purpose, sum(value)::int AS requests FROM measures
    WHERE run = %s AND starts_with(name, 'requests ') GROUP BY name
"""
_AUDIENCES = """
    SELECT split_part(name, ' ', 2) AS audience, split_part(name, ' ', 3) AS what, value::int AS customers FROM measures
    WHERE run = %s AND starts_with(name, 'audience ')
"""
WRITTEN = ("created", "updated", "sent")
"""Fates of what Startdeliver was told."""
_VALUES = " values"
"""An entity whose name ends so counts single values of its rows, not rows."""


@dataclass(frozen=True)
class Account:
    """A run, and what became of its rows: (entity, fate, reason) -> rows.

    `values` counts single values in the same way; `audiences` are, by key, their members, and those who entered and
    left, or would have where it was held; `requests` counts by purpose (check, lookup, write), with the answers
    429 and the retries beside them. `seconds` is None while the run is open.
    """

    run: int
    state: str
    message: str | None
    window_end: datetime
    seconds: float | None
    rows: Counter[tuple[str, str, str]]
    values: Counter[tuple[str, str, str]]
    audiences: dict[str, Counter[str]]
    requests: Counter[str]

    def count(self, *fates: str, entity: str | None = None) -> int:
        """Rows with one of these fates, of an entity or of all."""
        return sum(
            rows
            for (whose, fate, _), rows in self.rows.items()
            if fate in fates and (entity is None or whose == entity)
        )

    def reasons(self, fate: str) -> Counter[str]:
        """Rows with this fate, by reason."""
        return _by_reason(self.rows, fate)

    def values_left_out(self) -> Counter[str]:
        """Values that rows went on without, by reason."""
        return _by_reason(self.values, "rejected")

    @property
    def written(self) -> int:
        """Rows that a write request each told Startdeliver of."""
        return self.count(*WRITTEN)


def _by_reason(counts: Counter[tuple[str, str, str]], fate: str) -> Counter[str]:
    reasons: Counter[str] = Counter()
    for (_, its_fate, reason), rows in counts.items():
        if its_fate == fate:
            reasons[reason] += rows
    return reasons


def last_account(warehouse: str) -> Account | None:
    """The account of the last run; None where there was none."""
    options = f"-c search_path={Settings().state_schema}"
    with psycopg.connect(warehouse, row_factory=dict_row, options=options) as connection:
        try:
            run: dict[str, Any] | None = connection.execute(_LAST_RUN).fetchone()
        except psycopg.errors.UndefinedTable:
            return None
        if run is None:
            return None
        counts = connection.execute(_COUNTS, [run["run"]]).fetchall()
        requests = connection.execute(_REQUESTS, [run["run"]]).fetchall()
        audiences: dict[str, Counter[str]] = defaultdict(Counter)
        for row in connection.execute(_AUDIENCES, [run["run"]]):
            audiences[row["audience"]][row["what"]] = row["customers"]
    rows = {(row["entity"], row["fate"], row["reason"]): row["rows"] for row in counts}
    return Account(
        **run,
        rows=Counter({key: count for key, count in rows.items() if not key[0].endswith(_VALUES)}),
        values=Counter({key: count for key, count in rows.items() if key[0].endswith(_VALUES)}),
        audiences=dict(audiences),
        requests=Counter({row["purpose"]: row["requests"] for row in requests}),
    )
