"""Sending, one object a request, to a server that takes 50 ms for each answer, 16 requests in flight."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import requests

from bench import warehouse
from bench.peers import PEERS, Peers
from bench.slow_server import SECONDS_AN_ANSWER
from bench.table import Line
from bench.world import last_json, running_world
from demo.home import REPOSITORY

IN_FLIGHT = 16
SETTINGS = f"max_in_flight: {IN_FLIGHT}\nevents: []\n"
_FOR_PEERS = 200
"""A peer sends one after the other: so many bodies show how fast."""
_RECORDS = ("load_customers", "load_users")


def lines(folder: Path, customers: int, peers: Peers | None) -> list[Line]:
    """The pipeline's own stages send customers and users; then the same bodies are sent by the others."""
    with running_server() as url, running_world(folder, customers, SETTINGS) as world:
        outcome = world.run(warehouse.OPENING, host=f"{url}/api/v1/")
        told = _told(url)
        bodies = told["bodies"][: 2 * customers]
        ours = 2 * customers / sum(outcome.stages[stage] for stage in _RECORDS)
        file = folder / "bodies.jsonl"
        file.write_text("".join(f"{json.dumps(body)}\n" for body in bodies))
        bare = last_json([sys.executable, "-m", "bench.bare_loop", f"{url}/any", str(file), str(IN_FLIGHT)])
        theirs = bare["count"] / bare["seconds"]
        found = [
            Line(
                "Sending: requests/s, by a bare loop's",
                ours / theirs,
                "x",
                0.9,
                "at least",
                f"{ours:,.0f} and {theirs:,.0f} requests/s, {SECONDS_AN_ANSWER * 1000:.0f} ms an answer, "
                f"{IN_FLIGHT} in flight, the same bodies",
            ),
            Line(
                "Sending: connections",
                told["connections"],
                "connections",
                IN_FLIGHT * len(_RECORDS),
                "at most",
                f"kept alive over {len(told['bodies']):,} requests; each of the two stages has its own",
            ),
        ]
        if peers is None:
            return found
        few = folder / "few.jsonl"
        few.write_text("".join(f"{json.dumps(body)}\n" for body in bodies[:_FOR_PEERS]))
        for name, program in PEERS.items():
            count, seconds = peers.ask(program, url=f"{url}/any", bodies=str(few))
            found.append(
                Line(
                    f"Sending: requests/s, by {name}'s",
                    ours / (count / seconds),
                    "x",
                    8,
                    "at least",
                    f"{ours:,.0f} and {count / seconds:,.0f} requests/s",
                )
            )
    return found


@contextmanager
def running_server() -> Iterator[str]:
    """The slow server's address, for the length of a block."""
    process = subprocess.Popen(  # nosec B603 # our own command, no shell
        [sys.executable, "-m", "bench.slow_server"],
        cwd=REPOSITORY,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        assert process.stdout is not None  # noqa: S101 - a pipe was asked for  # nosec B101
        yield f"http://127.0.0.1:{int(process.stdout.readline())}"
        process.communicate()


def _told(url: str) -> Any:
    return requests.get(f"{url}/told", timeout=30).json()
