"""The rules of semantics.md once more, in plain Python: lists, loops, dates, fractions.

It is written to be read beside the page: what follows "Rule:" in a docstring is quoted from it. It knows nothing of
pandas and makes no haste; `tests/derive` checks the real derivations against it.
"""
