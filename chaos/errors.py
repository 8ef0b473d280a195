"""What the campaign ends with where the promise is not kept."""

from __future__ import annotations


class Broken(Exception):
    """Something was lost or doubled, or does not get well again: the message says what, a line each."""
