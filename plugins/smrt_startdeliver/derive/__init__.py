"""From the history of SMRT's events and customers to what nobody wrote down: visits, lapses, birthdays, ranks.

Every function here is pure: frames, an interval or its `end`, and the settings go in; frames come out. There is no
clock, no database, no Airflow, and nothing at or after `end` is read (semantics.md, One clock): so the same history
gives the same events with the same ids, however it is cut into runs.

A day is a day of the business's calendar. `days` turns instants into such days, as integers, and back; `ids` names the
derived events. On these two stand the four rules:

- `visits`: at most one Customer Visit a customer and day, and the trait `lastVisit`.
- `lapses`: a Customer Lost once a lapse, and the traits `isLost` and `visitCadenceDays`. `customer_days` packs the days
  of all customers into sorted integers; `cadence` finds each customer's rhythm from order to order among them.
- `birthdays`: a Customer Birthday once a year, and the trait `nextBirthday`. `custom_fields` finds the values in
  whatever form SMRT put them into the warehouse, `birthday_text` reads one of them.
- `demographic`: the rank from 1 (top) to 5 by what a customer spent.

All of it is vectorised. Loops run over distinct texts, over years, over the steps of all customers at once, or over
the events that are sent: never over rows of history or over customers.

Text columns have pandas's `str` dtype, times are `datetime64[us, UTC]`.
"""
