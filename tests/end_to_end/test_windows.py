"""Which stretch of time a run speaks of, and that nothing is lost or repeated between runs."""

from __future__ import annotations

from datetime import datetime, timedelta

from tests.end_to_end.pipeline import Pipeline
from tests.end_to_end.shop import MONDAY, Shop

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def names(pipeline: Pipeline, user: str = "7") -> list[str]:
    return sorted(name for name, _ in pipeline.timeline(user))


def test_a_week_without_a_scheduler_loses_nothing(shop: Shop, pipeline: Pipeline) -> None:
    shop.customer("7", name="Ann")
    pipeline.run(MONDAY)
    for day in range(1, 8):
        shop.event("Pickup Missed", "7", MONDAY + day * DAY)

    assert pipeline.run(MONDAY + 8 * DAY) == "success"

    assert names(pipeline) == ["Pickup Missed"] * 7


def test_a_row_that_was_loaded_late_goes_out_once_and_brings_its_visit(shop: Shop, pipeline: Pipeline) -> None:
    shop.customer("7", name="Ann")
    pipeline.run(MONDAY)
    shop.event("Order Created", "7", MONDAY - 9 * DAY, loaded=MONDAY + HOUR)

    pipeline.run(MONDAY + 2 * HOUR)
    pipeline.run(MONDAY + 4 * HOUR)

    assert pipeline.timeline("7") == [
        ("Customer Visit", MONDAY - 9 * DAY),
        ("Order Created", MONDAY - 9 * DAY),
    ]


def test_copies_of_a_row_are_one_event_with_the_latest_content(shop: Shop, pipeline: Pipeline) -> None:
    shop.customer("7", name="Ann")
    at = MONDAY - DAY
    shop.event("Order Created", "7", at, id="o-1", value=10, loaded=at + HOUR)
    shop.event("Order Created", "7", at, id="o-1", value=12, loaded=at + 2 * HOUR)

    assert pipeline.run(MONDAY) == "success"

    (order,) = [one for one in pipeline.sandbox.objects("usage") if one["usageType"] == "Order Created"]
    assert order["properties"]["value"] == 12
    assert pipeline.fates("Order Created") == {"extracted": 2, "sent": 1, "skipped: duplicate": 1}


def test_since_and_until_replace_the_window_and_do_not_move_the_next_one(shop: Shop, pipeline: Pipeline) -> None:
    shop.customer("7", name="Ann")
    long_ago = MONDAY - 300 * DAY
    shop.event("Pickup Missed", "7", long_ago, loaded=long_ago)
    shop.event("Pickup Missed", "7", long_ago + 10 * DAY, loaded=long_ago + 10 * DAY)
    pipeline.run(MONDAY)
    assert names(pipeline) == []  # older than history_days

    state = pipeline.run(MONDAY, since=long_ago.isoformat(), until=(long_ago + DAY).isoformat())

    assert state == "success"
    assert pipeline.timeline("7") == [("Pickup Missed", long_ago)]
    shop.event("Pickup Missed", "7", MONDAY + HOUR)
    pipeline.run(MONDAY + 4 * HOUR)
    assert pipeline.timeline("7")[-1] == ("Pickup Missed", MONDAY + HOUR)


def test_a_run_of_the_past_sends_events_only_and_creates_a_user_by_the_match_field_alone(
    shop: Shop, pipeline: Pipeline
) -> None:
    shop.customer("7", name="Ann")
    pipeline.run(MONDAY)
    past = MONDAY - 200 * DAY
    shop.event("Order Created", "8", past, loaded=past)
    shop.customer("8", name="Bob")
    pipeline.execute("update smrt.users set name = 'Anna' where id = '7'")

    state = pipeline.run(MONDAY, since=(past - DAY).isoformat(), until=(past + DAY).isoformat())

    assert state == "success"
    assert names(pipeline, "8") == ["Customer Visit", "Order Created"]
    assert pipeline.users()["7"]["name"] == "Ann"
    assert "name" not in pipeline.users()["8"]
    assert pipeline.run(MONDAY) == "success"
    assert pipeline.users()["8"]["name"] == "Bob"
    assert pipeline.users()["7"]["name"] == "Anna"


def test_history_in_pieces_and_out_of_order_sends_the_same_events_as_in_one_piece(
    pipeline: Pipeline, shop: Shop
) -> None:
    shop.customer("7", name="Ann")
    first = MONDAY - 300 * DAY
    for day in (0, 7, 14, 100, 107, 250):
        shop.event("Order Created", "7", first + day * DAY)
    cuts = [first, first + 40 * DAY, first + 101 * DAY, MONDAY]

    for start, end in ((2, 3), (0, 1), (1, 2)):
        assert pipeline.run(MONDAY, since=cuts[start].isoformat(), until=cuts[end].isoformat()) == "success"
    in_pieces = sorted(pipeline.timeline("7"))
    pipeline.execute("drop schema startdeliver_sync cascade")
    pipeline.run(MONDAY, since=first.isoformat(), until=MONDAY.isoformat())

    both = [usage["messageId"] for usage in pipeline.sandbox.objects("usage")]
    assert len(both) == 2 * len(in_pieces) == 2 * len(set(both))
    assert [name for name, _ in in_pieces].count("Customer Lost") == 3


def test_a_dry_run_counts_what_it_would_do_and_does_nothing(shop: Shop, pipeline: Pipeline) -> None:
    shop.customer("7", name="Ann")
    shop.event("Order Created", "7", MONDAY - DAY)

    assert pipeline.run(MONDAY, dry_run=True) == "success"

    assert pipeline.fates("users") == {"extracted": 1, "created": 1}
    assert pipeline.fates("Order Created") == {"extracted": 1, "sent": 1}
    assert pipeline.sandbox.requests()["writes"] == 0
    for table in ("records", "events", "rejections", "last_visits"):
        assert pipeline.state(f"select * from {table}") == []
    assert pipeline.run(MONDAY) == "success"
    assert pipeline.fates("users") == {"extracted": 1, "created": 1}
    assert names(pipeline) == ["Customer Visit", "Order Created"]


def test_a_full_resync_repeats_customers_and_users_but_never_an_event(shop: Shop, pipeline: Pipeline) -> None:
    shop.customer("7", name="Ann")
    shop.event("Order Created", "7", MONDAY - DAY)
    pipeline.run(MONDAY)

    assert pipeline.run(MONDAY, full_resync=True) == "success"

    assert pipeline.fates("users") == {"extracted": 1, "updated": 1}
    assert pipeline.fates("customers") == {"extracted": 1, "updated": 1}
    assert len(pipeline.sandbox.objects("usage")) == 2


def test_a_run_of_some_entities_leaves_the_others_for_the_next(shop: Shop, pipeline: Pipeline) -> None:
    shop.customer("7", name="Ann")
    shop.event("Pickup Missed", "7", MONDAY - DAY)

    assert pipeline.run(MONDAY, entities=["customers", "users"]) == "success"
    assert pipeline.sandbox.objects("usage") == []
    assert pipeline.run(MONDAY + 60 * DAY) == "success"

    assert names(pipeline) == ["Pickup Missed"]


def test_a_lapse_is_sent_once_even_when_a_late_row_moves_it(shop: Shop, pipeline: Pipeline) -> None:
    first_visit = MONDAY - 110 * DAY
    shop.customer("7", name="Ann")
    shop.event("Order Created", "7", first_visit)
    end: datetime = first_visit + 70 * DAY  # without a rhythm of her own she is lost after 60 days
    pipeline.run(end)
    assert [name for name, _ in pipeline.timeline("7")].count("Customer Lost") == 1

    shop.event("Order Created", "7", first_visit + 5 * DAY, loaded=end + HOUR)
    assert pipeline.run(end + 2 * HOUR) == "success"

    assert [name for name, _ in pipeline.timeline("7")].count("Customer Lost") == 1


def test_settings_that_change_what_is_sent_hold_from_the_last_run_on(shop: Shop, pipeline: Pipeline) -> None:
    pipeline.configure(settings="events: [Order Created]\n")
    shop.customer("7", name="Ann")
    shop.event("Pickup Missed", "7", MONDAY - DAY)
    pipeline.run(MONDAY)
    pipeline.configure(settings="events: [Order Created, Pickup Missed]\n")
    shop.event("Pickup Missed", "7", MONDAY + HOUR, loaded=MONDAY + HOUR)

    assert pipeline.run(MONDAY + 2 * HOUR) == "success"

    assert pipeline.timeline("7") == [("Pickup Missed", MONDAY + HOUR)]
