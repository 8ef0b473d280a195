"""Which rows of an event table go out, and the fate of every other."""

from __future__ import annotations

import pandas as pd
import pytest

from smrt_startdeliver.plan.fates import Fates, check_sums
from smrt_startdeliver.plan.raw_events import candidates, entity_of, is_selected, within
from smrt_startdeliver.settings import Settings
from smrt_startdeliver.vocabulary import EVENT_TABLES
from tests.plan.frames import between, epochs, texts, times

TABLES = {table.table: table for table in EVENT_TABLES}
ORDERS = TABLES["order_created"]
WINDOW = between("2026-01-10", "2026-01-12")
ALL = epochs(Settings())


def row(loaded_at: str | None = "2026-01-11", *, reason: str | None = None, copies: int = 1, user: str | None = "a"):
    return {"loaded_at": loaded_at, "reason": reason, "copies": copies, "user_id": user}


def table(*rows: dict, name: str | None = None) -> pd.DataFrame:
    """Rows as the extract gives them; their ids are numbered."""
    return pd.DataFrame(
        {
            "id": texts(*(str(number) for number in range(len(rows)))),
            "user_id": texts(*(row["user_id"] for row in rows)),
            "name": texts(*(name for _ in rows)),
            "time": times(*(row["loaded_at"] for row in rows)),
            "loaded_at": times(*(row["loaded_at"] for row in rows)),
            "reason": texts(*(row["reason"] for row in rows)),
            "copies": pd.Series([row["copies"] for row in rows], dtype="Int64"),
        }
    )


def split(rows: pd.DataFrame, what=ORDERS, rules=ALL) -> tuple[list[str], list[str], dict[tuple[str, str], int]]:
    """Ids that go, ids that are rejected, and the fates of all others; the sums are seen to meet."""
    fates = Fates()
    going, rejected = candidates(rows, what, WINDOW, rules, fates)
    entity = entity_of(what)
    assert {named for named, _, _ in fates.counts} <= {entity}
    open_rows = [(entity, "sent", len(going)), (entity, "rejected", len(rejected))]
    check_sums([(named, fate, count) for (named, fate, _), count in fates.counts.items()] + open_rows)
    return list(going["id"]), list(rejected["id"]), {key[1:]: count for key, count in fates.counts.items()}


def test_the_window_holds_its_start_and_not_its_end() -> None:
    rows = table(*map(row, ["2026-01-09T23:59", "2026-01-10", "2026-01-11T23:59", "2026-01-12"]))
    going, rejected, fates = split(rows)
    assert (going, rejected) == (["1", "2"], [])
    assert fates == {("extracted", ""): 4, ("skipped", "loaded_at_another_time"): 2}


def test_copies_of_an_event_are_counted_as_duplicates() -> None:
    going, _, fates = split(table(row(copies=3), row(), row(copies=2, reason="no_timestamp")))
    assert going == ["0", "1"]
    assert fates == {("extracted", ""): 6, ("skipped", "duplicate"): 3}


def test_an_event_none_of_whose_copies_was_loaded_now_is_not_even_extracted() -> None:
    assert split(table(row(copies=0), row(copies=0, reason="no_timestamp"))) == ([], [], {})


def test_who_is_anonymous_is_skipped_and_never_rejected() -> None:
    going, rejected, fates = split(table(row(reason="anonymous", user=None, copies=2)))
    assert (going, rejected) == ([], [])
    assert fates == {("extracted", ""): 2, ("skipped", "duplicate"): 1, ("skipped", "anonymous"): 1}


@pytest.mark.parametrize("reason", ["no_id", "no_timestamp", "future_timestamp", "ancient_timestamp"])
def test_what_is_unacceptable_is_handed_back_without_a_fate(reason: str) -> None:
    going, rejected, fates = split(table(row(), row(reason=reason)))
    assert (going, rejected) == (["0"], ["1"])
    assert fates == {("extracted", ""): 2}


def test_events_that_are_not_asked_for_are_skipped() -> None:
    only_orders = epochs(Settings(events=("Order Created",)))
    assert split(table(row()), rules=only_orders)[0] == ["0"]
    going, _, fates = split(table(row(), row("2026-01-01")), TABLES["order_ready"], only_orders)
    assert going == []
    assert fates == {
        ("extracted", ""): 2,
        ("skipped", "not_selected"): 1,
        ("skipped", "loaded_at_another_time"): 1,
    }


@pytest.mark.parametrize(
    ("wanted", "named", "selected"),
    [
        (None, "Home", True),
        (("pages",), "Home", True),
        (("screens",), "Home", False),
        (("Order Created",), "Home", False),
        (("Order Created",), "Order Created", False),
    ],
)
def test_pages_go_by_the_word_pages_whatever_each_is_called(wanted, named: str, selected: bool) -> None:
    rows = table(row(), name=named)
    assert list(is_selected(rows, TABLES["pages"], epochs(Settings(events=wanted)))) == [selected]


def test_pages_are_accounted_under_the_name_of_their_table() -> None:
    assert [entity_of(TABLES[name]) for name in ("order_created", "pages", "screens")] == [
        "Order Created",
        "pages",
        "screens",
    ]


@pytest.mark.parametrize(("derived_events", "selected"), [("derive", False), ("passthrough", True)])
@pytest.mark.parametrize("name", ["customer_visit", "customer_lost", "customer_birthday"])
def test_smrts_own_derived_events_go_only_where_they_are_passed_through(
    name: str, derived_events: str, selected: bool
) -> None:
    rules = epochs(Settings(derived_events=derived_events))
    assert list(is_selected(table(row()), TABLES[name], rules)) == [selected]
    assert list(is_selected(table(row()), ORDERS, rules)) == [True]


def test_a_row_goes_by_the_settings_that_held_when_it_was_loaded() -> None:
    nothing_but_pages, everything = Settings(events=("pages",)), Settings()
    rules = epochs(nothing_but_pages, everything, changes=("2026-01-11",))
    rows = table(row("2026-01-10T23:59"), row("2026-01-11"))
    assert list(is_selected(rows, ORDERS, rules)) == [False, True]


def test_no_time_is_within_no_interval() -> None:
    assert list(within(times(None, "2026-01-11"), WINDOW)) == [False, True]


def test_a_table_without_rows_has_no_fates() -> None:
    assert split(table()) == ([], [], {})
