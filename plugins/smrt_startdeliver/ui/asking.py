"""Startdeliver, asked by somebody who looks at a page: briefly, once, and counted as any other request."""

from __future__ import annotations

from functools import cached_property

from airflow.sdk.exceptions import AirflowNotFoundException

from smrt_startdeliver.errors import SmrtStartdeliverError
from smrt_startdeliver.mapping.document import Entity, MappingDocument
from smrt_startdeliver.mapping.field_types import field_types
from smrt_startdeliver.startdeliver import wire
from smrt_startdeliver.startdeliver.api import Startdeliver
from smrt_startdeliver.startdeliver.errors import Refused, StartdeliverError
from smrt_startdeliver.startdeliver.hook import StartdeliverHook
from smrt_startdeliver.state.pace import WarehousePace
from smrt_startdeliver.ui.memory import Source

_PATIENCE_SECONDS = 5.0
"""For its turn, and for its answer."""


class Asking:
    """Asks for objects by what they match on, at the pace of the runs and within their quota.

    `told` has the answers by entity. Once something failed, `problem` says what, and nothing more is asked.
    """

    def __init__(self, source: Source, document: MappingDocument) -> None:
        self.told: dict[Entity, list[wire.Json]] = {}
        self.problem: str | None = None
        self._source = source
        self._document = document

    def ask(self, entity: Entity, match_field: str, match_value: str) -> list[wire.Json] | None:
        """The objects with this value (canonical text) in a field, in one request; None where there is no answer."""
        field_type = field_types(self._document, entity).get(match_field)
        if self.problem is not None or field_type is None:
            return None
        try:
            self.told[entity] = self._api.find(entity, match_field, [wire.json_value(match_value, field_type)])
        except AirflowNotFoundException:
            self.problem = (
                "Airflow's API server finds no connection 'startdeliver': create it under Admin, Connections, or put "
                "AIRFLOW_CONN_STARTDELIVER into the API server's environment, too"
            )
        except Refused as refused:  # what it says may hold the value
            self.problem = f"Startdeliver refuses to search {entity} by {match_field} ({refused.status})"
        except SmrtStartdeliverError as error:
            self.problem = str(error)
        return self.told.get(entity)

    @cached_property
    def _api(self) -> Startdeliver:
        settings = self._source.settings
        hook = StartdeliverHook(
            requests_per_second=settings.requests_per_second,
            daily_quota=settings.daily_quota,
            max_in_flight=1,
            tries=1,
            patience_seconds=_PATIENCE_SECONDS,
        )
        client = hook.get_conn(WarehousePace(self._source.state))
        if client.quota_spent():
            raise StartdeliverError("the requests of today (daily_quota) are used up: ask again tomorrow (UTC)")
        return Startdeliver(client)
