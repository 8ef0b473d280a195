"""What Airflow executes of this folder: the page 'Startdeliver' in its navigation, and a tab on each run of the DAG."""

from __future__ import annotations

from typing import Any

from airflow.sdk.plugins_manager import AirflowPlugin


class SmrtStartdeliverPlugin(AirflowPlugin):
    """The pages of `smrt_startdeliver.ui`."""

    name = "smrt_startdeliver"

    external_views = [  # noqa: RUF012 - Airflow reads them from the class
        {"name": "Startdeliver", "href": "startdeliver/", "destination": "nav", "url_route": "startdeliver"},
        {
            "name": "Startdeliver",
            "href": "startdeliver/dag-run?dag_id={DAG_ID}&dag_run_id={RUN_ID}",
            "destination": "dag_run",
            "url_route": "startdeliver-run",
        },
    ]

    @property
    def fastapi_apps(self) -> list[dict[str, Any]]:
        """The app, imported where it is asked for: every task of every DAG executes this file, too."""
        from smrt_startdeliver.ui.app import app  # noqa: PLC0415

        return [{"app": app, "url_prefix": "/startdeliver", "name": "Startdeliver"}]
