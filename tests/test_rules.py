"""A change of what is derived or selected holds from the end of the last successful run on."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest

from smrt_startdeliver.rules import epochs, one_epoch, rules_of
from smrt_startdeliver.settings import Settings

LAST_END = datetime(2026, 11, 20, tzinfo=UTC)
EARLIER = datetime(2026, 6, 1, tzinfo=UTC)
LONG_AGO, FAR_AWAY = datetime(1900, 1, 1, tzinfo=UTC), datetime(9000, 1, 1, tzinfo=UTC)
PARIS = Settings(timezone="Europe/Paris")


def zones(found: list) -> list[tuple[str, bool, bool]]:
    """Each epoch's zone, and whether it holds long ago and in the far future; they touch each other."""
    for earlier, later in pairwise(found):
        assert earlier.interval.end == later.interval.start
    return [
        (
            epoch.settings.timezone,
            epoch.interval.start < LONG_AGO < epoch.interval.end,
            epoch.interval.start < FAR_AWAY < epoch.interval.end,
        )
        for epoch in found
    ]


@pytest.mark.parametrize("last_end", [None, LAST_END])
def test_before_any_run_succeeded_the_settings_of_today_hold_always(last_end: datetime | None) -> None:
    assert zones(epochs([], PARIS, last_end)) == [("Europe/Paris", True, True)]


def test_without_a_change_there_is_one_epoch() -> None:
    assert zones(epochs([(None, rules_of(PARIS))], PARIS, LAST_END)) == [("Europe/Paris", True, True)]


def test_a_change_holds_from_the_end_of_the_last_run_on() -> None:
    found = epochs([(None, rules_of(Settings()))], PARIS, LAST_END)
    assert zones(found) == [("UTC", True, False), ("Europe/Paris", False, True)]
    assert found[1].interval.start == LAST_END


def test_earlier_changes_keep_the_time_in_which_they_held() -> None:
    tokyo = Settings(timezone="Asia/Tokyo")
    found = epochs([(None, rules_of(Settings())), (EARLIER, rules_of(tokyo))], PARIS, LAST_END)
    assert [zone for zone, _, _ in zones(found)] == ["UTC", "Asia/Tokyo", "Europe/Paris"]
    assert [epoch.interval.start for epoch in found[1:]] == [EARLIER, LAST_END]


def test_a_change_that_was_taken_back_is_an_epoch_of_its_own() -> None:
    found = epochs([(None, rules_of(Settings())), (EARLIER, rules_of(PARIS))], Settings(), LAST_END)
    assert [zone for zone, _, _ in zones(found)] == ["UTC", "Europe/Paris", "UTC"]


def test_two_changes_at_one_moment_leave_nothing_to_the_first() -> None:
    found = epochs([(None, rules_of(Settings())), (LAST_END, rules_of(PARIS))], Settings(), LAST_END)
    assert found[1].interval.start == found[1].interval.end


def test_changes_of_runs_that_overtook_each_other_leave_no_time_to_the_one_that_was_overtaken() -> None:
    found = epochs(
        [(None, rules_of(Settings())), (LAST_END, rules_of(PARIS)), (EARLIER, rules_of(Settings()))], PARIS, None
    )
    assert found[1].interval.start == found[1].interval.end
    assert found[2].interval.start == EARLIER


OTHERS: dict[str, Any] = {
    "timezone": "Europe/Paris",
    "visit_sources": ("Order Created",),
    "cycle_days": 7,
    "events": ("Order Created",),
    "derived_events": "passthrough",
    "lost_gaps": 3,
    "lost_min_gaps": 1,
    "lost_default_cadence_days": 14,
    "lost_multiplier": Decimal("1.5"),
    "lost_min_days": 10,
    "lost_max_days": 100,
    "birthday_field": "Born",
    "birthday_day_first": True,
    "birthday_leap_day": "mar1",
    "birthday_max_age_days": 5,
}


@pytest.mark.parametrize(("key", "value"), OTHERS.items(), ids=OTHERS.keys())
def test_each_setting_that_derives_or_selects_makes_an_epoch_and_comes_back_as_it_was(key: str, value: Any) -> None:
    changed = Settings(**{key: value})
    was, now = epochs([(None, rules_of(changed))], Settings(), LAST_END)
    assert was.settings == changed
    assert now.settings == Settings()


@pytest.mark.parametrize(
    "other",
    [
        {"lookback_hours": 1},
        {"requests_per_second": 2.0},
        {"demographic_days": 30},
        {"history_days": 1},
        {"extra_properties": True},
        {"state_schema": "memory"},
    ],
    ids=str,
)
def test_any_other_setting_holds_at_once_for_all_time(other: dict) -> None:
    changed = Settings(**other)
    (only,) = epochs([(None, rules_of(Settings()))], changed, LAST_END)
    assert only.settings == changed


def test_an_epoch_takes_its_rules_from_its_time_and_all_else_from_today() -> None:
    today = Settings(lookback_hours=1, timezone="Europe/Paris")
    was, _ = epochs([(None, rules_of(Settings(lookback_hours=99)))], today, LAST_END)
    assert (was.settings.timezone, was.settings.lookback_hours) == ("UTC", 1)


def test_runs_over_history_use_the_settings_of_today_throughout() -> None:
    assert zones(one_epoch(PARIS)) == [("Europe/Paris", True, True)]
