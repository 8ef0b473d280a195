"""The statements of `sql/extract/`, rendered over the columns that a warehouse really has.

A file reads from `{rows}`: a subselect with every column that the file names, null where the table has it not. So one
file serves every warehouse, and identifiers are quoted by SQLAlchemy, never pasted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from smrt_startdeliver.mapping.casts import Kind
from smrt_startdeliver.paths import sql_file
from smrt_startdeliver.vocabulary import USERS
from smrt_startdeliver.warehouse.catalog import LOAD_TIMES, Catalog

_TIME = sa.DateTime(timezone=True)
_FIRST_DAY: sa.ColumnElement[Any] = sa.literal_column("'0001-01-02'")
_LAST_DAY: sa.ColumnElement[Any] = sa.literal_column("'9999-12-30'")
_CUSTOMERS, _SINCE = "{customers}", "{nobodys_since}"
_NO_LOADS = (
    "select cast(null as text) as source_table, cast(null as text) as user_id, cast(null as timestamptz) as load_time, "
    "cast(null as bigint) as row_hash where false"
)
_DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call]


def over_rows(
    name: str,
    catalog: Catalog,
    table: str,
    keys: tuple[str, ...],
    values: Mapping[str, Kind],
    *,
    of_customers: str | None = None,
    with_nobodys: bool = False,
) -> sa.TextClause:
    """The statement `sql/extract/<name>.sql` over a table.

    `{rows}` gets the text columns `keys`, the load times and `timestamp` where the table has them, null where not, the
    columns `values` in their kinds, of `users` with their `row_hash`; `{values}` is the list of them, quoted.
    `of_customers`: the column that says whose a row is, where only those of `:customers` are read; `with_nobodys`: and
    those of nobody that were loaded at `:nobodys_since` or later, or nobody knows when.
    """
    present = catalog.columns(table)
    columns: list[sa.ColumnElement[Any]] = [_text(key, present).label(key) for key in keys]
    columns += [_time(time, present).label(time) for time in ("timestamp", *LOAD_TIMES)]
    columns += [_value(name_, kind).label(f"value_{name_}") for name_, kind in values.items()]
    if table == USERS:
        columns.append(_hash(values))
    rows = sa.select(*columns).select_from(sa.table(table, schema=catalog.schema))
    if of_customers is not None:
        rows = rows.where(_of_customers(of_customers, present, with_nobodys=with_nobodys))
    rendered = _rendered(rows).replace(_CUSTOMERS, ":customers").replace(_SINCE, ":nobodys_since")
    quote = _DIALECT.identifier_preparer.quote
    return sa.text(
        sql_file(f"extract/{name}")
        .replace("{rows}", f"({rendered})")
        .replace("{values}", "".join(f", {_escape(quote(f'value_{value}'))}" for value in values))
    )


def over_loads(name: str, catalog: Catalog, tables: Sequence[str]) -> sa.TextClause:
    """The statement `sql/extract/<name>.sql` over each of the tables, their answers one below the other.

    `{table}` gets the table's name, `{loads}` its rows with their load_time. Every row of a large table is looked at by
    it, so that times are left as they are, beyond what clients hold or not.
    """
    text = sql_file(f"extract/{name}")
    each = (
        text.replace("{table}", f"'{table}'").replace("{loads}", _subselect(catalog, table, _load_time(catalog, table)))
        for table in tables
    )
    return sa.text(" union all ".join(each))


def hashed_users(catalog: Catalog, values: Mapping[str, Kind]) -> str:
    """The rows of `users` as a subselect: user_id and row_hash, that of `over_rows`."""
    return _subselect(catalog, USERS, _text("id", catalog.columns(USERS)).label("user_id"), _hash(values))


def hashed_loads(catalog: Catalog, tables: Sequence[str]) -> str:
    """The rows of these tables as a subselect: source_table, user_id, load_time, and row_hash, of all columns."""
    selects = [
        _subselect(
            catalog,
            table,
            sa.cast(sa.literal_column(f"'{table}'"), sa.Text).label("source_table"),
            _text("user_id", catalog.columns(table)).label("user_id"),
            _load_time(catalog, table),
            _hash(catalog.columns(table)),
        )
        for table in tables
    ]
    return f"({' union all '.join(selects or [_NO_LOADS])})"


def _of_customers(key: str, present: Mapping[str, Kind], *, with_nobodys: bool) -> sa.ColumnElement[bool]:
    # The column itself is compared: an index on it serves.
    theirs = sa.cast(sa.column(key), sa.Text) == sa.func.any(sa.literal_column(_CUSTOMERS))
    if not with_nobodys:
        return theirs
    since: sa.ColumnElement[Any] = sa.literal_column(_SINCE)
    loaded = sa.func.coalesce(*(_time(time, present) for time in LOAD_TIMES), since)
    return theirs | (_text(key, present).is_(sa.null()) & (loaded >= since))


def _subselect(catalog: Catalog, table: str, *columns: sa.ColumnElement[Any]) -> str:
    return f"({_rendered(sa.select(*columns).select_from(sa.table(table, schema=catalog.schema)))})"


def _rendered(select: sa.Select[Any]) -> str:
    return _escape(str(select.compile(dialect=_DIALECT)))


def _escape(sql: str) -> str:
    """A colon in an identifier is no bind parameter."""
    return sql.replace("%%", "%").replace("::", "\0").replace(":", "\\:").replace("\0", "::")


def _hash(values: Mapping[str, Kind]) -> sa.ColumnElement[Any]:
    """A hash of a row's values, by which the warehouse itself tells whether they are as they were."""
    # Of the row's text it would take twice as long. Not every type can be hashed, as `json`, and numbers that are equal
    # may have other digits: those as their own texts.
    cells = (
        sa.cast(sa.column(name), sa.Text) if kind in ("text", "number") else sa.column(name)
        for name, kind in values.items()
    )
    return sa.func.hash_record_extended(sa.func.row(*cells), sa.literal_column("0")).label("row_hash")


def _load_time(catalog: Catalog, table: str) -> sa.ColumnElement[Any]:
    present = catalog.columns(table)
    times = (sa.cast(sa.column(time), _TIME) for time in LOAD_TIMES if time in present)
    return sa.func.coalesce(*times).label("load_time")


def _text(name: str, present: Mapping[str, Kind]) -> sa.ColumnElement[Any]:
    # An empty key is no key: Segment's loaders write one where a call had an empty userId.
    return (
        sa.func.nullif(sa.cast(sa.column(name), sa.Text), sa.literal_column("''"))
        if name in present
        else _null(sa.Text())
    )


def _time(name: str, present: Mapping[str, Kind]) -> sa.ColumnElement[Any]:
    return _clamped(sa.column(name), _TIME) if name in present else _null(_TIME)


def _value(name: str, kind: Kind) -> sa.ColumnElement[Any]:
    if kind == "time":
        return _clamped(sa.column(name), _TIME)
    if kind == "date":
        return _clamped(sa.column(name), sa.Date())
    if kind in ("text", "number"):  # as text NaN, null and every digit survive
        return sa.cast(sa.column(name), sa.Text)
    return sa.column(name)


def _clamped(column: sa.ColumnClause[Any], as_type: sa.types.TypeEngine[Any]) -> sa.ColumnElement[Any]:
    """A time or date within the years that clients can hold: 'infinity' and the year 20000 are far future."""
    first, last, value = (sa.cast(each, as_type) for each in (_FIRST_DAY, _LAST_DAY, column))
    return sa.case((column.is_(sa.null()), sa.null()), else_=sa.func.greatest(first, sa.func.least(last, value)))


def _null(column_type: sa.types.TypeEngine[Any]) -> sa.ColumnElement[Any]:
    return sa.cast(sa.null(), column_type)
