"""`plan`: what the next run would do."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from typing import cast

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from smrt_startdeliver.cli.connect import startdeliver, warehouse
from smrt_startdeliver.cli.output import amount, counted, duration, minute, say, show_json
from smrt_startdeliver.preview.accounts import EventsPlan, RecordsPlan
from smrt_startdeliver.preview.cost import Cost
from smrt_startdeliver.preview.next_run import STEPS, NextRun, next_run
from smrt_startdeliver.preview.rehearsal import rehearsal_of
from smrt_startdeliver.window import Entity, Request


def plan(
    since: datetime | None,
    until: datetime | None,
    entities: Sequence[str],
    *,
    look_up: bool,
    shown: int,
    as_json: bool,
) -> None:
    """Plan the next run, and say what it comes to."""
    request = Request(
        dag_run_id="plan",
        kind="scheduled",
        interval=None,
        now=datetime.now(UTC),
        since=since,
        until=until,
        entities=tuple(cast("Sequence[Entity]", entities)),
    )
    with warehouse() as (source, state, settings), _progress() as began:
        rehearsal = rehearsal_of(source, state, settings, request)
        found = next_run(rehearsal, startdeliver(settings, state) if look_up else None, shown, began)
    if as_json:
        show_json(asdict(found))
    else:
        _say(found)


@contextmanager
def _progress() -> Iterator[Callable[[str], None]]:
    """A bar in a terminal, a step further whenever the next one begins."""
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.completed} of {task.total}"))
    console = Console(stderr=True)
    with Progress(
        *columns, TimeElapsedColumn(), console=console, transient=True, disable=not console.is_terminal
    ) as bar:
        task = bar.add_task("checking", total=len(STEPS))
        yield lambda step: bar.update(task, description=step, completed=STEPS.index(step))


def _say(found: NextRun) -> None:
    say(
        f"The next run would be of {minute(found.window_start)} to {minute(found.window_end)}, and read events loaded "
        f"since {minute(found.read_from)}"
    )
    if not found.looked_up:
        say("Startdeliver was not asked: whom the memory does not know counts as new (--look-up asks)", "dim")
    for entity, records in found.records.items():
        say(f"{entity}: {_records(records)}")
    for entity, vanished in found.vanished.items():
        say(f"{entity} that vanished: {counted({what: rows for what, rows in asdict(vanished).items() if rows})}")
    for name, events in found.events.items():
        say(f"{name}: {_events(events)}")
    if found.left_open:
        say(f"Events that earlier runs left open, and that would be tried again: {amount(found.left_open)}")
    for entity, reasons in found.values_left_out.items():
        say(f"Values that would be left out of {entity}: {counted(reasons)}")
    for audience in found.audiences:
        held = f"held as it is: {amount(audience.held)} would change, beyond guard_max_change"
        moves = f"{amount(audience.entered)} enter, {amount(audience.left)} leave"
        style = "yellow" if audience.held else ""
        say(f"Audience {audience.name}: {amount(audience.members)} members, {held if audience.held else moves}", style)
    for guard in found.guards:
        say(f"It would be stopped by {guard}", "red")
    if not found.guards:
        say("No guard would stop it", "green")
    _say_cost(found.cost)
    for sample in found.samples:
        what = "new" if sample.new else "changed"
        say(f"{sample.entity} {sample.key}, {what}: {', '.join(sample.fields) or 'no field'}")


def _records(records: RecordsPlan) -> str:
    became = f"{amount(records.new)} new, {amount(records.changed)} changed, {amount(records.unchanged)} unchanged"
    return became + _left(records.rejected, records.skipped)


def _events(events: EventsPlan) -> str:
    became = f"{amount(events.sent)} to send"
    if events.already_sent:
        became += f", {amount(events.already_sent)} sent already"
    return became + _left(events.rejected, events.skipped)


def _left(rejected: Mapping[str, int], skipped: Mapping[str, int]) -> str:
    """What is not sent, by reason."""
    parts = {"rejected": rejected, "skipped": skipped}
    return "".join(
        f", {amount(sum(reasons.values()))} {what} ({counted(reasons)})" for what, reasons in parts.items() if reasons
    )


def _say_cost(cost: Cost) -> None:
    requests = f"{amount(cost.write)} to write, {amount(cost.lookup)} to look up, {amount(cost.check)} to check"
    say(f"Requests: {amount(cost.requests)} ({requests})")
    if cost.seconds is None:
        say("How long that takes is not known: nothing was sent so far, so no pace was found")
    else:
        say(f"At the pace last found, {cost.a_second:,.1f} a second, that takes {duration(cost.seconds)}")
        if cost.seconds > cost.budget_seconds:
            say(f"A run may send for {duration(cost.budget_seconds)}: what is left goes out in the next ones", "yellow")
    if cost.quota_left is not None and cost.quota_left < cost.requests:
        say(f"daily_quota leaves {amount(cost.quota_left)} for today: what is left goes out afterwards", "yellow")
