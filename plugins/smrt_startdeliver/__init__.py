"""From SMRT's data warehouse into Startdeliver: what changed, once, nothing lost."""

__version__ = "0.1.0"
