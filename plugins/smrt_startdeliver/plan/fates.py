"""Every row has a fate, and the fates add up: extracted = the sum of all others, by entity."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal, SupportsInt

import pandas as pd

from smrt_startdeliver.errors import AccountingError

Fate = Literal["extracted", "created", "updated", "deleted", "unchanged", "sent", "already sent", "rejected", "skipped"]
EXTRACTED: Fate = "extracted"


@dataclass
class Fates:
    """Counts of rows by entity, fate and reason. Entities are `customers`, `users` and the names of events."""

    counts: Counter[tuple[str, Fate, str]] = field(default_factory=Counter)

    def add(self, entity: str, fate: Fate, rows: SupportsInt = 1, reason: str = "") -> None:
        """Count rows of an entity; nothing is noted for none."""
        if int(rows):
            self.counts[entity, fate, reason] += int(rows)

    def add_each(
        self, entities: pd.Series[str], fate: Fate, reason: str = "", rows: pd.Series[int] | None = None
    ) -> None:
        """Count rows by the entity that each belongs to; `rows` weighs them."""
        weights = pd.Series(1, index=entities.index) if rows is None else rows
        for entity, total in weights.groupby(entities).sum().items():
            self.add(str(entity), fate, int(total), reason)


def check_sums(counts: Iterable[tuple[str, str, int]]) -> None:
    """See that what was extracted equals what became of it. `counts`: entity, fate, rows.

    Raises AccountingError with each entity whose sums do not meet.
    """
    extracted: Counter[str] = Counter()
    accounted: Counter[str] = Counter()
    for entity, fate, rows in counts:
        (extracted if fate == EXTRACTED else accounted)[entity] += rows
    wrong = [
        f"{entity}: extracted {extracted[entity]}, accounted for {accounted[entity]}"
        for entity in sorted(extracted.keys() | accounted.keys())
        if extracted[entity] != accounted[entity]
    ]
    if wrong:
        raise AccountingError(f"the run's sums do not meet ({'; '.join(wrong)}): please report this as a defect")
