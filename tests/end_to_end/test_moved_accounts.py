"""Whom a run looks at along with those who moved: who shares an account with them, a match value, or the ranks."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.end_to_end.pipeline import Pipeline
from tests.end_to_end.shop import MONDAY, Shop
from tests.end_to_end.test_accounts import MAPPING, accounts, call, rename
from tests.end_to_end.test_moved import HOUR, left_undone, looked_at, narrow

__all__ = ["narrow"]

DAY = timedelta(days=1)
OTHERS = 20
"""Customers of whom nothing is heard."""


@pytest.fixture
def shop(pipeline: Pipeline, narrow: None) -> Shop:
    pipeline.configure(mapping=MAPPING.format(path="traits.account"), settings="sweep_hours: 1000\n")
    shop = Shop(pipeline, account="text", company="text")
    for user in ("ann", "bob"):
        shop.customer(user, name=user, account="A-1", company="Hotel" if user == "ann" else "Motel")
    shop.customer(None, name="nobody", account="A-1")
    for number in range(OTHERS):
        shop.customer(f"other {number}", name="other", account=f"B-{number}", company="Bistro")
    call(pipeline, "other 0", "C-1", MONDAY - DAY, company="Called")
    for end in (MONDAY, MONDAY + HOUR):  # the second one compares all that was loaded with the memory
        pipeline.run_as("scheduled", end)
    return shop


def companies(pipeline: Pipeline) -> dict[str, str]:
    return {one["customfieldAccount"]: one["name"] for one in pipeline.sandbox.objects("customer")}


def run(pipeline: Pipeline) -> None:
    """A run of those who moved; one over everybody would find nothing left to do."""
    end = MONDAY + 2 * HOUR
    pipeline.run_as("scheduled", end)
    assert looked_at(pipeline) == "who moved"
    assert left_undone(end) == {}


def test_an_account_is_made_of_all_its_users_though_only_one_of_them_moved(shop: Shop, pipeline: Pipeline) -> None:
    assert companies(pipeline)["A-1"] == "Hotel"
    pipeline.execute("update smrt.users set company = null where id = 'ann'")
    run(pipeline)
    assert companies(pipeline)["A-1"] == "Motel"
    assert pipeline.fates("customers")["updated"] == 1


def test_a_user_who_leaves_an_account_leaves_it_to_the_others(shop: Shop, pipeline: Pipeline) -> None:
    pipeline.execute("update smrt.users set account = 'B-3' where id = 'ann'")
    run(pipeline)
    assert pipeline.fates("users")["rejected: no_id"] == 1
    assert accounts(pipeline)["A-1"] == ["bob"]
    assert accounts(pipeline)["B-3"] == ["ann", "other 3"]
    assert companies(pipeline)["A-1"] == "Motel"
    assert companies(pipeline)["B-3"] == "Hotel"


def test_an_account_that_changed_its_key_makes_no_second_one(shop: Shop, pipeline: Pipeline) -> None:
    before = accounts(pipeline)
    rename(pipeline, "A-1", "A-2")
    for hours in (2, 3):  # what is left to do is looked at again
        pipeline.run_as("scheduled", MONDAY + hours * HOUR)
        assert looked_at(pipeline) == "who moved"
        assert pipeline.fates("customers")["rejected: key_changed"] == 1
        assert accounts(pipeline) == before


def test_a_group_call_updates_its_account_alone(shop: Shop, pipeline: Pipeline) -> None:
    call(pipeline, "other 1", "C-2", MONDAY, company="Called again")
    run(pipeline)


def test_whose_row_went_has_vanished_and_is_kept_no_more(shop: Shop, pipeline: Pipeline) -> None:
    pipeline.execute("delete from smrt.users where id = 'other 5'")
    run(pipeline)
    assert pipeline.fates("vanished users") == {"extracted": 1, "skipped: vanished": 1}
    assert pipeline.state("select user_id from customers where user_id = 'other 5'") == []


def test_who_takes_the_match_value_of_another_is_rejected_until_it_is_free(shop: Shop, pipeline: Pipeline) -> None:
    pipeline.configure(settings="sweep_hours: 1000\nsync_using_email: true\n")
    pipeline.execute("update smrt.users set email = 'ann@x.example' where id = 'ann'")
    pipeline.run_as("scheduled", MONDAY + 2 * HOUR)  # by another configuration: over everybody
    shop.customer("new", name="new", account="D-1", email="ann@x.example")
    pipeline.run_as("scheduled", MONDAY + 3 * HOUR)
    assert looked_at(pipeline) == "who moved"
    rejected = pipeline.state("select stage, run, rows::int from counts where reason = 'match_not_unique'")
    assert rejected == [{"stage": "plan", "run": 4, "rows": 1}]  # nobody had to ask Startdeliver
    assert pipeline.fates("users")["extracted"] == OTHERS + 4
    pipeline.execute("update smrt.users set email = 'new@x.example' where id = 'new'")
    pipeline.run_as("scheduled", MONDAY + 4 * HOUR)
    assert looked_at(pipeline) == "who moved"
    assert pipeline.fates("users")["created"] == 1
    assert left_undone(MONDAY + 4 * HOUR) == {}


RANKED = """
startdeliverMatchingField: {field: customfieldSmrtId, type: text}
externalMatchingField: {field: userId}
userMapping:
  - {field: customfieldDemographic, externalField: traits.demographic, type: number}
"""


def test_who_is_ranked_otherwise_by_what_another_spent_is_told(pipeline: Pipeline, narrow: None) -> None:
    pipeline.configure(mapping=RANKED, settings="sweep_hours: 1000\n")
    shop = Shop(pipeline)
    for number in range(1, 11):
        shop.customer(str(number), name="Ann")
        shop.event("Order Created", str(number), MONDAY - 20 * DAY, value=10 * number, order_id=f"o-{number}")
    for end in (MONDAY, MONDAY + HOUR):
        pipeline.run_as("scheduled", end)
    assert ranks(pipeline) == {"1": 5, "2": 5, "3": 4, "4": 4, "5": 3, "6": 3, "7": 2, "8": 2, "9": 1, "10": 1}

    shop.event("Order Created", "1", MONDAY - 3 * DAY, value=1000, order_id="late", loaded=MONDAY + HOUR)
    run(pipeline)
    assert pipeline.state("select value::int from measures where name = 'moved customers' and run = 3") == [
        {"value": 1}
    ]
    assert ranks(pipeline) == {"1": 1, "2": 5, "3": 5, "4": 4, "5": 4, "6": 3, "7": 3, "8": 2, "9": 2, "10": 1}


def test_of_those_who_spent_the_same_each_is_counted_where_another_one_is_ranked(
    pipeline: Pipeline, narrow: None
) -> None:
    pipeline.configure(mapping=RANKED, settings="sweep_hours: 1000\n")
    shop = Shop(pipeline)
    for number in range(10):
        shop.customer(str(number), name="Ann")
        value = {0: 5, 9: 50}.get(number, 10)
        shop.event("Order Created", str(number), MONDAY - 20 * DAY, value=value, order_id=f"o-{number}")
    for end in (MONDAY, MONDAY + HOUR):
        pipeline.run_as("scheduled", end)
    before = ranks(pipeline)
    assert before == {"0": 5} | {str(number): 1 for number in range(1, 10)}

    pipeline.execute("update smrt.users set name = 'Bob' where id = '0'")
    run(pipeline)
    assert ranks(pipeline) == before


def ranks(pipeline: Pipeline) -> dict[str, int]:
    return {user: fields["customfieldDemographic"] for user, fields in pipeline.users().items()}
