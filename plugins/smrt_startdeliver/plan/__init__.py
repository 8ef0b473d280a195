"""Wanted against acknowledged: what to say to Startdeliver, and what became of every row. Pure frames and values."""
