"""Tell: what has changed about the runs since somebody was told, once, through the notifiers of the settings.

At the end of each run, where a run fails its first checks, and every hour (DAG `smrt_to_startdeliver_watch`). Each time
it is what the memory knows of the regular runs that counts, so it does not matter where a change is found, or told.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from airflow.sdk import Variable
from airflow.sdk.configuration import conf

from smrt_startdeliver.alerts.changes import Change, Ended, Facts, changes
from smrt_startdeliver.alerts.notifiers import NamedNotifier, usable_notifiers
from smrt_startdeliver.alerts.words import message_of
from smrt_startdeliver.errors import WarehouseError
from smrt_startdeliver.settings import NotifySettings
from smrt_startdeliver.settings_file import load_notify_settings
from smrt_startdeliver.state import alerts
from smrt_startdeliver.state.database import State
from smrt_startdeliver.warehouse.connecting import memory_engine

log = logging.getLogger(__name__)

UNREACHABLE_TOLD = "startdeliver_unreachable_told"
"""The Airflow Variable that remembers, while the memory cannot, since when it is known that runs fail."""


def tell(context: Mapping[str, Any], failed: Ended | None = None) -> None:
    """Note what has changed, and tell what has not been told. `failed`: a run that failed and left no row.

    `context`: Airflow's, for the notifiers' templates. Raises ConfigurationError where `settings.yaml` cannot say whom
    to tell, WarehouseError where the memory cannot be read. A notifier that fails is logged and tried again next time.
    """
    settings = load_notify_settings()
    notifiers = usable_notifiers(settings)
    if not notifiers:
        return
    engine = memory_engine(settings.state_connection)
    try:
        state = State(engine, settings.state_schema)
        state.create()
        _note_what_was_told_without_the_memory(state, settings)
        known = alerts.facts(state)
        if failed is not None:
            known = replace(known, last=replace(failed, at=known.now))
        for change in changes(alerts.standing(state), known, settings):
            message = message_of(change, known, settings, _airflow())
            alerts.note_change(state, change, message, known.last.run if known.last else None)
        _tell_what_is_due(state, notifiers, context)
    finally:
        engine.dispose()


def tell_quietly(context: Mapping[str, Any], failed: Ended | None = None) -> None:
    """Tell as part of a run, whose fate it never changes: what goes wrong is one line of its log.

    Where a run `failed` and the memory cannot be reached, an Airflow Variable remembers that it was told.
    """
    try:
        try:
            tell(context, failed)
        except WarehouseError:
            if failed is None:
                raise
            _tell_without_the_memory(context, failed)
    except Exception as error:  # nobody's run fails because nobody could be told
        line = " ".join(f"{type(error).__name__}: {error}".split())
        log.warning("nobody could be told how the runs stand: %s", line)


def _tell_what_is_due(state: State, notifiers: Sequence[NamedNotifier], context: Mapping[str, Any]) -> None:
    due = alerts.claim_due(state)
    for notifier in notifiers:
        for one in due:
            if notifier.name in one.told:
                continue
            failure = notifier.tell(one.message, context)
            if failure is not None:  # it would fail with the others, too
                _say_that_it_failed(notifier, failure)
                break
            alerts.note_told(state, one, notifier.name)
    alerts.settle(state, due, [notifier.name for notifier in notifiers])


def _tell_without_the_memory(context: Mapping[str, Any], failed: Ended) -> None:
    """Told as soon as one notifier has: without the memory there is no telling which of them did."""
    if Variable.get(UNREACHABLE_TOLD, default=None):
        return
    settings = load_notify_settings()
    message = message_of(Change("run failing", True, failed.at), Facts(failed.at, last=failed), settings, _airflow())
    told = False
    for notifier in usable_notifiers(settings):
        failure = notifier.tell(message, context)
        if failure is None:
            told = True
        else:
            _say_that_it_failed(notifier, failure)
    if told:
        Variable.set(UNREACHABLE_TOLD, failed.at.isoformat(), description="since when the warehouse was out of reach")


def _note_what_was_told_without_the_memory(state: State, settings: NotifySettings) -> None:
    since = Variable.get(UNREACHABLE_TOLD, default=None)
    if since:
        failed = Ended(datetime.fromisoformat(since), "failed", "", message="the warehouse was out of reach")
        change = Change("run failing", True, failed.at)
        message = message_of(change, Facts(failed.at, last=failed), settings, _airflow())
        alerts.note_change(state, change, message, None, told_at=failed.at)
        Variable.delete(UNREACHABLE_TOLD)


def _say_that_it_failed(notifier: NamedNotifier, failure: str) -> None:
    log.warning("%s could not tell, it is tried again the next time: %s", notifier.setting.class_name, failure)


def _airflow() -> str | None:
    """Where Airflow's UI is, as its configuration says."""
    return conf.get("api", "base_url", fallback=None) or None
