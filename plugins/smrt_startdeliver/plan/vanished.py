"""Who vanished from the source: what is remembered of them, against the keys that it names. Pure.

Keys are compared as 64-bit hashes in one sorted array: a million of them are eight megabytes.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from smrt_startdeliver.hashes import text_hashes
from smrt_startdeliver.mapping.document import ACTIVE, Entity
from smrt_startdeliver.mapping.records import UNKNOWN
from smrt_startdeliver.plan.fingerprints import field_fingerprint
from smrt_startdeliver.plan.records import Acknowledged, Fields

Action = Literal["", "deactivate", "delete"]
"""What is done about one that vanished; '' where it is only reported."""

Hashes = npt.NDArray[np.uint64]


def key_hashes(keys: pd.Series[str]) -> Hashes:
    """The hash of each key; the same as the fingerprint that a rejected value has."""
    return text_hashes(keys)


def sorted_hashes(pieces: Iterable[Hashes]) -> Hashes:
    """All hashes in order, each once."""
    return np.unique(np.concatenate([np.empty(0, dtype=np.uint64), *pieces]))


def is_among(keys: pd.Series[str], hashes: Hashes) -> pd.Series[bool]:
    """Which keys are among sorted hashes. Two keys with one hash would pass for one: nobody vanishes by that."""
    wanted = key_hashes(keys)
    places = np.searchsorted(hashes, wanted)
    found = np.append(hashes, np.uint64(0))[places] == wanted
    return pd.Series(found & (places < len(hashes)), index=keys.index)


def actions(created_here: pd.Series[bool], entity: Entity, on_vanish: str) -> pd.Series[str]:
    """What `on_vanish` has done about each: only to what we created, and users have nothing to deactivate."""
    action = "" if on_vanish == "ignore" or (on_vanish == "deactivate" and entity == "user") else on_vanish
    return pd.Series("", index=created_here.index, dtype="str").mask(created_here, action)


def active_again(fields: Fields, acknowledged: Acknowledged) -> dict[str, str | None]:
    """The fields of one that had vanished and is back: `active` where we made it false and nothing is said of it."""
    deactivated = acknowledged.get(ACTIVE) == field_fingerprint("false")
    return {**fields, ACTIVE: "true"} if deactivated and fields.get(ACTIVE, UNKNOWN) == UNKNOWN else dict(fields)
