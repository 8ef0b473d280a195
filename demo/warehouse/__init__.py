"""A realistic SMRT warehouse, as Segment loads it into PostgreSQL, from a seed.

Who it is about is in `people` and `rhythms`, what they do in `history`, `visits`, `orders` and `browsing`; `segment`
makes rows of it, `odd_customers` and `odd_rows` add what real data has and nobody wants, `loading` copies it in.
`activity` adds to a warehouse that `known` reads.
"""

from demo.warehouse.activity import add_activity
from demo.warehouse.creation import create

__all__ = ["add_activity", "create"]
