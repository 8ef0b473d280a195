"""An entity of Startdeliver as OpenLineage's dataset: `startdeliver://<host>/users`, with the rows that were written.

Airflow imports this module in every process that knows the provider: it is light.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from airflow.providers.common.compat.openlineage.facet import OutputDataset
    from airflow.sdk import Asset

SCHEME = "startdeliver"


def to_openlineage(asset: Asset, lineage_context: object) -> OutputDataset:  # noqa: ARG001 - the provider's signature
    """The dataset of a lineage asset; its host is the namespace. Called by Airflow's OpenLineage provider alone."""
    from airflow.providers.common.compat.openlineage.facet import (  # noqa: PLC0415 - there only with that provider
        OutputDataset,
        OutputStatisticsOutputDatasetFacet,
    )

    uri, rows = urlsplit(asset.uri), asset.extra["rows"]
    return OutputDataset(
        namespace=f"{SCHEME}://{uri.netloc}",
        name=uri.path.lstrip("/"),
        outputFacets={"outputStatistics": OutputStatisticsOutputDatasetFacet(rowCount=int(str(rows)))},
    )
