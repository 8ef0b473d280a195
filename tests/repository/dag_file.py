"""`python dag_file.py FILE`: imports a DAG file in a process of its own and prints, as JSON, what is to be known of it.

`loaded` and `did`: what the import loaded and did beyond importing `airflow.sdk`. `dags`: what Airflow makes of it.
"""

from __future__ import annotations

import ast
import json
import os
import runpy
import sys
from pathlib import Path
from typing import Any

ACTS = ("socket.", "sqlite3.", "subprocess.", "shutil.", "tempfile.", "os.system", "os.mkdir", "os.remove", "os.rename")


def side_effects(file: Path) -> dict[str, list[str]]:
    """The modules that running the file loads, and the auditable acts that it commits."""
    for statement in ast.parse(file.read_text()).body:
        if isinstance(statement, ast.ImportFrom) and statement.module == "airflow.sdk":
            exec(compile(ast.Module([statement], []), file, "exec"))  # so that what the SDK itself does is not counted
    did: list[str] = []
    watching = True

    def audit(event: str, arguments: tuple[Any, ...]) -> None:
        writes = event == "open" and arguments[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)
        if watching and (writes or event.startswith(ACTS)):
            did.append(f"{event} {arguments}")

    sys.addaudithook(audit)
    before = set(sys.modules)
    runpy.run_path(str(file))
    watching = False
    return {"loaded": sorted(set(sys.modules) - before), "did": did}


def facts(file: Path) -> dict[str, Any]:
    """Import errors and DAGs as the DAG processor finds them; timetables as the scheduler gets them."""
    from airflow.dag_processing.dagbag import DagBag  # noqa: PLC0415 - loads far more than airflow.sdk
    from airflow.serialization.serialized_objects import DagSerialization  # noqa: PLC0415

    bag = DagBag(file)
    dags = {}
    for dag_id, dag in bag.dags.items():
        scheduled = DagSerialization.from_dict(DagSerialization.to_dict(dag))
        first = scheduled.next_dagrun_info(last_automated_run_info=None)
        second = scheduled.next_dagrun_info(last_automated_run_info=first) if first else None
        dags[dag_id] = {
            "doc_md": dag.doc_md,
            "description": dag.description,
            "tags": sorted(dag.tags),
            "catchup": dag.catchup,
            "max_active_runs": dag.max_active_runs,
            "intervals": [
                [info.data_interval.start.isoformat(), info.data_interval.end.isoformat()]
                for info in (first, second)
                if info
            ],
            "assets": sorted(asset.name for _, asset in scheduled.timetable.asset_condition.iter_assets()),
            "owner_links": dag.owner_links,
            "params": {name: dag.params.get_param(name).schema for name in dag.params},
            "groups": {
                group_id: {"doc_md": group.doc_md, "tasks": sorted(group.children)}
                for group_id, group in dag.task_group_dict.items()
                if group_id
            },
            "tasks": {
                task.task_id: {
                    "owner": task.owner,
                    "retries": task.retries,
                    "doc_md": task.doc_md,
                    "mapped": task.is_mapped,
                    "pool": task.pool,
                    "links": [link.name for link in task.operator_extra_links],
                }
                for task in dag.tasks
            },
        }
    return {"import_errors": list(bag.import_errors.values()), "dags": dags}


if __name__ == "__main__":
    dag_file = Path(sys.argv[1])
    seen = side_effects(dag_file) | facts(dag_file)
    sys.stdout.write(json.dumps(seen) + "\n")
