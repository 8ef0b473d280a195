"""The memory of what Startdeliver did not take."""

from __future__ import annotations

from collections.abc import Sequence

from smrt_startdeliver.send.reasons import OF_STARTDELIVER, Rejection
from smrt_startdeliver.state.database import State


def note_refusals(
    state: State, run: int, entity: str, *, refused: Sequence[tuple[str, int, Rejection]], accepted: Sequence[str]
) -> None:
    """Remember what was refused (key, fingerprint, why), and forget what was accepted since.

    `entity` is customer, user or event; the fingerprint of an event is 0.

    Rejections that are not Startdeliver's are not remembered here.
    """
    state.write(
        "refuse",
        [
            {
                "entity": entity,
                "key": key,
                "fingerprint": fingerprint,
                "reason": rejection.reason,
                "field": rejection.field,
                "answer": rejection.detail,
                "run": run,
            }
            for key, fingerprint, rejection in refused
            if rejection.reason in OF_STARTDELIVER
        ],
    )
    state.write("accept", [{"entity": entity, "key": key} for key in accepted])
