"""What is tried again, how long it waits, and how often a run may."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from sandbox.testing import Sandbox
from smrt_startdeliver.startdeliver import retries, wire
from smrt_startdeliver.startdeliver.api import Startdeliver
from smrt_startdeliver.startdeliver.client import TRIES, Client
from smrt_startdeliver.startdeliver.errors import OutcomeUnknown, Refused, ServerFailed, Unreachable
from tests.startdeliver.scripted import Answer, Scripted

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
ASK: dict[str, Callable[[Client], object]] = {
    "get": lambda client: client.get("me", purpose="check"),
    "search": lambda client: client.search("user", wire.search_query({"name": "x" * 8_000}), purpose="lookup"),
    "patch": lambda client: client.patch("user/1", {"name": "Ann"}),
    "post": lambda client: client.post("user", {"name": "Ann"}),
}
PUT_OFF = [408, 423, 425]
FAILED = [500, 502, 503, 504, 507, 599]
GOOD = Answer(200, b'{"id": 1, "result": []}')


@pytest.mark.parametrize("status", PUT_OFF + FAILED)
@pytest.mark.parametrize("ask", ["get", "search", "patch"])
def test_what_may_pass_is_tried_again_until_it_has_passed(
    told: Client, scripted: Scripted, waits: list[float], ask: str, status: int
) -> None:
    scripted.answers = [*[Answer(status)] * (TRIES - 1), GOOD]
    ASK[ask](told)
    assert len(scripted.asked) == TRIES
    assert len({(asked.method, asked.path, asked.body) for asked in scripted.asked}) == 1
    assert told.requests_made["retry"] == len(waits) == TRIES - 1


@pytest.mark.parametrize("status", PUT_OFF)
def test_a_create_that_is_put_off_was_not_done_and_is_tried_again(
    told: Client, scripted: Scripted, waits: list[float], status: int
) -> None:
    scripted.answers = [*[Answer(status)] * (TRIES - 1), GOOD]
    assert told.post("user", {"name": "Ann"}) == {"id": 1, "result": []}
    assert told.requests_made == {"write": TRIES, "retry": TRIES - 1}


@pytest.mark.parametrize("status", FAILED)
def test_a_create_at_which_the_server_failed_may_have_been_done_and_is_not_sent_again_blindly(
    told: Client, scripted: Scripted, waits: list[float], status: int
) -> None:
    scripted.answers = [Answer(status)]
    with pytest.raises(OutcomeUnknown):
        ASK["post"](told)
    assert len(scripted.asked) == 1


@pytest.mark.parametrize(
    "status", [400, 402, 404, 405, 406, 409, 410, 411, 413, 414, 415, 418, 422, 426, 431, 451, 501]
)
@pytest.mark.parametrize("ask", ["get", "search", "patch", "post"])
def test_what_will_not_pass_is_asked_once(told: Client, scripted: Scripted, ask: str, status: int) -> None:
    scripted.answers = [Answer(status)]
    with pytest.raises(Refused) as refused:
        ASK[ask](told)
    assert refused.value.status == status
    assert len(scripted.asked) == 1


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("4", 4.0),
        (format_datetime(NOW + timedelta(seconds=75), usegmt=True), 75.0),
        (format_datetime(NOW - timedelta(days=1), usegmt=True), 0.0),
    ],
)
@pytest.mark.parametrize("status", [408, 423, 425, 500, 503])
def test_retry_after_in_seconds_or_as_a_date_is_obeyed_on_any_answer(
    told: Client,
    scripted: Scripted,
    waits: list[float],
    monkeypatch: pytest.MonkeyPatch,
    status: int,
    said: str,
    seconds: float,
) -> None:
    class Frozen(datetime):
        @classmethod
        def now(cls, tz=None):
            return NOW

    monkeypatch.setattr(retries, "datetime", Frozen)
    scripted.answers = [Answer(status, headers={"Retry-After": said}), GOOD]
    ASK["patch"](told)
    assert waits == [seconds]


def test_the_waits_are_drawn_anew_below_a_bound_that_doubles(
    told: Client, scripted: Scripted, waits: list[float]
) -> None:
    """Full jitter: of 8 clients that failed at one moment no two come back together."""
    drawn = []
    for _ in range(8):
        scripted.answers = [*[Answer(500)] * (TRIES - 1), GOOD]
        ASK["get"](told)
        drawn.append(tuple(waits))
        waits.clear()
    assert len(set(drawn)) == 8
    for several in drawn:
        assert all(0 <= wait <= 0.5 * 2**number for number, wait in enumerate(several))
    assert any(wait < 0.25 * 2**number for several in drawn for number, wait in enumerate(several))


@pytest.fixture
def slow(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Sandbox:
    """A sandbox that answers the first two writes after we have hung up, and serves them nevertheless."""
    monkeypatch.setattr(wire, "CLIENT_TIMEOUT_SECONDS", 0.2)
    return sandbox


def test_a_read_and_an_update_that_time_out_are_tried_again(
    startdeliver: Startdeliver, slow: Sandbox, waits: list[float], unique: str
) -> None:
    user = startdeliver.create("user", {"name": unique})
    slow.faults([{"method": method, "delay_ms": 500, "times": 1} for method in ("GET", "PATCH")])
    startdeliver.update("user", user, {"name": unique + "!"})
    assert [found["id"] for found in startdeliver.find("user", "name", [unique + "!"])] == [user]
    assert startdeliver.client.requests_made == {"write": 3, "lookup": 2, "retry": 2}


def test_an_update_that_times_out_at_all_tries_is_the_servers_failure(
    client: Client, slow: Sandbox, waits: list[float]
) -> None:
    slow.faults([{"method": "PATCH", "delay_ms": 300}])
    with pytest.raises(ServerFailed, match=r"failed at all tries of PATCH user \(the last: ReadTimeout\)"):
        ASK["patch"](client)
    assert len(waits) == TRIES - 1


@pytest.mark.parametrize("fault", [{"status": 500}, {"status": 423}, {"drop": "before"}, {"drop": "after"}], ids=str)
def test_an_update_that_the_server_fails_at_in_all_tries_is_its_failure_and_it_can_be_reached(
    startdeliver: Startdeliver, sandbox: Sandbox, waits: list[float], unique: str, fault: dict
) -> None:
    user = startdeliver.create("user", {"name": unique})
    sandbox.faults([{"method": "PATCH", **fault}])
    with pytest.raises(ServerFailed) as failed:
        startdeliver.update("user", user, {"name": "Ann Lee"})
    assert "Ann" not in str(failed.value)
    assert "\n" not in str(failed.value)


@pytest.mark.parametrize("ask", ["get", "search"])
def test_a_read_that_fails_in_all_tries_is_nobodys_failure_but_the_servers_way(
    told: Client, scripted: Scripted, waits: list[float], ask: str
) -> None:
    scripted.answers = [Answer(500)]
    with pytest.raises(Unreachable) as unreachable:
        ASK[ask](told)
    assert not isinstance(unreachable.value, ServerFailed)


@pytest.mark.parametrize("ask", ["patch", "post"])
def test_a_write_that_finds_nobody_is_no_failure_of_the_server(closed_port: int, waits: list[float], ask: str) -> None:
    with pytest.raises(Unreachable) as unreachable:
        ASK[ask](Client(f"http://127.0.0.1:{closed_port}/api/v1/", "demo-key"))
    assert not isinstance(unreachable.value, ServerFailed)


def test_what_failed_in_an_earlier_run_is_sent_once(told: Client, scripted: Scripted, waits: list[float]) -> None:
    scripted.answers = [Answer(500)]
    with pytest.raises(ServerFailed):
        told.patch("user/1", {"name": "Ann"}, suspect=True)
    with pytest.raises(ServerFailed):
        Startdeliver(told).create_once("user", {"name": "Ann"}, lambda: False, suspect=True)
    assert len(scripted.asked) == 2
    assert waits == []


def test_what_failed_in_an_earlier_run_is_tried_on_where_nobody_listens(closed_port: int, waits: list[float]) -> None:
    with pytest.raises(Unreachable):
        Client(f"http://127.0.0.1:{closed_port}/api/v1/", "demo-key").patch("user/1", {}, suspect=True)
    assert len(waits) == TRIES - 1


# The budget of a run


def retries_until_it_is_spent(client: Client, scripted: Scripted) -> int:
    scripted.answers = [Answer(500)]
    for _ in range(1_000):
        try:
            ASK["get"](client)
        except Unreachable as unreachable:
            if "fails too often" in str(unreachable):
                return client.requests_made["retry"]
    raise AssertionError("it is never spent")


def test_a_run_may_try_again_a_hundred_times_and_then_says_so(
    told: Client, scripted: Scripted, waits: list[float]
) -> None:
    assert retries_until_it_is_spent(told, scripted) == len(waits) == 100
    with pytest.raises(
        Unreachable, match=r"100 of the run's \d+ requests were retries, and the last failed too \(500\)"
    ):
        ASK["get"](told)


def test_a_run_may_try_again_as_often_as_a_fifth_of_its_requests(scripted: Scripted, waits: list[float]) -> None:
    client = Client(scripted.url, "demo-key", requests_before=1_000)
    spent = retries_until_it_is_spent(client, scripted)
    made = 1_000 + client.requests_made["check"]
    assert 0.2 * made <= spent < 0.2 * made + 1
    assert spent > 200


def test_the_retries_of_the_runs_earlier_tasks_count(scripted: Scripted, waits: list[float]) -> None:
    client = Client(scripted.url, "demo-key", requests_before=200, retries_before=97)
    assert retries_until_it_is_spent(client, scripted) == 3


def test_without_a_failure_the_budget_asks_nothing(scripted: Scripted) -> None:
    scripted.answers = [GOOD]
    ASK["get"](Client(scripted.url, "demo-key", requests_before=100, retries_before=100))


def test_429s_do_not_spend_it(told: Client, scripted: Scripted, waits: list[float]) -> None:
    scripted.answers = [*[Answer(429, headers={"Retry-After": "1"})] * 150, GOOD]
    ASK["post"](told)
    assert told.requests_made == {"write": 151, "429": 150}
