"""Run: the account of one run, why rows were rejected, its guards, window, parameters, audiences, and its logs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import get_args

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy import RowMapping

from smrt_startdeliver.plan.fates import EXTRACTED, Fate
from smrt_startdeliver.plan.guards import Guard
from smrt_startdeliver.stages.audiences import AUDIENCE
from smrt_startdeliver.stages.extract import MOVED_CUSTOMERS
from smrt_startdeliver.stages.job import IN_PARTS, STAGES
from smrt_startdeliver.ui.access import DAG_ID
from smrt_startdeliver.ui.memory import Memory
from smrt_startdeliver.ui.pages import page, url_of

router = APIRouter()

_VALUES = " values"
"""Entities that end so count single values of rows, not rows."""
_RECORDS = ("customers", "users")
AUDIENCE_COUNTS = ("members", "entered", "left", "held")


@dataclass
class Account:
    """What became of the rows of an entity, by fate."""

    entity: str
    rows: dict[Fate, int] = field(default_factory=lambda: defaultdict(int))

    @property
    def adds_up(self) -> bool:
        """Whether all that was extracted has a fate."""
        return self.rows[EXTRACTED] == sum(rows for fate, rows in self.rows.items() if fate != EXTRACTED)


@router.get("/runs/{number}", name="run")
def run(request: Request, memory: Memory, number: int) -> Response:
    """The page of a run by its number."""
    with memory.transaction():
        found = memory.rows("run", run=number)
        if not found:
            raise HTTPException(404, f"There is no run {number}.")
        counts, measures = memory.rows("accounts", run=number), memory.rows("measures", run=number)
        others = memory.rows("ui/of_dag_run", dag_run_id=found[0]["dag_run_id"])
    tripped = (found[0]["guard"] or "").split(", ")
    return page(
        request,
        "run.html",
        run=found[0],
        other_tries=[other["run"] for other in others if other["run"] != number],
        accounts=accounts([row for row in counts if not row["entity"].endswith(_VALUES)]),
        fates=get_args(Fate),
        reasons=[row for row in counts if row["reason"]],
        seconds={row["stage"]: row["value"] for row in measures if row["name"] == "seconds"},
        stages=STAGES,
        in_parts=IN_PARTS,
        requests=_requests(measures),
        moved=next((row["value"] for row in measures if row["name"] == MOVED_CUSTOMERS), None),
        guards={guard: guard in tripped for guard in get_args(Guard)},
        audiences=audiences(measures),
        audience_counts=AUDIENCE_COUNTS,
    )


@router.get("/dag-run", name="dag_run")
def dag_run(request: Request, memory: Memory, dag_id: str, dag_run_id: str) -> Response:
    """From a run of a DAG in Airflow to the page of what it did: the latest, where it was cleared and run again."""
    if dag_id != DAG_ID:
        raise HTTPException(404, f"This tab is about runs of {DAG_ID}: {dag_id} is another DAG.")
    found = memory.rows("ui/of_dag_run", dag_run_id=dag_run_id)
    if not found:
        raise HTTPException(
            404, f"DAG run {dag_run_id} has not got as far as opening a run: see the log of its task open_run."
        )
    return RedirectResponse(url_of(request, "run", number=found[0]["run"]), 303)


def accounts(counts: Iterable[RowMapping]) -> list[Account]:
    """The accounts of all entities: customers and users first, then events by name."""
    found: dict[str, Account] = {}
    for row in counts:
        account = found.setdefault(row["entity"], Account(row["entity"]))
        account.rows[row["fate"]] += int(row["rows"])
    return sorted(found.values(), key=lambda account: (account.entity not in _RECORDS, account.entity))


def audiences(measures: Sequence[RowMapping]) -> dict[str, dict[str, int]]:
    """Audience -> what is counted of it (AUDIENCE_COUNTS) -> customers."""
    found: dict[str, dict[str, int]] = defaultdict(dict)
    for row in measures:
        if row["name"].startswith(f"{AUDIENCE} "):
            _, key, what = row["name"].split(" ")
            found[key][what] = int(row["value"])
    return dict(sorted(found.items()))


def _requests(measures: Sequence[RowMapping]) -> dict[str, int]:
    found: dict[str, int] = defaultdict(int)
    for row in measures:
        if row["name"].startswith("requests "):
            found[row["name"].removeprefix("requests ")] += int(row["value"])
    return dict(found)
