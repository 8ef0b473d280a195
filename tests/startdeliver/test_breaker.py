"""Circuit breakers: what goes wrong again and again stops the run, and nothing less does."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from smrt_startdeliver.startdeliver.breaker import FAILURES, REFUSALS, RefusalBreaker, ServerBreaker
from smrt_startdeliver.startdeliver.client import Client
from smrt_startdeliver.startdeliver.errors import (
    CircuitOpen,
    OutcomeUnknown,
    Refused,
    ServerFailed,
    StartdeliverError,
    Unreachable,
)
from smrt_startdeliver.startdeliver.pace import Pace
from tests.startdeliver.conftest import Clock
from tests.startdeliver.scripted import Answer, Scripted

OPEN = "tries to write in a row"


def failing(breaker: ServerBreaker, times: int) -> None:
    for _ in range(times):
        breaker.failed("500")


# A server that fails


def test_it_opens_at_20_failures_in_a_row_over_30_seconds_and_says_so_in_one_line(clock: Clock) -> None:
    breaker = ServerBreaker(clock=clock)
    failing(breaker, 1)
    clock.now += 30
    failing(breaker, FAILURES - 2)
    with pytest.raises(Unreachable) as open_:
        breaker.failed("500")
    assert "failed at 20 tries to write in a row, for 30 seconds (the last: 500)" in str(open_.value)
    assert not isinstance(open_.value, ServerFailed)
    assert "\n" not in str(open_.value)


def test_failures_of_less_than_30_seconds_do_not_open_it(clock: Clock) -> None:
    breaker = ServerBreaker(clock=clock)
    failing(breaker, 1)
    clock.now += 29.9
    failing(breaker, 10 * FAILURES)
    clock.now += 0.1
    with pytest.raises(Unreachable, match=OPEN):
        breaker.failed("500")


def test_an_answer_between_begins_the_count_anew(clock: Clock) -> None:
    breaker = ServerBreaker(clock=clock)
    failing(breaker, FAILURES - 1)
    clock.now += 60
    breaker.answered()
    failing(breaker, 1)
    clock.now += 60
    failing(breaker, FAILURES - 2)
    with pytest.raises(Unreachable, match=OPEN):
        breaker.failed("500")


def test_failures_of_many_threads_are_counted_each(clock: Clock) -> None:
    breaker = ServerBreaker(clock=clock)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: breaker.failed("500"), range(4_999)))
    clock.now += 60
    with pytest.raises(Unreachable, match="failed at 5000 tries"):
        breaker.failed("500")


@pytest.fixture
def guarded(scripted: Scripted, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Client:
    """A client of the scripted server that waits four seconds before each further try, on the breaker's clock."""
    monkeypatch.setattr("smrt_startdeliver.startdeliver.client.seconds_to_wait", lambda _: 4.0)
    monkeypatch.setattr("tenacity.nap.time", clock)
    return Client(
        scripted.url, "demo-key", pace=Pace(clock=clock, sleep=clock.sleep), breaker=ServerBreaker(clock=clock)
    )


def write(client: Client, **options: bool) -> None:
    client.patch("user/1", {"name": "Ann"}, **options)


def writes_until_it_opens(client: Client, send: Callable[[], None]) -> int:
    """How many writes fail, each by itself, before one says that it is open."""
    for number in range(50):
        try:
            send()
        except ServerFailed:
            continue
        except Unreachable as unreachable:
            assert OPEN in str(unreachable)
            return number
    raise AssertionError("it never opens")


@pytest.mark.parametrize("answer", [Answer(500), Answer(503), Answer(423)], ids=lambda answer: str(answer.status))
def test_a_server_that_fails_at_all_writes_stops_the_run_after_20_tries(
    guarded: Client, scripted: Scripted, answer: Answer
) -> None:
    scripted.answers = [answer]
    assert writes_until_it_opens(guarded, lambda: write(guarded)) == 3
    assert len(scripted.asked) == FAILURES


def test_a_server_that_hangs_up_at_all_creates_stops_the_run_after_20_tries(
    guarded: Client, scripted: Scripted, clock: Clock
) -> None:
    scripted.answers = [Answer(500)]
    for _ in range(FAILURES - 1):
        clock.now += 2
        with pytest.raises(OutcomeUnknown):
            guarded.post("user", {"name": "Ann"})
    with pytest.raises(Unreachable, match=OPEN):
        guarded.post("user", {"name": "Ann"})


def test_a_connection_that_is_refused_counts_too(closed_port: int, clock: Clock, waits: list[float]) -> None:
    client = Client(
        f"http://127.0.0.1:{closed_port}/api/v1/",
        "demo-key",
        pace=Pace(sleep=lambda _: None),
        breaker=ServerBreaker(clock=clock),
        tries=50,
    )
    with pytest.raises(Unreachable, match="in 50 tries"):
        write(client)
    clock.now += 30
    with pytest.raises(Unreachable, match="failed at 51 tries to write in a row"):
        write(client)


@pytest.mark.parametrize("answer", [Answer(200), Answer(400), Answer(404)], ids=lambda answer: str(answer.status))
def test_a_write_that_is_answered_between_were_it_with_a_refusal_keeps_it_closed(
    guarded: Client, scripted: Scripted, answer: Answer
) -> None:
    for _ in range(5):
        scripted.answers = [Answer(500)]
        for _ in range(3):
            with pytest.raises(ServerFailed):
                write(guarded)
        scripted.answers = [answer]
        try:
            write(guarded)
        except Refused:
            assert answer.status != 200


def test_reads_that_are_answered_do_not_make_a_server_well_that_takes_no_write(
    guarded: Client, scripted: Scripted
) -> None:
    def write_and_read() -> None:
        scripted.answers = [Answer(500)]
        try:
            write(guarded)
        finally:
            scripted.answers = [Answer(200)]
            guarded.get("me", purpose="check")

    assert writes_until_it_opens(guarded, write_and_read) == 3


def test_what_failed_in_an_earlier_run_does_not_open_it_by_failing_again(guarded: Client, scripted: Scripted) -> None:
    scripted.answers = [Answer(500)]
    for _ in range(20):
        with pytest.raises(ServerFailed):
            write(guarded, suspect=True)
    assert writes_until_it_opens(guarded, lambda: write(guarded)) == 3


# Refused for one and the same reason


def refuse(breaker: RefusalBreaker, times: int, status: int = 400, field: str = "email", said: str = "is odd") -> None:
    for number in range(times):
        breaker.refused(status, field, f"{said} {number}" if field else said)


@pytest.mark.parametrize("field", ["email", ""])
def test_it_opens_at_20_refusals_in_a_row_for_the_same_field_or_where_none_is_named_in_the_same_words(
    field: str,
) -> None:
    breaker = RefusalBreaker()
    refuse(breaker, REFUSALS - 1, field=field)
    with pytest.raises(CircuitOpen) as open_:
        refuse(breaker, 1, field=field)
    message = str(open_.value)
    assert "refused 20 records in a row" in message
    assert "is odd" in message
    assert field in message
    assert "mend it" in message
    assert "\n" not in message
    assert isinstance(open_.value, StartdeliverError)
    assert not isinstance(open_.value, Unreachable)


@pytest.mark.parametrize(
    "other",
    [
        {"status": 422},
        {"field": "phone"},
        {"field": "", "said": "is odder"},
    ],
    ids=str,
)
def test_another_reason_between_begins_the_count_anew(other: dict) -> None:
    breaker = RefusalBreaker()
    refuse(breaker, REFUSALS - 1)
    refuse(breaker, 1, **other)
    refuse(breaker, REFUSALS - 1)
    with pytest.raises(CircuitOpen):
        refuse(breaker, 1)


def test_one_that_is_accepted_between_begins_the_count_anew() -> None:
    breaker = RefusalBreaker()
    refuse(breaker, REFUSALS - 1)
    breaker.accepted()
    refuse(breaker, REFUSALS - 1)
    with pytest.raises(CircuitOpen):
        refuse(breaker, 1)
