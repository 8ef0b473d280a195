"""Runs: opened with their window, settings and mapping, closed with what became of them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

from smrt_startdeliver.clock import Interval
from smrt_startdeliver.engage.declared import Declared, with_declared
from smrt_startdeliver.mapping.document import MappingDocument, parse_mapping
from smrt_startdeliver.rules import Epoch, epochs, one_epoch, rules_of
from smrt_startdeliver.settings import Settings
from smrt_startdeliver.state.database import State
from smrt_startdeliver.warehouse.catalog import Catalog
from smrt_startdeliver.window import Past, Request, Window

UNOPENED = 2**63 - 1
"""The number of a run that nobody opened: to the statements, all others are earlier ones, and none is this one."""


@dataclass(frozen=True)
class Run:
    """A run as its tasks see it: one window, settings, mapping and catalog for all of them, whatever changes meanwhile.

    `document`: the mapping document, with a line for each declaration that names a field of its own.
    `catalog`: the tables and columns that the warehouse had when the run was opened.
    `whole`: it looks at everybody, not just at those who may have moved; `buckets`: in so many parts, if not in those
    of its ticket. Both are decided by `extract`.
    `deferred_until`: the end of the last run that had no time for all of it; None where nothing waits.
    """

    number: int
    interval: Interval
    loaded: Interval
    derive_from: Interval
    dry_run: bool
    full_resync: bool
    force: bool
    watermark: bool
    history_whole: bool
    sends_traits: bool
    sweep: bool
    entities: tuple[str, ...]
    settings: Settings
    document: MappingDocument
    declared: Declared
    catalog: Catalog
    epochs: tuple[Epoch, ...]
    deferred_until: datetime | None
    whole: bool
    buckets: int | None

    @property
    def keeps_customers(self) -> bool:
        """Whether the next run may build on what this one found: it is regular, and reads and syncs everything."""
        return self.watermark and self.sends_traits

    @property
    def syncs_users(self) -> bool:
        """Whether users are synced; else they are created where an event needs one."""
        return self.sends_traits and "users" in self.entities

    @property
    def syncs_customers(self) -> bool:
        """Whether customers are synced."""
        return self.sends_traits and "customers" in self.entities and self.document.customer_match is not None


def past(state: State) -> Past:
    """What earlier runs left."""
    return Past(**state.rows("past")[0])


def open_run(
    state: State,
    request: Request,
    window: Window,
    settings: Settings,
    mapping: str,
    declared: Declared,
    catalog: Catalog,
) -> int:
    """Write a new run; its number. Earlier tries of the same DAG run that never closed count as failed."""
    with state.transaction():
        state.write("abandon_runs", [{"dag_run_id": request.dag_run_id}])
        return int(
            state.rows(
                "open_run",
                dag_run_id=request.dag_run_id,
                kind=request.kind,
                window_start=window.interval.start,
                window_end=window.interval.end,
                read_from=window.read_from,
                derive_from=window.derive_from,
                dry_run=request.dry_run,
                complete=window.complete,
                watermark=window.watermark,
                history_whole=window.history_whole,
                sends_traits=window.sends_traits,
                swept=window.sweep,
                full_resync=request.full_resync,
                force=request.force,
                entities=list(request.entities),
                settings=settings.model_dump_json(),
                rules=json.dumps(rules_of(settings)),
                mapping=mapping,
                declared=json.dumps(declared.to_json()),
                # Pairs: an object of jsonb would forget the columns' order.
                catalog=json.dumps({table: [*columns.items()] for table, columns in catalog.tables.items()}),
            )[0]["run"]
        )


def read_run(state: State, number: int) -> Run:
    """A run by its number."""
    row = state.rows("run", run=number)[0]
    settings = Settings.model_validate_json(json.dumps(row["settings"]))
    declared = Declared.from_json(row["declared"])
    interval = Interval(row["window_start"], row["window_end"])
    return Run(
        number=number,
        interval=interval,
        loaded=Interval(row["read_from"], row["window_end"]),
        derive_from=Interval(min(row["derive_from"], row["read_from"]), row["window_end"]),
        dry_run=row["dry_run"],
        full_resync=row["full_resync"],
        force=row["force"],
        watermark=row["watermark"],
        history_whole=row["history_whole"],
        sends_traits=row["sends_traits"],
        sweep=row["swept"],
        entities=tuple(row["entities"]),
        settings=settings,
        document=with_declared(parse_mapping(row["mapping"], "the run's mapping document"), declared),
        declared=declared,
        catalog=Catalog(settings.source_schema, {table: dict(columns) for table, columns in row["catalog"].items()}),
        epochs=tuple(one_epoch(settings) if row["history_whole"] else _epochs(state, settings)),
        deferred_until=state.rows("deferred")[0]["until"],
        whole=row["whole"] is not False,
        buckets=row["buckets"],
    )


def unopened_run(
    state: State,
    request: Request,
    window: Window,
    settings: Settings,
    declared: Declared,
    document: MappingDocument,
    catalog: Catalog,
) -> Run:
    """A dry run that is in no table: what the one that a request asks for would be. `document`: as it was read."""
    return Run(
        number=UNOPENED,
        interval=window.interval,
        loaded=Interval(window.read_from, window.interval.end),
        derive_from=Interval(min(window.derive_from, window.read_from), window.interval.end),
        dry_run=True,
        full_resync=request.full_resync,
        force=request.force,
        watermark=window.watermark,
        history_whole=window.history_whole,
        sends_traits=window.sends_traits,
        sweep=window.sweep,
        entities=tuple(request.entities),
        settings=settings,
        document=with_declared(document, declared),
        declared=declared,
        catalog=catalog,
        epochs=tuple(one_epoch(settings) if window.history_whole else _epochs(state, settings)),
        deferred_until=state.rows("deferred")[0]["until"],
        whole=True,
        buckets=None,
    )


def close_run(state: State, number: int, outcome: str, message: str | None = None) -> None:
    """Close a run that is still open; `outcome` is success or failed."""
    state.write("close_run", [{"run": number, "state": outcome, "message": message}])


def _epochs(state: State, settings: Settings) -> list[Epoch]:
    changes = [(row["since"], row["rules"]) for row in state.rows("rule_changes")]
    return epochs(changes, settings, past(state).last_end)
