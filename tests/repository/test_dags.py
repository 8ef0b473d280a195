"""Every DAG file: documented, owned, scheduled with real intervals, and imported without side effects."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from smrt_startdeliver.stages.job import IN_PARTS, STAGES
from tests.repository import ROOT

PRODUCT = "smrt_to_startdeliver.py"
DAG_FILES = {
    PRODUCT: ["smrt_to_startdeliver"],
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


def facts(file: str, home: Path, **variables: str) -> dict[str, Any]:
    """What `dag_file.py` says of a DAG file, under an Airflow that has no database and no plugins."""
    inherited = {
        name: value for name, value in os.environ.items() if not name.startswith(("AIRFLOW", "SMRT_STARTDELIVER_"))
    }
    result = subprocess.run(
        [sys.executable, ROOT / "tests/repository/dag_file.py", ROOT / "dags" / file],
        cwd=home,
        env=inherited
        | {
            "AIRFLOW_HOME": str(home),
            "PYTHONDONTWRITEBYTECODE": "1",  # else the import's own cache would count as something done
            "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
            "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": "postgresql+psycopg://nobody@127.0.0.1:1/nowhere",
        }
        | variables,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    return {"file": file, **json.loads(result.stdout.splitlines()[-1])}


@pytest.fixture(scope="module", params=DAG_FILES)
def found(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What there is to know of a DAG file."""
    return facts(request.param, tmp_path_factory.mktemp("airflow"))


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What there is to know of the DAG that does the work."""
    return facts(PRODUCT, tmp_path_factory.mktemp("airflow"))["dags"]["smrt_to_startdeliver"]


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
        first, second = ([datetime.fromisoformat(moment) for moment in one] for one in dag["intervals"])
        assert first[1] - first[0] == INTERVALS[name]
        assert second == [first[1], first[1] + INTERVALS[name]]
        assert dag["assets"] == []


@pytest.mark.parametrize(
    ("chosen", "assets", "intervals"),
    [("clock", [], 2), ("asset", ["smrt_warehouse"], 0), ("both", ["smrt_warehouse"], 2), ("", [], 2)],
)
def test_the_environment_chooses_between_the_clock_and_what_the_loader_says(
    chosen, assets, intervals, product, tmp_path
):
    dag = facts(PRODUCT, tmp_path, SMRT_STARTDELIVER_SCHEDULE=chosen)["dags"]["smrt_to_startdeliver"]
    assert dag["assets"] == assets
    assert dag["intervals"] == product["intervals"][:intervals]


def test_a_schedule_that_there_is_not_says_which_there_are(tmp_path):
    command = [sys.executable, ROOT / "dags" / PRODUCT]
    environment = {**os.environ, "AIRFLOW_HOME": str(tmp_path), "SMRT_STARTDELIVER_SCHEDULE": "hourly"}
    result = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert "SMRT_STARTDELIVER_SCHEDULE must be one of clock, asset, both, not 'hourly'" in result.stderr


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


def test_every_task_says_what_to_do_when_it_fails(found):
    for dag in found["dags"].values():
        documented = {name: task["doc_md"] for name, task in dag["tasks"].items()}
        assert [name for name, doc in documented.items() if "**If it fails**" not in (doc or "")] == []
        assert len(set(documented.values())) == len(documented)


def test_every_owner_has_a_link(found):
    for dag in found["dags"].values():
        assert {task["owner"] for task in dag["tasks"].values()} == set(dag["owner_links"])


def test_tasks_are_grouped_by_whether_they_write_and_keep_their_names(product):
    assert {name: group["tasks"] for name, group in product["groups"].items()} == {
        "prepare": ["derive", "extract", "guard", "plan"],
        "load": ["load_customers", "load_events", "load_users"],
    }
    assert all(group["doc_md"] for group in product["groups"].values())
    assert list(product["tasks"]) == [*STAGES, "close_run"]


def test_what_is_done_in_parts_has_a_task_for_each(product):
    assert [name for name, task in product["tasks"].items() if task["mapped"]] == list(IN_PARTS)


@pytest.mark.parametrize(("chosen", "pool"), [("", "default_pool"), ("startdeliver", "startdeliver")])
def test_what_sends_takes_a_slot_of_the_pool_that_the_environment_names(chosen, pool, tmp_path):
    tasks = facts(PRODUCT, tmp_path, SMRT_STARTDELIVER_POOL=chosen)["dags"]["smrt_to_startdeliver"]["tasks"]
    for name, task in tasks.items():
        assert task["pool"] == (pool if name.startswith("load_") else "default_pool")


def test_the_report_is_a_click_away(product):
    links = {name: task["links"] for name, task in product["tasks"].items()}
    assert {name: names for name, names in links.items() if names} == {"report": ["Report"]}
