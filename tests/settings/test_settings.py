"""Settings: the defaults, and what is refused (settings.md)."""

import datetime as dt
from decimal import Decimal

import pytest
from pydantic import ValidationError

from smrt_startdeliver.settings import Settings

DEFAULTS = {
    "source_schema": "smrt",
    "state_schema": "startdeliver_sync",
    "state_connection": None,
    "timezone": "UTC",
    "lookback_hours": 48,
    "max_clock_skew_hours": 24,
    "min_event_date": dt.date(2000, 1, 1),
    "sweep_hours": 24,
    "run_budget_minutes": 110,
    "history_days": 90,
    "sync_using_email": False,
    "segment_override_matching_field": None,
    "allow_user_id_fallback": False,
    "visit_sources": ("Pickup Completed", "Order Created", "Order Returned", "New Customer Signup"),
    "derived_events": "derive",
    "cycle_days": 4,
    "lost_gaps": 10,
    "lost_min_gaps": 3,
    "lost_default_cadence_days": 30,
    "lost_multiplier": Decimal("2.0"),
    "lost_min_days": 30,
    "lost_max_days": 365,
    "birthday_field": "Birthday",
    "birthday_day_first": False,
    "birthday_leap_day": "feb28",
    "birthday_max_age_days": 2,
    "demographic_days": 365,
    "demographic_refresh": "week",
    "events": None,
    "sync_nulls": True,
    "requests_per_second": None,
    "daily_quota": None,
    "max_in_flight": 8,
    "partitions": 1,
    "guard_fall": 0.5,
    "guard_growth": 0.5,
    "guard_field_change": 0.5,
    "audience_events": False,
    "guard_max_change": 0.3,
    "on_vanish": "ignore",
    "extra_properties": False,
    "notifiers": (),
    "notify_rejected_share": 0.05,
    "notify_no_success_hours": 6,
}


def test_defaults_are_those_of_the_contract():
    assert Settings().model_dump() == DEFAULTS


def test_settings_survive_json():
    settings = Settings(
        timezone="Europe/Paris",
        lost_multiplier=Decimal("1.5"),
        events=("pages",),
        min_event_date=dt.date(2010, 2, 3),
        notifiers=({"class": "a.B", "arguments": {"to": ["x"]}},),
    )
    assert Settings.model_validate_json(settings.model_dump_json()) == settings


def test_settings_cannot_be_changed():
    with pytest.raises(ValidationError):
        Settings().cycle_days = 5


@pytest.mark.parametrize(
    "wrong",
    [
        {"cycle_dayz": 4},
        {"cycle_days": "4"},
        {"cycle_days": True},
        {"cycle_days": 0},
        {"cycle_days": 4.5},
        {"lookback_hours": -1},
        {"sweep_hours": 0},
        {"notify_rejected_share": 1},
        {"notify_no_success_hours": 0},
        {"notifiers": "a.B"},
        {"notifiers": [{"class": "B"}]},
        {"notifiers": [{"class": "a.B", "args": {}}]},
        {"history_days": 10**9},
        {"timezone": "Europe/Stokholm"},
        {"timezone": "../etc/passwd"},
        {"timezone": ""},
        {"source_schema": "a; drop table users"},
        {"source_schema": 'smrt"; drop table users; --'},
        {"state_schema": "smrt"},
        {"min_event_date": "someday"},
        {"min_event_date": 2000},
        {"visit_sources": ["Order Redy"]},
        {"visit_sources": []},
        {"visit_sources": ["Order Ready", "Order Ready"]},
        {"visit_sources": "Order Ready"},
        {"visit_sources": ["pages"]},
        {"events": ["Order Redy"]},
        {"derived_events": "ours"},
        {"lost_multiplier": 0},
        {"lost_multiplier": True},
        {"lost_multiplier": float("nan")},
        {"lost_min_days": 366},
        {"birthday_field": "  "},
        {"birthday_leap_day": "feb29"},
        {"birthday_day_first": "no"},
        {"demographic_refresh": "year"},
        {"requests_per_second": 0},
        {"daily_quota": 0},
        {"daily_quota": 10.5},
        {"requests_per_second": float("inf")},
        {"max_in_flight": 0},
        {"partitions": 0},
        {"guard_fall": 1.01},
        {"guard_growth": -0.1},
        {"guard_growth": float("inf")},
        {"guard_growth": True},
        {"guard_field_change": float("nan")},
        {"guard_max_change": 1.01},
        {"guard_max_change": -0.1},
        {"on_vanish": "forget"},
        {"segment_override_matching_field": "properties[x]"},
        {"segment_override_matching_field": "email"},
    ],
    ids=str,
)
def test_unknown_keys_wrong_types_and_impossible_values_are_refused(wrong):
    with pytest.raises(ValidationError) as refused:
        Settings(**wrong)
    assert refused.value.error_count() == 1


@pytest.mark.parametrize(
    ("key", "written", "value"),
    [
        ("events", "all", None),
        ("events", ["Order Ready", "pages", "screens"], ("Order Ready", "pages", "screens")),
        ("events", [], ()),
        ("requests_per_second", "none", None),
        ("daily_quota", "none", None),
        ("daily_quota", 10_000, 10_000),
        ("requests_per_second", 2, 2.0),
        ("segment_override_matching_field", "none", None),
        ("segment_override_matching_field", "properties['My Field']", "properties['My Field']"),
        ("lost_multiplier", 1.1, Decimal("1.1")),
        ("min_event_date", "2010-02-03", dt.date(2010, 2, 3)),
        ("visit_sources", ["Order Ready"], ("Order Ready",)),
        ("guard_growth", 2, 2.0),
        ("guard_max_change", 1, 1.0),
    ],
)
def test_values_are_read_as_people_write_them(key, written, value):
    assert getattr(Settings(**{key: written}), key) == value


def test_the_zone_is_known_to_be_set_or_not():
    assert not Settings().timezone_is_set
    assert Settings(timezone="UTC").timezone_is_set
    assert Settings(timezone="America/Los_Angeles").zone.key == "America/Los_Angeles"
