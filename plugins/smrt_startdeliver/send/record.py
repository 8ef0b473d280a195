"""A customer or user on its way."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from smrt_startdeliver.send.reasons import Rejection

Fate = Literal["created", "updated", "unchanged", "rejected"]


@dataclass
class Record:
    """One customer or user that differs from what was acknowledged.

    `fields`: alias -> canonical text, None or UNKNOWN. `startdeliver_id` is None until it is looked up or created;
    `acknowledged` are the fingerprints of what Startdeliver holds. `customer_key`: a user's customer, None where there
    is none, UNKNOWN where nothing is said of it. `refused_before`: an earlier run could not make Startdeliver take it.
    `theirs`: the fields that are left alone, as a person filled them. `renamed_from`: the keys of customers of which
    this one may be one under a new key; `taken_from`: that whose object it takes over for that (see `send.renaming`).
    `fate` is None until it is known; one that is given is left as it is.
    """

    key: str
    match_field: str
    match_value: str
    fingerprint: int
    fields: dict[str, str | None]
    customer_key: str | None = None
    startdeliver_id: int | None = None
    acknowledged: dict[str, str] = field(default_factory=dict)
    intended: tuple[str, str] | None = None
    refused_before: bool = False
    theirs: frozenset[str] = frozenset()
    renamed_from: frozenset[str] = frozenset()
    taken_from: str | None = None
    fate: Fate | None = None
    created_here: bool = False
    rejection: Rejection | None = None
