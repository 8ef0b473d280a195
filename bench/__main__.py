"""`python -m bench`: every measure, a table of them, `bench/results/*.json`, and docs/scaling.md written anew."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from rich.console import Console

from bench import page, results
from bench.measures import deriving, importing, runs, sending
from bench.peers import Peers
from bench.table import Line, table
from bench.world import running_world
from demo.home import REPOSITORY, DemoError, Home

_HOME = Home(REPOSITORY / ".bench")
_console = Console(highlight=False)


def main() -> None:
    """Measure what there is time for. Misses are shown, and are no failure; exits with 1 where it cannot go on."""
    arguments = _arguments()
    if arguments.page:
        page.rewrite()
        return
    try:
        with _HOME.held():
            lines = list(_measured(arguments))
    except (DemoError, RuntimeError) as error:
        _console.print(str(error), style="red", markup=False, soft_wrap=True)
        sys.exit(1)
    _console.print(table(lines, f"{arguments.customers:,} customers"))
    if not arguments.keep:
        if arguments.workers == 1:
            results.write_table(lines)
        page.rewrite()


def _measured(arguments: argparse.Namespace) -> Iterator[Line]:
    started = time.monotonic()
    folder, size, peers = _HOME.folder, arguments.customers, Peers(_HOME.folder / "peers")
    peers.install()
    for step, measure in _steps(folder, size, arguments, peers).items():
        if time.monotonic() - started > arguments.minutes * 60:
            _console.print(f"[yellow]The {arguments.minutes:g} minutes were over before: {step}.[/]")
            return
        _console.print(f"[dim]{(time.monotonic() - started) / 60:4.1f} min[/] {step} …")
        yield from measure()


def _steps(folder: Path, size: int, arguments: argparse.Namespace, peers: Peers) -> dict[str, Callable[[], list[Line]]]:
    """The shorter ones first: what is measured of many customers may take all of the time."""
    if arguments.workers > 1:  # they are points of the curves alone
        label = f"runs over {size:,} customers, {arguments.workers} workers"
        return {label: lambda: _runs(folder, size, None, workers=arguments.workers, keep=arguments.keep)}
    return {
        "importing the DAG file": lambda: importing.lines(times=5),
        "deriving, beside DuckDB": lambda: deriving.lines(folder / "deriving", arguments.events // 10, peers),
        "sending, beside a bare loop and the peers": lambda: sending.lines(folder / "sending", arguments.sent, peers),
        f"runs over {size:,} customers": lambda: _runs(folder, size, peers, workers=1, keep=arguments.keep),
    }


def _runs(folder: Path, size: int, peers: Peers | None, *, workers: int, keep: bool) -> list[Line]:
    with running_world(folder / "runs", size, workers=workers) as world:
        done = runs.go(world)
        if not keep:
            results.write_curve(done)
        return [*runs.lines(done), *([] if peers is None else runs.beside_peers(world, done, peers))]


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--customers", type=int, default=10_000, help="of the warehouse (%(default)s)")
    parser.add_argument("--events", type=int, default=1_000_000, help="from which is derived (%(default)s)")
    parser.add_argument(
        "--sent", type=int, default=2_500, help="customers, and as many users, that are sent (%(default)s)"
    )
    parser.add_argument("--workers", type=int, default=1, help="do runs in so many processes (%(default)s)")
    parser.add_argument("--minutes", type=float, default=15, help="begin no measure after so many (%(default)s)")
    parser.add_argument("--keep", action="store_true", help="leave the results and the page as they are")
    parser.add_argument("--page", action="store_true", help="measure nothing: write the page from the results")
    return parser.parse_args()


if __name__ == "__main__":
    main()
