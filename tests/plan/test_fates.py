"""Every row has a fate, and the sums meet."""

from __future__ import annotations

import pandas as pd
import pytest

from smrt_startdeliver.errors import AccountingError
from smrt_startdeliver.plan.fates import Fates, check_sums
from tests.plan.frames import texts


def test_fates_are_summed_by_entity_fate_and_reason() -> None:
    fates = Fates()
    fates.add("users", "extracted", 3)
    fates.add("users", "extracted")
    fates.add("users", "rejected", 1, "no_match_value")
    fates.add("users", "rejected", 2, "lossy_match")
    fates.add_each(texts("Order Created", "Order Ready", "Order Created"), "sent")
    fates.add_each(texts("Order Created", "Order Ready"), "skipped", "duplicate", rows=pd.Series([4, 0]))
    assert fates.counts == {
        ("users", "extracted", ""): 4,
        ("users", "rejected", "no_match_value"): 1,
        ("users", "rejected", "lossy_match"): 2,
        ("Order Created", "sent", ""): 2,
        ("Order Ready", "sent", ""): 1,
        ("Order Created", "skipped", "duplicate"): 4,
    }


def test_of_nothing_nothing_is_noted() -> None:
    fates = Fates()
    fates.add("users", "rejected", 0, "no_match_value")
    fates.add_each(texts(), "sent")
    assert fates.counts == {}


def test_sums_that_meet_pass() -> None:
    check_sums([])
    check_sums([("users", "extracted", 5), ("users", "created", 2), ("users", "rejected", 3), ("x", "extracted", 0)])


def test_each_entity_whose_sums_do_not_meet_is_named_with_them() -> None:
    counts = [
        ("users", "extracted", 5),
        ("users", "created", 4),
        ("Order Created", "sent", 1),
        ("Order Ready", "extracted", 1),
        ("Order Ready", "sent", 1),
    ]
    with pytest.raises(AccountingError) as error:
        check_sums(counts)
    assert "Order Created: extracted 0, accounted for 1; users: extracted 5, accounted for 4" in str(error.value)
    assert "Order Ready" not in str(error.value)
