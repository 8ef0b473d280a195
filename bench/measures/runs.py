"""A first sync, then runs over a warehouse that has not changed, then one over a warehouse that has a little.

All of them send into the null transport; each is set beside what it is compared with right then.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from math import ceil

from bench import warehouse
from bench.peers import PEERS, Peers
from bench.table import Line
from bench.world import Outcome, World

BATCH = 500
"""So many new records are looked up in one request."""
CHANGED_SHARE = 0.001
REPEATS = 3
"""So many runs without a change and with one, in turn: a single one is as long as its neighbours on the machine let it
be."""
_PERIOD = timedelta(hours=2)
_BETWEEN_REPEATS = timedelta(minutes=20)
_RECORDS = ("load_customers", "load_users")
_PEERS_ROWS = 100_000
"""So many of each table the peers are given, or all: their pace does not depend on it, and a million take an hour."""


@dataclass(frozen=True)
class Runs:
    """What the runs cost, how long PostgreSQL took to scan all tables, and how many customers were changed.

    `whole` is the one in `sweep_hours` that looks at everybody; nothing has changed before it, nor before `unchanged`.
    `unchanged` and `changed`: those of `REPEATS` whose time is the middle one; each of them made the same requests.
    """

    customers: int
    rows: int
    workers: int
    first: Outcome
    whole: Outcome
    unchanged: Outcome
    scan_seconds: float
    changed: Outcome
    changed_customers: int


def go(world: World) -> Runs:
    """Make the runs, at night: no moment passes between them at which the clock alone changes something."""
    first = world.run(warehouse.OPENING)
    whole = world.run(warehouse.OPENING + _PERIOD)
    warehouse.vacuum(world.uri)
    end = warehouse.OPENING + 2 * _PERIOD
    unchanged, changed, scans = [], [], [world.scan_seconds()]
    for _ in range(REPEATS):
        unchanged.append(world.run(end))
        scans.append(world.scan_seconds())
        changed_customers = warehouse.change(world.uri, CHANGED_SHARE)
        changed.append(world.run(end + _BETWEEN_REPEATS))
        end += 2 * _BETWEEN_REPEATS
    size = (world.customers, world.rows, world.workers)
    return Runs(*size, first, whole, middle(unchanged), min(scans), middle(changed), changed_customers)


def middle(outcomes: Sequence[Outcome]) -> Outcome:
    """The one whose time is the median, sending left out. Raises RuntimeError where their requests differ."""
    requests = {(one.requests("write"), one.requests("lookup")) for one in outcomes}
    if len(requests) > 1:
        raise RuntimeError(f"runs of one kind made different requests (write, lookup): {sorted(requests)}")
    return sorted(outcomes, key=lambda one: one.without_sending)[len(outcomes) // 2]


def lines(runs: Runs) -> list[Line]:
    """The lines of the runs, but for what peers are needed for."""
    size = f"{runs.customers:,} customers, {runs.rows - runs.customers:,} events"
    first, unchanged, changed = runs.first, runs.unchanged, runs.changed
    new = 2 * runs.customers
    return [
        Line("Nothing changed: write requests", unchanged.requests("write"), "requests", 0, "exactly", size),
        Line(
            "Nothing changed: time, by that of a scan",
            unchanged.seconds / runs.scan_seconds,
            "x",
            0.5,
            "at most",
            f"{unchanged.seconds:.1f} s; PostgreSQL reads the same tables once in {runs.scan_seconds:.1f} s",
        ),
        Line("Nothing changed: memory", unchanged.peak_mib, "MiB", 512, "at most", "peak of the process of all stages"),
        Line(
            "0.1 % changed: write requests",
            changed.requests("write"),
            "requests",
            runs.changed_customers,
            "exactly",
            f"{runs.changed_customers:,} customers with another telephone number",
        ),
        Line(
            "0.1 % changed: time, by that of no change",
            changed.without_sending / unchanged.without_sending,
            "x",
            1.5,
            "at most",
            f"{changed.without_sending:.1f} s and {unchanged.without_sending:.1f} s, stages that send left out",
        ),
        Line("First sync: memory", first.peak_mib, "MiB", 1024, "at most", "peak of the process of all stages"),
        Line(
            "Requests for new records",
            first.requests("write", "lookup", stages=_RECORDS),
            "requests",
            new + 2 * ceil(runs.customers / BATCH),
            "exactly",
            f"{runs.customers:,} customers and as many users, looked up {BATCH} at a time",
        ),
        Line(
            "Requests for changed records",
            changed.requests("write", "lookup"),
            "requests",
            runs.changed_customers,
            "exactly",
            "those that are known already",
        ),
    ]


def beside_peers(world: World, runs: Runs, peers: Peers) -> list[Line]:
    """How many rows a second a first sync reads, beside each peer with a null sink of its own."""
    ours = runs.rows / runs.first.seconds
    found = []
    for name, program in PEERS.items():
        count, seconds = peers.ask(program, uri=world.uri, tables=warehouse.TABLES, rows=_PEERS_ROWS)
        found.append(
            Line(
                f"First sync: rows/s, by {name}'s",
                ours / (count / seconds),
                "x",
                10,
                "at least",
                f"{ours:,.0f} rows/s, all derived, planned and remembered; {count / seconds:,.0f} rows/s, passed on",
            )
        )
    return found
