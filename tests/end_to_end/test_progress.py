"""While a run sends, the memory says how far it is, within a batch too; after it, nothing."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import timedelta
from threading import Event
from typing import Any

import pytest

from smrt_startdeliver.send import in_flight
from smrt_startdeliver.send.event_sender import EventSender
from smrt_startdeliver.send.record_sender import RecordSender
from smrt_startdeliver.stages import progress
from smrt_startdeliver.stages.datasets import NAMES
from smrt_startdeliver.stages.progress import Progress
from smrt_startdeliver.state.database import State
from tests.end_to_end.pipeline import Pipeline
from tests.end_to_end.shop import MONDAY, Shop

CUSTOMERS = 60
HALF = CUSTOMERS // 2


@pytest.fixture
def shop_of_many(shop: Shop, pipeline: Pipeline) -> None:
    """One batch of users, and one of events; a request at a time."""
    pipeline.configure(settings="max_in_flight: 1\n")
    for user in range(CUSTOMERS):
        shop.customer(str(user))
        shop.event("Pickup Missed", str(user), MONDAY - timedelta(days=1))


@pytest.fixture
def noted(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[int]]:
    """Stage -> how many were done at each look. One looks as often as can be, and half of a batch waits to be seen."""
    noted: dict[str, list[int]] = defaultdict(list)
    half_is_seen: dict[str, Event] = defaultdict(Event)
    write = State.write

    def listen(self: State, name: str, rows: list[dict[str, Any]], **source: Any) -> None:
        if name == "note_progress":
            stage, done = rows[0]["stage"], rows[0]["done"]
            noted[stage].append(done)
            if done == HALF:
                half_is_seen[stage].set()
        write(self, name, rows, **source)

    def waiting(send_one: Callable[[Any, Any], None]) -> Callable[[Any, Any], None]:
        sent: Counter[str] = Counter()

        def wait_and_send(sender: Any, item: Any) -> None:
            stage = f"load_{NAMES[sender.entity]}" if isinstance(sender, RecordSender) else "load_events"
            if sent[stage] == HALF:
                assert half_is_seen[stage].wait(60)
            sent[stage] += 1
            send_one(sender, item)

        return wait_and_send

    monkeypatch.setattr(State, "write", listen)
    monkeypatch.setattr(progress, "_SECONDS_BETWEEN_NOTES", 0.0)
    monkeypatch.setattr(in_flight, "_SECONDS_BETWEEN_CHECKS", 0.001)
    for sender in (RecordSender, EventSender):
        monkeypatch.setattr(sender, "_send_one", waiting(sender._send_one))
    return noted


@pytest.mark.usefixtures("shop_of_many")
def test_how_far_it_is_is_known_within_a_batch_of_each_stage(pipeline: Pipeline, noted: dict[str, list[int]]) -> None:
    pipeline.run_as("scheduled", MONDAY)
    for stage in ("load_users", "load_events"):
        assert (noted[stage][0], noted[stage][-1]) == (0, CUSTOMERS)
        assert HALF in noted[stage]
        assert noted[stage] == sorted(noted[stage])
    assert pipeline.state("select * from progress") == []


@pytest.mark.usefixtures("shop_of_many")
def test_what_a_worker_left_that_was_killed_goes_with_its_run(
    pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Progress, "__exit__", lambda *_: None)
    left = []
    pipeline.run_as(
        "scheduled", MONDAY, before={"report": lambda: left.extend(pipeline.state("select * from progress"))}
    )
    assert [row["stage"] for row in left] == ["load_events"]
    assert pipeline.state("select * from progress") == []
