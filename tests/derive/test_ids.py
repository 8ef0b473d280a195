from __future__ import annotations

from uuid import NAMESPACE_URL, uuid5

import pandas as pd

from smrt_startdeliver.derive.ids import derived_ids


def test_an_id_is_the_uuid5_of_name_user_and_key() -> None:
    users = [f"customer {number}" for number in range(50)] + ["Ünïcode 🧺", "a:b", ""]
    ids = derived_ids("Customer Visit", pd.Series(users, dtype="str"), pd.Series(["2024-02-29"] * 53, dtype="str"))
    assert list(ids) == [
        str(uuid5(NAMESPACE_URL, f"urn:smrt-startdeliver:Customer Visit:{user}:2024-02-29")) for user in users
    ]


def test_the_index_is_kept() -> None:
    ids = derived_ids(
        "Customer Lost", pd.Series(["a"], index=[7], dtype="str"), pd.Series(["k"], index=[7], dtype="str")
    )
    assert list(ids.index) == [7]


def test_no_pairs_give_no_ids() -> None:
    nothing = pd.Series([], dtype="str")
    ids = derived_ids("Customer Lost", nothing, nothing)
    assert (len(ids), ids.dtype) == (0, "str")
