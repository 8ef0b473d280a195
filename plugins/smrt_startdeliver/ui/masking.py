"""People's data is hidden until a viewer asks for it, and is shown to those alone who may act."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Query

from smrt_startdeliver.ui.access import MayAct

HIDDEN = "••••••"
"""Of one length for all values: the length of a name says something of it, too."""


@dataclass(frozen=True)
class Masking:
    """What a viewer may see, and whether they asked: a template calls it on each value that says something of a person.

    The button that asks is the macro `reveal_button` of `masking.html`: it loads the same page with `reveal=1`.
    """

    may_reveal: bool
    revealed: bool

    def __call__(self, value: object) -> str:
        """The value or, hidden, that there is one; nothing where there is none."""
        if value is None or value == "":
            return ""
        return str(value) if self.revealed else HIDDEN


def _masking(may_act: MayAct, *, reveal: Annotated[bool, Query()] = False) -> Masking:
    return Masking(may_reveal=may_act, revealed=may_act and reveal)


Masks = Annotated[Masking, Depends(_masking)]
