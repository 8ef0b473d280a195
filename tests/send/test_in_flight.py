"""Several at once, each sequence in order."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections import defaultdict

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smrt_startdeliver.send import in_flight
from smrt_startdeliver.send.in_flight import send_in_order


def always() -> bool:
    return True


def ours() -> None:
    """The right to write is never lost."""


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(0, 6), max_size=8), st.integers(1, 4))
def test_everything_is_sent_once_and_each_sequence_in_its_order(lengths: list[int], max_in_flight: int) -> None:
    sequences = [[(number, item) for item in range(length)] for number, length in enumerate(lengths)]
    sent: dict[int, list[tuple[int, int]]] = defaultdict(list)
    send_in_order(sequences, lambda item: sent[item[0]].append(item), max_in_flight, always, ours)
    assert dict(sent) == {number: items for number, items in enumerate(sequences) if items}


def test_as_many_are_under_way_as_may_be_and_never_more() -> None:
    """The barrier opens only where four wait at it at once."""
    barrier = threading.Barrier(4, timeout=20)
    counting = threading.Lock()
    under_way, most = 0, 0

    def send(_: int) -> None:
        nonlocal under_way, most
        with counting:
            under_way += 1
            most = max(most, under_way)
        barrier.wait()
        with counting:
            under_way -= 1

    send_in_order([[1, 2], [3, 4], [5, 6], [7, 8]], send, 4, always, ours)
    assert most == 4
    barrier = threading.Barrier(1)
    under_way, most = 0, 0
    send_in_order([[number] for number in range(50)], send, 3, always, ours)
    assert most <= 3


def test_what_one_raises_stops_the_rest_and_is_raised() -> None:
    sent = []

    def send(item: int) -> None:
        if item == 3:
            raise LookupError("three")
        sent.append(item)

    with pytest.raises(LookupError, match="three"):
        send_in_order([[1, 2, 3, 4, 5], *([number] for number in range(10, 30))], send, 1, always, ours)
    assert sent == [1, 2]


def test_what_is_under_way_when_another_fails_is_still_answered() -> None:
    begun, failed = threading.Event(), threading.Event()
    sent = []

    def send(item: str) -> None:
        if item == "fails":
            begun.wait(20)
            failed.set()
            raise LookupError("this")
        begun.set()
        failed.wait(20)
        time.sleep(0.05)
        sent.append(item)

    with pytest.raises(LookupError, match="this"):
        send_in_order([["slow", "after it"], ["fails", "never"]], send, 2, always, ours)
    assert sent == ["slow"]


def test_an_interruption_of_the_caller_stops_the_rest() -> None:
    sent = []
    interrupted = threading.Event()

    def interrupt(*_: object) -> None:
        interrupted.set()
        raise KeyboardInterrupt

    def send(item: int) -> None:
        sent.append(item)
        os.kill(os.getpid(), signal.SIGINT)
        interrupted.wait(20)
        time.sleep(0.2)

    usual = signal.signal(signal.SIGINT, interrupt)
    try:
        with pytest.raises(KeyboardInterrupt):
            send_in_order([[0, 1, 2]], send, 1, always, ours)
    finally:
        signal.signal(signal.SIGINT, usual)
    assert sent == [0]


def test_once_no_more_may_be_sent_nothing_is_and_nothing_is_raised() -> None:
    sent: list[int] = []
    send_in_order([[1, 2, 3, 4], [5, 6]], sent.append, 1, lambda: len(sent) < 3, ours)
    assert sent == [1, 2, 3]


def test_what_the_question_raises_is_raised_and_ends_it() -> None:
    sent: list[int] = []

    def may_go_on() -> bool:
        if len(sent) == 2:
            raise LookupError("the memory is gone")
        return True

    with pytest.raises(LookupError, match="the memory is gone"):
        send_in_order([[1, 2, 3], [4]], sent.append, 1, may_go_on, ours)
    assert sent == [1, 2]


def test_who_loses_the_right_to_write_stops_in_the_middle_of_a_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(in_flight, "_SECONDS_BETWEEN_CHECKS", 0.01)
    sent: list[int] = []

    def send(item: int) -> None:
        sent.append(item)
        time.sleep(0.001)

    def lost() -> None:
        raise LookupError("the session is gone")

    with pytest.raises(LookupError, match="the session is gone"):
        send_in_order([list(range(100_000))], send, 1, always, lost)
    assert len(sent) < 100_000
