"""A key never changes: what is new and looks like what is gone is refused, with what to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from smrt_startdeliver.engage.declared import Declared
from smrt_startdeliver.engage.files import refuse_renamed
from smrt_startdeliver.engage.renamed import Synced, renamed, rule_of
from smrt_startdeliver.errors import ConfigurationError
from tests.engage.declaring import audiences, load, traits

COUNTS = "kind: event_counter, event: Order Created"
ASKS = "all: [{trait: email, op: exists}]"


def synced(declared: Declared) -> list[Synced]:
    return [Synced(one.key, one.name, one.field, rule_of(one)) for one in declared]


def keys(now: Declared, before: Declared) -> list[tuple[str, str]]:
    """New key and old one of each that was renamed."""
    return [(new.key, old.key) for new, old in renamed(now, synced(before))]


def counter(name: str, words: str = "", rule: str = COUNTS) -> Declared:
    return Declared(traits(f"{{name: {name}, {rule}{words}}}"))


def test_what_did_not_change_is_not_renamed() -> None:
    declared = Declared(traits(f"{{name: T, {COUNTS}}}"), audiences(f"{{name: A, {ASKS}}}"))
    assert keys(declared, declared) == []
    assert keys(declared, Declared()) == []
    assert keys(Declared(), declared) == []


@pytest.mark.parametrize("before", ["", ", field: customfieldT", ", policy: fill_empty", ", window_days: 90"])
def test_under_the_same_key_a_declaration_may_change_as_it_likes(before: str) -> None:
    assert (
        keys(counter("T", ", field: customfieldU", rule="kind: first, event: X, property: p"), counter("T", before))
        == []
    )


def test_another_name_for_the_same_rule_is_another_key() -> None:
    assert keys(counter("Orders"), counter("Ordered")) == [("orders", "ordered")]


def test_another_key_for_the_same_name_is_another_key() -> None:
    assert keys(counter("Orders", ", key: o, window_days: 7"), counter("Orders")) == [("o", "orders")]


def test_another_name_and_rule_for_the_same_field_is_another_key() -> None:
    field = ", field: customfieldT"
    assert keys(counter("Orders", f"{field}, window_days: 7"), counter("Ordered", field)) == [("orders", "ordered")]


def test_another_name_with_the_key_set_is_the_same_key() -> None:
    assert keys(counter("Orders", ", key: ordered"), counter("Ordered")) == []


def test_a_new_name_with_a_new_rule_is_new() -> None:
    assert keys(counter("Orders", ", window_days: 7"), counter("Ordered")) == []


def test_a_rule_that_is_still_there_may_be_copied() -> None:
    both = Declared(traits(f"{{name: Ordered, {COUNTS}}}", f"{{name: Orders, {COUNTS}}}"))
    assert keys(both, counter("Ordered")) == []


def test_audiences_are_known_again_like_traits() -> None:
    before, now = Declared((), audiences(f"{{name: A, {ASKS}}}")), Declared((), audiences(f"{{name: B, {ASKS}}}"))
    assert keys(now, before) == [("b", "a")]


def test_a_rule_is_what_is_computed_whatever_it_is_called_and_wherever_it_goes() -> None:
    (same, also, *others) = (
        rule_of(one)
        for one in traits(
            f"{{name: T, {COUNTS}}}",
            f"{{name: U, key: v, field: customfieldU, policy: fill_empty, {COUNTS}}}",
            f"{{name: T, {COUNTS}, window_days: 90}}",
            f"{{name: T, {COUNTS}, where: [{{property: agent, op: exists}}]}}",
            "{name: T, kind: event_counter, event: Order Returned}",
            "{name: T, kind: first, event: Order Created, property: value}",
            "{name: T, kind: last, event: Order Created, property: value}",
        )
    )
    assert same == also
    assert len({same, *others}) == 6


def test_a_rule_knows_a_number_from_its_text_and_from_true() -> None:
    rules = [
        rule_of(one)
        for value in ("1", "'1'", "true")
        for one in audiences(f"{{name: A, all: [{{trait: email, op: equals, value: {value}}}]}}")
    ]
    assert len(set(rules)) == 3


def test_a_rule_survives_json() -> None:
    declared = Declared((), audiences("{name: A, none: [{trait: email, op: any_of, value: [a, 1]}]}"))
    assert synced(Declared.from_json(declared.to_json())) == synced(declared)


@pytest.mark.parametrize(
    ("text", "line", "new", "key"),
    [
        (
            "audiences:\n  - {name: B, any: [{trait: email, op: exists}]}\n  - name: Risky\n    %s\n",
            3,
            "Risky",
            "risky",
        ),
        ("audiences:\n  - name: Old\n    key: risky\n    %s\n", 3, "Old", "risky"),
    ],
)
def test_a_new_key_is_refused_at_its_line_with_what_to_do(
    tmp_path: Path, text: str, line: int, new: str, key: str
) -> None:
    declared = load(tmp_path, audiences=text % ASKS)
    before = synced(Declared((), audiences(f"{{name: Old, {ASKS}}}")))
    with pytest.raises(ConfigurationError) as refused:
        refuse_renamed(tmp_path, declared, before)
    assert str(refused.value) == (
        f"{tmp_path}/audiences.yaml, line {line}: '{new}' gives the key {key}, but the last sync knew it as 'Old', "
        "key old: a key never changes, as what Startdeliver holds under it would stay there for good. "
        "Set `key: old` to go on with it, or trigger the DAG with force to begin a new one and leave old as it is"
    )


def test_a_trait_with_a_new_key_is_refused_in_its_own_file(tmp_path: Path) -> None:
    declared = load(tmp_path, f"traits:\n  - {{name: Orders, {COUNTS}}}\n", f"audiences: [{{name: A, {ASKS}}}]")
    with pytest.raises(ConfigurationError, match=r"traits\.yaml, line 2: 'Orders' gives the key orders, "):
        refuse_renamed(tmp_path, declared, synced(counter("Ordered")))


def test_what_is_only_new_or_only_gone_is_let_through(tmp_path: Path) -> None:
    declared = load(tmp_path, f"traits: [{{name: Orders, {COUNTS}}}]")
    refuse_renamed(tmp_path, declared, [])
    refuse_renamed(tmp_path, Declared(), synced(declared))
