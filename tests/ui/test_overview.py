"""Overview: the last runs in numbers and charts, the last success, and a run that goes on."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from fastapi.testclient import TestClient

from smrt_startdeliver.plan.fates import Fates
from smrt_startdeliver.state.accounts import note_stage
from smrt_startdeliver.state.database import State
from tests.ui.conftest import HOME
from tests.ui.reading import table_of, text_of
from tests.ui.runs import account, add_run, execute


def shown(viewer: TestClient) -> str:
    answer = viewer.get(HOME)
    assert answer.status_code == 200
    return answer.text


def test_before_the_first_run_it_says_how_to_start_one(viewer: TestClient, state: State) -> None:
    text = text_of(shown(viewer))
    assert "No run has succeeded yet." in text
    assert "There are no runs yet: unpause the DAG, or trigger it." in text


def test_each_run_has_its_rows_by_fate_the_newest_first(viewer: TestClient, state: State) -> None:
    first, second = add_run(state), add_run(state, kind="manual", dry_run=True, force=True)
    account(
        state,
        first,
        "load_users",
        {
            ("users", "extracted", ""): 1_350,
            ("users", "created", ""): 1_200,
            ("users", "updated", ""): 30,
            ("users", "unchanged", ""): 100,
            ("users", "rejected", "refused"): 15,
            ("users", "skipped", "deferred"): 5,
            ("users values", "rejected", "not_a_date"): 7,
        },
    )
    account(state, first, "load_events", {("Order Created", "extracted", ""): 9, ("Order Created", "sent", ""): 9})
    rows = table_of(shown(viewer), "Last runs")
    assert [(row["Run"], row["State"], row["Kind"]) for row in rows] == [
        (str(second), "success", "manual, dry, forced"),
        (str(first), "success", "scheduled"),
    ]
    fates = ("created", "updated", "sent", "rejected", "unchanged")
    assert [rows[1][fate] for fate in fates] == ["1,200", "30", "9", "15", "100"]
    assert [rows[0][fate] for fate in fates] == ["0"] * 5


def test_a_run_that_failed_says_why(viewer: TestClient, state: State) -> None:
    add_run(state, state="failed", message="load_users: the API key was refused")
    (row,) = table_of(shown(viewer), "Last runs")
    assert (row["State"], row["Said"]) == ("failed", "load_users: the API key was refused")


def test_charts_say_in_words_and_in_parts_what_they_show(viewer: TestClient, state: State) -> None:
    number = add_run(state)
    account(state, number, "load_users", {("users", "created", ""): 4, ("users", "unchanged", ""): 16}, seconds=12.4)
    account(state, number, "extract", {}, seconds=3)
    page = shown(viewer)
    assert re.findall(r"<desc[^>]*>(.*?)</desc>", page) == [
        f"The latest of 1, run {number}: created 4 rows.",
        f"The latest of 1, run {number}: created 4 rows, unchanged 16 rows.",
        f"The latest of 1, run {number}: extract 3 s, load_users 12 s.",
        f"The latest of 1, run {number}: nothing.",
    ]
    assert len(re.findall(r"<title>run ", page)) == 5
    assert page.count('role="img"') == 4


def test_what_runs_cost_is_in_tables_too(viewer: TestClient, state: State) -> None:
    number = add_run(state)
    account(state, number, "open_run", {}, seconds=1, requests_check=4)
    account(state, number, "load_users", {}, seconds=75, requests_lookup=3, requests_write=250, requests_429=2)
    account(state, number, "load_events", {}, seconds=20, requests_write=50, requests_429=1)
    page = shown(viewer)
    (seconds,) = table_of(page, "Seconds by stage")
    assert (seconds["open_run"], seconds["load_users"], seconds["load_events"], seconds["plan"]) == (
        "1",
        "75",
        "20",
        "0",
    )
    (requests,) = table_of(page, "Requests by purpose")
    assert requests == {"Run": str(number), "check": "4", "lookup": "3", "write": "300", "429": "3"}


def test_the_last_success_is_one_that_was_meant_to_send_all(viewer: TestClient, state: State) -> None:
    ago = datetime.now(UTC) - timedelta(hours=3, minutes=10)
    number = add_run(state, finished_at=ago)
    add_run(state, complete=False)
    add_run(state, state="failed")
    add_run(state, state="running", finished_at=None)
    text = text_of(shown(viewer))
    assert f"Last success: run {number}, 3 h 10 min ago, with all until 2026-11-20 12:00 UTC." in text


def test_a_run_that_sends_says_how_far_it_is_and_how_long_the_rest_takes(viewer: TestClient, state: State) -> None:
    number = add_run(state, state="running", finished_at=None)
    for stage in ("open_run", "extract", "derive", "plan", "guard", "load_customers"):
        account(state, number, stage, {}, seconds=1)
    state.write(
        "note_progress",
        [{"run": number, "part": 0, "stage": "load_users", "done": 1_200, "total": 20_000, "seconds": 120}],
    )
    page = shown(viewer)
    text = text_of(page)
    assert f"Run {number} is under way" in text
    assert "6 of 9 stages done, now load_users." in text
    assert re.search(r"1,200 of 20,000 \(6 %\), 31 min( \d+ s)? left of this stage", text)
    assert '<progress max="20000" value="1200"' in page
    assert 'data-refresh="5"' in page


def test_the_parts_of_a_run_are_added_up_and_a_stage_is_done_once_all_of_them_are(
    viewer: TestClient, state: State
) -> None:
    number = add_run(state, state="running", finished_at=None, settings='{"partitions": 2}')
    for stage in ("open_run", "extract", "plan", "guard"):
        account(state, number, stage, {}, seconds=1)
    for stage, part in (("derive", 0), ("derive", 1), ("load_customers", 0)):
        note_stage(state, number, stage, Fates(), {"seconds": 1}, part)
    for part, done in enumerate((100, 200)):
        note = {"run": number, "part": part, "stage": "load_customers", "done": done, "total": 600, "seconds": 60}
        state.write("note_progress", [note])
    text = text_of(shown(viewer))
    assert "5 of 9 stages done, now load_customers." in text
    assert re.search(r"300 of 1,200 \(25 %\), (3 min|2 min \d+ s) left", text)


def test_what_has_gone_by_since_the_last_note_is_not_left_any_more(viewer: TestClient, state: State) -> None:
    number = add_run(state, state="running", finished_at=None)
    state.write(
        "note_progress", [{"run": number, "part": 0, "stage": "load_users", "done": 100, "total": 600, "seconds": 600}]
    )
    earlier = "update {schema}.progress set began_at = began_at - :ago, changed_at = changed_at - :ago"
    execute(state, earlier, {"ago": timedelta(minutes=20)})
    assert re.search(r"100 of 600 \(16 %\), (30 min|29 min \d+ s) left", text_of(shown(viewer)))


def test_a_stage_that_has_just_begun_says_nothing_of_what_is_left(viewer: TestClient, state: State) -> None:
    number = add_run(state, state="running", finished_at=None)
    state.write(
        "note_progress", [{"run": number, "part": 0, "stage": "load_users", "done": 0, "total": 600, "seconds": 0}]
    )
    text = text_of(shown(viewer))
    assert "0 of 600 (0 %)" in text
    assert "left of this stage" not in text


def test_a_run_that_does_not_send_yet_says_which_stage_it_is_in(viewer: TestClient, state: State) -> None:
    number = add_run(state, state="running", finished_at=None)
    account(state, number, "open_run", {}, seconds=1)
    page = shown(viewer)
    assert "1 of 9 stages done, now extract." in text_of(page)
    assert "<progress" not in page


def test_a_page_without_a_run_under_way_does_not_ask_again(viewer: TestClient, state: State) -> None:
    number = add_run(state)
    state.write(
        "note_progress", [{"run": number, "part": 0, "stage": "load_users", "done": 1, "total": 2, "seconds": 1}]
    )
    page = shown(viewer)
    assert "data-refresh" not in page
    assert "under way" not in text_of(page)


def test_only_the_last_runs_are_shown(viewer: TestClient, state: State) -> None:
    numbers = [add_run(state) for _ in range(23)]
    rows = table_of(shown(viewer), "Last runs")
    assert [int(row["Run"]) for row in rows] == numbers[:-21:-1]


@pytest.mark.usefixtures("warehouse")
def test_without_a_memory_it_says_what_makes_one(viewer: TestClient) -> None:
    answer = viewer.get(HOME)
    assert answer.status_code == 503
    assert "the next run of DAG smrt_to_startdeliver makes what is missing" in text_of(answer.text)


def test_a_memory_of_an_earlier_version_says_so(viewer: TestClient, state: State) -> None:
    execute(state, "drop table {schema}.progress", {})
    answer = viewer.get(HOME)
    assert answer.status_code == 503
    assert "the next run of DAG smrt_to_startdeliver makes what is missing" in text_of(answer.text)


def test_a_warehouse_that_is_down_is_said_in_one_line(
    viewer: TestClient, warehouse: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_SMRT_WAREHOUSE", "postgresql://somebody:secret-word@127.0.0.1:1/nowhere")
    answer = viewer.get(HOME)
    text = text_of(answer.text)
    assert answer.status_code == 503
    assert "the warehouse of connection 'smrt_warehouse' cannot be reached" in text
    assert "check its host, port, database, login and password" in text
    assert "Traceback" not in answer.text
    assert "secret-word" not in answer.text


@pytest.mark.usefixtures("warehouse")
def test_a_connection_that_is_missing_is_said_with_where_to_make_it(
    viewer: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AIRFLOW_CONN_SMRT_WAREHOUSE")
    answer = viewer.get(HOME)
    assert answer.status_code == 503
    assert "finds no connection 'smrt_warehouse': create it under Admin, Connections" in text_of(answer.text)
