"""Orders at the edges of the window over which spend is summed."""

from __future__ import annotations

from datetime import datetime, timedelta

from hypothesis import strategies as st

from smrt_startdeliver.settings import Settings
from tests.derive.strategies import CLOCK_CHANGES, TIMES_OF_DAY, instant, settings_for
from tests.plain.records import Customer, Order

NUMBERS = ["10", "10", "20.50", "0.1", "0.2", "33.333333", "-5", "0", "1e2", " 7 ", "+3", ".5", "4."]
NOT_NUMBERS = [None, "", "ten", "NaN", "inf", "-Infinity", "1e999", "1,000", "$5", "true", "0x10", "1_0"]
VALUES = st.sampled_from(NUMBERS * 3 + NOT_NUMBERS)
ORDER_IDS = st.sampled_from([None, None, "1", "1", "2", "3", "01", "4"])
OWN_VALUES = st.sampled_from([None, None, None, "1", "3", "5.0", " 2 ", "0", "6", "2.5", "-1", "top", "", "NaN"])

WINDOW_DAYS = [1, 7, 30, 60]
SPENDING_SETTINGS = st.fixed_dictionaries({
    "demographic_days": st.sampled_from(WINDOW_DAYS),
    "demographic_refresh": st.sampled_from(["day", "week", "month"]),
})  # fmt: skip

ROWS = st.tuples(
    st.integers(0, 8),
    st.one_of(st.just(0), st.integers(-10, 1), st.integers(-40, 1)),
    st.sampled_from([0, 0, 0, 0, *WINDOW_DAYS]),
    st.one_of(st.just(timedelta(0)), TIMES_OF_DAY),
    ORDER_IDS,
    VALUES,
)
"""Whose, days from the last one, further days of 24 hours back, time of day, order and value."""


@st.composite
def purchases(draw: st.DrawFn) -> tuple[Settings, list[Customer], list[Order], datetime]:
    """Settings, the customers in `users`, their orders and those of one who is not there, and the `end`."""
    timezone, change = draw(st.sampled_from(CLOCK_CHANGES))
    settings = settings_for(timezone=timezone, **draw(SPENDING_SETTINGS))
    last_day = change + timedelta(days=draw(st.integers(-3, 35)))
    end = instant(last_day, draw(st.integers(0, 8)), draw(TIMES_OF_DAY), settings.zone)
    customers = [Customer(f"c{number}", None, own) for number, own in enumerate(draw(SOME_OWN_VALUES))]
    buyers = [customer.user_id for customer in customers] + ["elsewhere"]
    orders = [
        Order(
            f"o{99 - number}",
            buyers[whose % len(buyers)],
            instant(last_day, days, time_of_day, settings.zone) - timedelta(days=back),
            order_id,
            value,
        )
        for number, (whose, days, back, time_of_day, order_id, value) in enumerate(draw(SOME_ROWS))
    ]
    return settings, customers, orders, end


SOME_OWN_VALUES = st.lists(OWN_VALUES, min_size=1, max_size=5)
SOME_ROWS = st.one_of(st.lists(ROWS, max_size=6), st.lists(ROWS, min_size=10, max_size=25))
