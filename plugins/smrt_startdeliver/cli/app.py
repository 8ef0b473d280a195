"""The commands with their arguments. What each does is imported once it is known which one is asked for.

Exit codes: 0 done, 1 it could not be done (one line on standard error says why), 2 the command line is wrong.
"""

from __future__ import annotations

import os
import sys
from datetime import datetime
from enum import StrEnum
from typing import Annotated

import typer

from smrt_startdeliver.clock import parse_moment
from smrt_startdeliver.errors import SmrtStartdeliverError

app = typer.Typer(
    name="smrt_startdeliver",
    help="From SMRT's data warehouse into Startdeliver. Connections and configuration are those of Airflow's tasks.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


class Entity(StrEnum):
    """What Startdeliver refuses."""

    customer = "customer"
    user = "user"
    event = "event"


class Entities(StrEnum):
    """What a run may be about."""

    customers = "customers"
    users = "users"
    events = "events"


SINCE = "Plan a run of what was loaded from here on, as the DAG's parameter; ISO 8601, without a zone it is UTC."
UNTIL = "... and before this moment."
ENTITIES = "Plan a run of customers, users or events alone; repeat it for two of them."


MAX_AGE = "Exit with 1 where the last success is older, too."


@app.callback()
def _commands() -> None:
    """A single command would otherwise need no name."""


@app.command()
def check(*, as_json: AsJson = False) -> None:
    """Check all that a run needs, before one is started. Nothing is written. Exits with 1 where something is wrong."""
    from smrt_startdeliver.cli.check import check as command

    command(as_json=as_json)


@app.command()
def status(
    *,
    max_age: Annotated[float | None, typer.Option("--max-age", help=MAX_AGE, min=0, metavar="HOURS")] = None,
    runs: Annotated[int, typer.Option("--runs", help="Show so many runs, the newest first.", min=0)] = 5,
    as_json: AsJson = False,
) -> None:
    """Show the last runs and what the memory holds. Exits with 1 unless the last regular run succeeded."""
    from smrt_startdeliver.cli.status import status as command

    command(max_age, runs, as_json=as_json)


@app.command()
def rejected(
    *,
    parked: Annotated[bool, typer.Option("--parked", help="Only those that are not tried again.")] = False,
    as_json: AsJson = False,
) -> None:
    """List what Startdeliver refused and has not taken since."""
    from smrt_startdeliver.cli.rejected import rejected as command

    command(parked=parked, as_json=as_json)


@app.command()
def release(
    keys: Annotated[list[str] | None, typer.Argument(help="Keys that `rejected` lists.", metavar="KEY")] = None,
    *,
    everything: Annotated[bool, typer.Option("--all", help="All that are parked.")] = False,
    entity: Annotated[Entity | None, typer.Option(help="Only of this entity.")] = None,
    as_json: AsJson = False,
) -> None:
    """Have parked records and events tried again, from the next run on."""
    if bool(keys) == everything:
        raise typer.BadParameter("give either keys or --all")
    from smrt_startdeliver.cli.release import release as command

    command(keys or None, entity.value if entity else None, as_json=as_json)


@app.command()
def forget(
    customer: Annotated[str, typer.Argument(help="Their id in SMRT, as in users.id.", metavar="CUSTOMER")],
    *,
    in_startdeliver: Annotated[bool, typer.Option("--in-startdeliver", help="Delete them there, too.")] = False,
    as_json: AsJson = False,
) -> None:
    """Remove a person from the memory, and send nothing of theirs any more. Can be repeated."""
    from smrt_startdeliver.cli.forget import forget as command

    command(customer, in_startdeliver=in_startdeliver, as_json=as_json)


@app.command()
def plan(
    *,
    since: Annotated[datetime | None, typer.Option(parser=parse_moment, help=SINCE, metavar="TIME")] = None,
    until: Annotated[datetime | None, typer.Option(parser=parse_moment, help=UNTIL, metavar="TIME")] = None,
    entities: Annotated[list[Entities] | None, typer.Option("--entities", help=ENTITIES, metavar="ENTITY")] = None,
    look_up: Annotated[bool, typer.Option("--look-up", help="Ask Startdeliver whom it has already.")] = False,
    samples: Annotated[int, typer.Option("--samples", help="Show so many records that would change.", min=0)] = 0,
    as_json: AsJson = False,
) -> None:
    """Say what the next run would do: records, events, audiences, guards, requests, time. Nothing is sent."""
    from smrt_startdeliver.cli.plan import plan as command

    chosen = [entity.value for entity in entities or Entities]
    command(since, until, chosen, look_up=look_up, shown=samples, as_json=as_json)


preview = typer.Typer(
    help="Show what a computed trait or an audience comes to now. No request is made.", no_args_is_help=True
)
app.add_typer(preview, name="preview")

Shown = Annotated[int, typer.Option("--sample", help="How many customers to show.", min=0)]


@preview.command("audience")
def preview_audience(
    name: Annotated[str, typer.Argument(help="Its name in audiences.yaml, or its key.", metavar="NAME")],
    *,
    shown: Shown = 10,
    as_json: AsJson = False,
) -> None:
    """Show an audience's size, some members, and who would enter and leave."""
    from smrt_startdeliver.cli.preview import audience as command

    command(name, shown=shown, as_json=as_json)


@preview.command("trait")
def preview_trait(
    name: Annotated[str, typer.Argument(help="Its name in traits.yaml, or its key.", metavar="NAME")],
    *,
    shown: Shown = 10,
    as_json: AsJson = False,
) -> None:
    """Show a computed trait's values, and how many would be sent."""
    from smrt_startdeliver.cli.preview import trait as command

    command(name, shown=shown, as_json=as_json)


def main() -> None:
    """Run the command line. An error of ours is one line."""
    # A task asks its supervisor for connections and variables. A command has none: it asks, as `airflow connections`
    # does, the secrets backends, the environment and Airflow's database. Airflow tells the two apart by this.
    os.environ.setdefault("_AIRFLOW_PROCESS_CONTEXT", "server")
    # It logs to standard output, which is for results alone.
    os.environ["AIRFLOW__LOGGING__LOGGING_LEVEL"] = "CRITICAL"
    try:
        app()
    except SmrtStartdeliverError as error:
        from rich.console import Console

        Console(stderr=True, highlight=False).print(str(error), style="red", markup=False, emoji=False, soft_wrap=True)
        sys.exit(1)
