"""Events go out batch right behind batch, and still each once, each customer's in order of time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta

import pytest

from smrt_startdeliver.send.event_sender import EventSender, OutgoingEvent
from smrt_startdeliver.stages import buckets, load_events, load_records
from tests.end_to_end.pipeline import Pipeline
from tests.end_to_end.shop import MONDAY, Shop

EVENTS = {"1": 1, "2": 7, "3": 2, "4": 1, "5": 4}
"""How many each customer has."""


@pytest.fixture
def batches(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """Whose events were in each batch of about three."""
    found: list[list[str]] = []
    send_all = EventSender.send_all

    def listen(
        sender: EventSender, batches: Iterable[list[OutgoingEvent]], done: Callable[[list[OutgoingEvent]], None]
    ) -> None:
        def heard() -> Iterator[list[OutgoingEvent]]:
            for batch in batches:
                found.append([event.user_id for event in batch])
                yield batch

        send_all(sender, heard(), done)

    monkeypatch.setattr(load_events, "_BATCH", 3)
    monkeypatch.setattr(EventSender, "send_all", listen)
    return found


def test_all_events_of_a_customer_are_in_one_batch_and_arrive_in_their_order(
    shop: Shop, pipeline: Pipeline, batches: list[list[str]]
) -> None:
    pipeline.configure(settings="derived_events: passthrough\nmax_in_flight: 4\npartitions: 1\n")
    for user, count in EVENTS.items():
        shop.customer(user)
        for number in range(count):
            shop.event("Pickup Missed", user, MONDAY - timedelta(hours=2, minutes=number))
    assert pipeline.run(MONDAY) == "success"
    assert len(batches) > 2
    assert Counter(user for batch in batches for user in set(batch)) == dict.fromkeys(EVENTS, 1)
    assert Counter(user for batch in batches for user in batch) == EVENTS
    arrived: dict[str, list[int]] = {}
    for usage in pipeline.sandbox.objects("usage"):
        arrived.setdefault(usage["userId"], []).append(usage["timestamp"])
    assert {user: len(times) for user, times in arrived.items()} == EVENTS
    assert all(times == sorted(times) for times in arrived.values())


def test_an_event_that_two_tables_hold_goes_out_once(shop: Shop, pipeline: Pipeline) -> None:
    pipeline.configure(settings="derived_events: passthrough\n")
    shop.customer("7")
    same = shop.event("Pickup Missed", "7", MONDAY - timedelta(hours=2))
    shop.event("Pickup Completed", "7", MONDAY - timedelta(hours=2), id=same)
    assert pipeline.run(MONDAY) == "success"
    assert [usage["messageId"] for usage in pipeline.sandbox.objects("usage")] == [same]
    fates = Counter(pipeline.fates("Pickup Missed")) + Counter(pipeline.fates("Pickup Completed"))
    assert fates == {"extracted": 2, "sent": 1, "already sent": 1}


@pytest.mark.parametrize("customers_a_bucket", [2, 20])
def test_a_look_up_is_for_as_many_as_it_can_be_whatever_buckets_they_are_in(
    shop: Shop, pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch, customers_a_bucket: int
) -> None:
    monkeypatch.setattr(buckets, "CUSTOMERS_A_BUCKET", customers_a_bucket)
    monkeypatch.setattr(load_records, "PAGE_SIZE", 3)
    monkeypatch.setattr(load_records, "_MADE_AT_ONCE", 6)
    for user in range(10):
        shop.customer(str(user), name=f"Customer {user}")
    assert pipeline.run(MONDAY) == "success"
    asked = pipeline.state("select value from measures where stage = 'load_users' and name = 'requests lookup'")
    assert [row["value"] for row in asked] == [4]
    assert pipeline.fates("users") == {"extracted": 10, "created": 10}
