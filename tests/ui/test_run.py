"""Run: the account of one run, and the ways to it and from it."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi.testclient import TestClient

from smrt_startdeliver.plan.fates import Fates
from smrt_startdeliver.state.accounts import note_stage
from smrt_startdeliver.state.database import State
from tests.ui.conftest import HOME
from tests.ui.reading import table_of, text_of
from tests.ui.runs import account, add_run

DAG_RUN = "manual__2026-11-20T12:00:00+00:00"


def shown(viewer: TestClient, number: int) -> str:
    answer = viewer.get(f"{HOME}runs/{number}")
    assert answer.status_code == 200
    return answer.text


@pytest.fixture
def number(state: State) -> int:
    """A run with an account."""
    number = add_run(state, dag_run_id=DAG_RUN, kind="manual", full_resync=True, watermark=False)
    rejected = {("users", "rejected", "refused"): 2, ("users", "rejected", "no_match_value"): 1}
    account(
        state,
        number,
        "load_users",
        {("users", "extracted", ""): 10, ("users", "created", ""): 7, **rejected},
        seconds=75,
        requests_lookup=1,
        requests_write=9,
    )
    values = {("users values", "extracted", ""): 4, ("users values", "rejected", "not_a_date"): 4}
    account(state, number, "plan", {("Order Created", "extracted", ""): 3, ("Order Created", "sent", ""): 2, **values})
    return number


def test_every_row_has_its_fate_and_it_says_whether_they_add_up(viewer: TestClient, number: int) -> None:
    rows = table_of(shown(viewer, number), "Rows by entity and fate")
    assert [(row["Entity"], row["Adds up"]) for row in rows] == [("users", "yes"), ("Order Created", "no")]
    fates = ("extracted", "created", "updated", "sent", "rejected", "skipped")
    assert [[row[fate] for fate in fates] for row in rows] == [
        ["10", "7", "0", "0", "3", "0"],
        ["3", "0", "0", "2", "0", "0"],
    ]


def test_every_rejection_is_there_by_its_reason_values_too(viewer: TestClient, number: int) -> None:
    page = shown(viewer, number)
    rows = table_of(page, "Why, where a fate has a reason")
    assert [(row["Entity"], row["Fate"], row["Reason"], row["Rows"]) for row in rows] == [
        ("users", "rejected", "no_match_value", "1"),
        ("users", "rejected", "refused", "2"),
        ("users values", "rejected", "not_a_date", "4"),
    ]
    assert 'href="/startdeliver/rejected?reason=refused"' in page


def test_it_says_what_it_read_with_which_parameters(viewer: TestClient, number: int) -> None:
    text = text_of(shown(viewer, number))
    assert "Window 2026-11-20 10:00 UTC to 2026-11-20 12:00 UTC" in text
    assert "loaded from 2026-11-18 10:00 UTC" in text
    assert "derived back to 2026-08-22 12:00 UTC" in text
    assert "manual; the next run does not start at its end" in text
    assert "dry_run false, full_resync true, force false" in text
    assert "Requests lookup 1, write 9" in text


@pytest.mark.parametrize(
    ("whole", "because", "moved", "said"),
    [
        (None, None, None, "Customers looked at not decided yet"),
        (
            True,
            "it was asked to (full_resync, force)",
            3,
            "everybody: it was asked to (full_resync, force); 3 may",
        ),
        (True, "it is no regular run", None, "everybody: it is no regular run Visits"),
        (
            False,
            None,
            1200,
            "only who may have moved since the run before, and who moves along with them; 1,200 may",
        ),
    ],
)
def test_it_says_whom_it_looked_at_and_why(
    whole: bool | None, because: str | None, moved: int | None, said: str, viewer: TestClient, state: State
) -> None:
    number = add_run(state)
    state.write("note_reach", [{"run": number, "whole": whole, "because": because, "buckets": 1}])
    if moved is not None:
        note_stage(state, number, "extract", Fates(), {"moved customers": moved})
    assert said in text_of(shown(viewer, number))


@pytest.mark.parametrize(
    ("columns", "came_through", "said"),
    [
        ({}, False, "Not looked at: the run has not come through stage guard."),
        ({}, True, "fewer_rows did not trip many_new did not trip"),
        (
            {"guard": "fewer_rows, many_nulls", "state": "failed"},
            False,
            "fewer_rows tripped many_new did not trip many_nulls tripped",
        ),
        ({"guard": "many_new", "force": True}, True, "many_new tripped, and was forced past"),
        ({"guard": "many_new", "dry_run": True}, True, "many_new tripped, in a dry run"),
    ],
    ids=["not reached", "none", "two", "forced", "dry"],
)
def test_it_says_which_guards_tripped(
    viewer: TestClient, state: State, columns: dict[str, Any], came_through: bool, said: str
) -> None:
    number = add_run(state, **columns)
    if came_through:
        account(state, number, "guard", {}, seconds=1)
    assert said in text_of(shown(viewer, number))


def test_audiences_are_there_with_who_came_and_went(viewer: TestClient, state: State) -> None:
    number = add_run(state)
    names = {"audience lost members": 20, "audience lost entered": 3, "audience lost left": 1}
    account(state, number, "plan", {}, **names, **{"audience at_risk_now members": 5, "audience at_risk_now held": 9})
    rows = table_of(shown(viewer, number), "Customers")
    assert [tuple(row.values()) for row in rows] == [("at_risk_now", "5", "0", "0", "9"), ("lost", "20", "3", "1", "0")]


def test_it_leads_to_its_dag_run_and_to_the_log_of_each_task(viewer: TestClient, number: int) -> None:
    page = shown(viewer, number)
    dag_run = "/dags/smrt_to_startdeliver/runs/manual__2026-11-20T12%3A00%3A00%2B00%3A00"
    assert f'<a href="{dag_run}" target="_top">' in page
    assert f'<a href="{dag_run}/tasks/load_users/mapped" target="_top">' in page
    assert page.count(f'"{dag_run}/tasks/') == 9


def test_a_dag_run_leads_to_its_latest_run(viewer: TestClient, state: State) -> None:
    first, second = add_run(state, dag_run_id=DAG_RUN, state="failed"), add_run(state, dag_run_id=DAG_RUN)
    add_run(state, dag_run_id="another")
    asked = {"dag_id": "smrt_to_startdeliver", "dag_run_id": DAG_RUN}
    answer = viewer.get(f"{HOME}dag-run", params=asked)
    assert (answer.status_code, answer.headers["location"]) == (303, f"{HOME}runs/{second}")
    assert f"The DAG run was started more than once: run {first}" in text_of(shown(viewer, second))


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("runs/7", "There is no run 7."),
        ("dag-run?dag_id=smrt_to_startdeliver&dag_run_id=x", "see the log of its task open_run"),
        ("dag-run?dag_id=other&dag_run_id=x", "other is another DAG"),
    ],
)
def test_what_is_not_there_is_said(viewer: TestClient, state: State, path: str, said: str) -> None:
    answer = viewer.get(f"{HOME}{path}")
    assert answer.status_code == 404
    assert said in text_of(answer.text)
