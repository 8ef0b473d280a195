"""429, and tries that fail in a way that another may not."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from sandbox.testing import Sandbox
from smrt_startdeliver.startdeliver import retries
from smrt_startdeliver.startdeliver.api import Startdeliver
from smrt_startdeliver.startdeliver.client import TRIES, Client
from smrt_startdeliver.startdeliver.errors import OutcomeUnknown, Unreachable
from smrt_startdeliver.startdeliver.pace import Pace
from tests.startdeliver.conftest import Clock
from tests.startdeliver.scripted import Answer, Scripted

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


def too_many(retry_after: str | None) -> Answer:
    return Answer(429, headers={} if retry_after is None else {"Retry-After": retry_after})


@pytest.mark.parametrize(
    ("retry_after", "seconds"),
    [
        ("7", 7.0),
        ("1.5", 1.5),
        (format_datetime(NOW + timedelta(seconds=90), usegmt=True), 90.0),
        (None, 30.0),
        ("soon", 30.0),
        ("Fri, 20 Nov 99999999999 12:00:00 GMT", 30.0),
        ("inf", 3600.0),
        ("1e300", 3600.0),
    ],
)
def test_a_429_is_obeyed_for_as_long_as_it_asks(
    told: Client,
    scripted: Scripted,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
    retry_after: str | None,
    seconds: float,
) -> None:
    class Frozen(datetime):
        @classmethod
        def now(cls, tz=None):
            return NOW

    monkeypatch.setattr(retries, "datetime", Frozen)
    scripted.answers = [too_many(retry_after), Answer(200, b'{"id": 1}')]
    assert told.get("me", purpose="check") == {"id": 1}
    assert clock.slept == [seconds]


@pytest.mark.parametrize("retry_after", ["-5", "nan", format_datetime(NOW - timedelta(days=1), usegmt=True)])
def test_a_429_that_asks_for_no_time_is_asked_again_at_the_pace(
    told: Client, scripted: Scripted, clock: Clock, retry_after: str
) -> None:
    scripted.answers = [too_many(retry_after), Answer(200, b'{"id": 1}')]
    assert told.get("me", purpose="check") == {"id": 1}
    assert 0 < sum(clock.slept) <= 1


def test_who_is_told_to_wait_for_over_an_hour_gives_up_for_now(told: Client, scripted: Scripted, clock: Clock) -> None:
    scripted.answers = [too_many("600")]
    with pytest.raises(Unreachable, match="told GET me to wait for more than an hour"):
        told.get("me", purpose="check")
    assert clock.slept == [600.0] * 6
    assert len(scripted.asked) == 7


def test_a_429_is_counted_and_costs_no_try(told: Client, scripted: Scripted, waits: list[float]) -> None:
    scripted.answers = [too_many("1")] * (2 * TRIES) + [Answer(200, b'{"id": 5}')]
    assert told.post("user", {"name": "Ann"}) == {"id": 5}
    assert told.requests_made == {"write": 2 * TRIES + 1, "429": 2 * TRIES}
    assert waits == []


def test_a_create_that_met_a_429_happens_once(
    startdeliver: Startdeliver, sandbox: Sandbox, clock: Clock, unique: str
) -> None:
    sandbox.faults([{"method": "POST", "status": 429, "retry_after": 3, "times": 2}])
    startdeliver.create("user", {"name": unique})
    assert len(startdeliver.find("user", "name", [unique])) == 1
    assert clock.slept[0] == 3.0


@pytest.mark.parametrize("fault", [{"status": 500}, {"status": 503}, {"status": 408}, {"drop": "before"}], ids=str)
def test_a_read_is_tried_until_it_is_answered(
    client: Client, sandbox: Sandbox, waits: list[float], fault: dict
) -> None:
    sandbox.faults([{"method": "GET", "times": 3, **fault}])
    assert client.get("me", purpose="check")["name"] == "Sandbox"
    assert client.requests_made == {"check": 4, "retry": 3}
    assert len(waits) == 3


@pytest.mark.parametrize("fault", [{"status": 502}, {"drop": "before"}, {"drop": "after"}], ids=str)
def test_an_update_is_tried_until_it_is_answered(
    startdeliver: Startdeliver, sandbox: Sandbox, unique: str, fault: dict
) -> None:
    user = startdeliver.create("user", {"name": unique})
    sandbox.faults([{"method": "PATCH", "times": 2, **fault}])
    startdeliver.update("user", user, {"name": unique + "!"})
    assert [found["name"] for found in startdeliver.find("user", "name", [unique + "!"])] == [unique + "!"]
    assert startdeliver.client.requests_made["retry"] == 2


def test_a_server_that_says_when_to_come_again_is_obeyed(client: Client, sandbox: Sandbox, waits: list[float]) -> None:
    sandbox.faults([{"method": "GET", "status": 503, "retry_after": 4, "times": 2}])
    client.get("me", purpose="check")
    assert waits == [4.0, 4.0]


@pytest.mark.parametrize(("fault", "created"), [({"status": 500}, 0), ({"drop": "before"}, 0), ({"drop": "after"}, 1)])
def test_a_create_whose_answer_is_lost_is_not_sent_again(
    startdeliver: Startdeliver, sandbox: Sandbox, waits: list[float], unique: str, fault: dict, created: int
) -> None:
    sandbox.faults([{"method": "POST", **fault}])
    with pytest.raises(OutcomeUnknown):
        startdeliver.create("user", {"name": unique})
    assert startdeliver.client.requests_made == {"write": 1}
    sandbox.clear_faults()
    assert len(startdeliver.find("user", "name", [unique])) == created


@pytest.mark.parametrize("status", [408, 423, 425])
def test_a_create_that_the_server_puts_off_is_sent_again(
    startdeliver: Startdeliver, sandbox: Sandbox, unique: str, status: int
) -> None:
    sandbox.faults([{"method": "POST", "status": status, "times": 1}])
    startdeliver.create("user", {"name": unique})
    assert len(startdeliver.find("user", "name", [unique])) == 1


@pytest.mark.parametrize("body", [b"<html>", b"[]", b"{}", b'{"id": null}', b'{"id": "none"}', b'"x"', b"12"])
def test_a_create_whose_answer_names_no_id_may_have_happened(told: Client, scripted: Scripted, body: bytes) -> None:
    scripted.answers = [Answer(201, body)]
    with pytest.raises(OutcomeUnknown):
        Startdeliver(told).create("user", {"name": "Ann"})
    assert len(scripted.asked) == 1


@pytest.mark.parametrize("answer", [Answer(500), Answer(200, b"<html>")], ids=["500", "no JSON"])
def test_what_is_never_answered_well_is_unreachable_in_one_line_that_says_what_to_check(
    told: Client, scripted: Scripted, waits: list[float], answer: Answer
) -> None:
    scripted.answers = [answer]
    with pytest.raises(Unreachable) as unreachable:
        told.get("me", purpose="check")
    message = str(unreachable.value)
    assert scripted.url in message
    assert "host of connection 'startdeliver'" in message
    assert "\n" not in message
    assert len(scripted.asked) == TRIES
    assert len(waits) == TRIES - 1


@pytest.mark.parametrize(
    "ask",
    [lambda client: client.get("me", purpose="check"), lambda client: client.post("user", {"name": "Ann"})],
    ids=["get", "post"],
)
@pytest.mark.parametrize("host", ["127.0.0.1", "nowhere.invalid"])
def test_where_nobody_listens_a_create_too_is_known_not_to_have_happened(
    closed_port: int, waits: list[float], clock: Clock, host: str, ask: Callable[[Client], object]
) -> None:
    with pytest.raises(Unreachable):
        ask(Client(f"http://{host}:{closed_port}/api/v1/", "demo-key", pace=Pace(clock=clock, sleep=clock.sleep)))
    assert len(waits) == TRIES - 1


def test_a_search_says_nothing_of_what_was_searched_when_it_fails(told: Client, scripted: Scripted) -> None:
    scripted.answers = [Answer(500)]
    with pytest.raises(Unreachable) as unreachable:
        Startdeliver(told).find("user", "email", ["ann@example.com"])
    assert "ann" not in str(unreachable.value)
