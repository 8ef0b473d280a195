"""Open a run: check all that it needs before anything is written, and decide what stretch of time it speaks of."""

from __future__ import annotations

import logging
import time
from dataclasses import replace

from smrt_startdeliver.alerts.notifiers import check_notifiers
from smrt_startdeliver.engage.declared import what_is_not_sent, with_declared
from smrt_startdeliver.engage.files import load_declared, refuse_renamed
from smrt_startdeliver.mapping.document import MappingDocument, parse_mapping, required_fields
from smrt_startdeliver.mapping.source import mapping_text
from smrt_startdeliver.plan.fates import Fates
from smrt_startdeliver.settings_file import config_folder, load_settings
from smrt_startdeliver.stages.buckets import number_of_buckets
from smrt_startdeliver.stages.job import Ticket
from smrt_startdeliver.staging import Staging
from smrt_startdeliver.startdeliver.api import Startdeliver
from smrt_startdeliver.startdeliver.hook import StartdeliverHook
from smrt_startdeliver.state.accounts import note_stage
from smrt_startdeliver.state.database import State
from smrt_startdeliver.state.declarations import synced_declarations
from smrt_startdeliver.state.runs import open_run, past
from smrt_startdeliver.warehouse.catalog import read_catalog
from smrt_startdeliver.warehouse.connecting import connect
from smrt_startdeliver.window import Request, decide

log = logging.getLogger(__name__)


def start(request: Request) -> list[Ticket]:
    """Check settings, mapping document, warehouse and Startdeliver, then open the run; a ticket for each of its parts.

    Raises SmrtStartdeliverError with one line that says what to fix; nothing has been written then.
    """
    started = time.monotonic()
    settings = load_settings(config_folder())
    check_notifiers(settings)
    if not settings.timezone_is_set:
        log.warning("settings.yaml sets no timezone: days are counted in UTC, not on the business's calendar")
    mapping = mapping_text()
    document = parse_mapping(mapping.text, mapping.source)
    declared = load_declared(config_folder(), document, settings)
    for line in what_is_not_sent(with_declared(document, declared), declared):
        log.warning("%s", line)
    with connect(settings.state_connection) as connected:
        catalog = read_catalog(connected.warehouse, settings.source_schema)
        buckets = number_of_buckets(connected.warehouse, catalog.schema, settings.partitions)
        checks = _check_startdeliver(with_declared(document, declared))
        state = State(connected.memory, settings.state_schema)
        state.create()
        if not request.force:
            refuse_renamed(config_folder(), declared, synced_declarations(state))
        window = decide(request, past(state), settings)
        run = open_run(state, request, window, settings, mapping.text, declared, catalog)
        note_stage(state, run, "open_run", Fates(), {"requests check": checks, "seconds": time.monotonic() - started})
        log.info("run %s reads what was loaded from %s to %s", run, window.read_from, window.interval.end)
        ticket = Ticket(run, settings.state_schema, buckets, settings.state_connection)
        # A memory that was set back numbers its runs anew: one of them may have left rows that are not this one's.
        Staging(ticket.staging, buckets).remove()
        return [replace(ticket, part=part) for part in range(settings.partitions)]


def _check_startdeliver(document: MappingDocument) -> int:
    """See that the key is good and every field exists with its type; the number of requests that took."""
    client = StartdeliverHook(tries=2).get_conn()  # at the start somebody may be watching: fail soon
    startdeliver = Startdeliver(client)
    startdeliver.who_am_i()
    for entity, fields in required_fields(document).items():
        startdeliver.check_fields(entity, fields)
    return client.requests_made["check"]
