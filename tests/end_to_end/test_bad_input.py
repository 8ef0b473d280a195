"""Rubbish in the warehouse: it costs the field or the row, with a reason, and stops nothing else."""

from __future__ import annotations

from datetime import timedelta

from tests.end_to_end.pipeline import Pipeline
from tests.end_to_end.shop import MONDAY, Shop

DAY = timedelta(days=1)
TWO_HOURS = timedelta(hours=2)


def test_rows_that_cannot_be_events_are_counted_by_reason_once(pipeline: Pipeline, shop: Shop) -> None:
    shop.customer("7", name="Ann")
    at = MONDAY - DAY
    shop.event("Order Created", "7", at, value=10)
    shop.event("Order Created", "7", None, loaded=at)
    shop.event("Order Created", "7", at + 400 * DAY, loaded=at)
    shop.event("Order Created", "7", at.replace(year=1970), loaded=at)
    shop.event("Order Created", None, at)
    shop.event("Order Created", "", at)
    shop.event("Order Created", "7", at, id=None)

    assert pipeline.run(MONDAY) == "success"
    assert pipeline.fates("Order Created") == {
        "extracted": 7,
        "sent": 1,
        "skipped: anonymous": 2,
        "rejected: no_timestamp": 1,
        "rejected: future_timestamp": 1,
        "rejected: ancient_timestamp": 1,
        "rejected: no_id": 1,
    }
    assert [name for name, _ in pipeline.timeline("7")] == ["Customer Visit", "Order Created"]

    pipeline.run(MONDAY + TWO_HOURS, force=True)  # else none of these rows would be read again
    assert pipeline.fates("Order Created")["skipped: already_rejected"] == 3


def test_times_that_no_calendar_holds_are_far_future_or_ancient(pipeline: Pipeline, shop: Shop) -> None:
    shop.customer("7", name="Ann")
    shop.event("Order Created", "7", MONDAY - DAY)
    for time in ("infinity", "-infinity", "25000-01-01"):
        pipeline.execute(
            "insert into smrt.order_created (id, user_id, timestamp, received_at) values (%s, '7', %s, %s)",
            [(f"odd {time}", time, MONDAY - DAY)],
        )

    assert pipeline.run(MONDAY) == "success"

    fates = pipeline.fates("Order Created")
    assert (fates["rejected: future_timestamp"], fates["rejected: ancient_timestamp"]) == (2, 1)


def test_a_value_that_is_no_number_costs_itself_alone(pipeline: Pipeline, shop: Shop) -> None:
    shop.customer("7", name="Ann")
    shop.event("Order Created", "7", MONDAY - DAY, order_id="nan", value="NaN")

    assert pipeline.run(MONDAY) == "success"

    order = next(one for one in pipeline.sandbox.objects("usage") if one["usageType"] == "Order Created")
    assert order["properties"] == {"order_id": "nan"}
    (rejection,) = pipeline.state("select entity, field, reason from rejections")
    assert rejection == {"entity": "Order Created", "field": "value", "reason": "not_a_number"}


def test_customers_without_id_twice_or_with_odd_values(pipeline: Pipeline) -> None:
    shop = Shop(pipeline, custom_fields="text", phone="text", demographic="text", created_at="text", link="text")
    long_text = "x" * 1_000_000
    shop.customer("1", name="Old", received_at=MONDAY - 2 * DAY)
    shop.customer("1", name="👗 New", received_at=MONDAY - DAY, phone=long_text, demographic="lots")
    shop.customer(None, name="Nobody")
    shop.customer("2", name="Bob", custom_fields='[{"name": "Birthday", "value"', created_at="yesterday")
    shop.customer("3", name="Cy", custom_fields='["Birthday: 13/13/1980"]', email="")

    assert pipeline.run(MONDAY) == "success"

    users = pipeline.users()
    assert users["1"]["name"] == "👗 New"
    assert users["1"]["phone"] == long_text
    assert "customfieldDemographic" not in users["1"]  # no orders are known here, so nobody can be ranked
    assert users["2"]["name"] == "Bob"
    assert pipeline.fates("users") == {"extracted": 5, "created": 3, "skipped: duplicate": 1, "rejected: no_id": 1}
    reasons = pipeline.state("select key, field, reason from rejections where key in ('2', '3') order by key, reason")
    assert {(row["key"], row["reason"]) for row in reasons} == {
        ("2", "broken_json"),
        ("2", "not_a_date"),
        ("3", "unreadable_date"),
    }
    assert "1980" not in str(pipeline.state("select * from rejections"))

    pipeline.run(MONDAY + TWO_HOURS)
    assert pipeline.fates("users values") == {}  # reported once, until they change
    pipeline.execute("""update smrt.users set custom_fields = '["Birthday: 14/14/1980"]' where id = '3'""")
    pipeline.run(MONDAY + 2 * TWO_HOURS)
    assert pipeline.fates("users values") == {"extracted": 1, "rejected: unreadable_date": 1}


def test_a_warehouse_of_users_alone_with_bigint_ids_and_naive_times_is_enough(pipeline: Pipeline) -> None:
    pipeline.create_table("users", id="bigint", received_at="timestamp")
    pipeline.insert("users", id=7, received_at=MONDAY.replace(tzinfo=None))

    assert pipeline.run(MONDAY) == "success"

    assert set(pipeline.users()) == {"7"}


def test_a_column_that_goes_missing_takes_nothing_away(pipeline: Pipeline, shop: Shop) -> None:
    shop.customer("7", name="Ann", email="ann@example.com")
    pipeline.run(MONDAY)
    pipeline.execute("alter table smrt.users drop column email")

    assert pipeline.run(MONDAY + TWO_HOURS) == "success"

    assert pipeline.users()["7"]["email"] == "ann@example.com"
    assert pipeline.fates("users") == {"extracted": 1, "unchanged": 1}
