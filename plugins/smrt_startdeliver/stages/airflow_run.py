"""From Airflow's context to the stages: the only module that knows both."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from datetime import UTC, datetime
from typing import Any

from airflow.sdk import Asset, AssetAlias
from airflow.sdk.exceptions import AirflowFailException

from smrt_startdeliver.alerts.changes import Ended
from smrt_startdeliver.clock import Interval, parse_moment, utc
from smrt_startdeliver.errors import SmrtStartdeliverError, WarehouseError
from smrt_startdeliver.reporting import assets, metrics
from smrt_startdeliver.reporting.lineage import note_lineage
from smrt_startdeliver.reporting.markdown import report_of
from smrt_startdeliver.reporting.summary import Summary, read_summary
from smrt_startdeliver.stages import open_run as opening
from smrt_startdeliver.stages.close_run import close
from smrt_startdeliver.stages.derive import derive
from smrt_startdeliver.stages.extract import extract
from smrt_startdeliver.stages.guard import guard
from smrt_startdeliver.stages.job import Job, Ticket, at_work
from smrt_startdeliver.stages.load_events import load_events
from smrt_startdeliver.stages.load_records import load_records
from smrt_startdeliver.stages.plan import plan
from smrt_startdeliver.stages.report import report as closing_report
from smrt_startdeliver.stages.tell import tell, tell_quietly
from smrt_startdeliver.startdeliver.errors import Unreachable
from smrt_startdeliver.state.database import State
from smrt_startdeliver.warehouse.connecting import memory_engine
from smrt_startdeliver.window import Request, RunKind

_KINDS: dict[str, RunKind] = {"scheduled": "scheduled", "asset_triggered": "scheduled", "backfill": "backfill"}
_WORTH_ANOTHER_TRY = (WarehouseError, Unreachable)

Tickets = list[dict[str, Any]]
"""One for each part of the run, as tasks hand them on."""


def open_run(context: Mapping[str, Any]) -> Tickets:
    """Open the run that Airflow's context asks for; a ticket for each of its parts. A failure is told at once."""
    try:
        return [asdict(ticket) for ticket in _failing_plainly(lambda: opening.start(_request(context)))]
    except Exception as error:
        tell_quietly(context, _failed(context, error))
        raise


def run_stage(name: str, tickets: Tickets) -> Any:
    """Do a stage that is not done in parts."""
    return _do(name, _whole(tickets))


def run_part(name: str, ticket: dict[str, Any]) -> Any:
    """Do a part of a stage: that of the ticket."""
    return _do(name, Ticket(**ticket))


def report(tickets: Tickets, context: Mapping[str, Any]) -> Any:
    """Tell of the run, in XCom `report` and by the assets of what it sent; then close it as a success."""

    def say(job: Job) -> None:
        summary = read_summary(job.state, job.run.number)
        context["ti"].xcom_push("report", report_of(summary))
        events = context["outlet_events"][AssetAlias(assets.ALIAS)]
        for one in assets.synced(summary):
            events.add(Asset(one.asset), extra=dict(one.extra))

    return _do("report", _whole(tickets), first=say)  # once it is closed, the task could not be tried again


def close_run(tickets: Tickets | None, context: Mapping[str, Any]) -> None:
    """Close a run that is still open as failed, its unsent rows as aborted; remove what was staged.

    Then send its metrics, and tell people what changed. A run of which the warehouse cannot be told in any try has
    failed: that is told without its memory.
    """
    if not tickets:
        return
    failed, ticket = None, _whole(tickets)
    try:
        _failing_plainly(lambda: close(ticket))
        metrics.send(_failing_plainly(lambda: _summary(ticket)))
    except WarehouseError as error:
        if context["ti"].try_number > context["ti"].max_tries:
            failed = _failed(context, error)
        raise
    finally:
        tell_quietly(context, failed)


def _whole(tickets: Tickets) -> Ticket:
    """The ticket for a stage that is not done in parts."""
    return replace(Ticket(**tickets[0]), part=None)


def _do(name: str, ticket: Ticket, first: Callable[[Job], None] | None = None) -> Any:
    stages: dict[str, Callable[[Job], Any]] = {
        "extract": extract,
        "derive": derive,
        "plan": plan,
        "guard": guard,
        "load_customers": lambda job: load_records(job, "customer"),
        "load_users": lambda job: load_records(job, "user"),
        "load_events": load_events,
        "report": closing_report,
    }

    def work() -> Any:
        with at_work(ticket, name) as job:
            if first is not None:
                first(job)
            done = stages[name](job)
            note_lineage(job)
            return done

    return _failing_plainly(work)


def watch(context: Mapping[str, Any]) -> None:
    """Tell what changed, also where no run ends: that none has succeeded for too long, and what could not be told."""
    _failing_plainly(lambda: tell(context))


def _summary(ticket: Ticket) -> Summary:
    engine = memory_engine(ticket.state_connection)
    try:
        return read_summary(State(engine, ticket.state_schema), ticket.run)
    finally:
        engine.dispose()


def _failing_plainly(work: Callable[[], Any]) -> Any:
    """Fail with the one line that our errors are; what another try cannot mend fails at once."""
    try:
        return work()
    except _WORTH_ANOTHER_TRY:
        raise
    except SmrtStartdeliverError as error:
        raise AirflowFailException(str(error)) from None


def _failed(context: Mapping[str, Any], error: Exception) -> Ended | None:
    """A regular run that failed with an error, to be told. Only our own errors are known to hold no person's data."""
    try:
        regular = _request(context).regular
    except ValueError:  # a `since` that is no time
        regular = False
    if not regular:
        return None
    ours = isinstance(error, (SmrtStartdeliverError, AirflowFailException))
    message = str(error) if ours else f"{type(error).__name__}, see the log of its tasks"
    return Ended(datetime.now(UTC), "failed", context["dag_run"].run_id, message=message)


def _request(context: Mapping[str, Any]) -> Request:
    params, dag_run = context["params"], context["dag_run"]
    start, end = context.get("data_interval_start"), context.get("data_interval_end")
    return Request(
        dag_run_id=dag_run.run_id,
        kind=_KINDS.get(str(getattr(dag_run.run_type, "value", dag_run.run_type)), "manual"),
        interval=Interval(utc(start), utc(end)) if start and end else None,
        now=datetime.now(UTC),
        since=parse_moment(params["since"]) if params["since"] else None,
        until=parse_moment(params["until"]) if params["until"] else None,
        dry_run=params["dry_run"],
        full_resync=params["full_resync"],
        force=params["force"],
        entities=tuple(params["entities"]),
    )
