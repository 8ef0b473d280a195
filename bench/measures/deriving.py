"""Visits, lapses, ranks and computed traits: derived in frames, and by DuckDB in SQL, with the same rows."""

from __future__ import annotations

import shutil
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from bench.peers import Peers
from bench.table import Line
from smrt_startdeliver.clock import Interval
from smrt_startdeliver.derive.demographic import demographic, spend, window_end
from smrt_startdeliver.derive.lapses import customer_lost, lapse_traits
from smrt_startdeliver.derive.visits import customer_visits
from smrt_startdeliver.engage.computed_traits import compute
from smrt_startdeliver.engage.declarations import Aggregation, EventCounter
from smrt_startdeliver.engage.occurrences import Events, Occurrences
from smrt_startdeliver.settings import Settings
from smrt_startdeliver.stages.buckets import buckets_for
from smrt_startdeliver.staging import bucket_of
from smrt_startdeliver.vocabulary import ORDER_CREATED, PICKUP_COMPLETED

SETTINGS = Settings(timezone="UTC")
END = datetime(2026, 3, 3, 10, tzinfo=UTC)
START = END - timedelta(days=90)
EVENTS_A_CUSTOMER = 10
_TRAITS = (
    Aggregation(name="Lifetime value", kind="aggregation", event=ORDER_CREATED, function="sum", property="value"),
    Aggregation(
        name="Average order value", kind="aggregation", event=ORDER_CREATED, function="average", property="value"
    ),
    EventCounter(name="Orders last 90 days", kind="event_counter", event=ORDER_CREATED, window_days=90),
)


def lines(folder: Path, customers: int, peers: Peers) -> list[Line]:
    """Both read the same Parquet files. Raises AssertionError where their rows differ."""
    buckets = buckets_for(customers, 1)
    write(folder, customers, buckets, seed=7)
    began = time.perf_counter()
    ours = derived(folder, buckets)
    seconds = time.perf_counter() - began
    until = window_end(END, SETTINGS)
    _, theirs = peers.ask(
        "duckdb_answers",
        folder=str(folder),
        events=str(folder / "events" / "*.parquet"),
        customers=str(folder / "customers" / "*.parquet"),
        end=_micros(END),
        start=_micros(START),
        cycle=SETTINGS.cycle_days,
        ranked_until=_micros(until),
        ranked_from=_micros(until - timedelta(days=SETTINGS.demographic_days)),
        counted_from=_micros(END - timedelta(days=90)),
    )
    for name, frame in ours.items():
        _see_that_they_are_equal(name, frame, pd.read_parquet(folder / f"{name}.parquet"))
    rows = sum(map(len, ours.values()))
    return [
        Line(
            "Deriving in pandas, by DuckDB in SQL",
            seconds / theirs,
            "x",
            3,
            "at most",
            f"{seconds:.1f} s and {theirs:.1f} s for {customers * EVENTS_A_CUSTOMER:,} events; "
            f"all {rows:,} rows of both are equal",
        )
    ]


def write(folder: Path, customers: int, buckets: int, seed: int) -> None:
    """Histories of three years, `events` and `customers`, in buckets, as the pipeline stages them."""
    draw, rows = np.random.default_rng(seed), customers * EVENTS_A_CUSTOMER
    ids = pd.Series(np.arange(customers) + 100_000).astype("str")
    names = np.array([ORDER_CREATED, "Order Returned", PICKUP_COMPLETED])[draw.choice(3, rows, p=[0.5, 0.3, 0.2])]
    # Distinct moments: of equal ones of a customer the order would be anybody's guess.
    moments = _micros(END) - draw.integers(0, 1095 * 86_400, rows) * 1_000_000 - np.arange(rows) % 1_000_000
    events = pd.DataFrame(
        {
            "id": pd.Series(np.arange(rows)).astype("str"),
            "user_id": ids.to_numpy()[draw.integers(0, customers, rows)],
            "name": names,
            "time_us": moments,
            "order_id": pd.Series(np.arange(rows) // 2).astype("str"),
            "value": draw.integers(500, 10_000, rows) / 100,
        }
    )
    for name, frame in (("events", events), ("customers", pd.DataFrame({"user_id": ids}))):
        shutil.rmtree(folder / name, ignore_errors=True)
        (folder / name).mkdir(parents=True)
        for bucket, rows_of_bucket in frame.groupby(bucket_of(frame["user_id"], buckets)):
            rows_of_bucket.to_parquet(folder / name / f"{bucket}.parquet", index=False)


def derived(folder: Path, buckets: int) -> dict[str, pd.DataFrame]:
    """What the rules of the pipeline make of the files, bucket by bucket; ranks are among the spends of all."""
    spends = [_spend(folder, bucket) for bucket in range(buckets)]
    ranked = pd.concat(spends)["spend"]
    found = [_derived(folder, bucket, spends[bucket], ranked[ranked > 0].to_numpy()) for bucket in range(buckets)]
    return {name: pd.concat([one[name] for one in found], ignore_index=True) for name in found[0]}


def _spend(folder: Path, bucket: int) -> pd.DataFrame:
    columns = ["id", "user_id", "name", "time_us", "order_id", "value"]
    orders = _events(folder, bucket, columns, [("name", "==", ORDER_CREATED)])
    return spend(orders.assign(value=orders["value"].astype("str")), END, SETTINGS)


def _events(folder: Path, bucket: int, columns: list[str], filters: list[Any] | None = None) -> pd.DataFrame:
    events = pd.read_parquet(folder / "events" / f"{bucket}.parquet", columns=columns, filters=filters)
    return events.assign(time=pd.to_datetime(events["time_us"], unit="us", utc=True).dt.as_unit("us"))


def _derived(
    folder: Path, bucket: int, spends: pd.DataFrame, ranked: npt.NDArray[np.float64]
) -> dict[str, pd.DataFrame]:
    events = _events(folder, bucket, ["id", "user_id", "name", "time_us", "value"])
    customers = pd.read_parquet(folder / "customers" / f"{bucket}.parquet")
    told = pd.DataFrame({"user_id": pd.Series(dtype="str"), "time": events["time"].iloc[:0]})
    interval = Interval(START, END)
    orders = events[events["name"] == ORDER_CREATED]
    visits = customer_visits(events, interval, SETTINGS)
    losts = customer_lost(events, told, interval, SETTINGS)
    lapses = lapse_traits(events, told, END, SETTINGS)
    ranks = demographic(customers, spends, ranked)
    index = pd.Index(customers["user_id"])
    happened = Occurrences(
        Events(orders[["id", "user_id", "time", "value"]], {"value": "number"}), index, END, SETTINGS.zone
    )
    computed = {trait.key: compute(trait, happened) for trait in _TRAITS}
    return {
        "visits": pd.DataFrame(
            {"user_id": visits["user_id"], "time_us": visits["time"].astype("int64"), "source": visits["source"]}
        ),
        "losts": pd.DataFrame(
            {
                "user_id": losts["user_id"],
                "day": pd.to_datetime(losts["lastVisitDay"]).astype("datetime64[s]").astype("int64") // 86_400,
                "cadence": losts["cadenceDays"].astype("float64"),
                "threshold": losts["thresholdDays"],
            }
        ),
        "lapses": pd.DataFrame(
            {"user_id": lapses["user_id"], "is_lost": lapses["isLost"], "cadence": lapses["visitCadenceDays"]}
        ),
        "demographic": ranks,
        "computed": pd.DataFrame({"user_id": customers["user_id"], **computed}),
    }


def _see_that_they_are_equal(name: str, ours: pd.DataFrame, theirs: pd.DataFrame) -> None:
    keys = [column for column in ("user_id", "day", "time_us") if column in ours]
    types = {column: "str" if column in ("user_id", "source") else "float64" for column in ours}

    def comparable(frame: pd.DataFrame) -> pd.DataFrame:
        return frame[list(types)].sort_values(keys).reset_index(drop=True).astype(types)

    pd.testing.assert_frame_equal(comparable(ours), comparable(theirs), check_exact=True, obj=name)


def _micros(moment: datetime) -> int:
    return int(moment.timestamp()) * 1_000_000
