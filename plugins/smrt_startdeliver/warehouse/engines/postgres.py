"""PostgreSQL: what the files of `sql/` are written for. Its engine may also be the memory's."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pyarrow as pa
import sqlalchemy as sa
from sqlalchemy.engine.reflection import ObjectKind

from smrt_startdeliver.errors import WarehouseError
from smrt_startdeliver.mapping.casts import Kind
from smrt_startdeliver.paths import sql_file
from smrt_startdeliver.warehouse.engines.arrow_reader import ArrowReader
from smrt_startdeliver.warehouse.engines.warehouse import KindChanged, arrow_schema

OLDEST_VERSION = 140_000
"""PostgreSQL 14, as `server_version_num` says it."""

_TYPES: dict[Kind, tuple[pa.DataType, ...]] = {
    "text": (pa.string(),),
    "number": (pa.string(),),
    "integer": (pa.int16(), pa.int32(), pa.int64()),
    "boolean": (pa.bool_(),),
    "time": (pa.timestamp("us", tz="UTC"),),
    "date": (pa.date32(),),
}


class Postgres:
    """A warehouse on an engine of SQLAlchemy's."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        self._reader = ArrowReader(engine)

    def server(self) -> str:
        """See Warehouse."""
        (server,) = self._rows("server")
        if server["number"] < OLDEST_VERSION:
            raise WarehouseError(f"the warehouse is PostgreSQL {server['version']}: version 14 or later is needed")
        return f"PostgreSQL {server['version']}, database {server['database']}, as {server['login']}"

    def kinds(self, schema: str, tables: Sequence[str]) -> Mapping[str, Mapping[str, Kind]] | None:
        """See Warehouse."""
        inspector = sa.inspect(self._engine)
        if schema not in inspector.get_schema_names():
            return None
        reflected = inspector.get_multi_columns(schema=schema, filter_names=[*tables], kind=ObjectKind.ANY)
        return {
            name: {column["name"]: _kind_of(column["type"]) for column in columns}
            for (_, name), columns in reflected.items()
            if columns
        }

    def unreadable(self, schema: str, tables: Sequence[str]) -> list[str]:
        """See Warehouse."""
        return [row["table"] for row in self._rows("unreadable_tables", schema=schema, tables=[*tables])]

    def chunks(
        self, statement: sa.TextClause, parameters: Mapping[str, Any], columns: Mapping[str, Kind], chunk_rows: int
    ) -> Iterator[pa.Table]:
        """See Warehouse."""
        schema = arrow_schema(columns)
        for batch in self._reader.batches(statement, parameters):
            _see_that_kinds_are_the_same(batch.schema, columns)
            rows = pa.Table.from_batches([batch]).rename_columns(list(columns)).cast(schema)
            for start in range(0, rows.num_rows, chunk_rows):
                yield rows.slice(start, chunk_rows)

    def dispose(self) -> None:
        """See Warehouse."""
        self._engine.dispose()

    def _rows(self, name: str, **parameters: Any) -> Sequence[sa.RowMapping]:
        """The rows of a statement of `sql/check/`."""
        with self._engine.connect() as connection:
            return connection.execute(sa.text(sql_file(f"check/{name}")), parameters).mappings().all()


def _kind_of(column_type: sa.types.TypeEngine[Any]) -> Kind:
    """The kind of values that a column of this type holds; what is none of the kinds is read as text."""
    kinds: tuple[tuple[type[sa.types.TypeEngine[Any]], Kind], ...] = (
        (sa.Boolean, "boolean"),
        (sa.Integer, "integer"),
        (sa.Numeric, "number"),
        (sa.Float, "number"),
        (sa.DateTime, "time"),
        (sa.Date, "date"),
    )
    return next((kind for kind_type, kind in kinds if isinstance(column_type, kind_type)), "text")


def _see_that_kinds_are_the_same(found: pa.Schema, columns: Mapping[str, Kind]) -> None:
    """Before a value is cast: it would cut the fraction of what was an integer, and quote what it cannot cast."""
    for (name, kind), field in zip(columns.items(), found, strict=True):
        if field.type not in _TYPES[kind]:
            raise KindChanged(name, kind)
