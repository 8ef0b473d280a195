"""`python airflow_commands.py < COMMANDS`: does Airflow's commands on a metadata database of its own, in one process.

Reads a JSON list of the words after `airflow`, a list a command. Prints what there is then, as JSON: the `runs` of the
DAG (their type, and their conf), whether it was `paused` before and after each command that changed that, and the
Variable with the `mapping` document. A command that fails ends it.
"""

from __future__ import annotations

import json
import sys

from airflow import settings
from airflow.__main__ import main
from airflow.models import DagModel, Variable
from airflow.models.dagrun import DagRun
from airflow.utils.session import create_session
from sqlalchemy import select

DAG = "smrt_to_startdeliver"


def do(*words: str) -> None:
    """A command as a person gives it: what the one before it has loaded of the database is forgotten."""
    sys.argv = ["airflow", *words]
    main()
    settings.Session.remove()


def is_paused() -> bool:
    """Whether the DAG is paused."""
    with create_session() as session:
        return bool(session.scalar(select(DagModel.is_paused).where(DagModel.dag_id == DAG)))


def runs() -> list[tuple[str, object]]:
    """The runs of the DAG, in the order in which they were made."""
    with create_session() as session:
        return [(str(run.run_type), run.conf) for run in session.scalars(select(DagRun).order_by(DagRun.id))]


if __name__ == "__main__":
    commands = json.load(sys.stdin)
    do("db", "migrate")
    do("dags", "reserialize")
    paused = [is_paused()]
    for command in commands:
        do(*command)
        if is_paused() != paused[-1]:
            paused.append(not paused[-1])
    there_is = {"runs": runs(), "paused": paused, "mapping": Variable.get("startdeliver_mapping", default_var=None)}
    sys.stdout.write("\n" + json.dumps(there_is) + "\n")
