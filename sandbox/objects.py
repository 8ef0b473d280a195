"""What may be written: the rules of create, update, replace and delete (Requests; Entities)."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from .fields import SERVER_OWNED, Schema
from .refusals import Refusal
from .searches import Condition, Search
from .store import Store

_NEEDED_BY_USAGE = ("userId", "usageType", "timestamp")
_USAGE_DEFAULTS = {"startdeliverUserFieldToMatchOn": "email", "type": "track"}
_NAMES_ITS_OWNER = {"customerId", "userId", "startdeliverUserFieldToMatchOn"}
_AUTHOR = "api"


class Objects:
    """Customers, users and usage in a store, under the rules of a schema. Gives objects as JSON text."""

    def __init__(self, store: Store, schema: Schema) -> None:
        self._store = store
        self._schema = schema

    def read(self, entity: str, object_id: int) -> str:
        """One object; 404 where there is none."""
        return self._get(entity, object_id)[0]

    def create(self, entity: str, given: dict[str, Any]) -> str:
        """A new object with a new id. The same body twice makes two objects: nothing here is idempotent."""
        if "id" in given:
            raise Refusal(400, "the server gives the id; leave it out", "id")
        self._check(entity, given)
        now = _now()
        set_now = {"createdAt": now, "createdBy": _AUTHOR, "updatedAt": now, "updatedBy": _AUTHOR}
        body = _complete(entity, given) | set_now
        return self._store.insert(entity, body, self._owner(entity, body))

    def update(self, entity: str, object_id: int, given: dict[str, Any]) -> str:
        """Changes the fields given and no other; null clears one. The body may repeat the path's id."""
        text, owner = self._get(entity, object_id)
        fields = self._without_id(given, object_id)
        self._check(entity, fields)
        before = json.loads(text)
        del before["id"]
        body = _complete(entity, before | fields) | {"updatedAt": _now(), "updatedBy": _AUTHOR}
        if fields.keys() & _NAMES_ITS_OWNER:
            owner = self._owner(entity, body)
        return self._store.update(entity, object_id, body, owner)

    def replace(self, entity: str, object_id: int, given: dict[str, Any]) -> str:
        """Puts the fields given in the place of all that the object had, but for the server's own."""
        before = json.loads(self._get(entity, object_id)[0])
        fields = self._without_id(given, object_id)
        self._check(entity, fields)
        kept = {"createdAt": before["createdAt"], "createdBy": before["createdBy"]}
        body = _complete(entity, fields) | kept | {"updatedAt": _now(), "updatedBy": _AUTHOR}
        return self._store.update(entity, object_id, body, self._owner(entity, body))

    def delete(self, entity: str, object_id: int) -> None:
        """Deletes an object: of a customer the users stay, of a user the usage goes too."""
        self._get(entity, object_id)
        delete = {
            "customer": self._store.delete_customer,
            "user": self._store.delete_user,
            "usage": self._store.delete_usage,
        }
        delete[entity](object_id)

    def _get(self, entity: str, object_id: int) -> tuple[str, int | None]:
        found = self._store.get(entity, object_id)
        if found is None:
            raise Refusal(404, f"there is no {entity} with this id; look it up with a search")
        return found

    def _without_id(self, given: dict[str, Any], object_id: int) -> dict[str, Any]:
        if given.get("id", object_id) != object_id or isinstance(given.get("id"), bool):
            raise Refusal(400, "the id in the body is not that of the path; make them equal or leave it out", "id")
        return {alias: value for alias, value in given.items() if alias != "id"}

    def _check(self, entity: str, given: dict[str, Any]) -> None:
        if not given:
            raise Refusal(400, "no field is given; make no request when there is nothing to write")
        for alias, value in given.items():
            if alias in SERVER_OWNED:
                raise Refusal(400, f"{alias} is the server's own; leave it out", alias)
            self._schema.field(entity, alias).check(value)

    def _owner(self, entity: str, body: dict[str, Any]) -> int | None:
        """The customer of a user, the user of a usage; 400 where it does not exist."""
        if entity == "usage":
            return self._user_of(body)
        customer_id = body.get("customerId")
        if customer_id is not None and self._store.get("customer", customer_id) is None:
            raise Refusal(400, "there is no customer with this id; create the customer first", "customerId")
        return customer_id

    def _user_of(self, usage: dict[str, Any]) -> int:
        """The one user whose match field (default: email) is the usage's `userId`.

        No user, or more than one, is a 400: a usage must be attached to somebody, and to the right one.
        """
        alias = usage["startdeliverUserFieldToMatchOn"]
        field = self._schema.fields("user").get(alias)
        matches = alias == "email" or alias.startswith("customfield")
        if field is None or not matches or field.type not in ("text", "number"):
            raise Refusal(
                400,
                "match on email or on a custom field of users that is text or a number",
                "startdeliverUserFieldToMatchOn",
            )
        if not field.kind.accepts(usage["userId"]):
            raise Refusal(400, f"userId must be {field.kind.says}, as {alias} is", "userId")
        found = self._store.search(Search("user", (Condition(field, "eq", usage["userId"]),), limit=2))
        if not found:
            raise Refusal(400, f"no user has this {alias}; create the user before sending their usage", "userId")
        if len(found) > 1:
            raise Refusal(400, f"more than one user has this {alias}; make it unique", "userId")
        owner: int = json.loads(found[0])["id"]
        return owner


def _complete(entity: str, fields: dict[str, Any]) -> dict[str, Any]:
    """The fields that are set: a null is none. Of a usage with its defaults, once it has what it needs."""
    body = {alias: value for alias, value in fields.items() if value is not None}
    if entity != "usage":
        return body
    for alias in _NEEDED_BY_USAGE:
        if alias not in body:
            raise Refusal(400, f"a usage needs {alias}", alias)
    return _USAGE_DEFAULTS | body


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
