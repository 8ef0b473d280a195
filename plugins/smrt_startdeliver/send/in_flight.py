"""Several requests at once, each customer's in order, and one batch right behind the other."""

from __future__ import annotations

import sys
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from threading import Event, Lock
from typing import Generic, TypeVar

B = TypeVar("B")
T = TypeVar("T")

_BATCHES = 2
"""So many are under way: while one is answered to its last request, the next one's are sent already."""
_SECONDS_BETWEEN_CHECKS = 1.0
_TURN_SECONDS = 0.0005
"""So soon a thread that has its answer goes on, though the caller's is at work; Python's own are ten times as long."""


@dataclass(frozen=True)
class Work(Generic[B, T]):
    """What is done with each batch.

    begin: what is to be sent of it, in sequences, written down as intended by then. send: one item. end: write down
    what came of a batch and its sequences, whole or not; of each that was begun. done: what comes after that, where
    all of it went well.
    """

    begin: Callable[[B], Sequence[Sequence[T]]]
    send: Callable[[T], None]
    end: Callable[[B, Sequence[Sequence[T]]], None]
    done: Callable[[B], None]


def send_batches(
    batches: Iterable[B],
    work: Work[B, T],
    max_in_flight: int,
    may_go_on: Callable[[], bool],
    still_ours: Callable[[], None],
) -> None:
    """Send batch after batch, as `send_in_order` does each; the items of two batches have no order among them.

    A batch is read and begun, and the one before it ended, in the caller's thread while others are answered; the two
    are all that is in memory.
    """
    under_way: deque[tuple[B, Sequence[Sequence[T]], list[Future[None]]]] = deque()
    with _quick_turns(), ThreadPoolExecutor(max_in_flight) as pool:
        sending = _Sending(pool, work.send, max_in_flight, may_go_on, still_ours)

        def finish_first() -> None:
            batch, sequences, senders = under_way[0]
            sending.wait_for(senders)
            under_way.popleft()
            work.end(batch, sequences)
            work.done(batch)

        try:
            for batch in batches:
                sequences = work.begin(batch)
                under_way.append((batch, sequences, sending.start(sequences)))
                if len(under_way) == _BATCHES:
                    finish_first()
            while under_way:
                finish_first()
        finally:
            sending.stopped.set()
            with ExitStack() as rest:  # where it failed: what is under way is answered, and written down
                for batch, sequences, senders in under_way:
                    rest.callback(work.end, batch, sequences)
                    rest.callback(wait, senders)


def send_in_order(
    sequences: Iterable[Sequence[T]],
    send: Callable[[T], None],
    max_in_flight: int,
    may_go_on: Callable[[], bool],
    still_ours: Callable[[], None],
) -> None:
    """Send the items of each sequence one after the other, of `max_in_flight` sequences at once.

    `may_go_on` is asked before each; once it says no, nothing more is sent, and nothing is raised. What `send` raises
    ends all of it: the items under way are answered, the others are not sent, and it is raised here. So does an
    interruption of the caller, and what `still_ours` raises, which is asked each second, by whatever thread is there:
    who has lost the right to write must not go on to the end of a long batch, as another task may be writing.
    """
    with ThreadPoolExecutor(max_in_flight) as pool:
        sending = _Sending(pool, send, max_in_flight, may_go_on, still_ours)
        try:
            sending.wait_for(sending.start(sequences))
        finally:
            sending.stopped.set()


@contextmanager
def _quick_turns() -> Iterator[None]:
    usual = sys.getswitchinterval()
    sys.setswitchinterval(_TURN_SECONDS)
    try:
        yield
    finally:
        sys.setswitchinterval(usual)


class _Sending(Generic[T]):
    """What the threads of a pool do until all is sent, or until it is stopped."""

    def __init__(
        self,
        pool: ThreadPoolExecutor,
        send: Callable[[T], None],
        max_in_flight: int,
        may_go_on: Callable[[], bool],
        still_ours: Callable[[], None],
    ) -> None:
        self.stopped = Event()
        self._failures: list[BaseException] = []
        self._checking = Lock()
        self._checked = time.monotonic()
        self._pool = pool
        self._send = send
        self._max_in_flight = max_in_flight
        self._may_go_on = may_go_on
        self._still_ours = still_ours

    def start(self, sequences: Iterable[Sequence[T]]) -> list[Future[None]]:
        """Begin with these once a thread has nothing else to do, with the longest first."""
        left = deque(sorted(sequences, key=len, reverse=True))
        return [self._pool.submit(self._send_all, left) for _ in range(min(self._max_in_flight, len(left)))]

    def wait_for(self, senders: Sequence[Future[None]]) -> None:
        """Return once these are through. Raises what any `send` raised, and what `still_ours` does."""
        while wait(senders, _SECONDS_BETWEEN_CHECKS).not_done and not self._failures:
            self._check_each_second()
        if self._failures:
            raise self._failures[0]

    def _send_all(self, left: deque[Sequence[T]]) -> None:
        while True:
            try:
                sequence = left.popleft()
            except IndexError:
                return
            for item in sequence:
                if not self._sent(item):
                    return

    def _sent(self, item: T) -> bool:
        try:
            if self.stopped.is_set() or not self._may_go_on():
                self.stopped.set()
                return False
            self._check_each_second()
            self._send(item)
        except BaseException as failure:  # it is raised where it is waited for
            self._failures.append(failure)
            self.stopped.set()
            return False
        return True

    def _check_each_second(self) -> None:
        """Senders ask, too: the caller may be reading or looking up the next batch, and that may take long."""
        if time.monotonic() - self._checked < _SECONDS_BETWEEN_CHECKS or not self._checking.acquire(blocking=False):
            return
        try:
            self._still_ours()
            self._checked = time.monotonic()
        finally:
            self._checking.release()
