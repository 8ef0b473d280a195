"""Who entered and who left an audience, and which change is too large to be meant."""

from __future__ import annotations

import pandas as pd
import pytest

from smrt_startdeliver.engage.membership import Change, as_before, change_of, changes, no_changes

KNOWN = {"user_id": "str", "audience": "str", "member": "bool", "change": "int64"}


def computed(**audiences: str) -> pd.DataFrame:
    """Customers a, b, c, …: who is in an audience stands in its text, who is not is a dash: `ours="a-c"`."""
    users = "abcdefgh"[: len(next(iter(audiences.values())))]
    frame = pd.DataFrame({"user_id": pd.Series(list(users), dtype="str")})
    return frame.assign(**{key: [letter != "-" for letter in members] for key, members in audiences.items()})


def known(*rows: tuple[str, str, bool, int]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=list(KNOWN)).astype(KNOWN)


def changed(now: pd.DataFrame, before: pd.DataFrame, *audiences: str) -> list[tuple[str, str, bool, int]]:
    found = changes(now, before, audiences or ("ours",))
    assert dict(found.dtypes.astype("str")) == {
        "user_id": "str",
        "audience": "str",
        "member": "bool",
        "change": "int64",
    }
    return list(found.itertuples(index=False, name=None))


def test_at_first_each_member_enters_and_of_nobody_else_is_anything_said() -> None:
    assert changed(computed(ours="a-c"), known()) == [("a", "ours", True, 1), ("c", "ours", True, 1)]


def test_later_those_who_entered_and_those_who_left_are_named_and_nobody_else() -> None:
    before = known(("a", "ours", True, 1), ("b", "ours", True, 1), ("c", "ours", False, 2), ("d", "ours", False, 2))
    assert changed(computed(ours="a-c--"), before) == [("b", "ours", False, 2), ("c", "ours", True, 3)]


def test_where_nothing_changed_nothing_is_named() -> None:
    assert changed(computed(ours="a-c"), known(("a", "ours", True, 5), ("c", "ours", True, 1))) == []


def test_each_audience_has_its_own_members_and_numbers() -> None:
    before = known(("a", "ours", True, 7), ("a", "theirs", False, 2))
    assert changed(computed(ours="--", theirs="ab"), before, "ours", "theirs") == [
        ("a", "ours", False, 8),
        ("a", "theirs", True, 3),
        ("b", "theirs", True, 1),
    ]


def test_only_the_audiences_that_are_asked_for_are_looked_at() -> None:
    now = computed(ours="a", theirs="a").assign(orders=pd.Series([3], dtype="Int64"))
    assert changed(now, known(("a", "gone", True, 1)), "theirs") == [("a", "theirs", True, 1)]
    pd.testing.assert_frame_equal(changes(now, known(), []), no_changes())


def test_whoever_is_not_among_the_customers_is_left_alone() -> None:
    assert changed(computed(ours="-"), known(("z", "ours", True, 1))) == []


def test_the_order_of_the_customers_and_of_what_is_known_is_nothing() -> None:
    before = known(("b", "ours", True, 4), ("c", "ours", True, 2), ("a", "ours", True, 1))
    now = computed(ours="a-c").sample(frac=1, random_state=1)
    assert sorted(changed(now, before)) == [("b", "ours", False, 5)]


def test_a_change_counts_members_before_and_now_and_who_entered_and_left() -> None:
    before = known(*((user, "ours", True, 1) for user in "abc"))
    now = computed(ours="ab-def")
    found = changes(now, before, ["ours"])
    assert change_of(now["ours"], found) == Change(before=3, now=5, entered=3, left=1)
    assert change_of(now["ours"], no_changes()) == Change(before=5, now=5)


def test_who_was_in_it_before_is_who_is_in_it_but_for_the_changes() -> None:
    before = known(*((user, "ours", True, 1) for user in "abc"), ("d", "theirs", True, 1))
    now = computed(ours="a--de", theirs="---d-")
    found = changes(now, before, ["ours", "theirs"])
    assert list(as_before(now, found, "ours")) == [True, True, True, False, False]
    assert list(as_before(now, found, "theirs")) == [False, False, False, True, False]
    assert list(as_before(now, no_changes(), "ours")) == list(now["ours"])


def test_the_changes_of_the_parts_are_added_up() -> None:
    total = Change(before=10, now=9, entered=1, left=2)
    total.add(Change(before=20, now=24, entered=5, left=1))
    assert total == Change(before=30, now=33, entered=6, left=3)


@pytest.mark.parametrize(
    ("change", "too_large"),
    [
        (Change(before=100, now=100, entered=15, left=15), False),
        (Change(before=100, now=101, entered=16, left=15), True),
        (Change(before=100, now=69, left=31), True),
        (Change(before=100, now=131, entered=31), True),
        (Change(before=19, now=0, left=19), False),
        (Change(before=0, now=19, entered=19), False),
        (Change(before=20, now=14, left=6), False),
        (Change(before=20, now=13, left=7), True),
        (Change(before=19, now=20, entered=1), False),
        (Change(before=5, now=20, entered=15), True),
        (Change(before=0, now=20, entered=20), True),
        (Change(before=1000, now=1000), False),
        (Change(), False),
    ],
    ids=str,
)
def test_a_change_beyond_the_share_of_those_before_is_too_large_for_an_audience_of_20(
    change: Change, too_large: bool
) -> None:
    assert change.is_too_large(0.3) is too_large


def test_the_share_can_be_set() -> None:
    change = Change(before=100, now=50, left=50)
    assert [change.is_too_large(share) for share in (0, 0.49, 0.5, 1)] == [True, True, False, False]
