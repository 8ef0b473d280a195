"""More than a run has time for: what is left goes out in the next ones, in the order of importance, once."""

from __future__ import annotations

from datetime import timedelta
from itertools import count

import pytest

from smrt_startdeliver.stages.sending_time import SendingTime
from tests.end_to_end.pipeline import Pipeline
from tests.end_to_end.shop import MONDAY, Shop

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def time_for(monkeypatch: pytest.MonkeyPatch):
    """Lets runs send so many records and events, and no more."""
    is_left = SendingTime.is_left

    def limit(sent: int) -> None:
        asked = count()

        def until_then(self: SendingTime) -> bool:
            if next(asked) >= sent:
                self._ends = 0.0
            return is_left(self)

        monkeypatch.setattr(SendingTime, "is_left", until_then)

    return limit


def usages(pipeline: Pipeline) -> list[str]:
    return [f"{usage['userId']}: {usage['usageType']}" for usage in pipeline.sandbox.objects("usage")]


def test_a_backlog_goes_on_in_the_next_runs_and_each_row_arrives_once(
    shop: Shop, pipeline: Pipeline, time_for, monkeypatch: pytest.MonkeyPatch
) -> None:
    for user in ("1", "2", "3"):
        shop.customer(user)
        for hours in (3, 4):
            shop.event("Order Created", user, MONDAY - hours * HOUR)

    ends = [MONDAY + runs * 2 * HOUR for runs in range(8)]
    for end in ends:
        time_for(12)  # each is asked for its batch and for itself
        pipeline.run_as("scheduled", end)

    assert sorted(usages(pipeline)) == sorted(
        f"{user}: {name}" for user in "123" for name in ("Customer Visit", "Order Created", "Order Created")
    )
    assert len(pipeline.sandbox.objects("user")) == 3
    deferred = [row["deferred"] for row in pipeline.state("select deferred from runs order by run")]
    assert deferred[0]
    assert not deferred[-1]


def test_customers_and_users_go_before_events_and_derived_events_before_raw_ones(
    shop: Shop, pipeline: Pipeline, time_for
) -> None:
    shop.customer("1")
    shop.event("Order Created", "1", MONDAY - DAY)
    for sent in range(1, 40):
        time_for(sent)
        pipeline.run_as("scheduled", MONDAY + sent * 2 * HOUR)
        if not pipeline.state("select from runs where run = (select max(run) from runs) and deferred"):
            break
    assert usages(pipeline) == ["1: Customer Visit", "1: Order Created"]


def test_what_waited_goes_before_what_is_new(shop: Shop, pipeline: Pipeline) -> None:
    pipeline.configure(settings="run_budget_minutes: 1\nevents: [Pickup Missed]\n")
    shop.customer("1")
    shop.customer("2")
    shop.event("Pickup Missed", "2", MONDAY - 3 * HOUR)
    no_time = "update startdeliver_sync.runs set sending_since = now() - interval '2 minutes'"
    pipeline.run_as("scheduled", MONDAY, before={"load_events": no_time})
    assert pipeline.fates("Pickup Missed") == {"extracted": 1, "skipped: deferred": 1}

    shop.event("Pickup Missed", "1", MONDAY)
    shop.event("Pickup Missed", "2", MONDAY)
    pipeline.configure(settings="max_in_flight: 1\nevents: [Pickup Missed]\n")
    pipeline.run_as("scheduled", MONDAY + 2 * HOUR)

    assert usages(pipeline) == ["2: Pickup Missed", "2: Pickup Missed", "1: Pickup Missed"]


def test_users_that_there_was_no_time_for_are_counted_and_created_by_the_next_run(
    shop: Shop, pipeline: Pipeline
) -> None:
    shop.customer("1", name="Ann")
    no_time = "update startdeliver_sync.runs set sending_since = now() - interval '1 day'"
    pipeline.run_as("scheduled", MONDAY, before={"load_users": no_time})
    assert pipeline.fates("users") == {"extracted": 1, "skipped: deferred": 1}
    assert pipeline.users() == {}

    pipeline.run_as("scheduled", MONDAY + 2 * HOUR)
    assert pipeline.users()["1"]["name"] == "Ann"


def test_the_days_requests_are_not_exceeded_and_the_next_day_goes_on(shop: Shop, pipeline: Pipeline) -> None:
    pipeline.configure(settings="daily_quota: 9\nevents: [Pickup Missed]\n")
    for user in range(4):
        shop.customer(str(user))
        shop.event("Pickup Missed", str(user), MONDAY - DAY)
    pipeline.run_as("scheduled", MONDAY)

    checks = 3  # before there is a memory to count in
    assert pipeline.sandbox.requests()["total"] <= 9 + checks
    assert pipeline.state("select deferred from runs") == [{"deferred": True}]
    assert pipeline.fates("Pickup Missed") == {"extracted": 4, "skipped: deferred": 4}

    pipeline.execute("update startdeliver_sync.pace set day = day - 1")
    pipeline.configure(settings="daily_quota: 9999\nevents: [Pickup Missed]\n")
    pipeline.run_as("scheduled", MONDAY + 2 * HOUR)
    assert sorted(usages(pipeline)) == [f"{user}: Pickup Missed" for user in range(4)]
