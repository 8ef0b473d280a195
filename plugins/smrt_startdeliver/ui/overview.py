"""Overview: what the last runs did and cost, how long ago the last one succeeded, and how far one is that goes on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, get_args

from fastapi import APIRouter, Request, Response

from smrt_startdeliver.stages.job import STAGES
from smrt_startdeliver.startdeliver.request import Purpose
from smrt_startdeliver.ui.charts import Chart, stacked
from smrt_startdeliver.ui.memory import Memory
from smrt_startdeliver.ui.pages import page
from smrt_startdeliver.ui.under_way import runs_under_way

router = APIRouter()

_RUNS = 20
FATES = ("created", "updated", "sent", "rejected", "unchanged")
REQUESTS = (*get_args(Purpose), "429")
"""By purpose; and the answers 429, each of which had a request sent again."""

Numbers = dict[tuple[int, str], float]
"""(run, what) -> number; what is absent is 0."""


@router.get("/", name="overview")
def overview(request: Request, memory: Memory) -> Response:
    """The page."""
    with memory.transaction():
        runs = memory.rows("ui/last_runs", runs=_RUNS)
        numbers = [run["run"] for run in runs]
        fates = _sums((row["run"], row["fate"], row["rows"]) for row in memory.rows("ui/fates", runs=numbers))
        costs = memory.rows("ui/costs", runs=numbers)
        success = memory.rows("ui/last_success")
        under_way = runs_under_way(memory)
    seconds = _sums((row["run"], row["stage"], row["value"]) for row in costs if row["name"] == "seconds")
    requests = _sums(
        (row["run"], row["name"].removeprefix("requests "), row["value"]) for row in costs if row["name"] != "seconds"
    )
    return page(
        request,
        "overview.html",
        runs=runs,
        fates=fates,
        seconds=seconds,
        requests=requests,
        fate_names=FATES,
        stage_names=STAGES,
        request_names=REQUESTS,
        charts=_charts(numbers[::-1], fates, seconds, requests),
        success=success[0] if success else None,
        under_way=under_way,
    )


def _charts(runs: Sequence[int], fates: Numbers, seconds: Numbers, requests: Numbers) -> dict[str, Chart]:
    """What was written by itself: beside all that is unchanged it would be too small to see."""
    return {
        "written": _chart("Written and rejected", runs, fates, FATES[:-1], " rows"),
        "rows": _chart("Unchanged beside them", runs, fates, FATES, " rows"),
        "seconds": _chart("Seconds by stage", runs, seconds, STAGES, " s"),
        "requests": _chart("Requests, and answers 429", runs, requests, REQUESTS, ""),
    }


def _chart(title: str, runs: Sequence[int], numbers: Numbers, names: Iterable[str], unit: str) -> Chart:
    series = {name: [numbers[run, name] for run in runs] for name in names}
    return stacked(title, [f"run {run}" for run in runs], series, unit)


def _sums(rows: Iterable[tuple[int, str, Any]]) -> Numbers:
    found: Numbers = defaultdict(float)
    for run, what, value in rows:
        found[run, what] += float(value)
    return found
