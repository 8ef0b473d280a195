"""How many parts the customers are worked on in, one after the other."""

from __future__ import annotations

from smrt_startdeliver.warehouse.catalog import count_users
from smrt_startdeliver.warehouse.engines.warehouse import Warehouse

CUSTOMERS_A_BUCKET = 20_000
"""About so many customers, with all of their history, are in memory at once."""


def number_of_buckets(warehouse: Warehouse, schema: str, partitions: int) -> int:
    """As many as the customers need, and `partitions` at least. Raises WarehouseError."""
    return buckets_for(count_users(warehouse, schema), partitions)


def buckets_for(customers: int, partitions: int) -> int:
    """As many as so many customers need, and `partitions` at least."""
    return max(partitions, -(-customers // CUSTOMERS_A_BUCKET), 1)
