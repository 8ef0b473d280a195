# ruff: noqa: S608 - tables' names in SQL come from fields.ENTITIES, values are bound
"""What the pages show, read from the data file."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass
from typing import Any

from .fields import ENTITIES
from .kinds import LARGEST_WHOLE

PAGE_SIZE = 50
_SERVER_OWNED = "('createdAt', 'createdBy', 'updatedAt', 'updatedBy')"

Object = dict[str, Any]


@dataclass(frozen=True)
class Page:
    """Some of the objects of a list: `total` of all, `number` of this page from 1 on."""

    objects: list[Object]
    total: int
    number: int

    @property
    def last(self) -> int:
        """The number of the last page."""
        return max(1, -(-self.total // PAGE_SIZE))


class Browse:
    """Reads for people, on the store's connection."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def counts(self) -> dict[str, int]:
        """How many objects each entity has."""
        return {entity: self._count(f"SELECT count(*) FROM {entity}", ()) for entity in ENTITIES}  # nosec B608

    def newest(self, entity: str, limit: int) -> list[Object]:
        """The objects created last, the newest first."""
        return self._objects(f"SELECT id, owner, body FROM {entity} ORDER BY id DESC LIMIT ?", (limit,))  # nosec B608

    def one(self, entity: str, object_id: int) -> Object | None:
        """An object by its id."""
        if object_id > LARGEST_WHOLE:
            return None
        found = self._objects(f"SELECT id, owner, body FROM {entity} WHERE id = ?", (object_id,))  # nosec B608
        return found[0] if found else None

    def matching(self, entity: str, words: str, number: int) -> Page:
        """Objects of which a field's value holds the words (letters' case of ASCII ignored), the newest first."""
        holds = (
            "(? = '' OR EXISTS (SELECT 1 FROM json_each(body)"  # nosec B608
            f" WHERE key NOT IN {_SERVER_OWNED} AND instr(lower(value), lower(?)) > 0))"
        )
        return self._page(f"{entity} WHERE {holds}", "id DESC", (words, words), number)

    def users_of(self, customer_id: int, number: int) -> Page:
        """The users of a customer, the newest first."""
        return self._page("user WHERE owner = ?", "id DESC", (customer_id,), number)

    def timeline(self, user_id: int, number: int) -> Page:
        """The usage of a user in order of time, the latest first."""
        order = "json_extract(body, '$.timestamp') DESC, id DESC"
        return self._page("usage WHERE owner = ?", order, (user_id,), number)

    def _page(self, source: str, order: str, values: tuple[Any, ...], number: int) -> Page:
        total = self._count(f"SELECT count(*) FROM {source}", values)  # nosec B608
        objects = self._objects(
            f"SELECT id, owner, body FROM {source} ORDER BY {order} LIMIT ? OFFSET ?",  # nosec B608
            (*values, PAGE_SIZE, (number - 1) * PAGE_SIZE),
        )
        return Page(objects, total, number)

    def _objects(self, sql: str, values: tuple[Any, ...]) -> list[Object]:
        rows = self._db.execute(sql, values)
        return [{"id": object_id, "owner": owner, **json.loads(body)} for object_id, owner, body in rows]

    def _count(self, sql: str, values: tuple[Any, ...]) -> int:
        (count,) = self._db.execute(sql, values).fetchone()
        return int(count)
