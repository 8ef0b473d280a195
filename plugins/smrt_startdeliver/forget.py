"""Forget a person: out of the memory, on request out of Startdeliver, and never sent again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from smrt_startdeliver.mapping.document import MappingDocument
from smrt_startdeliver.mapping.field_types import field_types
from smrt_startdeliver.mapping.records import CUSTOMER_LINK, match_alone
from smrt_startdeliver.plan.fingerprints import field_fingerprint
from smrt_startdeliver.settings import Settings
from smrt_startdeliver.startdeliver import wire
from smrt_startdeliver.startdeliver.api import Startdeliver
from smrt_startdeliver.state.database import State


@dataclass
class Forgotten:
    """What was removed: rows by table of the memory, objects by entity of Startdeliver. `anew`: for the first time."""

    anew: bool
    rows: Counter[str] = field(default_factory=Counter)
    objects: Counter[str] = field(default_factory=Counter)


def forget(
    state: State, user_id: str, document: MappingDocument, settings: Settings, api: Startdeliver | None
) -> Forgotten:
    """Forget a user id: with `api` in Startdeliver first, as only the memory knows what to delete there.

    Waits for a task that sends. Can be repeated: what an earlier call left is removed. Raises WarehouseError and
    StartdeliverError; the person is not sent any more even then.
    """
    with state.lock() as lock:
        forgotten = Forgotten(anew=bool(state.rows("forget/tombstone", user_id=user_id)))
        person = next(iter(state.rows("forget/person", user_id=user_id)), None)
        customer = _own_customer(state, user_id, _customer_key(person, user_id, document))
        if api is not None:
            for startdeliver_id in _users_of(state, api, user_id, person, document, settings):
                lock.check()
                api.delete("user", startdeliver_id)
                forgotten.objects["users"] += 1
            if customer and customer["created_here"] and customer["startdeliver_id"] is not None:
                api.delete("customer", customer["startdeliver_id"])
                forgotten.objects["customers"] += 1
        forgotten.rows = _remove(state, user_id, customer["key"] if customer else None)
    return forgotten


def _customer_key(person: Any, user_id: str, document: MappingDocument) -> str | None:
    """The key of the customer that the user belongs to: the memory's, else that of a customer of the user's own id."""
    if person and person["customer_key"] is not None:
        return str(person["customer_key"])
    match = document.customer_match
    return user_id if match and match.path.root == "userId" else None


def _own_customer(state: State, user_id: str, customer_key: str | None) -> Any:
    """The record of the customer that the user belongs to and no other user does; None where there is none."""
    customer = next(iter(state.rows("forget/customer", customer_key=customer_key)), None)
    if customer is None:
        return None
    shared = state.rows(
        "forget/sharers",
        user_id=user_id,
        customer_key=customer_key,
        link_field=CUSTOMER_LINK,
        link=field_fingerprint(str(customer["startdeliver_id"])),
    )
    return None if shared else customer


def _users_of(
    state: State, api: Startdeliver, user_id: str, person: Any, document: MappingDocument, settings: Settings
) -> Iterator[int]:
    """The ids of a person in Startdeliver: the one that they are tied to, else those that only they match."""
    if person and person["startdeliver_id"] is not None:
        yield person["startdeliver_id"]
        return
    types = field_types(document, "user")
    alone = match_alone(pd.Series([user_id], dtype="str"), document, settings).records
    matches = set(zip(alone["match_field"], alone["match_value"], strict=True))
    if person:
        matches.add((person["match_field"], person["match_value"]))
    for alias, value in sorted(matches):
        if alias in types:
            found = api.find("user", alias, [wire.json_value(value, types[alias])])
            ids = [int(one["id"]) for one in found]
            others = {row["startdeliver_id"] for row in state.rows("match_holders", entity="user", ids=ids)}
            yield from (startdeliver_id for startdeliver_id in ids if startdeliver_id not in others)


def _remove(state: State, user_id: str, customer_key: str | None) -> Counter[str]:
    whose: dict[str, Any] = {"user_id": user_id, "customer_key": customer_key}
    with state.transaction():
        for hashes in ("loaded", "loaded_now"):  # of rows of the source: nothing that anybody would count
            state.write(f"forget/{hashes}", [{"user_id": user_id}])
        events = [row["id"] for row in state.rows("forget/events", user_id=user_id)]
        return Counter(
            {
                "events": len(events),
                "records": len(state.rows("forget/records", **whose)),
                "refusals": len(state.rows("forget/refusals", **whose, events=events)),
                "rejections": len(state.rows("forget/rejections", **whose, events=events)),
                "memberships": len(state.rows("forget/memberships", user_id=user_id)),
                "customers": len(state.rows("forget/customers", user_id=user_id)),
                "last visits": len(state.rows("forget/last_visits", user_id=user_id)),
            }
        )
