"""Who enters and leaves an audience: a field that says so, and with `audience_events` an event a change, once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import pytest
from airflow.sdk.exceptions import AirflowFailException
from typer.testing import CliRunner

from smrt_startdeliver.cli.app import app
from smrt_startdeliver.plan.fates import check_sums
from tests.end_to_end.declaring import MAPPING, STORE_1, members, move, people, values, writes
from tests.end_to_end.pipeline import Pipeline
from tests.end_to_end.shop import MONDAY, Shop

DAY = timedelta(days=1)
EVENTS = "audience_events: true\nmax_in_flight: 1\n"
ENTERED, EXITED = "Audience Entered", "Audience Exited"
WITH_CUSTOMERS = MAPPING + (
    "startdeliverCustomerField: {field: customfieldSmrtId, type: text}\nexternalCustomerField: {field: userId}\n"
)


@pytest.fixture
def shop_of_three(shop: Shop, pipeline: Pipeline) -> Pipeline:
    """Three customers in the audience, whose events are asked for; nothing has run yet."""
    people(pipeline, 3, agent="Store 1")
    pipeline.configure(mapping=MAPPING, audiences=STORE_1, settings=EVENTS)
    return pipeline


def told(pipeline: Pipeline, user: str | None = None) -> list[tuple[Any, ...]]:
    """The events about the audience that Startdeliver holds: id, user, name, time and properties."""
    return [
        (
            usage["messageId"],
            usage["userId"],
            usage["usageType"],
            datetime.fromtimestamp(usage["timestamp"] / 1000, UTC),
            usage["properties"],
        )
        for usage in pipeline.sandbox.objects("usage")
        if usage["usageType"] in (ENTERED, EXITED) and user in (None, usage["userId"])
    ]


def change(number: int, user: str, name: str, end: datetime) -> tuple[Any, ...]:
    """The event that a change has to be."""
    id_ = uuid5(NAMESPACE_URL, f"urn:smrt-startdeliver:{name}:{user}:store_1:{number}")
    return str(id_), user, name, end, {"audience_key": "store_1", "store_1": name == ENTERED}


def check_account(pipeline: Pipeline) -> None:
    counts = pipeline.state("select entity, fate, rows from counts where run = (select max(run) from runs)")
    check_sums((row["entity"], row["fate"], row["rows"]) for row in counts)


def test_who_enters_leaves_and_comes_back_is_true_false_and_true_and_each_change_is_an_event_once(
    shop_of_three: Pipeline,
) -> None:
    pipeline, held = shop_of_three, []
    for day, agent in enumerate(("Store 1", "Store 2", "Store 1")):
        move(pipeline, agent)
        pipeline.run_as("scheduled", MONDAY + day * DAY)
        held.append(values(pipeline, "customfieldStore1")["0"])
    assert held == [True, False, True]
    expected = [
        change(1, "0", ENTERED, MONDAY),
        change(2, "0", EXITED, MONDAY + DAY),
        change(3, "0", ENTERED, MONDAY + 2 * DAY),
    ]
    assert told(pipeline, "0") == expected
    assert pipeline.fates(ENTERED) == {"extracted": 1, "sent": 1}
    check_account(pipeline)

    writes(pipeline)
    pipeline.run_as("scheduled", MONDAY + 2 * DAY)
    assert writes(pipeline) == 0
    assert len(told(pipeline)) == 5


def test_events_that_are_asked_for_later_begin_with_the_next_change(shop_of_three: Pipeline) -> None:
    pipeline = shop_of_three
    pipeline.configure(settings="audience_events: false\n")
    pipeline.run_as("scheduled", MONDAY)
    pipeline.configure(settings=EVENTS)
    pipeline.run_as("scheduled", MONDAY + DAY)
    assert told(pipeline) == []

    move(pipeline, None)
    pipeline.run_as("scheduled", MONDAY + 2 * DAY)

    assert told(pipeline) == [change(2, "0", EXITED, MONDAY + 2 * DAY)]


@pytest.mark.parametrize(
    ("path", "refused"),
    [("/user$", {"customfieldSmrtId": "1"}), ("/usage$", {"userId": "1"})],
    ids=["users", "events"],
)
def test_a_run_that_breaks_off_loses_no_event_and_doubles_none(
    path: str, refused: dict[str, str], shop_of_three: Pipeline
) -> None:
    pipeline = shop_of_three
    pipeline.sandbox.faults([{"method": "POST", "path": path, "status": 403, "where": refused}])
    with pytest.raises(AirflowFailException, match="refuses the API key"):
        pipeline.run_as("scheduled", MONDAY)
    assert len(told(pipeline)) < 3
    pipeline.sandbox.clear_faults()
    move(pipeline, "Store 2", first=2)

    pipeline.run_as("scheduled", MONDAY + DAY)

    entered = [change(1, str(user), ENTERED, MONDAY) for user in range(3)]
    assert sorted(told(pipeline)) == sorted([*entered, change(2, "2", EXITED, MONDAY + DAY)])
    assert [name for _, _, name, _, _ in told(pipeline, "2")] == [ENTERED, EXITED]
    assert values(pipeline, "customfieldStore1").get("2", False) is False
    check_account(pipeline)


def test_events_that_a_run_of_users_alone_did_not_send_are_sent_by_the_next(shop_of_three: Pipeline) -> None:
    pipeline = shop_of_three
    pipeline.run_as("manual", MONDAY, entities=["users"])
    assert told(pipeline) == []

    pipeline.run_as("scheduled", MONDAY + DAY)

    assert sorted(told(pipeline)) == sorted(change(1, str(user), ENTERED, MONDAY) for user in range(3))


def test_a_run_that_syncs_no_users_speaks_of_no_change(shop_of_three: Pipeline) -> None:
    pipeline = shop_of_three
    pipeline.configure(mapping=WITH_CUSTOMERS)
    pipeline.run_as("manual", MONDAY, entities=["customers", "events"])
    assert (told(pipeline), members(pipeline, "store_1")) == ([], {})

    move(pipeline, None, first=1, last=2)
    pipeline.run_as("scheduled", MONDAY + DAY)

    assert told(pipeline) == [change(1, "0", ENTERED, MONDAY + DAY)]


def forget(user: str) -> None:
    assert CliRunner().invoke(app, ["forget", user], catch_exceptions=False).exit_code == 0


def test_who_is_forgotten_leaves_no_membership_and_no_event_of_it_also_while_a_run_is_under_way(
    shop_of_three: Pipeline,
) -> None:
    pipeline = shop_of_three
    pipeline.run_as("scheduled", MONDAY, before={"load_users": lambda: forget("1")})
    assert members(pipeline, "store_1").keys() == {"0", "2"}
    assert {event[1] for event in told(pipeline)} == {"0", "2"}
    check_account(pipeline)

    forget("2")
    assert members(pipeline, "store_1").keys() == {"0"}
    assert {row["user_id"] for row in pipeline.state("select user_id from events")} == {"0"}

    pipeline.run_as("scheduled", MONDAY + DAY)
    assert members(pipeline, "store_1").keys() == {"0"}
