"""Engage in the warehouse: computed traits and audiences, declared in files (declarations.md).

`files` reads `traits.yaml` and `audiences.yaml` into `declarations`, whose parts are `conditions`; `references` sees
that all they name is there; `declared` is what both files say together, and where it goes.

`evaluate` is the whole rule: the facts about customers go in, a column a trait and audience comes out. On the way stand
`occurrences`, the events of one name as arrays; `columns`, a column as conditions read it; `operators`;
`computed_traits` and `members`. `membership` tells who entered and who left, and `sources` what evaluating reads.

All of it is pure and vectorised: no clock, no database, no Airflow, no loop over customers or rows. Text columns have
pandas's `str` dtype, times are `datetime64[us, UTC]`.
"""
