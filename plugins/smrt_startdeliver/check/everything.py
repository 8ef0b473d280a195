"""All that a run needs, in the order in which it would fail."""

from __future__ import annotations

from collections.abc import Callable

import sqlalchemy as sa

from smrt_startdeliver.check.configuration import check_declarations, check_mapping, check_settings
from smrt_startdeliver.check.finding import Finding, Findings
from smrt_startdeliver.check.staging import check_staging
from smrt_startdeliver.check.startdeliver import check_fields, check_key
from smrt_startdeliver.check.warehouse import check_memory, check_server, check_source
from smrt_startdeliver.engage.declared import Declared, with_declared
from smrt_startdeliver.errors import SmrtStartdeliverError
from smrt_startdeliver.mapping.document import MappingDocument
from smrt_startdeliver.settings import Settings
from smrt_startdeliver.settings_file import config_folder
from smrt_startdeliver.startdeliver.api import Startdeliver
from smrt_startdeliver.warehouse.engines.warehouse import Warehouse


def check_everything(
    warehouse: Callable[[], Warehouse],
    memory: Callable[[str | None], sa.Engine],
    startdeliver: Callable[[], Startdeliver],
) -> Findings[None]:
    """Everything that `open_run` sees to, and the rights that later tasks need.

    After a failure, what does not depend on it is still looked at. `warehouse`, `memory` (of the setting
    `state_connection`) and `startdeliver` connect, and raise SmrtStartdeliverError where they cannot.
    """
    folder = config_folder()
    settings = yield from check_settings(folder)
    document = yield from check_mapping()
    declared = yield from check_declarations(folder, document, settings)
    yield from _check_warehouse(warehouse, memory, settings, declared)
    yield from _check_startdeliver(startdeliver, document, declared)
    yield from check_staging()


def _check_warehouse(
    connect: Callable[[], Warehouse],
    memory: Callable[[str | None], sa.Engine],
    settings: Settings | None,
    declared: Declared | None,
) -> Findings[None]:
    try:
        warehouse = connect()
    except SmrtStartdeliverError as error:
        yield Finding("warehouse", "wrong", str(error))
        yield Finding("source schema", "unknown", "not looked at: the warehouse cannot be reached")
        yield Finding("memory", "unknown", "not looked at: the warehouse cannot be reached")
        return
    try:
        yield from check_server(warehouse)
        if settings is None:
            yield Finding("source schema", "unknown", "not looked at: the settings say which it is")
            yield Finding("memory", "unknown", "not looked at: the settings say where it is")
            return
        yield from check_source(warehouse, settings)
    finally:
        warehouse.dispose()
    yield from check_memory(memory, settings, config_folder(), declared)


def _check_startdeliver(
    connect: Callable[[], Startdeliver], document: MappingDocument | None, declared: Declared | None
) -> Findings[None]:
    try:
        api = connect()
    except SmrtStartdeliverError as error:
        yield Finding("Startdeliver's key", "wrong", str(error))
        yield Finding("custom fields", "unknown", "not looked at: there is no way to Startdeliver")
        return
    if not (yield from check_key(api)):
        yield Finding("custom fields", "unknown", "not looked at: Startdeliver does not let us in")
    elif document is None:
        yield Finding("custom fields", "unknown", "not looked at: the mapping document names them")
    else:
        yield from check_fields(api, document if declared is None else with_declared(document, declared))
