"""The customers (accounts) that Startdeliver should hold, from the users that belong to them and from Group calls.

Rules: startdeliver-api.md, Rules that the destination page sets, 4; The mapping document.
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from smrt_startdeliver.mapping.casts import Kind
from smrt_startdeliver.mapping.document import MappingDocument
from smrt_startdeliver.mapping.fields import (
    NO_MATCH_VALUE,
    FieldColumns,
    all_rejected,
    match_values,
    rejected,
)
from smrt_startdeliver.mapping.payload import UNKNOWN, Payloads, user_payloads
from smrt_startdeliver.mapping.records import Wanted
from smrt_startdeliver.settings import Settings

NO_CUSTOMER_KEY = "no_customer_key"


def wanted_customers(
    users: pd.DataFrame, kinds: Mapping[str, Kind], document: MappingDocument, settings: Settings
) -> Wanted:
    """What each row of `users` says of the customer that it names; several may name one.

    The frame is that of `wanted_users`. Its user_id stands beside the fields. Rows that name no customer are skipped,
    those whose customer's key is lossy are rejected: both by their user id.
    """
    payloads = user_payloads(users.reset_index(drop=True), kinds)
    return _candidates(payloads, "user_id", ["user_id"], document, settings)


def group_candidates(
    groups: pd.DataFrame, kinds: Mapping[str, Kind], document: MappingDocument, settings: Settings
) -> Wanted:
    """What each Group call says of the customer that it names; several may name one.

    `groups`: id, user_id, group_id (str), time (datetime64[us, UTC]), and the traits' columns by their names. Its id,
    time and user_id stand beside the fields. Calls that name no customer are skipped, those whose customer's key is
    lossy are rejected: both by their id.
    """
    payloads = Payloads(groups.reset_index(drop=True), kinds)
    return _candidates(payloads, "id", ["id", "time", "user_id"], document, settings)


def customers_by_call(groups: Wanted) -> pd.Series[str]:
    """The key of the customer that each user's latest Group call (`group_candidates`) names, by user id."""
    calls = groups.records.dropna(subset="user_id").sort_values(["time", "id"], na_position="first")
    return calls.drop_duplicates("user_id", keep="last").set_index("user_id")["key"]


def merge_customers(users: Wanted, groups: Wanted) -> Wanted:
    """One record a customer, by key, from `wanted_customers` and `group_candidates`.

    A field has the value of the latest Group call that has one, else the first among the customer's users, in order
    of user id. Where neither source has a column for it there is none; where only Group calls have one, and none of
    them a value, it is unknown.
    """
    by_user = users.records.sort_values("user_id").groupby("key").first()
    by_call = groups.records.sort_values(["time", "id"], ascending=False).groupby("key").first()
    keys = by_user.index.union(by_call.index)
    types = users.types | groups.types
    columns = {}
    for column in ("match_field", *types):
        said = by_call[column].reindex(keys) if column in by_call else pd.Series(None, index=keys, dtype="str")
        columns[column] = said.fillna(by_user[column].reindex(keys) if column in by_user else UNKNOWN)
    records = pd.DataFrame(columns, index=keys).rename_axis("key").reset_index()
    records.insert(2, "match_value", records["key"])
    rejections = all_rejected([users.rejections, groups.rejections])
    skipped = pd.concat([users.skipped, groups.skipped], ignore_index=True)
    return Wanted(records, types, rejections[_holds(rejections, records)].reset_index(drop=True), skipped)


def _holds(rejections: pd.DataFrame, records: pd.DataFrame) -> pd.Series[bool]:
    """Whether a rejection still holds: one of a whole row does, one of a field if the record's field became unknown."""
    cells = records.melt(id_vars="key", value_vars=rejections["field"].dropna().unique(), var_name="field")
    unknown_cells = cells.loc[cells["value"] == UNKNOWN, ["key", "field"]]
    unknown = pd.MultiIndex.from_frame(rejections[["key", "field"]]).isin(pd.MultiIndex.from_frame(unknown_cells))
    return rejections["field"].isna() | unknown & ~rejections.duplicated(["key", "field"])


def _candidates(
    payloads: Payloads, id_column: str, beside: list[str], document: MappingDocument, settings: Settings
) -> Wanted:
    ids = payloads.rows[id_column]
    match = match_values(payloads, document.customer_match, settings.zone)
    fields = FieldColumns(payloads, match.values, settings.zone)
    fields.add_match(match)
    fields.add(document.customer_mapping)

    match_field = match.mapping.field if match.mapping else None
    records = pd.DataFrame({"key": match.values, "match_field": match_field, "match_value": match.values}, dtype="str")
    records = records.assign(**payloads.rows[beside], **fields.columns)
    kept, nameless = match.values.notna(), match.reasons == NO_MATCH_VALUE
    return Wanted(
        records[kept].reset_index(drop=True),
        fields.types,
        all_rejected([rejected(ids, None, match.lossy, match.sources), *fields.rejections_of(kept)]),
        pd.DataFrame({"key": ids[nameless], "reason": NO_CUSTOMER_KEY}, dtype="str").reset_index(drop=True),
    )
