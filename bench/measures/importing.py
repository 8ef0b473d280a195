"""Importing the DAG file, beyond Airflow itself, by `import pandas`: Airflow does it every few seconds."""

from __future__ import annotations

import sys
from statistics import median

from bench.table import Line
from bench.world import last_json

_TIMED = "import sys, time\n{before}\nbegan = time.perf_counter()\n{timed}\nprint(time.perf_counter() - began)"
_AIRFLOW = """
import runpy
from airflow.sdk import Asset, AssetAlias, AssetOrTimeSchedule, BaseOperatorLink, CronTriggerTimetable
from airflow.sdk import Param, TaskGroup, chain, dag, task
def nothing():
    pass
@dag(schedule=None)
def empty():
    task(nothing)()
empty()
"""
"""A DAG that does nothing: whatever Airflow imports for that is of Airflow."""
_DAG = "runpy.run_path('dags/smrt_to_startdeliver.py')"


def lines(times: int) -> list[Line]:
    """The middle one of so many imports of each, in processes of their own, by turns."""
    ours, pandas = [], []
    for _ in range(times):
        ours.append(_seconds(_AIRFLOW, _DAG))
        pandas.append(_seconds("pass", "import pandas"))
    return [
        Line(
            "Importing the DAG file, by import pandas",
            median(ours) / median(pandas),
            "x",
            0.3,
            "at most",
            f"{median(ours) * 1000:.0f} ms beyond Airflow's own import, and {median(pandas) * 1000:.0f} ms",
        )
    ]


def _seconds(before: str, timed: str) -> float:
    return float(last_json([sys.executable, "-c", _TIMED.format(before=before, timed=timed)]))
