"""Airflow's door to Startdeliver: the connection type `startdeliver`."""

from __future__ import annotations

from airflow.sdk import BaseHook

from smrt_startdeliver.errors import ConfigurationError
from smrt_startdeliver.startdeliver import wire
from smrt_startdeliver.startdeliver.api import Startdeliver
from smrt_startdeliver.startdeliver.client import TRIES, Client
from smrt_startdeliver.startdeliver.errors import StartdeliverError
from smrt_startdeliver.startdeliver.pace import Pace
from smrt_startdeliver.startdeliver.shared import Store

DEFAULT_HOST = "https://app.startdeliver.com/api/v1/"


class StartdeliverHook(BaseHook):
    """A hook on `requests` for the connection type `startdeliver`: host = base URL, password = API key.

    :param startdeliver_conn_id: the connection.
    :param requests_per_second: a fixed ceiling; without one the pace is found from the server's answers.
    :param daily_quota: how many requests a UTC day may have; counted where the pace is kept.
    :param max_in_flight: how many requests are under way at once, which is how many connections are kept open.
    :param tries: how often a request is tried before Startdeliver counts as unreachable.
    :param patience_seconds: how long a request waits for its turn, and for its answer; by default as long as runs do.
    :param requests_before: how many requests earlier tasks of the run have made,
    :param retries_before: and how many of them were retries.
    """

    conn_name_attr = "startdeliver_conn_id"
    default_conn_name = "startdeliver"
    conn_type = "startdeliver"
    hook_name = "Startdeliver"

    def __init__(
        self,
        startdeliver_conn_id: str = default_conn_name,
        *,
        requests_per_second: float | None = None,
        daily_quota: int | None = None,
        max_in_flight: int = 8,
        tries: int = TRIES,
        patience_seconds: float | None = None,
        requests_before: int = 0,
        retries_before: int = 0,
    ) -> None:
        super().__init__()
        self.startdeliver_conn_id = startdeliver_conn_id
        self.requests_per_second = requests_per_second
        self.daily_quota = daily_quota
        self.max_in_flight = max_in_flight
        self.tries = tries
        self.patience_seconds = patience_seconds
        self.requests_before = requests_before
        self.retries_before = retries_before

    def get_conn(self, store: Store | None = None) -> Client:
        """A client for the connection; all whose `store` is the same have one pace. Without one it has its own.

        Raises ConfigurationError when the connection has no key.
        """
        connection = self.get_connection(self.startdeliver_conn_id)
        if not connection.password:
            raise ConfigurationError(
                f"connection '{self.startdeliver_conn_id}' has no API key: make one in Startdeliver under Settings, "
                "API keys, with admin permissions, and put it into the connection's password"
            )
        scheme = connection.schema if connection.schema in ("http", "https") else None
        return Client(
            wire.base_url(connection.host or DEFAULT_HOST, scheme, connection.port),
            connection.password,
            pace=Pace(
                self.requests_per_second,
                daily_quota=self.daily_quota,
                longest_wait_seconds=self.patience_seconds,
                store=store,
            ),
            max_in_flight=self.max_in_flight,
            tries=self.tries,
            timeout_seconds=self.patience_seconds,
            requests_before=self.requests_before,
            retries_before=self.retries_before,
        )

    def test_connection(self) -> tuple[bool, str]:
        """What the connection form's Test button says."""
        try:
            Startdeliver(self.get_conn()).who_am_i()
        except (StartdeliverError, ConfigurationError) as error:
            return False, str(error)
        return True, "Startdeliver accepts the key"
