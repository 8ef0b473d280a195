"""Every DAG file: documented, owned, scheduled with real intervals, and imported without side effects."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.repository import ROOT

DAG_FILES = {
    "smrt_to_startdeliver.py": ["smrt_to_startdeliver"],
    "smrt_to_startdeliver_watch.py": ["smrt_to_startdeliver_watch"],
}
"""DAG file -> its DAGs; a new file is entered here."""

INTERVALS = {"smrt_to_startdeliver": timedelta(hours=2), "smrt_to_startdeliver_watch": timedelta(hours=1)}

WITHOUT_PARAMETERS = {"smrt_to_startdeliver_watch"}

ALLOWED = {
    "smrt_to_startdeliver_watch.py": {
        "smrt_startdeliver",
        "smrt_startdeliver.alerts",
        "smrt_startdeliver.alerts.deadline",
    }
}
"""DAG file -> modules of ours that it loads."""

TRIED_ONCE = {"open_run"}
"""Tasks that find what only a person can mend, and say so at once."""


@pytest.fixture(scope="module", params=DAG_FILES)
def found(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What `dag_file.py` says of a DAG file, under an Airflow that has no database and no plugins."""
    home = tmp_path_factory.mktemp("airflow")
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("AIRFLOW")}
    result = subprocess.run(
        [sys.executable, ROOT / "tests/repository/dag_file.py", ROOT / "dags" / request.param],
        cwd=home,
        env=inherited
        | {
            "AIRFLOW_HOME": str(home),
            "PYTHONDONTWRITEBYTECODE": "1",  # else the import's own cache would count as something done
            "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
            "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": "postgresql+psycopg://nobody@127.0.0.1:1/nowhere",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    return {"file": request.param, **json.loads(result.stdout.splitlines()[-1])}


def test_every_dag_file_is_checked():
    assert sorted(file.name for file in (ROOT / "dags").rglob("*.py")) == sorted(DAG_FILES)


def test_a_file_holds_its_dags_and_imports_cleanly(found):
    assert found["import_errors"] == []
    assert sorted(found["dags"]) == DAG_FILES[found["file"]]


def test_importing_loads_nothing_but_airflow_and_the_standard_library(found):
    """Airflow imports the coroutine of a deadline alert; so the module that holds it is as light as the file."""
    loaded = set(found["loaded"])
    packages = {module.partition(".")[0] for module in loaded - ALLOWED.get(found["file"], set())}
    assert packages - sys.stdlib_module_names - {"airflow"} == set()


def test_importing_touches_no_network_no_database_and_no_file(found):
    assert found["did"] == []


def test_a_dag_says_what_it_is_for(found):
    for dag in found["dags"].values():
        assert len(dag["doc_md"]) > 200
        assert dag["description"]
        assert dag["tags"]


def test_a_dag_runs_once_at_a_time_and_does_not_catch_up(found):
    for dag in found["dags"].values():
        assert dag["catchup"] is False
        assert dag["max_active_runs"] == 1


def test_a_dag_is_scheduled_with_real_intervals(found):
    for name, dag in found["dags"].items():
        start, end = map(datetime.fromisoformat, dag["interval"])
        assert end - start == INTERVALS[name]


def test_every_task_has_an_owner_and_is_tried_again(found):
    for dag in found["dags"].values():
        assert [name for name, task in dag["tasks"].items() if task["owner"] in ("", "airflow")] == []
        assert {name for name, task in dag["tasks"].items() if task["retries"] < 1} == TRIED_ONCE & dag["tasks"].keys()


def test_every_parameter_has_a_title_and_a_description_for_its_form(found):
    for dag_id, dag in found["dags"].items():
        assert bool(dag["params"]) == (dag_id not in WITHOUT_PARAMETERS)
        for name, schema in dag["params"].items():
            assert schema.get("title"), name
            assert schema.get("description") or schema.get("description_md"), name
