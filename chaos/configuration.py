"""How both pipelines are configured: alike, but for where each one's memory is."""

from __future__ import annotations

SETTINGS = """\
timezone: America/Los_Angeles
state_schema: {memory}
history_days: 20
sweep_hours: 1
birthday_max_age_days: 10
audience_events: true
"""
"""`memory` is a schema's name. Every window is swept, and no birthday grows stale from one try to the next: see
`peace`."""

MAPPING = """\
startdeliverMatchingField: {field: customfieldSmrtId, type: text}
externalMatchingField: {field: userId}
startdeliverCustomerField: {field: customfieldAccount, type: text}
externalCustomerField: {field: traits.account}
userMapping:
  - {field: name, externalField: traits.name, type: text}
  - {field: phone, externalField: traits.phone, type: text}
  - {field: customfieldPaymentTerm, externalField: traits.paymentTerm, type: text}
  - {field: customfieldLastVisit, externalField: traits.lastVisit, type: date}
  - {field: customfieldIsLost, externalField: traits.isLost, type: boolean}
  - {field: customfieldVisitCadenceDays, externalField: traits.visitCadenceDays, type: number}
  - {field: customfieldDemographic, externalField: traits.demographic, type: number}
  - {field: customfieldNextBirthday, externalField: traits.nextBirthday, type: date}
customerMapping:
  - {field: name, externalField: traits.name, type: text}
  - {field: customfieldAgent, externalField: traits.agent, type: text}
"""
"""Customers are accounts, which several users share."""

TRAITS = """\
traits:
  - {name: Orders, kind: event_counter, event: Order Created, field: customfieldOrders}
  - {name: Spent, kind: aggregation, function: sum, event: Order Created, property: value, field: customfieldSpent}
"""
AUDIENCES = """\
audiences:
  - {name: Has ordered, field: customfieldHasOrdered, all: [{event: Order Created, at_least: 1}]}
  - {name: Came twice, field: customfieldCameTwice, all: [{event: Customer Visit, at_least: 2}]}
"""
"""Nobody leaves these audiences: so it is no matter of the runs' ends who entered, and how often."""

FILES = {"mapping.yaml": MAPPING, "traits.yaml": TRAITS, "audiences.yaml": AUDIENCES}

USER_KEY, CUSTOMER_KEY = "customfieldSmrtId", "customfieldAccount"
"""What users and customers are matched on."""
