"""Whom a search means: a customer by SMRT's id, by email or by phone."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence

from smrt_startdeliver.ui.memory import Source
from smrt_startdeliver.vocabulary import USERS
from smrt_startdeliver.warehouse.catalog import read_catalog
from smrt_startdeliver.warehouse.failures import failing_plainly
from smrt_startdeliver.warehouse.statements import over_rows

MOST = 100
"""So many are listed at most."""
LONGEST = 300
"""No id, email or phone is longer than so many characters."""
_LEAST_DIGITS = 7
"""Fewer are no phone number: they would find half the town."""
_PHONE = re.compile(r"[\d\s()+./-]+")


def as_text(asked: str) -> str:
    """What was typed or pasted, as a text that a database takes."""
    return asked.replace("\0", "").strip()


def as_email(asked: str) -> str | None:
    """What was asked for as an email is compared; None where it is none."""
    return asked.lower() if "@" in asked else None


def as_digits(asked: str) -> str | None:
    """The digits of a phone, without zeros before them, as in 0049 or 030; None where it is no phone."""
    digits = re.sub(r"\D", "", asked).lstrip("0")
    return digits if _PHONE.fullmatch(asked) and len(digits) >= _LEAST_DIGITS else None


def found(source: Source, asked: str, *, by_contact: bool) -> dict[str, Sequence[str]]:
    """User id -> what of it was found by: id, email, phone, customer. MOST at most.

    `by_contact`: emails and phones are looked at, too. Raises WarehouseError.
    """
    how: dict[str, list[str]] = defaultdict(list)
    for row in source.state.rows("ui/record/known", asked=asked, rows=MOST):
        how[row["key"]].append("id" if row["how"] == "user" else row["how"])
    for key, by in _people(source, asked, by_contact=by_contact):
        if by not in how[key]:
            how[key].append(by)
    return dict(sorted(how.items())[:MOST])


def is_in_warehouse(source: Source, user_id: str) -> bool:
    """Whether SMRT has a row of a user. Raises WarehouseError."""
    return bool(_people(source, user_id, by_contact=False))


def _people(source: Source, asked: str, *, by_contact: bool) -> list[tuple[str, str]]:
    catalog = read_catalog(source.warehouse, source.settings.source_schema)
    statement = over_rows("people", catalog, USERS, ("id", "email", "phone"), {})
    parameters = {
        "asked": asked,
        "email": as_email(asked) if by_contact else None,
        "digits": as_digits(asked) if by_contact else None,
        "least_digits": _LEAST_DIGITS,
        "rows": MOST,
    }
    with failing_plainly("the warehouse failed at the search", {}, "search again"):
        chunks = source.warehouse.chunks(statement, parameters, {"key": "text", "how": "text"}, MOST)
        return [(row["key"], row["how"]) for chunk in chunks for row in chunk.to_pylist()]
