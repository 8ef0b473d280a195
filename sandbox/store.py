# ruff: noqa: S608 - tables' and fields' names in SQL come from ENTITIES and declared aliases alone, values are bound
"""The data file: SQLite, one table an entity; an object is a JSON text, without its id.

One thread works on it, so what happens between two awaits is atomic. Every change is committed to the file before
it returns: whoever kills the process loses nothing that was answered (`synchronous=NORMAL` in WAL mode leaves only
a power cut).
"""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import Any

from .fields import ENTITIES, Field
from .kinds import LARGEST_WHOLE
from .payload import to_json
from .searches import Condition, Search

# Each entity counts its ids from another million: an id of the wrong entity finds nothing, instead of somebody else.
FIRST_ID = {entity: 1_000_000 * (place + 1) for place, entity in enumerate(ENTITIES)}
_COMPARISONS = {"eq": "IS", "ne": "IS NOT", "gt": ">", "gte": ">=", "lt": "<", "lte": "<="}


class Store:
    """Objects by entity and id; each may have an owner: a user's customer, a usage's user."""

    def __init__(self, path: Path) -> None:
        self.db = sqlite3.connect(path, isolation_level=None, cached_statements=512)
        self.db.execute("PRAGMA journal_mode=WAL")
        self.db.execute("PRAGMA synchronous=NORMAL")
        self.db.execute("PRAGMA wal_autocheckpoint=8000")  # pages: fewer, longer pauses
        self._create_tables()
        self._indexed = {name for (name,) in self.db.execute("SELECT name FROM sqlite_master WHERE type = 'index'")}

    def _create_tables(self) -> None:
        with self.db:
            self.db.execute("BEGIN IMMEDIATE")
            self.db.execute("CREATE TABLE IF NOT EXISTS kept (name TEXT PRIMARY KEY, value TEXT NOT NULL)")
            for entity in ENTITIES:
                self.db.execute(
                    f"CREATE TABLE IF NOT EXISTS {entity}"
                    " (id INTEGER PRIMARY KEY AUTOINCREMENT, owner INTEGER, body TEXT NOT NULL)"
                )
                self.db.execute(f"CREATE INDEX IF NOT EXISTS {entity}_owner ON {entity} (owner)")
                self.db.execute(
                    "INSERT INTO sqlite_sequence (name, seq)"
                    " SELECT ?, ? WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = ?)",
                    (entity, FIRST_ID[entity], entity),
                )

    def close(self) -> None:
        """Brings everything into the one file and lets go of it."""
        self.db.close()

    def kept(self, name: str) -> Any:
        """A value kept beside the objects, None where there is none."""
        row = self.db.execute("SELECT value FROM kept WHERE name = ?", (name,)).fetchone()
        return None if row is None else json.loads(row[0])

    def keep(self, name: str, value: Any) -> None:
        """Keeps a JSON value under a name."""
        self.db.execute("INSERT OR REPLACE INTO kept VALUES (?, ?)", (name, to_json(value)))

    def insert(self, entity: str, body: dict[str, Any], owner: int | None) -> str:
        """Adds an object; gives it as JSON text, with its new id."""
        text = to_json(body)
        cursor = self.db.execute(f"INSERT INTO {entity} (owner, body) VALUES (?, ?)", (owner, text))  # nosec B608
        return _with_id(cursor.lastrowid, text)

    def update(self, entity: str, object_id: int, body: dict[str, Any], owner: int | None) -> str:
        """Puts another body and owner in the place of an object's; gives it as JSON text, with its id."""
        text = to_json(body)
        self.db.execute(f"UPDATE {entity} SET owner = ?, body = ? WHERE id = ?", (owner, text, object_id))  # nosec B608
        return _with_id(object_id, text)

    def get(self, entity: str, object_id: int) -> tuple[str, int | None] | None:
        """An object's JSON text with its id, and its owner; None where there is none."""
        if object_id > LARGEST_WHOLE:
            return None
        row = self.db.execute(f"SELECT body, owner FROM {entity} WHERE id = ?", (object_id,)).fetchone()  # nosec B608
        return None if row is None else (_with_id(object_id, row[0]), row[1])

    def delete_customer(self, object_id: int) -> None:
        """Deletes a customer; its users stay, without a customer."""
        with self.db:
            self.db.execute("BEGIN IMMEDIATE")
            self.db.execute(
                "UPDATE user SET owner = NULL, body = json_remove(body, '$.customerId') WHERE owner = ?", (object_id,)
            )
            self.db.execute("DELETE FROM customer WHERE id = ?", (object_id,))

    def delete_user(self, object_id: int) -> None:
        """Deletes a user with all their usage."""
        with self.db:
            self.db.execute("BEGIN IMMEDIATE")
            self.db.execute("DELETE FROM usage WHERE owner = ?", (object_id,))
            self.db.execute("DELETE FROM user WHERE id = ?", (object_id,))

    def delete_usage(self, object_id: int) -> None:
        """Deletes a usage."""
        self.db.execute("DELETE FROM usage WHERE id = ?", (object_id,))

    def search(self, search: Search) -> list[str]:
        """The objects that a search finds, as JSON texts with their ids, in its order."""
        clauses, values = ["TRUE"], []
        for condition in search.conditions:
            self._index(search.entity, condition)
            clause, bound = _clause(condition)
            clauses.append(clause)
            values.extend(bound)
        order = "id" if search.sort is None else f"{_column(search.sort)} {'DESC' if search.descending else 'ASC'}, id"
        rows = self.db.execute(
            f"SELECT id, body FROM {search.entity} WHERE {' AND '.join(clauses)} ORDER BY {order} LIMIT ? OFFSET ?",  # nosec B608
            (*values, search.limit, search.offset),
        )
        return [_with_id(object_id, body) for object_id, body in rows]

    def everything(self, entity: str) -> list[str]:
        """All objects of an entity as JSON texts, by id."""
        return [_with_id(object_id, body) for object_id, body in self.db.execute(f"SELECT id, body FROM {entity}")]  # nosec B608

    def _index(self, entity: str, condition: Condition) -> None:
        """An index on a field from its first search for equality on: which fields match records is not known before."""
        name = f"{entity}_{condition.field.alias}"
        wanted = condition.operator in ("eq", "any") and condition.field.alias != "id" and not condition.field.kind.item
        if wanted and name not in self._indexed:
            self.db.execute(f"CREATE INDEX IF NOT EXISTS {name} ON {entity} ({_column(condition.field)})")
            self._indexed.add(name)


def _column(field: Field) -> str:
    return "id" if field.alias == "id" else f"json_extract(body, '$.{field.alias}')"


def _clause(condition: Condition) -> tuple[str, list[Any]]:
    """A condition in SQL and the values that it binds. A field that is not set is null: it `ne` any value."""
    operator, value, column = condition.operator, condition.value, _column(condition.field)
    if condition.field.kind.item:
        return _list_clause(condition, column)
    if operator == "any":
        clause = f"{column} IN (SELECT value FROM json_each(?))"  # nosec B608
        if None in value:
            clause = f"({clause} OR {column} IS NULL)"
        return clause, [to_json(value)]
    return f"{column} {_COMPARISONS[operator]} ?", [value]


def _list_clause(condition: Condition, column: str) -> tuple[str, list[Any]]:
    """For a field that is a list: whether it holds the value, or any of the values; null asks for none at all."""
    sought = condition.value if condition.operator == "any" else (condition.value,)
    holds = f"EXISTS (SELECT 1 FROM json_each({column}) WHERE value IN (SELECT value FROM json_each(?)))"  # nosec B608
    if None in sought:
        holds = f"({holds} OR {column} IS NULL)"
    return (f"NOT {holds}" if condition.operator == "ne" else holds), [to_json(sought)]


def _with_id(object_id: int | None, body: str) -> str:
    return f'{{"id":{object_id},{body[1:]}'
