"""semantics.md, One clock: the id of a derived event."""

from __future__ import annotations

from uuid import NAMESPACE_URL, uuid5


def derived_id(name: str, user_id: str, key: str) -> str:
    """Rule: `uuid5(NAMESPACE_URL, "urn:smrt-startdeliver:<event name>:<user id>:<key>")`."""
    return str(uuid5(NAMESPACE_URL, f"urn:smrt-startdeliver:{name}:{user_id}:{key}"))
