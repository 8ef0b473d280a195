"""What of the warehouse a declaration reads, and what is said to be gone of it."""

from __future__ import annotations

from collections.abc import Collection

import pytest

from smrt_startdeliver.engage.declared import Declared
from smrt_startdeliver.engage.references import EVENTS
from smrt_startdeliver.engage.sources import Source, gone, sources_of, table_of
from smrt_startdeliver.mapping.casts import Kind
from smrt_startdeliver.vocabulary import DERIVED_EVENTS, DERIVED_TRAITS
from tests.engage.declaring import audiences, traits

ORDERS = Declared(traits("{name: Orders, kind: event_counter, event: Order Created}"))
AGENTS = Declared(traits("{name: Agents, kind: unique_list, event: Order Created, property: agent}"))


def tables(**columns: str) -> dict[str, dict[str, Kind]]:
    """Tables with columns of text: `users="email name"`."""
    return {table: dict.fromkeys(names.split(), "text") for table, names in columns.items()}


def sources(declared: Declared) -> set[Source]:
    """What the last one reads."""
    return set(sources_of(list(declared)[-1], declared))


def asking(*conditions: str) -> Declared:
    return Declared((), audiences(f"{{name: A, all: [{', '.join(conditions)}]}}"))


def what_is_gone(
    declared: Declared, earlier: list[dict], now: dict[str, dict[str, Kind]], empty: Collection[str] = ()
) -> dict[str, str]:
    return gone(declared, earlier, now, lambda table: table in empty)


def test_each_event_has_a_table() -> None:
    assert {table_of(event) for event in EVENTS} >= {"order_created", "pages", "screens", "customer_visit"}


def test_a_trait_reads_the_rows_of_its_event_and_the_columns_of_its_properties() -> None:
    where = "where: [{property: discount.value, op: exists}, {property: bag_count, op: exists}]"
    trait = traits(f"{{name: T, kind: first, event: Order Created, property: value, {where}}}")
    columns = {None, "value", "discount_value", "bag_count"}
    assert sources(Declared(trait)) == {("order_created", column) for column in columns}


def test_pages_have_their_names_in_a_column() -> None:
    assert sources(Declared(traits("{name: T, kind: first, event: pages, property: name}"))) == {
        ("pages", None),
        ("pages", "name"),
    }


@pytest.mark.parametrize("event", DERIVED_EVENTS)
def test_derived_events_are_read_from_no_table_of_their_own(event: str) -> None:
    assert sources(Declared(traits(f"{{name: T, kind: event_counter, event: {event}}}"))) == set()


def test_an_audience_reads_what_its_conditions_read_nested_ones_too() -> None:
    event = "{event: Pickup Completed, at_least: 1, where: [{property: address.postalCode, op: exists}]}"
    declared = asking(
        "{trait: email, op: exists}", f"{{any: [{{none: [{event}]}}, {{trait: paymentTerm, op: exists}}]}}"
    )
    assert sources(declared) == {
        ("users", "email"),
        ("users", "payment_term"),
        ("pickup_completed", None),
        ("pickup_completed", "address_postal_code"),
    }


@pytest.mark.parametrize("trait", DERIVED_TRAITS)
def test_derived_traits_are_read_from_no_column_of_their_own(trait: str) -> None:
    assert sources(asking(f"{{trait: {trait}, op: exists}}")) == set()


@pytest.mark.parametrize("trait", ["customFields", "customFields.Referral Source", "customFields.a.b"])
def test_custom_fields_are_one_source(trait: str) -> None:
    assert sources(asking(f"{{trait: {trait}, op: exists}}")) == {("users", "custom_fields")}


def test_what_an_audience_names_is_read_by_way_of_it() -> None:
    declared = Declared(
        AGENTS.traits,
        audiences(
            "{name: B, all: [{trait: agents, op: contains, value: a}, {trait: email, op: exists}]}",
            "{name: A, all: [{none: [{audience: B}]}]}",
        ),
    )
    assert sources(declared) == {("order_created", None), ("order_created", "agent"), ("users", "email")}


def test_what_is_there_is_not_gone() -> None:
    now = tables(order_created="agent", users="email")
    assert what_is_gone(Declared(AGENTS.traits, asking("{trait: email, op: exists}").audiences), [now], now) == {}


def test_what_was_never_there_is_nothing_yet_and_not_gone() -> None:
    now = tables(users="id")
    declared = Declared(AGENTS.traits, asking("{trait: email, op: exists}").audiences)
    assert what_is_gone(declared, [], now) == what_is_gone(declared, [now, now], now) == {}


@pytest.mark.parametrize("run", [0, 1])
def test_a_table_that_any_earlier_run_had_is_gone(run: int) -> None:
    earlier = [tables(), tables()]
    earlier[run] = tables(order_created="agent")
    assert what_is_gone(ORDERS, earlier, tables()) == {"orders": "rows of order_created"}


def test_a_table_that_has_lost_its_rows_is_gone() -> None:
    now = tables(order_created="agent")
    assert what_is_gone(ORDERS, [now], now, empty={"order_created"}) == {"orders": "rows of order_created"}
    assert what_is_gone(ORDERS, [now], now, empty={"pages"}) == {}


def test_a_column_that_an_earlier_run_had_is_gone() -> None:
    earlier, now = [tables(order_created="agent value")], tables(order_created="value")
    assert what_is_gone(AGENTS, earlier, now) == {"agents": "column agent of order_created"}
    assert what_is_gone(ORDERS, earlier, now) == {}
    assert what_is_gone(asking("{trait: email, op: exists}"), [tables(users="email")], tables(users="name")) == {
        "a": "column email of users"
    }


def test_of_a_table_that_is_gone_the_rows_are_named_and_not_the_columns() -> None:
    assert what_is_gone(AGENTS, [tables(order_created="agent")], tables()) == {"agents": "rows of order_created"}


def test_all_that_name_what_is_gone_are_named_and_no_others() -> None:
    declared = Declared(
        (*ORDERS.traits, *AGENTS.traits),
        audiences(
            "{name: A, all: [{trait: agents, op: exists}]}",
            "{name: B, none: [{audience: A}]}",
            "{name: C, all: [{trait: orders, op: exists}]}",
        ),
    )
    found = what_is_gone(declared, [tables(order_created="agent value")], tables(order_created="value"))
    assert found == dict.fromkeys(["agents", "a", "b"], "column agent of order_created")


def test_a_column_whose_name_the_warehouse_reserves_is_there_with_a_dash_before_it() -> None:
    asks = asking("{trait: group, op: exists}")
    assert what_is_gone(asks, [tables(users="group")], tables(users="_group")) == {}
    assert what_is_gone(asks, [tables(users="_group")], tables(users="name")) == {"a": "column group of users"}


def test_custom_fields_are_there_as_one_column_or_as_several() -> None:
    asks = asking("{trait: customFields.Size, op: exists}")
    earlier = [tables(users="custom_fields")]
    assert what_is_gone(asks, earlier, tables(users="custom_fields_size")) == {}
    assert what_is_gone(asks, [tables(users="custom_fields_size")], tables(users="custom_fields")) == {}
    assert what_is_gone(asks, earlier, tables(users="name")) == {"a": "column custom_fields of users"}


@pytest.mark.parametrize(
    ("condition", "before", "now", "what"),
    [
        (
            "{trait: demographic, op: equals, value: 1}",
            tables(order_created="value"),
            tables(),
            "rows of order_created",
        ),
        (
            "{trait: demographic, op: equals, value: 1}",
            tables(order_created="value"),
            tables(order_created="agent"),
            "column value of order_created",
        ),
        (
            "{trait: nextBirthday, op: exists}",
            tables(users="custom_fields_birthday"),
            tables(users="name"),
            "column custom_fields of users",
        ),
        (
            "{event: Customer Birthday, at_least: 1}",
            tables(users="custom_fields"),
            tables(users="name"),
            "column custom_fields of users",
        ),
    ],
)
def test_what_is_derived_is_gone_with_what_it_is_not_known_without(
    condition: str, before: dict, now: dict, what: str
) -> None:
    declared = Declared((), audiences(f"{{name: A, all: [{condition}]}}", "{name: B, none: [{audience: A}]}"))
    assert what_is_gone(declared, [before], now) == {"a": what, "b": what}
    assert what_is_gone(declared, [before], before) == what_is_gone(declared, [], now) == {}


def test_visits_have_many_sources_and_are_known_without_any_one_of_them() -> None:
    asks = asking("{event: Customer Visit, at_least: 1}", "{trait: isLost, op: equals, value: true}")
    assert what_is_gone(asks, [tables(order_created="value", users="custom_fields")], tables(), empty=["users"]) == {}
