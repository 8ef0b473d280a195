"""Paths into a Segment payload, as the mapping document writes them, and the warehouse columns that they mean.

`userId`, `email`, `traits.address.city`, `properties['Field With Space']`, `traits.customFields.Referral Source`: a
bare name that is no root key is looked up in `traits` (startdeliver-api.md, The mapping document).
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

from smrt_startdeliver.vocabulary import snake_case

_VALUES = {
    "type": "",  # each type of call has tables of its own, and no column that says so
    "userId": "user_id",
    "groupId": "group_id",
    "anonymousId": "anonymous_id",
    "messageId": "id",
    "timestamp": "timestamp",
}
"""Root keys of a payload that hold a value, and the column that each has in a warehouse."""

_OBJECTS = ("traits", "properties")

CUSTOM_FIELDS = "customFields"

_FIRST_NAME = re.compile(r"[^.\[\]]+")
_NEXT_NAME = re.compile(r"""\.([^.\[\]]+)|\[(?:'([^']+)'|"([^"]+)")\]""")


@dataclass(frozen=True)
class PayloadPath:
    """A path: its root key, and below `traits` or `properties` the names on the way."""

    root: str
    names: tuple[str, ...] = ()

    @property
    def custom_field(self) -> str | None:
        """The name of the custom field that the path asks for; names of custom fields may hold dots."""
        if self.root == "traits" and self.names[0] == CUSTOM_FIELDS and len(self.names) > 1:
            return ".".join(self.names[1:])
        return None

    def column(self, columns: Collection[str]) -> str | None:
        """The one of a table's columns that holds the path's value; None where there is none.

        Segment joins nested names with `_`, and puts an `_` before a name that the warehouse reserves (`_group`).
        """
        column = _VALUES.get(self.root, "_".join(filter(None, map(snake_case, self.names))))
        return next((name for name in (column, f"_{column}") if column and name in columns), None)


def parse_path(text: str) -> PayloadPath:
    """The path that a text writes. Raises ValueError with what is wrong with it."""
    found = _FIRST_NAME.match(text)
    if found is None:
        raise ValueError(f"{text!r} is no path: it must begin with a name, as traits.email")
    names = [found[0].strip()]
    while found.end() < len(text):
        found = _NEXT_NAME.match(text, found.end())
        if found is None:
            raise ValueError(f"{text!r} is no path: put dots between names, or brackets as in traits['Loyalty Tier']")
        names.append(next(filter(None, found.groups())).strip())
    root, *rest = names
    if root in _OBJECTS:
        if not rest:
            raise ValueError(f"{text!r} is a whole object: name a value in it, as {text}.name")
        return PayloadPath(root, tuple(rest))
    if root in _VALUES:
        if rest:
            raise ValueError(f"{text!r} is no path: there is nothing below {root}")
        return PayloadPath(root)
    return PayloadPath("traits", tuple(names))
