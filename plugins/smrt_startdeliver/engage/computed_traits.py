"""The seven kinds of computed trait (declarations.md: traits, results)."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from smrt_startdeliver.engage.columns import Bools
from smrt_startdeliver.engage.declarations import (
    Aggregation,
    ComputedTrait,
    EventCounter,
    First,
    Last,
    MostFrequent,
    UniqueList,
    UniqueListCount,
)
from smrt_startdeliver.engage.occurrences import Occurrences

_FUNCTIONS = {"sum": "sum", "average": "mean", "minimum": "min", "maximum": "max"}
_DECIMALS = 6


def compute(trait: ComputedTrait, occurrences: Occurrences) -> pd.Series[Any]:
    """The trait of each customer, by place: Int64 of counts (0 where there is none), Float64 of aggregations, else str.

    Where there is none, all but counts are null. A unique list is compact JSON.
    """
    return _COMPUTED[type(trait)](trait, occurrences, occurrences.chosen(trait.where, trait.window_days))


def _event_counter(_: EventCounter, occurrences: Occurrences, chosen: Bools) -> pd.Series[Any]:
    return pd.Series(occurrences.count(chosen), dtype="Int64")


def _aggregation(trait: Aggregation, occurrences: Occurrences, chosen: Bools) -> pd.Series[Any]:
    """Passes over what is no number; rounded to 6 decimals."""
    numbers = pd.Series(occurrences.column(trait.property).numbers[chosen])
    found = numbers.dropna().groupby(occurrences.customer[chosen][numbers.notna()]).agg(_FUNCTIONS[trait.function])
    return found.round(_DECIMALS).reindex(range(occurrences.customers)).astype("Float64")


def _most_frequent(trait: MostFrequent, occurrences: Occurrences, chosen: Bools) -> pd.Series[Any]:
    """Needs 2 occurrences; ties go to the first in order of text."""
    had = _had(trait.property, occurrences, chosen)
    counts = had.groupby(["customer", "text"]).size().rename("times").reset_index()
    ranked = counts[counts["times"] >= 2].sort_values(["customer", "times", "text"], ascending=[True, False, True])
    return _by_place(ranked.drop_duplicates("customer"), occurrences)


def _first(trait: First, occurrences: Occurrences, chosen: Bools) -> pd.Series[Any]:
    return _by_place(_had(trait.property, occurrences, chosen).drop_duplicates("customer"), occurrences)


def _last(trait: Last, occurrences: Occurrences, chosen: Bools) -> pd.Series[Any]:
    return _by_place(_had(trait.property, occurrences, chosen).drop_duplicates("customer", keep="last"), occurrences)


def _unique_list(trait: UniqueList, occurrences: Occurrences, chosen: Bools) -> pd.Series[Any]:
    """The lists of all customers are joined at once: each customer's texts lie side by side."""
    had = _had(trait.property, occurrences, chosen).drop_duplicates().sort_values(["customer", "text"])
    encoded = had["text"].map({text: json.dumps(text, ensure_ascii=False) for text in had["text"].unique()})
    customers, starts = np.unique(had["customer"].to_numpy(), return_index=True)
    offsets = pa.array(np.append(starts, len(had)), type=pa.int32())
    joined: Any = pc.binary_join(pa.ListArray.from_arrays(offsets, pa.array(encoded, type=pa.string())), ",")
    texts = "[" + pd.Series(joined.to_pylist(), dtype="str") + "]"
    return _by_place(pd.DataFrame({"customer": customers, "text": texts}), occurrences)


def _unique_list_count(trait: UniqueListCount, occurrences: Occurrences, chosen: Bools) -> pd.Series[Any]:
    had = _had(trait.property, occurrences, chosen).drop_duplicates()
    return pd.Series(np.bincount(had["customer"], minlength=occurrences.customers), dtype="Int64")


_COMPUTED: dict[type[Any], Callable[[Any, Occurrences, Bools], pd.Series[Any]]] = {
    EventCounter: _event_counter,
    Aggregation: _aggregation,
    MostFrequent: _most_frequent,
    First: _first,
    Last: _last,
    UniqueList: _unique_list,
    UniqueListCount: _unique_list_count,
}


def _had(path: str, occurrences: Occurrences, chosen: Bools) -> pd.DataFrame:
    """customer, text of the chosen occurrences that have the property, in order of time, then id."""
    texts = occurrences.column(path).texts
    has_it = chosen & texts.notna().to_numpy(dtype=bool)
    return pd.DataFrame({"customer": occurrences.customer[has_it], "text": texts[has_it].to_numpy()}).astype(
        {"text": "str"}
    )


def _by_place(found: pd.DataFrame, occurrences: Occurrences) -> pd.Series[Any]:
    return found.set_index("customer")["text"].reindex(range(occurrences.customers)).astype("str")
