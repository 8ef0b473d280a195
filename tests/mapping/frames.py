"""Frames and documents for the tests of this folder."""

import pandas as pd

from smrt_startdeliver.mapping.document import MappingDocument

TIME = "datetime64[us, UTC]"


def text_frame(**columns):
    """A frame of text columns; a column given as a Series stays what it is."""
    return pd.DataFrame(
        {
            name: cells if isinstance(cells, pd.Series) else pd.Series(cells, dtype="str")
            for name, cells in columns.items()
        }
    )


def times(*texts):
    return pd.Series([pd.Timestamp(text) if text else pd.NaT for text in texts], dtype=TIME)


def document(*user_mapping, match=("customfieldId", "userId", "text"), customer=None, customer_mapping=()):
    """A mapping document from triples of alias, path and type."""
    sides = {"startdeliverMatchingField": match, "startdeliverCustomerField": customer}
    external = {
        "startdeliverMatchingField": "externalMatchingField",
        "startdeliverCustomerField": "externalCustomerField",
    }
    parts = {}
    for side, triple in sides.items():
        if triple:
            parts[side] = {"field": triple[0], "type": triple[2]}
            parts[external[side]] = {"field": triple[1]}
    return MappingDocument.model_validate(
        {
            **parts,
            "userMapping": [
                dict(zip(("field", "externalField", "type"), triple, strict=True)) for triple in user_mapping
            ],
            "customerMapping": [
                dict(zip(("field", "externalField", "type"), triple, strict=True)) for triple in customer_mapping
            ],
        }
    )


def cells(frame, *columns):
    """The rows of a frame as tuples, null as None."""
    rows = frame[list(columns)].astype(object)
    return list(rows.where(rows.notna(), None).itertuples(index=False, name=None))


def rejections(wanted):
    return cells(wanted.rejections, "key", "field", "reason", "shape")
