"""Values and objects as JSON texts without spaces, all rows at once."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pandas as pd

from smrt_startdeliver.mapping.casts import Kind
from smrt_startdeliver.mapping.number_text import number_texts

_ESCAPED = r'["\\\x00-\x1f]'


def json_texts(values: pd.Series[Any], kind: Kind) -> pd.Series[str]:
    """The JSON of a column's values: times in UTC to the millisecond. Null for null, and for a number that is none.

    No label of the index stands twice.
    """
    if kind == "boolean":
        return values.map({True: "true", False: "false"}).astype("str")
    if kind == "integer":
        return values.astype("str")
    if kind == "number":
        return number_texts(values.astype("str"))
    if kind == "time":
        values = values.dt.strftime("%Y-%m-%dT%H:%M:%S.%f").str.slice(stop=-3) + "Z"
    texts = values.astype("str")
    escaped = texts.str.contains(_ESCAPED, na=False)
    by_hand = texts[escaped].map(lambda text: json.dumps(text, ensure_ascii=False))  # few have any
    return ('"' + texts + '"').mask(escaped, by_hand)


def object_texts(members: Mapping[str, pd.Series[str]], index: pd.Index[Any]) -> pd.Series[str]:
    """The object of each row; a member that is null is left out, and an object without any is null.

    `members`: name -> JSON, or null, of each row of `index`.
    """
    joined = pd.Series("", index=index, dtype="str")
    for name, texts in members.items():
        joined += ("," + json.dumps(name, ensure_ascii=False) + ":" + texts).fillna("")
    return ("{" + joined.str.slice(1) + "}").mask(joined == "")
