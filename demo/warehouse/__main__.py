"""`python -m demo.warehouse`: fills the database that libpq's variables (PGHOST, PGUSER, …) name, once."""

from __future__ import annotations

from datetime import UTC, datetime

from psycopg.errors import DuplicateSchema

from demo.warehouse.creation import create


def main() -> None:
    """Make the warehouse as of now, where there is none."""
    try:
        create("", now=datetime.now(UTC))
    except DuplicateSchema:
        print("The warehouse is there already.")


if __name__ == "__main__":
    main()
