"""What traits.yaml and audiences.yaml may say; each mistake is a line that says where it is and what is allowed."""

from __future__ import annotations

import pytest

from smrt_startdeliver.engage.conditions import EventCondition
from smrt_startdeliver.engage.declarations import Aggregation, AudiencesFile, EventCounter, TraitsFile
from smrt_startdeliver.errors import ConfigurationError
from smrt_startdeliver.yaml_model import parse_model
from tests.engage.declaring import audiences, traits

KINDS = "event_counter, aggregation, most_frequent, first, last, unique_list, unique_list_count"
OPS = (
    "'equals', 'not_equals', 'less', 'greater', 'less_or_equal', 'greater_or_equal', 'any_of', 'contains', "
    "'not_contains', 'starts_with', 'ends_with', 'exists', 'not_exists', 'before', 'after', 'within_last_days' or "
    "'within_next_days'"
)
NO_CONDITION = "must be a condition: one of the keys event, trait, audience, all, any and none is needed, not "
EMPTY = "must not be empty: what holds of an empty list is anybody's guess"
SPAN = "must be two numbers of days ago, the smaller first, as [7, 60]"
ONE_NUMBER = "needs exactly one of at_least, exactly and at_most"


def refusal(text: str, model: type = AudiencesFile) -> str:
    with pytest.raises(ConfigurationError) as refused:
        parse_model(text, "the file", model)
    assert "\n" not in str(refused.value)
    return str(refused.value)


def refusal_of_trait(*lines: str) -> str:
    return refusal("traits:\n  - name: Orders\n" + "".join(f"    {line}\n" for line in lines), TraitsFile)


def refusal_of_audience(*lines: str) -> str:
    return refusal("audiences:\n  - name: At risk\n" + "".join(f"    {line}\n" for line in lines))


def test_a_trait_is_what_it_says_and_no_more() -> None:
    (trait,) = traits("{name: Orders, kind: event_counter, event: Order Created}")
    assert trait == EventCounter(name="Orders", kind="event_counter", event="Order Created")
    assert (trait.key, trait.field, trait.policy) == ("orders", None, "overwrite")
    assert (trait.window_days, trait.where) == (None, ())


def test_a_key_that_is_set_stands_in_place_of_the_names() -> None:
    named, keyed = traits(
        "{name: 'Orders, last 90 days', kind: event_counter, event: Order Created}",
        "{name: Ordered, key: orders, kind: event_counter, event: Order Created, policy: fill_empty}",
    )
    assert (named.key, keyed.key, keyed.policy) == ("orders_last_90_days", "orders", "fill_empty")


def test_a_name_without_a_letter_of_ascii_is_one_with_a_key() -> None:
    assert traits("{name: 顧客, key: customers, kind: event_counter, event: X}")[0].key == "customers"


def test_conditions_nest_and_stand_side_by_side() -> None:
    (audience,) = audiences("{name: A, all: [{audience: B}], none: [{any: [{event: X, exactly: 0}]}, {audience: C}]}")
    assert [key for key, _ in audience.lists()] == ["all", "none"]
    assert audience.none[0].any == (EventCondition(event="X", exactly=0),)


def test_what_is_read_cannot_be_changed() -> None:
    (trait,) = traits("{name: T, kind: aggregation, function: sum, event: X, property: value}")
    assert isinstance(trait, Aggregation)
    with pytest.raises(ValueError, match="frozen"):
        trait.name = "U"


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (
            ["event: Order Created", "kind: event_count"],
            f"line 2: traits.0 must be a computed trait, whose `kind` is one of {KINDS}, not {{'name': 'Orders',",
        ),
        (
            ["event: Order Created"],
            f"line 2: traits.0 must be a computed trait, whose `kind` is one of {KINDS}, not {{'name': 'Orders',",
        ),
        (["kind: [first]"], f"line 2: traits.0 must be a computed trait, whose `kind` is one of {KINDS}, not {{"),
        (
            ["kind: event_counter", "event: X", "windw_days: 3"],
            "line 5: traits.0.windw_days is not a known key, did you mean window_days?",
        ),
        (
            ["kind: event_counter", "event: X", "property: value"],
            "line 5: traits.0.property is not a known key, allowed are event, field, key, kind, name, policy, where, ",
        ),
        (
            ["kind: event_counter", "given_key: ours", "event: X"],
            "line 4: traits.0.given_key is not a known key, allowed are event, field, key, kind, name, policy, where, ",
        ),
        (["kind: first", "event: X"], "line 2: traits.0.property is missing"),
        (["kind: event_counter"], "line 2: traits.0.event is missing"),
        (["kind: event_counter", "event: ' '"], r"line 4: traits.0.event must match pattern '\S', not ' '"),
        (["kind: aggregation", "event: X", "property: value"], "line 2: traits.0.function is missing"),
        (
            ["kind: aggregation", "event: X", "property: value", "function: total"],
            "line 6: traits.0.function must be 'sum', 'average', 'minimum' or 'maximum', not 'total'",
        ),
        (
            ["kind: event_counter", "event: X", "window_days: 0"],
            "line 5: traits.0.window_days must be greater than or equal to 1, not 0",
        ),
        (
            ["kind: event_counter", "event: X", "window_days: 36526"],
            "line 5: traits.0.window_days must be less than or equal to 36525, not 36526",
        ),
        (
            ["kind: event_counter", "event: X", "window_days: 1.5"],
            "line 5: traits.0.window_days must be a valid integer, not 1.5",
        ),
        (
            ["kind: event_counter", "event: X", "key: myOrders"],
            "line 5: traits.0.key must be in Segment's snake case, as my_orders",
        ),
        (
            ["kind: event_counter", "event: X", "key: '-'"],
            "line 5: traits.0.key must be in Segment's snake case, as at_risk",
        ),
        (
            ["kind: event_counter", "event: X", "field: orders"],
            "line 5: traits.0.field must be the alias of a custom field, as customfieldAtRisk, not orders",
        ),
        (
            ["kind: event_counter", "event: X", "field: customfield"],
            "line 5: traits.0.field must be the alias of a custom field, as customfieldAtRisk, not customfield",
        ),
        (
            ["kind: event_counter", "event: X", "policy: append"],
            "line 5: traits.0.policy must be 'overwrite' or 'fill_empty', not 'append'",
        ),
        (
            ["kind: event_counter", "event: X", "where:", "  - {property: agent}"],
            "line 6: traits.0.where.0.op is missing",
        ),
        (["kind: event_counter", "event: X", "where:", "  - {op: exists}"], "line 6: traits.0.where.0.property is "),
        (
            ["kind: event_counter", "event: X", "where:", "  - {property: agent, op: exists, valu: 1}"],
            "line 6: traits.0.where.0.valu is not a known key, did you mean value?",
        ),
    ],
    ids=lambda case: case if isinstance(case, str) else " ".join(case),
)
def test_a_mistake_in_a_trait_is_refused_with_its_line(lines: list[str], message: str) -> None:
    assert refusal_of_trait(*lines).startswith(f"the file, {message}")


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("'¡!'", "leaves no key: it needs letters or digits of ASCII, or set `key`"),
        ("''", "must have at least 1 character, not ''"),
        ("5", "must be a valid string, not 5"),
        ("2026-03-01", "must be a valid string, not datetime.date(2026, 3, 1)"),
    ],
)
def test_a_name_that_leaves_no_key_is_refused(name: str, problem: str) -> None:
    text = f"traits:\n  - kind: event_counter\n    event: X\n    name: {name}\n"
    assert refusal(text, TraitsFile) == f"the file, line 4: traits.0.name {problem}"


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ([], "line 2: audiences.0 needs conditions, under one of the keys all, any and none"),
        (["all:"], "line 2: audiences.0 needs conditions, under one of the keys all, any and none"),
        (["all: []"], f"line 3: audiences.0.all {EMPTY}"),
        (["any: [{audience: B}]", "none: []"], f"line 4: audiences.0.none {EMPTY}"),
        (["al: [{audience: B}]"], "line 3: audiences.0.al is not a known key, did you mean all?"),
        (
            ["kind: first", "all: [{audience: B}]"],
            "line 3: audiences.0.kind is not a known key, allowed are all, any, ",
        ),
        (["all: {event: X}"], "line 3: audiences.0.all must be a list, not {'event': 'X'}"),
    ],
    ids=lambda case: case if isinstance(case, str) else " ".join(case),
)
def test_a_mistake_in_an_audience_is_refused_with_its_line(lines: list[str], message: str) -> None:
    assert refusal_of_audience(*lines).startswith(f"the file, {message}")


@pytest.mark.parametrize(
    ("condition", "problem"),
    [
        ("{event: X}", f" {ONE_NUMBER}"),
        ("{event: X, at_least: null}", f" {ONE_NUMBER}"),
        ("{event: X, at_least: 1, at_most: 2}", f" {ONE_NUMBER}"),
        ("{event: X, at_least: 1, exactly: 1}", f" {ONE_NUMBER}"),
        ("{event: X, exactly: 1, at_most: 1}", f" {ONE_NUMBER}"),
        ("{event: X, at_least: -1}", ".at_least must be greater than or equal to 0, not -1"),
        ("{event: X, at_least: true}", ".at_least must be a valid integer, not True"),
        ("{event: X, at_least: 1, within_days: 0}", ".within_days must be greater than or equal to 1, not 0"),
        (
            "{event: X, at_least: 1, within_days: 3, between_days: [1, 2]}",
            ".between_days has within_days already: take one of the two",
        ),
        ("{event: X, at_least: 1, between_days: [60, 7]}", f".between_days {SPAN}"),
        ("{event: X, at_least: 1, between_days: [7, 7]}", f".between_days {SPAN}"),
        ("{event: X, at_least: 1, between_days: [7]}", f".between_days {SPAN}"),
        ("{event: X, at_least: 1, between_days: [1, 7, 60]}", f".between_days {SPAN}"),
        ("{event: X, at_least: 1, between_days: [7, 36526]}", f".between_days {SPAN}"),
        ("{event: X, at_least: 1, between_days: 7}", ".between_days must be a list, not 7"),
        (
            "{event: X, at_least: 1, between_days: [-1, 7]}",
            ".between_days.0 must be greater than or equal to 0, not -1",
        ),
        ("{event: X, at_least: 1, within_day: 3}", ".within_day is not a known key, did you mean within_days?"),
        ("{event: X, trait: email, at_least: 1}", ".trait is not a known key, allowed are at_least, at_most, "),
        ("{trait: email}", ".op is missing"),
        ("{trait: email, op: equal, value: x}", f".op must be {OPS}, not 'equal'"),
        ("{audience: B, op: exists}", ".op is not a known key, allowed are audience"),
        ("{audience: ''}", ".audience must have at least 1 character, not ''"),
        ("{any: []}", f".any {EMPTY}"),
        ("{any:}", " needs conditions, under one of the keys all, any and none"),
        ("{any: [{audience: B}], at_least: 2}", ".at_least is not a known key, allowed are all, any, none"),
        ("{}", f" {NO_CONDITION}{{}}"),
        ("{evnt: X, at_least: 1}", f" {NO_CONDITION}{{'evnt': 'X', 'at_least': 1}}"),
        ("At risk", f" {NO_CONDITION}'At risk'"),
        ("null", f" {NO_CONDITION}None"),
    ],
)
def test_a_mistake_in_a_condition_is_refused_with_its_line(condition: str, problem: str) -> None:
    assert refusal_of_audience("all:", "  - {audience: B}", f"  - {condition}").startswith(
        f"the file, line 5: audiences.0.all.1{problem}"
    )


def test_a_mistake_in_a_nested_condition_is_refused_at_the_nested_ones_line() -> None:
    nested = ["none:", "  - any:", "    - {audience: B}", "    - all:", "      - event: X", "        at_leest: 2"]
    assert refusal_of_audience(*nested) == (
        "the file, line 8: audiences.0.none.0.any.1.all.0.at_leest is not a known key, did you mean at_least?"
    )


def test_a_nested_condition_that_is_not_clear_is_refused_at_its_own_line() -> None:
    nested = ["none:", "  - any:", "    - {audience: B}", "    - all:", "      - where: []", "        event: X"]
    assert refusal_of_audience(*nested) == f"the file, line 7: audiences.0.none.0.any.1.all.0 {ONE_NUMBER}"


def test_several_mistakes_come_in_the_order_of_their_lines() -> None:
    assert refusal_of_audience("all:", "  - {trait: email}", "  - {event: X}", "policy: none") == (
        "the file, line 4: audiences.0.all.0.op is missing; "
        f"line 5: audiences.0.all.1 {ONE_NUMBER}; "
        "line 6: audiences.0.policy must be 'overwrite' or 'fill_empty', not 'none'"
    )
