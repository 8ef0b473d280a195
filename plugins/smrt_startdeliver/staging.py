"""Where a run's rows wait between its tasks: Parquet below one folder, in buckets of customers.

All rows of a customer are in one bucket, so that a task needs one bucket at a time in memory. The folder is an
`ObjectStoragePath` (a folder on one machine, an object store for several), named by the environment variable
`SMRT_STARTDELIVER_STAGING`. It holds people's data: a run's last task removes it.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from airflow.sdk import ObjectStoragePath

from smrt_startdeliver.hashes import text_hashes

STAGING_VARIABLE = "SMRT_STARTDELIVER_STAGING"
_DEFAULT_STAGING = "file:///tmp/smrt-startdeliver"

CHUNK_ROWS = 200_000
"""So many rows of a bucket are read at once, at most, if no larger chunk was written."""

_PANDAS_TYPES = {
    pa.bool_(): pd.BooleanDtype(),
    pa.int64(): pd.Int64Dtype(),
    pa.date32(): pd.ArrowDtype(pa.date32()),
}


def staging_root() -> ObjectStoragePath:
    """The folder below which all runs stage."""
    return ObjectStoragePath(os.environ.get(STAGING_VARIABLE, _DEFAULT_STAGING))


def as_frame(rows: pa.Table) -> pd.DataFrame:
    """Rows as the rules read them: integers and booleans beside nulls stay what they are."""
    return rows.to_pandas(types_mapper=_PANDAS_TYPES.get)


class Staging:
    """The staged rows of one run, by dataset ("users", "events/order_created", …) and bucket; below `root`, if any.

    `mine`: the buckets that are worked on here. Where a stage is done in `parts`, each part has some of them.
    """

    def __init__(
        self, run: str, buckets: int, root: ObjectStoragePath | None = None, *, part: int = 0, parts: int = 1
    ) -> None:
        self._run = run
        self._root = root or staging_root()
        self._folder = self._root / f"run-{run}"
        self.buckets = buckets
        self.mine = range(part, buckets, parts)

    def in_buckets(self, buckets: int) -> Staging:
        """The same folder, its customers in so many buckets; nothing may be staged in it so far."""
        return Staging(self._run, buckets, self._root)

    def writer(self, dataset: str) -> BucketWriter:
        """A writer that replaces the dataset, in the buckets that are worked on here.

        Rows go to the bucket of the customer in column `by`.
        """
        folder = self._folder / dataset
        for bucket in self.mine:
            if (folder / str(bucket)).exists():
                (folder / str(bucket)).rmdir(recursive=True)
        folder.mkdir(parents=True, exist_ok=True)
        return BucketWriter(folder, self.buckets)

    def read(self, dataset: str, bucket: int) -> pd.DataFrame | None:
        """All rows of a dataset in a bucket; None where it has none (its columns are then unknown, too)."""
        tables = list(self.chunks(dataset, bucket))
        return pd.concat(tables, ignore_index=True) if tables else None

    def chunks(self, dataset: str, bucket: int, columns: Iterable[str] | None = None) -> Iterator[pd.DataFrame]:
        """The rows of a dataset in a bucket, in the order in which they were written; all columns, or only some.

        Of a large table each bucket has many files of few rows, and a rule costs the same for few as for many: they are
        put together, up to `CHUNK_ROWS`.
        """
        folder = self._folder / dataset / str(bucket)
        if not folder.exists():
            return
        together: list[pa.Table] = []
        for part in sorted(folder.iterdir(), key=str):
            with _open(part, "rb") as file:
                rows = pq.read_table(file, columns=None if columns is None else list(columns))
            if together and not _fits(rows, together):
                yield as_frame(pa.concat_tables(together))
                together = []
            together.append(rows)
        if together:
            yield as_frame(pa.concat_tables(together))

    def rows(self, dataset: str) -> int:
        """How many rows a dataset has in the buckets that are worked on here."""
        folders = [self._folder / dataset / str(bucket) for bucket in self.mine]
        total = 0
        for chunk in (chunk for folder in folders if folder.exists() for chunk in folder.iterdir()):
            with _open(chunk, "rb") as file:
                total += pq.read_metadata(file).num_rows
        return total

    def remove(self) -> None:
        """Remove all that the run has staged."""
        if self._folder.exists():
            self._folder.rmdir(recursive=True)


class BucketWriter:
    """Writes chunks of one dataset, split by customer."""

    def __init__(self, folder: Any, buckets: int) -> None:
        self._folder = folder
        self._buckets = buckets
        self._parts = 0

    def write(self, rows: pa.Table | pd.DataFrame, *, by: str = "user_id") -> None:
        """Write a chunk; a row goes to the bucket of its value of column `by`."""
        table = rows if isinstance(rows, pa.Table) else pa.Table.from_pandas(rows, preserve_index=False)
        if table.num_rows == 0:
            return
        self._parts += 1
        owners = bucket_of(table.column(by).to_pandas(), self._buckets).to_numpy()
        sorted_table = table.take(np.argsort(owners, kind="stable"))
        start = 0
        for bucket, count in zip(*np.unique(owners, return_counts=True), strict=True):
            folder = self._folder / str(bucket)
            folder.mkdir(exist_ok=True)
            with _open(folder / f"{self._parts:06d}.parquet", "wb") as file:
                pq.write_table(sorted_table.slice(start, count), file)
            start += count


def _fits(rows: pa.Table, others: list[pa.Table]) -> bool:
    """Whether rows make one chunk with those before: of the same types, what pandas is to make of them included."""
    same_types = rows.schema.equals(others[0].schema, check_metadata=True)
    return same_types and sum(other.num_rows for other in others) + rows.num_rows <= CHUNK_ROWS


def _open(path: ObjectStoragePath, mode: str) -> Any:
    """Open a file by its file system: by its path, Airflow would note it as lineage, and it is gone after the run."""
    return path.fs.open(path.path, mode)


def bucket_of(customers: pd.Series[str], buckets: int) -> pd.Series[int]:
    """The bucket of each customer: a stable hash of the id, so that all tables agree."""
    return pd.Series(text_hashes(customers.fillna("")) % np.uint64(buckets), index=customers.index)
