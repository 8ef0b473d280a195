"""A create whose answer is lost is looked up before it is sent again, so that it is done once."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from sandbox.testing import Sandbox
from smrt_startdeliver.startdeliver import wire
from smrt_startdeliver.startdeliver.api import Startdeliver
from smrt_startdeliver.startdeliver.client import TRIES
from smrt_startdeliver.startdeliver.errors import Refused, ServerFailed, Unreachable

Create = Callable[[], int | None]


@pytest.fixture
def create(startdeliver: Startdeliver, unique: str) -> Create:
    """Creates a user whom nobody else has."""

    def arrived() -> bool:
        return bool(startdeliver.find("user", "name", [unique]))

    return lambda: startdeliver.create_once("user", {"name": unique}, arrived)


@pytest.fixture
def ids(startdeliver: Startdeliver, sandbox: Sandbox, unique: str) -> Callable[[], list[int]]:
    """The ids of the users who were created."""
    return lambda: [user["id"] for user in sandbox.objects("user") if user.get("name") == unique]


def test_one_that_is_answered_takes_one_request(create: Create, ids, sandbox: Sandbox) -> None:
    sandbox.reset_requests()
    assert [create()] == ids()
    assert sandbox.requests()["total"] == 1


@pytest.mark.parametrize("fault", [{"status": 500}, {"status": 503}, {"drop": "before"}], ids=str)
def test_one_that_did_not_come_through_is_sent_again_after_a_look(
    create: Create, ids, startdeliver: Startdeliver, sandbox: Sandbox, waits: list[float], fault: dict
) -> None:
    sandbox.faults([{"method": "POST", "times": 3, **fault}])
    assert [create()] == ids()
    assert startdeliver.client.requests_made == {"write": 4, "lookup": 3, "retry": 3}
    assert len(waits) == 3


def test_one_that_came_through_although_its_answer_was_lost_is_not_sent_again(
    create: Create, ids, startdeliver: Startdeliver, sandbox: Sandbox, waits: list[float]
) -> None:
    sandbox.faults([{"method": "POST", "drop": "after"}])
    assert create() is None
    assert len(ids()) == 1
    assert startdeliver.client.requests_made == {"write": 1, "lookup": 1, "retry": 1}


def test_one_that_times_out_and_is_done_late_is_done_once(
    create: Create, ids, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The wait before the next try is what gives it the time to be found."""
    sandbox.faults([{"method": "POST", "delay_ms": 400, "times": 1}])
    monkeypatch.setattr(wire, "CLIENT_TIMEOUT_SECONDS", 0.2)
    monkeypatch.setattr("smrt_startdeliver.startdeliver.client.seconds_to_wait", lambda _: 0.6)
    monkeypatch.setattr("tenacity.nap.time", time)
    assert create() is None
    assert len(ids()) == 1


def test_when_the_server_says_when_to_come_again_it_is_obeyed(
    create: Create, ids, sandbox: Sandbox, waits: list[float]
) -> None:
    sandbox.faults([{"method": "POST", "status": 503, "retry_after": 7, "times": 2}])
    assert [create()] == ids()
    assert waits == [7.0, 7.0]


@pytest.mark.parametrize("status", [408, 423, 425, 429])
def test_one_that_is_put_off_is_sent_again_without_a_look(
    create: Create, ids, startdeliver: Startdeliver, sandbox: Sandbox, status: int
) -> None:
    sandbox.faults([{"method": "POST", "status": status, "times": 2}])
    assert [create()] == ids()
    assert startdeliver.client.requests_made["lookup"] == 0
    assert startdeliver.client.requests_made["write"] == 3


@pytest.mark.parametrize("fault", [{"status": 500}, {"drop": "before"}], ids=str)
def test_one_that_fails_in_all_tries_is_the_servers_failure(
    create: Create, ids, startdeliver: Startdeliver, sandbox: Sandbox, waits: list[float], fault: dict
) -> None:
    sandbox.faults([{"method": "POST", **fault}])
    with pytest.raises(ServerFailed, match="all tries of POST user"):
        create()
    assert ids() == []
    assert startdeliver.client.requests_made == {"write": TRIES, "lookup": TRIES, "retry": TRIES - 1}


def test_one_whose_last_try_came_through_is_found(create: Create, ids, sandbox: Sandbox, waits: list[float]) -> None:
    sandbox.faults([{"method": "POST", "status": 500, "times": TRIES - 1}, {"method": "POST", "drop": "after"}])
    assert create() is None
    assert len(ids()) == 1


def test_one_that_cannot_be_looked_up_is_not_sent_again(
    create: Create, ids, sandbox: Sandbox, waits: list[float]
) -> None:
    sandbox.faults([{"method": "POST", "drop": "after"}, {"method": "GET", "status": 500}])
    with pytest.raises(Unreachable) as unreachable:
        create()
    assert not isinstance(unreachable.value, ServerFailed)
    assert len(ids()) == 1


def test_one_that_is_refused_is_neither_looked_up_nor_sent_again(
    create: Create, startdeliver: Startdeliver, sandbox: Sandbox
) -> None:
    sandbox.faults([{"method": "POST", "status": 422}])
    with pytest.raises(Refused):
        create()
    assert startdeliver.client.requests_made == {"write": 1}
