"""The plain reading of declarations.md keeps its promises on generated histories and declarations."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from random import Random

from hypothesis import given, settings

from tests.engage.strategies import Case, cases, seeded_case
from tests.plain.engage.audiences import members
from tests.plain.engage.traits import Value, computed_trait, key_of

some = settings(deadline=None, max_examples=30)


def reckoned(case: Case) -> tuple[dict[str, dict[str, Value]], dict[str, set[str]]]:
    """The computed traits by their keys, and who is in the audiences."""
    scene = case.scene
    computed = {
        key_of(trait): computed_trait(trait, scene.history, scene.customers, scene.end, scene.zone)
        for trait in case.traits
    }
    return computed, members(
        case.audiences, scene.traits, computed, scene.history, scene.customers, scene.end, scene.zone
    )


@some
@given(cases())
def test_every_customer_has_a_value_of_the_kinds_type(case: Case) -> None:
    types = {"event_counter": int, "unique_list_count": int, "aggregation": Decimal, "unique_list": list}
    computed, found = reckoned(case)
    for trait in case.traits:
        of_customers = computed[key_of(trait)]
        assert list(of_customers) == case.scene.customers
        assert {type(value) for value in of_customers.values()} <= {types.get(trait["kind"], str), type(None)}
    assert all(those <= set(case.scene.customers) for those in found.values())


@some
@given(cases())
def test_nothing_at_or_after_the_end_counts_and_the_order_of_rows_is_nothing(case: Case) -> None:
    known = [happening for happening in case.scene.history if happening.time < case.scene.end]
    Random(len(known)).shuffle(known)
    assert reckoned(replace(case, scene=replace(case.scene, history=known))) == reckoned(case)


def test_the_same_holds_for_many_cases_that_have_nothing_in_common() -> None:
    for number in range(200):
        case = seeded_case(number)
        known = [happening for happening in case.scene.history if happening.time < case.scene.end]
        assert reckoned(replace(case, scene=replace(case.scene, history=known))) == reckoned(case)


@some
@given(cases())
def test_who_is_not_in_an_audience_is_in_its_contrary(case: Case) -> None:
    contrary = [{"name": f"not {one['name']}", "none": [{"audience": one["name"]}]} for one in case.audiences]
    _, found = reckoned(replace(case, audiences=case.audiences + contrary))
    for audience in case.audiences:
        assert found[audience["name"]] ^ found[f"not {audience['name']}"] == set(case.scene.customers)
        assert not found[audience["name"]] & found[f"not {audience['name']}"]
