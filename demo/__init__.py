"""The demonstration: a generated SMRT warehouse in an embedded PostgreSQL, and what runs the pipeline on it."""
