"""`python -m chaos`: kills and faults, until the number asked for is reached; all is in `.chaos/`."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import time
from random import Random
from types import FrameType

from rich.console import Console

from chaos.campaign import Campaign
from chaos.errors import Broken
from chaos.strikes import plan
from chaos.tally import tables
from chaos.world import running_world
from demo.home import REPOSITORY, DemoError, Home
from demo.postgres import PostgresError
from demo.set_up import stop_server

_HOME = Home(REPOSITORY / ".chaos")
_ENDINGS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_INTERRUPTED = 130
_console = Console(highlight=False)


def main() -> None:
    """Do it. Exits with 1 where anything was lost or doubled, or the work cannot go on; with 130 where interrupted."""
    arguments = _arguments()
    for ending in _ENDINGS:
        signal.signal(ending, _interrupt)
    try:
        with _HOME.held():
            stop_server(_HOME)
            _use_airflow_of(_HOME)
            kept = _chaos(arguments.kills, arguments.seed, arguments.minutes)
    except (DemoError, PostgresError) as error:
        _console.print(str(error), style="red", markup=False, soft_wrap=True)
        sys.exit(1)
    except KeyboardInterrupt:
        _console.print("Stopped.")
        sys.exit(_INTERRUPTED)
    sys.exit(0 if kept else 1)


def _chaos(kills: int, seed: int, minutes: float) -> bool:
    """Strike, and show the tally; whether nothing was lost and nothing sent twice."""
    started = time.monotonic()
    _console.print(f"Seed {seed}: a warehouse, two sandboxes …")
    with running_world(_HOME, seed, with_airflow=True) as world:
        campaign = Campaign(world, seed, say=lambda line: _say(campaign, kills, started, line))
        broken = None
        try:
            campaign.go(plan(kills, Random(seed)), lambda: time.monotonic() - started > minutes * 60)
        except Broken as error:
            broken = error
    _console.print(tables(campaign.tally, campaign.peace))
    if broken is not None:
        _console.print(
            f"✗ Seed {seed}, after {campaign.tally.total}: {broken}", style="red", markup=False, soft_wrap=True
        )
        _console.print(f"What was said and remembered is in {_HOME.folder}.", markup=False, soft_wrap=True)
        return False
    if campaign.tally.total < kills:
        _console.print(f"[yellow]The {minutes:g} minutes were over after {campaign.tally.total} of {kills}.[/]")
    _console.print("[green]✓[/] Nothing was lost, and nothing was sent twice.")
    return True


def _say(campaign: Campaign, kills: int, started: float, line: str) -> None:
    minutes, seconds = divmod(int(time.monotonic() - started), 60)
    _console.print(f"[dim]{minutes:2d}:{seconds:02d}[/] {campaign.tally.total:3d} of {kills}  {line}", soft_wrap=True)


def _use_airflow_of(home: Home) -> None:
    """Let no other Airflow be found, here and in the processes of all runs."""
    for name in [name for name in os.environ if name.startswith(("AIRFLOW", "SMRT_STARTDELIVER_"))]:
        del os.environ[name]
    os.environ |= {
        "AIRFLOW_HOME": str(home.airflow),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__PLUGINS_FOLDER": str(REPOSITORY / "plugins"),
    }


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m chaos", description=__doc__)
    parser.add_argument("--kills", type=int, default=100, help="how many kills and faults (%(default)s)")
    parser.add_argument("--seed", type=int, default=7, help="of what is drawn (%(default)s)")
    parser.add_argument("--minutes", type=float, default=20, help="begin no episode after so many (%(default)s)")
    return parser.parse_args()


def _interrupt(_: int, __: FrameType | None) -> None:
    """Stop once, and undisturbed."""
    for ending in _ENDINGS:
        signal.signal(ending, signal.SIG_IGN)
    raise KeyboardInterrupt


if __name__ == "__main__":
    main()
