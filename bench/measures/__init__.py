"""One measure a file; each gives lines of the table, and points for the curves."""
