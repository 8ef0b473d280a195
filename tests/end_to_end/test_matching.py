"""Whom a record is: custom field, number, email with its fall-back, the override path."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.end_to_end.pipeline import Pipeline
from tests.end_to_end.shop import MONDAY, Shop

DAY = timedelta(days=1)
BY_NUMBER = """
startdeliverMatchingField: {field: customfieldSmrtId, type: number}
externalMatchingField: {field: userId}
userMapping:
  - {field: name, externalField: traits.name, type: text}
"""


def test_a_number_match_takes_only_what_survives_the_cast(shop: Shop, pipeline: Pipeline) -> None:
    pipeline.configure(mapping=BY_NUMBER)
    for user_id in ("7", "00102", "9007199254740993"):
        shop.customer(user_id, name=f"N{user_id}")
        shop.event("Pickup Missed", user_id, MONDAY - DAY)

    assert pipeline.run(MONDAY) == "success"

    assert [user["customfieldSmrtId"] for user in pipeline.sandbox.objects("user")] == [7]
    assert pipeline.fates("users") == {"extracted": 3, "created": 1, "rejected: lossy_match": 2}
    assert pipeline.fates("Pickup Missed") == {"extracted": 3, "sent": 1, "rejected: lossy_match": 2}
    (usage,) = pipeline.sandbox.objects("usage")
    assert usage["userId"] == 7


@pytest.mark.parametrize("partitions", [1, 3])
def test_email_matches_with_the_custom_field_where_there_is_none_and_shared_emails_are_rejected(
    partitions: int, shop: Shop, pipeline: Pipeline
) -> None:
    pipeline.configure(settings=f"sync_using_email: true\npartitions: {partitions}\n")
    shop.customer("1", name="Ann", email="ann@example.com")
    shop.customer("2", name="Bob", email=None)
    shop.customer("3", name="Cy", email="shared@example.com")
    shop.customer("4", name="Di", email="shared@example.com")
    for user_id in "1234":
        shop.event("Pickup Missed", user_id, MONDAY - DAY)

    assert pipeline.run(MONDAY) == "success"

    assert sorted(user["name"] for user in pipeline.sandbox.objects("user")) == ["Ann", "Bob"]
    sent = {usage["userId"]: usage["startdeliverUserFieldToMatchOn"] for usage in pipeline.sandbox.objects("usage")}
    assert sent == {"ann@example.com": "email", "2": "customfieldSmrtId"}
    assert pipeline.fates("users") == {"extracted": 4, "created": 2, "rejected: match_not_unique": 2}
    assert pipeline.fates("Pickup Missed") == {"extracted": 4, "sent": 2, "rejected: match_not_unique": 2}

    pipeline.execute("update smrt.users set email = 'cy@example.com' where id = '3'")
    assert pipeline.run(MONDAY + timedelta(hours=2)) == "success"
    assert len(pipeline.sandbox.objects("usage")) == 4  # both are themselves again, and so are their events


def test_a_tied_record_keeps_its_tie_when_its_match_value_changes(shop: Shop, pipeline: Pipeline) -> None:
    pipeline.configure(settings="sync_using_email: true\n")
    shop.customer("1", name="Ann", email="ann@example.com")
    pipeline.run(MONDAY)
    pipeline.execute("update smrt.users set email = 'ann@example.org'")
    shop.event("Pickup Missed", "1", MONDAY)

    assert pipeline.run(MONDAY + timedelta(hours=2)) == "success"

    (user,) = pipeline.sandbox.objects("user")
    assert user["email"] == "ann@example.org"
    assert [usage["userId"] for usage in pipeline.sandbox.objects("usage")] == ["ann@example.org"]


def test_the_override_path_says_whose_event_it_is(shop: Shop, pipeline: Pipeline) -> None:
    pipeline.configure(settings="segment_override_matching_field: properties.agent\n")
    shop.customer("7", name="Ann")
    shop.event("Order Ready", "7", MONDAY - DAY, agent="7")
    shop.event("Order Ready", "7", MONDAY - DAY, agent="unknown-yet")
    shop.event("Order Ready", "7", MONDAY - DAY, agent=None)

    assert pipeline.run(MONDAY) == "success"

    assert sorted(usage["userId"] for usage in pipeline.sandbox.objects("usage")) == ["7", "unknown-yet"]
    assert set(pipeline.users()) == {"7", "unknown-yet"}
    assert pipeline.fates("Order Ready") == {"extracted": 3, "sent": 2, "rejected: no_match_value": 1}


def test_without_a_value_at_the_override_path_the_user_id_counts_where_it_is_allowed(
    shop: Shop, pipeline: Pipeline
) -> None:
    pipeline.configure(settings="segment_override_matching_field: properties.agent\nallow_user_id_fallback: true\n")
    shop.customer("7", name="Ann")
    shop.event("Order Ready", "7", MONDAY - DAY, agent=None)

    assert pipeline.run(MONDAY) == "success"

    assert [usage["userId"] for usage in pipeline.sandbox.objects("usage")] == ["7"]


def test_the_airflow_variable_wins_over_the_file(shop: Shop, pipeline: Pipeline, monkeypatch) -> None:
    document = BY_NUMBER.replace("number", "text").replace("traits.name", "email")
    monkeypatch.setenv("AIRFLOW_VAR_STARTDELIVER_MAPPING", document)
    shop.customer("7", name="Ann", email="ann@example.com")

    assert pipeline.run(MONDAY) == "success"

    assert pipeline.users()["7"]["name"] == "ann@example.com"
