"""Batch right behind batch: what overlaps, and what never does."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smrt_startdeliver.send.in_flight import Work, send_batches


class Told:
    """A sender of numbers that says what happened, in order."""

    def __init__(self, send: Callable[[int], None] | None = None) -> None:
        self.happened: list[tuple[str, object]] = []
        self._send = send

    def begin(self, batch: Sequence[int]) -> list[list[int]]:
        self.happened.append(("begun", tuple(batch)))
        return [[item] for item in batch]

    def send(self, item: int) -> None:
        if self._send is not None:
            self._send(item)
        self.happened.append(("sent", item))

    def end(self, batch: Sequence[int], sequences: Sequence[Sequence[int]]) -> None:
        assert [list(sequence) for sequence in sequences] == [[item] for item in batch]
        self.happened.append(("ended", tuple(batch)))

    def done(self, batch: Sequence[int]) -> None:
        self.happened.append(("done", tuple(batch)))

    def go(
        self,
        batches: Iterable[Sequence[int]],
        max_in_flight: int = 2,
        may_go_on: Callable[[], bool] = lambda: True,
        still_ours: Callable[[], None] = lambda: None,
    ) -> None:
        work = Work(self.begin, self.send, self.end, self.done)
        send_batches(batches, work, max_in_flight, may_go_on, still_ours)

    def of(self, what: str) -> list[object]:
        return [told for kind, told in self.happened if kind == what]

    def place(self, what: str, told: object) -> int:
        return self.happened.index((what, told))


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(0, 5), max_size=6), st.integers(1, 4))
def test_everything_is_sent_once_and_each_batch_is_begun_ended_and_done_in_its_turn(
    sizes: list[int], max_in_flight: int
) -> None:
    batches = [tuple(range(10 * number, 10 * number + size)) for number, size in enumerate(sizes)]
    told = Told()
    told.go(batches, max_in_flight)
    assert sorted(told.of("sent"), key=str) == sorted((item for batch in batches for item in batch), key=str)
    assert told.of("begun") == told.of("ended") == told.of("done") == batches
    for batch in filter(None, batches):
        places = [told.place("sent", item) for item in batch]
        assert told.place("begun", batch) < min(places)
        assert max(places) < told.place("ended", batch) < told.place("done", batch)


def test_the_next_batch_is_sent_while_the_last_of_one_is_answered() -> None:
    """The first item is answered only once one of the second batch is sent."""
    next_is_sent = threading.Event()

    def send(item: int) -> None:
        if item == 0:
            assert next_is_sent.wait(20)
        if item == 10:
            next_is_sent.set()

    told = Told(send)
    told.go([(0, 1), (10, 11)])
    assert told.place("sent", 10) < told.place("ended", (0, 1)) < told.place("ended", (10, 11))


def test_two_batches_are_under_way_and_never_more() -> None:
    read: list[int] = []
    told = Told()

    def batches() -> Iterator[tuple[int, ...]]:
        for number in range(6):
            read.append(len(told.of("begun")) - len(told.of("ended")))
            yield (10 * number, 10 * number + 1)

    told.go(batches())
    assert max(read) == 1  # it is read while one is sent; with it they are two


def failing(item: int) -> None:
    if item == 11:
        raise LookupError("eleven")


def test_what_one_raises_is_raised_once_all_that_was_begun_is_ended_and_what_follows_is_not_begun() -> None:
    told = Told(failing)
    with pytest.raises(LookupError, match="eleven"):
        told.go([(0, 1), (10, 11, 12), (20, 21), (30, 31)], 1)
    assert told.of("sent") == [0, 1, 10]
    assert sorted(told.of("begun"), key=str) == sorted(told.of("ended"), key=str)
    assert (30, 31) not in told.of("begun")
    assert (10, 11, 12) not in told.of("done")


def test_what_fails_in_a_later_batch_stops_the_one_before_it() -> None:
    failed = threading.Event()

    def send(item: int) -> None:
        if item == 0:
            assert failed.wait(20)
        elif item >= 10:
            failed.set()
            raise LookupError("of the second")

    told = Told(send)
    with pytest.raises(LookupError, match="of the second"):
        told.go([(0,), (10,), (20,)])
    assert set(told.of("begun")) == set(told.of("ended"))
    assert told.of("done") == []


def test_batches_that_cannot_be_read_end_what_is_under_way() -> None:
    def batches() -> Iterator[tuple[int, ...]]:
        yield (0, 1)
        raise LookupError("the memory is gone")

    told = Told()
    with pytest.raises(LookupError, match="the memory is gone"):
        told.go(batches())
    assert told.of("ended") == [(0, 1)]


def test_who_loses_the_right_to_write_ends_what_was_begun(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("smrt_startdeliver.send.in_flight._SECONDS_BETWEEN_CHECKS", 0.01)
    lost = threading.Event()

    def still_ours() -> None:
        lost.set()
        raise LookupError("the session is gone")

    told = Told(lambda _: lost.wait(20) and None)
    with pytest.raises(LookupError, match="the session is gone"):
        told.go([tuple(range(100)), tuple(range(100, 200))], still_ours=still_ours)
    assert len(told.of("sent")) < 100
    assert len(told.of("ended")) == len(told.of("begun")) == 2


def test_the_right_to_write_is_asked_for_while_the_next_batch_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("smrt_startdeliver.send.in_flight._SECONDS_BETWEEN_CHECKS", 0.01)
    lost = threading.Event()
    told = Told(lambda _: time.sleep(0.02))

    def batches() -> Iterator[tuple[int, ...]]:
        yield tuple(range(1000))
        assert lost.wait(20)
        yield (1000,)

    def still_ours() -> None:
        lost.set()
        raise LookupError("the session is gone")

    with pytest.raises(LookupError, match="the session is gone"):
        told.go(batches(), still_ours=still_ours)
    assert len(told.of("sent")) < 1000


def test_once_no_more_may_be_sent_each_batch_still_comes_to_its_end() -> None:
    told = Told()
    told.go([(0, 1), (10, 11), (20, 21)], 1, lambda: len(told.of("sent")) < 3)
    assert told.of("sent") == [0, 1, 10]
    assert told.of("done") == [(0, 1), (10, 11), (20, 21)]


def test_what_is_written_down_last_and_fails_is_raised_and_the_other_batch_is_written_down_too() -> None:
    told = Told()

    def end(batch: Sequence[int], _: Sequence[Sequence[int]]) -> None:
        told.happened.append(("ended", tuple(batch)))
        if batch == (0, 1):
            raise LookupError("the memory is gone")

    with pytest.raises(LookupError, match="the memory is gone"):
        send_batches(
            [(0, 1), (10, 11), (20, 21)],
            Work(told.begin, told.send, end, told.done),
            2,
            lambda: True,
            lambda: None,
        )
    assert told.of("ended") == [(0, 1), (10, 11)]
