"""How many parts the customers are worked on in, one after the other."""

from __future__ import annotations

import sqlalchemy as sa

from smrt_startdeliver.warehouse.catalog import count_users

CUSTOMERS_A_BUCKET = 20_000
"""About so many customers, with all of their history, are in memory at once."""


def number_of_buckets(engine: sa.Engine, schema: str, partitions: int) -> int:
    """As many as the customers need, and `partitions` at least. Raises WarehouseError."""
    return max(partitions, -(-count_users(engine, schema) // CUSTOMERS_A_BUCKET), 1)
