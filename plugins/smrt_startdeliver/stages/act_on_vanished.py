"""Do what `on_vanish` says about those that vanished: users first, as a user belongs to a customer."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from smrt_startdeliver.mapping.document import ACTIVE, Entity
from smrt_startdeliver.plan.fingerprints import field_fingerprint
from smrt_startdeliver.plan.vanished import Action
from smrt_startdeliver.send.in_flight import send_in_order
from smrt_startdeliver.send.reasons import Rejection, rejection_of, server_error
from smrt_startdeliver.send.refusals import note_refusals
from smrt_startdeliver.stages.datasets import VANISHED
from smrt_startdeliver.stages.job import Job
from smrt_startdeliver.stages.vanished import NO_FINGERPRINT, account_for_vanished
from smrt_startdeliver.startdeliver.api import Startdeliver
from smrt_startdeliver.startdeliver.breaker import RefusalBreaker
from smrt_startdeliver.startdeliver.errors import Gone, Refused, ServerFailed
from smrt_startdeliver.startdeliver.wire import PAGE_SIZE

_DEACTIVATED = json.dumps({ACTIVE: field_fingerprint("false")})
_REFUSED = {"key": "str"}


@dataclass
class _Vanished:
    """One that vanished. `became` and `rejection` are None until it is settled or refused."""

    key: str
    startdeliver_id: int
    action: Action
    refused_before: bool
    became: Literal["noted", "deactivated", "deleted"] | None = None
    rejection: Rejection | None = None


def act_on_vanished(job: Job, api: Startdeliver, may_go_on: Callable[[], bool], still_ours: Callable[[], None]) -> None:
    """Deactivate, delete or only note those that vanished, and account for them; under the lock.

    Each of these can be repeated: what a try that was killed did is done once more at worst. `may_go_on` and
    `still_ours` as of `RecordSender`. Raises KeyRefused, Unreachable, CircuitOpen; what was done is noted.
    """
    acting = _Acting(job, api, may_go_on, still_ours)
    for entity in ("user", "customer"):
        for bucket in range(job.staging.buckets):
            for chunk in job.staging.chunks(VANISHED[entity], bucket):
                for start in range(0, len(chunk), PAGE_SIZE):
                    acting.act(entity, chunk.iloc[start : start + PAGE_SIZE])
    account_for_vanished(job.state, job.staging, job.run.number, job.fates, unsettled="deferred")


class _Acting:
    """What one run does about those that vanished."""

    def __init__(
        self, job: Job, api: Startdeliver, may_go_on: Callable[[], bool], still_ours: Callable[[], None]
    ) -> None:
        self.job = job
        self.api = api
        self.may_go_on = may_go_on
        self.still_ours = still_ours
        self.breaker = RefusalBreaker()

    def act(self, entity: Entity, rows: pd.DataFrame) -> None:
        """Settle those of the rows (key, action; 500 at most) that an earlier try has not."""
        if not self.may_go_on():
            return
        self.still_ours()
        batch = self._unsettled(entity, rows)
        try:
            send_in_order(
                [[one] for one in batch],
                lambda one: self._settle(entity, one),
                self.job.max_in_flight,
                self.may_go_on,
                self.still_ours,
            )
        finally:
            self._note(entity, batch)

    def _unsettled(self, entity: Entity, rows: pd.DataFrame) -> list[_Vanished]:
        actions: dict[str, Action] = dict(zip(rows["key"], rows["action"], strict=True))
        refused = set(self.job.state.frame_of_keys("refused", _REFUSED, rows["key"], entity=entity)["key"])
        return [
            _Vanished(row["key"], row["startdeliver_id"], actions[row["key"]], row["key"] in refused)
            for row in self.job.state.rows("vanished", entity=entity, keys=list(actions))
            if not row["vanished"]
        ]

    def _settle(self, entity: Entity, one: _Vanished) -> None:
        try:
            self._act(entity, one)
        except ServerFailed as failed:
            one.rejection = server_error(failed)
        except Refused as refused:
            one.rejection = rejection_of(refused, [one.key])
            if not one.refused_before:
                self.breaker.refused(refused.status, one.rejection.field, one.rejection.detail)
        else:
            self.breaker.accepted()

    def _act(self, entity: Entity, one: _Vanished) -> None:
        if one.action == "":
            one.became = "noted"
        elif one.action == "delete":
            self.api.delete(entity, one.startdeliver_id, suspect=one.refused_before)
            one.became = "deleted"
        else:
            try:
                self.api.update(entity, one.startdeliver_id, {ACTIVE: False}, suspect=one.refused_before)
                one.became = "deactivated"
            except Gone:  # somebody deleted it: there is nothing left to deactivate
                one.became = "deleted"

    def _note(self, entity: Entity, batch: Sequence[_Vanished]) -> None:
        statements = {"noted": "note_vanished", "deactivated": "note_deactivated", "deleted": "drop_record"}
        state, run = self.job.state, self.job.run.number
        with state.transaction():
            for became, statement in statements.items():
                rows = [{"entity": entity, "key": one.key} for one in batch if one.became == became]
                more = {"fields": _DEACTIVATED, "run": run} if became == "deactivated" else {}
                state.write(statement, [row | more for row in rows])
            note_refusals(
                state,
                run,
                entity,
                refused=[(one.key, NO_FINGERPRINT, one.rejection) for one in batch if one.rejection],
                accepted=[one.key for one in batch if one.refused_before and one.became],
            )
