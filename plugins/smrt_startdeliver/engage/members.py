"""Who is in an audience: its conditions over events, traits and other audiences (declarations.md: audiences)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from smrt_startdeliver.engage.columns import Bools, Column
from smrt_startdeliver.engage.conditions import AudienceCondition, Condition, EventCondition, Group, TraitCondition
from smrt_startdeliver.engage.occurrences import Occurrences
from smrt_startdeliver.engage.operators import holds


@dataclass(frozen=True)
class Members:
    """What conditions are judged by: all of the same customers, in one order.

    traits: by the path or key that a condition names; one that is absent was never there: it is null.
    audiences: members by an audience's name.
    """

    customers: int
    occurrences: Mapping[str, Occurrences]
    traits: Mapping[str, Column]
    audiences: Mapping[str, Bools]
    end: datetime
    zone: ZoneInfo

    def of(self, group: Group) -> Bools:
        """For whom all that stands side by side on one level holds."""
        held = np.ones(self.customers, dtype=bool)
        for key, conditions in group.lists():
            each = np.vstack([self._holds(condition) for condition in conditions])
            if key == "all":
                held &= each.all(axis=0)
            elif key == "any":
                held &= each.any(axis=0)
            else:
                held &= ~each.any(axis=0)
        return held

    def _holds(self, condition: Condition) -> Bools:
        match condition:
            case EventCondition():
                return self._happened(condition)
            case TraitCondition():
                return holds(self._trait(condition.trait), condition.op, condition.value, self.end)
            case AudienceCondition():
                return self.audiences[condition.audience]
            case Group():
                return self.of(condition)

    def _happened(self, condition: EventCondition) -> Bools:
        """Whether an event happened at least, exactly or at most so often."""
        occurrences = self.occurrences[condition.event]
        times = occurrences.count(occurrences.chosen_by(condition))
        if condition.at_least is not None:
            held = times >= condition.at_least
        elif condition.at_most is not None:
            held = times <= condition.at_most
        else:
            held = times == condition.exactly
        return np.asarray(held, dtype=np.bool_)

    def _trait(self, path: str) -> Column:
        nothing = pd.Series(None, index=range(self.customers), dtype="str")
        return self.traits.get(path) or Column(nothing, "text", self.zone)
