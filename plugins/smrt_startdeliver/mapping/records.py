"""The users and customers that Startdeliver should hold: what each is matched on, and the value of every field.

Rules: semantics.md, Whom a record is; startdeliver-api.md, Rules that the destination page sets. `customers` has the
records of customers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import pandas as pd

from smrt_startdeliver.mapping.casts import FieldType, Kind
from smrt_startdeliver.mapping.document import EMAIL, MappingDocument
from smrt_startdeliver.mapping.fields import (
    FieldColumns,
    MatchValues,
    all_rejected,
    match_values,
    rejected,
)
from smrt_startdeliver.mapping.payload import COMPUTED_PREFIX, UNKNOWN, user_payloads
from smrt_startdeliver.settings import Settings

__all__ = ["CUSTOMER_LINK", "UNKNOWN", "Wanted", "known_by_events", "match_alone", "tied_by_call", "wanted_users"]

CUSTOMER_LINK = "customerId"
"""The field of a user that ties it to its customer; a customer key that is rejected is reported under its name."""


@dataclass(frozen=True)
class Wanted:
    """Records as they should be.

    records: a row a record, all columns str. key; match_field (an alias); match_value (canonical text); of users
        customer_key (the key of the customer it belongs to); and one column an alias that the warehouse can fill:
        canonical text, null for null, UNKNOWN where nothing is said of the value. An alias without a column is unknown.
    types: alias -> type, for each of those columns.
    rejections: key, field, reason, shape (str), fingerprint (int64, of the value). A field's: `not_a_number`,
        `not_a_date`, `not_a_boolean`, `broken_json`, `lossy_match`. A whole record's (field is null, and it is not in
        records): `no_match_value`, `lossy_match`.
    skipped: key (str) and reason, of rows of the source that speak of no record: `no_customer_key`.
    """

    records: pd.DataFrame
    types: dict[str, FieldType]
    rejections: pd.DataFrame
    skipped: pd.DataFrame = field(default_factory=lambda: pd.DataFrame({"key": [], "reason": []}, dtype="str"))


def wanted_users(
    users: pd.DataFrame, kinds: Mapping[str, Kind], document: MappingDocument, settings: Settings
) -> Wanted:
    """The users of Startdeliver, one a row of `users`; their key is the user id.

    `users`: user_id (str, no nulls, each once), the warehouse's columns by their names, and the derived traits as
    `derived.lastVisit` and so on, the computed ones as `computed.<key>`. `kinds`: what the warehouse's columns hold.
    """
    zone = settings.zone
    payloads = user_payloads(users.reset_index(drop=True), kinds)
    keys = payloads.rows["user_id"]
    custom = match_values(payloads, document.user_match, zone)
    customer = match_values(payloads, document.customer_match, zone)

    fields = FieldColumns(payloads, keys, zone)
    fields.add_match(custom)
    match_field = pd.Series(document.user_match.field, index=keys.index, dtype="str")
    match_value, no_match = custom.values, custom.reasons
    if settings.sync_using_email:
        email = match_values(payloads, document.email, zone)
        fields.add_match(email)
        has_email = email.values.notna()
        match_field = match_field.mask(has_email, EMAIL)
        match_value, no_match = match_value.mask(has_email, email.values), no_match.mask(has_email)
    fields.add(document.user_mapping)

    records = pd.DataFrame({"key": keys, "match_field": match_field, "match_value": match_value})
    records = records.assign(customer_key=_customer_keys(customer), **fields.columns)
    kept = match_value.notna()
    rejections = [
        rejected(keys, None, no_match, custom.sources),
        rejected(keys, CUSTOMER_LINK, customer.lossy.where(kept), customer.sources),
        *fields.rejections_of(kept),
    ]
    return Wanted(records[kept].reset_index(drop=True), fields.types, all_rejected(rejections))


def tied_by_call(users: Wanted, customers: pd.Series[str]) -> Wanted:
    """Users, each with the customer of their latest Group call (by user id) where their own row names none.

    A key of their own that was rejected stays unknown.
    """
    records = users.records
    own = records["customer_key"]
    rejected_keys = users.rejections.loc[users.rejections["field"] == CUSTOMER_LINK, "key"]
    by_call = records["key"].map(customers).where(~records["key"].isin(rejected_keys))
    names_none = own.isna() | (own == UNKNOWN)
    return replace(users, records=records.assign(customer_key=own.mask(names_none & by_call.notna(), by_call)))


def match_alone(user_ids: pd.Series[str], document: MappingDocument, settings: Settings) -> Wanted:
    """Users with the match field alone: those of whom only the id is known.

    Where the match field is not filled from `userId`, none has a match value.
    """
    return known_by_events(pd.DataFrame({"user_id": user_ids}), document, settings)


def known_by_events(customers: pd.DataFrame, document: MappingDocument, settings: Settings) -> Wanted:
    """Users without a row in `users`, with the match field and what was computed of them.

    `customers`: user_id (str), and computed traits and audiences as `computed.<key>`.
    """
    keys = {str(name).removeprefix(COMPUTED_PREFIX) for name in customers if name != "user_id"}
    computed = tuple(mapping for mapping in document.user_mapping if mapping.path.column(keys))
    of_customers = {"startdeliver_customer_field": None, "external_customer_field": None, "customer_mapping": ()}
    alone = document.model_copy(update={"user_mapping": computed, **of_customers})
    return wanted_users(customers, {}, alone, settings)


def _customer_keys(match: MatchValues) -> pd.Series[str]:
    """Null where a user has no customer, UNKNOWN where its customer's key is rejected or no column says it."""
    return match.values.mask(match.lossy.notna() if match.mapping else match.values.isna(), UNKNOWN)
