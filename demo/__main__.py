"""`python -m demo`: the whole job on a generated warehouse, without an account of anything; all is in `.demo/`."""

from __future__ import annotations

import argparse
import signal
import sys
from datetime import UTC, datetime
from types import FrameType

from demo.home import DemoError, Home
from demo.postgres import PostgresError, running_postgres
from demo.processes import end_leftovers
from demo.set_up import PERIOD, SCHEMA, SEED, WAREHOUSE, stop_server
from demo.steps import console, step
from demo.three_runs import three_runs
from demo.up import up
from demo.warehouse import add_activity

_ENDINGS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_INTERRUPTED = 130


def main() -> None:
    """Do what is asked. Exits with 1 and a message where that fails, with 130 where it is interrupted."""
    arguments = _arguments()
    for ending in _ENDINGS:
        signal.signal(ending, _interrupt)
    try:
        _COMMANDS[arguments.command](Home(), arguments)
    except (DemoError, PostgresError) as error:
        console.print(str(error), style="red", markup=False, soft_wrap=True)
        sys.exit(1)
    except KeyboardInterrupt:
        console.print("Stopped.")
        sys.exit(0 if arguments.command == "up" else _INTERRUPTED)


def _runs(home: Home, _: argparse.Namespace) -> None:
    with home.held():
        _stop_leftovers(home)
        three_runs(home)


def _up(home: Home, arguments: argparse.Namespace) -> None:
    with home.held():
        _stop_leftovers(home)
        up(home, arguments.port, arguments.sandbox_port)


def _screenshots(home: Home, _: argparse.Namespace) -> None:
    from demo.screenshots import screenshots  # noqa: PLC0415 - nothing else needs a browser

    with home.held():
        _stop_leftovers(home)
        screenshots(home)


def _down(home: Home, _: argparse.Namespace) -> None:
    stopped = home.stop_holder()
    with home.held():
        stopped |= _stop_leftovers(home)
    console.print("Stopped." if stopped else "Nothing is running.")


def _activity(home: Home, _: argparse.Namespace) -> None:
    if not home.postgres.exists():
        raise DemoError("there is no warehouse yet: make up")
    now = datetime.now(UTC)
    with step("Two more hours of business in the warehouse"), running_postgres(home.postgres) as server:
        add_activity(server.database_uri(WAREHOUSE), SCHEMA, SEED, since=now - PERIOD, now=now)


_COMMANDS = {"runs": _runs, "up": _up, "down": _down, "activity": _activity, "screenshots": _screenshots}


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m demo", description=__doc__)
    commands = parser.add_subparsers(title="commands", dest="command", metavar="")
    commands.add_parser("runs", help="make everything anew, run the DAG three times, show a table (the default)")
    serve = commands.add_parser("up", help="leave Airflow with its UI, the sandbox and the warehouse running")
    serve.add_argument("--port", type=int, default=8080, help="of Airflow (%(default)s)")
    serve.add_argument("--sandbox-port", type=int, default=8765, help="of the sandbox (%(default)s)")
    commands.add_parser("down", help="stop that")
    commands.add_parser("activity", help="add two hours of business, up to now, to the warehouse")
    commands.add_parser("screenshots", help="the runs, and pictures of the pages in Airflow's UI in docs/img")
    parser.set_defaults(command="runs")
    return parser.parse_args()


def _stop_leftovers(home: Home) -> bool:
    """Stop what a demo left running that was killed; whether there was anything."""
    return end_leftovers(home.folder) | stop_server(home)


def _interrupt(_: int, __: FrameType | None) -> None:
    """Stop once, and undisturbed: what is asked for again while the programs end is on its way."""
    for ending in _ENDINGS:
        signal.signal(ending, signal.SIG_IGN)
    raise KeyboardInterrupt


if __name__ == "__main__":
    main()
