"""Several requests at once, each customer's in order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from threading import Event
from typing import TypeVar

T = TypeVar("T")

_SECONDS_BETWEEN_CHECKS = 1.0


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
    interruption of the caller, and what `still_ours` raises, which is asked each second, in the caller's thread: who
    has lost the right to write must not go on to the end of a long batch, as another task may be writing.
    """
    stopped = Event()

    def send_one_by_one(sequence: Sequence[T]) -> None:
        for item in sequence:
            try:
                if stopped.is_set() or not may_go_on():
                    stopped.set()
                    return
                send(item)
            except BaseException:
                stopped.set()
                raise

    with ThreadPoolExecutor(max_in_flight) as pool:
        longest_first = sorted(sequences, key=len, reverse=True)
        try:
            under_way = [pool.submit(send_one_by_one, one) for one in longest_first]
            done, rest = wait(under_way, _SECONDS_BETWEEN_CHECKS, return_when=FIRST_EXCEPTION)
            while rest and not any(future.exception() for future in done):
                still_ours()
                done, rest = wait(under_way, _SECONDS_BETWEEN_CHECKS, return_when=FIRST_EXCEPTION)
        finally:
            stopped.set()
    for future in done:
        future.result()
