"""The readings of declarations.md behind one face: plain records and declarations in, plain values out."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from tests.engage.with_pandas import WithPandas
from tests.plain.engage import audiences as plain_audiences
from tests.plain.engage import traits as plain_traits
from tests.plain.engage.records import PlainHappening


class Plain:
    def computed_trait(
        self, declaration: dict, history: list[PlainHappening], customers: list[str], end: datetime, zone: ZoneInfo
    ) -> dict[str, plain_traits.Value]:
        return plain_traits.computed_trait(declaration, history, customers, end, zone)

    def members(
        self,
        audiences: list[dict],
        traits: dict[str, dict],
        computed: dict[str, dict],
        history: list[PlainHappening],
        customers: list[str],
        end: datetime,
        zone: ZoneInfo,
    ) -> dict[str, set[str]]:
        return plain_audiences.members(audiences, traits, computed, history, customers, end, zone)


Rules = Plain | WithPandas
