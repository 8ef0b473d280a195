"""The verbs that the pipeline uses of Startdeliver's API."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence, Set
from contextlib import suppress
from typing import Any

from smrt_startdeliver.startdeliver import wire
from smrt_startdeliver.startdeliver.client import Client
from smrt_startdeliver.startdeliver.errors import FieldRefused, Gone, OutcomeUnknown, Refused, ServerFailed
from smrt_startdeliver.startdeliver.request import Purpose


class Startdeliver:
    """Customers, users and usages over a `Client`. Every method may raise KeyRefused or Unreachable.

    `suspect`: a write that failed in an earlier run: it is sent once, and that it fails says nothing of the server.
    """

    def __init__(self, client: Client) -> None:
        self.client = client

    def who_am_i(self) -> Any:
        """Whom the key belongs to; the cheapest request that shows that host and key are right."""
        return self.client.get("me", purpose="check")

    def check_fields(self, entity: wire.Entity, fields: Mapping[str, wire.FieldType]) -> None:
        """See that each alias exists with its type, in one request that reads a single record.

        Raises FieldRefused with the first alias that Startdeliver does not accept, and what to do about it.
        """
        if not fields:
            return
        try:
            self.client.search(entity, wire.search_query(wire.field_probe(fields), limit=1), purpose="check")
        except Refused as refused:
            named = f"{entity} field '{refused.field}'" if refused.field else f"a field of {entity}"
            wanted = f" of type {fields[refused.field]}" if refused.field and refused.field in fields else ""
            raise FieldRefused(
                f"Startdeliver does not accept {named} ({refused}): create it{wanted} under Settings, Fields "
                "in Startdeliver, or take it out of the mapping document"
            ) from refused

    def find(
        self, entity: wire.Entity, alias: str, values: Sequence[Any], *, ids: Set[int] | None = None
    ) -> list[wire.Json]:
        """All objects whose `alias` is one of `values` (500 at most); with `ids`, at least those with these."""
        return self._all_pages(entity, {alias: list(values)}, ids=ids)

    def sent_messages(self, message_ids: Sequence[str]) -> set[str]:
        """Which of these message ids (500 at most) Startdeliver already holds a usage for."""
        return {wire.message_id(usage) for usage in self._all_pages("usage", wire.usage_by_message(message_ids))}

    def create(self, entity: wire.Entity, fields: wire.Json, *, suspect: bool = False) -> int:
        """Create an object; its new id. Raises Refused, OutcomeUnknown, ServerFailed."""
        answer = self.client.post(entity, fields, suspect=suspect)
        try:
            return wire.created_id(answer)
        except ValueError:
            raise OutcomeUnknown(f"the answer to POST {entity} has no id") from None

    def create_once(
        self, entity: wire.Entity, fields: wire.Json, arrived: Callable[[], bool], *, suspect: bool = False
    ) -> int | None:
        """Create an object; its new id, or None where `arrived` said that an earlier try had come through after all.

        Where nobody knows what came of a try, `arrived` looks before it is sent again. Raises Refused, ServerFailed.
        """
        sent = False

        def send_unless_arrived() -> int | None:
            nonlocal sent
            if sent and arrived():
                return None
            sent = True
            return self.create(entity, fields, suspect=suspect)

        try:
            return self.client.until_done(send_unless_arrived, OutcomeUnknown, suspect=suspect)
        except OutcomeUnknown as last:
            if arrived():
                return None
            raise ServerFailed(f"Startdeliver failed at all tries of POST {entity} (the last: {last})") from None

    def update(self, entity: wire.Entity, object_id: int, fields: wire.Json, *, suspect: bool = False) -> None:
        """Change the given fields of an object. Raises Refused, Gone, ServerFailed."""
        self.client.patch(f"{entity}/{object_id}", wire.update_body(object_id, fields), suspect=suspect)

    def delete(self, entity: wire.Entity, object_id: int, *, suspect: bool = False) -> None:
        """Delete an object; one that is not there any more counts as deleted. Raises Refused, ServerFailed."""
        with suppress(Gone):
            self.client.delete(f"{entity}/{object_id}", suspect=suspect)

    def _all_pages(
        self, entity: wire.Entity, filters: wire.Json, purpose: Purpose = "lookup", *, ids: Set[int] | None = None
    ) -> list[wire.Json]:
        objects: list[wire.Json] = []
        while True:
            query = wire.search_query(filters, offset=len(objects))
            page = wire.found(self.client.search(entity, query, purpose=purpose))
            objects += page
            if len(page) < wire.PAGE_SIZE or (ids is not None and ids <= {int(one["id"]) for one in objects}):
                return objects
