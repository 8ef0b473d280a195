"""Audiences: how large they are and were, what holds them, how they are declared, and who is in them."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from fastapi.testclient import TestClient

from smrt_startdeliver.engage.declarations import AudiencesFile
from smrt_startdeliver.paths import CONFIG
from smrt_startdeliver.state.database import State
from smrt_startdeliver.yaml_model import parse_model
from tests.ui.conftest import HOME
from tests.ui.reading import table_of, text_of
from tests.ui.runs import account, add_run, execute
from tests.ui.warehouse_rows import create_users

PAGE = f"{HOME}audiences"
DECLARED = """
audiences:
  - name: At risk
    field: customfieldAtRisk
    all: [{event: Customer Visit, at_most: 0, within_days: 30}, {trait: isLost, op: equals, value: false}]
  - name: Big orders
    all: [{event: Order Created, at_least: 1, where: [{property: value, op: greater, value: 100}]}]
"""
CATALOG = {"users": [["id", "text"]], "order_created": [["id", "text"], ["value", "number"]]}


def add_audience_run(state: State, /, **columns: Any) -> int:
    """A run that had them declared."""
    declared = parse_model(DECLARED, "here", AudiencesFile).model_dump(mode="json", by_alias=True, exclude_unset=True)
    known = {"mapping": (CONFIG / "mapping.yaml").read_text(), "catalog": json.dumps(CATALOG)}
    return add_run(state, **{"declared": json.dumps(declared), **known, **columns})


def count(state: State, run: int, **audiences: dict[str, int]) -> None:
    """What a run counted of each audience."""
    names = {f"audience {key} {what}": value for key, counts in audiences.items() for what, value in counts.items()}
    account(state, run, "plan", {}, **names)


def enter(state: State, audience: str, *user_ids: str, member: bool = True, run: int = 1) -> None:
    rows = [{"user_id": one, "audience": audience, "member": member, "change": 1, "run": run} for one in user_ids]
    for row in rows:
        state.write("change_membership", [row])


def synced(state: State, *keys: str) -> None:
    """Their first sync was that of run 1, and has ended."""
    for key in keys:
        state.write("declare", [{"key": key, "name": key, "field": None, "rule": "", "run": 1}])


def shown(client: TestClient, key: str = "", **query: str) -> str:
    answer = client.get(f"{PAGE}/{key}" if key else PAGE, params=query)
    assert answer.status_code == 200
    return answer.text


def states(page: str) -> dict[str, str]:
    return {row["Audience"]: row["State"] for row in table_of(page, "Customers")}


def test_each_has_its_size_now_and_who_came_and_went(viewer: TestClient, state: State) -> None:
    first, second = add_audience_run(state), add_audience_run(state)
    count(state, first, at_risk={"members": 1, "entered": 1, "left": 0})
    count(state, second, at_risk={"members": 2, "entered": 2, "left": 1}, big_orders={"members": 0})
    enter(state, "at_risk", "ann", "bob")
    enter(state, "at_risk", "cid", member=False)
    synced(state, "at_risk", "big_orders")
    page = shown(viewer)
    rows = table_of(page, "Customers")
    assert [(row["Audience"], row["Members now"], row["Entered"], row["Left"], row["State"]) for row in rows] == [
        ("At risk", "2", "2", "1", "synced"),
        ("Big orders", "0", "", "", "synced"),
    ]
    assert f'href="/startdeliver/runs/{second}"' in page
    assert 'href="/startdeliver/audiences/at_risk"' in page
    assert "The latest of 2, run 2: members 2 customers." in page


@pytest.mark.parametrize(
    "columns", [{"dry_run": True}, {"state": "failed"}, {"state": "running", "finished_at": None}], ids=str
)
def test_a_run_that_changed_nothing_of_them_is_no_part_of_their_history(
    viewer: TestClient, state: State, columns: dict[str, Any]
) -> None:
    count(state, add_audience_run(state), at_risk={"members": 1, "entered": 1, "left": 0})
    count(state, add_audience_run(state, **columns), at_risk={"members": 99, "entered": 98, "left": 0})
    synced(state, "at_risk")
    rows = table_of(shown(viewer, "at_risk"), "Customers by run")
    assert [(row["Run"], row["members"], row["entered"], row["left"], row["held"]) for row in rows] == [
        ("1", "1", "1", "0", "0")
    ]
    assert states(shown(viewer))["At risk"] == "synced"


def test_what_is_guarded_says_so_and_how_to_go_on(viewer: TestClient, state: State) -> None:
    add_audience_run(state)
    synced(state, "at_risk", "big_orders")
    run = add_audience_run(state, settings=json.dumps({"guard_max_change": 0.25}))
    count(state, run, at_risk={"members": 20, "entered": 0, "left": 0, "held": 1_234}, big_orders={"members": 3})
    said = states(shown(viewer))
    assert said["At risk"] == (
        "guarded, so it stays as it was: 1,234 would enter or leave, beyond guard_max_change (0.25); "
        "if this is meant, trigger the DAG with force"
    )
    assert said["Big orders"] == "synced"


def test_what_cannot_be_told_says_what_is_gone(viewer: TestClient, state: State) -> None:
    add_audience_run(state)
    synced(state, "at_risk", "big_orders")
    without = {**CATALOG, "order_created": [["id", "text"]]}
    run = add_audience_run(state, catalog=json.dumps(without))
    count(state, run, at_risk={"members": 1}, big_orders={"members": 20, "entered": 0, "left": 0, "held": 20})
    assert states(shown(viewer))["Big orders"] == (
        "unknown, so it stays as it was: the warehouse has no column value of order_created any more"
    )


def test_what_no_run_has_synced_yet_says_so(viewer: TestClient, state: State) -> None:
    run = add_audience_run(state, deferred=True)
    count(state, run, at_risk={"members": 20, "entered": 20, "left": 0})
    synced(state, "at_risk")
    assert states(shown(viewer)) == {
        "At risk": "its first sync has not ended: no change of it is too large",
        "Big orders": "not synced yet: the next run does",
    }


def test_what_was_taken_out_is_there_as_long_as_it_has_members(viewer: TestClient, state: State) -> None:
    add_audience_run(state)
    enter(state, "of_old", "ann")
    enter(state, "older_still", "ann", member=False)
    page = shown(viewer)
    assert set(states(page)) == {"At risk", "Big orders", "of_old"}
    assert states(page)["of_old"].startswith("taken out of audiences.yaml")
    assert "<h2>Declaration</h2>" not in shown(viewer, "of_old")


def test_before_the_first_run_it_says_where_they_come_from(viewer: TestClient, state: State) -> None:
    assert "audiences.yaml declares them, and the next run computes them" in text_of(shown(viewer))


def test_one_shows_its_declaration_and_its_history_in_charts(viewer: TestClient, state: State) -> None:
    for members in (5, 8):
        count(state, add_audience_run(state), at_risk={"members": members, "entered": 3, "left": 1})
    page = shown(viewer, "at_risk")
    (declaration,) = re.findall(r"<pre[^>]*>(.*?)</pre>", page, re.DOTALL)
    assert declaration.splitlines() == [
        "name: At risk",
        "field: customfieldAtRisk",
        "all:",
        "- event: Customer Visit",
        "  at_most: 0",
        "  within_days: 30",
        "- trait: isLost",
        "  op: equals",
        "  value: false",
    ]
    assert re.findall(r"<desc[^>]*>(.*?)</desc>", page) == [
        "The latest of 2, run 2: members 8 customers.",
        "The latest of 2, run 2: entered 3 customers, left 1 customers.",
    ]


@pytest.fixture
def members(state: State, warehouse: str) -> None:
    """Twelve who entered one after the other; of the last the warehouse has no row, of the one before no name."""
    add_audience_run(state)
    user_ids = [f"user-{number:02}" for number in range(1, 13)]
    for number, user_id in enumerate([*user_ids, "who left"]):
        enter(state, "at_risk", user_id, member=user_id != "who left")
        execute(
            state,
            "update {schema}.memberships set changed_at = now() + :later * interval '1 s' where user_id = :user_id",
            {"user_id": user_id, "later": number},
        )
    rows = [(one, "2026-11-01Z", f"Name of {one}", f"{one}@example.com") for one in user_ids[:-1]]
    rows[-1] = (*rows[-1][:2], None, rows[-1][3])
    create_users(warehouse, *rows, ("user-03", "2026-11-02Z", "Newer name", None), name="text", email="text")


def people(page: str) -> list[tuple[str, ...]]:
    return [(row["User id"], row["Name"], row["Email"]) for row in table_of(page, "Who entered last")]


@pytest.mark.usefixtures("members")
@pytest.mark.parametrize(("who", "query"), [("viewer", {}), ("viewer", {"reveal": "1"}), ("operator", {})], ids=str)
def test_up_to_ten_members_are_shown_and_who_they_are_is_hidden(
    who: str, query: dict[str, str], request: pytest.FixtureRequest
) -> None:
    page = shown(request.getfixturevalue(who), "at_risk", **query)
    assert people(page) == [(f"user-{number:02}", "••••••", "••••••") for number in range(12, 2, -1)]
    assert "example.com" not in page
    assert ("Show personal data" in page) == (who == "operator")


@pytest.mark.usefixtures("members")
def test_who_may_sees_names_once_they_ask_the_newest_ones(operator: TestClient) -> None:
    page = shown(operator, "at_risk", reveal="1")
    found = people(page)
    assert found[0] == ("user-12", "", "")
    assert found[1] == ("user-11", "", "user-11@example.com")
    assert found[2] == ("user-10", "Name of user-10", "user-10@example.com")
    assert found[-1] == ("user-03", "Newer name", "")
    assert "Hide personal data" in page


def test_a_warehouse_without_the_table_of_users_costs_the_names_alone(operator: TestClient, state: State) -> None:
    add_audience_run(state)
    enter(state, "at_risk", "ann")
    assert 'role="alert"' not in shown(operator, "at_risk")  # nobody asked, so nobody's name is read
    page = shown(operator, "at_risk", reveal="1")
    assert "the warehouse has no schema 'smrt': set source_schema" in text_of(page)
    assert people(page) == [("ann", "", "")]


def test_an_audience_that_there_is_not_is_said(viewer: TestClient, state: State) -> None:
    add_audience_run(state)
    answer = viewer.get(f"{PAGE}/nobody_knows")
    assert answer.status_code == 404
    assert "There is no audience nobody_knows." in text_of(answer.text)
