"""A run that nobody opened: it reads the warehouse as it is now, and leaves nothing behind."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from tempfile import TemporaryDirectory
from typing import TypeVar
from uuid import uuid4

import pandas as pd
from airflow.sdk import ObjectStoragePath

from smrt_startdeliver.clock import Interval
from smrt_startdeliver.engage.declarations import Declaration
from smrt_startdeliver.engage.declared import Declared, fields_of
from smrt_startdeliver.engage.files import load_declared, refuse_renamed
from smrt_startdeliver.errors import ConfigurationError
from smrt_startdeliver.mapping.document import FieldMapping, parse_mapping
from smrt_startdeliver.mapping.source import mapping_text
from smrt_startdeliver.settings import Settings
from smrt_startdeliver.settings_file import config_folder
from smrt_startdeliver.stages.buckets import number_of_buckets
from smrt_startdeliver.stages.engage import computed, facts_of
from smrt_startdeliver.stages.extract import extract
from smrt_startdeliver.stages.job import Job
from smrt_startdeliver.stages.known import known_customers
from smrt_startdeliver.staging import Staging
from smrt_startdeliver.state.database import State
from smrt_startdeliver.state.declarations import synced_declarations
from smrt_startdeliver.state.runs import Run, past, unopened_run
from smrt_startdeliver.warehouse.catalog import read_catalog
from smrt_startdeliver.warehouse.engines.warehouse import Warehouse
from smrt_startdeliver.window import Request, Window, decide
from smrt_startdeliver.yaml_model import nearest

D = TypeVar("D", bound=Declaration)


@dataclass(frozen=True)
class Rehearsal:
    """The configuration in force, and the warehouse to compute on."""

    warehouse: Warehouse
    state: State
    run: Run

    @property
    def declared(self) -> Declared:
        """All that is declared."""
        return self.run.declared

    def lines_of(self, declaration: Declaration) -> list[FieldMapping]:
        """The lines of the mapping document that write a declaration to a field of users, its own line among them."""
        aliases = {
            alias
            for alias, one in fields_of(self.run.document, self.declared, "user").items()
            if one.key == declaration.key
        }
        return [mapping for mapping in self.run.document.user_mapping if mapping.field in aliases]

    @contextmanager
    def computed(self, declaration: Declaration) -> Iterator[Iterator[pd.DataFrame]]:
        """user_id and the declaration's column by its key, of some customers at a time; Raises WarehouseError.

        Of other declarations only what it needs is computed.
        """
        with self.at_work(replace(self.run, declared=self.declared.needed_by(declaration))) as job:
            extract(job)
            yield (computed(job, facts_of(job, known))[["user_id", declaration.key]] for known in known_customers(job))

    @contextmanager
    def at_work_on(self, user_ids: Sequence[str], run: Run) -> Iterator[Job]:
        """A job that reads these users' rows alone, and stages them in a folder of its own on this machine."""
        with TemporaryDirectory() as folder:
            staging = Staging("rehearsal", 1, ObjectStoragePath(f"file://{folder}"))
            yield Job("rehearsal", run, self.warehouse, self.state, staging, only=tuple(user_ids))

    @contextmanager
    def at_work(self, run: Run | None = None) -> Iterator[Job]:
        """A job for all stages, of the run or another one. What is staged is removed in the end."""
        run = run or self.run
        buckets = number_of_buckets(self.warehouse, run.catalog.schema, run.settings.partitions)
        staging = Staging(f"rehearsal-{uuid4().hex}", buckets)
        try:
            yield Job("rehearsal", run, self.warehouse, self.state, staging)
        finally:
            staging.remove()


def rehearsal(warehouse: Warehouse, state: State, settings: Settings) -> Rehearsal:
    """The rehearsal of a moment, now, of which no event is sent. Raises ConfigurationError, WarehouseError."""
    now = datetime.now(UTC)
    window = Window(
        interval=Interval(now, now),
        read_from=now,
        derive_from=now,
        complete=False,
        watermark=False,
        history_whole=True,
        sends_traits=True,
        sweep=False,
    )
    request = Request("rehearsal", "manual", None, now, entities=("users",))
    return _rehearsed(warehouse, state, settings, request, window)


def rehearsal_of(warehouse: Warehouse, state: State, settings: Settings, request: Request) -> Rehearsal:
    """The rehearsal of the run that a request asks for. Raises ConfigurationError, WarehouseError."""
    rehearsed = _rehearsed(warehouse, state, settings, request, decide(request, past(state), settings))
    refuse_renamed(config_folder(), rehearsed.declared, synced_declarations(state))
    return rehearsed


def _rehearsed(warehouse: Warehouse, state: State, settings: Settings, request: Request, window: Window) -> Rehearsal:
    mapping = mapping_text()
    document = parse_mapping(mapping.text, mapping.source)
    declared = load_declared(config_folder(), document, settings)
    catalog = read_catalog(warehouse, settings.source_schema)
    return Rehearsal(warehouse, state, unopened_run(state, request, window, settings, declared, document, catalog))


def named(name: str, declarations: Sequence[D], what: str) -> D:
    """The declaration of a name or key. Raises ConfigurationError that says what there is."""
    for one in declarations:
        if name in (one.name, one.key):
            return one
    names = [one.name for one in declarations]
    there_is = f"; there are {', '.join(names)}" if names else "; none is declared"
    raise ConfigurationError(f"there is no {what} {name!r} in {config_folder()}{nearest(name, names) or there_is}")
