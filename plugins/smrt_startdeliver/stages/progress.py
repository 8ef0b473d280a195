"""How far a stage is that sends, and how long the rest will take: in its log, and in the memory for who looks on."""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from types import TracebackType
from typing import Protocol, Self, TypeVar

from smrt_startdeliver.errors import WarehouseError
from smrt_startdeliver.stages.job import Job

log = logging.getLogger(__name__)

_SECONDS_BETWEEN_LINES = 10.0
_SECONDS_BETWEEN_NOTES = 5.0


class _Sent(Protocol):
    @property
    def fate(self) -> object:
        """None until it is known."""


S = TypeVar("S", bound=_Sent)


class Progress:
    """Says now and then how many of how many are done, how fast it goes, and how long the rest will take.

    A context: at its end, however it ends, the memory says no more of it. The name is that of its lines.
    """

    def __init__(self, job: Job, name: str, total: int, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._job = job
        self._name = name
        self._total = total
        self._done = 0
        self._under_way: deque[Sequence[_Sent]] = deque()
        self._clock = clock
        self._began = self._said = self._noted = clock()

    def __enter__(self) -> Self:
        self._write()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with suppress(WarehouseError):  # what cannot be cleared now, close_run clears
            self._job.state.write("clear_progress", [{"run": self._job.run.number, "part": self._job.part or 0}])

    def expect(self, rows: int) -> None:
        """So many more are to be done than was known."""
        self._total += rows

    def watched(self, batches: Iterable[list[S]]) -> Iterator[list[S]]:
        """The batches, each watched from when it is asked for: those of it that have their fate are done."""
        for batch in batches:
            self._under_way.append(batch)
            yield batch

    def add(self, rows: int) -> None:
        """So many more are done: the batch that is watched for longest is through, where one is."""
        self._done += rows
        if self._under_way:
            self._under_way.popleft()
        now = self._clock()
        if now - self._said >= _SECONDS_BETWEEN_LINES or (self._done >= self._total and rows):
            self._said = now
            log.info("%s", self.line())
        self.note()

    def pass_over(self, rows: int) -> None:
        """So many of those that were to be done need not be."""
        self._done += rows

    def note(self) -> None:
        """Keep in the memory how far it is, where that was not done in the last seconds. Raises WarehouseError."""
        if self._clock() - self._noted >= _SECONDS_BETWEEN_NOTES:
            self._write()

    def noting(self, check: Callable[[], None]) -> Callable[[], None]:
        """The check that a sender makes each second, with a note of how far it is."""

        def check_and_note() -> None:
            check()
            self.note()

        return check_and_note

    def line(self) -> str:
        """As `users: 1,200 of 20,000 (6 %), 9.8 a second, 32 min left`."""
        rate = self._done / max(self._clock() - self._began, 0.001)
        share = f"{self._done:,} of {self._total:,} ({self._done * 100 // max(self._total, 1)} %)"
        if self._done >= self._total:
            return f"{self._name}: {share}, {rate:,.1f} a second"
        minutes = (self._total - self._done) / max(rate, 0.001) / 60
        left = f"{minutes:,.0f} min" if minutes >= 1 else "under a minute"
        return f"{self._name}: {share}, {rate:,.1f} a second, {left} left"

    def _write(self) -> None:
        self._noted = self._clock()
        row = {
            "run": self._job.run.number,
            "part": self._job.part or 0,
            "stage": self._job.stage,
            "done": self._done + sum(one.fate is not None for batch in list(self._under_way) for one in batch),
            "total": self._total,
            "seconds": self._noted - self._began,
        }
        self._job.state.write("note_progress", [row])


class Unseen:
    """The progress of a rehearsal: nobody looks on, and the memory is left alone."""

    def expect(self, rows: int) -> None:
        """As of `Progress`."""

    def watched(self, batches: Iterable[list[S]]) -> Iterable[list[S]]:
        """As of `Progress`."""
        return batches

    def add(self, rows: int) -> None:
        """As of `Progress`."""

    def pass_over(self, rows: int) -> None:
        """As of `Progress`."""
