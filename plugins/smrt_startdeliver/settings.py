"""The settings: one frozen model whose attributes are the keys of `settings.yaml`, with their defaults and bounds.

Contract: settings.md. `settings_file.py` reads the file; this module knows nothing of files.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Annotated, Any, Literal, Self
from zoneinfo import ZoneInfo, available_timezones

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator, model_validator
from pydantic_core import PydanticCustomError

from smrt_startdeliver.mapping.paths import parse_path
from smrt_startdeliver.vocabulary import DEFAULT_VISIT_SOURCES, EVENT_NAMES, PAGES, SCREENS
from smrt_startdeliver.yaml_model import nearest, tuple_from_list

TEN_YEARS_HOURS = 87_600
CENTURY_DAYS = 36_525


def _number_not_switch(value: object) -> object:
    if isinstance(value, bool):
        raise ValueError("must be a number")  # noqa: TRY004 (pydantic reports ValueErrors alone)
    return value


def _date_from_text(value: object) -> object:
    return dt.date.fromisoformat(value) if isinstance(value, str) else value


def _none_from(word: str) -> BeforeValidator:
    """The word with which settings.md writes 'no value' (`none`, `all`) is read as None."""
    return BeforeValidator(lambda value: None if value == word else value)


Hours = Annotated[int, Field(ge=0, le=TEN_YEARS_HOURS)]
Days = Annotated[int, Field(ge=1, le=CENTURY_DAYS)]
SchemaName = Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,62}$")]
DecimalNumber = Annotated[Decimal, BeforeValidator(_number_not_switch), Field(strict=False, allow_inf_nan=False)]
Date = Annotated[dt.date, BeforeValidator(_date_from_text)]
Names = Annotated[tuple[str, ...], BeforeValidator(tuple_from_list)]


class NotifierSetting(BaseModel):
    """An Airflow notifier: its class, by its dotted name, and what it is made with."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, serialize_by_alias=True)

    class_name: Annotated[str, Field(alias="class", pattern=r"^[A-Za-z_]\w*(\.[A-Za-z_]\w*)+$")]
    arguments: dict[str, Any] = {}


class NotifySettings(BaseModel):
    """Who is told of what. Apart from the others, as somebody must be told that one of those is wrong, too."""

    model_config = ConfigDict(frozen=True, extra="ignore", strict=True)

    state_schema: SchemaName = "startdeliver_sync"
    state_connection: Annotated[Annotated[str, Field(pattern=r"^[\w.-]+$")] | None, _none_from("none")] = None
    notifiers: Annotated[tuple[NotifierSetting, ...], BeforeValidator(tuple_from_list)] = ()
    notify_rejected_share: Annotated[Annotated[float, Field(ge=0, lt=1)] | None, _none_from("none")] = 0.05
    notify_no_success_hours: Annotated[Annotated[Hours, Field(ge=1)] | None, _none_from("none")] = 6


class Settings(NotifySettings):
    """All settings, checked. `Settings()` is the defaults; what is unknown, of a wrong type or impossible raises."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    # Where things are; those of the memory are above
    source_schema: SchemaName = "smrt"

    # Time
    timezone: str = "UTC"
    lookback_hours: Hours = 48
    max_clock_skew_hours: Hours = 24
    min_event_date: Date = dt.date(2000, 1, 1)
    sweep_hours: Annotated[Hours, Field(ge=1)] = 24
    run_budget_minutes: int = Field(default=110, ge=1, le=TEN_YEARS_HOURS * 60)
    history_days: Days = 90

    # Whom a record is
    sync_using_email: bool = False
    segment_override_matching_field: Annotated[str | None, _none_from("none")] = None
    allow_user_id_fallback: bool = False

    # Visits and lapses
    visit_sources: Annotated[Names, Field(min_length=1)] = DEFAULT_VISIT_SOURCES
    derived_events: Literal["derive", "passthrough"] = "derive"
    cycle_days: Days = 4
    lost_gaps: int = Field(default=10, ge=1, le=1000)
    lost_min_gaps: int = Field(default=3, ge=1, le=1000)
    lost_default_cadence_days: Days = 30
    lost_multiplier: Annotated[DecimalNumber, Field(gt=0, le=1000)] = Decimal("2.0")
    lost_min_days: Days = 30
    lost_max_days: Days = 365

    # Birthdays
    birthday_field: str = Field(default="Birthday", pattern=r"\S")
    birthday_day_first: bool = False
    birthday_leap_day: Literal["feb28", "mar1"] = "feb28"
    birthday_max_age_days: int = Field(default=2, ge=0, le=366)

    # Demographic
    demographic_days: Days = 365
    demographic_refresh: Literal["day", "week", "month"] = "week"

    # What is sent, and how fast
    events: Annotated[Names | None, _none_from("all")] = None
    extra_properties: bool = False
    sync_nulls: bool = True
    requests_per_second: Annotated[
        Annotated[float, Field(gt=0, allow_inf_nan=False)] | None,
        _none_from("none"),
    ] = None
    daily_quota: Annotated[Annotated[int, Field(ge=1)] | None, _none_from("none")] = None
    max_in_flight: int = Field(default=8, ge=1, le=256)
    partitions: int = Field(default=1, ge=1, le=256)

    # Changes that are too large to be meant
    guard_fall: float = Field(default=0.5, ge=0, le=1)
    guard_growth: float = Field(default=0.5, ge=0, le=1000)
    guard_field_change: float = Field(default=0.5, ge=0, le=1)

    # Audiences, and customers who are gone
    audience_events: bool = False
    guard_max_change: float = Field(default=0.3, ge=0, le=1)
    on_vanish: Literal["ignore", "deactivate", "delete"] = "ignore"

    @property
    def zone(self) -> ZoneInfo:
        """The business's zone: what a day is."""
        return ZoneInfo(self.timezone)

    @property
    def timezone_is_set(self) -> bool:
        """Whether `timezone` was given; while it is not, each run warns (settings.md)."""
        return "timezone" in self.model_fields_set

    @field_validator("timezone")
    @classmethod
    def _timezone_exists(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (KeyError, ValueError, OSError):
            raise ValueError(
                f"must be a time zone's name as America/Los_Angeles; {name!r} is none"
                + nearest(name, sorted(available_timezones()))
            ) from None
        return name

    @field_validator("segment_override_matching_field")
    @classmethod
    def _path_is_in_an_event(cls, path: str | None) -> str | None:
        if path is not None and parse_path(path).root == "traits":
            raise ValueError(f"must be a path in an event, as properties.myField; {path!r} would be among traits")
        return path

    @field_validator("visit_sources")
    @classmethod
    def _sources_are_events(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        return _known(names, EVENT_NAMES)

    @field_validator("events")
    @classmethod
    def _events_are_known(cls, names: tuple[str, ...] | None) -> tuple[str, ...] | None:
        """Pages and screens have names of their own: all of them go by the words `pages` and `screens`."""
        return None if names is None else _known(names, (*EVENT_NAMES, PAGES, SCREENS))

    @model_validator(mode="after")
    def _settings_agree(self) -> Self:
        if self.lost_min_days > self.lost_max_days:
            raise _wrong("lost_min_days", "must not be greater than lost_max_days")
        if self.source_schema == self.state_schema:
            raise _wrong("state_schema", "must not be source_schema: that one is only read")
        return self


def _wrong(key: str, problem: str) -> PydanticCustomError:
    return PydanticCustomError("settings_disagree", problem, {"at": (key,)})


def _known(names: tuple[str, ...], allowed: Sequence[str]) -> tuple[str, ...]:
    for name in names:
        if name not in allowed:
            raise ValueError(f"{name!r} is no known name{nearest(name, allowed)}; allowed are {', '.join(allowed)}")
    if len(set(names)) < len(names):
        raise ValueError("must name each event once")
    return names
