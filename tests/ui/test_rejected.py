"""Rejected: filtered, released by who may, exported without a value."""

from __future__ import annotations

import csv
import io

import pytest
from fastapi.testclient import TestClient

from smrt_startdeliver.state.database import State
from tests.ui.conftest import HOME, Login
from tests.ui.reading import table_of, text_of
from tests.ui.runs import execute, refuse, reject

PAGE = f"{HOME}rejected"
RELEASE = f"{HOME}rejected/release"

pytestmark = pytest.mark.usefixtures("some")


@pytest.fixture
def some(state: State) -> None:
    """Five refused ones, three of them parked, two of one key; and four that were rejected before they were sent."""
    refuse(state, "user", "7")
    refuse(state, "user", "8", parked=True)
    refuse(state, "customer", "8", parked=True)
    refuse(state, "event", "pickup-1", reason="server_error", parked=True)
    refuse(state, "event", "pickup-2", reason="server_error")
    reject(state, "users", "9", reason="not_a_date", field="birthday", shape="AA-99")
    reject(state, "users", "10", reason="not_a_date", field="birthday", shape="99.9")
    reject(state, "customers", "", reason="no_id")
    reject(state, "Order Created", "order-1", reason="no_timestamp")


def keys(page: str, caption: str) -> set[str]:
    return {row["Key"] for row in table_of(page, caption)}


def parked(state: State) -> set[tuple[str, str]]:
    return {(row["entity"], row["key"]) for row in state.rows("refusals", parked=True)}


def test_all_is_listed_with_reasons_and_shapes(viewer: TestClient) -> None:
    page = viewer.get(PAGE).text
    refused = table_of(page, "The latest first; values")
    assert len(refused) == 5
    assert {(row["Entity"], row["Key"], row["Reason"], row["Answer"]) for row in refused if row["Key"] == "8"} == {
        ("user", "8", "refused", "400: no email …"),
        ("customer", "8", "refused", "400: no email …"),
    }
    rejected = table_of(page, "The latest first; a shape")
    assert {(row["Entity"], row["Field"], row["Reason"], row["Shape"]) for row in rejected} == {
        ("users", "birthday", "not_a_date", "AA-99"),
        ("users", "birthday", "not_a_date", "99.9"),
        ("customers", "", "no_id", ""),
        ("Order Created", "", "no_timestamp", ""),
    }


def _named(part: object) -> str | None:
    """By the filter; a set has another order in each process."""
    return str(part) if isinstance(part, dict) else None


@pytest.mark.parametrize(
    ("asked", "refused", "rejected"),
    [
        ({"entity": "users"}, {"7", "8"}, {"9", "10"}),
        ({"entity": "Order Created"}, set(), {"order-1"}),
        ({"reason": "server_error"}, {"pickup-1", "pickup-2"}, set()),
        ({"parked": "yes"}, {"8", "pickup-1"}, {"9", "10", "", "order-1"}),
        ({"parked": "no", "entity": "events"}, {"pickup-2"}, set()),
    ],
    ids=_named,
)
def test_it_is_filtered(viewer: TestClient, asked: dict[str, str], refused: set[str], rejected: set[str]) -> None:
    page = viewer.get(PAGE, params=asked).text
    assert (keys(page, "The latest first; values") if refused else set()) == refused
    assert (keys(page, "The latest first; a shape") if rejected else set()) == rejected


@pytest.mark.parametrize("asked", [{"parked": "perhaps"}, {"refusals": "0"}, {"rejections": "x"}], ids=str)
def test_a_filter_that_there_is_not_is_refused(viewer: TestClient, asked: dict[str, str]) -> None:
    assert viewer.get(PAGE, params=asked).status_code == 422


def test_many_come_page_by_page(viewer: TestClient, state: State) -> None:
    for number in range(250):
        reject(state, "users", f"many-{number}", reason="refused_by_us")
    asked = {"reason": "refused_by_us"}
    pages = [viewer.get(PAGE, params={**asked, "rejections": at}).text for at in (1, 2, 3)]
    seen = [keys(page, "The latest first; a shape") for page in pages]
    assert [len(some) for some in seen] == [100, 100, 50]
    assert len(set.union(*seen)) == 250
    assert "250 found, 101 to 200 shown." in text_of(pages[1])
    assert 'href="/startdeliver/rejected?reason=refused_by_us&amp;rejections=3" rel="next"' in pages[1]
    assert 'rel="next"' not in pages[2]


def test_what_is_picked_is_released_and_nothing_else(operator: TestClient, state: State) -> None:
    answer = operator.post(RELEASE, data={"picked": ["user:8", "event:pickup-1"], "parked": "yes"})
    assert (answer.status_code, answer.headers["location"]) == (303, f"{PAGE}?parked=yes&released=2")
    assert parked(state) == {("customer", "8")}
    assert "2 released: the next run tries them again." in text_of(operator.get(answer.headers["location"]).text)


@pytest.mark.parametrize(
    ("asked", "left"),
    [
        ({}, set()),
        ({"entity": "users"}, {("customer", "8"), ("event", "pickup-1")}),
        ({"reason": "server_error", "parked": "no"}, {("customer", "8"), ("user", "8")}),
    ],
    ids=_named,
)
def test_all_parked_ones_of_the_filter_are_released(
    operator: TestClient, state: State, asked: dict[str, str], left: set[tuple[str, str]]
) -> None:
    operator.post(RELEASE, data={**asked, "everything": "true"})
    assert parked(state) == left


@pytest.mark.parametrize("picked", [[], ["user:7"], ["user:nobody"], ["nonsense"]], ids=str)
def test_what_is_not_parked_is_not_released(operator: TestClient, state: State, picked: list[str]) -> None:
    answer = operator.post(RELEASE, data={"picked": picked})
    assert answer.headers["location"] == f"{PAGE}?released=0"
    assert len(parked(state)) == 3


def test_who_may_only_read_gets_no_button_and_releases_nothing(viewer: TestClient, state: State) -> None:
    page = viewer.get(PAGE).text
    assert 'type="checkbox"' not in page
    assert "Release" not in text_of(page)
    assert viewer.post(RELEASE, data={"everything": "true"}).status_code == 403
    assert len(parked(state)) == 3


def test_who_may_trigger_the_dag_gets_a_box_for_each_that_is_parked(operator: TestClient) -> None:
    assert operator.get(PAGE).text.count('type="checkbox"') == 3


@pytest.mark.parametrize("origin", ["http://elsewhere.example", "null", ""], ids=["another site", "hidden", "none"])
def test_a_form_of_another_site_releases_nothing(operator: TestClient, state: State, origin: str) -> None:
    answer = operator.post(RELEASE, data={"everything": "true"}, headers={"Origin": origin})
    assert answer.status_code == 403
    assert len(parked(state)) == 3


def test_behind_a_proxy_the_address_that_airflow_is_told_counts(
    operator: TestClient, state: State, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AIRFLOW__API__BASE_URL", "https://airflow.example/")
    operator.post(RELEASE, data={"everything": "true"}, headers={"Origin": "https://airflow.example"})
    assert parked(state) == set()


def test_a_release_stands_in_airflows_audit_log(operator: TestClient, log_in: Login) -> None:
    operator.post(RELEASE, data={"picked": ["user:8"]})
    logged = log_in("operator").get("/api/v2/eventLogs", params={"event": "startdeliver.release"}).json()
    assert logged["total_entries"] >= 1
    assert {entry["owner"] for entry in logged["event_logs"]} == {"operator"}


def test_a_key_leads_to_the_record_of_whose_it_is_and_no_value_of_an_event_to_an_address(
    viewer: TestClient, state: State
) -> None:
    event = {"id": "pickup-1", "run": 1}
    execute(
        state,
        "insert into {schema}.events (id, name, user_id, happened_at, state, run)"
        " values (:id, 'Pickup Missed', '77', now(), 'rejected', :run)",
        event,
    )
    reject(state, "users", "at path: ada@example.com", reason="refused_by_us")
    page = viewer.get(PAGE).text
    for key, whose in (("7", "7"), ("8", "8"), ("9", "9"), ("pickup-1", "77")):
        assert f'<a href="{HOME}record?id={whose}">{key}</a>' in page
    assert "pickup-2</th>" in page  # of which the memory has no event
    assert "at path: ada@example.com" in page
    assert "record?id=at" not in page


def rows_of(answer_text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(answer_text)))


def test_the_export_holds_what_the_filter_lets_through_and_no_answer(viewer: TestClient) -> None:
    answer = viewer.get(f"{PAGE}/refusals.csv", params={"parked": "yes"})
    head, *rows = rows_of(answer.text)
    assert answer.headers["content-type"].startswith("text/csv")
    assert 'filename="refusals.csv"' in answer.headers["content-disposition"]
    assert head == ["entity", "key", "field", "reason", "tries", "first_at", "last_at", "parked_at"]
    assert {tuple(row[:5]) for row in rows} == {
        ("user", "8", "email", "refused", "6"),
        ("customer", "8", "email", "refused", "6"),
        ("event", "pickup-1", "email", "server_error", "6"),
    }
    assert "no email" not in answer.text


def test_the_export_of_rejections_is_whole_and_has_shapes(viewer: TestClient, state: State) -> None:
    for number in range(150):
        reject(state, "users", f"many-{number}", reason="not_a_number", shape="aa")
    head, *rows = rows_of(viewer.get(f"{PAGE}/rejections.csv").text)
    assert head == ["entity", "key", "field", "reason", "shape", "first_run", "last_run", "last_at"]
    assert len(rows) == 154


def test_a_key_that_a_spreadsheet_would_compute_is_exported_as_a_text(viewer: TestClient, state: State) -> None:
    execute(state, "delete from {schema}.refusals", {})
    refuse(state, "user", "=1+1")
    assert rows_of(viewer.get(f"{PAGE}/refusals.csv").text)[1][1] == "'=1+1"


def test_markup_in_a_key_is_shown_as_it_is(viewer: TestClient, state: State) -> None:
    refuse(state, "user", "<script>alert(1)</script>", parked=True)
    page = viewer.get(PAGE).text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page
