"""`status`: how the pipeline fares."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import typer
from rich.console import Console
from rich.progress_bar import ProgressBar
from rich.table import Table

from smrt_startdeliver.cli.connect import memory
from smrt_startdeliver.cli.output import amount, counted, duration, say, show_json, show_rows
from smrt_startdeliver.stages.job import STAGES
from smrt_startdeliver.state.status import Doing, Running, Speed, Status, read_status, why_unhealthy

COLUMNS = ["run", "kind", "state", "window_end", "took", "created", "updated", "sent", "rejected"]
_BAR = 30


def status(max_age: float | None, shown: int, *, as_json: bool) -> None:
    """Say how it fares. Exits with 1 where the last regular run failed, or there was none of late."""
    with memory() as (state, settings):
        found = read_status(state, settings, shown)
    why = why_unhealthy(found.last_regular, max_age)
    if as_json:
        show_json({"healthy": why is None, "why": why, **asdict(found)})
    else:
        _say(found, why)
    if why is not None:
        raise typer.Exit(1)


def _say(found: Status, why: str | None) -> None:
    last = found.last_regular
    if why is not None:
        say(f"✗ {why}", "red")
    if last is not None and last.age_seconds is not None:
        ago = f"the last success of a regular run was {duration(last.age_seconds)} ago"
        say(f"{'✓' if why is None else '!'} {ago}", "green" if why is None else "")
    if found.runs:
        show_rows([row | {"took": duration(row["seconds"])} for row in found.runs], COLUMNS)
    for row in found.runs:
        if remarks := _remarks(row):
            say(f"Run {row['run']}: {remarks}")
    for running in found.running:
        _say_running(running)
    say(f"Open events: {counted(found.open_events)}")
    for row in found.records:
        say(f"{row['entity'].capitalize()}s: {counted({what: row[what] for what in row if what != 'entity'})}")
    for row in found.audiences:
        say(f"Audience {row['name']}: {amount(row['members'])} members")
    say(_pace(found.pace))
    waiting = f", {found.lock.waiting} wait for it" if found.lock.waiting else ""
    say(f"Right to write: {'held by a task' if found.lock.held else 'free'}{waiting}")


def _remarks(row: dict[str, Any]) -> str:
    """What the table does not say of a run."""
    remarks = {
        "dry": row["dry_run"],
        "what it had no time for is left": row["deferred"],
        f"guard {row['guard']}": row["guard"],
        row["message"]: row["message"],
    }
    return "; ".join(remark for remark, said in remarks.items() if said)


def _say_running(running: Running) -> None:
    stage = next((stage for stage in STAGES if stage not in running.done), STAGES[-1])
    kind = f"{'dry, ' if running.dry_run else ''}{running.kind}"
    say(f"Running: run {running.run} ({kind}) since {duration(running.seconds)}, in {stage}", "bold")
    if Console().is_terminal:
        bars = Table.grid(padding=(0, 2))
        for one in running.progress:
            bars.add_row(one.what, ProgressBar(total=one.to_send, completed=one.done, width=_BAR), _share(one))
        Console(highlight=False).print(bars)
    else:
        for one in running.progress:
            say(f"{one.what}: {_share(one)}")


def _share(one: Doing) -> str:
    return f"{amount(one.done)} of {amount(one.to_send)} ({one.done * 100 // one.to_send} %)"


def _pace(pace: Speed) -> str:
    quota = "" if pace.daily_quota is None else f" of the {amount(pace.daily_quota)} of daily_quota"
    found = "not known yet" if pace.a_second is None else f"{pace.a_second:,.1f} requests a second"
    return f"Pace: {found}; {amount(pace.requests_today)} requests today{quota}"
