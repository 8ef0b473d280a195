"""What a run did, kept in the schema: the fates of its rows and what its stages cost."""

from __future__ import annotations

from collections.abc import Mapping

from smrt_startdeliver.plan.fates import Fates, check_sums
from smrt_startdeliver.state.database import State


def note_stage(state: State, run: int, stage: str, fates: Fates, measures: Mapping[str, float], part: int = 0) -> None:
    """Keep a stage's fates and measures, or those of its part, in place of those of an earlier try of the same task."""
    key = {"run": run, "stage": stage, "part": part}
    with state.transaction():
        state.write("forget_counts", [key])
        state.write("forget_measures", [key])
        state.write(
            "add_count",
            [
                {**key, "entity": entity, "fate": fate, "reason": reason, "rows": rows}
                for (entity, fate, reason), rows in fates.counts.items()
            ],
        )
        state.write("add_measure", [{**key, "name": name, "value": value} for name, value in measures.items()])


def check_run(state: State, run: int) -> None:
    """See that the fates of a run add up. Raises AccountingError that says where they do not."""
    check_sums((row["entity"], row["fate"], row["rows"]) for row in state.rows("accounts", run=run))
