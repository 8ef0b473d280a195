"""What Startdeliver's stand-in holds, compared with what it should: each record and event once, with equal fields."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from chaos.configuration import CUSTOMER_KEY, USER_KEY
from sandbox.testing import Sandbox
from smrt_startdeliver.vocabulary import AUDIENCE_ENTERED

Fields = Mapping[str, Any]
Content = dict[str, list[tuple[str, Fields]]]
"""customers, users, events -> the key and the fields of each object."""

_THE_SERVERS_OWN = {"id", "createdAt", "createdBy", "updatedAt", "updatedBy"}


@dataclass(frozen=True)
class Comparison:
    """How many keys there should be and are, and the keys of what is wrong."""

    expected: int
    found: int
    twice: list[str]
    lost: list[str]
    unexpected: list[str]
    different: list[str]

    def findings(self) -> list[str]:
        """What is wrong, a line each."""
        wrong = {
            "twice or more": self.twice,
            "lost": self.lost,
            "not expected": self.unexpected,
            "with other fields": self.different,
        }
        return [f"{what}: {', '.join(keys)}" for what, keys in wrong.items() if keys]


def content(sandbox: Sandbox) -> Content:
    """All that a stand-in holds, in words that do not depend on its ids."""
    customers, users, usages = (sandbox.objects(entity) for entity in ("customer", "user", "usage"))
    accounts = {customer["id"]: customer.get(CUSTOMER_KEY) for customer in customers}
    of_accounts = [user | {"customerId": accounts.get(user.get("customerId"))} for user in users]
    return {
        "customers": _keyed(customers, CUSTOMER_KEY),
        "users": _keyed(of_accounts, USER_KEY),
        "events": _keyed(map(_without_time_of_entering, usages), "messageId"),
    }


def _without_time_of_entering(usage: Fields) -> Fields:
    """It is the end of the run that first saw it: of a try that broke, it may be."""
    entered = usage["usageType"] == AUDIENCE_ENTERED
    return {name: value for name, value in usage.items() if not (entered and name == "timestamp")}


def compare(expected: list[tuple[str, Fields]], found: list[tuple[str, Fields]]) -> Comparison:
    """The objects of one entity that there should be and are, by their keys; neither may have a key twice."""
    wanted, held = dict(expected), dict(found)
    times = Counter(key for key, _ in expected) | Counter(key for key, _ in found)
    return Comparison(
        expected=len(wanted),
        found=len(held),
        twice=sorted(key for key, count in times.items() if count > 1),
        lost=sorted(wanted.keys() - held.keys()),
        unexpected=sorted(held.keys() - wanted.keys()),
        different=sorted(
            f"{key} ({_differing(wanted[key], held[key])})"
            for key in wanted.keys() & held.keys()
            if wanted[key] != held[key]
        ),
    )


def _differing(wanted: Fields, held: Fields) -> str:
    names = sorted(name for name in wanted.keys() | held.keys() if wanted.get(name) != held.get(name))
    return "; ".join(f"{name} {held.get(name)!r}, not {wanted.get(name)!r}" for name in names)


def _keyed(objects: Iterable[Fields], key: str) -> list[tuple[str, Fields]]:
    return [
        (str(one.get(key)), {name: value for name, value in one.items() if name not in _THE_SERVERS_OWN})
        for one in objects
    ]
