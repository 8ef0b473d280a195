"""The memory, in its own schema of the warehouse: runs, what was acknowledged, what was sent, what was rejected."""
