"""Reading the warehouse: what is there (`catalog`), the statements of `sql/` over it, and streaming their rows."""
