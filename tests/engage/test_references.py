"""What declarations refer to is there, or they are refused with file, line, and what may be meant."""

from __future__ import annotations

from pathlib import Path

import pytest

from smrt_startdeliver.engage.declared import Declared
from smrt_startdeliver.engage.references import EVENTS, TRAITS, properties_of
from smrt_startdeliver.mapping.document import parse_mapping
from smrt_startdeliver.paths import CONFIG
from smrt_startdeliver.vocabulary import CUSTOMER_LOST
from tests.engage.declaring import load, refusal_of

ORDERS = "{name: Orders, kind: event_counter, event: Order Created}"
NEEDS_SETTING = "; those that SMRT does not document need the setting extra_properties"


def trait(words: str) -> str:
    return f"traits:\n  - {{name: T, {words}}}\n"


def audience(*conditions: str) -> str:
    return "audiences:\n  - name: A\n    all:\n" + "".join(f"      - {condition}\n" for condition in conditions)


def asking(**asks_for: list[str]) -> str:
    """Audiences by their names, each asking for others, by and by more deeply nested."""
    lines = ["audiences:"]
    for name, others in asks_for.items():
        lines += [f"  - name: {name}", "    any:", "      - {trait: email, op: exists}"]
        lines += [
            f"      - {'{none: [' * depth}{{audience: {other}}}{']}' * depth}" for depth, other in enumerate(others)
        ]
    return "\n".join(lines) + "\n"


def test_files_that_are_missing_or_empty_declare_nothing(tmp_path: Path) -> None:
    assert load(tmp_path) == Declared()
    assert load(tmp_path, "# none yet\n", "audiences: []\n") == Declared()


def test_one_file_is_enough(tmp_path: Path) -> None:
    assert [one.key for one in load(tmp_path, f"traits: [{ORDERS}]")] == ["orders"]


def test_the_shipped_files_are_at_one_with_the_shipped_mapping_document(tmp_path: Path) -> None:
    mapping = parse_mapping((CONFIG / "mapping.yaml").read_text(encoding="utf-8"), "mapping.yaml")
    texts = [(CONFIG / name).read_text(encoding="utf-8") for name in ("traits.yaml", "audiences.yaml")]
    declared = load(tmp_path, *texts, mapping=mapping)
    assert (len(declared.traits), len(declared.audiences)) == (4, 7)
    assert all(one.field for one in declared)


@pytest.mark.parametrize("event", EVENTS)
def test_each_event_that_the_pipeline_knows_can_be_named(tmp_path: Path, event: str) -> None:
    load(tmp_path, trait(f"kind: event_counter, event: {event}"), audience(f"{{event: {event}, at_least: 1}}"))


def test_an_unknown_event_is_refused_with_the_nearest(tmp_path: Path) -> None:
    problem = "event is no known event: 'Order Creatd', did you mean 'Order Created'?"
    assert refusal_of(tmp_path, trait("kind: event_counter, event: Order Creatd")) == (
        f"traits.yaml, line 2: traits.0.{problem}"
    )
    found = refusal_of(tmp_path, "", audience("{any: [{none: [{event: Order Creatd, at_least: 1}]}]}"))
    assert found == f"audiences.yaml, line 4: audiences.0.all.0.any.0.none.0.{problem}"


def test_an_unknown_event_that_is_near_to_none_is_refused_with_all(tmp_path: Path) -> None:
    found = refusal_of(tmp_path, trait("kind: event_counter, event: Zzz"))
    assert found == f"traits.yaml, line 2: traits.0.event is no known event: 'Zzz'; known are {', '.join(EVENTS)}"


def test_an_unknown_property_is_refused_with_the_nearest(tmp_path: Path) -> None:
    found = refusal_of(tmp_path, trait("kind: first, event: Order Created, property: valu"))
    problem = f"property is no known property of Order Created: 'valu', did you mean 'value'?{NEEDS_SETTING}"
    assert found == f"traits.yaml, line 2: traits.0.{problem}"
    where = "where: [{property: agent, op: exists}, {property: valu, op: exists}]"
    found = refusal_of(tmp_path, trait(f"kind: event_counter, event: Order Created, {where}"))
    assert found == f"traits.yaml, line 2: traits.0.where.1.{problem}"
    found = refusal_of(tmp_path, "", audience(f"{{any: [{{event: Order Created, at_least: 1, {where}}}]}}"))
    assert found == f"audiences.yaml, line 4: audiences.0.all.0.any.0.where.1.{problem}"


def test_a_property_of_another_event_is_not_known(tmp_path: Path) -> None:
    assert "no known property of Order Created: 'department'" in refusal_of(
        tmp_path, trait("kind: first, event: Order Created, property: department")
    )


@pytest.mark.parametrize("path", ["address.postalCode", "had_pickup"])
def test_properties_have_smrts_own_names(tmp_path: Path, path: str) -> None:
    load(tmp_path, trait(f"kind: first, event: Pickup Completed, property: {path}"))


def test_a_column_that_smrt_does_not_document_is_a_property_where_extra_properties_is_set(tmp_path: Path) -> None:
    text = trait("kind: first, event: Order Created, property: bag_count")
    assert "'bag_count'" in refusal_of(tmp_path, text)
    load(tmp_path, text, extra_properties=True)
    found = refusal_of(tmp_path, text.replace("bag_count", "bag.count"), extra_properties=True)
    assert "no known property of Order Created: 'bag.count'" in found
    assert "extra_properties" not in found


def test_derived_events_have_no_properties_but_ours(tmp_path: Path) -> None:
    assert list(properties_of(CUSTOMER_LOST)) == ["lastVisitDay", "cadenceDays", "thresholdDays"]
    load(tmp_path, trait("kind: first, event: Customer Lost, property: cadenceDays"))
    found = refusal_of(tmp_path, trait("kind: first, event: Customer Lost, property: agent"), extra_properties=True)
    assert "no known property of Customer Lost: 'agent'" in found


@pytest.mark.parametrize("event", ["pages", "screens"])
def test_pages_and_screens_are_events_whose_name_is_a_property(tmp_path: Path, event: str) -> None:
    load(tmp_path, trait(f"kind: most_frequent, event: {event}, property: name"))
    load(tmp_path, trait(f"kind: event_counter, event: {event}, where: [{{property: title, op: exists}}]"))


def test_the_name_of_an_event_that_has_one_is_no_property(tmp_path: Path) -> None:
    assert "'name'" in refusal_of(tmp_path, trait("kind: first, event: Order Created, property: name"))


@pytest.mark.parametrize("path", [*TRAITS, "customFields.Referral Source", "customFields.a.b", "customFields['A [b]']"])
def test_each_trait_can_be_named_and_custom_fields_by_their_names(tmp_path: Path, path: str) -> None:
    load(tmp_path, "", audience(f'{{trait: "{path}", op: exists}}'))


@pytest.mark.parametrize(
    ("path", "problem"),
    [
        ("paymentTerms", "is no known trait: 'paymentTerms', did you mean 'paymentTerm'?"),
        ("address", "is no known trait: 'address', did you mean 'address."),
        ("orders", "is no known trait: 'orders'; known are email, name, firstName"),
        ("customFields.", "'traits.customFields.' is no path: put dots between names, or brackets as in traits["),
        ("customFields.A [b]", "'traits.customFields.A [b]' is no path: put dots between names, or brackets as in "),
        ("customFields. ", "is no known trait: 'customFields. ', did you mean 'customFields'?"),
    ],
)
def test_an_unknown_trait_is_refused_with_the_nearest(tmp_path: Path, path: str, problem: str) -> None:
    found = refusal_of(tmp_path, "", audience("{audience: A}", f'{{any: [{{trait: "{path}", op: exists}}]}}'))
    assert found.startswith(f"audiences.yaml, line 5: audiences.0.all.1.any.0.trait {problem}")


def test_the_traits_that_are_known_stand_in_the_sentence_once() -> None:
    assert len(TRAITS) == len(set(TRAITS))


def test_a_computed_trait_is_a_trait_by_its_key(tmp_path: Path) -> None:
    traits = "traits: [{name: Orders of 90 days, kind: event_counter, event: Order Created, window_days: 90}]"
    load(tmp_path, traits, audience("{trait: orders_of_90_days, op: greater, value: 2}"))
    found = refusal_of(tmp_path, traits, audience("{trait: Orders of 90 days, op: greater, value: 2}"))
    assert found.endswith("is no known trait: 'Orders of 90 days', did you mean 'orders_of_90_days'?")


def test_an_unknown_audience_is_refused_with_the_nearest(tmp_path: Path) -> None:
    found = refusal_of(tmp_path, "", asking(Regulars=[], Others=["Regulars", "Regular"]))
    place = "audiences.1.any.2.none.0.audience"
    assert found == f"audiences.yaml, line 9: {place} is no known audience: 'Regular', did you mean 'Regulars'?"


def test_an_audience_is_named_by_its_name_and_not_by_its_key(tmp_path: Path) -> None:
    text = audience("{trait: email, op: exists}") + "  - {name: B, any: [{audience: %s}]}\n"
    load(tmp_path, "", text % "A")
    assert "is no known audience: 'a'; known are A, B" in refusal_of(tmp_path, "", text % "a")


@pytest.mark.parametrize(
    ("asks_for", "line", "place", "way"),
    [
        ({"A": ["A"]}, 2, 0, "A → A"),
        ({"X": [], "A": ["B", "X"], "B": ["X", "C"], "C": ["X", "X", "A"]}, 5, 1, "A → B → C → A"),
        ({"X": ["A"], "A": ["B"], "B": ["A"]}, 6, 1, "A → B → A"),
    ],
    ids=["of one", "of three", "of two, behind another one"],
)
def test_a_cycle_of_audiences_is_refused_with_its_way(
    tmp_path: Path, asks_for: dict[str, list[str]], line: int, place: int, way: str
) -> None:
    found = refusal_of(tmp_path, "", asking(**asks_for))
    assert found == f"audiences.yaml, line {line}: audiences.{place}.name is in a cycle of audiences: {way}"


def test_many_ways_to_one_audience_are_no_cycle(tmp_path: Path) -> None:
    load(tmp_path, "", asking(A=["B", "C"], B=["D"], C=["D", "B"], D=[]))
