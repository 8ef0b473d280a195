"""What Startdeliver refused is listed, and what is parked of it can be released."""

from __future__ import annotations

import json

import pytest

from smrt_startdeliver.state.database import State
from tests.cli.conftest import Run

pytestmark = pytest.mark.usefixtures("connected", "refusals")


@pytest.fixture
def refusals(state: State) -> None:
    """A user that is tried again, and three that are parked: a user, a customer of the same key, an event."""
    for entity, key in (("user", "7"), ("user", "8"), ("customer", "8"), ("event", "pickup-1")):
        about = {"fingerprint": 1, "reason": "refused", "field": "email", "answer": "400: no email …", "run": 3}
        state.write("refuse", [{"entity": entity, "key": key, **about}])
    with state.transaction() as connection:
        connection.exec_driver_sql(
            "update startdeliver_sync.refusals set tries = 6, parked_at = now(), first_at = now() - interval '3 days' "
            "where key <> '7'"
        )


def parked(state: State) -> list[tuple[str, str]]:
    return sorted((row["entity"], row["key"]) for row in state.rows("refusals", parked=True))


def test_all_that_is_refused_is_listed_in_a_line_each(run: Run) -> None:
    head, *lines = run("rejected").stdout.splitlines()
    assert head.split("\t")[:6] == ["entity", "key", "field", "reason", "answer", "tries"]
    assert sorted(line.split("\t")[:6] for line in lines) == [
        ["customer", "8", "email", "refused", "400: no email …", "6"],
        ["event", "pickup-1", "email", "refused", "400: no email …", "6"],
        ["user", "7", "email", "refused", "400: no email …", "1"],
        ["user", "8", "email", "refused", "400: no email …", "6"],
    ]


def test_in_a_terminal_it_is_a_table(run: Run) -> None:
    table = run("rejected", FORCE_COLOR="1").stdout
    assert "parked_at" in table
    assert "───" in table
    assert "pickup-1" in table


def test_those_that_are_parked_can_be_asked_for_alone_and_as_json(run: Run) -> None:
    listed = json.loads(run("rejected", "--parked", "--json").stdout)
    assert sorted((row["entity"], row["key"], row["tries"]) for row in listed) == [
        ("customer", "8", 6),
        ("event", "pickup-1", 6),
        ("user", "8", 6),
    ]
    assert all(row["first_at"] < row["parked_at"] for row in listed)


@pytest.mark.parametrize(
    ("arguments", "still_parked"),
    [
        (["--all"], []),
        (["8"], [("event", "pickup-1")]),
        (["8", "pickup-1"], []),
        (["8", "--entity", "user"], [("customer", "8"), ("event", "pickup-1")]),
        (["--all", "--entity", "event"], [("customer", "8"), ("user", "8")]),
    ],
)
def test_what_is_released_is_tried_as_if_for_the_first_time(
    arguments: list[str], still_parked: list[tuple[str, str]], run: Run, state: State
) -> None:
    result = run("release", *arguments)

    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout == f"{3 - len(still_parked)} released: the next run tries them again\n"
    assert parked(state) == still_parked
    rows = {(row["entity"], row["key"]): row for row in state.rows("refusals", parked=False)}
    released = rows.keys() - {*still_parked, ("user", "7")}
    assert {rows[one]["tries"] for one in released} == {0}
    assert all(rows[one]["first_at"] >= rows[one]["last_at"] for one in released)


def test_a_key_of_nothing_that_is_parked_is_an_error_and_the_others_are_released(run: Run, state: State) -> None:
    result = run("release", "8", "7", "--json")
    assert result.returncode == 1
    assert result.stderr == "not parked: 7 (see them with `rejected --parked`)\n"
    assert len(json.loads(result.stdout)["released"]) == 2
    assert parked(state) == [("event", "pickup-1")]


@pytest.mark.parametrize("arguments", [[], ["--all", "8"], ["8", "--entity", "usage"]])
def test_a_command_line_that_is_wrong_is_told_from_one_that_failed(arguments: list[str], run: Run) -> None:
    result = run("release", *arguments)
    assert result.returncode == 2
    assert result.stderr.startswith("Usage: ")
