"""declarations.md once more, in plain Python: computed traits and audiences as lists, loops, dates and decimals.

What follows "Rule:" in a docstring is quoted from declarations.md, or from the page that the docstring names. A
declaration is the mapping that YAML gives; that it is a valid one is not asked here.
"""
