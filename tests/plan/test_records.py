"""Which fields go out, and what is acknowledged then."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from smrt_startdeliver.mapping.records import UNKNOWN
from smrt_startdeliver.plan.fingerprints import field_fingerprint
from smrt_startdeliver.plan.records import after, canonical_text, changed_fields, held_already

ALIASES = st.sampled_from(["name", "email", "customfieldA", "customfieldB"])
VALUES = st.none() | st.just(UNKNOWN) | st.sampled_from(["", "a", "b", "0", "false"]) | st.text(max_size=3)
WANTED = st.dictionaries(ALIASES, VALUES)
some = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
HELD = st.dictionaries(ALIASES, st.sampled_from(["", "a", "b", "0"]).map(field_fingerprint))


def held(**fields: str) -> dict[str, str]:
    return {alias: field_fingerprint(value) for alias, value in fields.items()}


def test_a_value_goes_out_where_it_differs_and_nowhere_else() -> None:
    wanted = {"name": "Ann", "email": "new@example.com", "phone": "1"}
    acknowledged = held(name="Ann", email="old@example.com")
    assert changed_fields(wanted, acknowledged, sync_nulls=True) == {"email": "new@example.com", "phone": "1"}


def test_a_value_that_became_null_is_sent_as_null_unless_nulls_are_not_synced() -> None:
    assert changed_fields({"name": None}, held(name="Ann"), sync_nulls=True) == {"name": None}
    assert changed_fields({"name": None}, held(name="Ann"), sync_nulls=False) == {}


def test_a_null_that_was_never_set_is_not_sent() -> None:
    assert changed_fields({"name": None}, {}, sync_nulls=True) == {}


def test_a_value_at_rest_is_sent_only_over_another_one() -> None:
    def changed(wanted: str, **acknowledged: str) -> dict[str, str | None]:
        return changed_fields({"orders": wanted}, held(**acknowledged), sync_nulls=True, at_rest={"orders": "0"})

    assert changed("0") == {}
    assert changed("0", orders="3") == {"orders": "0"}
    assert changed("3") == changed("3", orders="0") == {"orders": "3"}


def test_of_what_is_unknown_nothing_is_said() -> None:
    assert changed_fields({"name": UNKNOWN, "email": UNKNOWN}, held(name="Ann"), sync_nulls=True) == {}


def test_an_empty_text_is_a_value() -> None:
    assert changed_fields({"name": ""}, {}, sync_nulls=True) == {"name": ""}
    assert changed_fields({"name": ""}, held(name=""), sync_nulls=True) == {}


def test_what_was_sent_is_acknowledged_beside_what_was_before() -> None:
    acknowledged = after(held(name="Ann", email="a@b"), {"email": "c@d", "phone": "1"})
    assert acknowledged == held(name="Ann", email="c@d", phone="1")


def test_a_null_that_was_sent_is_acknowledged_by_being_absent() -> None:
    assert after(held(name="Ann", email="a@b"), {"name": None}) == held(email="a@b")


@some
@given(WANTED, HELD, st.booleans())
def test_once_the_changes_are_sent_nothing_differs_any_more(wanted: dict, acknowledged: dict, sync_nulls: bool) -> None:
    sent = changed_fields(wanted, acknowledged, sync_nulls=sync_nulls)
    assert changed_fields(wanted, after(acknowledged, sent), sync_nulls=sync_nulls) == {}


@some
@given(WANTED, HELD, st.booleans())
def test_nothing_is_sent_that_was_not_wanted_nor_anything_unknown(
    wanted: dict, acknowledged: dict, sync_nulls: bool
) -> None:
    sent = changed_fields(wanted, acknowledged, sync_nulls=sync_nulls)
    assert sent.items() <= wanted.items()
    assert UNKNOWN not in sent.values()


@some
@given(WANTED, st.dictionaries(ALIASES, st.none() | st.text(max_size=2)))
def test_an_object_that_was_found_is_sent_only_what_it_lacks(wanted: dict, found: dict) -> None:
    sent = changed_fields(wanted, held_already(found, wanted), sync_nulls=True)
    lacking = {
        alias: value for alias, value in wanted.items() if value not in (None, UNKNOWN) and found.get(alias) != value
    }
    assert sent == lacking


def test_over_a_value_of_theirs_no_null_of_ours_is_sent_even_when_it_becomes_known_later() -> None:
    found = {"name": "Ann", "phone": "1"}
    acknowledged = held_already(found, {"name": None, "phone": UNKNOWN})
    assert changed_fields({"name": None, "phone": None}, acknowledged, sync_nulls=True) == {}


def test_an_answers_value_is_the_text_that_we_hold_for_it() -> None:
    values = [True, False, 7, 7.0, 19.5, 1e3, 0.1, -0.0, "Ann", "", "7.0"]
    assert [canonical_text(value) for value in values] == [
        "true",
        "false",
        "7",
        "7",
        "19.5",
        "1000",
        "0.1",
        "0",
        "Ann",
        "",
        "7.0",
    ]
