"""declarations.md, audiences.yaml: groups, audiences over audiences, and whom they are asked of."""

from __future__ import annotations

import pytest

from tests.engage.by_hand import (
    END,
    UTC_ZONE,
    belongs,
    did,
)
from tests.engage.two_readings import Rules

YES = {"trait": "agent", "op": "exists"}
NO = {"trait": "agent", "op": "not_exists"}


@pytest.mark.parametrize(
    ("group", "expected"),
    [
        ({"all": [YES, YES]}, True),
        ({"all": [YES, NO]}, False),
        ({"any": [NO, YES]}, True),
        ({"any": [NO, NO]}, False),
        ({"none": [NO, NO]}, True),
        ({"none": [NO, YES]}, False),
        ({"all": [YES], "any": [YES, NO], "none": [NO]}, True),
        ({"all": [NO], "any": [YES], "none": [NO]}, False),
        ({"all": [YES], "any": [NO], "none": [NO]}, False),
        ({"all": [YES], "any": [YES], "none": [YES]}, False),
        ({"none": [{"all": [YES], "any": [NO]}]}, True),
        ({"any": [NO, {"none": [{"any": [NO, {"all": [YES, NO]}]}]}]}, True),
        ({"all": [{"none": [{"none": [YES]}]}]}, True),
    ],
)
def test_side_by_side_on_one_level_all_must_hold(rules: Rules, group: dict, expected: bool) -> None:
    assert belongs(rules, group, agent="Store 1") == expected


def test_an_audience_may_ask_for_another_declared_before_or_after_it(rules: Rules) -> None:
    declared = [
        {"name": "Others", "none": [{"audience": "Regulars"}]},
        {"name": "Regulars", "all": [{"event": "Customer Visit", "at_least": 2}]},
        {"name": "Regulars with a card", "all": [{"audience": "Regulars"}, {"audience": "With a card"}]},
        {"name": "With a card", "all": [{"trait": "hasCreditCard", "op": "equals", "value": True}]},
    ]
    history = [did("Customer Visit", f"2024-03-0{day}", user_id=user_id) for user_id in ("u1", "u2") for day in (1, 2)]
    traits = {"u1": {"hasCreditCard": True}, "u2": {"hasCreditCard": False}, "u3": {"hasCreditCard": True}}
    assert rules.members(declared, traits, {}, history, ["u1", "u2", "u3", "u4"], END, UTC_ZONE) == {
        "Others": {"u3", "u4"},
        "Regulars": {"u1", "u2"},
        "Regulars with a card": {"u1"},
        "With a card": {"u1", "u3"},
    }


def test_a_computed_trait_is_found_by_its_key_and_wins(rules: Rules) -> None:
    computed = {"orders": {"u1": 3, "u2": 0}, "agent": {"u1": "computed", "u2": None}}
    traits = {user_id: {"agent": "own", "accountDiscount": {"value": 10}} for user_id in ("u1", "u2")}

    def those(path: str, op: str, value: object) -> set[str]:
        audience = {"name": "A", "all": [{"trait": path, "op": op, "value": value}]}
        return rules.members([audience], traits, computed, [], ["u1", "u2"], END, UTC_ZONE)["A"]

    assert those("orders", "greater_or_equal", 3) == {"u1"}
    assert those("orders", "less", 1) == {"u2"}
    assert those("agent", "equals", "computed") == {"u1"}
    assert those("agent", "equals", "own") == set()
    assert those("accountDiscount.value", "equals", "10.0") == {"u1", "u2"}


def test_who_has_neither_events_nor_traits_is_judged_and_nobody_else_is(rules: Rules) -> None:
    audience = {"name": "A", "all": [{"event": "Customer Visit", "at_most": 0, "within_days": 30}]}
    history = [did("Customer Visit", "2024-03-01", user_id="u1")]
    assert rules.members([audience], {"u3": {}}, {}, history, ["u1", "u2"], END, UTC_ZONE) == {"A": {"u2"}}


def test_where_narrows_what_is_counted_and_null_satisfies_what_it_may(rules: Rules) -> None:
    history = [
        did("Pickup Completed", "2024-03-01", driver="Ann", address={"city": "Oakland"}),
        did("Pickup Completed", "2024-03-02", driver="Bob", address={"city": "Oakland"}),
        did("Pickup Completed", "2024-03-03", driver="Ann", address={"city": None}),
        did("Pickup Completed", "2024-03-04"),
    ]

    def counted(number: int, *where: dict) -> bool:
        condition = {"event": "Pickup Completed", "exactly": number, "where": list(where)}
        return belongs(rules, {"all": [condition]}, history)

    ann = {"property": "driver", "op": "equals", "value": "Ann"}
    assert counted(2, ann)
    assert counted(1, ann, {"property": "address.city", "op": "equals", "value": "Oakland"})
    assert counted(2, {"property": "driver", "op": "not_equals", "value": "Ann"})
    assert counted(1, {"property": "driver", "op": "not_exists"})
