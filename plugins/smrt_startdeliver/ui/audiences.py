"""Audiences: how large each is and was, who entered and left, what holds it, its declaration, and some members."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import yaml
from fastapi import APIRouter, HTTPException, Request, Response
from sqlalchemy import RowMapping

from smrt_startdeliver.cells import as_rows
from smrt_startdeliver.engage.declarations import Audience
from smrt_startdeliver.errors import SmrtStartdeliverError
from smrt_startdeliver.mapping.casts import Kind
from smrt_startdeliver.preview.users import users_by_id
from smrt_startdeliver.stages.audiences import gone_sources
from smrt_startdeliver.state.database import State
from smrt_startdeliver.state.declarations import synced_keys
from smrt_startdeliver.state.runs import Run, read_run
from smrt_startdeliver.ui.charts import Chart, stacked
from smrt_startdeliver.ui.masking import Masks
from smrt_startdeliver.ui.memory import STATEMENT_SECONDS, Memory, opened
from smrt_startdeliver.ui.pages import page
from smrt_startdeliver.ui.run import AUDIENCE_COUNTS
from smrt_startdeliver.ui.run import audiences as counted
from smrt_startdeliver.vocabulary import USERS
from smrt_startdeliver.warehouse.catalog import read_catalog

router = APIRouter()

_RUNS, _MEMBERS = 20, 10
_NAMING = ("name", "email")
"""The traits that say who somebody is."""

_FIRST = ("name", "key", "field", "policy", "event", "trait", "audience", "property", "op")
"""In this order people write a declaration's keys; the others follow."""

Counts = Mapping[int, Mapping[str, int]]
"""Run -> what is counted of an audience (AUDIENCE_COUNTS) -> customers."""


@dataclass(frozen=True)
class Standing:
    """An audience: how it was declared last, its members now, its counts in the last runs, what holds it or is ahead.

    declared: None where it was taken out of audiences.yaml.
    """

    key: str
    declared: Audience | None
    members: int
    counts: Counts
    said: str

    @property
    def name(self) -> str:
        """What it is called."""
        return self.declared.name if self.declared else self.key

    @property
    def last(self) -> Mapping[str, int]:
        """Its counts in the last run that had it."""
        return next(iter(self.counts.values()), {})

    def chart(self, title: str, runs: Sequence[int], *names: str) -> Chart:
        """Some of its counts in these runs."""
        series = {name: [self.counts.get(run, {}).get(name, 0) for run in runs] for name in names}
        return stacked(title, [f"run {run}" for run in runs], series, " customers")

    @property
    def declaration(self) -> str:
        """How it is declared, as YAML."""
        if self.declared is None:
            return ""
        said = self.declared.model_dump(mode="json", by_alias=True, exclude_unset=True)
        return yaml.safe_dump(_in_order(said), sort_keys=False, allow_unicode=True)


@router.get("/audiences", name="audiences")
def audiences(request: Request, memory: Memory) -> Response:
    """The page of all of them."""
    with memory.transaction():
        runs = memory.rows("ui/audience_runs", runs=_RUNS)
        found = _standings(memory, runs)
    return page(request, "audiences.html", audiences=found, runs=[run["run"] for run in runs])


@router.get("/audiences/{key}", name="audience")
def audience(request: Request, memory: Memory, masks: Masks, key: str) -> Response:
    """The page of one, by its key. Who its members are is read only where somebody who may has asked."""
    with memory.transaction():
        runs = memory.rows("ui/audience_runs", runs=_RUNS)
        found = {one.key: one for one in _standings(memory, runs)}.get(key)
        members = memory.rows("ui/audience_members", audience=key, rows=_MEMBERS)
    if found is None:
        raise HTTPException(404, f"There is no audience {key}.")
    people: Mapping[str, Mapping[str, Any]] = {}
    problem = ""
    if masks.revealed:
        try:
            people = _who_is([member["user_id"] for member in members])
        except SmrtStartdeliverError as error:
            problem = str(error)
    return page(
        request,
        "audience.html",
        audience=found,
        runs=runs,
        counted=AUDIENCE_COUNTS,
        members=members,
        people=people,
        naming=_NAMING,
        problem=problem,
        masks=masks,
    )


def _standings(memory: State, runs: Sequence[RowMapping]) -> list[Standing]:
    """All that the latest run had declared, in its order; then those that were taken out and have members still."""
    latest = memory.rows("ui/last_runs", runs=1)
    if not latest:
        return []
    counts = _counts(memory, [run["run"] for run in runs])
    sizes = {row["audience"]: int(row["members"]) for row in memory.rows("ui/audience_sizes")}
    run = read_run(memory, latest[0]["run"])
    last = run if not runs or runs[0]["run"] == run.number else read_run(memory, runs[0]["run"])
    said = _Sayings(memory, last, synced_keys(memory)) if runs else None
    declared = {one.key: one for one in run.declared.audiences}
    taken_out = sorted(key for key in sizes if key not in declared)
    return [
        Standing(
            key,
            declared.get(key),
            sizes.get(key, 0),
            counts.get(key, {}),
            "taken out of audiences.yaml: nothing of it is sent any more"
            if key not in declared
            else said.of(key, counts.get(key, {}).get(last.number))
            if said
            else _NOT_YET,
        )
        for key in (*declared, *taken_out)
    ]


_NOT_YET = "not synced yet: the next run does"


class _Sayings:
    """What there is to say of audiences after the last run that synced some."""

    def __init__(self, memory: State, run: Run, synced: set[str]) -> None:
        self.run = run
        self.synced = synced
        measured = {row["name"]: row["value"] for row in memory.rows("measures", run=run.number)}
        self.gone = gone_sources(memory, run, measured)

    def of(self, key: str, counts: Mapping[str, int] | None) -> str:
        """A sentence; empty where it was synced, and a run looks at the size of its changes."""
        if counts is None:
            return _NOT_YET
        if "held" in counts and key in self.gone:
            return f"unknown, so it stays as it was: the warehouse has no {self.gone[key]} any more"
        if "held" in counts:
            share = self.run.settings.guard_max_change
            return (
                f"guarded, so it stays as it was: {counts['held']:,} would enter or leave, beyond guard_max_change "
                f"({share:g}); if this is meant, trigger the DAG with force"
            )
        if key not in self.synced:
            return "its first sync has not ended: no change of it is too large"
        return ""


def _in_order(said: Any) -> Any:
    """What is declared, with the keys as people write them."""
    if isinstance(said, list):
        return [_in_order(each) for each in said]
    if not isinstance(said, dict):
        return said
    keys = sorted(said, key=lambda key: _FIRST.index(key) if key in _FIRST else len(_FIRST))
    return {key: _in_order(said[key]) for key in keys}


def _counts(memory: State, runs: Sequence[int]) -> dict[str, dict[int, dict[str, int]]]:
    """Audience -> its counts, the newest run first."""
    of_run: dict[int, list[RowMapping]] = defaultdict(list)
    for row in memory.rows("ui/audience_measures", runs=list(runs)):
        of_run[row["run"]].append(row)
    found: dict[str, dict[int, dict[str, int]]] = defaultdict(dict)
    for run in sorted(of_run, reverse=True):
        for key, counts in counted(of_run[run]).items():
            found[key][run] = counts
    return found


def _who_is(user_ids: Sequence[str]) -> dict[str, dict[str, Any]]:
    """User id -> the traits that say who that is, as far as the warehouse has them. Raises WarehouseError."""
    with opened(STATEMENT_SECONDS) as source:
        catalog = read_catalog(source.warehouse, source.settings.source_schema)
        kinds = catalog.columns(USERS)
        columns: dict[str, Kind] = {name: kinds[name] for name in _NAMING if name in kinds}
        rows = users_by_id(source.warehouse, catalog, user_ids, columns)
    return {row["user_id"]: {name: row[name] for name in columns} for row in as_rows(rows)}
