"""A column as conditions and traits read it: as canonical text, as numbers, as instants, as days (declarations.md)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
import pandas as pd

from smrt_startdeliver.derive.days import day_of
from smrt_startdeliver.mapping.casts import Kind, cast
from smrt_startdeliver.mapping.iso_text import days_in, first_instants_in, times_in
from smrt_startdeliver.mapping.number_text import number_texts

Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

_FEW_DIGITS = r"[+-]?[0-9]{1,15}(\.[0-9]{0,15})?"
"""A number that a float reads as `canonical_number` does; all but odd ones are."""
NO_DAY = np.iinfo(np.int64).min


@dataclass(frozen=True)
class Column:
    """A column of values of one kind, by position; a text of nothing but space counts as null."""

    values: pd.Series[Any]
    kind: Kind
    zone: ZoneInfo

    @cached_property
    def texts(self) -> pd.Series[str]:
        """Canonical text (`mapping.casts`), null for null; with an index from 0 on."""
        return cast(self.values.reset_index(drop=True), self.kind, "text", self.zone).values

    @cached_property
    def is_null(self) -> Bools:
        """Where there is no value."""
        return self.texts.isna().to_numpy(dtype=bool)

    @cached_property
    def numbers(self) -> Floats:
        """The values that read as numbers, from text too; NaN for all others, booleans and times among them."""
        if self.kind not in ("text", "number", "integer"):
            return np.full(len(self.texts), np.nan)
        texts = self.texts.str.strip()
        few_digits = texts.str.fullmatch(_FEW_DIGITS, na=False)
        numbers = texts.where(few_digits).astype("float64")
        others = texts[~few_digits & texts.str.contains("[0-9]", na=False)]
        numbers[others.index] = number_texts(others).astype("float64")
        return np.asarray(numbers, dtype=np.float64)

    @cached_property
    def instants(self) -> pd.Series[pd.Timestamp]:
        """The values that are times, or dates as the first instant of the business's day: datetime64[us, UTC]."""
        if self.kind == "time":
            return self.values.reset_index(drop=True).astype("datetime64[us, UTC]")
        texts = self._dates
        return times_in(texts).fillna(first_instants_in(texts, self.zone))

    @cached_property
    def days(self) -> Integers:
        """The business's day of each value that is a date or a time, since 1970-01-01; NO_DAY for all others."""
        instants = self.instants.dropna()
        days = np.full(len(self.texts), NO_DAY)
        days[instants.index] = day_of(instants, self.zone)
        dates = days_in(self._dates).dropna()  # the first instant of a day that the clock skips is another day's
        days[dates.index] = dates.to_numpy().astype("datetime64[D]").astype("int64")
        return days

    @property
    def _dates(self) -> pd.Series[str]:
        """The texts that may be dates: no number and no boolean is one."""
        texts = self.texts.str.strip()
        return texts if self.kind in ("text", "date") else texts.iloc[:0].reindex(texts.index)
