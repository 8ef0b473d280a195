"""Engines other than PostgreSQL: statements are rendered for them, and read through a cursor of Airflow's own hook."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from datetime import timedelta
from functools import cached_property
from typing import Any

import pyarrow as pa
import sqlalchemy as sa
from sqlglot import exp

from smrt_startdeliver.mapping.casts import Kind
from smrt_startdeliver.warehouse.engines.warehouse import KindChanged, arrow_schema
from smrt_startdeliver.warehouse.failures import NO_TABLE, NOT_ALLOWED, Failed
from smrt_startdeliver.warehouse.rendering import Dialect, rendered


class DbApiWarehouse(ABC):
    """A warehouse behind a cursor as PEP 249 describes it, whose parameters are written `%(name)s`."""

    dialect: Dialect
    name: str
    server_sql: str
    """Its answer: what is said of it, the database, and the login."""
    kinds_of_types: Sequence[tuple[str, Kind]]
    """How the names of types begin, in lower case, and what they hold; of what is none of them nothing is read."""

    def __init__(self, hook: Any, statement_timeout: int | None = None) -> None:
        self.hook = hook
        self.statement_timeout = statement_timeout

    @abstractmethod
    def connect(self) -> Any:
        """A connection whose session is in UTC, and has the time-outs."""

    @abstractmethod
    def columns_sql(self, schema: str) -> str:
        """A statement that lists columns: the table's name, the column's, its type's and its scale, in order."""

    @abstractmethod
    def sqlstate(self, error: Exception) -> str | None:
        """What an error of the engine means, '' for what is not told apart; None for what is no error of its."""

    def reach(self) -> None:
        """Connect, so that what stands in the way is known at once."""
        with self._cursor():
            pass

    def server(self) -> str:
        """See Warehouse."""
        version, database, login = self._all(self.server_sql)[0]
        return f"{self.name} {version}, database {database}, as {login}"

    def kinds(self, schema: str, tables: Sequence[str]) -> Mapping[str, Mapping[str, Kind]] | None:
        """See Warehouse. Names are those of the statements: in lower case."""
        found: dict[str, dict[str, Kind]] = {}
        columns = self._all(self.columns_sql(schema))
        for table, column, of_type, scale in columns:
            kind = self._kind_of(of_type, scale)
            if table.lower() in tables and kind is not None:
                found.setdefault(table.lower(), {})[column.lower()] = kind
        return found if columns else None

    def unreadable(self, schema: str, tables: Sequence[str]) -> list[str]:
        """See Warehouse. Each is asked for no row: what may be seen is not always what may be read."""
        return [table for table in sorted(tables) if not self._is_readable(schema, table)]

    def chunks(
        self, statement: sa.TextClause, parameters: Mapping[str, Any], columns: Mapping[str, Kind], chunk_rows: int
    ) -> Iterator[pa.Table]:
        """See Warehouse."""
        schema = arrow_schema(columns)
        sql, bound = self.executable(statement, parameters)
        with self._cursor() as cursor:
            for rows in self.fetched(cursor, sql, bound, chunk_rows):
                held = zip(zip(*rows, strict=True), columns.items(), schema, strict=True)
                arrays = [_as_array(values, name, kind, field.type) for values, (name, kind), field in held]
                yield pa.Table.from_arrays(arrays, schema=schema)

    def fetched(
        self, cursor: Any, sql: str, parameters: Mapping[str, Any], chunk_rows: int
    ) -> Iterator[Sequence[Sequence[Any]]]:
        """Execute a statement, and fetch its rows so many at a time."""
        cursor.execute(sql, parameters or None)
        while rows := cursor.fetchmany(chunk_rows):
            yield rows

    def executable(self, statement: sa.TextClause, parameters: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
        """The statement in the engine's own dialect, and the parameters as it takes them: a list is one for each."""
        bound: dict[str, Any] = {}
        tree = rendered(statement, self.dialect)
        markers: dict[str, str] = {}
        for placeholder in list(tree.find_all(exp.Placeholder)):
            name, value = placeholder.name, parameters[placeholder.name]
            values = {f"{name}_{number}": one for number, one in enumerate(value)} if isinstance(value, list) else None
            if values is None:
                values = {name: int(value.total_seconds()) if isinstance(value, timedelta) else value}
            bound |= values
            marker = f"__{name}__"
            markers[marker] = ", ".join(self.placeholder(*one) for one in values.items()) or "NULL"
            placeholder.replace(exp.var(marker))
        sql = tree.sql(self.dialect, comments=False)
        if bound:
            sql = sql.replace("%", "%%")
        for marker, written in markers.items():
            sql = sql.replace(marker, written)
        return sql, bound

    def placeholder(self, name: str, value: Any) -> str:  # noqa: ARG002 (BigQuery needs it)
        """How a parameter is written."""
        return f"%({name})s"

    def dispose(self) -> None:
        """See Warehouse."""
        if "_connection" in vars(self):
            self._connection.close()
            del self._connection

    @cached_property
    def _connection(self) -> Any:
        return self.connect()

    @contextmanager
    def _cursor(self) -> Iterator[Any]:
        try:
            with closing(self._connection.cursor()) as cursor:
                yield cursor
        except Exception as error:
            sqlstate = self.sqlstate(error)
            if sqlstate is None:
                raise
            # What it says may quote people's data: its name alone is told.
            raise Failed(f"{self.name}: {type(error).__name__}", sqlstate) from None

    def _all(self, sql: str) -> list[Sequence[Any]]:
        with self._cursor() as cursor:
            cursor.execute(sql)
            return [*cursor.fetchall()]

    def _is_readable(self, schema: str, table: str) -> bool:
        # Both names are known.
        nothing = sa.text(f'select 1 as one from "{schema}"."{table}" limit 0')  # noqa: S608  # nosec B608
        try:
            list(self.chunks(nothing, {}, {"one": "integer"}, 1))
        except Failed as error:
            if error.sqlstate in (NOT_ALLOWED, NO_TABLE):
                return False
            raise
        return True

    def _kind_of(self, type_name: str, scale: int | None) -> Kind | None:
        kind = next((kind for begins, kind in self.kinds_of_types if type_name.lower().startswith(begins)), None)
        return "number" if kind == "integer" and scale else kind


def _as_array(values: Sequence[Any], column: str, kind: Kind, as_type: pa.DataType) -> pa.Array[Any]:
    """The values of a column; a cast that would lose anything fails, and what Arrow says of it quotes them."""
    try:
        array: pa.Array[Any] = pa.array(values, from_pandas=False).cast(as_type)
    except pa.ArrowException:
        raise KindChanged(column, kind) from None
    return array
