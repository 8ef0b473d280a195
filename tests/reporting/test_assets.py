"""Which assets a run updates."""

from __future__ import annotations

from smrt_startdeliver.reporting.assets import Synced, synced
from tests.reporting.summaries import summary

ABOUT = {"run": 12, "window_start": "2026-03-02T10:00:00+00:00", "window_end": "2026-03-02T12:00:00+00:00"}
WRITTEN = {
    ("customers", "updated", ""): 2,
    ("users", "created", ""): 3,
    ("vanished users", "deleted", ""): 1,
    ("Order Created", "sent", ""): 4,
    ("Customer Visit", "sent", ""): 5,
}


def test_each_entity_of_which_something_was_written_is_updated_with_its_counts() -> None:
    assert list(synced(summary(fates=WRITTEN))) == [
        Synced("startdeliver_customers", {"created": 0, "updated": 2, "deleted": 0, **ABOUT}),
        Synced("startdeliver_users", {"created": 3, "updated": 0, "deleted": 1, **ABOUT}),
        Synced("startdeliver_events", {"sent": 9, **ABOUT}),
    ]


def test_what_was_not_written_is_not_updated() -> None:
    fates = {
        ("customers", "unchanged", ""): 2,
        ("users", "rejected", "refused"): 3,
        ("Order Created", "already sent", ""): 4,
    }
    assert list(synced(summary(fates=fates))) == []


def test_a_dry_run_updates_nothing() -> None:
    assert list(synced(summary(fates=WRITTEN, dry_run=True))) == []
