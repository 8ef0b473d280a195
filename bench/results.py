"""What was measured, as JSON files in `bench/results/`: one a size, and what was set beside others."""

from __future__ import annotations

import json
import os
import platform
from dataclasses import asdict
from pathlib import Path
from typing import Any

import psutil

from bench.measures.runs import Runs
from bench.table import Line
from demo.home import REPOSITORY

FOLDER = REPOSITORY / "bench" / "results"


def write_table(lines: list[Line], folder: Path = FOLDER) -> None:
    """`table.json`: every line, whether it was met, and on what it was measured."""
    _write(
        folder / "table.json", {"machine": _machine(), "lines": [asdict(line) | {"met": line.met} for line in lines]}
    )


def write_curve(runs: Runs, folder: Path = FOLDER) -> None:
    """`runs-<customers>.json`, or `runs-<customers>-<workers>.json`: what runs over so many customers cost."""
    cost = {
        name: {
            "seconds": round(outcome.seconds, 2),
            "peak_mib": round(outcome.peak_mib),
            "stages": {stage: round(seconds, 2) for stage, seconds in outcome.stages.items()},
            "writes": outcome.requests("write"),
            "lookups": outcome.requests("lookup"),
        }
        for name in ("first", "whole", "unchanged", "changed")
        for outcome in [getattr(runs, name)]
    }
    size = {"customers": runs.customers, "rows": runs.rows, "workers": runs.workers}
    content = {**size, "scan_seconds": round(runs.scan_seconds, 3), **cost}
    name = f"runs-{runs.customers}" if runs.workers == 1 else f"runs-{runs.customers}-{runs.workers}"
    _write(folder / f"{name}.json", {"machine": _machine(), **content})


def read_table(folder: Path = FOLDER) -> tuple[str, list[Line]]:
    """The machine, and the lines."""
    content = json.loads((folder / "table.json").read_text())
    return content["machine"], [Line(**{k: v for k, v in line.items() if k != "met"}) for line in content["lines"]]


def read_curves(folder: Path = FOLDER) -> list[dict[str, Any]]:
    """What runs cost, from the smallest warehouse to the largest, and from one worker to several."""
    found = [json.loads(file.read_text()) for file in folder.glob("runs-*.json")]
    return sorted(found, key=lambda one: (int(one["customers"]), int(one["workers"])))


def _write(file: Path, content: dict[str, Any]) -> None:
    file.parent.mkdir(exist_ok=True)
    file.write_text(f"{json.dumps(content, indent=2)}\n")


def _machine() -> str:
    """What it was measured on, and how busy that was with other things, too."""
    memory = psutil.virtual_memory().total / 2**30
    return (
        f"{os.cpu_count()} cores, {memory:.0f} GiB, Python {platform.python_version()}, "
        f"load average {os.getloadavg()[2]:.1f}"
    )
