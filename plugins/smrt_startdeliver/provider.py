"""What Airflow reads of an installed provider: the connection type `startdeliver` with its form, and its lineage."""

from __future__ import annotations

from typing import Any

from smrt_startdeliver import __version__


def get_provider_info() -> dict[str, Any]:
    """The provider's metadata; light, as Airflow loads it in every process."""
    return {
        "package-name": "smrt-startdeliver",
        "name": "SMRT to Startdeliver",
        "description": "Loads what changed in SMRT's data warehouse into Startdeliver.",
        "versions": [__version__],
        "connection-types": [
            {
                "connection-type": "startdeliver",
                "hook-class-name": "smrt_startdeliver.startdeliver.hook.StartdeliverHook",
                "hook-name": "Startdeliver",
                "ui-field-behaviour": {
                    # The port stays: Airflow's Test refuses a stored connection without one.
                    "hidden-fields": ["schema", "login", "extra"],
                    "relabeling": {"host": "Base URL", "password": "API key"},  # nosec B105 # a label and a hint
                    "placeholders": {
                        "host": "https://app.startdeliver.com/api/v1/",
                        "password": "Settings, API keys, with admin permissions",  # nosec B105 # a label and a hint
                        "port": "443",
                    },
                },
            }
        ],
        # Entities of Startdeliver as Airflow's lineage names them, and as OpenLineage does.
        "asset-uris": [
            {
                "schemes": ["startdeliver"],
                "handler": None,
                "to_openlineage_converter": "smrt_startdeliver.reporting.dataset.to_openlineage",
            }
        ],
    }
